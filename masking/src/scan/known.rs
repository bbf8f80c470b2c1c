//! Values that are known from elsewhere, and are found wherever they stand.

use crate::catalog::KindId;
use crate::scan::common::is_common;
use crate::scan::dictionary::{Dictionary, Spread};

/// Values that earlier exchanges showed, ready to be looked for.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub(crate) dictionary: Dictionary,
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

/// The shortest name that is looked for alone.
const WHOLE_MIN: usize = 4;
/// At most this many values; any further ones are ignored.
pub(crate) const KNOWN_MAX: usize = 20_000;
/// Maximum bytes of a value. Longer ones are tokens, which recognise themselves.
const VALUE_MAX: usize = 256;
/// A name of letters only is looked for from this length on: shorter ones are words.
const LETTERS_MIN: usize = 12;

impl Known {
    /// Takes the values in any order. If one comes twice, the first kind of the catalogue counts. Values that are too
    /// short or too much like words to be looked for everywhere are left out.
    pub fn new<'a>(values: impl IntoIterator<Item = (KindId, &'a str)>) -> Self {
        let values = values.into_iter().filter(|(_, value)| is_telling(value)).take(KNOWN_MAX);
        Self { dictionary: Dictionary::new(values.map(|(kind, value)| (kind, Spread::Anywhere, value))) }
    }
}

/// Returns whether a value can be told from a word, so that it may be looked for without its context.
pub(crate) fn is_telling(value: &str) -> bool {
    let digit = value.bytes().any(|b| b.is_ascii_digit());
    let letter = value.bytes().any(|b| b.is_ascii_alphabetic());
    let joined = value.bytes().any(|b| b.is_ascii_punctuation());
    let telling = match (letter, digit, joined) {
        (false, ..) => value.len() >= 12,
        (true, true, _) => value.len() >= 5,
        (true, false, true) => value.len() >= 6,
        (true, false, false) => value.len() >= LETTERS_MIN,
    };
    telling && value.len() <= VALUE_MAX && !is_common(value)
}
