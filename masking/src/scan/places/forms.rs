//! Forms and elements: options, contents, the next choice.

use super::before::BEFORE_MAX;
use crate::scan::edge;
use crate::scan::name::Name;
use crate::scan::notation::{PlaceKind, ValuePlace};

/// A field of a form: `name="password"⏎⏎…`. (RFC 7578)
pub(super) fn form(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let head = text.get(..name.start)?.ends_with(b"name=\"");
    let rest = text.get(name.end..text.len().min(name.end + BEFORE_MAX)).filter(|_| head)?;
    let value = rest.strip_prefix(b"\"\n\n").or_else(|| rest.strip_prefix(b"\"\r\n\r\n"))?;
    let start = name.end + rest.len() - value.len();
    let len = memchr::memchr2(b'\n', b'\r', value)?;
    Some(ValuePlace { start, end: Some(start + len), kind: PlaceKind::Cell, ..ValuePlace::WHOLE })
}

/// The content of an element whose name is an attribute's value: `<entry key="db.password">…</entry>`.
pub(super) fn content(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let quote = edge::previous(text, name.start).filter(|b| matches!(b, b'"' | b'\'' | b'.'))?;
    let rest = text.get(name.end..text.len().min(name.end + BEFORE_MAX))?;
    let escapes = rest.iter().take(8).take_while(|b| **b == b'\\').count();
    let close = rest.get(escapes).filter(|b| **b == quote || quote == b'.' && matches!(b, b'"' | b'\''))?;
    let end =
        rest.iter().position(|b| *b == b'>').filter(|end| !rest.get(..*end).is_some_and(|r| r.contains(&b'<')))?;
    // An attribute, not the end of a text in another.
    let head = text.get(name.start.saturating_sub(BEFORE_MAX)..name.start)?;
    let open = head.iter().rposition(|b| b == close)?;
    let opening = head.get(..open)?;
    let opening = opening.get(..opening.len() - escapes.min(opening.len()))?;
    let attribute = opening.ends_with(b"=") && !head.get(open..)?.contains(&b'<') && head.contains(&b'<');
    let inside = name.end + end + 1;
    let value = text.get(inside..)?;
    let at = inside + if value.starts_with(b"<value>") { b"<value>".len() } else { 0 };
    let empty = rest.get(..end)?.ends_with(b"/");
    // `<select name="bucket">⏎  <option value="…">`
    if attribute && let Some(option) = next_option(text, inside) {
        return Some(option);
    }
    // An element follows, or a text that is shown as it is.
    let element = text.get(at) == Some(&b'<') && !text.get(at..)?.starts_with(b"<![CDATA[");
    (attribute && !empty && !element).then(|| ValuePlace::after(text, at, PlaceKind::Assigned))
}

/// The value of the option of a form that begins at `at` or behind the end of the one before.
pub(crate) fn next_option(text: &[u8], at: usize) -> Option<ValuePlace> {
    const END: &[u8] = b"</option>";
    let rest = text.get(at..text.len().min(at + ROW_MAX))?;
    let blank = |at: usize| rest.get(at..).map(|rest| at + rest.iter().take_while(|b| b.is_ascii_whitespace()).count());
    // What the one before shows, up to its end.
    let from = memchr::memmem::find(rest, END)
        .filter(|end| rest.get(..*end).is_none_or(|head| memchr::memmem::find(head, b"<option").is_none()))
        .map_or(0, |end| end + END.len());
    let open = blank(from).filter(|open| rest.get(*open..).is_some_and(|rest| rest.starts_with(b"<option")))?;
    let tag = rest.get(open..)?;
    let tag = tag.get(..memchr::memchr(b'>', tag)?)?;
    let value = memchr::memmem::find(tag, b"value=\"").map(|at| at + b"value=\"".len());
    let (start, mark) = value.map_or((tag.len() + 1, b'<'), |start| (start, b'"'));
    let len = memchr::memchr(mark, rest.get(open + start..)?)?;
    let start = at + open + start;
    let place = ValuePlace { start, end: Some(start + len), kind: PlaceKind::Choice, ..ValuePlace::WHOLE };
    Some(place)
}

/// Maximum bytes of a row after the name in it.
pub(super) const ROW_MAX: usize = 320;
