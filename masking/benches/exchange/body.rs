//! Requests as a coding assistant sends them: tools with their schemas, and a conversation of prose, code and results.

use serde_json::{Value, json};

/// Bytes of the tools of a body that has room for them.
const TOOLS: usize = 60_000;
/// Bytes of one message.
const MESSAGE: usize = 8_000;

/// A request of about `size` bytes with so many values of several kinds, some of them distinct, spread over its messages. Two
/// variants have no text in common, except for short ones, and the same values.
pub fn assistant(size: usize, (values, distinct): (usize, usize), variant: usize) -> String {
    let tools = TOOLS.min(size / 2);
    let messages = ((size - tools) / MESSAGE).max(1);
    let room = (size - tools) / messages;
    let message = |n: usize| {
        let ids = values * n / messages..values * (n + 1) / messages;
        let filler = text((n, variant), room.saturating_sub(ids.len() * 40));
        let results: String = ids.map(|id| format!("{}  running\n", value(id % distinct))).collect();
        json!({"role": if n.is_multiple_of(2) { "user" } else { "assistant" }, "content": [{"type": "text", "text": filler + &results}]})
    };
    let messages: Vec<Value> = (0..messages).map(message).collect();
    json!({"model": "m", "max_tokens": 32_000, "tools": schemas(tools, variant), "messages": messages, "stream": true})
        .to_string()
}

fn schemas(size: usize, variant: usize) -> Vec<Value> {
    let tool = |n: usize| {
        let property =
            |name: &str| (name.to_owned(), json!({"type": "string", "description": text((n, variant), size / 24 / 8)}));
        let properties: serde_json::Map<String, Value> =
            ["command", "file_path", "timeout"].into_iter().map(property).collect();
        let schema = json!({"type": "object", "properties": properties, "required": ["command"]});
        json!({"name": format!("tool{n}"), "description": text((n + 1, variant), size / 24 / 2), "input_schema": schema})
    };
    (0..24).map(tool).collect()
}

/// One of each kind in turn, never the same twice.
fn value(n: usize) -> String {
    match n % 6 {
        0 => format!("i-0{:016x}", n * 7_919 + 1),
        1 => format!("subnet-0{:016x}", n * 104_729 + 1),
        2 => format!("10.{}.{}.{}", 20 + n / 62_500 % 200, n / 250 % 250, n % 250 + 1),
        3 => format!("s3://acme-{n:06}-logs/2026/11"),
        4 => format!("arn:aws:iam::{}:role/app-{n:06}", 471_192_830_564_u64 + n as u64),
        _ => format!("orders-{n:05}.c9akciq32xyz.eu-west-1.rds.amazonaws.com"),
    }
}

/// A text of about this size. The line that it begins with depends on a number, and that line on the variant.
fn text((from, variant): (usize, usize), size: usize) -> String {
    let lines = LINES.iter().cycle().skip(from * 7 % LINES.len());
    let mut text = format!("Section {variant}.\n");
    for line in lines {
        if text.len() >= size {
            return text;
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}

const LINES: [&str; 15] = [
    "The scheduler keeps one queue for each worker, and a task that blocks is handed over to another one.",
    "    pub fn account(&mut self, owner: &Owner, key: &str) -> Result<Placeholder, Error> {",
    "        let secret = self.keys.get(key).ok_or_else(|| Error::missing(key))?; // version 1.10.2",
    "    }",
    "",
    "Use this tool to read a file. The path must be absolute; lines longer than 2,000 characters are cut.",
    "- Results are returned with line numbers, starting at 1 (like `cat -n`).",
    "- You can optionally give an offset and a limit, which is handy for long files.",
    "    1\timport json",
    "    2\tfrom pathlib import Path",
    "    3\tdef load(path: Path) -> dict[str, object]:",
    "2026-07-01T09:12:44.120Z INFO request 6c3a850769 of GET /v1/orders took 12.4 ms, 200 OK",
    "error[E0308]: mismatched types: expected `usize`, found `u32` in src/main.rs:118:27",
    "\"scripts\": { \"build\": \"tsc -p .\", \"test\": \"node --test\", \"lint\": \"eslint src\" },",
    "What is wrong with the service? It answered late and was restarted by the operator.",
];
