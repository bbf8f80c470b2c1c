//! The texts of a response that are masked at once: a document, or the data of an event.

use masking::json::JsonError;
use masking::{Format, MaskError, Media};

use crate::refusal::Refusal;

/// Masks a text of this format. Returns what to send instead; `None` if nothing changes.
pub(super) type Mask<'m> = dyn FnMut(Format, &[u8]) -> Result<Option<String>, Refusal> + 'm;

/// Masks a whole document. What is declared as text may be JSON, in which values may be written with escapes.
pub(super) fn mask_document(media: Media, held: &[u8], mask: &mut Mask<'_>) -> Result<Option<String>, Refusal> {
    let masked = match media {
        Media::Undeclared => return mask_unknown(held, mask),
        Media::Lines => mask(Format::Lines, held),
        Media::Text => match mask(Format::Json, held) {
            Err(Refusal::Mask(_, MaskError::Json(JsonError::Syntax { .. }))) => mask_text(held, mask),
            masked => masked,
        },
        _ => mask(Format::Json, held),
    };
    masked.map_err(readable)
}

/// Masks the data of an event, or a document without a type: JSON or text, by how it begins. JSON that is not valid could
/// still be read by a client that is less strict, so it is not text.
pub(super) fn mask_unknown(data: &[u8], mask: &mut Mask<'_>) -> Result<Option<String>, Refusal> {
    let masked = match data.trim_ascii().first() {
        None => Ok(None),
        Some(b'{' | b'[' | b'"') => mask(Format::Json, data),
        Some(_) => mask_text(data, mask),
    };
    masked.map_err(readable)
}

/// Masks text. A zero byte means that it is in another charset than the one that is read.
fn mask_text(text: &[u8], mask: &mut Mask<'_>) -> Result<Option<String>, Refusal> {
    if text.contains(&0) { Err(Refusal::ResponseUnreadable) } else { mask(Format::Text, text) }
}

/// What the client is told where a response, and not its request, could not be masked.
fn readable(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Mask(_, MaskError::Json(JsonError::TooComplex)) => Refusal::ResponseTooLong,
        Refusal::Mask(..) => Refusal::ResponseUnreadable,
        refusal => refusal,
    }
}
