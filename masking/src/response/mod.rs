//! Restores a response body while it passes: `write` takes what arrives and returns what is certain, `end` returns the
//! rest.
//!
//! A placeholder that cannot be restored passes unchanged: nothing is lost and nothing waits without bound.

mod events;
mod frames;
mod lanes;

use std::collections::HashSet;

use self::events::Events;
use self::frames::Frames;
use crate::dialect::{self, Options, Side};
use crate::json::{self, Document};
use crate::placeholder::{self, Placeholder};
use crate::replaced::{Replaced, Secret};
use crate::rewrite;
use crate::unmask::{Part, Resolve, Unmasker};

/// Maximum bytes of a JSON document that are held until it is whole. A longer one passes with its placeholders.
const DOCUMENT_MAX: usize = 64 << 20;
/// Maximum bytes of one event or one line that are held until it is whole. A longer one and everything after it pass
/// with their placeholders.
const EVENT_MAX: usize = 16 << 20;
/// Maximum placeholders that nobody knew and that are remembered, to be asked for; any further ones are only counted.
const UNKNOWN_MAX: usize = 64;
/// Maximum blocks of restored thinking of one response that are remembered; any further ones are forgotten, and masked
/// as text when they are sent back.
const THOUGHTS_MAX: usize = 64;

/// The format of a response body, by its content type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// One JSON document.
    Json,
    /// One JSON document per line.
    Lines,
    /// Server-sent events.
    Events,
    /// Bedrock's binary frames.
    Frames,
    /// Text without a structure.
    Text,
    /// Never touched.
    Opaque,
}

impl Media {
    /// Reads the value of a `Content-Type` header, whose parameters do not count.
    pub fn of(content_type: &str) -> Self {
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "text/event-stream" => Self::Events,
            "application/vnd.amazon.eventstream" => Self::Frames,
            // The second is the type of the Anthropic API's batch results.
            "application/x-ndjson" | "application/binary" | "application/ndjson" => Self::Lines,
            lines if lines.starts_with("application/") && lines.contains("jsonl") => Self::Lines,
            json if json == "application/json" || json.ends_with("+json") => Self::Json,
            text if text.starts_with("text/") => Self::Text,
            _ => Self::Opaque,
        }
    }
}

/// The answer of a [`Lookup`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The placeholder stands for this value.
    Value(Secret),
    /// The placeholder is known and must not be restored.
    Withheld,
    /// The placeholder is not known here; somebody else may know it.
    Unknown,
}

/// Somebody who may know the value of a placeholder.
pub trait Lookup {
    /// Returns the value of a placeholder, if it is known and may be restored.
    fn lookup(&self, placeholder: &Placeholder) -> Answer;
}

impl Lookup for Replaced {
    fn lookup(&self, placeholder: &Placeholder) -> Answer {
        self.get(placeholder).map_or(Answer::Unknown, |entry| Answer::Value(entry.value.clone()))
    }
}

/// The numbers of a response: what happened to its placeholders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Placeholders that were restored, each as often as it occurred.
    pub restored: u64,
    /// Texts of a placeholder's form that stayed.
    pub unresolved: u64,
    /// Distinct placeholders that nobody knew, at most 64.
    pub unknown: HashSet<Placeholder>,
    /// Thinking that was restored: its signature, and what the provider wrote. At most 64 blocks.
    pub thoughts: Vec<(String, String)>,
    /// True if a part of the body passed unread because it was too long or not of its declared format.
    pub degraded: bool,
}

/// A response body on its way to the client.
pub struct Response {
    body: Body,
    resolver: Resolver,
}

impl Response {
    /// Begins a response. `options` should be those that the request was masked with.
    pub fn new(media: Media, options: Options, lookup: Box<dyn Lookup>) -> Self {
        let body = match media {
            Media::Json => Body::Json(Vec::new()),
            Media::Lines => Body::Lines(Vec::new()),
            Media::Events => Body::Events(Box::new(Events::new(options))),
            Media::Frames => Body::Frames(Box::new(Frames::new(options))),
            Media::Text => Body::Text(Unmasker::default()),
            Media::Opaque => Body::Opaque,
        };
        Self { body, resolver: Resolver { lookup, options, tally: Tally::default() } }
    }

    /// Takes the next chunk of the body, of any size, and appends to `out` everything that is certain. Held back is
    /// what a later chunk may change: a whole JSON document, the event, frame or line that is still arriving, or the
    /// beginning of a placeholder.
    pub fn write(&mut self, chunk: &[u8], out: &mut Vec<u8>) {
        match &mut self.body {
            Body::Opaque => out.extend_from_slice(chunk),
            Body::Text(unmasker) => write_text(unmasker, chunk, &mut self.resolver, out),
            Body::Json(held) => {
                held.extend_from_slice(chunk);
                if held.len() > DOCUMENT_MAX {
                    self.give_up(out);
                }
            }
            Body::Lines(held) => {
                write_lines(held, chunk, &mut self.resolver, out);
                if held.len() > EVENT_MAX {
                    self.give_up(out);
                }
            }
            Body::Events(events) => {
                events.write(chunk, &mut self.resolver, out);
                if events.pending() > EVENT_MAX {
                    self.give_up(out);
                }
            }
            Body::Frames(frames) => {
                let read = frames.write(chunk, &mut self.resolver, out);
                if read.is_err() || frames.pending() > EVENT_MAX {
                    self.give_up(out);
                }
            }
        }
    }

    /// Ends the body and appends to `out` what was held back.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        match &mut self.body {
            Body::Opaque => {}
            Body::Text(unmasker) => end_text(unmasker, &mut self.resolver, out),
            Body::Json(held) | Body::Lines(held) => {
                out.append(&mut restore_document(std::mem::take(held), &mut self.resolver));
            }
            Body::Events(events) => events.end(&mut self.resolver, out),
            Body::Frames(frames) => frames.end(&mut self.resolver, out),
        }
        self.body = Body::Opaque;
    }

    /// Returns the numbers so far; they are complete after [`end`](Self::end).
    pub fn tally(&self) -> &Tally {
        &self.resolver.tally
    }

    /// Lets everything pass from here on, beginning with what is held.
    fn give_up(&mut self, out: &mut Vec<u8>) {
        match std::mem::replace(&mut self.body, Body::Opaque) {
            Body::Json(mut held) | Body::Lines(mut held) => out.append(&mut held),
            Body::Events(mut events) => events.give_up(&mut self.resolver, out),
            Body::Frames(mut frames) => frames.end(&mut self.resolver, out),
            Body::Text(mut unmasker) => end_text(&mut unmasker, &mut self.resolver, out),
            Body::Opaque => {}
        }
        self.resolver.tally.degraded = true;
    }
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response").field("tally", &self.resolver.tally).finish_non_exhaustive()
    }
}

enum Body {
    Json(Vec<u8>),
    Lines(Vec<u8>),
    Events(Box<Events>),
    Frames(Box<Frames>),
    Text(Unmasker),
    Opaque,
}

struct Resolver {
    lookup: Box<dyn Lookup>,
    options: Options,
    tally: Tally,
}

impl Resolve for Resolver {
    fn resolve(&mut self, placeholder: &Placeholder) -> Option<Secret> {
        let answer = self.lookup.lookup(placeholder);
        if let Answer::Value(value) = answer {
            self.tally.restored += 1;
            return Some(value);
        }
        self.tally.unresolved += 1;
        if answer == Answer::Unknown && self.tally.unknown.len() < UNKNOWN_MAX {
            self.tally.unknown.insert(*placeholder);
        }
        None
    }

    fn thought(&mut self, signature: &str, original: &str) {
        if self.tally.thoughts.len() < THOUGHTS_MAX {
            self.tally.thoughts.push((signature.to_owned(), original.to_owned()));
        }
    }
}

fn write_text(unmasker: &mut Unmasker, chunk: &[u8], resolver: &mut Resolver, out: &mut Vec<u8>) {
    unmasker.write(chunk, resolver, &mut |part| match part {
        Part::Same(range) => out.extend_from_slice(chunk.get(range).unwrap_or_default()),
        other => push_part(other, out),
    });
}

fn end_text(unmasker: &mut Unmasker, resolver: &mut Resolver, out: &mut Vec<u8>) {
    unmasker.end(resolver, &mut |part| push_part(part, out));
}

fn push_part(part: Part<'_>, out: &mut Vec<u8>) {
    match part {
        Part::Same(_) => {}
        Part::Carried(bytes) => out.extend_from_slice(bytes),
        Part::Value(value) => out.extend_from_slice(value.expose().as_bytes()),
    }
}

/// Restores the lines that are whole and leaves the rest in `held`.
fn write_lines(held: &mut Vec<u8>, chunk: &[u8], resolver: &mut Resolver, out: &mut Vec<u8>) {
    for line in chunk.split_inclusive(|b| *b == b'\n') {
        held.extend_from_slice(line);
        if line.ends_with(b"\n") {
            out.append(&mut restore_document(std::mem::take(held), resolver));
        }
    }
}

/// Returns the document with its text restored. Bytes that are not a document are returned unchanged.
fn restore_document(bytes: Vec<u8>, resolver: &mut Resolver) -> Vec<u8> {
    // Most lines and many documents hold no placeholder at all. An escape could hide one, so those are looked into.
    if placeholder::next_candidate(&bytes).is_none() && memchr::memmem::find(&bytes, b"\\u").is_none() {
        return bytes;
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(invalid) => {
            resolver.tally.degraded = true;
            return invalid.into_bytes();
        }
    };
    let Ok(document) = Document::parse(&text) else {
        resolver.tally.degraded |= !text.trim().is_empty();
        return text.into_bytes();
    };
    let slots = dialect::slots(document.root(), Side::Response, resolver.options);
    let mut edits = Vec::new();
    for slot in &slots {
        let edit = rewrite::restore_slot(slot, resolver);
        if let (Some(_), Some(signature)) = (&edit, slot.signature.and_then(|signature| signature.string())) {
            resolver.thought(&signature, &slot.value.string().unwrap_or_default());
        }
        edits.extend(edit);
    }
    if edits.is_empty() { text.into_bytes() } else { json::apply(&text, &edits).into_bytes() }
}
