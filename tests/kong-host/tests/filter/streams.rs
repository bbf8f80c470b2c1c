//! Streams of every dialect, cut everywhere: by the model into events, by the network into reads.

use kong_host::Response;

use crate::dialects::{DIALECTS, Dialect};
use crate::gateway::{Gateway, TEXT};

/// Short, so that it can be cut at every byte.
const SHORT: &str = "Use \"i-0123456789abcdef0\" at 10.20.30.40, 東京.";

#[track_caller]
fn check_stream(gateway: &mut Gateway, name: &str, dialect: &Dialect, text: &str, answer: impl Fn(&str) -> Response) {
    let outcome = gateway.check(name, (dialect.request)(text), |upstream| answer(&(dialect.heard)(upstream)));
    assert_eq!(outcome.client.status, 200, "{name}");
    assert_eq!(dialect.text(&outcome.client.body), text, "{name}");
}

#[test]
fn events_of_every_size() {
    for dialect in &DIALECTS {
        let mut gateway = dialect.gateway();
        for size in 1..60 {
            let name = format!("{}: {size} characters an event", dialect.name);
            check_stream(&mut gateway, &name, dialect, TEXT, |masked| dialect.response(dialect.stream(masked, size)));
        }
    }
}

#[test]
fn reads_cut_at_every_byte() {
    for dialect in &DIALECTS {
        let mut gateway = dialect.gateway();
        let mut at = 1;
        loop {
            let name = format!("{}: cut at byte {at}", dialect.name);
            let mut length = 0;
            let outcome = gateway.check(&name, (dialect.request)(SHORT), |upstream| {
                let stream = dialect.stream(&(dialect.heard)(upstream), 8).concat();
                length = stream.len();
                let (first, second) = stream.split_at(at.min(length));
                dialect.response([first, second])
            });
            assert_eq!(dialect.text(&outcome.client.body), SHORT, "{name}");
            at += 1;
            if at >= length {
                break;
            }
        }
    }
}

#[test]
fn reads_of_every_size() {
    for dialect in &DIALECTS {
        let mut gateway = dialect.gateway();
        for size in 1..200 {
            let name = format!("{}: {size} bytes a read", dialect.name);
            check_stream(&mut gateway, &name, dialect, SHORT, |masked| {
                dialect.response([dialect.stream(masked, 5).concat()]).in_pieces_of(size)
            });
        }
    }
}

/// What could not become a placeholder is not held back: a client sees the text grow.
#[test]
fn text_flows() {
    for dialect in &DIALECTS {
        let mut gateway = dialect.gateway();
        let id = gateway.worker.send((dialect.request)("hello"));
        let text = "Nothing here looks like a placeholder. ".repeat(20);
        let events = dialect.stream(&text, 13);
        gateway.worker.begin(id, &dialect.response::<&str>([]));
        for (index, event) in events.iter().enumerate() {
            let got = gateway.worker.piece(id, event);
            assert!(got == *event, "{}: event {index}: {}", dialect.name, String::from_utf8_lossy(&got));
        }
        let outcome = gateway.worker.end(id);
        gateway.check_outcome(dialect.name, &outcome);
        assert_eq!(dialect.text(&outcome.client.body), text, "{}", dialect.name);
    }
}

/// A stream may end anywhere; nothing that was held back may be lost, nothing may hang.
#[test]
fn streams_that_are_cut_short() {
    for dialect in &DIALECTS {
        let mut gateway = dialect.gateway();
        for kept in 0..40 {
            let name = format!("{}: only {kept} events", dialect.name);
            gateway.check(&name, (dialect.request)(SHORT), |upstream| {
                dialect.response(dialect.stream(&(dialect.heard)(upstream), 3).into_iter().take(kept))
            });
        }
    }
}
