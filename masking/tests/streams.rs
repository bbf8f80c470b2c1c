//! Streams of every shape: each cut everywhere, with every end of line, under every type that a server may declare.
//!
//! What a client puts together must be what the model said, in the client's own values, and what is not a piece of a
//! placeholder must arrive as it was sent.

#![cfg(test)]
#![allow(clippy::string_slice, reason = "a test that slices wrongly should fail")]

mod masked;
mod shapes;

use masked::mask;
use masking::dialect::Options;
use masking::{Entry, Masked, Media, Placeholder, Policy, Recognised, Replaced, Response, Scanner, Secret};
use serde_json::{Value, json};
use shapes::{Ending, Framing, SHAPES, Shape, data, parts, responses};

/// Short, so that it can be cut at every byte.
const SHORT: &str = "\"i-0123456789abcdef0\", 東";
const SAID: &str = "Use \"i-0123456789abcdef0\" at 10.20.30.40, 東京. AWS_ a";

/// What the provider says: the text with placeholders, as the shape carries it.
fn spoken(shape: &Shape, masked: &Masked) -> String {
    let text = masked.body.clone().unwrap();
    if shape.in_json { json!({"command": text}).to_string() } else { text }
}

/// What the client reads of a stream: the command of arguments that are JSON.
fn read(shape: &Shape, stream: &[u8]) -> String {
    let text = shape.read(stream);
    if !shape.in_json {
        return text;
    }
    let input: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}: {text}", shape.name));
    input["command"].as_str().unwrap().to_owned()
}

fn restore<'p>(media: Media, replaced: &Replaced, pieces: impl IntoIterator<Item = &'p [u8]>) -> Vec<u8> {
    let mut response = Response::new(media, Options::default(), Box::new(replaced.clone()));
    let mut out = Vec::new();
    pieces.into_iter().for_each(|piece| response.write(piece, &mut out));
    response.end(&mut out);
    let tally = response.tally();
    assert_eq!((tally.unresolved, tally.degraded), (0, false), "{}", String::from_utf8_lossy(&out));
    out
}

const ENDINGS: [Ending; 3] = [Ending::Lf, Ending::CrLf, Ending::LfWithoutLast];

#[test]
fn every_shape_in_pieces_of_every_size() {
    let masked = mask(SAID);
    for shape in SHAPES.iter() {
        let text = spoken(shape, &masked);
        for size in 1..=40 {
            for ending in ENDINGS {
                let stream = shape.stream(&parts(&text, size), ending);
                for declared in shape.declared() {
                    let restored = restore(Media::of(declared), &masked.replaced, [stream.as_slice()]);
                    let name = format!("{}, {size} characters, {ending:?}, {declared}", shape.name);
                    assert_eq!(read(shape, &restored), SAID, "{name}: {}", String::from_utf8_lossy(&restored));
                }
            }
        }
    }
}

#[test]
fn every_shape_cut_at_every_byte() {
    let masked = mask(SHORT);
    for shape in SHAPES.iter() {
        let text = spoken(shape, &masked);
        let all = shape.declared().iter().map(|declared| (*declared, Ending::Lf));
        for (declared, ending) in all.chain(ENDINGS.map(|ending| (shape.declared()[0], ending))) {
            let (media, stream) = (Media::of(declared), shape.stream(&parts(&text, 7), ending));
            let whole = restore(media, &masked.replaced, [stream.as_slice()]);
            assert_eq!(read(shape, &whole), SHORT, "{}", shape.name);
            for cut in 0..stream.len() {
                let (first, second) = stream.split_at(cut);
                let restored = restore(media, &masked.replaced, [first, second]);
                assert!(restored == whole, "{} {declared} {ending:?} cut at {cut}", shape.name);
            }
            assert!(restore(media, &masked.replaced, stream.chunks(1)) == whole, "{} {declared}", shape.name);
        }
    }
}

/// A placeholder that begins a text, is all of it, or ends it: there is an event that can carry it.
#[test]
fn a_placeholder_alone_in_a_text_cut_at_every_character() {
    let masked = mask("i-0123456789abcdef0");
    for shape in SHAPES.iter() {
        let text = spoken(shape, &masked);
        for at in 1..text.len() {
            let (first, second) = text.split_at(at);
            let stream = shape.stream(&[first.to_owned(), second.to_owned()], Ending::Lf);
            for declared in shape.declared() {
                let restored = restore(Media::of(declared), &masked.replaced, [stream.as_slice()]);
                assert_eq!(read(shape, &restored), "i-0123456789abcdef0", "{} {declared} cut at {at}", shape.name);
            }
        }
    }
}

/// The events of a stream in which nothing is replaced are those that were sent, and leave when they arrive unless a
/// placeholder may be forming.
#[test]
fn what_holds_no_placeholder_is_not_altered() {
    let replaced = mask(SAID).replaced;
    for shape in SHAPES.iter() {
        for text in ["Nothing here, Anna saw a lama: AWS, aw, AWS_EC2_7KQ2 a", "{\"a\": \"pizza\"}", "AWS_", "a"] {
            for size in 1..12 {
                let stream = shape.stream(&parts(text, size), Ending::Lf);
                let mut restored = Vec::new();
                let mut response =
                    Response::new(Media::of(shape.declared()[0]), Options::default(), Box::new(replaced.clone()));
                response.write(&stream, &mut restored);
                response.end(&mut restored);
                let name = format!("{} {text:?} by {size}", shape.name);
                assert_eq!(shape.read(&restored), text, "{name}");
                // Only the APIs that are known by themselves take a text apart.
                assert!(shape.is_known || restored == stream, "{name}: {}", String::from_utf8_lossy(&restored));
            }
        }
    }
}

#[test]
fn events_leave_when_they_arrive() {
    let replaced = mask(SAID).replaced;
    for shape in SHAPES.iter() {
        let pieces = parts(&"Nothing here looks like one. ".repeat(4), 13);
        let mut response =
            Response::new(Media::of(shape.declared()[0]), Options::default(), Box::new(replaced.clone()));
        for (index, event) in shape.events(&pieces, Ending::Lf).iter().enumerate() {
            let mut out = Vec::new();
            response.write(event, &mut out);
            // An element of an array takes the separator before it along.
            assert!(out.len() == event.len() || shape.framing == Framing::Array, "{}: event {index}", shape.name);
        }
    }
}

/// Complete texts that follow each other, texts that grow, constants: none of them is a piece of another.
#[test]
fn what_is_no_piece_is_left_alone() {
    let masked = mask("i-0123456789abcdef0");
    let word = masked.body.clone().unwrap();
    let value = "i-0123456789abcdef0";
    let (head, tail) = word.split_at(9);
    let records: Vec<(&str, Vec<Value>, Vec<Value>)> = vec![
        (
            "names that end like a placeholder begins",
            vec![json!({"name": "Anna"}), json!({"name": "Bea"}), json!({"name": "AWS"}), json!({"name": "_x"})],
            vec![json!({"name": "Anna"}), json!({"name": "Bea"}), json!({"name": "AWS"}), json!({"name": "_x"})],
        ),
        (
            "a text that each event repeats from its beginning",
            (1..=word.len()).map(|at| json!({"text": format!("See {}", &word[..at])})).collect(),
            (1..word.len())
                .map(|at| json!({"text": format!("See {}", &word[..at])}))
                .chain([json!({"text": format!("See {value}")})])
                .collect(),
        ),
        (
            "a constant beside the text",
            [head, tail, " end"].iter().map(|part| json!({"region": "asia", "text": part})).collect(),
            [value, "", " end"].iter().map(|part| json!({"region": "asia", "text": part})).collect(),
        ),
        (
            "two lanes that take turns",
            vec![
                json!({"type": "d", "index": 0, "text": head}),
                json!({"type": "d", "index": 1, "text": head}),
                json!({"type": "d", "index": 0, "text": tail}),
                json!({"type": "d", "index": 1, "text": tail}),
            ],
            vec![
                json!({"type": "d", "index": 0, "text": value}),
                json!({"type": "d", "index": 1, "text": value}),
                json!({"type": "d", "index": 0, "text": ""}),
                json!({"type": "d", "index": 1, "text": ""}),
            ],
        ),
        ("other places", vec![json!({"a": head}), json!({"b": tail})], vec![json!({"a": head}), json!({"b": tail})]),
        (
            "an answer of JSON-RPC",
            vec![json!({"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": "pizza"}]}})],
            vec![json!({"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": "pizza"}]}})],
        ),
    ];
    for (name, sent, expected) in records {
        let body: String = sent.iter().map(|event| data(&event.to_string(), Ending::Lf)).collect();
        let restored = restore_any(Media::Events, &masked.replaced, &body);
        let got: Vec<Value> =
            shapes::server_sent(restored.as_bytes()).iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        assert_eq!(got, expected, "{name}");
    }
}

fn restore_any(media: Media, replaced: &Replaced, body: &str) -> String {
    let mut response = Response::new(media, Options::default(), Box::new(replaced.clone()));
    let mut out = Vec::new();
    response.write(body.as_bytes(), &mut out);
    response.end(&mut out);
    String::from_utf8(out).unwrap()
}

/// Events that wait are not kept for ever: those that come between are counted, and some end a text.
#[test]
fn events_wait_for_a_few_others_only() {
    let masked = mask("i-0123456789abcdef0");
    let mut response = Response::new(Media::Events, Options::default(), Box::new(masked.replaced));
    let mut sent = |event: &str| {
        let mut out = Vec::new();
        response.write(event.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    };
    let text = data(r#"{"type":"text-delta","id":"1","delta":"pizza"}"#, Ending::Lf);
    assert_eq!(sent(&text), "", "it may be the beginning of a placeholder");
    let end = data(r#"{"type":"text-end","id":"1"}"#, Ending::Lf);
    assert_eq!(sent(&end), format!("{text}{end}"), "the text has ended");
    let keepalive = ": keepalive\n\n";
    assert_eq!(sent(&text), "");
    let comments: Vec<String> = (0..9).map(|_| sent(keepalive)).collect();
    assert_eq!(comments.concat(), text + &keepalive.repeat(9));
    assert_eq!(comments[7], "", "eight events may come between");
    let message = data(r#"{"jsonrpc":"2.0","id":1,"method":"ask","params":{"message":"pizza"}}"#, Ending::Lf);
    assert_eq!(sent(&message), message, "a message of JSON-RPC is complete: its answer may be waited for");
}

/// Events that are added look like their neighbours.
#[test]
fn added_events() {
    let masked = mask("See i-0123456789abcdef0");
    let text = masked.body.clone().unwrap();
    // Without `event:` lines.
    let delta = |text: &str| {
        data(
            &json!({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":text}}).to_string(),
            Ending::CrLf,
        )
    };
    let stop = data(r#"{"type":"content_block_stop","index":0}"#, Ending::CrLf);
    let stream: String = parts(&text, 6).iter().map(|part| delta(part)).chain([stop]).collect();
    let restored = restore_any(Media::Events, &masked.replaced, &stream);
    assert!(!restored.contains("event:"), "{restored}");
    assert_eq!(restored.matches('\n').count(), restored.matches("\r\n").count(), "{restored}");
    assert!(restored.contains("i-0123456789abcdef0"), "{restored}");

    // With numbers.
    for size in 1..30 {
        let restored =
            restore_any(Media::Events, &masked.replaced, &responses(&parts(&text, size), Ending::Lf).concat());
        let events: Vec<Value> =
            shapes::server_sent(restored.as_bytes()).iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        let numbers: Vec<u64> = events.iter().map(|event| event["sequence_number"].as_u64().unwrap()).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{size}: {numbers:?}");
        let said: String = events.iter().filter_map(|event| event["delta"].as_str()).collect();
        assert_eq!(said, "See i-0123456789abcdef0");
    }
}

/// A value of several lines, as a private key has them, and its placeholder.
fn of_lines() -> (Replaced, String, &'static str) {
    let value = "-----BEGIN KEY-----\nMIIE\"=\r\n-----END KEY-----";
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let (kind, word) = (scanner.kind_id("ec2_instance").unwrap(), "AWS_EC2_7KQ2M9XA4TBN");
    let mut replaced = Replaced::default();
    let entry = Entry { kind, value: Secret::new(value), recognised: Recognised::of(false), count: 1 };
    replaced.take(Placeholder::parse(word).unwrap(), entry);
    (replaced, word.to_owned(), value)
}

#[test]
fn a_value_of_several_lines_in_events_of_text() {
    let (replaced, word, value) = of_lines();
    for (ending, line) in [(Ending::Lf, "\n"), (Ending::CrLf, "\r\n")] {
        let sent: String = ["Key: ", &word, "!"].map(|text| data(text, ending)).concat();
        let restored = restore_any(Media::Events, &replaced, &sent);
        let expected =
            ["-----BEGIN KEY-----", "MIIE\"=", "-----END KEY-----"].map(|text| format!("data: {text}{line}"));
        assert_eq!(restored, format!("data: Key: {line}{line}{}{line}data: !{line}{line}", expected.concat()));
        assert_eq!(shapes::server_sent(restored.as_bytes())[1], value.replace("\r\n", "\n"));
        // Cut between two events of text.
        let (head, tail) = word.split_at(6);
        let cut = restore_any(Media::Events, &replaced, &(data(head, ending) + &data(tail, ending)));
        assert_eq!(shapes::server_sent(cut.as_bytes())[0], value.replace("\r\n", "\n"));
    }
}

/// A text that is JSON stays JSON: in an answer of every shape, in a fence, as a body of text.
#[test]
fn a_value_in_a_text_that_is_json() {
    let (replaced, word, value) = of_lines();
    let said = |before: &str, after: &str| format!("{before}{{\"n\": [1], \"key\": \"{word}\"}}{after}");
    for (before, after) in [("", ""), ("See:\n```json\n", "\n```\n")] {
        let text = said(before, after);
        let check = |name: &str, read: &str| {
            let json = read.strip_prefix(before).and_then(|read| read.strip_suffix(after)).expect(name);
            let object: Value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{name}: {error}: {json}"));
            assert_eq!(object["key"], value, "{name}");
        };
        for shape in SHAPES.iter().filter(|shape| !shape.in_json) {
            for size in [1, 3, 8, 200] {
                let stream = shape.stream(&parts(&text, size), Ending::Lf);
                let restored = restore(Media::of(shape.declared()[0]), &replaced, [stream.as_slice()]);
                check(&format!("{} by {size}", shape.name), &shape.read(&restored));
            }
        }
        let whole = json!({"answer": text}).to_string();
        let restored: Value = serde_json::from_str(&restore_any(Media::Json, &replaced, &whole)).unwrap();
        check("a document", restored["answer"].as_str().unwrap());
        let body = format!("> {text}");
        let restored = restore_any(Media::Text, &replaced, &body);
        if !before.is_empty() {
            check("a body of text", &restored[2..]);
        }
    }
    assert_eq!(restore_any(Media::Text, &replaced, &format!("\"{word}\"")), format!("\"{value}\""));
}

/// A member that is named like arguments, and holds a text.
#[test]
fn arguments_that_are_no_json() {
    let (replaced, word, value) = of_lines();
    for text in [format!("run {word}"), format!("{{\"a\": \"{word}\"}}")] {
        let body = json!({"arguments": text}).to_string();
        let restored: Value = serde_json::from_str(&restore_any(Media::Json, &replaced, &body)).unwrap();
        let got = restored["arguments"].as_str().unwrap();
        match serde_json::from_str::<Value>(got) {
            Ok(object) => assert_eq!(object["a"], value),
            Err(_) => assert_eq!(got, format!("run {value}")),
        }
    }
}

/// A short body cannot make a long one without end.
#[test]
fn the_bytes_of_all_values_are_bounded() {
    let (mut replaced, word, _) = of_lines();
    let placeholder = Placeholder::parse(&word).unwrap();
    let long = "x".repeat(15_000);
    let kind = replaced.get(&placeholder).unwrap().kind;
    replaced.take(placeholder, Entry { kind, value: Secret::new(&long), recognised: Recognised::of(false), count: 1 });
    for (media, body) in [
        (Media::Json, json!({"a": format!("{word} ").repeat(25_000)}).to_string()),
        (Media::Text, format!("{word} ").repeat(25_000)),
        (
            Media::Events,
            data(&json!({"choices": [{"index": 0, "delta": {"content": word}}]}).to_string(), Ending::Lf)
                .repeat(25_000),
        ),
        (Media::Lines, format!("{{\"a\":\"{word}\"}}\n").repeat(25_000)),
    ] {
        let mut response = Response::new(media, Options::default(), Box::new(replaced.clone()));
        let mut out = Vec::new();
        response.write(body.as_bytes(), &mut out);
        response.end(&mut out);
        let tally = response.tally();
        assert_eq!(tally.restored, (32 << 20) / 15_000, "{media:?}");
        assert_eq!(tally.restored + tally.unresolved, 25_000, "{media:?}");
        assert!(tally.degraded && out.len() <= (32 << 20) + body.len(), "{media:?}: {}", out.len());
    }
}

/// A bracket may begin a text, a type may promise another format: what is there is restored.
#[test]
fn bodies_that_are_not_what_they_seem() {
    let masked = mask("i-0123456789abcdef0");
    let (word, value) = (masked.body.clone().unwrap(), "i-0123456789abcdef0");
    let cases = [
        ("text/plain", "[1] see X"),
        ("text/plain", "{X}"),
        ("text/plain", "{\"a\": X} and so on"),
        ("application/json", "<html>X</html>"),
        ("application/json", "{\"a\": \"X"),
        ("application/json", "{\"a\": 1}\n{\"b\": \"X\"}\n"),
        ("application/json", " [ \"X\" , 1.50,\r\n{\"X\":null} ] "),
        ("text/event-stream", "{\"error\": {\"message\": \"X\"}}"),
        ("", "Hello X"),
        ("", "{\"a\":\"X\"}"),
        ("", "X"),
        ("application/octet-stream", "{\"a\":\"X\"}\n{\"a\":\"X\"}"),
        ("application/x-ndjson", "not JSON X\n{\"a\":\"X\"}\n"),
    ];
    for (declared, template) in cases {
        let body = template.replace('X', &word);
        for cut in 0..body.len() {
            let mut response =
                Response::new(Media::of(declared), Options::default(), Box::new(masked.replaced.clone()));
            let mut out = Vec::new();
            response.write(&body.as_bytes()[..cut], &mut out);
            response.write(&body.as_bytes()[cut..], &mut out);
            response.end(&mut out);
            assert_eq!(String::from_utf8(out).unwrap(), template.replace('X', value), "{declared} cut at {cut}");
        }
    }
    for (declared, body) in [("", &b"\x89PNG AWS_EC2"[..]), ("image/png", b"AWS_EC2"), ("", b"\0")] {
        assert_eq!(restore_any_bytes(Media::of(declared), &masked.replaced, body), body, "{declared}");
    }
}

fn restore_any_bytes(media: Media, replaced: &Replaced, body: &[u8]) -> Vec<u8> {
    let mut response = Response::new(media, Options::default(), Box::new(replaced.clone()));
    let mut out = Vec::new();
    response.write(body, &mut out);
    response.end(&mut out);
    out
}

/// Servers leave members out; an event that is added must be JSON nevertheless.
#[test]
fn an_added_event_has_only_the_members_that_its_neighbours_have() {
    let masked = mask("i-0123456789abcdef0").replaced;
    let placeholder = masked.entries().next().expect("it has a value").0.to_string();
    for delta in [r#"{"content":"X"}"#, r#"{"tool_calls":[{"function":{"arguments":"X"}}]}"#] {
        let event = |text: &str| format!("data: {{\"choices\":[{{\"delta\":{}}}]}}\n\n", delta.replace('X', text));
        let stream: String =
            placeholder.chars().map(|c| event(&c.to_string())).chain(["data: [DONE]\n\n".into()]).collect();
        let mut response = Response::new(Media::Events, Options::default(), Box::new(masked.clone()));
        let mut out = Vec::new();
        response.write(stream.as_bytes(), &mut out);
        response.end(&mut out);
        let out = String::from_utf8(out).expect("it is text");
        let events = out.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]");
        events.for_each(|data| assert!(serde_json::from_str::<serde_json::Value>(data).is_ok(), "{data}"));
        assert!(out.contains("i-0123456789abcdef0"), "{out}");
    }
}
