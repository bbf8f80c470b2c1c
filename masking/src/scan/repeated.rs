//! What the lines around a name begin with again and again, whatever it is: who speaks, a pod, a program and a counter.
//!
//! The forms that tools put in front of lines are known to [`prefix`](crate::scan::prefix). Any other beginning may be a
//! name with its value as well, so it is taken from no text: only the lines around a name that found no value are read
//! once more without it.

use std::ops::Range;

use crate::near::is_any;
use crate::scan::check::ACCOUNT_LEN;
use crate::scan::table::{Break, STRIDE, line_end, line_start};

/// Maximum bytes of a beginning.
const BEGINNING_MAX: usize = 96;
/// Maximum lines after a name, and in front of it, where its value may stand too.
const AFTER_MAX: usize = 64;
const BEFORE_MAX: usize = 4;
/// Maximum bytes of a line.
const LINE_MAX: usize = 1_024;

/// Lines that begin alike.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) range: Range<usize>,
    /// What each of them begins with.
    pub(crate) beginnings: Vec<Range<usize>>,
}

/// The blocks around these names, which are sorted. Each line is read once, whatever names it has. The view of a text has
/// no breaks where its lines go on.
pub(crate) fn blocks(text: &[u8], view: &[u8], names: &[usize]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut read = 0;
    for name in names {
        if *name < read {
            continue;
        }
        let Some((end, ends)) = line_end(text, *name, None) else {
            read = name + STRIDE;
            continue;
        };
        let line = line_start(text, *name, ends).max(read)..end;
        let block = Block::around((text, view), line, ends, read);
        read = block.as_ref().map_or(end, |block| block.range.end.max(end));
        blocks.extend(block);
    }
    blocks
}

/// Returns whether nothing but signs stands between `at` and the end of the line, so that a value may stand on another.
pub(crate) fn ends_line(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..text.len().min(at + SIGNS_MAX)).unwrap_or_default();
    // `<key>AccountId</key>`
    let tag = memchr::memchr(b'>', rest).filter(|_| rest.starts_with(b"</")).map_or(0, |end| end + 1);
    let rest = rest.get(tag..).unwrap_or_default();
    let signs = rest.iter().position(|b| *b < b' ' || *b == b'\\' || b.is_ascii_alphanumeric()).unwrap_or(rest.len());
    rest.get(signs).is_none_or(|b| !b.is_ascii_alphanumeric())
}

/// Maximum signs between a name and the end of its line.
const SIGNS_MAX: usize = 24;

impl Block {
    /// The lines around one, from `floor` on, that begin as it does.
    fn around((text, view): (&[u8], &[u8]), line: Range<usize>, ends: Break, floor: usize) -> Option<Self> {
        let mut template = line.start..line.end.min(line.start + BEGINNING_MAX);
        let mut lines = vec![line.clone()];
        let mut join = |next: &Range<usize>| {
            let len = shared(view.get(template.clone())?, view.get(next.clone())?)?;
            template.end = template.start + len;
            Some(())
        };
        let mut last = line.clone();
        for _ in 0..AFTER_MAX {
            let start = last.end + ends.len();
            let Some((end, _)) = text.get(start).and_then(|_| line_end(text, start, Some(ends))) else { break };
            last = start..end;
            if last.len() > LINE_MAX || join(&last).is_none() {
                break;
            }
            lines.push(last.clone());
        }
        let mut first = line;
        for _ in 0..BEFORE_MAX {
            let Some(end) = first.start.checked_sub(ends.len()).filter(|end| *end > floor) else { break };
            first = line_start(text, end, ends)..end;
            if first.start < floor || first.len() > LINE_MAX || join(&first).is_none() {
                break;
            }
            lines.insert(0, first.clone());
        }
        let template = view.get(template)?;
        let beginning = |line: &Range<usize>| {
            let len = view.get(line.clone()).map_or(0, |line| in_line(template, line));
            line.start..line.start + len
        };
        let range = lines.first()?.start..lines.last()?.end;
        (lines.len() > 1).then(|| Self { range, beginnings: lines.iter().map(beginning).collect() })
    }
}

/// Returns how much of a beginning another line shares: up to a blank or a sign, with something else than blanks in it, and
/// whatever the numbers in it are.
fn shared(beginning: &[u8], line: &[u8]) -> Option<usize> {
    let (mut end, mut filled) = (0, false);
    let whole = walk(beginning, line, |at, byte| {
        filled |= byte > b' ';
        if filled && (byte <= b' ' || is_any(b":|>])", &byte)) {
            end = at;
        }
    });
    // A line that is nothing but the beginning has lost the blank at its end.
    let end = if whole == line.len() && filled && end > 0 { beginning.len() } else { end };
    (end > 0).then_some(end)
}

/// Returns how long the beginning is in a line, whose numbers may be longer.
fn in_line(beginning: &[u8], line: &[u8]) -> usize {
    walk(beginning, line, |_, _| {})
}

/// Walks over what both begin with, and tells where each byte of the first ends. Returns how much of the second that is.
fn walk(first: &[u8], second: &[u8], mut each: impl FnMut(usize, u8)) -> usize {
    let digits =
        |text: &[u8], at: usize| text.get(at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
    let (mut at, mut other) = (0, 0);
    while let (Some(a), Some(b)) = (first.get(at), second.get(other)) {
        if a.is_ascii_digit() && b.is_ascii_digit() {
            let (end, ends) = (at + digits(first, at), other + digits(second, other));
            // Two accounts are members of a map, `"471192830564": "prod"`: nobody counts lines so.
            let accounts = end - at == ACCOUNT_LEN && ends - other == ACCOUNT_LEN;
            if accounts && first.get(at..end) != second.get(other..ends) {
                break;
            }
            (at, other) = (end, ends);
        } else if a == b {
            (at, other) = (at + 1, other + 1);
        } else {
            break;
        }
        each(at, *a);
    }
    other
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with a point for each byte of a beginning.
    fn shown(text: &str) -> String {
        let names: Vec<usize> = text.match_indices("key").map(|(at, _)| at).collect();
        let mut bytes = text.as_bytes().to_vec();
        for beginning in blocks(text.as_bytes(), text.as_bytes(), &names).into_iter().flat_map(|block| block.beginnings)
        {
            bytes.get_mut(beginning).unwrap().fill(b'.');
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[test]
    fn what_lines_begin_with_is_shared() {
        let cases = [
            (
                "web-6d4f api - key: a\nweb-6d4f api   value: b\nend",
                ".............- key: a\n.............  value: b\nend",
            ),
            ("471192830564: key:\n582203941675: b", "471192830564: key:\n582203941675: b"),
            ("I9 main.go:9] key:\nI9 main.go:10]   a", "..............key:\n...............  a"),
            (
                "Jin Park: a\nJin Park: key:\nJin Park:\nJin Park: b",
                "..........a\n..........key:\n.........\n..........b",
            ),
            (r#"{"a": "x> key:\nx>  b\n"}"#, r#"{"a": "...key:\n... b\n"}"#),
            // What is not repeated, or is a word's own, stays.
            ("  key: a\n  b: c", "  key: a\n  b: c"),
            ("akey\nakez", "akey\nakez"),
            ("x key: a", "x key: a"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
