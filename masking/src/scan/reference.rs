//! Variables that stand where a value is expected.

use std::ops::Range;

use crate::near::is_any;
use crate::scan::edge;
use crate::scan::notation::ValuePlace;

/// Maximum bytes of a reference.
const REFERENCE_MAX: usize = 96;

/// Returns the variable that stands at a place instead of a value: `$b`, `${b}`, `"$(b)"`, `${{ env.B }}`, `{{ b }}`, and a
/// constant or a local of a program, `LAKE`, `local.lake`.
pub(crate) fn at(text: &[u8], place: ValuePlace) -> Option<Range<usize>> {
    // Most places have none.
    let first = *text.get(place.start)?;
    let constant = !place.quoted && (first.is_ascii_uppercase() || first == b'l');
    let opened = match edge::previous(text, place.start) {
        Some(b' ') => edge::previous(text, place.start - 1) == Some(b'{'),
        before => matches!(before, Some(b'{' | b'(')),
    };
    if !(constant || opened || is_any(b"$#%{", &first)) {
        return None;
    }
    // The brackets of some are stepped over as those of a list.
    let head = text.get(place.start.saturating_sub(4)..place.start)?;
    let opened = head.iter().rev().take_while(|b| is_any(b"{ $#%(", b)).count();
    let opened = head.get(head.len() - opened..)?.iter().position(|b| is_any(b"{$#%", b)).map_or(0, |at| opened - at);
    let start = place.start - opened;
    let rest = text.get(start..text.len().min(start + REFERENCE_MAX))?;
    let open = rest.iter().take(5).take_while(|b| is_any(b"$#%{( ", b)).count();
    let marks = rest.get(..open)?;
    let path = rest.get(open..)?;
    let len = path.iter().take_while(|b| b.is_ascii_alphanumeric() || is_any(b"_.:", b)).count();
    // `${b:-x}` has a default of its own.
    let path = path.get(..len)?.trim_ascii_end();
    let path = path.strip_suffix(b":").unwrap_or(path);
    let last = path.iter().rposition(|b| is_any(b".:", b)).map_or(0, |at| at + 1);
    let name = path.get(last..)?;
    let begins = name.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    let behind = rest.get(open + len..)?;
    // `${prefix}-logs` is a name that it is a part of.
    let closed = behind.trim_ascii_start();
    let closed = closed.iter().find(|b| !is_any(b"})", b));
    let alone = closed.is_none_or(|b| !b.is_ascii_alphanumeric() && !is_any(b"_-.$", b));
    let closes = match marks {
        b"$" | b"#" => behind.first().is_none_or(|b| !b.is_ascii_alphanumeric() && !is_any(b"_-.", b)),
        [.., b'{' | b'(' | b' '] if marks.iter().any(|b| is_any(b"$#", b)) || marks.starts_with(b"{{") => {
            matches!(behind.trim_ascii_start().first(), Some(b'}' | b')' | b':')) && alone
        }
        b"{" => behind.first() == Some(&b'}') && alone,
        b"%" => behind.first() == Some(&b'%'),
        b"" => is_constant(path) && !place.quoted && behind.first().is_none_or(|b| is_any(b",);\n}", b)),
        _ => false,
    };
    let from = start + open + last;
    (begins && closes).then(|| from..from + name.len())
}

/// `LAKE_BUCKET`, `local.lake`: what a program sets once.
fn is_constant(path: &[u8]) -> bool {
    let upper = path.len() >= 3
        && path.first().is_some_and(u8::is_ascii_uppercase)
        && path.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
    upper || path.starts_with(b"local.")
}
