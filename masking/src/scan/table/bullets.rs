//! Tables whose rows are lists within a list: `list-table` of reStructuredText, and the same in Markdown and YAML.

use std::ops::Range;

use crate::scan::edge;
use crate::scan::table::cells::{COLUMNS_MAX, trim};
use crate::scan::table::header::is_heading;
use crate::scan::table::line::{Break, LINE_MAX, STRIDE};
use crate::scan::table::rows::Table;
use crate::scan::table::separator::Separator;

/// Bytes of the mark in front of a row, `* `, and in front of a cell, `- `.
const MARK: usize = 2;

impl Table {
    /// `* - Bucket⏎  - Region⏎* - b⏎  - eu-west-1`
    pub(super) fn of_bullets(text: &[u8], at: usize) -> Option<Self> {
        let head = text.get(at.saturating_sub(STRIDE)..at)?;
        let line = edge::last_line(head);
        let indent = indent(line);
        // Most names stand in no list.
        let item = line.get(indent..).filter(|item| item.first().is_some_and(|b| is_mark(*b)))?;
        let column = if begins_row(item) { indent + MARK } else { indent };
        let mut start = at - line.len();
        if column == indent {
            item.starts_with(b"- ").then_some(())?;
            // The first line above that is none of the other cells begins the row.
            let mut above = head.get(..head.len() - line.len())?;
            loop {
                above = above.strip_suffix(b"\n")?;
                let line = edge::last_line(above);
                start -= line.len() + 1;
                let outer = line.get(column.checked_sub(MARK)?..).unwrap_or_default();
                if begins_row(outer) && self::indent(line) + MARK == column {
                    break;
                }
                cell_at(line, column)?;
                above = above.get(..above.len() - line.len())?;
            }
        }
        let separator = Separator::Bullets(column);
        let header = start..row_end(text, start, column);
        let cells = cells(text, header.clone(), column);
        let named = |cell: &Range<usize>| text.get(trim(text, cell.clone())).is_some_and(is_heading);
        let plausible = cells.len() >= 2 && cells.iter().all(named);
        let table = Self { header, cells, separator, ends: Break(0), title: None };
        let row = next_row(text, table.header.end, column).filter(|_| plausible)?;
        (self::cells(text, row, column).len() == table.cells.len()).then_some(table)
    }
}

/// The row after what ends at `end`, if nothing but blanks is between.
pub(super) fn next_row(text: &[u8], end: usize, column: usize) -> Option<Range<usize>> {
    let rest = text.get(end..text.len().min(end + STRIDE))?;
    let blank = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let start = end + memchr::memrchr(b'\n', rest.get(..blank)?)? + 1;
    let line = text.get(start..text.len().min(start + LINE_MAX))?;
    (indent(line) + MARK == column && begins_row(line.get(column - MARK..)?))
        .then(|| start..row_end(text, start, column))
}

/// The cells of a row whose hyphens stand at `column`: the first line of each.
pub(super) fn cells(text: &[u8], row: Range<usize>, column: usize) -> Vec<Range<usize>> {
    let (mut cells, mut start) = (Vec::new(), row.start);
    for line in text.get(row).unwrap_or_default().split(|b| *b == b'\n').take(LINE_MAX) {
        let first = cells.is_empty() && line.get(column..).is_some_and(|cell| cell.starts_with(b"-"));
        let inside = if first { Some(MARK + column) } else { cell_at(line, column) };
        if let Some(inside) = inside.filter(|_| cells.len() < COLUMNS_MAX) {
            cells.push(start + inside.min(line.len())..start + line.len());
        }
        start += line.len() + 1;
    }
    cells
}

/// Where the content of the cell begins that a line has at `column`.
fn cell_at(line: &[u8], column: usize) -> Option<usize> {
    let item = line.get(column..).filter(|_| indent(line) == column)?;
    matches!(item, [b'-'] | [b'-', b' ' | b'\r', ..]).then_some(column + MARK)
}

/// Where the row ends that begins at `start`: in front of the line that stands further out.
fn row_end(text: &[u8], start: usize, column: usize) -> usize {
    let rest = text.get(start..text.len().min(start + LINE_MAX)).unwrap_or_default();
    let mut len = 0;
    for (line, number) in rest.split(|b| *b == b'\n').zip(0..) {
        if number > 0 && !line.trim_ascii().is_empty() && indent(line) < column {
            break;
        }
        len += line.len() + 1;
    }
    let row = rest.get(..len.min(rest.len())).unwrap_or_default();
    start + row.trim_ascii_end().len()
}

/// `* - `
fn begins_row(line: &[u8]) -> bool {
    matches!(line, [mark, b' ', b'-', b' ' | b'\n' | b'\r', ..] | [mark, b' ', b'-'] if is_mark(*mark))
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b'*' | b'-' | b'+')
}

fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|b| **b == b' ').count()
}
