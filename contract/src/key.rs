//! The key that placeholders are minted with, as it travels.

use serde::{Deserialize, Serialize};

use crate::Redacted;

const KEY_BYTES: usize = 32;

/// The key that placeholders are minted with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MintKey {
    /// Names the key; reveals nothing about it.
    pub id: String,
    /// The bytes in lower-case hex.
    placeholder_key: Redacted,
}

impl MintKey {
    /// A key with the name that it has on the wire.
    pub fn new(id: impl Into<String>, key: &[u8; KEY_BYTES]) -> Self {
        Self { id: id.into(), placeholder_key: Redacted::new(to_hex(key)) }
    }

    /// The bytes of the key; `None` if what arrived is not 32 bytes in hex.
    pub fn key(&self) -> Option<[u8; KEY_BYTES]> {
        from_hex(self.placeholder_key.expose())
    }
}

fn to_hex(key: &[u8; KEY_BYTES]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16);
    key.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xF)]).flatten().collect()
}

fn from_hex(text: &str) -> Option<[u8; KEY_BYTES]> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let digit = |byte: u8| u8::try_from(char::from(byte).to_digit(16)?).ok();
    let byte = |[high, low]: &[u8; 2]| Some(digit(*high)? << 4 | digit(*low)?);
    pairs.iter().map(byte).collect::<Option<Vec<_>>>()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_arrives_as_it_left() {
        let bytes = std::array::from_fn(|at| u8::try_from(at * 8 + 7).unwrap());
        let key = MintKey::new("k", &bytes);
        assert_eq!(key.key(), Some(bytes));
        assert_eq!(key.placeholder_key.expose().get(..8), Some("070f171f"));
        assert!(!format!("{key:?}").contains("070f"));
    }

    #[test]
    fn what_is_not_32_bytes_in_hex_is_not_a_key() {
        for (text, is_key) in [
            ("5a".repeat(32), true),
            ("5A".repeat(32), true),
            ("5a".repeat(31), false),
            ("5a".repeat(33), false),
            ("5".repeat(63), false),
            ("+5".repeat(32), false),
            ("zz".repeat(32), false),
            ("ä".repeat(32), false),
            (String::new(), false),
        ] {
            let key = MintKey { id: "k".into(), placeholder_key: Redacted::new(text.clone()) };
            assert_eq!(key.key().is_some(), is_key, "{text:?}");
        }
    }
}
