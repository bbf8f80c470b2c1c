//! The keys that placeholders are minted with, as they travel.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Redacted;

const KEY_BYTES: usize = 32;

/// All keys that a bearer token gives, under one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keyring {
    /// Names the keys; reveals nothing about them.
    pub id: String,
    /// The keys.
    pub keys: MintKeys,
}

/// The keys of the scopes that a bearer token is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MintKeys {
    /// The token is for all scopes: the key from which the key of each scope is derived.
    Root(MintKey),
    /// The token is bound to these scopes: their keys, from which no other scope's can be derived.
    Scopes(BTreeMap<String, MintKey>),
}

/// A key that placeholders are minted with, or from which such keys are derived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MintKey {
    /// The bytes in lower-case hex.
    hex: Redacted,
}

impl MintKey {
    /// Takes the bytes of a key.
    pub fn new(key: &[u8; KEY_BYTES]) -> Self {
        Self { hex: Redacted::new(to_hex(key)) }
    }

    /// The bytes of the key; `None` if what arrived is not 32 bytes in hex.
    pub fn bytes(&self) -> Option<[u8; KEY_BYTES]> {
        from_hex(self.hex.expose())
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
        let key = MintKey::new(&bytes);
        assert_eq!(key.bytes(), Some(bytes));
        assert_eq!(key.hex.expose().get(..8), Some("070f171f"));
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
            let key = MintKey { hex: Redacted::new(text.clone()) };
            assert_eq!(key.bytes().is_some(), is_key, "{text:?}");
        }
    }
}
