//! Tables whose rows are lists within a list: `list-table` of reStructuredText, and the same in Markdown and YAML.

use std::ops::Range;

use crate::scan::table::line::{COLUMNS_MAX, LINE_MAX, STRIDE};

/// Bytes of the mark in front of a row, `* `, and in front of a cell, `- `.
pub(super) const MARK: usize = 2;

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
pub(super) fn cell_at(line: &[u8], column: usize) -> Option<usize> {
    let item = line.get(column..).filter(|_| indent(line) == column)?;
    matches!(item, [b'-'] | [b'-', b' ' | b'\r', ..]).then_some(column + MARK)
}

/// Where the row ends that begins at `start`: in front of the line that stands further out.
pub(super) fn row_end(text: &[u8], start: usize, column: usize) -> usize {
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
pub(super) fn begins_row(line: &[u8]) -> bool {
    matches!(line, [mark, b' ', b'-', b' ' | b'\n' | b'\r', ..] | [mark, b' ', b'-'] if is_mark(*mark))
}

pub(super) fn is_mark(byte: u8) -> bool {
    matches!(byte, b'*' | b'-' | b'+')
}

pub(super) fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|b| **b == b' ').count()
}
