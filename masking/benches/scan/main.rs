//! What the scan costs: megabytes a second for texts with no, few and many hits, beside other ways to do the same job.
//!
//! `cargo bench -p masking --bench scan`, or built for wasm32-wasip1 and run in any WASI host.

mod rules;

use std::io::Write;
use std::time::{Duration, Instant};

use masking::{KindId, Known, Policy, Scanner, Text};
use regex::{Regex, RegexSet};

/// Bytes of each text: few enough for a run that the scheduler does not interrupt.
const SIZE: usize = 1 << 17;
/// How long each measurement is repeated.
const PATIENCE: Duration = Duration::from_millis(700);

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let start = Instant::now();
    let scanner = Scanner::new(&Policy::default()).map_err(std::io::Error::other)?;
    writeln!(out, "compiling the scanner: {:.1} ms", start.elapsed().as_secs_f64() * 1e3)?;
    let known = known(&scanner);
    let rules: Vec<Regex> = rules::sources().iter().filter_map(|source| Regex::new(source).ok()).collect();
    let set = RegexSet::new(rules::sources()).map_err(std::io::Error::other)?;
    let largest = rules.iter().max_by_key(|rule| rule.as_str().len());
    writeln!(out, "{:<12} {:>22} {:>9} {:>9}", "text", "way", "MB/s", "found")?;
    for (name, text) in texts() {
        let texts = [Text { text: &text, key: None }];
        let mut row = |way: &str, run: &mut dyn FnMut() -> usize| {
            let (speed, found) = measure(run);
            writeln!(out, "{name:<12} {way:>22} {speed:>9.1} {found:>9}")
        };
        row("scanner", &mut || scanner.scan(&texts, &Known::default()).len())?;
        row("scanner, 5000 known", &mut || scanner.scan(&texts, &known).len())?;
        row("largest rule as regex", &mut || largest.map_or(0, |rule| rule.find_iter(&text).count()))?;
        row("set of all regexes", &mut || set.matches(&text).iter().count())?;
        row("rule by rule", &mut || rules.iter().map(|rule| rule.find_iter(&text).count()).sum())?;
    }
    Ok(())
}

/// Megabytes a second of the fastest run, which other work on the machine disturbs least, and what it found.
fn measure(run: &mut dyn FnMut() -> usize) -> (f64, usize) {
    let start = Instant::now();
    let mut fastest = Duration::MAX;
    let mut found = 0;
    while start.elapsed() < PATIENCE {
        let start = Instant::now();
        found = std::hint::black_box(run());
        fastest = fastest.min(start.elapsed());
    }
    (SIZE as f64 / 1e6 / fastest.as_secs_f64(), found)
}

/// Values of earlier exchanges, none of which stands in the texts.
fn known(scanner: &Scanner) -> Known {
    let kind: Option<KindId> = scanner.kind_id("s3_bucket");
    let names: Vec<String> = (0..5_000).map(|i| format!("bucket-of-team-{i}")).collect();
    Known::new(kind.into_iter().flat_map(|kind| names.iter().map(move |name| (kind, name.as_str()))))
}

fn texts() -> [(&'static str, String); 3] {
    let few = format!("{}{}", CODE.repeat(20), HIT);
    [("no hits", fill(CODE)), ("few hits", fill(&few)), ("many hits", fill(DENSE))]
}

fn fill(unit: &str) -> String {
    let mut text = unit.repeat(SIZE / unit.len() + 1);
    text.truncate((0..=SIZE).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0));
    text
}

/// Prose and code, as most of a conversation with a coding assistant is.
const CODE: &str = "\
The scheduler keeps one queue a worker; a task that blocks is handed over, so that no worker waits for another one.
    /// Returns the number of buckets, which is a power of two, and at least twice that of the entries.
    pub fn account(&mut self, owner: &Owner, key: &str) -> Result<Placeholder, Error> {
        let secret = self.keys.get(key).ok_or_else(|| Error::missing(key))?; // version 1.10.2
        for (index, entry) in self.entries.iter().enumerate().filter(|(_, e)| e.state == State::Ready) {
            if entry.identifier == owner.identifier { return Ok(Placeholder::new(secret, index)); }
        }
        Err(Error::NotFound { path: \"/usr/local/lib/python3.12/site-packages\", commit: \"6c3a850769253b1de1cf767b\" })
    }
";

const HIT: &str = "instance i-0f3a9b2c4d5e6f708 at 10.20.3.41 writes to s3://hanbit-pay-logs-01/2026/\n";

/// An answer of the API, as a tool result holds it.
const DENSE: &str = "\
    {
        \"InstanceId\": \"i-0f3a9b2c4d5e6f708\", \"ImageId\": \"ami-0c1d2e3f4a5b6c7d8\", \"OwnerId\": \"305918274610\",
        \"PrivateIpAddress\": \"10.20.3.41\", \"PrivateDnsName\": \"ip-10-20-3-41.eu-central-1.compute.internal\",
        \"SubnetId\": \"subnet-0d9e8f7a6b5c4d3e2\", \"VpcId\": \"vpc-0aa11bb22cc33dd44\", \"Architecture\": \"x86_64\",
        \"Groups\": [{\"GroupName\": \"web\", \"GroupId\": \"sg-0123abcd4567ef890\"}], \"State\": {\"Code\": 16, \"Name\": \"running\"},
        \"IamInstanceProfile\": {\"Arn\": \"arn:aws:iam::305918274610:instance-profile/web-live-1\", \"Id\": \"AIPAXYZQ7K2M9T4B3CDEF\"},
        \"Endpoint\": \"orders-live.cq1w2e3r4t5y.ap-northeast-2.rds.amazonaws.com\", \"Bucket\": \"hanbit-pay-logs-01\"
    },
";
