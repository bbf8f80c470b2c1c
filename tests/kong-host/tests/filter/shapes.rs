//! The shapes of streams that the core's own tests know, through the compiled filter: by the character, by the byte, and
//! under every type that servers declare.

use kong_host::Response;
use serde_json::{Value, json};

use self::table::{Ending, SHAPES, Shape, parts};
use crate::gateway::{Gateway, heard, message};

#[path = "../../../../masking/tests/shapes/mod.rs"]
mod table;

const TEXT: &str = "Use \"i-0123456789abcdef0\" at 10.20.30.40, 東京. AWS_ a";
/// Short, so that it can be cut at every byte.
const SHORT: &str = "\"i-0123456789abcdef0\", 東";

/// Streams a text to a client under a declared type, cut as `cut` says, and compares what the client reads.
#[track_caller]
fn check(
    gateway: &mut Gateway,
    shape: &Shape,
    declared: &str,
    text: &str,
    name: &str,
    answer: impl FnOnce(&str) -> Response,
) {
    let name = format!("{} as {declared:?}: {name}", shape.name);
    let outcome = gateway.check(&name, message(text), |upstream| {
        let mut response = answer(&heard(upstream));
        response.headers.drop("content-type");
        if declared.is_empty() { response } else { response.header("content-type", declared) }
    });
    let read = shape.read(&outcome.client.body);
    if shape.in_json {
        let input: Value = serde_json::from_str(&read).unwrap_or_else(|error| panic!("{name}: {error}: {read}"));
        assert_eq!(input["command"], text, "{name}");
    } else {
        assert_eq!(read, text, "{name}");
    }
}

/// What the provider says, as the shape carries it.
fn spoken(shape: &Shape, masked: &str) -> String {
    if shape.in_json { json!({"command": masked}).to_string() } else { masked.to_owned() }
}

#[test]
fn events_of_every_size_under_every_type() {
    let mut gateway = Gateway::new();
    for shape in SHAPES.iter() {
        for declared in shape.declared() {
            for size in (1..40).step_by(3) {
                for ending in [Ending::Lf, Ending::CrLf, Ending::LfWithoutLast] {
                    let name = format!("{size} characters an event, {ending:?}");
                    check(&mut gateway, shape, declared, TEXT, &name, |masked| {
                        Response::events(shape.events(&parts(&spoken(shape, masked), size), ending))
                    });
                }
            }
        }
    }
}

#[test]
fn reads_cut_at_every_byte() {
    let mut gateway = Gateway::new();
    for shape in SHAPES.iter() {
        let mut at = 1;
        let mut length = usize::MAX;
        while at < length {
            check(&mut gateway, shape, shape.declared()[0], SHORT, &format!("cut at byte {at}"), |masked| {
                let stream = shape.stream(&parts(&spoken(shape, masked), 8), Ending::Lf);
                length = stream.len();
                let (first, second) = stream.split_at(at.min(length));
                Response::events([first, second])
            });
            at += 1;
        }
    }
}

#[test]
fn reads_of_every_size() {
    let mut gateway = Gateway::new();
    for shape in SHAPES.iter() {
        for size in 1..60 {
            check(&mut gateway, shape, shape.declared()[0], SHORT, &format!("{size} bytes a read"), |masked| {
                let stream = shape.stream(&parts(&spoken(shape, masked), 5), Ending::CrLf);
                Response::events([stream]).in_pieces_of(size)
            });
        }
    }
}
