//! Bodies of 8 MB, which try what the small ones of [`work`](crate::work) cannot: that the work stays linear up to there,
//! that a byte takes a bounded number of bytes of memory, and that a request with too many values is refused, in no more
//! work than that.

use kong_host::{Request, Response, Upstream};
use serde_json::{Value, json};

use crate::gateway::{Gateway, heard, message, message_body, reply};

const MB: usize = 1 << 20;
/// Times the instructions that eight times the body may take.
const GROWTH: f64 = 8.0 * 1.25;
/// Bytes of the filter's memory for each byte of a body. The memory never shrinks, so this is the most that it had.
const MEMORY_PER_BYTE: f64 = 20.0;

/// A body and what is answered to it.
type Attack = (&'static str, Box<dyn Fn(usize) -> Request>, Answer);

enum Answer {
    /// Whatever.
    Any,
    /// A text of this size, of repetitions of this.
    Filled(&'static str),
}

fn request(name: &'static str, body: impl Fn(usize) -> String + 'static) -> Attack {
    (name, Box::new(move |size| Request::post("/v1/messages", body(size))), Answer::Any)
}

fn text(name: &'static str, unit: &'static str) -> Attack {
    request(name, move |size| message_body(&fill(unit, size)))
}

fn answer(name: &'static str, unit: &'static str) -> Attack {
    (name, Box::new(|_| message("i-0123456789abcdef0")), Answer::Filled(unit))
}

fn fill(unit: &str, size: usize) -> String {
    unit.repeat(size / unit.len())
}

fn attacks() -> Vec<Attack> {
    vec![
        text("prose", "the quick brown fox jumps over the lazy dog and goes on\n"),
        text("one value again and again", "i-0a1b2c3d4e5f60718 "),
        request("ids without an end", |size| {
            message_body(&(0..size / 20).map(|n| format!("i-0{n:016x} ")).collect::<String>())
        }),
        text("addresses without an end", "10.0.0.1 "),
        text("anchors", "arn:aws:"),
        text("hyphens", "-a"),
        text("lists", "bucket: a1, "),
        text("names", "bucket=bucket=token="),
        text("openers that never close", "-----BEGIN PRIVATE KEY-----\n"),
        text("quotes", "pwd=\""),
        text("backslashes", "\\\""),
        request("nested arrays", |size| {
            format!("[{}]", vec!["[".repeat(254) + &"]".repeat(254); size / 509].join(","))
        }),
        request("long escaped keys and many names", |size| {
            let long = format!("\"{}\":1", "\\u005f".repeat(size / 12));
            format!("{{\"messages\":[{{{long},{}}}]}}", vec!["\"name\":\"abc\""; size / 26].join(","))
        }),
        answer("answered placeholders that never end", "AWS_EC2_"),
        answer("answered prose", "the quick brown fox jumps over the lazy dog and goes on\n"),
    ]
}

/// The instructions of an exchange, and the status of its answer.
fn run(gateway: &mut Gateway, attack: &Attack, size: usize) -> (f64, u16) {
    let (name, request, answer) = attack;
    let before = gateway.worker.instructions();
    let respond = |upstream: &Upstream| -> Response {
        match answer {
            Answer::Any => reply("ok"),
            Answer::Filled(unit) => {
                heard(upstream);
                reply(&fill(unit, size))
            }
        }
    };
    let outcome = gateway.check(name, request(size), respond);
    if outcome.client.status != 200 {
        let body: Value = serde_json::from_slice(&outcome.client.body).expect("an error is JSON");
        let message = body["error"]["message"].as_str().unwrap_or_default();
        // Too many values for a request, or too many for a document.
        let is_refused = ["AWS_MASKER_2005: ", "AWS_MASKER_2003: "].iter().any(|code| message.starts_with(code));
        assert!(outcome.client.status == 413 && is_refused, "{name}: {message}");
    }
    ((gateway.worker.instructions() - before) as f64, outcome.client.status)
}

#[test]
fn work_and_memory_stay_linear_up_to_8_mb() {
    let mut bad = Vec::new();
    for attack in attacks() {
        let mut gateway = Gateway::metered(json!({}));
        run(&mut gateway, &attack, MB / 8);
        let (once, _) = run(&mut gateway, &attack, MB);
        let (eight, status) = run(&mut gateway, &attack, 8 * MB);
        let (growth, memory) = (eight / once, gateway.worker.memory_bytes() as f64 / (8 * MB) as f64);
        let row = format!(
            "{:<40} {status}: {growth:>5.2} times for 8 times the body, {:>6.0} instructions and {memory:>5.1} bytes of memory a byte",
            attack.0,
            eight / (8 * MB) as f64
        );
        // `cargo test -p kong-host --test filter large:: -- --nocapture` shows them all.
        println!("{row}");
        if growth > GROWTH || memory > MEMORY_PER_BYTE {
            bad.push(row);
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
