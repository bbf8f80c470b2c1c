//! Restores a response body while it passes: `write` takes what arrives and returns what is certain, `end` returns the
//! rest.
//!
//! A placeholder that cannot be restored passes unchanged: nothing is lost and nothing waits without bound.

mod cast;
mod documents;
mod events;
mod frames;
mod gap;
mod lanes;
mod lines;
mod media;
mod mould;
mod numbers;
mod resolver;
mod sniff;
mod spots;
mod stream;
#[cfg(test)]
#[allow(clippy::string_slice, reason = "a test that slices wrongly should fail")]
mod tests;
mod values;
mod waiting;
pub(crate) mod watched;
mod written;

use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use self::documents::Documents;
use self::events::Events;
use self::frames::Frames;
use self::lines::Lines;
pub use self::media::{Media, is_like_ascii};
use self::resolver::Resolver;
use self::sniff::Verdict;
use crate::dialect::{Options, Usage};
use crate::guard::Guard;
use crate::placeholder::Placeholder;
use crate::replaced::{Replaced, Secret};
use crate::unmask::{Part, Unmasker};

/// Maximum bytes of a JSON document, or of an element of an array, that are held until it is whole. A longer one and
/// everything after it pass with their placeholders.
const DOCUMENT_MAX: usize = 64 << 20;
/// Maximum bytes of one event or one line that are held until it is whole. A longer one and everything after it pass
/// with their placeholders.
const EVENT_MAX: usize = 16 << 20;

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

    /// Returns the guard over what tools are called with, if there is one.
    fn guard(&self) -> Option<Rc<Guard>> {
        None
    }
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
    /// Texts of a placeholder's form that stayed because nobody knew their value.
    pub unresolved: u64,
    /// Placeholders that stayed because their value may not be shown.
    pub withheld: u64,
    /// Placeholders that stayed because a tool would have sent their value to a host that is not on the guard's list.
    pub guarded: u64,
    /// Distinct placeholders that nobody knew, at most 64.
    pub unknown: HashSet<Placeholder>,
    /// Thinking that was restored: its signature, and what the provider wrote. At most 64 blocks.
    pub thoughts: Vec<(String, String)>,
    /// The request's tokens, if the provider reports them in an event or a document that was read.
    pub usage: Usage,
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
        Self { body: Body::Beginning(media, Vec::new()), resolver: Resolver::new(options, lookup) }
    }

    /// Begins in the middle of a response, whose beginning is gone: what it is cannot be seen then.
    pub fn from_middle(media: Media, options: Options, lookup: Box<dyn Lookup>) -> Self {
        let resolver = Resolver::new(options, lookup);
        Self { body: Body::of(media, resolver.options), resolver }
    }

    /// Takes the next chunk of the body, of any size, and appends to `out` everything that is certain. Held back is
    /// what a later chunk may change: a whole JSON document, the event, frame or line that is still arriving, the
    /// beginning of a placeholder, and of streams whose API is not known the events that it may be in.
    pub fn write(&mut self, chunk: &[u8], out: &mut Vec<u8>) {
        let Body::Beginning(media, held) = &mut self.body else { return self.pass_on(chunk, out) };
        // Most bodies are known by their first chunk, which may be all of them.
        if held.is_empty()
            && let Verdict::Is(media) = sniff::sniff(*media, chunk)
        {
            self.body = Body::of(media, self.resolver.options);
            return self.pass_on(chunk, out);
        }
        held.extend_from_slice(chunk);
        if let Verdict::Is(media) = sniff::sniff(*media, held) {
            let held = std::mem::take(held);
            self.body = Body::of(media, self.resolver.options);
            self.pass_on(&held, out);
        }
    }

    /// Ends the body and appends to `out` what was held back.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        if let Body::Beginning(media, held) = &mut self.body {
            let (media, held) = (media.or_text(), std::mem::take(held));
            self.body = Body::of(media, self.resolver.options);
            self.pass_on(&held, out);
        }
        match &mut self.body {
            Body::Beginning(..) | Body::Opaque => {}
            Body::Text(unmasker) => end_text(unmasker, &mut self.resolver, out),
            Body::Documents(documents) => documents.end(&mut self.resolver, out),
            Body::Lines(lines) => lines.end(&mut self.resolver, out),
            Body::Events(events) => events.end(&mut self.resolver, out),
            Body::Frames(frames) => frames.end(&mut self.resolver, out),
        }
        self.note_degraded();
        self.body = Body::Opaque;
    }

    /// Returns the numbers so far; they are complete after [`end`](Self::end).
    pub fn tally(&self) -> &Tally {
        &self.resolver.tally
    }

    fn pass_on(&mut self, chunk: &[u8], out: &mut Vec<u8>) {
        let resolver = &mut self.resolver;
        let is_too_long = match &mut self.body {
            Body::Beginning(..) | Body::Opaque => {
                out.extend_from_slice(chunk);
                false
            }
            Body::Text(unmasker) => {
                write_text(unmasker, chunk, resolver, out);
                false
            }
            Body::Documents(documents) => match documents.write(chunk, resolver, out) {
                Ok(()) => documents.pending() > DOCUMENT_MAX,
                Err(_) => return self.read_as_text(out),
            },
            Body::Lines(lines) => {
                lines.write(chunk, resolver, out);
                lines.pending() > EVENT_MAX
            }
            Body::Events(events) => {
                events.write(chunk, resolver, out);
                events.pending() > EVENT_MAX
            }
            Body::Frames(frames) => frames.write(chunk, resolver, out).is_err() || frames.pending() > EVENT_MAX,
        };
        if is_too_long {
            self.give_up(out);
        }
    }

    /// Continues with what is not JSON as with text.
    fn read_as_text(&mut self, out: &mut Vec<u8>) {
        self.note_degraded();
        if let Body::Documents(documents) = &mut self.body {
            let held = documents.give_up(&mut self.resolver, out);
            self.resolver.tally.degraded = true;
            self.body = Body::Text(Unmasker::default());
            self.pass_on(&held, out);
        }
    }

    fn note_degraded(&mut self) {
        self.resolver.tally.degraded |= match &self.body {
            Body::Documents(documents) => documents.is_degraded(),
            Body::Lines(lines) => lines.is_degraded(),
            _ => false,
        };
    }

    /// Lets everything pass from here on, beginning with what is held.
    fn give_up(&mut self, out: &mut Vec<u8>) {
        match std::mem::replace(&mut self.body, Body::Opaque) {
            Body::Documents(mut documents) => {
                let mut held = documents.give_up(&mut self.resolver, out);
                out.append(&mut held);
            }
            Body::Lines(mut lines) => lines.give_up(&mut self.resolver, out),
            Body::Events(mut events) => events.give_up(&mut self.resolver, out),
            Body::Frames(mut frames) => frames.end(&mut self.resolver, out),
            Body::Text(mut unmasker) => end_text(&mut unmasker, &mut self.resolver, out),
            Body::Beginning(..) | Body::Opaque => {}
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
    /// Its first bytes have not come, by which it is seen what it is.
    Beginning(Media, Vec<u8>),
    Documents(Box<Documents>),
    Lines(Box<Lines>),
    Events(Box<Events>),
    Frames(Box<Frames>),
    Text(Unmasker),
    Opaque,
}

impl Body {
    fn of(media: Media, options: Options) -> Self {
        match media {
            Media::Json => Self::Documents(Box::new(Documents::new(options))),
            Media::Lines => Self::Lines(Box::new(Lines::new(options))),
            Media::Events => Self::Events(Box::new(Events::new(options))),
            Media::Frames => Self::Frames(Box::new(Frames::new(options))),
            Media::Text => Self::Text(Unmasker::default()),
            Media::Opaque | Media::Undeclared => Self::Opaque,
        }
    }
}

/// An event, a line or a document as it arrived, which can be written again with other data.
trait Frame: std::fmt::Debug {
    /// What an added event has as its neighbours have it.
    type Manner: Clone + std::fmt::Debug;

    fn manner(&self) -> Self::Manner;

    /// The name that the framing gives the event.
    fn name(&self) -> Option<&str>;

    /// The bytes by which a later event is known as alike, and the place of the data in them; `None` if the data does
    /// not stand there as it is.
    fn bytes<'f>(&'f self, data: &'f str) -> Option<(&'f [u8], Range<usize>)>;

    /// Appends the event with other data; `None` leaves it as it is.
    fn push(&self, data: Option<&str>, out: &mut Vec<u8>);

    /// Appends an added event, with the name that its API gives it.
    fn push_extra(manner: &Self::Manner, name: Option<&str>, data: &str, out: &mut Vec<u8>);
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
        Part::Value(value, around) => out.extend_from_slice(around.written(&value).as_bytes()),
    }
}
