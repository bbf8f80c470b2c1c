//! Values that are known from elsewhere, and are found wherever they stand.

use std::sync::Arc;

use crate::catalog::KindId;
use crate::scan::clarity::{VALUE_MAX, WHOLE_MIN, is_telling};
use crate::scan::common::is_common;
use crate::scan::dictionary::{Dictionary, Spread};
use crate::scan::estate::Estate;

/// Values that earlier exchanges showed, ready to be looked for, and the names of the scope's estate.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub(crate) dictionary: Dictionary,
    pub(crate) estate: Option<Arc<Estate>>,
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
        Self { dictionary: Dictionary::new(values.map(|(kind, value)| (kind, Spread::Anywhere, value))), estate: None }
    }

    /// Returns the same with the names of an estate.
    pub fn with_estate(self, estate: Option<Arc<Estate>>) -> Self {
        Self { estate, ..self }
    }
}
