//! The calls of functions in a program: `requests.post("https://…", json=…)`.

use std::ops::Range;

use super::work::Work;

/// Returns the arguments among which this address is one, in quotes. `None` if it is none.
pub(super) fn around(text: &str, address: &Range<usize>, work: &mut Work) -> Option<Range<usize>> {
    let before = text.get(..address.start)?;
    let is_quoted = before.ends_with(['"', '\'', '`']);
    if !is_quoted || work.is_used_up() {
        return None;
    }
    let open = open(before)?;
    work.take(address.start - open);
    let close = close(text.as_bytes(), address.end);
    work.take(close - address.end);
    Some(open..close)
}

/// The parenthesis behind a name that is still open at the end of a text.
fn open(before: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in before.bytes().enumerate().rev() {
        match byte {
            b')' => depth += 1,
            b'(' if depth > 0 => depth -= 1,
            b'(' if is_name(before.as_bytes().get(at.wrapping_sub(1))) => return Some(at),
            _ => {}
        }
    }
    None
}

fn is_name(byte: Option<&u8>) -> bool {
    byte.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'>' | b'!'))
}

/// Where the arguments end, read from the end of an address in them, which a quote follows.
fn close(bytes: &[u8], from: usize) -> usize {
    let (mut at, mut depth, mut quote) = (from, 0_usize, None);
    // The quote that ends the address.
    if bytes.get(at).is_some_and(|b| matches!(b, b'"' | b'\'' | b'`')) {
        at += 1;
    }
    while let Some(byte) = bytes.get(at).copied() {
        match (quote, byte) {
            (_, b'\\') => at += 1,
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') if depth == 0 => return at,
            (None, b')') => depth -= 1,
            (None, _) => {}
        }
        at += 1;
    }
    bytes.len()
}
