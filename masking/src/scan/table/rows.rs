//! A table: its header, and the rows under it.

use std::ops::Range;

use crate::near::is_any;
use crate::placeholder;
use crate::scan::table::bullets;
use crate::scan::table::cells::{Quote, aligned, cells_after, elements, split};
use crate::scan::table::line::{Break, COLUMNS_MAX, LINE_MAX, line_end};
use crate::scan::table::separator::{Bracket, LATEX, Separator};

const GAP_MAX: usize = 120;
/// Maximum bytes between two rows of objects.
pub(super) const OBJECTS_GAP: usize = 120;

/// A header with the cells in it.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) header: Range<usize>,
    pub(super) cells: Vec<Range<usize>>,
    pub(super) separator: Separator,
    pub(super) ends: Break,
    /// The title, and the column that it names.
    pub(super) title: Option<(Range<usize>, Range<usize>)>,
}
impl Table {
    pub(super) fn column(&self, at: usize) -> Option<usize> {
        let titled = self.title.as_ref().filter(|(title, _)| title.contains(&at)).map(|(_, column)| column.start);
        let at = titled.unwrap_or(at);
        self.cells.iter().position(|cell| (cell.start..=cell.end).contains(&at))
    }

    /// Reports the cells of each row, and whether they are certain. Returns where the table ends.
    pub(super) fn rows(&self, text: &[u8], mut found: impl FnMut(&[Range<usize>], bool)) -> usize {
        if self.separator == Separator::Series {
            return self.series(text, found);
        }
        let mut done = self.header.end;
        let mut spans = Spans::default();
        while let Some(line) = self.next_line(text, done) {
            let bytes = text.get(line.clone()).unwrap_or_default();
            // Nothing, or a row of another table, which bars draw.
            if bytes.iter().all(u8::is_ascii_whitespace)
                || self.separator == Separator::Blanks && bytes.trim_ascii_start().starts_with(b"|")
            {
                break;
            }
            // `\hline`
            let command =
                self.separator == LATEX && bytes.trim_ascii_start().starts_with(b"\\") && !bytes.contains(&b'&');
            if !is_rule(bytes) && !command {
                // A placeholder is not as long as its value, so what follows it on the line is not under its heading.
                let moved = matches!(self.separator, Separator::Blanks | Separator::Columns)
                    && placeholder::find_all(bytes).next().is_some();
                let cells = match self.separator {
                    _ if moved => split(text, line.clone(), Separator::Blanks),
                    Separator::Columns => {
                        let cells = self.columns(text, &line);
                        // A row that is moved has two blanks between its cells at least.
                        let apart = self.is_cut(text, &line).then(|| split(text, line.clone(), Separator::Blanks));
                        apart.filter(|apart| apart.len() == cells.len()).unwrap_or(cells)
                    }
                    Separator::Blanks => aligned(text, &line, self.header.start, &self.cells),
                    Separator::Elements => spans.spread(text, split(text, line.clone(), Separator::Elements)),
                    separator => split(text, line.clone(), separator),
                };
                let cells = self.padded(text, cells);
                if cells.len() == self.cells.len() {
                    found(&cells, !moved);
                } else if !moved {
                    break;
                }
            }
            done = line.end;
        }
        done
    }
    /// Reports the elements of the list of each column. Returns where the last one ends.
    fn series(&self, text: &[u8], mut found: impl FnMut(&[Range<usize>], bool)) -> usize {
        let mut done = self.header.end;
        for column in 0..self.cells.len() {
            let Some(list) = self.next_line(text, done) else { break };
            let mut row = vec![list.end..list.end; self.cells.len()];
            for cell in elements(text, list.clone()) {
                row.get_mut(column).into_iter().for_each(|slot| *slot = cell.clone());
                found(&row, true);
            }
            done = list.end;
        }
        done
    }
    /// The cells of a row under the groups of hyphens.
    fn columns(&self, text: &[u8], line: &Range<usize>) -> Vec<Range<usize>> {
        let starts: Vec<usize> = self.cells.iter().map(|cell| cell.start - self.header.start).collect();
        let ends = starts.iter().skip(1).copied().chain([usize::MAX]);
        let cell = |(start, end): (&usize, usize)| {
            let at = |offset: usize| line.end.min(line.start.saturating_add(offset));
            // A value that is wider than its column moves what follows it.
            let apart = *start == 0 || text.get(at(*start) - 1) == Some(&b' ');
            if apart { at(*start)..at(end) } else { line.end..line.end }
        };
        starts.iter().zip(ends).map(cell).collect()
    }

    /// Returns whether a group of hyphens begins above the middle of a word.
    fn is_cut(&self, text: &[u8], line: &Range<usize>) -> bool {
        let starts = self.cells.iter().skip(1).map(|cell| line.start + cell.start - self.header.start);
        let blank = |at: usize| text.get(at).is_none_or(u8::is_ascii_whitespace);
        starts.filter(|at| *at < line.end).any(|at| !blank(at - 1) && !blank(at))
    }

    /// The cells of a row whose borders are prefixes of its line, under a header whose are not.
    fn padded(&self, text: &[u8], cells: Vec<Range<usize>>) -> Vec<Range<usize>> {
        let (Some(first), Some(last)) = (cells.first(), cells.last()) else { return cells };
        let (front, back) = (first.start..first.start, last.end..last.end);
        // A row that begins with its number has the look of a line that is numbered.
        let begins = |blanks: &[u8]| text.get(first.clone()).is_some_and(|cell| cell.starts_with(blanks));
        let numbered = match self.separator {
            Separator::Sign(b"|") => begins(b"   "),
            // The number with its tab: `1⇥db.acme.com⇥…`.
            Separator::Sign([b'\t'] | [.., b'\\', b't']) => begins(b"  "),
            _ => false,
        };
        if self.cells.len() == cells.len() + 1 && numbered {
            return [front].into_iter().chain(cells).collect();
        }
        if self.cells.len() != cells.len() + 2 {
            return cells;
        }
        [front].into_iter().chain(cells).chain([back]).collect()
    }

    /// The line or row after the one that ends at `end`.
    pub(super) fn next_line(&self, text: &[u8], end: usize) -> Option<Range<usize>> {
        if self.separator == Separator::Elements {
            let gap = text.get(end..text.len().min(end + GAP_MAX))?;
            let start = memchr::memmem::find(gap, b"<tr")?;
            // Another table has columns of its own.
            memchr::memmem::find(gap.get(..start)?, b"</table").is_none().then_some(())?;
            let start = end + start;
            let rest = text.get(start..text.len().min(start + LINE_MAX))?;
            return Some(start..start + memchr::memmem::find(rest, b"</tr>")?);
        }
        if let Separator::Bullets(column) = self.separator {
            return bullets::next_row(text, end, column);
        }
        if let Separator::Cells(count) = self.separator {
            return cells_after(text, end, count);
        }
        let lists = match self.separator {
            // The next statement begins with the columns of another table.
            Separator::Tuples(Bracket::Round) => Some((Bracket::Round, Bracket::Round.gap(), b";]{}".as_slice())),
            Separator::Tuples(bracket) => Some((bracket, bracket.gap(), b"]{}".as_slice())),
            Separator::Objects | Separator::Series => Some((Bracket::Square, OBJECTS_GAP, b"]".as_slice())),
            _ => None,
        };
        if let Some((bracket, gap, stops)) = lists {
            let gap = text.get(end..text.len().min(end + gap))?;
            let open = memchr::memchr(bracket.open(), gap)?;
            // What ends the list of rows, or holds another one, stands in no gap between two of them.
            let apart = gap.get(1..open).unwrap_or_default().iter().any(|b| stops.contains(b));
            let around = |b: &&u8| **b == b'[' || b.is_ascii_whitespace();
            let more = gap.get(open + 1..).unwrap_or_default().iter().take_while(around).count();
            let start = end + open + 1 + if bracket == Bracket::Square { more } else { 0 };
            let rest = text.get(start..text.len().min(start + LINE_MAX)).filter(|_| !apart)?;
            let mut quote = Quote::default();
            let close = rest.iter().position(|b| !quote.holds(bracket, *b) && *b == bracket.close())?;
            return Some(start..start + close);
        }
        let start = end + self.ends.len();
        text.get(start)?;
        Some(start..line_end(text, start, Some(self.ends))?.0)
    }
}

/// The rows for which a cell of HTML still fills each column: `<td rowspan="2">`.
#[derive(Debug, Default)]
struct Spans(Vec<usize>);

impl Spans {
    /// The cells of a row, and empty ones for the columns that another one fills.
    fn spread(&mut self, text: &[u8], cells: Vec<Range<usize>>) -> Vec<Range<usize>> {
        let mut row = Vec::new();
        for cell in cells {
            self.fill(&mut row, cell.start);
            let (rows, columns) = (span(text, cell.start, b"rowspan="), span(text, cell.start, b"colspan="));
            for column in 0..columns.min(COLUMNS_MAX.saturating_sub(row.len())) {
                self.0.resize(self.0.len().max(row.len() + 1), 0);
                self.0.get_mut(row.len()).into_iter().for_each(|left| *left = rows - 1);
                row.push(if column == 0 { cell.clone() } else { cell.end..cell.end });
            }
        }
        let end = row.last().map_or(0, |cell| cell.end);
        self.fill(&mut row, end);
        row
    }

    /// Adds the columns that are filled from above.
    fn fill(&mut self, row: &mut Vec<Range<usize>>, at: usize) {
        while let Some(left) = self.0.get_mut(row.len()).filter(|left| **left > 0) {
            *left -= 1;
            row.push(at..at);
        }
    }
}

/// How many rows or columns the cell spans whose content begins at `at`.
fn span(text: &[u8], at: usize, attribute: &[u8]) -> usize {
    let head = text.get(at.saturating_sub(GAP_MAX)..at).unwrap_or_default();
    let tag = memchr::memrchr(b'<', head).and_then(|open| head.get(open..)).unwrap_or_default();
    let value = memchr::memmem::find(tag, attribute).and_then(|at| tag.get(at + attribute.len()..));
    let value = value.map(|value| value.strip_prefix(b"\"").unwrap_or(value)).unwrap_or_default();
    let digits = value.iter().take(3).take_while(|b| b.is_ascii_digit());
    digits.fold(0, |span, digit| span * 10 + usize::from(digit - b'0')).max(1)
}

/// `|---|---|`, `+-----+`, `├─────┼`, `====  ====`
pub(super) fn is_rule(line: &[u8]) -> bool {
    let mark = |b: &u8| is_any(b"-+|=: \t\r", b) || (0x80..=0xbf).contains(b) || *b == 0xe2;
    line.iter().all(mark) && line.iter().any(|b| matches!(b, b'-' | b'=' | 0xe2))
}
