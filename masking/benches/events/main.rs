//! What restoring an event of a stream costs, beside parsing its data: one that holds no placeholder, and one that does.
//!
//! `cargo bench -p masking --bench events` prints instructions of one event, which needs valgrind, and how often those of
//! the parser they are.

#[path = "../callgrind/mod.rs"]
mod callgrind;

use std::io::{Error, ErrorKind, Result, Write};

use masking::dialect::Options;
use masking::{Entry, Media, Placeholder, Policy, Recognised, Replaced, Response, Scanner, Secret};
use serde_json::Value;

use callgrind::counted_run;

/// Events of a stream that is measured, and of the one that is taken off it: what comes before the first is not counted.
const MANY: usize = 1_100;
const FEW: usize = 100;

const PARSED: &str = "parsed by serde_json";
const UNCHANGED: &str = "unchanged";
const CHANGED: &str = "changed";

/// A whole answer that holds no placeholder, and the lines of its text.
const ANSWER: &str = "an answer of 1 MB";
const ANSWER_LINES: usize = 10_000;
const LINE: &str =
    "The scheduler keeps one queue for each worker, and a task that blocks is handed over to another one.\n";

/// The events of some APIs, with `@` for the text.
const APIS: [(&str, &str); 6] = [
    ("Anthropic's Messages", r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"@"}}"#),
    (
        "chat completions",
        r#"{"id":"chatcmpl-BpXq2","object":"chat.completion.chunk","created":1750000000,"model":"gpt-4.1-2025-04-14","service_tier":"default","system_fingerprint":"fp_51e1070cf2","choices":[{"index":0,"delta":{"content":"@"},"logprobs":null,"finish_reason":null}],"usage":null}"#,
    ),
    (
        "OpenAI's Responses",
        r#"{"type":"response.output_text.delta","sequence_number":#,"item_id":"msg_67c9fd","output_index":0,"content_index":0,"delta":"@","logprobs":[],"obfuscation":"Zx81q"}"#,
    ),
    ("Converse", r#"{"contentBlockIndex":0,"delta":{"text":"@"},"p":"abcdefghijkl"}"#),
    (
        "Gemini",
        r#"{"candidates":[{"content":{"parts":[{"text":"@"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":#,"totalTokenCount":#},"modelVersion":"gemini-2.5-flash","responseId":"PlzqUQ4"}"#,
    ),
    (
        "Ollama",
        r##"{"model":"llama3.2","created_at":"2026-01-01T00:00:00.#Z","message":{"role":"assistant","content":"@"},"done":false}"##,
    ),
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["--count", ANSWER, way, count] => {
            answer(way, count.parse().map_err(Error::other)?);
            Ok(())
        }
        ["--count", api, way, count] => {
            let count = count.parse().map_err(Error::other)?;
            let (_, event) = APIS.into_iter().find(|(name, _)| name == api).ok_or(ErrorKind::NotFound)?;
            run(event, way, count);
            Ok(())
        }
        _ => print(),
    }
}

fn print() -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:<24}{PARSED:>24}{UNCHANGED:>16}{CHANGED:>16}", "instructions an event")?;
    for (api, _) in APIS {
        let of = |way| Some((counted(api, way, MANY)? - counted(api, way, FEW)?) / (MANY - FEW) as f64);
        let Some([parsed, unchanged, changed]) =
            of(PARSED).zip(of(UNCHANGED)).zip(of(CHANGED)).map(|((a, b), c)| [a, b, c])
        else {
            return Err(Error::other("valgrind is not installed"));
        };
        let [same, other] = [unchanged, changed].map(|count| format!("{count:.0} {:.2}x", count / parsed));
        writeln!(out, "{api:<24}{parsed:>24.0}{same:>16}{other:>16}")?;
    }
    let bytes = ANSWER_LINES * LINE.len();
    let of = |way| counted(ANSWER, way, ANSWER_LINES).map_or(0.0, |count| count / bytes as f64);
    writeln!(out, "{ANSWER}, a byte: {:.2} parsed by serde_json, {:.2} unchanged", of(PARSED), of(UNCHANGED))
}

/// A whole answer of so many lines.
fn answer(way: &str, lines: usize) {
    let content = [serde_json::json!({"type": "text", "text": LINE.repeat(lines)})];
    let body =
        serde_json::json!({"id": "msg_1", "type": "message", "role": "assistant", "content": content}).to_string();
    if way == PARSED {
        return counted_run(|| _ = std::hint::black_box(serde_json::from_str::<Value>(&body).is_ok()));
    }
    let mut response = Response::new(Media::Json, Options::default(), Box::new(replaced()));
    let mut out = Vec::new();
    counted_run(|| {
        response.write(body.as_bytes(), &mut out);
        response.end(&mut out);
    });
}

fn run(event: &str, way: &str, count: usize) {
    let text = |n: usize| match (way, n % 3) {
        // Other words each time: a string that never changes is no text.
        (CHANGED, 0) => "at AWS_EC2_7KQ2M9XA4TBN and",
        (CHANGED, 1) => "on AWS_EC2_7KQ2M9XA4TBN for",
        (CHANGED, _) => "to AWS_EC2_7KQ2M9XA4TBN but",
        (_, 0) => "The scheduler",
        (_, 1) => " keeps one queue",
        _ => " for each worker, and",
    };
    let data: Vec<String> =
        (0..count).map(|n| event.replace('@', text(n)).replace('#', &(1_000 + n).to_string())).collect();
    if way == PARSED {
        return counted_run(|| {
            data.iter().for_each(|data| _ = std::hint::black_box(serde_json::from_str::<Value>(data).is_ok()));
        });
    }
    let events: Vec<String> = data.iter().map(|data| format!("data: {data}\n\n")).collect();
    let mut response = Response::new(Media::Events, Options::default(), Box::new(replaced()));
    let mut out = Vec::new();
    counted_run(|| {
        for event in &events {
            out.clear();
            response.write(event.as_bytes(), &mut out);
        }
    });
}

fn replaced() -> Replaced {
    let mut replaced = Replaced::default();
    let kind = Scanner::new(&Policy::default()).ok().and_then(|scanner| scanner.kind_id("ec2_instance"));
    if let Some((placeholder, kind)) = Placeholder::parse("AWS_EC2_7KQ2M9XA4TBN").zip(kind) {
        let value = Secret::new("i-0123456789abcdef0");
        replaced.take(placeholder, Entry { kind, value, recognised: Recognised::of(false), count: 1 });
    }
    replaced
}

fn counted(api: &str, way: &str, count: usize) -> Option<f64> {
    callgrind::count(&["--count", api, way, &count.to_string()])
}
