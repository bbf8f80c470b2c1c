//! What masking a request costs, beside reading it and writing it again: for bodies of several sizes and numbers of
//! values, for the first turn of a conversation and for the next one.
//!
//! `cargo bench -p masking --bench exchange` prints milliseconds of the fastest run, and the instructions of one where
//! valgrind is installed. `-- --json FILE` writes them there instead. `-- --bodies DIRECTORY COUNT` writes the bodies, so many
//! of each that have no text in common, for whoever measures a whole gateway.
//!
//! With `--target wasm32-wasip1` the same runs as WebAssembly, in Node.

mod body;
#[path = "../callgrind/mod.rs"]
mod callgrind;

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use masking::dialect::Options;
use masking::{Format, History, Known, Masker, Mint, NoThoughts, PlaceholderKey, Policy, Scanner};
use serde_json::Value;

use callgrind::counted_run;

/// How long each measurement is repeated.
const PATIENCE: Duration = Duration::from_millis(600);
/// The bodies, one of them in a scope that knows as many values as the filter remembers of one.
const CASES: [Case; 13] = [
    Case::of(10, 0),
    Case::of(10, 20),
    Case::of(76, 0),
    Case::of(76, 20),
    Case::of(76, 200),
    Case { known: 2_000, ..Case::of(76, 200) },
    Case::of(1_000, 0),
    Case::of(1_000, 500),
    Case { distinct: 1, ..Case::of(1_000, 5_000) },
    Case { distinct: 100, ..Case::of(1_000, 5_000) },
    Case::of(1_000, 5_000),
    Case::of(10_000, 0),
    Case::of(10_000, 10_000),
];

/// The ways to take a body.
const READ: &str = "read and written by serde_json";
const FIRST: &str = "first turn";
const NEXT: &str = "next turn";

/// Milliseconds, or instructions, by the body and the way.
type Rows = BTreeMap<String, f64>;

/// A body, and what its scope knows.
#[derive(Clone, Copy)]
struct Case {
    kilobytes: usize,
    /// Values in it, and how many of them are distinct.
    values: usize,
    distinct: usize,
    /// Values that earlier exchanges have shown. None of them stands in it.
    known: usize,
}

impl Case {
    const fn of(kilobytes: usize, values: usize) -> Self {
        Self { kilobytes, values, distinct: values, known: 0 }
    }

    fn name(self) -> String {
        let Self { kilobytes, values, distinct, known } = self;
        let distinct = if distinct < values { format!(", {distinct} distinct") } else { String::new() };
        let known = if known > 0 { format!(", {known} known") } else { String::new() };
        format!("{kilobytes} KB, {values} values{distinct}{known}")
    }

    fn body(self, variant: usize) -> String {
        body::assistant(self.kilobytes * 1_000, (self.values, self.distinct), variant)
    }
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let arguments: Vec<&str> = arguments.iter().skip(1).map(String::as_str).filter(|it| *it != "--bench").collect();
    match arguments.as_slice() {
        ["--bodies", directory, count] => write_bodies(Path::new(directory), number(count)?),
        ["--count", case, way] => run_once(CASES.get(number(case)?).copied().ok_or(ErrorKind::NotFound)?, way),
        ["--json", path] => std::fs::write(path, serde_json::to_vec_pretty(&measured()?)?),
        [] => print(&measured()?),
        _ => Err(Error::new(ErrorKind::InvalidInput, "the options are --json FILE and --bodies DIRECTORY COUNT")),
    }
}

fn number(text: &str) -> Result<usize> {
    text.parse().map_err(|_| Error::new(ErrorKind::InvalidInput, format!("{text} is not a number")))
}

fn write_bodies(directory: &Path, count: usize) -> Result<()> {
    for case in CASES.into_iter().filter(|case| case.known == 0) {
        let directory = directory.join(case.name());
        std::fs::create_dir_all(&directory)?;
        for variant in 0..count {
            std::fs::write(directory.join(format!("{variant:02}.json")), case.body(variant))?;
        }
    }
    Ok(())
}

fn print(measured: &BTreeMap<&str, Rows>) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for (what, rows) in measured {
        writeln!(out, "{what}")?;
        rows.iter().try_for_each(|(row, taken)| writeln!(out, "{row:<56} {taken:>12.3}"))?;
    }
    Ok(())
}

fn measured() -> Result<BTreeMap<&'static str, Rows>> {
    let (mut milliseconds, mut instructions) = (Rows::new(), Rows::new());
    for (index, case) in CASES.into_iter().enumerate() {
        let ways = [READ, FIRST, NEXT];
        for (way, taken) in ways.into_iter().zip(times(case)?) {
            let row = format!("{}, {way}", case.name());
            if let Some(count) = counted(index, way) {
                instructions.insert(row.clone(), count / case.body(0).len() as f64);
            }
            milliseconds.insert(row, taken);
        }
    }
    let all = [("milliseconds", milliseconds), ("native instructions a byte", instructions)];
    Ok(all.into_iter().filter(|(_, rows)| !rows.is_empty()).collect())
}

/// Runs a body with each way's own preparation and hands the way to `run`.
fn with_masker<T>(case: Case, run: impl FnOnce(&Masker<'_>) -> T) -> Result<T> {
    let scanner = Scanner::new(&Policy::default()).map_err(Error::other)?;
    let mint = Mint::new(&PlaceholderKey::derive(b"bench", "bench"), "bench");
    let kind = scanner.kind_id("s3_bucket").ok_or(ErrorKind::NotFound)?;
    let buckets: Vec<String> = (0..case.known).map(|n| format!("known-{n:05}-logs")).collect();
    let known = Known::new(buckets.iter().map(|bucket| (kind, bucket.as_str())));
    let options = Options::default();
    Ok(run(&Masker { scanner: &scanner, known: &known, mint: &mint, options, thoughts: &NoThoughts }))
}

/// Milliseconds of reading and writing a body, of masking it, and of masking it when its texts were masked before.
fn times(case: Case) -> Result<[f64; 3]> {
    let body = &case.body(0);
    with_masker(case, |masker| {
        let mut history = History::default();
        mask(masker, &mut history, body);
        [
            fastest(|| read(body)),
            fastest(|| mask(masker, &mut History::default(), body)),
            fastest(|| mask(masker, &mut history, body)),
        ]
    })
}

/// Milliseconds of the fastest run, which other work on the machine disturbs least.
fn fastest(mut run: impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut fastest = Duration::MAX;
    while start.elapsed() < PATIENCE {
        let start = Instant::now();
        run();
        fastest = fastest.min(start.elapsed());
    }
    fastest.as_secs_f64() * 1e3
}

fn read(body: &str) {
    std::hint::black_box(serde_json::from_str::<Value>(body).map(|document| document.to_string()).is_ok());
}

fn mask(masker: &Masker<'_>, history: &mut History, body: &str) {
    std::hint::black_box(masker.mask_again(history, Format::Json, body.as_bytes()).is_ok());
}

/// Takes a body once, when everything that a worker makes once is there.
fn run_once(case: Case, way: &str) -> Result<()> {
    let body = &case.body(0);
    with_masker(case, |masker| {
        let (mut history, mut other) = (History::default(), History::default());
        mask(masker, &mut history, body);
        match way {
            FIRST => counted_run(|| mask(masker, &mut other, body)),
            NEXT => counted_run(|| mask(masker, &mut history, body)),
            _ => counted_run(|| read(body)),
        }
    })
}

/// The instructions of one run of a case, by its index; `None` where valgrind is not installed.
fn counted(case: usize, way: &str) -> Option<f64> {
    callgrind::count(&["--count", &case.to_string(), way])
}
