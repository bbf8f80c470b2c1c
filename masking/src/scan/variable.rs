//! Values that stand where a variable is set: `STATE='b-1'` of `bucket=${STATE}`, `for b in b-1 b-2` of `--bucket "$b"`.
//!
//! What a variable holds has the kind of the name that it is used under, whatever the variable itself is called.

use std::collections::HashSet;
use std::ops::Range;

use crate::catalog::KindId;
use crate::near::is_any;
use crate::scan::edge;
use crate::scan::keyed::Keyed;
use crate::scan::notation::{PlaceKind, ValuePlace, operator, skip_quote, skip_spaces};
use crate::scan::reading::{Reading, Use};
use crate::scan::reference;

/// What stands in front of a bucket, and the sign of a variable.
pub(crate) const ANCHORS: [&str; 4] = ["s3://$", "s3://{", "s3a://$", "s3a://{"];

/// Maximum uses of variables that are followed in one text, places at which one stands alone, and those of them at which it is
/// set.
const USES_MAX: usize = 16;
const PLACES_MAX: usize = 256;
const SET_MAX: usize = 8;
/// Maximum words that all variables of a text are set to, and bytes of a list of them.
const WORDS_MAX: usize = 256;
const WORDS_BYTES: usize = 1_024;
/// Bytes in front of a variable on the line that sets it.
const LINE_MAX: usize = 48;
/// Bytes of a text that count as one step when a variable is looked for in it.
const STEP: usize = 64;

/// Reports what the variables of some uses are set to.
pub(crate) fn values(
    text: &[u8],
    uses: &mut Vec<Use>,
    keys: &[Keyed],
    reading: &mut Reading,
    mut found: impl FnMut(Range<usize>, KindId),
) {
    let mut seen: HashSet<(usize, &[u8])> = HashSet::new();
    let (mut next, mut left) = (0, WORDS_MAX);
    while let Some(Use { rule, name }) = uses.get(next).cloned().filter(|_| next < USES_MAX) {
        next += 1;
        let Some((rule, variable)) = keys.get(rule).zip(text.get(name)) else { continue };
        if !seen.insert((rule.index, variable)) || !reading.step(text.len() / STEP + 1) {
            continue;
        }
        let places = memchr::memmem::find_iter(text, variable).filter(|at| stands_alone(text, *at, variable));
        for place in places.take(PLACES_MAX).filter_map(|at| set(text, at, variable)).take(SET_MAX) {
            let words = if place.end.is_some() { words(text, place) } else { vec![place] };
            for word in words {
                let Some(fewer) = left.checked_sub(1) else { break };
                left = fewer;
                let mut any = false;
                rule.list(text, word, true, reading, |range| {
                    any = true;
                    found(range, rule.kind);
                });
                // A variable may be set to another one.
                if let Some(name) = reference::at(text, word).filter(|_| !any) {
                    uses.push(Use { rule: rule.index, name });
                }
            }
        }
    }
    uses.clear();
}

/// Returns whether a variable at `start` is not a part of another name.
fn stands_alone(text: &[u8], start: usize, variable: &[u8]) -> bool {
    let in_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    !edge::previous(text, start).is_some_and(in_name) && !text.get(start + variable.len()).copied().is_some_and(in_name)
}

/// The place of what a variable is set to, if it is set where it stands at `start`; that of all words of a loop has an end.
fn set(text: &[u8], start: usize, variable: &[u8]) -> Option<ValuePlace> {
    let end = start + variable.len();
    let head = text.get(start.saturating_sub(LINE_MAX)..start)?;
    let line = edge::last_line(head);
    if text.get(end..).is_some_and(|rest| rest.starts_with(b" in ")) && line.trim_ascii_end().ends_with(b"for") {
        let from = end + b" in ".len();
        let rest = text.get(from..text.len().min(from + WORDS_BYTES))?;
        let len = memchr::memchr2(b';', b'\n', rest)?;
        return Some(ValuePlace { end: Some(from + len), ..ValuePlace::after(text, from, PlaceKind::Assigned) });
    }
    introduces(line).then_some(())?;
    let close = skip_quote(text, end).unwrap_or(end);
    let (behind, kind) = operator(text, skip_spaces(text, close), false)?;
    let compared = text.get(behind.saturating_sub(2)..behind).is_some_and(|sign| matches!(sign, b"==" | b"!="));
    let place = ValuePlace::after(text, behind, kind);
    let end = listed(text, place).filter(|_| place.quoted);
    let one = place.quoted || is_word_alone(text, behind);
    (kind == PlaceKind::Assigned && !compared && one).then_some(ValuePlace { end, ..place })
}

/// Returns whether the line that goes on at `at` is one word: more of them are code.
fn is_word_alone(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..text.len().min(at + WORDS_BYTES)).unwrap_or_default();
    let line = rest.get(..memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len())).unwrap_or_default();
    !line.trim_ascii().iter().any(|b| is_any(b" (", b))
}

/// Returns whether a line begins so that a variable is set there.
fn introduces(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let line = line.strip_suffix(b"\"").or_else(|| line.strip_suffix(b"'")).unwrap_or(line).trim_ascii_end();
    let word = line.rsplit(|b| *b == b' ').next().unwrap_or_default();
    const WORDS: [&[u8]; 21] = [
        b"",
        b"-",
        b"export",
        b"readonly",
        b"local",
        b"declare",
        b"set",
        b"setx",
        b"const",
        b"let",
        b"var",
        b"val",
        b"final",
        b"static",
        b"String",
        b"string",
        b"str",
        b"ENV",
        b"ARG",
        b"-e",
        b"$",
    ];
    WORDS.contains(&word) && line.len() < LINE_MAX - 8
}

/// Where the quotation ends that begins at a place, if it is a list of words.
fn listed(text: &[u8], place: ValuePlace) -> Option<usize> {
    let mark = edge::previous(text, place.start)?;
    let rest = text.get(place.start..text.len().min(place.start + WORDS_BYTES))?;
    let len = memchr::memchr2(mark, b'\n', rest)?;
    let list = rest.get(len) == Some(&mark) && rest.get(..len)?.contains(&b' ');
    list.then_some(place.start + len)
}

/// The words of a loop or of a list.
fn words(text: &[u8], place: ValuePlace) -> Vec<ValuePlace> {
    let list = place.start..place.end.unwrap_or(place.start);
    let quoted = usize::from(matches!(edge::previous(text, list.start), Some(b'"' | b'\'')) && place.quoted);
    let mut at = list.start - quoted;
    let bytes = text.get(at..list.end).unwrap_or_default();
    let mut words = Vec::new();
    for word in bytes.split(|b| *b == b' ') {
        let marks = word.iter().take_while(|b| is_any(b"\"'", b)).count();
        if word.len() > marks {
            let place = ValuePlace { start: at + marks, quoted: false, kind: PlaceKind::Assigned, ..ValuePlace::WHOLE };
            words.push(ValuePlace { tight: true, ..place });
        }
        at += word.len() + 1;
    }
    words
}
