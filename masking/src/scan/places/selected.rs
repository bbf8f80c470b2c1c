//! What a query answers that names a table of buckets: their column is called `name` there, `select name, region from
//! aws_s3_bucket`.

use crate::near::is_any;
use crate::scan::edge;
use crate::scan::name::{Name, in_name};
use crate::scan::notation::{PlaceKind, ValuePlace};
use crate::scan::words::{ends_with_ignore_case, starts_with_ignore_case};

/// Maximum bytes of a query in front of its table, and of what stands between the table and the answer.
const QUERY_MAX: usize = 240;
/// Maximum bytes of a record up to its name, and of the rest of one.
const RECORD_MAX: usize = 1_024;
/// The column that has the names.
const NAME: &[u8] = b"name";

/// Where the heading of the names stands in the answer to a query of the table that a name names.
pub(crate) fn heading(name: &Name<'_>, text: &[u8]) -> Option<usize> {
    let answer = answer(name, text)?;
    let rest = text.get(answer..text.len().min(answer + QUERY_MAX))?;
    memchr::memmem::find_iter(rest, NAME).map(|at| answer + at).find(|at| is_cell(text, *at))
}

/// The name in the first record that answers such a query.
pub(super) fn recorded(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    next_record(text, answer(name, text)?)
}

/// The name in the next record behind `at`: `-[ RECORD 1 ]-⏎name | b` of psql and Steampipe, `*** 1. row ***⏎name: b` of
/// MySQL.
pub(crate) fn next_record(text: &[u8], at: usize) -> Option<ValuePlace> {
    let rest = text.get(at..text.len().min(at + RECORD_MAX))?;
    let mut start = at;
    let mut inside = false;
    for line in rest.split(|b| *b == b'\n') {
        let own = line.trim_ascii();
        if own.starts_with(b"-[ RECORD ") || own.starts_with(b"***") && own.ends_with(b"***") {
            // The one before has no name.
            if inside {
                return None;
            }
            inside = true;
        }
        let value = own.strip_prefix(NAME).filter(|_| inside).map(<[u8]>::trim_ascii_start);
        if let Some(value) = value.and_then(|value| value.strip_prefix(b"|").or_else(|| value.strip_prefix(b":"))) {
            let value = value.trim_ascii_start();
            let end = start + line.trim_ascii_end().len();
            let place =
                ValuePlace { start: end - value.len(), end: Some(end), kind: PlaceKind::Record, ..ValuePlace::WHOLE };
            return (!value.is_empty() && !value.iter().any(u8::is_ascii_whitespace)).then_some(place);
        }
        start += line.len() + 1;
    }
    None
}

/// Where the lines behind a query begin that selects the names of the table that a name names.
fn answer(name: &Name<'_>, text: &[u8]) -> Option<usize> {
    let head = text.get(name.start.saturating_sub(QUERY_MAX)..name.start)?;
    // Most names follow another word. `from aws.s3_bucket`, `FROM "buckets"`
    let schema = head.iter().rev().take_while(|b| in_name(**b) || matches!(b, b'.' | b'"' | b'`')).count();
    let from = head.get(..head.len() - schema)?.trim_ascii_end();
    ends_with_ignore_case(from, b"from").then_some(())?;
    let query = from.get(..from.len() - b"from".len())?;
    let select = (0..query.len())
        .rev()
        .find(|at| query.get(*at..).is_some_and(|query| starts_with_ignore_case(query, b"select")))?;
    let mut columns = query.get(select + b"select".len()..)?.split(|b| *b == b',').map(<[u8]>::trim_ascii);
    columns.any(|column| column.eq_ignore_ascii_case(NAME)).then_some(())?;
    let rest = text.get(name.end..text.len().min(name.end + QUERY_MAX))?;
    Some(name.end + memchr::memchr(b'\n', rest)?)
}

/// Returns whether the word at `at` is all of a cell.
fn is_cell(text: &[u8], at: usize) -> bool {
    let head = edge::last_line(text.get(at.saturating_sub(QUERY_MAX)..at).unwrap_or_default()).trim_ascii_end();
    let behind = text.get(at + NAME.len()..).unwrap_or_default();
    let behind = behind.get(behind.iter().take(QUERY_MAX).take_while(|b| **b == b' ').count()..).unwrap_or_default();
    let border = |b: &u8| is_any(b"|,\t\r\n", b) || !b.is_ascii();
    head.last().is_none_or(border) && behind.first().is_none_or(border)
}
