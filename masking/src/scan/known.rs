//! Values that are known from elsewhere, and are found wherever they stand.

use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::hash::BuildHasherDefault;
use std::rc::Rc;
use std::sync::Arc;

use siphasher::sip128::SipHasher13;

use crate::catalog::KindId;
use crate::placeholder::Hashed;
use crate::scan::clarity::{VALUE_MAX, WHOLE_MIN, is_telling};
use crate::scan::common::is_common;
use crate::scan::dictionary::{Dictionary, Filter, Spread};
use crate::scan::estate::Estate;
use crate::scan::found;

/// Values that earlier exchanges showed, ready to be looked for, and the names of the scope's estate.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub(crate) dictionary: Dictionary,
    pub(crate) estate: Option<Arc<Estate>>,
    // Each exchange asks for these, and they stay the same until other values are known.
    filter: OnceCell<Filter>,
    hashes: RefCell<Option<Hashes>>,
}

/// The hashes of known values, under one key.
#[derive(Clone, Debug)]
pub(crate) struct Hashes {
    /// Tells the key from others.
    key: u64,
    /// Of the values alone.
    values: Rc<HashSet<u64, BuildHasherDefault<Hashed>>>,
    /// Of the values with their places, in the order of the values.
    pub(crate) of_values: Rc<[u64]>,
    pub(crate) sorted: Rc<[u64]>,
}

impl Hashes {
    /// Returns whether a value is known, by its hash.
    pub(crate) fn have(&self, value: u64) -> bool {
        self.values.contains(&value)
    }
}

impl Spread {
    /// Returns the places at which a value is recognised that an ARN, a host name or a URL has shown. A name that is
    /// masked there is masked wherever it stands alone, or the one would tell the other.
    pub(crate) fn of_shown(value: &str) -> Option<Self> {
        if is_telling(value) {
            return Some(Self::Anywhere);
        }
        (WHOLE_MIN..=VALUE_MAX).contains(&value.len()).then_some(Self::Whole).filter(|_| !is_common(value))
    }
}

/// At most this many values; any further ones are ignored.
pub(crate) const KNOWN_MAX: usize = 20_000;

impl Known {
    /// Takes the values in any order. If one comes twice, the first kind of the catalogue counts. Values that are too
    /// short or too much like words to be looked for everywhere are left out.
    pub fn new<'a>(values: impl IntoIterator<Item = (KindId, &'a str)>) -> Self {
        let values = values.into_iter().filter(|(_, value)| is_telling(value)).take(KNOWN_MAX);
        let dictionary = Dictionary::new(values.map(|(kind, value)| (kind, Spread::Anywhere, value)));
        Self { dictionary, ..Self::default() }
    }

    /// Returns the same with the names of an estate.
    pub fn with_estate(self, estate: Option<Arc<Estate>>) -> Self {
        Self { estate, ..self }
    }

    /// The grams of the values at all offsets, with room for those of an exchange's own.
    pub(crate) fn filter(&self) -> &Filter {
        let room = 2 * self.dictionary.grams.len().max(GRAMS_MIN);
        self.filter.get_or_init(|| Filter::new(room).with(&self.dictionary, u8::MAX))
    }

    /// The hashes of the values, which are made anew if they are asked for under another key.
    pub(crate) fn hashes(&self, hasher: SipHasher13) -> Hashes {
        let key = found::hash(hasher, "");
        let mut kept = self.hashes.borrow_mut();
        let hashes = kept.take().filter(|hashes| hashes.key == key).unwrap_or_else(|| {
            let values: Vec<u64> = self.dictionary.values().map(|(.., value)| found::hash(hasher, value)).collect();
            let places = self.dictionary.values().zip(&values);
            let of_values: Rc<[u64]> =
                places.map(|((kind, spread, _), hash)| found::with_place(*hash, kind, spread)).collect();
            let mut sorted = of_values.to_vec();
            sorted.sort_unstable();
            Hashes { key, values: Rc::new(values.into_iter().collect()), of_values, sorted: sorted.into() }
        });
        kept.insert(hashes).clone()
    }
}

/// Grams of an exchange's own values for which a filter has room: a fuller one says yes more often.
const GRAMS_MIN: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_key_that_asks() {
        let known = Known::new([(KindId::at(0), "acme-logs-1"), (KindId::at(1), "acme-logs-2")]);
        let under = |key: u8| known.hashes(SipHasher13::new_with_key(&[key; 16]));
        let (first, again, other) = (under(1), under(1), under(2));
        assert!(Rc::ptr_eq(&first.sorted, &again.sorted), "nothing is hashed twice");
        assert_eq!(first.sorted.len(), 2);
        assert!(other.sorted.iter().all(|hash| !first.sorted.contains(hash)));
        assert_eq!(under(1).sorted, first.sorted);
    }
}
