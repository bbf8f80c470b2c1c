//! Restores one JSON string in place, whole or a piece of a longer text: only what changes is written again.

use std::borrow::Cow;
use std::ops::Range;

use crate::dialect::{Inner, Slot};
use crate::guard::Stays;
use crate::json::{self, Cursor, Edit, Shape};
use crate::placeholder;
use crate::replaced::Secret;
use crate::unmask::{Around, Part, Resolve, Unmasker};

/// Returns what stays masked in the calls of tools among these strings; nothing if there is no guard.
pub(crate) fn stays(slots: &[Slot<'_, '_>], resolver: &dyn Resolve) -> Stays {
    let guard = resolver.guard();
    guard.map(|guard| guard.slots(slots, &|placeholder| resolver.value(placeholder))).unwrap_or_default()
}

/// Restores a string that is whole, except for what stays in it.
pub(crate) fn restore_slot(slot: &Slot<'_, '_>, stays: &Stays, resolver: &mut dyn Resolve) -> Option<Edit> {
    let stays = stays.get(&slot.value.span().start).map(Vec::as_slice).unwrap_or_default();
    restore(slot, &mut Unmasker::default(), stays, Last::Yes, resolver)
}

/// The place of a piece in its text: the last one or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Last {
    Yes,
    No,
}

/// Restores a piece of a text. `None` if the string stays as it is.
pub(crate) fn restore_piece(
    slot: &Slot<'_, '_>,
    unmasker: &mut Unmasker,
    last: Last,
    resolver: &mut dyn Resolve,
) -> Option<Edit> {
    restore(slot, unmasker, &[], last, resolver)
}

fn restore(
    slot: &Slot<'_, '_>,
    unmasker: &mut Unmasker,
    stays: &[Range<usize>],
    last: Last,
    resolver: &mut dyn Resolve,
) -> Option<Edit> {
    if slot.value.shape() != Shape::String {
        return None;
    }
    let raw = slot.value.raw();
    let text = slot.value.string().unwrap_or_default();
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
        other => push_escaped(other, slot.inner, &mut restored),
    };
    unmasker.write_but(text.as_bytes(), stays, resolver, &mut sink);
    if last == Last::Yes {
        unmasker.end(resolver, &mut sink);
    }
    (restored != raw).then(|| Edit { span: slot.value.span(), text: restored })
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
