//! Members that only the other members of their object tell: the `Name` of a bucket in an answer that lists its keys.

use std::ops::Range;

use crate::scan::name::in_name;
use crate::scan::notation::{PlaceKind, ValuePlace, operator, skip_blanks, skip_quote};
use crate::scan::words;

/// Bytes of the object before and after the member that tells what it is.
const REACH: usize = 400;

/// Returns the places of the values of the members `name` in the object that has the member at `witness`: of those in
/// front of it the last, and of those after it the first.
pub(crate) fn places<'t>(
    text: &'t [u8],
    witness: Range<usize>,
    name: &'static str,
) -> impl Iterator<Item = ValuePlace> + 't {
    let Range { start, end } = witness;
    let head = text.get(start.saturating_sub(REACH)..start).unwrap_or_default();
    let own = head.iter().rev().take_while(|b| !is_border(**b)).count();
    let tail = text.get(end..text.len().min(end + REACH)).unwrap_or_default();
    let rest = tail.iter().take_while(|b| !is_border(**b)).count();
    let whole = Some(()).filter(|()| is_member(text, start, end));
    let before = move |()| members(text, start - own..start, name).last();
    let after = move |()| members(text, end..end + rest, name).next();
    [whole.and_then(before), whole.and_then(after)].into_iter().flatten()
}

/// Returns whether a byte begins or ends an object.
fn is_border(byte: u8) -> bool {
    matches!(byte, b'{' | b'}')
}

/// Returns whether a member has the name at `start`, all of it.
fn is_member(text: &[u8], start: usize, end: usize) -> bool {
    value(text, start, end).is_some()
}

/// The members of a part of a text that have this name.
fn members<'t>(text: &'t [u8], part: Range<usize>, name: &'static str) -> impl Iterator<Item = ValuePlace> + 't {
    let bytes = text.get(part.clone()).unwrap_or_default();
    let first = name.as_bytes().first().copied().unwrap_or_default();
    let starts = memchr::memchr2_iter(first, first.to_ascii_uppercase(), bytes);
    starts.filter_map(move |at| {
        let start = part.start + at;
        let same = text.get(start..).is_some_and(|rest| words::starts_with_ignore_case(rest, name.as_bytes()));
        value(text, start, start + name.len()).filter(|_| same)
    })
}

/// The place of the value of a member with the name from `start` to `end`.
fn value(text: &[u8], start: usize, end: usize) -> Option<ValuePlace> {
    let before = start.checked_sub(1).and_then(|at| text.get(at));
    if before.is_some_and(|b| in_name(*b)) || text.get(end).is_some_and(|b| in_name(*b)) {
        return None;
    }
    // `{:Name "b", :KeyCount 1}` of Clojure.
    if before == Some(&b':')
        && let Some([b' ', sign, ..]) = text.get(end..)
        && *sign != b'='
    {
        return Some(ValuePlace::after(text, end + 1, PlaceKind::Assigned));
    }
    let close = skip_quote(text, end).unwrap_or(end);
    let (at, kind) = operator(text, skip_blanks(text, close), before == Some(&b'<'))?;
    (kind == PlaceKind::Assigned).then(|| ValuePlace::after(text, at, kind))
}
