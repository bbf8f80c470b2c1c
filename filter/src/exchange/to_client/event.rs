//! One server-sent event of a trusted upstream: its data is one text, and is masked as a whole.

use masking::sse::Data;

use super::text::{Mask, mask_unknown};
use crate::refusal::Refusal;

/// Returns the event as the client gets it, or the reason to withhold it.
pub(super) fn masked(event: &[u8], mask: &mut Mask<'_>) -> Result<Vec<u8>, Refusal> {
    let data = Data::of(event).joined();
    let new = data.as_deref().map(|data| mask_unknown(data, mask)).transpose()?.flatten();
    if new.is_none() && lines(event).all(|line| field(line) != Field::Other) {
        return Ok(event.to_vec());
    }
    let data = new.or_else(|| data.and_then(|data| String::from_utf8(data).ok()));
    Ok(written(event, data.as_deref()))
}

#[derive(Debug, PartialEq, Eq)]
enum Field {
    Data,
    /// A field that receivers know, or the blank line.
    Known,
    /// A comment, or a field that receivers ignore.
    Other,
}

fn field(line: &[u8]) -> Field {
    match line.split(|b| *b == b':').next().unwrap_or_default() {
        b"data" => Field::Data,
        b"event" | b"id" | b"retry" => Field::Known,
        _ if line.is_empty() || line == b":" => Field::Known,
        _ => Field::Other,
    }
}

fn lines(event: &[u8]) -> impl Iterator<Item = &[u8]> {
    event.split(|b| matches!(b, b'\n' | b'\r'))
}

/// The event with other data. What comments say is left out: it is for nobody, and a bare one keeps a connection alive.
fn written(event: &[u8], data: Option<&str>) -> Vec<u8> {
    let mut out = String::new();
    let mut data = data;
    for line in lines(event) {
        match field(line) {
            Field::Data => {
                for line in data.take().into_iter().flat_map(|data| data.split('\n')) {
                    out.push_str(&format!("data: {line}\n"));
                }
            }
            Field::Known if !line.is_empty() => out.push_str(&format!("{}\n", String::from_utf8_lossy(line))),
            Field::Known => {}
            Field::Other => out.push_str(":\n"),
        }
    }
    if event.ends_with(b"\n") || event.ends_with(b"\r") {
        out.push('\n');
    }
    out.into_bytes()
}
