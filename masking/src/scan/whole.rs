//! Values that stand alone: as the whole of a quotation, a cell, an element, a member or an argument.

use std::ops::Range;

use crate::scan::edge;
use crate::scan::notation::{is_name, skip_blanks};

/// Bytes in front of an argument in which its option stands.
const OPTION_MAX: usize = 48;

pub(crate) fn is_whole(text: &[u8], value: Range<usize>) -> bool {
    if value == (0..text.len()) {
        return true;
    }
    let (before, after) = (edge::previous(text, value.start), text.get(value.end).copied());
    match before {
        Some(mark @ (b'"' | b'\'' | b'`')) => closes(text, value.end, mark) && !is_name(text, value.end),
        Some(b'>') => after == Some(b'<'),
        _ => is_cell(text, &value) || is_argument(text, &value, after) || is_member(text, &value, after),
    }
}

/// Returns whether the mark stands there, escaped or not.
fn closes(text: &[u8], at: usize, mark: u8) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    let escapes = rest.iter().take(16).take_while(|b| **b == b'\\').count();
    rest.get(escapes) == Some(&mark)
}

/// `| Deployer |`, `x⇥Deployer⇥y`
fn is_cell(text: &[u8], value: &Range<usize>) -> bool {
    let head = text.get(value.start.saturating_sub(BLANKS_MAX)..value.start).unwrap_or_default();
    let tail = text.get(value.end..).unwrap_or_default();
    let space = |b: &&u8| **b == b' ';
    let before = head.len() - head.iter().rev().take_while(space).count();
    let after = tail.iter().take(BLANKS_MAX).take_while(space).count();
    let bar = |b: Option<&u8>| matches!(b, Some(b'|' | b'\t'));
    let line = |b: Option<&u8>| matches!(b, None | Some(b'\n' | b'\r'));
    let (left, right) = (before.checked_sub(1).and_then(|at| head.get(at)), tail.get(after));
    // Columns that blanks align.
    let wide = |blanks: usize, edge: bool| blanks >= 2 && !edge;
    let (from, to) = (head.len() - before, after);
    let column = wide(from, line(left)) && (to >= 2 || line(right)) || wide(to, line(right)) && line(left);
    column || bar(left) && (bar(right) || line(right)) || bar(right) && line(left)
}

/// Maximum blanks that fill a cell.
const BLANKS_MAX: usize = 64;

/// `--role-name Deployer`, `--role-name=Deployer`
fn is_argument(text: &[u8], value: &Range<usize>, after: Option<u8>) -> bool {
    let head = text.get(value.start.saturating_sub(OPTION_MAX)..value.start).unwrap_or_default();
    let Some((b' ' | b'=', head)) = head.split_last() else { return false };
    let option = head.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    let ends = after.is_none_or(|b| b.is_ascii_whitespace() || b == b'\\');
    ends && head.get(head.len() - option..).is_some_and(|option| option.starts_with(b"--"))
}

/// `role: Deployer` and `role = Deployer`, at the end of a line.
fn is_member(text: &[u8], value: &Range<usize>, after: Option<u8>) -> bool {
    let head = text.get(value.start.saturating_sub(BLANKS_MAX)..value.start).unwrap_or_default();
    let sign = head.iter().rposition(|b| *b != b' ').map_or(0, |at| at + 1);
    let assigned = matches!(head.get(..sign), Some([.., b'=']))
        || sign < head.len() && head.get(..sign).is_some_and(|head| head.ends_with(b":"));
    let end = skip_blanks(text, value.end);
    let line = text.get(value.end..end).is_some_and(|blanks| blanks.contains(&b'\n'));
    assigned && (after.is_none_or(|b| matches!(b, b',' | b'}' | b']')) || line || end == text.len())
}

/// A step of a path: `s3/payroll/x`.
pub(crate) fn is_step(text: &[u8], value: &Range<usize>) -> bool {
    let before = edge::previous(text, value.start);
    before == Some(b'/') || before.is_none_or(|b| !b.is_ascii_alphanumeric()) && text.get(value.end) == Some(&b'/')
}

/// Bytes between a value and the word beside it.
const MARKS_MAX: usize = 4;
/// Maximum bytes of such a word.
const WORD_MAX: usize = 24;

/// Returns whether one of these words stands right before or after a value: `cluster "payroll"`, `the payroll cluster`,
/// `a bucket named payroll`.
pub(crate) fn is_beside(text: &[u8], value: &Range<usize>, words: &[Box<str>]) -> bool {
    let head = text.get(value.start.saturating_sub(3 * WORD_MAX)..value.start).unwrap_or_default();
    let tail = text.get(value.end..).unwrap_or_default();
    let tail = tail.get(..tail.len().min(2 * WORD_MAX)).unwrap_or_default();
    let is_word = |word: &[u8]| {
        let one = word.strip_suffix(b"s").unwrap_or(word);
        !word.is_empty()
            && words
                .iter()
                .any(|own| own.as_bytes().eq_ignore_ascii_case(word) || own.as_bytes().eq_ignore_ascii_case(one))
    };
    let (before, head) = last_word(head);
    let before = if NAMED.iter().any(|named| named.as_bytes().eq_ignore_ascii_case(before)) {
        last_word(head).0
    } else {
        before
    };
    is_word(before) || is_word(first_word(tail))
}

/// Words between a kind and a name.
const NAMED: [&str; 5] = ["named", "called", "name", "id", "is"];

/// The word at the end of a text, and the text before it.
fn last_word(text: &[u8]) -> (&[u8], &[u8]) {
    let marks = text.iter().rev().take(MARKS_MAX).take_while(|b| is_mark(**b)).count();
    let head = text.get(..text.len() - marks).unwrap_or_default();
    let word = head.iter().rev().take(WORD_MAX).take_while(|b| b.is_ascii_alphanumeric()).count();
    if marks == 0 {
        (&[], head)
    } else {
        head.split_at_checked(head.len() - word).map_or((head, &[]), |(head, word)| (word, head))
    }
}

fn first_word(text: &[u8]) -> &[u8] {
    let marks = text.iter().take(MARKS_MAX).take_while(|b| is_mark(**b)).count();
    let tail = text.get(marks..).unwrap_or_default();
    let word = tail.iter().take(WORD_MAX).take_while(|b| b.is_ascii_alphanumeric()).count();
    if marks == 0 { &[] } else { tail.get(..word).unwrap_or_default() }
}

/// What stands between two words of one phrase.
fn is_mark(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'`' | b'*' | b':' | b'=' | b'(' | b')')
}
