//! Where lines end, whatever stands for their breaks.

use crate::near::is_any;
use crate::scan::quoted;

/// Maximum columns of a table.
pub(super) const COLUMNS_MAX: usize = 64;
/// Maximum bytes of a line that is read as a row.
pub(super) const LINE_MAX: usize = 8 * 1_024;
/// Bytes after a name that are not read again where its line has no end.
pub(crate) const STRIDE: usize = LINE_MAX / 8;

/// What ends a line: a line break, or one that is escaped with so many backslashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Break(pub(super) usize);

impl Break {
    pub(crate) fn len(self) -> usize {
        self.0 + 1
    }
}

/// Where the line at `at` ends, and with which break: the given one, or whichever comes first.
pub(crate) fn line_end(text: &[u8], at: usize, ends: Option<Break>) -> Option<(usize, Break)> {
    let rest = text.get(at..text.len().min(at + LINE_MAX))?;
    let mut from = 0;
    while let Some(mark) = memchr::memchr2(b'\n', b'\\', rest.get(from..)?).map(|mark| from + mark) {
        let escapes = rest.get(mark..)?.iter().take(16).take_while(|b| **b == b'\\').count();
        let found = match rest.get(mark + escapes) {
            // Two of them end a row of LaTeX, and one goes on with the next line.
            Some(b'\n') if escapes != 1 => Some(Break(0)),
            Some(b'n') if escapes > 0 => Some(Break(escapes)),
            _ => None,
        };
        if let Some(found) = found.filter(|found| ends.is_none_or(|ends| ends == *found || found.0 == 0)) {
            let end = if found.0 == 0 { mark + escapes } else { mark };
            return ends.is_none_or(|ends| ends == found).then_some((at + end, found));
        }
        from = mark + escapes.max(1);
    }
    // A string ends with its quotation mark, and a text with its last line.
    let escapes = |quote: &usize| quoted::escapes(rest.get(..*quote).unwrap_or_default());
    let quote = ends
        .filter(|ends| ends.0 > 0)
        .and_then(|ends| {
            memchr::memchr2_iter(b'"', b'\'', rest).find(|quote| escapes(quote) < ends.0 && closes(rest, *quote))
        })
        .map(|quote| quote - escapes(&quote));
    let last = at + rest.len() == text.len();
    quote.map(|quote| at + quote).or(last.then_some(text.len())).map(|end| (end, ends.unwrap_or(Break(0))))
}

/// Returns whether the mark at `at` ends a string: an apostrophe stands within a word.
fn closes(text: &[u8], at: usize) -> bool {
    let next = text.get(at + 1);
    text.get(at) == Some(&b'"') || next.is_none_or(|b| is_any(b",)}]\n \\", b))
}

pub(crate) fn line_start(text: &[u8], at: usize, ends: Break) -> usize {
    let head = text.get(at.saturating_sub(LINE_MAX)..at).unwrap_or_default();
    let base = at - head.len();
    let real = memchr::memrchr(b'\n', head).map_or(0, |newline| newline + 1);
    if ends.0 == 0 {
        return base + real;
    }
    let line = head.get(real..).unwrap_or_default();
    let escaped = |at: &usize| quoted::escapes(line.get(..*at).unwrap_or_default());
    let broken = memchr::memrchr_iter(b'n', line).find(|at| escaped(at) == ends.0).map_or(0, |at| at + 1);
    let quote = |mark: u8| memchr::memrchr_iter(mark, line).find(|at| escaped(at) < ends.0);
    // A string of Python, in which the other marks are text.
    let begins = |at: &usize| at.checked_sub(1).and_then(|at| line.get(at)).is_none_or(|b| is_any(b"=([{,: ", b));
    let string = quote(b'\'').filter(begins).or_else(|| quote(b'"')).map_or(0, |at| at + 1);
    base + real + broken.max(string)
}
