//! What a body is, by its first bytes: servers leave the type out, or declare another.

use super::Media;

/// Maximum bytes of white space before the first that tells. A body with more is what it is declared as.
const BLANK_MAX: usize = 1_024;
/// The byte order mark of UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// The fields of an event with which a stream may begin.
const FIELDS: [&[u8]; 5] = [b"data:", b"event:", b"retry:", b"id:", b":"];
/// Those of them that are no ordinary beginning of a text.
const TELLING: usize = 2;

/// The verdict on the first bytes of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Is(Media),
    /// More bytes are needed.
    More,
}

/// Returns what the body is that is declared as `declared` and begins with these bytes.
pub(super) fn sniff(declared: Media, bytes: &[u8]) -> Verdict {
    if matches!(declared, Media::Frames | Media::Opaque) {
        return Verdict::Is(declared);
    }
    if MARK.starts_with(bytes) {
        return Verdict::More;
    }
    let without_mark = bytes.strip_prefix(MARK).unwrap_or(bytes);
    let start = without_mark.trim_ascii_start();
    if start.is_empty() {
        return if bytes.len() > BLANK_MAX { Verdict::Is(fallback(declared, b' ')) } else { Verdict::More };
    }
    let fields = if declared == Media::Text { FIELDS.get(..TELLING).unwrap_or_default() } else { &FIELDS };
    match start {
        _ if fields.iter().any(|field| start.starts_with(field)) => Verdict::Is(Media::Events),
        [b'{' | b'[', ..] if matches!(declared, Media::Json | Media::Lines) => Verdict::Is(declared),
        [b'{' | b'[', ..] if declared != Media::Text => Verdict::Is(Media::Json),
        // A text may begin with a bracket too.
        [b'{' | b'[', rest @ ..] => match rest.trim_ascii_start().first() {
            None if rest.len() <= BLANK_MAX => Verdict::More,
            Some(b'"' | b'{' | b'}') => Verdict::Is(Media::Json),
            _ => Verdict::Is(declared),
        },
        _ if fields.iter().any(|field| field.starts_with(start)) => Verdict::More,
        [first, ..] => Verdict::Is(fallback(declared, *first)),
        [] => Verdict::More,
    }
}

/// What a body is whose first bytes say nothing: without a type, text, unless no text begins with this byte. More than that
/// byte may not count, as how much of the body has come yet is chance.
fn fallback(declared: Media, first: u8) -> Media {
    match declared {
        Media::Undeclared if matches!(first, ..0x20 | 0x7f..0xc2 | 0xf5..) => Media::Opaque,
        Media::Undeclared => Media::Text,
        declared => declared,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_bodies_begin_with() {
        use Media::*;
        let cases: [(Media, &[u8], Verdict); 29] = [
            (Json, b"data: {}", Verdict::Is(Events)),
            (Json, b"\r\n\nevent: x", Verdict::Is(Events)),
            (Json, b": hi", Verdict::Is(Events)),
            (Json, b"da", Verdict::More),
            (Json, b"", Verdict::More),
            (Json, b" {", Verdict::Is(Json)),
            (Json, b"[", Verdict::Is(Json)),
            (Json, b"<html>", Verdict::Is(Json)),
            (Lines, b"{", Verdict::Is(Lines)),
            (Lines, b"data: 1", Verdict::Is(Events)),
            (Events, b"{\"error\"", Verdict::Is(Json)),
            (Events, b"dat", Verdict::More),
            (Events, b"x: 1", Verdict::Is(Events)),
            (Text, b"data: x", Verdict::Is(Events)),
            (Text, b"id: x", Verdict::Is(Text)),
            (Text, b": x", Verdict::Is(Text)),
            (Text, b"{", Verdict::More),
            (Text, b"{ \"", Verdict::Is(Json)),
            (Text, b"[{", Verdict::Is(Json)),
            (Text, b"[1] see", Verdict::Is(Text)),
            (Text, b"{see}", Verdict::Is(Text)),
            (Undeclared, b"{", Verdict::Is(Json)),
            (Undeclared, b"\xef\xbb\xbf{", Verdict::Is(Json)),
            (Events, b"\xef\xbb", Verdict::More),
            (Undeclared, b"data: 1", Verdict::Is(Events)),
            (Undeclared, b"Hello", Verdict::Is(Text)),
            (Undeclared, b"\x89PNG", Verdict::Is(Opaque)),
            (Undeclared, b"\x1f\x8b", Verdict::Is(Opaque)),
            (Opaque, b"{", Verdict::Is(Opaque)),
        ];
        for (declared, bytes, expected) in cases {
            assert_eq!(sniff(declared, bytes), expected, "{declared:?} {:?}", String::from_utf8_lossy(bytes));
        }
    }
}
