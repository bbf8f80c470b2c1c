//! Cells of rows, pipes and tuples whose first one is the name.

use super::assigned::starts;
use super::before::BEFORE_MAX;
use super::first_of_line;
use super::forms::ROW_MAX;
use crate::near::is_any;
use crate::scan::edge;
use crate::scan::name::Name;
use crate::scan::notation::{PlaceKind, ValuePlace, skip_blanks, skip_quote, skip_spaces};
use crate::scan::words::{Words, words};

/// `| DB_BUCKET | String | b |`, `DB_BUCKET   prod   b`: the name in the first cell of a row, the value in the last.
pub(super) fn last_cell(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let rest = text.get(name.end..text.len().min(name.end + ROW_MAX))?;
    if let Some(cell) = rest.strip_prefix(b"}") {
        return macro_cell(name, text, cell);
    }
    matches!(rest, [b' ', b' ' | b'|', ..] | [b'\t' | b'|', ..]).then_some(())?;
    let head = text.get(name.start.saturating_sub(4)..name.start)?;
    head.iter().rev().find(|b| **b != b' ').is_none_or(|b| matches!(b, b'\n' | b'|')).then_some(())?;
    let line = rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len()))?;
    let end = line.iter().rposition(|b| !matches!(b, b' ' | b'|' | b'\r' | b'\t'))? + 1;
    let start = line.get(..end)?.iter().rposition(|b| matches!(b, b' ' | b'|' | b'\t'))? + 1;
    let border = line.get(..start)?;
    let cell = [b"  ".as_slice(), b"| ", b"|", b"\t"].iter().any(|border_end| border.ends_with(border_end));
    let place =
        ValuePlace { start: name.end + start, end: Some(name.end + end), kind: PlaceKind::Cell, ..ValuePlace::WHOLE };
    // The other cells, or nothing but the blanks between two.
    let between = border.trim_ascii().len();
    let pair = between == 0 && border.len() > 3 && first_of_line(name, text);
    (cell && (between > 1 || pair)).then_some(place)
}

/// `| {$PG.PASSWORD} | x |`: the cell behind that of a macro or a variable.
fn macro_cell(name: &Name<'_>, text: &[u8], rest: &[u8]) -> Option<ValuePlace> {
    let head = edge::last_line(text.get(name.start.saturating_sub(BEFORE_MAX)..name.start)?);
    let path = head.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':')).count();
    let outer = head.get(..head.len() - path)?;
    let opened = [b"{$".as_slice(), b"${", b"{#"].iter().find_map(|open| outer.strip_suffix(*open))?;
    opened.trim_ascii_end().ends_with(b"|").then_some(())?;
    let line = rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len()))?;
    let behind = line.trim_ascii_start().strip_prefix(b"|")?;
    let start = line.len() - behind.trim_ascii_start().len();
    let cell = behind.trim_ascii_start();
    let cell = cell.get(..memchr::memchr(b'|', cell)?)?.trim_ascii_end();
    let start = name.end + 1 + start;
    let place = ValuePlace { start, end: Some(start + cell.len()), kind: PlaceKind::Cell, ..ValuePlace::WHOLE };
    (!cell.is_empty()).then_some(place)
}

/// What a command is given to read: `echo 'x' | passwd --stdin ops`, `docker login --password-stdin <<< "x"`.
pub(super) fn piped(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let rest = text.get(name.end..text.len().min(name.end + BEFORE_MAX))?;
    let written = name.is_option() && name.holds(b"stdin") || rest.starts_with(b" --stdin");
    let here = || {
        let line = rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len()))?;
        memchr::memmem::find(line, b"<<< ").map(|at| name.end + at + b"<<< ".len())
    };
    if !written {
        return None;
    }
    if let Some(start) = here() {
        return Some(ValuePlace::after(text, start, PlaceKind::Assigned));
    }
    const COMMANDS: [&[u8]; 8] = [
        b"echo -n ",
        b"echo -e ",
        b"echo ",
        b"printf '%s' ",
        b"printf %s ",
        b"printf \"%s\" ",
        b"printf '%s\\n' ",
        b"printf ",
    ];
    let head = text.get(name.start.saturating_sub(ROW_MAX)..name.start)?;
    let line = memchr::memrchr(b'\n', head).map_or(0, |newline| newline + 1);
    let from = name.start - head.len() + line;
    let head = head.get(line..)?;
    let head = head.get(..memchr::memmem::rfind(head, b" | ")?)?;
    let command = COMMANDS.iter().find_map(|echo| Some(memchr::memmem::rfind(head, echo)? + echo.len()))?;
    let argument = head.get(command..)?;
    let marks =
        usize::from(argument.len() > 2 && matches!(argument, [first @ (b'"' | b'\''), .., last] if first == last));
    let value = argument.get(marks..argument.len() - marks)?;
    let start = from + command + marks;
    let one = !value.is_empty() && (marks > 0 || !value.contains(&b' '));
    one.then_some(ValuePlace { start, end: Some(start + value.len()), kind: PlaceKind::Piped, ..ValuePlace::WHOLE })
}

/// The password that Java makes letters of for a call that takes one: `ks.load(in, "…".toCharArray())`.
pub(super) fn letters(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    static CALLS: Words = words!("load|init|getKey|setKeyEntry|PasswordProtection|PBEKeySpec|store|getEntry");
    let called = text.get(name.end) == Some(&b'(') && text.get(..name.end)?.ends_with(b"toCharArray");
    called.then_some(())?;
    let head = text.get(name.start.saturating_sub(BEFORE_MAX)..name.start)?;
    // The point may be of the name.
    let point = usize::from(text.get(name.start) != Some(&b'.'));
    let string = edge::last_line(head);
    let string = string.get(..string.len().checked_sub(point)?)?.strip_suffix(b"\"")?;
    let open = memchr::memrchr(b'"', string)?;
    let call = string.get(..memchr::memchr(b'(', string.get(..open)?)?)?;
    let run = call.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    let end = name.start - point - 1;
    let place = ValuePlace {
        start: end - (string.len() - open - 1),
        end: Some(end),
        kind: PlaceKind::Given,
        ..ValuePlace::WHOLE
    };
    CALLS.has(call.get(call.len() - run..)?).then_some(place)
}

/// `name,value`, alone on its line.
pub(super) fn row(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let rest = text.get(name.end..text.len().min(name.end + BEFORE_MAX))?;
    // `"password","…"`
    let quotes = usize::from(rest.starts_with(b"\",\"") || rest.starts_with(b"\";\""));
    let value = rest.get(quotes..)?;
    let value = value.strip_prefix(b",").or_else(|| value.strip_prefix(b";"))?.get(quotes..)?;
    (matches!(edge::previous(text, name.start), Some(b'"' | b'n')) || name.leads(text)).then_some(())?;
    // The groups of an account are of one value.
    let is_digit = |at: usize| value.get(at).is_some_and(u8::is_ascii_digit);
    let within = |(at, b): &(usize, &u8)| match b {
        b' ' => *at > 0 && is_digit(at - 1) && is_digit(at + 1),
        _ => !is_any(b"\n\r\\,;\"", b),
    };
    let len = value.iter().enumerate().take_while(within).count();
    let close = len + quotes;
    let ends = matches!(value.get(skip_spaces(value, close)), None | Some(b'\n' | b'\r' | b'\\'));
    let start = name.end + 1 + 2 * quotes;
    (ends && len > 0).then_some(ValuePlace {
        end: Some(start + len),
        start,
        kind: PlaceKind::Cell,
        ..ValuePlace::WHOLE
    })
}

/// `('name', 'value')`, as SQL inserts it, and pairs in other brackets, also in a string.
pub(super) fn tuple(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let behind = match edge::previous(text, name.start)? {
        b'\'' | b'"' => {
            let quote = name.start - 1;
            let opens =
                matches!(edge::previous(text, quote - edge::backslashes_before(text, quote)), Some(b'(' | b'['));
            (opens || is_second(text, quote) || is_dimension(text, quote))
                .then(|| skip_quote(text, name.end))
                .flatten()?
        }
        // `{password, "…"}`, `{:password, "…"}`
        sign @ (b'{' | b':') => {
            let opens = sign == b'{' || edge::previous(text, name.start - 1) == Some(b'{');
            Some(name.end).filter(|_| opens)?
        }
        _ => return None,
    };
    let comma = (text.get(behind) == Some(&b',')).then(|| skip_blanks(text, behind + 1))?;
    if is_dimension(text, name.start - 1) {
        return Some(ValuePlace::after(text, comma, PlaceKind::Assigned));
    }
    // `{buckets, [<<"b">>, <<"c">>]}`
    if text.get(comma) == Some(&b'[') && edge::previous(text, name.start) == Some(b'{') {
        return Some(ValuePlace::after(text, comma, PlaceKind::Assigned));
    }
    // `r.add("spring.datasource.password", () -> "…")`: a function that returns it.
    let returned = ["() -> ", "() => ", "-> { ", "lambda: "].into_iter().find(|start| starts(text, comma, start));
    let comma = comma + returned.map_or(0, str::len);
    // A binary of Erlang: `{password, <<"…">>}`.
    let opening = comma + if starts(text, comma, "<<") { 2 } else { 0 };
    let start = skip_quote(text, opening)?;
    let mark = text.get(opening..start)?;
    let value = text.get(start..text.len().min(start + BEFORE_MAX))?;
    let len = memchr::memmem::find(value, mark).filter(|len| *len > 0)?;
    let close = value.get(len + mark.len()..)?;
    let closes = matches!(close.first(), Some(b')' | b']' | b'}')) || close.starts_with(b">>");
    closes.then_some(ValuePlace { end: Some(start + len), start, kind: PlaceKind::Cell, ..ValuePlace::WHOLE })
}

/// Returns whether the quotation at `at` is the second element of a row of settings, behind its number: `(1,'s3_bucket',`.
fn is_second(text: &[u8], at: usize) -> bool {
    let head = text.get(at.saturating_sub(NUMBER_MAX)..at).unwrap_or_default().trim_ascii_end();
    let Some(number) = head.strip_suffix(b",") else { return false };
    let digits = number.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    digits > 0 && number.get(..number.len() - digits).is_some_and(|head| head.ends_with(b"("))
}

/// Bytes of the number of a row, with what stands around it.
const NUMBER_MAX: usize = 12;

/// Returns whether the quotation at `at` stands in a metric of CloudWatch, a list of a namespace, a name, and pairs:
/// `["AWS/S3", "NumberOfObjects", "BucketName", "b"]`.
fn is_dimension(text: &[u8], at: usize) -> bool {
    let head = text.get(at.saturating_sub(BEFORE_MAX)..at).unwrap_or_default();
    if !head.trim_ascii_end().ends_with(b",") {
        return false;
    }
    let list = memchr::memrchr2(b'[', b']', head).and_then(|open| head.get(open..)).unwrap_or_default();
    let namespace = list.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
    namespace.is_some_and(|namespace| namespace.starts_with(b"\"AWS/"))
}
