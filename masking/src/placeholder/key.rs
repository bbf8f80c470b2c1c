//! The keys of placeholders, and the MACs that are made with them.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The key that placeholders are minted with. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PlaceholderKey([u8; 32]);

impl PlaceholderKey {
    /// Takes 32 bytes that must be random or derived from a secret.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Derives a key from a secret of any length. Keys of different purposes tell nothing about each other.
    pub fn derive(secret: &[u8], purpose: &str) -> Self {
        // The secret is hashed first: as an HMAC key it may have any length, and nothing of it stays readable.
        let mut mac = keyed(&digest(secret));
        update(&mut mac, b"aws-masker placeholder key v1");
        update(&mut mac, purpose.as_bytes());
        Self(mac.finalize().into_bytes().into())
    }

    /// Derives the key of one scope. It reveals nothing about this key, nor about the key of another scope.
    pub fn of_scope(&self, scope: &str) -> Self {
        let mut mac = keyed(&self.0);
        update(&mut mac, b"aws-masker scope key v1");
        update(&mut mac, scope.as_bytes());
        Self(mac.finalize().into_bytes().into())
    }

    /// Returns the bytes of the key. The caller is responsible for where they go.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for PlaceholderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlaceholderKey(…)")
    }
}

pub(super) fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // HMAC fills a short key with zeros up to the block, so this is the key itself, without a fallible length check.
    let mut block = [0; 64];
    for (slot, byte) in block.iter_mut().zip(key) {
        *slot = *byte;
    }
    Hmac::new(&block.into())
}

/// Returns the SHA-256 of some bytes.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest;
    Sha256::digest(bytes).into()
}

/// Returns the digest of some parts after those that a MAC has been fed already.
pub(super) fn digest_of(mac: &Hmac<Sha256>, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = mac.clone();
    parts.iter().for_each(|part| update(&mut mac, part));
    mac.finalize().into_bytes().into()
}

/// Feeds a part with its length in front, so that no two lists of parts give the same bytes.
pub(super) fn update(mac: &mut Hmac<Sha256>, part: &[u8]) {
    mac.update(&(part.len() as u64).to_be_bytes());
    mac.update(part);
}
