//! Remembered placeholders: a value that was masked before needs no HMAC.

use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::num::NonZeroUsize;

use lru::LruCache;
use siphasher::sip128::{Hasher128, SipHasher13};

use super::mint::Lately;
use super::{Mint, Placeholder};

/// Maximum remembered placeholders, of about 130 bytes each; past that the one that was not used for the longest time is
/// forgotten, and made again if its value returns.
const MINTED_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(10_000);

/// The placeholders of values, by a keyed hash of each value with its kind and label. The key is that of the scope.
pub(crate) struct Minted(LruCache<u128, Placeholder, BuildHasherDefault<Hashed>>);

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

impl Default for Minted {
    fn default() -> Self {
        Self(LruCache::with_hasher(MINTED_MAX, BuildHasherDefault::default()))
    }
}

impl fmt::Debug for Minted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Minted({})", self.0.len())
    }
}

/// A mint together with the placeholders that it has made already.
#[derive(Debug)]
pub(crate) struct Minting<'m> {
    mint: &'m Mint,
    made: Made<'m>,
    hasher: SipHasher13,
    /// The hasher after each kind and label of this exchange, which are known by where they stand: it has few of them and
    /// many values.
    of_kinds: Vec<([*const str; 2], SipHasher13)>,
    lately: Lately,
}

/// The placeholders of this exchange, and those of earlier ones if they are remembered.
#[derive(Debug)]
enum Made<'m> {
    Earlier(&'m mut Minted),
    Here(Minted),
}

impl<'m> Minting<'m> {
    pub(crate) fn new(mint: &'m Mint, minted: Option<&'m mut Minted>) -> Self {
        // The same value has two placeholders if only one of two mints groups addresses.
        let purpose: &[u8] = if mint.groups_addresses() { b"minted, grouped" } else { b"minted, unrelated" };
        let hasher = SipHasher13::new_with_key(&mint.memory_key(purpose));
        let here = || Made::Here(Minted(LruCache::unbounded_with_hasher(BuildHasherDefault::default())));
        let made = minted.map_or_else(here, Made::Earlier);
        Self { mint, made, hasher, of_kinds: Vec::new(), lately: Lately::default() }
    }

    /// Returns what [`Mint::placeholder`] does. `kind` and `label` live as long as the exchange.
    pub(crate) fn placeholder(&mut self, kind: &'m str, label: &'m str, value: &str) -> Placeholder {
        if let Some(listed) = self.mint.listed(kind, value) {
            return listed;
        }
        let mut hasher = self.of_kind(kind, label);
        hasher.write(value.as_bytes());
        let Self { mint, made, lately, .. } = self;
        let (Made::Earlier(Minted(minted)) | Made::Here(Minted(minted))) = made;
        let placeholder = || Placeholder::of(label, &mint.code(kind, label, value, lately));
        *minted.get_or_insert(hasher.finish128().as_u128(), placeholder)
    }

    fn of_kind(&mut self, kind: &'m str, label: &'m str) -> SipHasher13 {
        let place = [kind, label].map(std::ptr::from_ref);
        if let Some((_, hasher)) =
            self.of_kinds.iter().find(|(of, _)| of.iter().zip(place).all(|(a, b)| std::ptr::eq(*a, b)))
        {
            return *hasher;
        }
        let hasher = with_kind(self.hasher, kind, label);
        self.of_kinds.push((place, hasher));
        hasher
    }
}

/// The hasher after a kind and a label with their lengths in front. A value follows, and nothing behind it: no other parts
/// give the same bytes.
fn with_kind(mut hasher: SipHasher13, kind: &str, label: &str) -> SipHasher13 {
    hasher.write([kind, label].map(|part| (part.len() as u32).to_le_bytes()).as_flattened());
    [kind, label].iter().for_each(|part| hasher.write(part.as_bytes()));
    hasher
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_parts_have_another_hash() {
        let of = |[kind, label, value]: [&str; 3]| {
            let mut hasher = with_kind(SipHasher13::new_with_key(&[7; 16]), kind, label);
            hasher.write(value.as_bytes());
            hasher.finish128().as_u128()
        };
        let parts = [["a", "b", "c"], ["ab", "", "c"], ["", "ab", "c"], ["a", "bc", ""], ["a", "", "bc"], ["", "", ""]];
        let hashes: std::collections::HashSet<u128> = parts.map(of).into();
        assert_eq!(hashes.len(), parts.len());
    }
}
