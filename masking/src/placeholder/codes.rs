//! Remembered codes: a value that was masked before needs no HMAC.

use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::num::NonZeroUsize;

use lru::LruCache;
use siphasher::sip128::{Hasher128, SipHasher13};

use crate::placeholder::{Lately, Mint, Placeholder, TAIL};

/// Maximum remembered codes, of about 100 bytes each; past that the one that was not used for the longest time is
/// forgotten, and made again if its value returns.
const CODES_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(10_000);

/// The codes of values, by a keyed hash of each value with its kind and label. The key is that of the scope.
pub(crate) struct Codes(LruCache<u128, [u8; TAIL], BuildHasherDefault<Hashed>>);

/// Takes a number that is a keyed hash already as its own hash.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        let number = bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        self.0 ^= number;
    }

    fn write_u64(&mut self, number: u64) {
        self.0 ^= number;
    }

    fn write_u128(&mut self, number: u128) {
        self.0 ^= number as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Default for Codes {
    fn default() -> Self {
        Self(LruCache::with_hasher(CODES_MAX, BuildHasherDefault::default()))
    }
}

impl fmt::Debug for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Codes({})", self.0.len())
    }
}

/// A mint together with the codes that it has made already.
#[derive(Debug)]
pub(crate) struct Minting<'m> {
    mint: &'m Mint,
    made: Made<'m>,
    hasher: SipHasher13,
    lately: Lately,
}

/// The codes of this exchange, and those of earlier ones if they are remembered.
#[derive(Debug)]
enum Made<'m> {
    Earlier(&'m mut Codes),
    Here(Codes),
}

impl<'m> Minting<'m> {
    pub(crate) fn new(mint: &'m Mint, codes: Option<&'m mut Codes>) -> Self {
        // The same value has two codes if only one of two mints groups addresses.
        let purpose: &[u8] = if mint.groups.is_some() { b"codes, grouped" } else { b"codes, unrelated" };
        let hasher = SipHasher13::new_with_key(&mint.memory_key(purpose));
        let here = || Made::Here(Codes(LruCache::unbounded_with_hasher(BuildHasherDefault::default())));
        Self { mint, made: codes.map_or_else(here, Made::Earlier), hasher, lately: Lately::default() }
    }

    /// Returns what [`Mint::placeholder`] does.
    pub(crate) fn placeholder(&mut self, kind: &str, label: &str, value: &str) -> Placeholder {
        if let Some(listed) = self.mint.listed(kind, value) {
            return listed;
        }
        let Self { mint, made, hasher, lately } = self;
        let (Made::Earlier(Codes(codes)) | Made::Here(Codes(codes))) = made;
        let id = hash(*hasher, [kind, label, value]);
        let code = codes.get_or_insert(id, || mint.code(kind, label, value, lately));
        Placeholder::of(label, code)
    }
}

/// Returns the hash of some parts, with all their lengths in front: no other parts give the same bytes.
fn hash(mut hasher: SipHasher13, parts: [&str; 3]) -> u128 {
    hasher.write(parts.map(|part| (part.len() as u32).to_le_bytes()).as_flattened());
    parts.iter().for_each(|part| hasher.write(part.as_bytes()));
    hasher.finish128().as_u128()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_parts_have_another_hash() {
        let of = |parts| hash(SipHasher13::new_with_key(&[7; 16]), parts);
        let parts = [["a", "b", "c"], ["ab", "", "c"], ["", "ab", "c"], ["a", "bc", ""], ["", "", ""]];
        let hashes: std::collections::HashSet<u128> = parts.map(of).into();
        assert_eq!(hashes.len(), parts.len());
    }
}
