//! What ten exchanges cost, in WebAssembly instructions. `costs.txt` has the counts, and a change that makes one of them
//! grow by more than a tenth must change the file too, where a reviewer sees it.
//!
//! `UPDATE_COSTS=1 cargo test -p kong-host --test filter costs::` writes the file anew.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use kong_host::{Request, Response};
use serde_json::json;

use crate::gateway::{Gateway, message_body, reply, reply_body};

/// Times the recorded instructions that an exchange may take.
const GROWTH: f64 = 1.1;
/// Bytes of a body, about.
const SIZE: usize = 64 << 10;

const PROSE: &str =
    "The scheduler keeps one queue for each worker, and a task that blocks is handed over to another.\n";
const CODE: &str = "\
    /// Returns the number of buckets, which is a power of two.
    pub fn account(&mut self, owner: &Owner, key: &str) -> Result<Placeholder, Error> {
        let secret = self.keys.get(key).ok_or_else(|| Error::missing(key))?; // version 1.10.2
        for (index, entry) in self.entries.iter().enumerate().filter(|(_, e)| e.state == State::Ready) {
            if entry.identifier == owner.identifier { return Ok(Placeholder::new(secret, index)); }
        }
";
const LOG: &str = "2026-07-01T09:12:44.120Z api-1 INFO request 6c3a850769 of GET /v1/orders took 12.4 ms, 200 OK\n";

/// An exchange by its request and its answer.
type Exchange = (Request, Response);

fn fill(unit: &str, size: usize) -> String {
    unit.repeat(size / unit.len() + 1)
}

/// Text of `size` bytes with identifiers of several kinds, by their numbers.
fn identified(unit: &str, size: usize, ids: Range<usize>) -> String {
    let id = |n: usize| match n % 5 {
        0 => format!("i-0{:016x}", n * 7_919),
        1 => format!("10.{}.{}.{}", 20 + n / 250 % 200, n % 250, n % 249 + 1),
        2 => format!("s3://acme-{n:06}-logs/2026"),
        3 => format!("arn:aws:iam::{}:role/app-{n:06}", 471_192_830_564_usize + n),
        _ => format!("orders-{n:05}.c9akciq32xyz.eu-west-1.rds.amazonaws.com"),
    };
    if ids.is_empty() {
        return fill(unit, size);
    }
    let filler = fill(unit, size / ids.len());
    ids.map(|n| format!("{} {filler}", id(n))).collect()
}

/// A request as a coding assistant sends it: tools with their schemas, and a text.
fn assistant(text: &str) -> Request {
    let tool = |n: usize| {
        let property = |name: &str| (name.to_owned(), json!({"type": "string", "description": PROSE}));
        let properties: serde_json::Map<_, _> = ["command", "path", "timeout"].map(property).into_iter().collect();
        let schema = json!({"type": "object", "properties": properties, "required": ["command"]});
        json!({"name": format!("tool{n}"), "description": fill(PROSE, 1_500), "input_schema": schema})
    };
    let tools: Vec<_> = (0..24).map(tool).collect();
    let body = json!({"model": "m", "tools": tools, "messages": [{"role": "user", "content": [{"type": "text", "text": text}]}]});
    Request::post("/v1/messages", body.to_string())
}

fn request(text: &str) -> Exchange {
    (Request::post("/v1/messages", message_body(text)), reply("ok"))
}

fn events(text: &str, count: usize) -> Response {
    let delta = json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}});
    Response::events([format!("event: content_block_delta\ndata: {delta}\n\n").repeat(count)]).in_pieces_of(1_000)
}

/// The instructions of the last of some exchanges. Those before it compile the patterns, and are its history.
fn instructions(name: &str, before: Exchange, last: Exchange) -> u64 {
    let mut gateway = Gateway::metered(json!({}));
    gateway.check(name, before.0, |_| before.1);
    let start = gateway.worker.instructions();
    gateway.check(name, last.0, |_| last.1);
    gateway.worker.instructions() - start
}

fn costs() -> BTreeMap<String, u64> {
    let answer = |text: &str| {
        json!({"Instances": (0..SIZE / 400).map(|n| json!({
        "InstanceId": format!("i-0{n:016x}"), "OwnerId": "471192830564", "Text": text,
        "PrivateIpAddress": format!("10.20.{}.{}", n / 250, n % 250 + 1), "VpcId": "vpc-0aa11bb22cc33dd44",
        "Bucket": format!("acme-logs-{n}"), "State": {"Name": "running"},
    })).collect::<Vec<_>>()})
        .to_string()
    };
    let texts = |make: &dyn Fn(usize) -> String| (request(&make(SIZE / 8)), request(&make(SIZE)));
    // Other values before, so that nothing of the last request was seen.
    let assisted = |ids: usize| (identified(PROSE, SIZE / 8, 1_000..1_000 + ids), identified(CODE, SIZE / 4, 0..ids));
    let fresh = |ids: usize| {
        let (before, last) = assisted(ids);
        (request(&before), (assistant(&last), reply("ok")))
    };
    let turn = |ids: usize| {
        let (_, last) = assisted(ids);
        ((assistant(&last), reply("ok")), (assistant(&last), reply("ok")))
    };
    let answered =
        |response: Response| (request(PROSE), (Request::post("/v1/messages", message_body(PROSE)), response));
    let cases: [(&str, (Exchange, Exchange)); 10] = [
        ("64 KB of prose", texts(&|size| fill(PROSE, size))),
        ("64 KB of code with names", texts(&|size| fill(CODE, size))),
        ("64 KB of a log", texts(&|size| fill(LOG, size))),
        ("an answer of the API with 650 values", (request(&answer("a")), request(&answer("b")))),
        ("an assistant's request without ids", fresh(0)),
        ("an assistant's request with 20 ids", fresh(20)),
        ("an assistant's request with 200 ids", fresh(200)),
        ("the same request again", turn(200)),
        ("an answer of 64 KB", answered(Response::json(200, reply_body(&fill(PROSE, SIZE))))),
        ("a stream of 500 events", answered(events("some words of an answer ", 500))),
    ];
    cases.into_iter().map(|(name, (before, last))| (name.to_owned(), instructions(name, before, last))).collect()
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/filter/costs.txt")
}

#[test]
fn no_exchange_costs_a_tenth_more_than_is_recorded() {
    let costs = costs();
    let rows = |costs: &BTreeMap<String, u64>| -> String {
        costs.iter().map(|(name, count)| format!("{count:>12} {name}\n")).collect()
    };
    if std::env::var_os("UPDATE_COSTS").is_some() {
        std::fs::write(path(), rows(&costs)).expect("the file can be written");
    }
    let recorded = std::fs::read_to_string(path()).expect("the file is there");
    let recorded: BTreeMap<String, u64> = recorded
        .lines()
        .filter_map(|row| row.trim_start().split_once(' '))
        .map(|(count, name)| (name.to_owned(), count.parse().expect("a count")))
        .collect();
    assert_eq!(recorded.keys().collect::<Vec<_>>(), costs.keys().collect::<Vec<_>>());
    let grown: Vec<String> = costs
        .iter()
        .filter(|(name, count)| **count as f64 > GROWTH * recorded[*name] as f64)
        .map(|(name, count)| format!("{name}: {count}, recorded {}", recorded[name]))
        .collect();
    assert!(grown.is_empty(), "{}\nnow:\n{}", grown.join("\n"), rows(&costs));
}
