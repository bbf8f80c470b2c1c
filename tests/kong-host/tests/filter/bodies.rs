//! Request bodies of every size and manner, plain responses in every cut.

use std::io::Write;

use kong_host::{Request, Response, Settings};
use serde_json::json;

use crate::gateway::{Gateway, MAPPED, TEXT, heard, message, message_body, reply, reply_body};

/// What the client sends comes back to it, through a provider that repeats what it read.
fn check_round_trip(name: &str, request: Request) {
    let mut gateway = Gateway::new();
    let outcome = gateway.check(name, request, |upstream| reply(&heard(upstream)));
    assert_eq!(outcome.client.status, 200, "{name}");
    let got: serde_json::Value = serde_json::from_slice(&outcome.client.body).expect("the client gets JSON");
    let expected: serde_json::Value = serde_json::from_str(&reply_body(TEXT)).expect("JSON");
    assert_eq!(got, expected, "{name}");
    assert_eq!(outcome.client.headers.text("x-aws-masker"), Some("masked=6"), "{name}");
}

#[test]
fn every_manner_of_sending() {
    for (name, request) in [
        ("with the head", message(TEXT)),
        ("after the head", message(TEXT).slow()),
        ("chunked", message(TEXT).chunked()),
        ("with a charset", message(TEXT).header("content-type", "application/json; charset=utf-8")),
        ("as identity", message(TEXT).header("content-encoding", "identity")),
        ("without a type", {
            let mut request = message(TEXT);
            request.headers.drop("content-type");
            request
        }),
    ] {
        check_round_trip(name, request);
    }
}

#[test]
fn responses_in_pieces_of_every_size() {
    let mut gateway = Gateway::new();
    for chunked in [false, true] {
        for size in 1..reply_body(TEXT).len() + 100 {
            let name = format!("pieces of {size}, chunked: {chunked}");
            let outcome = gateway.check(&name, message(TEXT), |upstream| {
                let response = reply(&heard(upstream)).in_pieces_of(size);
                if chunked { response.chunked() } else { response }
            });
            assert_eq!(String::from_utf8_lossy(&outcome.client.body), reply_body(TEXT), "{name}");
        }
    }
}

/// Values that are not UTF-8 make the SDK's own calls panic.
#[test]
fn headers_that_are_no_text() {
    let mut request = message(TEXT);
    for name in ["x-note", "user-agent", "x-claude-code-session-id"] {
        request.headers.set(name, *b"caf\xe9");
    }
    let outcome = Gateway::new().check("headers", request, |upstream| {
        let mut response = reply(&heard(upstream));
        response.headers.set("server", *b"caf\xe9");
        response
    });
    assert_eq!(String::from_utf8_lossy(&outcome.client.body), reply_body(TEXT));
    assert_eq!(outcome.client.headers.get("server"), Some(&b"caf\xe9"[..]));
    assert_eq!(outcome.upstream.expect("it goes upstream").headers.get("x-note"), Some(&b"caf\xe9"[..]));

    let mut untyped = Response::json(200, "AWS_EC2_7KQ2M9XA4TBN");
    untyped.headers.set("content-type", *b"text/\xff");
    let outcome = Gateway::new().check("a type that is no text", message("hello"), |_| untyped);
    assert_eq!(outcome.client.body, b"AWS_EC2_7KQ2M9XA4TBN");
}

/// An upstream that compresses although it was asked not to. Its last bytes may be a checksum that says nothing: a piece
/// that must not become empty.
#[test]
fn compressed_responses_in_pieces_of_every_size() {
    let mut gateway = Gateway::new();
    for chunked in [false, true] {
        for size in 1..300 {
            let name = format!("gzip in pieces of {size}, chunked: {chunked}");
            let outcome = gateway.check(&name, message(TEXT), |upstream| {
                let body = gzip(reply_body(&heard(upstream)).as_bytes());
                let response = Response::json(200, body).header("content-encoding", "gzip").in_pieces_of(size);
                if chunked { response.chunked() } else { response }
            });
            // JSON may end with white space, which keeps the last piece from being empty.
            assert_eq!(String::from_utf8_lossy(&outcome.client.body).trim_end(), reply_body(TEXT), "{name}");
        }
    }
}

/// What says that it is compressed and is not, or ends too early, is cut; the client does not wait for ever.
#[test]
fn compressed_responses_that_are_broken() {
    let whole = gzip(reply_body(TEXT).as_bytes());
    for (name, body) in [("no gzip", b"\x1f\x8b...".to_vec()), ("half of it", whole[..whole.len() / 2].to_vec())] {
        for size in [3, 1_000] {
            let response = Response::json(200, body.clone()).header("content-encoding", "gzip").in_pieces_of(size);
            Gateway::new().check(name, message("hello"), |_| response);
        }
    }
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(plain).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// Codex with a login sends zstd. The masked body goes on without a coding.
#[test]
fn compressed_requests() {
    for coding in ["gzip", "x-gzip", "GZIP"] {
        let body = gzip(message_body(TEXT).as_bytes());
        let request = Request::post("/v1/messages", body).header("content-encoding", coding);
        for request in [request.clone(), request.clone().slow(), request.chunked()] {
            let outcome = Gateway::new().check(coding, request, |upstream| reply(&heard(upstream)));
            assert_eq!(String::from_utf8_lossy(&outcome.client.body), reply_body(TEXT), "{coding}");
            let upstream = outcome.upstream.expect("it goes upstream");
            // Kong sends a header that is removed all the same.
            assert_eq!(upstream.headers.text("content-encoding"), Some("identity"), "{coding}");
        }
    }
}

/// The same bytes for the same value, in every worker: prompt caches stay warm.
#[test]
fn two_workers_that_share_a_sidecar() {
    let mut first = Gateway::new();
    let mut second = Gateway::sharing(&first.vault, json!({}), Settings::default()).ready();
    let sent = |gateway: &mut Gateway| {
        let outcome = gateway.check("a worker", message(TEXT), |_| reply("ok"));
        outcome.upstream.expect("it goes upstream").body
    };
    let body = sent(&mut first);
    assert_eq!(body, sent(&mut second));
    first.settle();
    second.settle();
    let vault = first.vault.borrow();
    let mut stored = vault.values();
    stored.sort_unstable();
    let mut secrets = MAPPED;
    secrets.sort_unstable();
    assert_eq!(stored, secrets);
    assert_eq!(vault.count(|counters| counters.masked), 12);
}

#[test]
fn exchanges_without_a_body() {
    for (name, request, response) in [
        ("GET", Request::new("GET", "/v1/models"), Response::json(200, r#"{"data":[]}"#)),
        ("HEAD", Request::new("HEAD", "/v1/models"), Response::empty(200).header("content-length", "11")),
        ("an empty POST", Request::post("/v1/messages", ""), Response::json(400, r#"{"type":"error"}"#)),
        ("204", message(TEXT), Response::empty(204)),
        ("304", Request::new("GET", "/v1/models"), Response::empty(304)),
        ("an empty answer", message(TEXT), Response::json(200, "")),
        ("an empty answer without a length", message(TEXT), Response::events::<&str>([])),
        ("an error", message(TEXT), Response::json(529, r#"{"type":"error","error":{"type":"overloaded_error"}}"#)),
        ("an error that is no JSON", message(TEXT), Response::json(502, "<html>Bad gateway</html>")),
        ("compressed all the same", message(TEXT), Response::json(200, "...").header("content-encoding", "aws4")),
        ("an image", message(TEXT), Response::json(200, "\u{89}PNG").header("content-type", "image/png")),
    ] {
        let expected = response.clone();
        let outcome = Gateway::new().check(name, request, |_| response);
        assert_eq!(outcome.client.status, expected.status, "{name}");
        assert_eq!(outcome.client.body, expected.pieces.concat(), "{name}");
    }
}

/// An API's largest bodies, with many values and with none.
#[test]
fn large_bodies() {
    let mut gateway = Gateway::new();
    let ids: String = (0..2_000).map(|n| format!("i-0{n:016x} and text between them. ")).collect();
    let filler = "The quick brown fox jumps over the lazy dog, 3.14 times. ".repeat(20_000);
    for (name, text) in [
        ("2,000 ids", ids.clone()),
        ("1 MB of prose", filler.clone()),
        ("5 MB with 2,000 ids", format!("{ids}{}", filler.repeat(5))),
        ("30 MB with one id", format!("{}{}", filler.repeat(26), "i-0123456789abcdef0")),
    ] {
        let body = message_body(&text);
        let outcome = gateway.check(name, Request::post("/v1/messages", body), |upstream| {
            reply(&heard(upstream)).in_pieces_of(16 << 10)
        });
        assert_eq!(outcome.client.status, 200, "{name}: {}", String::from_utf8_lossy(&outcome.client.body));
        assert_eq!(outcome.client.body.len(), reply_body(&text).len(), "{name}");
        assert!(outcome.client.body == reply_body(&text).as_bytes(), "{name}: the client's text");
        let upstream = outcome.upstream.expect("it goes upstream");
        assert!(!String::from_utf8_lossy(&upstream.body).contains("i-0"), "{name}: an id went upstream");
    }
}
