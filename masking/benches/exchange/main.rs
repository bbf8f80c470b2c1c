//! What masking a request costs, beside reading it and writing it again: milliseconds of the fastest run for bodies of
//! several sizes and numbers of values, for the first turn of a conversation and for the next one.
//!
//! `cargo bench -p masking --bench exchange`; with `-- --json FILE` the rows are written there too, and with
//! `-- --compare FILE` each is set beside that of an earlier run.

mod body;

use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, Instant};

use masking::dialect::Options;
use masking::{Format, History, Known, Masker, Mint, NoThoughts, PlaceholderKey, Policy, Scanner};
use serde_json::Value;

/// How long each measurement is repeated.
const PATIENCE: Duration = Duration::from_millis(600);
/// Kilobytes of a body and its values, each of them once.
const BODIES: [(usize, usize); 8] =
    [(10, 0), (10, 20), (76, 0), (76, 20), (76, 200), (1_000, 0), (1_000, 500), (1_000, 5_000)];

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let file = |option: &str| {
        let at = arguments.iter().position(|argument| argument == option)?;
        arguments.get(at + 1)
    };
    let earlier = match file("--compare") {
        Some(path) => serde_json::from_slice(&std::fs::read(path)?)?,
        None => BTreeMap::<String, f64>::new(),
    };
    let mut rows: BTreeMap<String, f64> = BTreeMap::new();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:<34} {:>10} {:>12} {:>12}", "body", "ms", "of serde", "of earlier")?;
    for (kilobytes, values) in BODIES {
        let body = body::assistant(kilobytes * 1_000, values);
        let [read, first, second] = measured(&body)?;
        for (way, taken) in [("read and written by serde_json", read), ("masked", first), ("masked again", second)] {
            let name = format!("{kilobytes} KB, {values} values, {way}");
            let before = earlier.get(&name).map_or(String::new(), |before| format!("{:.2}", taken / before));
            writeln!(out, "{name:<52} {taken:>8.3} {:>8.2} {before:>8}", taken / read)?;
            rows.insert(name, taken);
        }
    }
    match file("--json") {
        Some(path) => std::fs::write(path, serde_json::to_vec_pretty(&rows)?),
        None => Ok(()),
    }
}

/// Milliseconds of reading and writing a body, of masking it, and of masking it when its texts were masked before.
fn measured(body: &str) -> std::io::Result<[f64; 3]> {
    let scanner = Scanner::new(&Policy::default()).map_err(std::io::Error::other)?;
    let mint = Mint::new(&PlaceholderKey::derive(b"bench", "bench"), "bench");
    let (known, options) = (Known::default(), Options::default());
    let masker = Masker { scanner: &scanner, known: &known, mint: &mint, options, thoughts: &NoThoughts };
    let mask = |history: &mut History| masker.mask_again(history, Format::Json, body.as_bytes());
    let mut history = History::default();
    mask(&mut history).map_err(|error| std::io::Error::other(format!("{error:?}")))?;
    Ok([
        fastest(|| serde_json::from_str::<Value>(body).map(|document| document.to_string())),
        fastest(|| mask(&mut History::default())),
        fastest(|| mask(&mut history)),
    ])
}

/// Milliseconds of the fastest run, which other work on the machine disturbs least.
fn fastest<T>(mut run: impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    let mut fastest = Duration::MAX;
    while start.elapsed() < PATIENCE {
        let start = Instant::now();
        std::hint::black_box(run());
        fastest = fastest.min(start.elapsed());
    }
    fastest.as_secs_f64() * 1e3
}
