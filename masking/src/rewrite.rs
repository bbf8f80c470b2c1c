//! Restores one JSON string in place, whole or a piece of a longer text: only what changes is written again.

use std::borrow::Cow;
use std::ops::Range;

use crate::dialect::{Inner, Slot};
use crate::guard::Stays;
use crate::json::{self, Cursor, Edit};
use crate::placeholder;
use crate::replaced::Secret;
use crate::unmask::{Around, Part, Resolve, Unmasker};

/// Returns what stays masked in the calls of tools among these strings; nothing if there is no guard.
pub(crate) fn stays(slots: &[Slot<'_, '_>], resolver: &dyn Resolve) -> Stays {
    let guard = resolver.guard();
    guard.map(|guard| guard.slots(slots, &|placeholder| resolver.value(placeholder))).unwrap_or_default()
}

/// The content of a string of JSON: as it stands between its quotes, and the text that it is.
#[derive(Debug)]
pub(crate) struct Quoted<'s> {
    pub(crate) raw: &'s str,
    pub(crate) text: Cow<'s, str>,
    pub(crate) inner: Inner,
}

impl<'s> Quoted<'s> {
    /// The content of a string; `None` if the value is none.
    pub(crate) fn of(slot: &Slot<'_, 's>) -> Option<Self> {
        Some(Self { raw: slot.value.raw(), text: slot.value.string()?, inner: slot.inner })
    }
}

/// Restores a string that is whole, except for what stays in it.
pub(crate) fn restore_slot(slot: &Slot<'_, '_>, stays: &Stays, resolver: &mut dyn Resolve) -> Option<Edit> {
    let span = slot.value.span();
    let stays = stays.get(&span.start).map(Vec::as_slice).unwrap_or_default();
    let text = restore(&Quoted::of(slot)?, &mut Unmasker::default(), stays, Last::Yes, resolver)?;
    Some(Edit { span, text })
}

/// The place of a piece in its text: the last one or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Last {
    Yes,
    No,
}

/// Restores a piece of a text. Returns the new content of its string; `None` if that stays as it is.
pub(crate) fn restore_piece(
    piece: &Quoted<'_>,
    unmasker: &mut Unmasker,
    last: Last,
    resolver: &mut dyn Resolve,
) -> Option<String> {
    restore(piece, unmasker, &[], last, resolver)
}

fn restore(
    Quoted { raw, text, inner }: &Quoted<'_>,
    unmasker: &mut Unmasker,
    stays: &[Range<usize>],
    last: Last,
    resolver: &mut dyn Resolve,
) -> Option<String> {
    if !unmasker.holds() && placeholder::next_candidate(text.as_bytes()).is_none() {
        unmasker.pass(text.as_bytes());
        return None;
    }
    let mut restored = String::with_capacity(raw.len());
    let (mut cursor, mut at) = (Cursor::new(raw), 0);
    let mut sink = |part: Part<'_>| match part {
        Part::Same(range) => {
            cursor.advance(range.start - at);
            restored.push_str(cursor.advance(range.end - range.start));
            at = range.end;
        }
        other => push_escaped(other, *inner, &mut restored),
    };
    unmasker.write_but(text.as_bytes(), stays, resolver, &mut sink);
    if last == Last::Yes {
        unmasker.end(resolver, &mut sink);
    }
    (restored != *raw).then_some(restored)
}

/// The rest of a text that ends, as the content of a JSON string.
pub(crate) fn restore_rest(unmasker: &mut Unmasker, inner: Inner, resolver: &mut dyn Resolve) -> String {
    let mut rest = String::new();
    unmasker.end(resolver, &mut |part| push_escaped(part, inner, &mut rest));
    rest
}

/// Returns a text as the content of a JSON string.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    json::escape_into(text, &mut escaped);
    escaped
}

fn push_escaped(part: Part<'_>, inner: Inner, out: &mut String) {
    match part {
        Part::Same(_) => {}
        // Carried bytes are a part of the text as it was written, so for JSON in JSON they have their inner escapes.
        Part::Carried(bytes) => json::escape_into(&String::from_utf8_lossy(bytes), out),
        Part::Value(value, around) => push_value(&value, inner, around, out),
    }
}

/// Appends a value as the content of a JSON string whose text is of this form, and has the value at such a place.
pub(crate) fn push_value(value: &Secret, inner: Inner, around: Around, out: &mut String) {
    json::escape_into(&written(value, inner, around), out);
}

/// Returns a value as it is written in a text of this form, at such a place.
pub(crate) fn written(value: &Secret, inner: Inner, around: Around) -> Cow<'_, str> {
    match inner {
        Inner::Text => around.written(value),
        Inner::Json => Cow::Owned(escaped(value.expose())),
    }
}
