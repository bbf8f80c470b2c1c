//! The elements of lists: what stands between one and the next.

use super::skip::{REMARK_MAX, skip_anchor, skip_applied, skip_blanks, skip_quote, skip_spaces};
use super::{PlaceKind, ValuePlace};
use crate::scan::edge;

/// The next element of a list, after one that ends at `end`.
pub(crate) fn next_element(text: &[u8], end: usize) -> Option<Element> {
    let close = skip_quote(text, end).unwrap_or(end);
    let at = skip_blanks(text, close);
    let (behind, joint) = match text.get(at..)? {
        [b',', ..] if close > end => (skip_applied(text, skip_blanks(text, at + 1)), Joint::Comma),
        [b',', ..] => (at + 1, Joint::Comma),
        // Binaries of Erlang.
        [b'>', b'>', b',', b' ', b'<', b'<', ..] => (at + 6, Joint::Comma),
        rest if starts_conjunction(rest) > 0 && at > close => (at + starts_conjunction(rest), Joint::And),
        // `x ? "a" : "b"`, `"a" if x else "b"`
        [b':' | b'i', ..] if close > end && at == close + 1 => (other_branch(text, close)?, Joint::Arrow),
        // What git changes a word into.
        [b'-', b']', b'{', b'+', ..] => return Some(changed(text, at + 4)),
        [b'-', b']', b' ', b'{', b'+', ..] => return Some(changed(text, at + 5)),
        [b'"', b'-', b']', b' ', b'{', b'+', ..] => return Some(changed(text, at + 6)),
        // What Terraform and Pulumi change a value into.
        [b'-' | b'=', b'>', ..] => (at + 2, Joint::Arrow),
        [0xe2, 0x86, 0x92, ..] => (at + 3, Joint::Arrow),
        [b'-', b' ', ..] if matches!(edge::previous(text, at), Some(b' ' | b'\n' | b'n')) => {
            (skip_anchor(text, skip_blanks(text, at + 2)), Joint::Dash)
        }
        [b'<', b'/', ..] => (next_tag(text, at)?, Joint::Tag),
        [b'|', next, ..] if *next != b'|' && *next != b'\n' => (at + 1, Joint::Cell),
        // What a diff changes a member into: `value: b⏎value: c`.
        [next, ..] if next.is_ascii_alphabetic() && at > close + 1 && same_member(text, end, at).is_some() => {
            (same_member(text, end, at)?, Joint::Arrow)
        }
        [next, ..]
            if (next.is_ascii_alphanumeric() || matches!(next, b'"' | b'\'') && close > end)
                && at == close + 1
                && text.get(close) == Some(&b' ')
                && text.get(end) != Some(&b'`') =>
        {
            (at, Joint::Blank)
        }
        _ => return None,
    };
    let unquoted = skip_blanks(text, behind);
    let start = skip_quote(text, unquoted).unwrap_or(unquoted);
    let quoted = start > unquoted;
    let place = ValuePlace { start, end: None, kind: PlaceKind::Assigned, quoted, tight: false, leads: false };
    Some(Element { place, joint })
}

/// Where the value of the member at `at` begins, if the line of the value that ends at `end` has a member of the same name,
/// and nothing else.
fn same_member(text: &[u8], end: usize, at: usize) -> Option<usize> {
    let line = edge::last_line(text.get(end.saturating_sub(REMARK_MAX * 2)..end)?).trim_ascii_start();
    let name =
        line.iter().take(REMARK_MAX).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count();
    let sign = line.get(name..).filter(|sign| name > 0 && (sign.starts_with(b": ") || sign.starts_with(b" = ")))?;
    let sign = if sign.starts_with(b": ") { b": ".len() } else { b" = ".len() };
    let member = line.get(..name + sign)?;
    let broken = text.get(end..at)?.contains(&b'\n');
    (broken && text.get(at..)?.starts_with(member)).then_some(at + member.len())
}

/// The literal of the other branch, behind one that ends at `close`: `x ? "b" : "c"`, `"b" if x else "c"`.
fn other_branch(text: &[u8], close: usize) -> Option<usize> {
    let rest = text.get(close..text.len().min(close + BRANCH_MAX))?;
    let quoted = |at: &usize| matches!(rest.get(*at), Some(b'"' | b'\''));
    if let Some(at) = rest.starts_with(b" : ").then_some(3).filter(quoted) {
        let head = text.get(close.saturating_sub(BRANCH_MAX)..close)?;
        let asks = memchr::memmem::rfind(edge::last_line(head), b" ? ").is_some();
        return asks.then_some(close + at);
    }
    let line =
        rest.strip_prefix(b" if ").and_then(|rest| rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len())))?;
    let at = memchr::memmem::find(line, b" else ")? + b" if ".len() + b" else ".len();
    Some(at).filter(quoted).map(|at| close + at)
}

/// Bytes of a condition between its branches.
const BRANCH_MAX: usize = 128;

/// What `git diff --word-diff` changes a value into: `[-"a"-]{+"b"+}`.
fn changed(text: &[u8], inside: usize) -> Element {
    let start = skip_quote(text, inside).unwrap_or(inside);
    let place = ValuePlace { start, end: None, kind: PlaceKind::Assigned, quoted: true, tight: false, leads: false };
    Element { place, joint: Joint::Arrow }
}

/// The place after the ARNs with which a list begins, whose other elements are accounts alone.
pub(crate) fn skip_arns(text: &[u8], place: ValuePlace) -> ValuePlace {
    let mut place = place;
    for _ in 0..ARNS_MAX {
        let arn = text.get(place.start..).filter(|rest| rest.starts_with(b"arn:") && place.quoted);
        let end = arn.and_then(|arn| arn.iter().take(ARN_MAX).position(|b| matches!(b, b'"' | b'\'' | b'\\')));
        match end.and_then(|len| next_element(text, place.start + len)) {
            Some(next) if next.place.quoted => place = next.place,
            _ => break,
        }
    }
    place
}

/// ARNs that are stepped over, and bytes of one.
const ARNS_MAX: usize = 8;
const ARN_MAX: usize = 256;

/// An element of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element {
    pub(crate) place: ValuePlace,
    pub(crate) joint: Joint,
}

/// What stands in front of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joint {
    Comma,
    /// A word before the last element.
    And,
    /// A hyphen on a line of its own.
    Dash,
    /// What Terraform changes a value into.
    Arrow,
    /// The next argument of an option.
    Blank,
    /// An element of the same name: `</member><member>`.
    Tag,
    /// The next cell of a row that its first one names.
    Cell,
}

/// Where the content begins of an element that follows one of the same name.
fn next_tag(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at + 2..)?;
    let name = rest.get(..rest.iter().take(REMARK_MAX).position(|b| *b == b'>')?)?;
    let next = skip_blanks(text, at + 2 + name.len() + 1);
    let same = text.get(next..)?.strip_prefix(b"<")?.strip_prefix(name)?.starts_with(b">");
    same.then_some(next + name.len() + 2)
}

/// Returns whether the value that ends at `end` is an element of a list: `"a", "b": 1` are a value and a name.
pub(crate) fn ends_element(text: &[u8], end: usize) -> bool {
    let at = skip_quote(text, end).unwrap_or(end);
    let next = skip_spaces(text, at);
    let ends = matches!(text.get(next), None | Some(b',' | b']' | b')' | b'}' | b'\n' | b'\r' | b'\\'));
    // `--buckets a,b --region c`
    let option = next > at && text.get(next..).is_some_and(|rest| rest.starts_with(b"--"));
    ends || option
        || is_last(text, at)
        || next > at && text.get(next..).is_some_and(|rest| starts_conjunction(rest) > 0)
}

/// Returns whether a sentence ends at `at`.
fn is_last(text: &[u8], at: usize) -> bool {
    matches!(text.get(at..), Some([b'.'] | [b'.', b' ' | b'\n', ..]))
}

/// How long the word is that joins the last two elements of a list, with the blank after it.
fn starts_conjunction(rest: &[u8]) -> usize {
    const WORDS: [&str; 24] = [
        "and ",
        "or ",
        "und ",
        "oder ",
        "y ",
        "o ",
        "et ",
        "ou ",
        "e ",
        "ed ",
        "en ",
        "och ",
        "og ",
        "oraz ",
        "i ",
        "и ",
        "ve ",
        "dan ",
        "instead of ",
        "rather than ",
        "plus ",
        "vs ",
        // ``from bucket `a` to `b` ``
        "to `",
        "to \"",
    ];
    let word = WORDS.iter().find(|word| rest.starts_with(word.as_bytes()));
    word.map_or(0, |word| word.len() - usize::from(!word.ends_with(' ')))
}
