//! What an exchange costs in the strict host, with a filter that copies bodies and with the filter itself: for the first
//! turn of a conversation and for the next one.
//!
//! `cargo bench -p kong-host --bench exchange --profile dev -- BODIES FILE` takes the bodies that the core's benchmark
//! writes (`-- --bodies`), and writes milliseconds of the median run and WebAssembly instructions a byte to a file.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "the helpers of a test fail the test")]

#[path = "../tests/filter/gateway.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod gateway;
#[path = "../tests/filter/vault.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod vault;

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::time::Instant;

use kong_host::{Filter, Meter, Request};
use serde_json::json;

use gateway::{Gateway, built, reply};

const TURNS: [&str; 2] = ["first turn", "next turn"];
const MILLISECONDS: &str = "milliseconds";
const INSTRUCTIONS: &str = "WebAssembly instructions a byte";

/// Figures by the unit, the body with its turn, and the filter.
type Figures = BTreeMap<&'static str, BTreeMap<String, BTreeMap<&'static str, f64>>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let [bodies, file] = arguments.as_slice() else {
        return Err(Error::new(ErrorKind::InvalidInput, "the arguments are BODIES and FILE"));
    };
    std::fs::write(file, serde_json::to_vec_pretty(&figures(Path::new(bodies))?)?)
}

fn figures(bodies: &Path) -> Result<Figures> {
    let filters = ["copy", "masker"].into_iter().zip(["examples/copy.wasm", "aws_masker.wasm"]);
    let load = |name, meter| Filter::load(built(name), meter).map_err(Error::other);
    let mut figures = Figures::new();
    for (filter, name) in filters {
        let (plain, metered) = (load(name, Meter::Off)?, load(name, Meter::On)?);
        for body in entries(bodies)? {
            let variants: Vec<String> = entries(&body)?.iter().map(std::fs::read_to_string).collect::<Result<_>>()?;
            let body = body.file_name().unwrap_or_default().to_string_lossy().into_owned();
            for (unit, taken) in
                [(MILLISECONDS, timed(&plain, &variants)), (INSTRUCTIONS, counted(&metered, &variants))]
            {
                for (turn, taken) in TURNS.into_iter().zip(taken) {
                    let row = figures.entry(unit).or_default().entry(format!("{body}, {turn}")).or_default();
                    row.insert(filter, taken);
                }
            }
        }
    }
    Ok(figures)
}

/// What lies in a directory, sorted.
fn entries(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut entries: Vec<_> = directory.read_dir()?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    entries.sort();
    Ok(entries)
}

/// Milliseconds of each turn: the median of all variants of a body.
fn timed(filter: &Filter, variants: &[String]) -> [f64; TURNS.len()] {
    let mut gateway = Gateway::of(filter, json!({}));
    let mut taken = TURNS.map(|_| Vec::new());
    for variant in variants {
        for taken in &mut taken {
            let start = Instant::now();
            exchange(&mut gateway, variant);
            taken.push(start.elapsed().as_secs_f64() * 1e3);
            gateway.settle();
        }
    }
    taken.map(|mut taken| {
        taken.sort_by(f64::total_cmp);
        taken[taken.len() / 2]
    })
}

/// WebAssembly instructions of each turn for a byte of the last variant. The others compile the patterns, and have no
/// text in common with it.
fn counted(filter: &Filter, variants: &[String]) -> [f64; TURNS.len()] {
    let mut gateway = Gateway::of(filter, json!({}));
    let (last, others) = variants.split_last().expect("a body has variants");
    others.iter().for_each(|other| exchange(&mut gateway, other));
    TURNS.map(|_| {
        gateway.settle();
        let before = gateway.worker.instructions();
        exchange(&mut gateway, last);
        (gateway.worker.instructions() - before) as f64 / last.len() as f64
    })
}

fn exchange(gateway: &mut Gateway, body: &str) {
    let outcome = gateway.worker.exchange(Request::post("/v1/messages", body), |_| reply("Understood."));
    assert_eq!(outcome.client.status, 200, "a body is masked");
}
