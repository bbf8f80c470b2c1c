//! Names that a known one is a part of: who sees `acme-exports-copy` reads `acme-exports`, which is masked elsewhere.

use std::ops::Range;

use crate::catalog::Edge;
use crate::scan::edge;

/// Words of a name that may be a part of longer ones, and the letters that make one.
const WORDS_MIN: usize = 2;
const LETTERS_MIN: usize = 3;
/// Bytes that a longer name has on either side.
const SIDE_MAX: usize = 64;

/// Returns whether a name is found in longer ones: words with hyphens between them, which no id has.
pub(crate) fn may_grow(name: &str) -> bool {
    let word = |part: &&str| part.len() >= LETTERS_MIN && part.bytes().all(|b| b.is_ascii_lowercase());
    name.bytes().all(in_slug)
        && !name.split('-').any(str::is_empty)
        && name.split('-').filter(word).take(WORDS_MIN).count() == WORDS_MIN
}

/// The longer name that holds the one at `inner`: more words on either side of it.
pub(crate) fn around(text: &[u8], inner: Range<usize>) -> Option<Range<usize>> {
    let head = text.get(inner.start.saturating_sub(SIDE_MAX)..inner.start)?;
    let tail = text.get(inner.end..text.len().min(inner.end + SIDE_MAX))?;
    let before = head.iter().rev().take_while(|b| in_slug(**b)).count();
    let after = tail.iter().take_while(|b| in_slug(**b)).count();
    let start = edge::word_start(text, inner.start - before, inner.start + 1);
    let (front, rest) = (text.get(start..inner.start)?, tail.get(..after)?);
    // A hyphen joins words; without one it is another word.
    let joined = (front.is_empty() || front.ends_with(b"-")) && (rest.is_empty() || rest.starts_with(b"-"));
    // `${2-acme-exports}` gives a parameter a default.
    let begins = front.first().is_none_or(u8::is_ascii_lowercase);
    let whole = begins && !rest.ends_with(b"-") && front.len() < SIDE_MAX && after < SIDE_MAX;
    let ends = text.get(inner.end + after).is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_');
    // The names of files are left: `acme-exports-policy.json`.
    let file = matches!(tail.get(after..), Some([b'.', next, ..]) if next.is_ascii_alphanumeric());
    let alone = edge::left(Edge::Compound, text, start) && ends && !file;
    (joined && whole && alone).then_some(start..inner.end + after)
}

fn in_slug(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_words_is_found_in_longer_ones() {
        for name in ["acme-exports", "acme-exports-1", "s3-acme-raw-2"] {
            assert!(may_grow(name), "{name}");
        }
        for name in [
            "acme",
            "acme-db",
            "i-0a1b2c3d",
            "vpc-0a1b2c3d",
            "Acme-Exports",
            "acme-exports-",
            "acme.exports.eu",
            "acme_exports",
        ] {
            assert!(!may_grow(name), "{name}");
        }
        let cases = [
            ("to acme-exports-copy, too", "acme-exports-copy"),
            ("/old-acme-exports/", "old-acme-exports"),
            ("eu-acme-exports-2-tmp", "eu-acme-exports-2-tmp"),
            ("acme-exports-copy.", "acme-exports-copy"),
            ("acme-exports-copy_2", ""),
            ("acme-exportscopy", ""),
            ("-acme-exports-", ""),
            ("${2-acme-exports}", ""),
            ("acme-exports-policy.json", ""),
            ("%2Facme-exports-copy", "acme-exports-copy"),
            (r"\nacme-exports-copy\n", "acme-exports-copy"),
            (r"\nold-acme-exports\n", "old-acme-exports"),
        ];
        for (text, expected) in cases {
            let at = text.find("acme-exports").unwrap();
            let found = around(text.as_bytes(), at..at + "acme-exports".len());
            assert_eq!(found.map_or("", |found| text.get(found).unwrap()), expected, "{text}");
        }
    }
}
