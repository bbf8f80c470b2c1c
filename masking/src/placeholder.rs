//! Placeholders: their grammar, minting and reading.
//!
//! A placeholder is `AWS_<LABEL>_<TAIL>`, for example `AWS_EC2_7KQ2M9XA4TBN`. The tail is 60 bits of an HMAC in
//! Crockford's base32, so the same value has the same placeholder in each request, worker, replica and restart, and
//! nobody without the key can guess one or confirm a guess.
//!
//! The label tells the kind of the value, the tail its identity: two kinds of name for one thing have the same tail. So
//! has a name that says nothing of what it names, if a list says whose it is: see [`Names`].
//! The tails of private IPv4 addresses show in addition which of them share a network, and [`AddressCodes`] turns that
//! off.
//!
//! A label's segments have at most eleven characters and a tail has twelve. So a reader knows where the tail is
//! without knowing the labels, and no placeholder is a prefix of another. No segment is `AWS`, so that a placeholder
//! right after a cut one is still seen.

mod groups;
pub(crate) mod identity;
mod key;
mod mint;
mod minted;
mod names;
mod reading;

use std::fmt;
use std::hash::{Hash, Hasher};

use arrayvec::ArrayString;

use crate::near;

pub use key::PlaceholderKey;
pub(crate) use key::digest;
pub use mint::{AddressCodes, Mint};
pub(crate) use minted::{Hashed, Minted, Minting};
pub use names::Names;
pub(crate) use reading::ends_in_one;
pub use reading::{End, Read, find_all, next_candidate, read};

/// Characters of a tail.
pub const TAIL: usize = 12;
/// Maximum characters of a label.
pub const LABEL_MAX: usize = 16;
/// Maximum characters of one `_`-separated segment of a label.
pub const SEGMENT_MAX: usize = TAIL - 1;
/// Minimum bytes of a placeholder.
pub(crate) const TOKEN_MIN: usize = PREFIX.len() + 1 + 1 + 1 + TAIL;
/// Maximum bytes of a placeholder in its canonical form.
pub const TOKEN_MAX: usize = PREFIX.len() + 1 + LABEL_MAX + 1 + TAIL;
/// Maximum bytes of a placeholder in the loosest form that is still read: every separator escaped, and the beginning of
/// another right after it.
pub const WRITTEN_MAX: usize =
    PREFIX.len() + LABEL_MAX + TAIL + (LABEL_MAX / 2 + 1) * (BACKSLASHES + 1) + PREFIX.len() + BACKSLASHES;

const PREFIX: &[u8] = b"AWS";
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Markdown writes `\_`; inside a JSON text that becomes `\\_`.
const BACKSLASHES: usize = 3;

/// A placeholder in its canonical form.
#[derive(Clone, Copy, Eq, PartialOrd, Ord)]
pub struct Placeholder(ArrayString<TOKEN_MAX>);

impl Placeholder {
    /// Reads a text that is a placeholder in canonical form; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        match read(text.as_bytes(), End::Here) {
            Read::Placeholder(placeholder, len) if len == text.len() && placeholder.as_str() == text => {
                Some(placeholder)
            }
            _ => None,
        }
    }

    /// Returns the canonical form, ASCII and at most [`TOKEN_MAX`] bytes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn prefix() -> Self {
        let mut placeholder = Self(ArrayString::new());
        placeholder.extend(PREFIX);
        placeholder
    }

    fn of(label: &str, code: &[u8; TAIL]) -> Self {
        let mut placeholder = Self::prefix();
        placeholder.extend(b"_");
        placeholder.extend(label.as_bytes());
        placeholder.extend(b"_");
        placeholder.extend(code);
        placeholder
    }

    /// Appends ASCII that fits, which is always everything: the grammar is bounded.
    fn extend(&mut self, bytes: &[u8]) {
        let all = bytes.iter().try_for_each(|byte| self.0.try_push(char::from(*byte)));
        debug_assert!(all.is_ok() && bytes.is_ascii(), "a placeholder has its bounds");
    }
}

impl PartialEq for Placeholder {
    fn eq(&self, other: &Self) -> bool {
        near::is_same(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl Hash for Placeholder {
    /// The tail tells almost all placeholders apart. It is a code under a key, so nobody chooses which are alike, but
    /// codes of one network begin alike, and a character has five bits: all of them are mixed.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let bytes = self.0.as_bytes();
        let tail = bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or_default();
        let number = |bytes: Option<&[u8; 8]>| bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let mixed = number(tail.first_chunk()).rotate_left(29) ^ number(tail.last_chunk());
        let mixed = (mixed ^ mixed >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        state.write_u64(mixed ^ mixed >> 29);
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Returns whether `label` is valid in a placeholder: one or more segments of A-Z and 0-9 with `_` between them, the
/// first character a letter, and no segment `AWS`.
pub fn is_label(label: &str) -> bool {
    label.len() <= LABEL_MAX
        && label.starts_with(|c: char| c.is_ascii_uppercase())
        && label.split('_').all(|segment| {
            (1..=SEGMENT_MAX).contains(&segment.len())
                && segment.as_bytes() != PREFIX
                && segment.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        for good in ["EC2", "S3_BUCKET", "A", "ABCDEFGHIJK", "A1_B2_C3"] {
            assert!(is_label(good), "{good}");
        }
        for bad in ["", "_A", "A_", "A__B", "2A", "a", "ABCDEFGHIJKL", "ABCDEFGH_ABCDEFGH", "A-B", "AWS", "A_AWS"] {
            assert!(!is_label(bad), "{bad}");
        }
    }
}
