//! The texts of streams whose API is not known: a string that stands at the same place in consecutive events is one text.
//!
//! Nothing is known of where such a text ends, or whether each event repeats it from its beginning. So no text is moved
//! from one event to another: an event waits, whole, while the end of one of its strings and what follows at that place
//! may be a placeholder. If it becomes one whose value is known, the value takes the place of its beginning, and the
//! rest is taken out of the later events. Otherwise the events leave as they came.

use std::collections::VecDeque;
use std::ops::Range;
use std::rc::Rc;

use super::Frame;
use super::spots::{Spot, Texts};
use super::values::values;
use super::written::{Walk, Written};
use crate::json::{self, Edit};
use crate::placeholder::{self, End, Read, WRITTEN_MAX};
use crate::replaced::Secret;
use crate::unmask::{Around, Resolve};

/// Maximum strings whose continuation is waited for. In any further one a placeholder that an event cuts stays.
const OPEN_MAX: usize = 16;
/// Maximum events that come between two pieces of a placeholder: then its first events leave.
const BETWEEN_MAX: u8 = 8;
/// Maximum events, and bytes of them, that wait. Then all of them leave, and a placeholder that was cut stays.
const WAITING_MAX: usize = 512;
const WAITING_BYTES: usize = 16 << 20;

/// The events that wait, in order.
#[derive(Debug)]
pub(super) struct Waiting<F> {
    events: VecDeque<Event<F>>,
    /// The number of the first of them.
    first: u64,
    bytes: usize,
    open: Vec<Open>,
    pub(super) texts: Texts,
}

#[derive(Debug)]
struct Event<F> {
    frame: F,
    data: Rc<str>,
    edits: Vec<Edit>,
}

/// The end of a string that may be the beginning of a placeholder.
#[derive(Debug)]
struct Open {
    spot: Spot,
    /// The kind of the events that it came with.
    kind: String,
    text: Vec<u8>,
    /// The parts of strings that the text is made of, in order.
    parts: Vec<Segment>,
    /// The events since that did not continue it.
    missed: u8,
}

/// A part of a string of an event.
#[derive(Debug, Clone)]
struct Segment {
    event: u64,
    string: Written,
    /// The part in the decoded string.
    range: Range<usize>,
}

/// Words in the kinds of events that end a text, in lower case: `text-end`, `thread.message.completed`, `RUN_FINISHED`.
const ENDS: [&str; 8] = ["end", "stop", "done", "complete", "finish", "error", "fail", "available"];

impl<F: Frame> Waiting<F> {
    pub(super) fn new() -> Self {
        Self { events: VecDeque::new(), first: 0, bytes: 0, open: Vec::new(), texts: Texts::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Takes the next event, before its strings.
    pub(super) fn begin(&mut self, frame: F, data: &Rc<str>, out: &mut Vec<u8>) {
        if self.events.len() >= WAITING_MAX || self.bytes + data.len() > WAITING_BYTES {
            self.flush(out);
        }
        self.bytes += data.len();
        self.events.push_back(Event { frame, data: Rc::clone(data), edits: Vec::new() });
    }

    /// Adds edits of the event that was taken last.
    pub(super) fn edit(&mut self, edits: impl IntoIterator<Item = Edit>) {
        if let Some(event) = self.events.back_mut() {
            event.edits.extend(edits);
        }
    }

    /// Takes the next string of the event, `text`, which continues the text at this place.
    pub(super) fn string(&mut self, spot: &Spot, kind: &str, string: Written, text: &str, resolver: &mut dyn Resolve) {
        let continued = self.take_open(spot, text);
        let steady = self.texts.is_steady(spot, text);
        if continued.is_none() && placeholder::next_candidate(text.as_bytes()).is_none() {
            self.texts.progress(spot).read(text.as_bytes());
            return;
        }
        let mut open = continued.unwrap_or_else(|| Open {
            spot: spot.clone(),
            kind: kind.to_owned(),
            text: Vec::new(),
            parts: Vec::new(),
            missed: 0,
        });
        let event = self.first + self.events.len().saturating_sub(1) as u64;
        open.text.extend_from_slice(text.as_bytes());
        open.parts.push(Segment { event, string, range: 0..text.len() });
        let rest = self.restore(&mut open, resolver);
        if let Some(at) = rest.filter(|_| !steady && self.open.len() < OPEN_MAX) {
            open.cut(at);
            open.missed = 0;
            self.open.push(open);
        }
    }

    /// Ends the event: the texts that it did not continue may end, and the events that nothing waits for leave.
    pub(super) fn end_event(&mut self, kind: &str, out: &mut Vec<u8>) {
        let ends = !self.open.is_empty() && is_end(kind);
        let now = self.first + self.events.len().saturating_sub(1) as u64;
        self.open.retain_mut(|open| {
            if open.parts.last().is_some_and(|part| part.event == now) {
                return true;
            }
            open.missed += 1;
            !(ends && open.kind != kind) && open.missed <= BETWEEN_MAX
        });
        let awaited = self.open.iter().filter_map(|open| open.parts.first()).map(|part| part.event).min();
        while awaited.is_none_or(|awaited| self.first < awaited) && self.leave(out) {}
    }

    /// Lets every event leave.
    pub(super) fn flush(&mut self, out: &mut Vec<u8>) {
        self.open.clear();
        while self.leave(out) {}
    }

    fn leave(&mut self, out: &mut Vec<u8>) -> bool {
        let Some(Event { frame, data, mut edits }) = self.events.pop_front() else { return false };
        self.first += 1;
        self.bytes -= data.len();
        edits.sort_by_key(|edit| edit.span.start);
        let new = (!edits.is_empty()).then(|| json::apply(&data, &edits));
        frame.push(new.as_deref(), out);
        true
    }

    /// The text that a string at this place continues. If the members that name a text differ, it may still be one that
    /// counts its events: then only what would become a placeholder is continued.
    fn take_open(&mut self, spot: &Spot, text: &str) -> Option<Open> {
        let same = self.open.iter().position(|open| open.spot == *spot);
        let head = text.as_bytes().get(..WRITTEN_MAX + 1).unwrap_or(text.as_bytes());
        let counted = || self.open.iter().position(|open| open.spot.path == spot.path && open.may_continue(head));
        let at = same.or_else(counted);
        at.map(|at| self.open.remove(at))
    }

    /// Puts values into the events for the placeholders of a text. Returns the offset at which the text may continue in
    /// the next event; `None` if it does not have to.
    fn restore(&mut self, open: &mut Open, resolver: &mut dyn Resolve) -> Option<usize> {
        let data = self.events.back().map(|event| Rc::clone(&event.data)).unwrap_or_else(|| Rc::from(""));
        let mut walk = open.parts.last().map(|part| Walk::new(&part.string, &data));
        let (parts, events, first) = (&open.parts, &mut self.events, self.first);
        values(&open.text, self.texts.progress(&open.spot), resolver, &mut |range, value, around| {
            replace(events, first, parts, range, value, around, walk.as_mut());
        })
    }
}

/// Replaces a part of a text: its first part with the value, and the parts in later events with nothing. `walk` is that of
/// the last part, in which there may be many.
fn replace<F>(
    events: &mut VecDeque<Event<F>>,
    first: u64,
    parts: &[Segment],
    range: Range<usize>,
    value: &Secret,
    around: Around,
    mut walk: Option<&mut Walk<'_>>,
) {
    let (mut offset, mut value) = (0, Some(value));
    for (index, part) in parts.iter().enumerate() {
        let (start, end) = (offset, offset + part.range.len());
        offset = end;
        if end <= range.start || start >= range.end {
            continue;
        }
        let from = part.range.start + range.start.saturating_sub(start);
        let to = part.range.start + (range.end.min(end) - start);
        let mut text = String::new();
        if let Some(value) = value.take() {
            part.string.push_value(value, around, &mut text);
        }
        let event = usize::try_from(part.event.saturating_sub(first)).unwrap_or(usize::MAX);
        if let Some(event) = events.get_mut(event) {
            let span = match walk.as_mut().filter(|_| index + 1 == parts.len()) {
                Some(walk) => walk.span(from..to),
                None => Walk::new(&part.string, &event.data).span(from..to),
            };
            event.edits.push(Edit { span, text });
        }
    }
}

/// Returns whether an event of this kind ends texts.
fn is_end(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    ENDS.iter().any(|word| kind.contains(word))
}

impl Open {
    /// Returns whether the text and these bytes may be one placeholder, and no other begins in the bytes before its end.
    fn may_continue(&self, head: &[u8]) -> bool {
        let other = placeholder::next_candidate(head).unwrap_or(head.len());
        match placeholder::read(&[&self.text, head].concat(), End::Open) {
            Read::No => false,
            Read::More => other + 1 >= head.len(),
            Read::Placeholder(_, len) => len <= self.text.len() + other,
        }
    }

    /// Forgets the text before an offset.
    fn cut(&mut self, at: usize) {
        self.text.drain(..at);
        let mut left = at;
        self.parts.retain_mut(|part| {
            let taken = left.min(part.range.len());
            part.range.start += taken;
            left -= taken;
            !part.range.is_empty()
        });
    }
}
