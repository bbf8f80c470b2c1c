//! The signs between a name and its value.

use super::PlaceKind;
use super::skip::{BLANKS_MAX, REMARK_MAX, skip_blanks};
use crate::near;
use crate::near::is_any;
use crate::scan::words::{Words, words};

/// Where a value begins after the sign that assigns it.
#[inline]
pub(crate) fn operator(text: &[u8], at: usize, tag: bool) -> Option<(usize, PlaceKind)> {
    // Most places have none.
    let rest = text.get(at..)?;
    let sign = matches!(
        rest.first()?,
        b'>' | b'?' | b'+' | b'.' | b'\\' | b':' | b'|' | b'=' | b'-' | b'&' | b'%' | b'(' | b'<' | b'!' | 0xe2 | 0xef
    );
    if sign { operator_of(rest, at, tag) } else { None }
}

fn operator_of(rest: &[u8], at: usize, tag: bool) -> Option<(usize, PlaceKind)> {
    let assigned = |len: usize| Some((at + len, PlaceKind::Assigned));
    match rest {
        [b'>', ..] if tag => assigned(1),
        // A leader: `Account ID ............ 471192830564`.
        [b'.', b'.', b'.', b'.', ..] => assigned(rest.iter().take(BLANKS_MAX).take_while(|b| **b == b'.').count()),
        [b'?' | b'+' | b'.', b'=', ..] | [b'+', b':', b' ', ..] | [b'\\', b'=' | b':', ..] => assigned(2),
        [b'\\', ..] => escaped_sign(rest).and_then(assigned),
        [b':', b':', b':', b'=', ..] => assigned(4),
        // A field that Jsonnet hides.
        [b':', b':', b' ', ..] => assigned(2),
        // `Secrets::DbPassword1`: a path of names.
        [b':', b':', next, ..] if *next > b' ' && !matches!(next, b':' | b'=' | b'"' | b'\'') => None,
        [b':', b':', b'=', ..] | [b'|', b'|', b'=', ..] | [b'?', b'?', b'=', ..] => assigned(3),
        [b'=' | b'!', b'=', b'=', ..] => assigned(3),
        // `printf 'NAME=%s' '…'`
        [b'=', b'%', b's', b'\'' | b'"', b' ', ..] => assigned(5),
        [b'=', b'>', ..] | [b':', b'=', ..] | [b':', b'-', ..] | [b'=' | b'!', b'=', ..] | [b'-', b'>', ..] => {
            assigned(2)
        }
        [b'<', b'b', b'r', b'>', ..] => assigned(4),
        [b'<', b'b', b'r', b'/', b'>', ..] => assigned(5),
        [b'<', b'b', b'r', b' ', b'/', b'>', ..] => assigned(6),
        [b'|', b'|', ..] | [b'?', b'?', ..] => assigned(2),
        [b'&', b'g', b't', b';', ..] if tag => assigned(4),
        [b'=', b'3', b'D', next @ ..] if is_quoted_printable(next) => assigned(3),
        [b':' | b'=', ..] => assigned(1 + annotation(rest.get(1..)?)),
        [b'|', ..] if !is_filter(rest) => assigned(1),
        [b'%', b'3', b'D' | b'd' | b'A' | b'a', ..] => assigned(3),
        [b'&', b' ', ..] if is_row_of_latex(rest) => assigned(1),
        [b'(', ..] => Some((at + 1, PlaceKind::Called)),
        // `账号（471192830564）`
        [0xef, 0xbc, 0x88, ..] => Some((at + "（".len(), PlaceKind::Called)),
        // R
        [b'<', b'-', b' ', b'"' | b'\'' | b'\\', ..] => assigned(2),
        [b'&', b'l', b't', b';', b'-', b' ', ..] | [b'-', b'&', b'g', b't', b';', ..] => assigned(5),
        [b'<', ..] => cell_behind(rest).and_then(assigned),
        [0xe2 | 0xef, ..] => {
            SIGNS.iter().find(|sign| rest.starts_with(sign.as_bytes())).and_then(|s| assigned(s.len()))
        }
        _ => None,
    }
}

/// `| b64decode }}`: a filter of a template.
fn is_filter(rest: &[u8]) -> bool {
    let line = rest.get(..rest.len().min(FILTER_MAX)).unwrap_or_default();
    let end = memchr::memchr3(b'{', b'}', b'\n', line).and_then(|end| line.get(end..));
    end.is_some_and(|end| end.starts_with(b"}}"))
}

/// Maximum bytes of a filter.
const FILTER_MAX: usize = 80;

/// `Account & 471192830564 \\\\`
fn is_row_of_latex(rest: &[u8]) -> bool {
    let line = rest.get(..rest.len().min(ROW_MAX)).unwrap_or_default();
    let line = line.get(..memchr::memchr(b'\n', line).unwrap_or(line.len())).unwrap_or_default();
    line.trim_ascii_end().ends_with(br"\\")
}

/// Maximum bytes of the rest of a row.
const ROW_MAX: usize = 240;

/// Returns whether the text after `=3D` shows that a mail has written an equals sign so, and not that a value begins.
fn is_quoted_printable(next: &[u8]) -> bool {
    let digits = next.iter().take(12).take_while(|b| b.is_ascii_digit()).count();
    matches!(next.first(), Some(b' ' | b'"' | b'\'')) || digits == 12
}

/// Signs of other scripts and of box drawing.
const SIGNS: [&str; 10] = ["：", "＝", "→", "│", "┃", "║", "—", "–", "⇒", "›"];

/// The length of one of them as a string of JSON may escape it: `\\u2192`, `\\u2502`.
fn escaped_sign(rest: &[u8]) -> Option<usize> {
    const CODES: [&[u8]; 8] = [b"u2192", b"u2502", b"u2503", b"u2551", b"uff1a", b"uff1d", b"u2014", b"u21d2"];
    let escapes = rest.iter().take(8).take_while(|b| **b == b'\\').count();
    let code = rest.get(escapes..escapes + 5)?;
    CODES.iter().any(|sign| code.eq_ignore_ascii_case(sign)).then_some(escapes + 5)
}

/// How far the cell is in which the value stands: `</td><td class="x">`.
fn cell_behind(rest: &[u8]) -> Option<usize> {
    let close = CELLS.iter().find(|(close, _)| rest.starts_with(close))?;
    let behind = skip_blanks(rest, close.0.len());
    let open = rest.get(behind..).filter(|rest| close.1.iter().any(|open| rest.starts_with(open)))?;
    let end = open.iter().take(REMARK_MAX).position(|b| *b == b'>')?;
    Some(behind + end + 1)
}

/// The end of a cell that holds a name, and the beginnings of one that holds its value.
const CELLS: [(&[u8], &[&[u8]]); 7] = [
    (b"</td>", &[b"<td"]),
    (b"</th>", &[b"<td"]),
    (b"</dt>", &[b"<dd"]),
    // A property list.
    (b"</key>", &[b"<string"]),
    // A form, and what a page lays out as one.
    (b"</label>", &[b"<span", b"<div", b"<p", b"<code", b"<strong"]),
    (b"</span>", &[b"<span"]),
    (b"</div>", &[b"<div"]),
];

/// Maximum bytes of a type.
const ANNOTATION_MAX: usize = 40;

/// `: str = "b"`, `: &'static str = "b"`: how long the type with its sign is.
fn annotation(rest: &[u8]) -> usize {
    // Without a sign there is none, and most texts have none.
    if near::one(b'=', rest.get(..rest.len().min(ANNOTATION_MAX + 1)).unwrap_or_default()).is_none() {
        return 0;
    }
    let mut depth = 0_usize;
    let of_type = |b: &&u8| {
        depth = if **b == b'<' { depth + 1 } else { depth.saturating_sub(usize::from(**b == b'>')) };
        b.is_ascii_alphanumeric() || is_any(b" &'<>[]|?", b) || is_any(b",{}:;", b) && depth > 0
    };
    let len = rest.iter().take(ANNOTATION_MAX).take_while(of_type).count();
    match (rest.get(len), rest.get(len + 1), rest.get(len + 2)) {
        (Some(b'='), Some(b' '), Some(b'"' | b'\'' | b'\\' | b'{' | b'[' | b'&')) => len + 1,
        // `password: str = Field(default="…")`
        (Some(b'='), Some(b' '), Some(first)) if first.is_ascii_alphabetic() && is_default(rest.get(len + 2..)) => {
            len + 1
        }
        // `account_id: int = 471192830564`
        (Some(b'='), Some(b' '), Some(b'0'..=b'9')) if rest.get(..len).is_some_and(is_type) => len + 1,
        _ => 0,
    }
}

/// `Field(default=`
fn is_default(call: Option<&[u8]>) -> bool {
    let call = call.unwrap_or_default();
    let name =
        call.iter().take(ANNOTATION_MAX).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count();
    let field = call.get(..name).is_some_and(|call| call.ends_with(b"Field"));
    call.get(name..)
        .is_some_and(|rest| rest.starts_with(b"(default=") || field && matches!(rest, [b'(', b'"' | b'\'', ..]))
}

/// Returns whether a word is the type of a number.
fn is_type(word: &[u8]) -> bool {
    static TYPES: Words = words!("int|number|long|i64|u64|int64|uint64|bigint|Final");
    word.starts_with(b" ") && TYPES.has(word.trim_ascii())
}
