//! Remembered codes: a value that was masked before needs no HMAC.

use std::fmt;
use std::hash::Hasher;
use std::num::NonZeroUsize;

use lru::LruCache;
use siphasher::sip128::{Hasher128, SipHasher13};

use crate::placeholder::{Mint, Placeholder, TAIL};

/// Maximum remembered codes, of about 100 bytes each; past that the one that was not used for the longest time is
/// forgotten, and made again if its value returns.
const CODES_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(10_000);

/// The codes of values, by a keyed hash of each value with its kind and label. The key is that of the scope.
pub(crate) struct Codes(LruCache<u128, [u8; TAIL]>);

impl Default for Codes {
    fn default() -> Self {
        Self(LruCache::new(CODES_MAX))
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
    made: Option<(&'m mut Codes, SipHasher13)>,
}

impl<'m> Minting<'m> {
    pub(crate) fn new(mint: &'m Mint, codes: Option<&'m mut Codes>) -> Self {
        // The same value has two codes if only one of two mints groups addresses.
        let purpose: &[u8] = if mint.groups.is_some() { b"codes, grouped" } else { b"codes, unrelated" };
        let made = codes.map(|codes| (codes, SipHasher13::new_with_key(&mint.memory_key(purpose))));
        Self { mint, made }
    }

    /// Returns what [`Mint::placeholder`] does.
    pub(crate) fn placeholder(&mut self, kind: &str, label: &str, value: &str) -> Placeholder {
        let Some((codes, hasher)) = &mut self.made else { return self.mint.placeholder(kind, label, value) };
        let mut hasher = *hasher;
        for part in [kind, label, value] {
            hasher.write(&part.len().to_le_bytes());
            hasher.write(part.as_bytes());
        }
        let code = codes.0.get_or_insert(hasher.finish128().as_u128(), || self.mint.code(kind, label, value));
        Placeholder::of(label, code)
    }
}
