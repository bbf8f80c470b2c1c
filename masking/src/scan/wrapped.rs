//! Values that go over the end of a line: a table has wrapped its cell, a mail its quotation, a terminal its output.
//!
//! A line that ends in the middle of an id, or with an ARN that names nothing yet, continues on the next one. Where a line
//! ends with what could be whole, nothing tells that it is not.

use std::ops::Range;

use crate::near::is_any;
use crate::placeholder;
use crate::scan::check;

/// Maximum blanks and borders of cells between the two parts.
const GAP_MAX: usize = 240;
/// Maximum bytes of a part.
const PART_MAX: usize = 256;
/// Minimum bytes of a name on the next line.
const NAME_MIN: usize = 3;
/// Maximum lines that a value goes over.
const LINES_MAX: usize = 3;

/// The rest of an id whose first part stands at `first`: so many hexadecimal digits and no other, at the start of the next
/// line, or in the same column.
pub(crate) fn digits(text: &[u8], first: &Range<usize>, count: usize) -> Option<Range<usize>> {
    let line = next_line(text, first.end)?;
    let column = first.start - line_start(text, first.start);
    let hex = |at: &usize| {
        let rest = text.get(*at..).unwrap_or_default();
        let len = rest.iter().take(count + 1).take_while(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b)).count();
        len == count && rest.get(len).is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'-' | b'_' | b'.'))
    };
    let same = Some(line + column).filter(|at| text.get(*at - 1).is_some_and(|b| matches!(b, b' ' | b'|' | b'\n')));
    [Some(first_word(text, line)), same].into_iter().flatten().find(hex).map(|at| at..at + count)
}

/// The further lines of a token whose first one ends at `end`: runs of base64 alone on their lines, up to one that is
/// shorter than those before it.
pub(crate) fn lines(text: &[u8], end: usize) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = Some(end);
    let mut longest = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at?..)?;
        let break_len =
            [b"\n".as_slice(), b"\r\n", b"\\\n", b" \\\n", b"=\n"].iter().find(|end| rest.starts_with(end))?.len();
        let start = first_word(text, at? + break_len);
        let line = text.get(start..text.len().min(start + TOKEN_LINE))?;
        let len = line.iter().take_while(|b| b.is_ascii_alphanumeric() || is_any(b"+/=_%-", b)).count();
        let run = line.get(..len)?;
        let alone = matches!(line.get(len), None | Some(b'\n' | b'\r' | b'\\' | b'"' | b'\'' | b' ' | b'|'));
        let random =
            check::has_digit(run) && run.iter().any(u8::is_ascii_uppercase) && run.iter().any(u8::is_ascii_lowercase);
        let goes_on = len >= TOKEN_MIN && random && memchr::memchr(b'=', run).is_none_or(|sign| sign + 2 >= len);
        at = Some(start + len).filter(|_| len >= longest);
        longest = longest.max(len);
        (goes_on && alone).then_some(start..start + len)
    })
    .take(TOKEN_LINES)
}

/// Bytes of a line of a token, and lines of one.
const TOKEN_LINE: usize = 512;
const TOKEN_MIN: usize = 12;
const TOKEN_LINES: usize = 64;

/// A text from the lines that a value goes over.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) text: Vec<u8>,
    /// Where each part of it stands.
    parts: Vec<Range<usize>>,
}

impl Joined {
    /// Joins the ARN that begins at `start` with the next lines, if it ends its line and is not whole.
    pub(crate) fn of_arn(text: &[u8], start: usize) -> Option<Self> {
        let first = text.get(start..text.len().min(start + PART_MAX))?;
        first.starts_with(b"arn:aws").then_some(())?;
        let first = first.get(..first.iter().take_while(|b| in_arn(**b)).count())?;
        is_open(first).then_some(())?;
        // Most ARNs do not end their line, and nothing else of them is read.
        next_line(text, start + first.len())?;
        // What was masked was whole, in front of the end of the line and after it.
        let masked = |part: &[u8]| placeholder::find_all(part).next().is_some();
        let resource = first.splitn(6, |b| *b == b':').nth(5).unwrap_or_default();
        (!masked(resource)).then_some(())?;
        let mut joined = Self { text: Vec::new(), parts: Vec::new() };
        let mut at = start;
        while joined.parts.len() <= LINES_MAX {
            let part = text.get(at..text.len().min(at + PART_MAX))?;
            let len = part.iter().take_while(|b| in_arn(**b)).count();
            let part = part.get(..len).filter(|part| at == start || !masked(part))?;
            joined.text.extend_from_slice(part);
            joined.parts.push(at..at + len);
            if len == 0 || !is_open(&joined.text) {
                break;
            }
            at = first_word(text, next_line(text, at + len)?);
        }
        let last = joined.parts.last().and_then(|last| text.get(last.clone()))?;
        // The next line continues a name, unless it begins with a word.
        let name = check::is_distinctive(last) || last.contains(&b'/') || last.contains(&b':');
        let name = name && last.len() >= NAME_MIN && last.iter().any(u8::is_ascii_alphabetic);
        (joined.parts.len() > 1 && name && !is_open(&joined.text)).then_some(joined)
    }

    /// Where a range of the joined text stands, in parts.
    pub(crate) fn written(&self, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let mut from = 0;
        self.parts.iter().filter_map(move |part| {
            let (start, end) = (range.start.max(from), range.end.min(from + part.len()));
            let at = part.start + start.saturating_sub(from);
            from += part.len();
            (start < end).then(|| at..at + (end - start))
        })
    }
}

/// Returns whether an ARN cannot end here: it has too few fields, or a sign that joins names at its end.
fn is_open(arn: &[u8]) -> bool {
    let colons = arn.iter().filter(|b| **b == b':').count();
    colons < 5 && arn.len() >= 8 || matches!(arn.last(), Some(b':' | b'/' | b'-' | b'_'))
}

fn in_arn(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || is_any(b"_+=.@:/-", &byte)
}

fn line_start(text: &[u8], at: usize) -> usize {
    let head = text.get(at.saturating_sub(2 * GAP_MAX)..at).unwrap_or_default();
    at - head.len() + memchr::memrchr(b'\n', head).map_or(0, |newline| newline + 1)
}

/// Where the next line begins, if the text ends its cell at `at`: only blanks, borders and other cells follow.
fn next_line(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..text.len().min(at + GAP_MAX))?;
    let newline = memchr::memchr(b'\n', rest).filter(|_| ends_line(rest))?;
    Some(at + newline + 1)
}

/// Returns whether a line, or a cell of it, ends before this text.
pub(crate) fn ends_line(rest: &[u8]) -> bool {
    matches!(rest, [b'\n' | b'|', ..] | [b'\r' | b'=', b'\n', ..] | [b' ', b' ' | b'|' | b'\n' | 0xe2, ..])
}

/// Where the first word of a line begins, after blanks and the border of a cell.
fn first_word(text: &[u8], line: usize) -> usize {
    let rest = text.get(line..text.len().min(line + GAP_MAX)).unwrap_or_default();
    let border = |b: &u8| matches!(b, b' ' | b'\t' | b'|' | b'>' | 0xe2 | 0x80..=0x94);
    line + rest.iter().take_while(|b| border(b)).count()
}
