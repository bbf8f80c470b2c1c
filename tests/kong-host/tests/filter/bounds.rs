//! Answers that are small on the wire and huge when they are read: the worker lives, its memory is bounded, and the
//! client gets a whole response.

use std::io::Write;

use kong_host::{Response, Settings};
use serde_json::json;

use crate::gateway::{Gateway, heard, message, message_body, reply_body};

/// Maximum bytes of the filter's memory, whatever an answer does.
const MEMORY_MAX: usize = 256 << 20;

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(plain).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn three_hundred_megabytes_in_three_hundred_kilobytes() {
    let bombs = [gzip(&vec![b'a'; 300 << 20]), gzip("data: a\n\n".repeat((300 << 20) / 9).as_bytes())];
    for (bomb, declared) in bombs.iter().flat_map(|bomb| {
        ["application/json", "text/event-stream", "text/plain", "application/x-ndjson", ""]
            .map(|declared| (bomb, declared))
    }) {
        for size in [16 << 10, bomb.len()] {
            let mut gateway = Gateway::new();
            let mut response = Response::json(200, bomb.clone()).header("content-encoding", "gzip").in_pieces_of(size);
            response.headers.drop("content-type");
            let response = if declared.is_empty() { response } else { response.header("content-type", declared) };
            let name = format!("{} bytes as {declared:?} in pieces of {size}", bomb.len());
            let outcome = gateway.check(&name, message("hello"), |_| response);
            let (plain, memory) = (outcome.client.body.len(), gateway.worker.memory_bytes());
            assert!(plain <= 101 * bomb.len() + (1 << 20), "{name}: {plain} bytes");
            assert!(memory <= MEMORY_MAX, "{name}: {memory} bytes of memory");
        }
    }
}

/// A private key of this many bytes, which is one value.
fn private_key(bytes: usize) -> String {
    let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n";
    format!("-----BEGIN PRIVATE KEY-----\n{}-----END PRIVATE KEY-----", line.repeat(bytes / line.len()))
}

#[test]
fn a_long_value_repeated_without_end() {
    let key = private_key(15_000);
    for declared in ["application/json", "text/plain", "text/event-stream"] {
        let mut gateway = Gateway::with(json!({}), Settings::default()).ready();
        let outcome = gateway.check(declared, message(&key), |upstream| {
            let repeated = format!("{} ", heard(upstream)).repeat(25_000);
            let body = match declared {
                "application/json" => reply_body(&repeated),
                "text/plain" => repeated,
                _ => format!("data: {}\n\n", message_body(&repeated)),
            };
            Response::json(200, body).header("content-type", declared)
        });
        let (plain, memory) = (outcome.client.body.len(), gateway.worker.memory_bytes());
        assert!(plain <= 40 << 20, "{declared}: {plain} bytes");
        assert!(plain >= 30 << 20, "{declared}: {plain} bytes, though there is room for more");
        assert!(memory <= MEMORY_MAX, "{declared}: {memory} bytes of memory");
    }
}
