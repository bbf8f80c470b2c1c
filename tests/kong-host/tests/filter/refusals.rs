//! What is refused, with what, and that nothing of it went upstream.

use std::io::Write;
use std::rc::Rc;

use kong_host::{Outcome, Request, Response, Settings};
use serde_json::{Value, json};

use crate::gateway::{Gateway, TEXT, heard, message, of_another_conf, reply};

#[track_caller]
fn check_refused(name: &str, gateway: &mut Gateway, request: Request, status: u16, code: &str) -> Outcome {
    let outcome = gateway.check(name, request, |_| panic!("{name}: it went upstream"));
    assert_eq!(outcome.client.status, status, "{name}");
    assert_eq!(outcome.client.headers.text("content-type"), Some("application/json"), "{name}");
    let body: Value = serde_json::from_slice(&outcome.client.body).expect("a refusal is JSON");
    assert_eq!(body["type"], "error", "{name}");
    let message = body["error"]["message"].as_str().expect("a refusal has a message");
    assert!(message.starts_with(&format!("{code}: ")), "{name}: {message}");
    outcome
}

#[test]
fn bodies_that_cannot_be_masked() {
    let cut = Request::post("/v1/messages", r#"{"messages":"i-0123456789abcdef0""#);
    let bytes = |body: &[u8]| Request::post("/v1/messages", body);
    let mut no_text = message(TEXT);
    no_text.headers.set("content-type", *b"application/json\xff");
    for (name, request, status, code) in [
        ("a type that is no text", no_text, 415, "AWS_MASKER_2004"),
        ("JSON that is cut", cut, 400, "AWS_MASKER_6002"),
        ("no JSON", bytes(b"i-0123456789abcdef0"), 400, "AWS_MASKER_6002"),
        ("no UTF-8", bytes(b"{\"a\":\"\xff i-0123456789abcdef0\"}"), 400, "AWS_MASKER_6002"),
        ("not what its coding says", message(TEXT).header("content-encoding", "gzip"), 400, "AWS_MASKER_2009"),
        ("a bomb", gzip(&vec![b' '; 33 << 20]), 413, "AWS_MASKER_2003"),
        ("in an unknown coding", message(TEXT).header("content-encoding", "compress"), 415, "AWS_MASKER_2004"),
        ("in two codings", message(TEXT).header("content-encoding", "gzip, br"), 415, "AWS_MASKER_2004"),
        ("UTF-16", message(TEXT).header("content-type", "text/plain; charset=utf-16"), 415, "AWS_MASKER_2004"),
        ("with a digest", message(TEXT).header("content-digest", "sha-256=:x:"), 400, "AWS_MASKER_2008"),
        ("a form", message(TEXT).header("content-type", "multipart/form-data; boundary=x"), 415, "AWS_MASKER_2004"),
        ("nested too deeply", bytes("[".repeat(200_000).as_bytes()), 413, "AWS_MASKER_2003"),
    ] {
        for slow in [false, true] {
            let request = if slow { request.clone().slow() } else { request.clone() };
            check_refused(name, &mut Gateway::new(), request, status, code);
        }
    }
}

fn gzip(plain: &[u8]) -> Request {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(plain).expect("memory takes it");
    let body = encoder.finish().expect("memory takes it");
    Request::post("/v1/messages", body).header("content-encoding", "gzip")
}

/// A client that is refused before its body was read may still be sending it; its connection is not used again.
#[test]
fn a_refusal_by_the_headers_closes_the_connection() {
    for (name, request, closes) in [
        ("by the headers", message(TEXT).header("content-encoding", "compress"), Some("close")),
        ("by the headers, chunked", message(TEXT).chunked().header("content-type", "image/png"), Some("close")),
        ("by the body", Request::post("/v1/messages", "{"), None),
        ("without a body", Request::new("GET", "/").header("upgrade", "websocket"), None),
    ] {
        let outcome = Gateway::new().check(name, request, |_| panic!("{name}: it went upstream"));
        assert_eq!(outcome.client.headers.text("connection"), closes, "{name}");
    }
}

/// What follows an upgrade is no HTTP any more: nobody would mask it.
#[test]
fn protocols_that_cannot_be_masked() {
    let asking = |request: Request, protocol| request.header("connection", "Upgrade").header("upgrade", protocol);
    let get = || Request::new("GET", "/v1/realtime");
    for (name, request) in [
        ("a websocket", asking(get(), "websocket")),
        ("in other letters", asking(get(), "WebSocket")),
        ("with a body", asking(message(TEXT), "websocket")),
        ("with a body behind the head", asking(message(TEXT).slow(), "websocket")),
        ("another protocol", asking(get(), "connect-udp")),
    ] {
        let outcome = check_refused(name, &mut Gateway::new(), request, 426, "AWS_MASKER_2007");
        assert_eq!(outcome.client.headers.text("upgrade"), Some("HTTP/1.1"), "{name}");
    }
    // HTTP/2 in clear text is offered by some clients with every request; nginx stays with HTTP/1.1.
    let outcome = Gateway::new().check("h2c", asking(message(TEXT), "h2c"), |upstream| reply(&heard(upstream)));
    assert_eq!(outcome.client.status, 200);
}

/// Kong as it comes keeps 8 KB of a body in memory; what is larger cannot be read by a filter.
#[test]
fn bodies_that_kong_put_into_a_file() {
    let environment = of_another_conf("").environment;
    let settings = Settings { environment, ..Settings::of_plain_kong() };
    let mut gateway = Gateway::with(json!({}), settings).ready();
    let large = message(&format!("{TEXT} {}", "word ".repeat(4_000)));
    for (name, request) in [("with a length", large.clone()), ("chunked", large.chunked())] {
        let outcome = check_refused(name, &mut gateway, request, 413, "AWS_MASKER_2003");
        let body = String::from_utf8_lossy(&outcome.client.body);
        assert!(body.contains("KONG_NGINX_HTTP_CLIENT_BODY_BUFFER_SIZE"), "{name}: {body}");
    }
}

/// With the image's settings nginx itself refuses what a filter could not read: nothing can spill.
#[test]
fn bodies_above_the_limit() {
    let settings = Settings::default();
    assert!(settings.client_max_body_size < settings.client_body_buffer_size);
    let body = vec![b' '; settings.client_max_body_size + 1];
    let outcome =
        Gateway::new().check("too large", Request::post("/v1/messages", body), |_| panic!("it went upstream"));
    assert_eq!(outcome.client.status, 413);
}

#[test]
fn wrong_configurations() {
    let without_token = Settings { environment: Vec::new(), ..Settings::default() };
    for (name, more, settings) in [
        ("an unknown key", json!({"mask_everything": true}), Settings::default()),
        ("no sidecar", json!({"sidecar": null}), Settings::default()),
        ("an address without a port", json!({"sidecar": "redis-sidecar"}), Settings::default()),
        ("a kind that is none", json!({"kinds": {"enable": ["no_such_kind"]}}), Settings::default()),
        ("a pattern that is none", json!({"custom_patterns": [{"label": "X", "regex": "("}]}), Settings::default()),
        ("no token", json!({}), without_token),
    ] {
        let mut gateway = Gateway::with(more, settings).ready();
        for request in [message(TEXT), message(TEXT).slow(), Request::new("GET", "/v1/models")] {
            check_refused(name, &mut gateway, request, 500, "AWS_MASKER_4001");
        }
        let logged = gateway.worker.log().iter().any(|line| line.text.contains("AWS_MASKER_4001"));
        assert!(logged, "{name}: the log has the reason");
    }
}

/// What Kong's Lua makes of a configuration is still the same configuration.
#[test]
fn configurations_that_passed_through_lua() {
    for more in [
        json!({"mapping_ttl": 3600.0, "kinds": {"enable": [], "disable": []}, "custom_patterns": []}),
        json!({"always_mask": [], "never_mask": [], "never_restore": []}),
        json!({"custom_patterns": [{"label": "TICKET", "regex": "PAY-[0-9]+/[a-z]+", "group": 0}]}),
    ] {
        let mut gateway = Gateway::with(more.clone(), Settings::default()).ready();
        let outcome = gateway.check(&more.to_string(), message(TEXT), |_| reply("ok"));
        assert_eq!(outcome.client.status, 200, "{more}");
    }
}

#[test]
fn a_scope_that_a_header_tells() {
    let more = json!({"scope": {"header": "X-Consumer-ID"}});
    let mut gateway = Gateway::with(more, Settings::default()).ready();
    check_refused("none", &mut gateway, message(TEXT), 403, "AWS_MASKER_1005");
    check_refused("not a name", &mut gateway, message(TEXT).header("x-consumer-id", "a b"), 403, "AWS_MASKER_1005");
    let mut sent = Vec::new();
    for scope in ["team-a", "team-b"] {
        let request = message(TEXT).header("x-consumer-id", scope);
        let outcome = gateway.check(scope, request, |upstream| reply(&heard(upstream)));
        assert!(String::from_utf8_lossy(&outcome.client.body).contains("i-0123456789abcdef0"), "{scope}");
        sent.push(outcome.upstream.expect("it goes upstream").body);
    }
    assert_ne!(sent[0], sent[1], "the scopes' placeholders differ");

    // A client that sends the header too, in front of the plugin's or after it, in any case.
    let forged = [("x-consumer-id", "X-Consumer-Id"), ("X-CONSUMER-ID", "x-consumer-id")];
    for (first, second) in forged {
        for scopes in [["team-b", "team-a"], ["team-a", "team-b"], ["team-a", "team-a"]] {
            let request = message(TEXT).one_more_header(first, scopes[0]).one_more_header(second, scopes[1]);
            let outcome = gateway.check("two scopes", request, |_| panic!("it went upstream"));
            assert_eq!(outcome.client.status, 403, "{scopes:?}");
        }
    }
    for forged in ["team-a,team-b", "team-a, team-a", "team-a;x", " team-a"] {
        let request = message(TEXT).header("x-consumer-id", forged);
        let outcome = gateway.check("a scope that is none", request, |_| panic!("it went upstream"));
        assert_eq!(outcome.client.status, 403, "{forged}");
    }
    // So many headers that the host does not show the plugin's own.
    let many = (0..110).fold(message(TEXT).header("x-consumer-id", "team-b"), |request, n| {
        request.one_more_header("x-many", &n.to_string())
    });
    let outcome = gateway.check("many headers", many, |_| panic!("it went upstream"));
    assert_eq!(outcome.client.status, 403);

    // What stands for a value in one scope stands for nothing in the other.
    let stolen = String::from_utf8(sent.swap_remove(0)).expect("JSON is UTF-8");
    let request = message("hello").header("x-consumer-id", "team-b");
    let outcome = gateway.check("stolen", request, |_| Response::json(200, stolen.clone()));
    assert_eq!(String::from_utf8_lossy(&outcome.client.body), stolen);
    gateway.settle();
    assert!(Rc::strong_count(&gateway.vault) > 0);
}
