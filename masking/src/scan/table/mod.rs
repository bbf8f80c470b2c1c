//! Tables whose columns are named in a header: CSV, TSV, Markdown, boxes, HTML, and columns that blanks align.

mod bullets;
mod cells;
mod column;
mod header;
mod line;
mod rows;
mod separator;

use std::ops::Range;

use crate::scan::keyed::Keyed;
use crate::scan::name::Name;
use crate::scan::notation::{PlaceKind, ValuePlace, skip_quote};
use crate::scan::reading::{Header, Reading};
use cells::{trim, unmarked, unset, untagged};
use column::Column;
use header::Refused;
use rows::Table;

pub(crate) use line::{Break, STRIDE, line_end, line_start};

/// Bytes of a Latin word in front of one of another script.
const GLUED_MAX: usize = 12;

/// Returns whether a name may fill a cell of a header: what follows it, and what stands before it.
pub(crate) fn is_cell(text: &[u8], name: &Name<'_>) -> bool {
    let end = skip_quote(text, name.end).unwrap_or(name.end);
    // `**Account**`
    let end = end + text.get(end..).unwrap_or_default().iter().take(2).take_while(|b| matches!(b, b'*' | b'_')).count();
    // `Account No.`, `Account #`
    let end = end
        + usize::from(matches!(text.get(end..), Some([b'.' | b'*' | b':', b' ' | b',' | b'|' | b'\t' | b'\n', ..])));
    let follows = match text.get(end..).unwrap_or_default() {
        [b' ', rest @ ..] => {
            matches!(
                rest,
                [b' ' | b'|' | b'\n' | b'\t', ..]
                    | [b'/', b' ', ..]
                    | [b'!', b'!', ..]
                    | [b'&', b' ', ..]
                    | [b'\\', b'\\', ..]
                    | [0xe2, 0x94 | 0x95, ..]
                    | []
            )
        }
        [b',' | b';' | b'\t' | b'|' | b'\n' | b'\r' | b'\\', ..] | [b'<', b'/', ..] | [] => true,
        [0xe2, 0x94 | 0x95, ..] => true,
        // The last column of a query and of SQL.
        [b']', b'\'' | b'"', ..] | [b')', b' ', b'V' | b'v' | b'F' | b'f', ..] => true,
        // `BUCKET/PREFIX`, `Account / Region`
        [b'/', next, ..] => next.is_ascii_alphabetic(),
        // The last one of a list of columns, and of the members of one.
        [b'}', b',' | b']' | b' ' | b'\n' | b'\r', ..] => true,
        [b']', b',' | b' ' | b'\n' | b'\r', ..] => true,
        _ => false,
    };
    // `DBクラスター`: a word of another script begins behind the Latin one that it is glued to.
    let head = text.get(name.start.saturating_sub(GLUED_MAX)..name.start).filter(|_| name.is_foreign());
    let glued = head.map_or(0, |head| head.iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count());
    let before = (name.start - glued).checked_sub(1).and_then(|at| text.get(at));
    // `\textbf{Account} & …`
    let set = || before == Some(&b'{') && text.get(..name.start).is_some_and(|head| head.ends_with(b"\\textbf{"));
    let begins = set()
        || matches!(
            before,
            None | Some(
                b' ' | b','
                    | b';'
                    | b'\t'
                    | b'|'
                    | b'\n'
                    | b'"'
                    | b'\''
                    | b'>'
                    | b'n'
                    | b't'
                    | b'['
                    | b'('
                    | b'*'
                    | b'_'
                    | b'/'
                    | b':'
                    // The fields of CloudWatch Logs.
                    | b'@'
                    | 0x80..
            )
        );
    follows && begins
}

/// Reports the values in the columns that have these names. Each table is walked once, whatever its header names.
pub(crate) fn values(
    text: &[u8],
    headers: &mut [Header],
    rules: &[Keyed],
    reading: &mut Reading,
    mut found: impl FnMut(&Keyed, Range<usize>),
) {
    headers.sort_unstable();
    let mut refused = Refused::default();
    let mut at = 0;
    while let Some(header) = headers.get(at) {
        let Some(table) = Table::read(text, header.name, &mut refused) else {
            at += 1;
            continue;
        };
        let own = headers.get(at..).unwrap_or_default().iter().take_while(|header| header.name < table.header.end);
        let columns = own.filter_map(|header| Column::new(text, &table, header.name, rules.get(header.rule)?));
        let mut columns: Vec<Column<'_>> = columns.collect();
        let login = columns.iter().any(|column| column.rule.is_of_passwords()) && table.is_of_logins(text);
        // What another column shows tells what the table is about.
        let mut told = false;
        let wiki = table.is_of_wiki(text);
        let done = table.rows(text, |row, exact| {
            for column in columns.iter_mut().filter(|column| exact || column.rule.is_excuse()) {
                let place = row.get(column.at).and_then(|cell| place(text, cell, wiki));
                if let Some(place) = place.map(|place| column.part(text, place)) {
                    column.rule.cell(text, place, login, reading, |value| {
                        told |= column.rule.is_of_accounts();
                        found(column.rule, value);
                    });
                    column.add(place);
                }
            }
        });
        for column in &columns {
            column.names(text, &table, told).into_iter().for_each(|name| found(column.rule, name));
        }
        at = headers.partition_point(|header| header.name < done.max(table.header.end));
    }
}

/// The place of a value in a cell, without blanks, quotation marks, and the marks of a `wiki`.
fn place(text: &[u8], cell: &Range<usize>, wiki: bool) -> Option<ValuePlace> {
    let cell = trim(text, cell.clone());
    // The bar with which a row of MediaWiki begins.
    let bar = usize::from(text.get(cell.clone())?.starts_with(b"| "));
    let cell = untagged(text, unset(text, trim(text, cell.start + bar..cell.end)));
    let cell = if wiki { unmarked(text, cell) } else { cell };
    let stars = text.get(cell.clone())?.iter().take_while(|b| matches!(b, b'*' | b'_')).count();
    let start = skip_quote(text, cell.start + stars).unwrap_or(cell.start + stars);
    // The element around the table ends with its last cell.
    let close = memchr::memmem::find(text.get(start..cell.end)?, b"</").map_or(cell.end, |len| start + len);
    let cell = cell.start..close;
    let bytes = text.get(start..cell.end)?;
    let marks = if start > cell.start {
        bytes.iter().rev().take_while(|b| matches!(b, b'"' | b'\'' | b'`' | b'\\' | b'*' | b'_')).count()
    } else {
        0
    };
    let end = Some(cell.end - marks).filter(|end| *end > start);
    end.map(|end| ValuePlace { end: Some(end), start, kind: PlaceKind::Cell, ..ValuePlace::WHOLE })
}
