//! A stream of events, whatever they are framed in: those of a known API are restored piece by piece, all others wait
//! where a placeholder may be cut between them.

use std::rc::Rc;

use super::Frame;
use super::cast::{Continued, Passed};
use super::gap::Gap;
use super::lanes::{Event, Extra, Lanes, Restored};
use super::mould::{Draft, Extent, Moulds};
use super::numbers::Numbers;
use super::spots::{self, Again, Spot};
use super::waiting::Waiting;
use super::written::{Form, Holds, Written};
use crate::dialect::{self, Inner, Options, Side, Slot};
use crate::guard::{self, Stays};
use crate::json::{Document, Shape, Value};
use crate::placeholder;
use crate::rewrite;
use crate::unmask::Resolve;

/// Bytes from which a document is no piece of a stream's text, but an answer of its own: then it is only looked into if a
/// placeholder may stand in it.
const ANSWER_MIN: usize = 16 << 10;
/// The data with which several APIs end their streams.
const DONE: &str = "[DONE]";
/// The member of messages that are complete: the other side may wait for one before it sends the next (JSON-RPC).
const COMPLETE: &str = "jsonrpc";
/// The members that hold JSON as text in the APIs that are not known by themselves: the arguments of a tool call.
const JSON_MEMBERS: [&str; 4] = ["arguments", "partial_json", "inputTextDelta", "input_json"];
/// The kinds of events whose `delta` is a piece of such arguments (AG-UI).
const JSON_KINDS: [&str; 2] = ["TOOL_CALL_ARGS", "TOOL_CALL_CHUNK"];

/// The restorer of one stream.
#[derive(Debug)]
pub(super) struct Stream<F: Frame> {
    lanes: Lanes<F::Manner>,
    waiting: Waiting<F>,
    numbers: Numbers,
    moulds: Moulds,
    events: Events,
    options: Options,
}

/// What an event of no known API is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Events {
    /// A part of a response.
    Parts,
    /// A document, which may be of any shape.
    Documents,
}

/// The data of an event.
#[derive(Debug)]
pub(super) enum Content {
    /// It has none: a comment, or bytes that are not text.
    None,
    /// JSON, or text if it is not JSON.
    Text(String),
}

impl<F: Frame> Stream<F> {
    pub(super) fn new(events: Events, options: Options) -> Self {
        Self {
            lanes: Lanes::new(options),
            waiting: Waiting::new(),
            numbers: Numbers::default(),
            moulds: Moulds::new(),
            events,
            options,
        }
    }

    /// Takes an event that is an earlier one but for its texts, where that is enough to restore it. `None` if it must be
    /// read.
    pub(super) fn pass<'e>(
        &mut self,
        bytes: &'e [u8],
        extent: Extent,
        manner: impl Fn(&[u8]) -> F::Manner,
        resolver: &mut dyn Resolve,
    ) -> Option<Passed<'e>> {
        if !self.waiting.is_empty() {
            return None;
        }
        let cast = self.moulds.find(bytes, extent)?;
        if cast.mould.constants.as_ref().is_some_and(|constants| !self.waiting.texts.have(constants)) {
            self.moulds.forget();
            return None;
        }
        #[cfg(test)]
        super::mould::PASSED.set(super::mould::PASSED.get() + 1);
        let event = bytes.get(..cast.len)?;
        let (lanes, numbers, texts) = (&mut self.lanes, &mut self.numbers, &mut self.waiting.texts);
        Some(Continued { lanes, numbers, texts }.take(&cast, event, manner, resolver))
    }

    /// Takes the next event. Returns whether its data is JSON, or is none.
    pub(super) fn event(&mut self, frame: F, content: Content, resolver: &mut dyn Resolve, out: &mut Vec<u8>) -> bool {
        let Content::Text(data) = content else {
            self.waiting.begin(frame, &Rc::from(""), out);
            self.waiting.end_event("", out);
            return true;
        };
        let data: Rc<str> = data.into();
        match Document::parse(&data) {
            Ok(document) => {
                dialect::usage(document.root()).into_iter().for_each(|usage| resolver.usage(usage));
                self.document(frame, &data, document.root(), resolver, out);
            }
            Err(_) if data.trim() == DONE => {
                self.end(resolver, out);
                frame.push(None, out);
            }
            Err(_) => {
                self.text(frame, &data, resolver, out);
                return false;
            }
        }
        true
    }

    /// Returns whether a document is an answer of its own in which no placeholder may stand, so that it is not read.
    pub(super) fn is_still(&self, document: &[u8]) -> bool {
        document.len() >= ANSWER_MIN && self.is_idle() && !may_hold(document) && std::str::from_utf8(document).is_ok()
    }

    fn is_idle(&self) -> bool {
        self.waiting.is_empty() && !self.lanes.hold()
    }

    /// Lets every event leave that waits. Returns whether others would be added if the stream ended here.
    pub(super) fn flush(&mut self, out: &mut Vec<u8>) -> bool {
        self.waiting.flush(out);
        self.lanes.hold()
    }

    /// Ends every text, and lets everything leave.
    pub(super) fn end(&mut self, resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        self.waiting.flush(out);
        push_extras::<F>(self.lanes.end(&mut self.numbers, resolver), out);
    }

    fn document(
        &mut self,
        frame: F,
        data: &Rc<str>,
        root: Value<'_, '_>,
        resolver: &mut dyn Resolve,
        out: &mut Vec<u8>,
    ) {
        let Some(plan) = dialect::plan(root, self.options) else {
            return self.unknown(frame, data, root, resolver, out);
        };
        self.waiting.flush(out);
        let draft = self.moulds.draft(frame.bytes(data));
        self.moulds.keep(draft.and_then(|draft| draft.of_plan(root, &plan)));
        let event = Event { data, root };
        let Restored { before, data: new } =
            self.lanes.restore(event, plan, &frame.manner(), &mut self.numbers, resolver);
        push_extras::<F>(before, out);
        frame.push(new.as_deref(), out);
    }

    fn unknown(
        &mut self,
        frame: F,
        data: &Rc<str>,
        root: Value<'_, '_>,
        resolver: &mut dyn Resolve,
        out: &mut Vec<u8>,
    ) {
        let slots = match self.events {
            Events::Parts => dialect::event_slots(root, self.options),
            Events::Documents => dialect::slots(root, Side::Response, self.options),
        };
        let kind = kind_of(root, frame.name());
        let draft = if self.waiting.is_empty() { self.moulds.draft(frame.bytes(data)) } else { None };
        self.waiting.begin(frame, data, out);
        self.waiting.edit(self.numbers.renumber(root));
        let mut stays = rewrite::stays(&slots, resolver);
        judge_arguments(&slots, &kind, &mut stays, resolver);
        let mut slots = slots.into_iter().peekable();
        if root.field(COMPLETE).is_some() {
            slots.for_each(|slot| self.whole(&slot, &stays, resolver));
            return self.waiting.end_event(&kind, out);
        }
        let mut taken = Vec::new();
        // Both are in the order of the document.
        spots::strings(root, &mut |spot, value| {
            while let Some(slot) = slots.next_if(|slot| slot.value.span().start < value.span().start) {
                self.whole(&slot, &stays, resolver);
            }
            if let Some(slot) = slots.next_if(|slot| slot.value.span() == value.span()) {
                let is_text = self.string(spot, &kind, &slot, &stays, resolver);
                if is_text && draft.is_some() {
                    taken.push((spot.clone(), slot));
                }
            }
        });
        slots.for_each(|slot| self.whole(&slot, &stays, resolver));
        self.waiting.end_event(&kind, out);
        if let Some(draft) = draft.filter(|_| self.waiting.is_empty()) {
            self.mould(draft, root, &kind, &taken);
        }
    }

    /// Makes a mould of an event that has left, with the strings that continued a text.
    fn mould(&mut self, draft: Draft, root: Value<'_, '_>, kind: &str, taken: &[(Spot, Slot<'_, '_>)]) {
        let (mut gaps, mut constants) = (Vec::new(), Vec::new());
        for (spot, slot) in taken {
            let span = slot.value.span();
            match self.waiting.texts.again(spot, &slot.value.string().unwrap_or_default()) {
                Again::Continues(index) if !spots::decides_by(slot) => {
                    gaps.push((span, Gap::Spot { index, holds: holds(slot, kind) }));
                }
                Again::Nothing(constant) => constants.push((span, constant)),
                Again::Continues(_) | Again::More => return,
            }
        }
        self.moulds.keep(draft.of_strings(root, gaps, constants, self.waiting.texts.generation()));
    }

    /// Restores a string by itself: the name of a member, or thinking that is signed.
    fn whole(&mut self, slot: &Slot<'_, '_>, stays: &Stays, resolver: &mut dyn Resolve) {
        let edit = rewrite::restore_slot(slot, stays, resolver);
        if let (Some(_), Some(signature)) = (&edit, slot.signature.and_then(|signature| signature.string())) {
            resolver.thought(&signature, &slot.value.string().unwrap_or_default());
        }
        self.waiting.edit(edit);
    }

    /// Takes a string at a place. Returns whether it continues the text there.
    fn string(
        &mut self,
        spot: &Spot,
        kind: &str,
        slot: &Slot<'_, '_>,
        stays: &Stays,
        resolver: &mut dyn Resolve,
    ) -> bool {
        let holds = holds(slot, kind);
        // What a tool is called with is judged by itself.
        let is_watched = (slot.call.is_some() || holds == Holds::Arguments) && resolver.guard().is_some();
        if slot.signature.is_some() || slot.value.shape() != Shape::String || is_watched {
            self.whole(slot, stays, resolver);
            return false;
        }
        let string = Written { span: slot.value.span(), form: Form::Json, holds };
        self.waiting.string(spot, kind, string, &slot.value.string().unwrap_or_default(), resolver);
        true
    }

    /// An event whose data is text: the events of one name are one text.
    fn text(&mut self, frame: F, data: &Rc<str>, resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        let kind = frame.name().unwrap_or_default().to_owned();
        self.waiting.begin(frame, data, out);
        let string = Written { span: 0..data.len(), form: Form::Plain, holds: Holds::Inner(Inner::Text) };
        let spot = Spot { path: String::new(), named: kind.clone() };
        self.waiting.string(&spot, &kind, string, data, resolver);
        self.waiting.end_event(&kind, out);
    }
}

/// The kind of an event: its type, or the name that its framing gives it.
fn kind_of(root: Value<'_, '_>, name: Option<&str>) -> String {
    let typed = ["type", "event", "object"].iter().filter_map(|member| root.field(member)?.string()).next();
    typed.map(|kind| kind.into_owned()).or_else(|| name.map(str::to_owned)).unwrap_or_default()
}

/// Returns whether a placeholder may stand in a document: one may be hidden by an escape.
fn may_hold(document: &[u8]) -> bool {
    placeholder::next_candidate(document).is_some() || memchr::memmem::find(document, b"\\u").is_some()
}

/// Returns whether a string is JSON by its name, as that of the arguments of a tool's call.
fn is_arguments(slot: &Slot<'_, '_>, kind: &str) -> bool {
    slot.inner == Inner::Text && slot.key.is_some_and(|key| holds_json(key, kind))
}

fn holds(slot: &Slot<'_, '_>, kind: &str) -> Holds {
    if is_arguments(slot, kind) { Holds::Arguments } else { Holds::Inner(slot.inner) }
}

/// Judges the arguments of calls that are known by their name alone. A piece of them cannot be judged, so it stays as it
/// is: JSON that is not whole.
fn judge_arguments(slots: &[Slot<'_, '_>], kind: &str, stays: &mut Stays, resolver: &dyn Resolve) {
    let Some(guard) = resolver.guard() else { return };
    for slot in slots {
        let is_named = is_arguments(slot, kind);
        if !is_named && (slot.call.is_none() || slot.inner == Inner::Text) {
            continue;
        }
        let text = slot.value.string().unwrap_or_default();
        if Document::parse(&text).is_err() {
            stays.insert(slot.value.span().start, guard::whole(&text));
        } else if is_named && slot.call.is_none() {
            stays.insert(
                slot.value.span().start,
                guard.text(&text, Inner::Json, &|placeholder| resolver.value(placeholder)),
            );
        }
    }
}

fn holds_json(key: Value<'_, '_>, kind: &str) -> bool {
    JSON_MEMBERS.iter().any(|member| key.is(member)) || key.is("delta") && JSON_KINDS.contains(&kind)
}

fn push_extras<F: Frame>(extras: Vec<Extra<F::Manner>>, out: &mut Vec<u8>) {
    for Extra { name, data, manner } in extras {
        F::push_extra(&manner, name.as_deref(), &data, out);
    }
}
