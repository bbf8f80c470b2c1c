//! The cells of a row.

use std::ops::Range;

use crate::scan::table::bullets;
use crate::scan::table::line::{COLUMNS_MAX, LINE_MAX};
use crate::scan::table::separator::{BARS, Bracket, Separator};

/// The cells of a row.
pub(super) fn split(text: &[u8], line: Range<usize>, separator: Separator) -> Vec<Range<usize>> {
    let bytes = text.get(line.clone()).unwrap_or_default();
    let mut cells = Vec::new();
    match separator {
        Separator::Sign(sign) => {
            let (mut start, mut at, mut quoted) = (0, 0, false);
            while at < bytes.len() && cells.len() < COLUMNS_MAX {
                let rest = bytes.get(at..).unwrap_or_default();
                quoted ^= rest.first() == Some(&b'"') && sign.len() == 1 && sign != b"|";
                // A header and its rows may be drawn with different lines.
                let other = || sign.len() > 2 && BARS.iter().any(|bar| rest.starts_with(bar.as_bytes()));
                if !quoted && (rest.starts_with(sign) || other()) {
                    cells.push(start..at);
                    at += sign.len();
                    start = at;
                } else {
                    at += 1;
                }
            }
            cells.push(start..bytes.len());
        }
        Separator::Blanks => {
            let (mut at, mut start) = (0, None);
            while at <= bytes.len() && cells.len() < COLUMNS_MAX {
                let wide = bytes.get(at..).is_none_or(|rest| matches!(rest, [] | [b' ', b' ', ..]));
                match start {
                    Some(first) if wide => {
                        cells.push(first..at);
                        start = None;
                    }
                    None if bytes.get(at).is_some_and(|b| *b != b' ') => start = Some(at),
                    _ => {}
                }
                at += 1;
            }
        }
        Separator::Tuples(bracket) => {
            let (mut start, mut quote) = (0, Quote::default());
            for (at, byte) in bytes.iter().enumerate() {
                if !quote.holds(bracket, *byte) && *byte == b',' && cells.len() < COLUMNS_MAX {
                    cells.push(start..at);
                    start = at + 1;
                }
            }
            cells.push(start..bytes.len());
        }
        Separator::Objects if !bytes.trim_ascii_start().starts_with(b"{") => {
            return split(text, line, Separator::Tuples(Bracket::Square));
        }
        // The value of the only member.
        Separator::Objects => {
            for open in memchr::memchr_iter(b'{', bytes).take(COLUMNS_MAX) {
                let rest = bytes.get(open..).unwrap_or_default();
                let close = memchr::memchr(b'}', rest).unwrap_or(rest.len());
                let colon = memchr::memchr(b':', rest).filter(|colon| *colon < close).map_or(close, |colon| colon + 1);
                cells.push(open + colon..open + close);
            }
        }
        Separator::Bullets(column) => return bullets::cells(text, line, column),
        Separator::Cells(_) => return split(text, line, Separator::Sign(b"|")),
        // The header tells where they are, and a list is split by itself.
        Separator::Columns | Separator::Series => {}
        Separator::Elements => {
            for open in memchr::memmem::find_iter(bytes, b"<t").take(COLUMNS_MAX) {
                let cell = matches!(bytes.get(open + 2), Some(b'h' | b'd'));
                let rest = bytes.get(open..).filter(|_| cell).unwrap_or_default();
                let inside = rest.iter().position(|b| *b == b'>').map(|at| open + at + 1);
                let end = inside.and_then(|at| memchr::memmem::find(bytes.get(at..)?, b"</t").map(|len| at + len));
                cells.extend(inside.zip(end).map(|(start, end)| start..end));
            }
        }
    }
    cells.into_iter().map(|cell| line.start + cell.start..line.start + cell.end).collect()
}

/// The cells of a row that stand where the header's do.
pub(super) fn aligned(text: &[u8], line: &Range<usize>, header: usize, columns: &[Range<usize>]) -> Vec<Range<usize>> {
    let cell = |column: &Range<usize>| {
        let start = line.start + column.start - header;
        let rest = text.get(start..line.end.max(start)).unwrap_or_default();
        let begins = start == line.start || text.get(start - 1) == Some(&b' ');
        let len = memchr::memmem::find(rest, b"  ").unwrap_or(rest.len());
        if begins && start < line.end && !rest.starts_with(b" ") {
            return start..start + len;
        }
        // A column that ends where its heading does.
        let end = line.start + column.end - header;
        let before = text.get(line.start..end).filter(|_| end <= line.end).unwrap_or_default();
        let ends = text.get(end).is_none_or(|b| matches!(b, b' ' | b'\r' | b'\n'));
        let right = before.last().is_some_and(|b| *b != b' ') && ends;
        let first = memchr::memmem::rfind(before, b"  ").map_or(line.start, |at| line.start + at + 2);
        if right { first..end } else { line.end..line.end }
    };
    columns.iter().map(cell).collect()
}

/// The next row of so many cells, each of which begins with a bar.
pub(super) fn cells_after(text: &[u8], end: usize, count: usize) -> Option<Range<usize>> {
    let rest = text.get(end..text.len().min(end + LINE_MAX))?;
    let start = rest.iter().position(|b| !b.is_ascii_whitespace())?;
    let row = rest.get(start..)?;
    if !row.starts_with(b"|") || row.starts_with(b"|===") {
        return None;
    }
    let next = memchr::memchr_iter(b'|', row).nth(count);
    let len = next.or((end + rest.len() == text.len()).then_some(row.len()))?;
    Some(end + start..end + start + row.get(..len)?.trim_ascii_end().len())
}

/// The elements of a list, however many there are.
pub(super) fn elements(text: &[u8], list: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = list.start;
    std::iter::from_fn(move || {
        let rest = text.get(at..list.end).filter(|rest| !rest.is_empty())?;
        let mut quote = Quote::default();
        let len = rest.iter().position(|b| !quote.holds(Bracket::Square, *b) && *b == b',').unwrap_or(rest.len());
        let cell = at..at + len;
        at += len + 1;
        Some(cell)
    })
}

/// The quotation mark that is open in a row.
#[derive(Default)]
pub(super) struct Quote(Option<u8>);

impl Quote {
    /// Takes the next byte. Returns whether it is a part of what is quoted.
    pub(super) fn holds(&mut self, bracket: Bracket, byte: u8) -> bool {
        let held = self.0.is_some();
        match self.0 {
            Some(open) if open == byte => self.0 = None,
            None if bracket.is_quote(byte) => self.0 = Some(byte),
            _ => {}
        }
        held || self.0.is_some()
    }
}

/// A cell of LaTeX without what ends its row, and without the type in which it is set: `\texttt{x} \\ \hline`.
pub(super) fn unset(text: &[u8], cell: Range<usize>) -> Range<usize> {
    let bytes = text.get(cell.clone()).unwrap_or_default();
    let end = memchr::memmem::find(bytes, b" \\\\").map_or(cell.end, |at| cell.start + at);
    let cell = trim(text, cell.start..end);
    let bytes = text.get(cell.clone()).unwrap_or_default();
    let set = bytes.strip_prefix(b"\\text").and_then(|rest| memchr::memchr(b'{', rest).filter(|at| *at <= 8));
    match set.filter(|_| bytes.ends_with(b"}")) {
        Some(open) => cell.start + b"\\text".len() + open + 1..cell.end - 1,
        None => cell,
    }
}

/// A cell without the elements that mark its whole content: `<p><code>x</code></p>`.
pub(super) fn untagged(text: &[u8], cell: Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = cell;
    for _ in 0..TAGS_MAX {
        let bytes = text.get(start..end).unwrap_or_default();
        let open = Some(bytes).filter(|bytes| bytes.starts_with(b"<")).and_then(|bytes| memchr::memchr(b'>', bytes));
        let close =
            Some(bytes).filter(|bytes| bytes.ends_with(b">")).and_then(|bytes| memchr::memmem::rfind(bytes, b"</"));
        match open.zip(close).filter(|(open, close)| open < close) {
            Some((open, close)) => (start, end) = (start + open + 1, start + close),
            None => break,
        }
    }
    start..end
}

/// A cell of a wiki without the marks of its whole content: `{{x}}`, `{{{x}}}`, `{{*}}x{{*}}`, `{color:red}x{color}`.
pub(super) fn unmarked(text: &[u8], cell: Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = cell;
    for _ in 0..TAGS_MAX {
        let bytes = text.get(start..end).unwrap_or_default();
        match marks(bytes).filter(|(open, close)| open + close < bytes.len()) {
            Some((open, close)) => (start, end) = (start + open, end - close),
            None => break,
        }
    }
    start..end
}

/// The bytes of the marks with which the content of a cell begins and ends.
fn marks(bytes: &[u8]) -> Option<(usize, usize)> {
    const EMPHASIS: [&[u8]; 4] = [b"{{*}}", b"{*}", b"{{_}}", b"{_}"];
    bytes.first().filter(|b| **b == b'{')?;
    if let Some(mark) = EMPHASIS.iter().find(|mark| bytes.starts_with(mark)) {
        return bytes.ends_with(mark).then_some((mark.len(), mark.len()));
    }
    let braces = bytes.iter().take(3).take_while(|b| **b == b'{').count();
    if braces > 1 {
        let closed = bytes.iter().rev().take(braces).take_while(|b| **b == b'}').count();
        return (closed == braces).then_some((braces, braces));
    }
    let close = memchr::memchr(b'}', bytes)?;
    let word = bytes.get(1..close)?.split(|b| *b == b':').next().filter(|word| !word.is_empty())?;
    let head = bytes.strip_suffix(b"}")?.strip_suffix(word)?.strip_suffix(b"{")?;
    Some((close + 1, bytes.len() - head.len()))
}

/// Maximum elements around the content of a cell.
const TAGS_MAX: usize = 3;

pub(super) fn trim(text: &[u8], cell: Range<usize>) -> Range<usize> {
    let bytes = text.get(cell.clone()).unwrap_or_default();
    let front = bytes.len() - bytes.trim_ascii_start().len();
    cell.start + front..cell.start + front + bytes.trim_ascii().len()
}
