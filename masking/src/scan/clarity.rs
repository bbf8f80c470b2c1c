//! The judgement on a name: whether a word could be taken for it.

use core::net::Ipv4Addr;

use crate::scan::common::is_common;
use crate::scan::own;

/// How far a name can be told from a word, and so the places at which it is recognised where nothing else tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clarity {
    /// It is AWS's own, or everybody's: nothing is looked for.
    Own,
    /// It is too short or too long to be looked for.
    Unfit,
    /// A word of code or prose that everybody has: recognised beside a word for its kind.
    Common,
    /// It may be a word: recognised where it stands alone, in a path, and beside a word for its kind.
    Word,
    /// No word looks like it: recognised wherever it stands.
    Clear,
}

impl Clarity {
    /// Judges a name.
    pub fn of(name: &str) -> Self {
        let bytes = name.as_bytes();
        let own = own::is_resource(bytes) || own::is_account(bytes) || own::is_everybodys(name);
        if own { Self::Own } else { Self::of_a_customers(name) }
    }

    /// Judges a name that is known to be somebody's.
    pub(crate) fn of_a_customers(name: &str) -> Self {
        match name.len() {
            WHOLE_MIN..=VALUE_MAX if is_common(name) => Self::Common,
            WHOLE_MIN..=VALUE_MAX if !is_telling(name) || is_phrase(name) => Self::Word,
            WHOLE_MIN..=VALUE_MAX => Self::Clear,
            _ => Self::Unfit,
        }
    }
}

/// Returns whether a name is words with blanks between them, as people write them into tags: `Production Database`.
fn is_phrase(name: &str) -> bool {
    name.contains(' ') && name.chars().all(|c| c.is_alphabetic() || c == ' ')
}

/// The shortest name that is looked for alone.
pub(crate) const WHOLE_MIN: usize = 4;
/// Maximum bytes of a value. Longer ones are tokens, which recognise themselves.
pub(crate) const VALUE_MAX: usize = 256;
/// A name of letters only is looked for from this length on: shorter ones are words.
const LETTERS_MIN: usize = 12;

/// Returns whether a value can be told from a word, so that it may be looked for without its context.
pub(crate) fn is_telling(value: &str) -> bool {
    let digit = value.bytes().any(|b| b.is_ascii_digit());
    let letter = value.bytes().any(|b| b.is_ascii_alphabetic());
    let joined = value.bytes().any(|b| b.is_ascii_punctuation());
    let telling = match (letter, digit, joined) {
        // A number could count anything, an address is always one.
        (false, ..) => value.len() >= 12 || value.parse::<Ipv4Addr>().is_ok(),
        (true, true, _) => value.len() >= 5,
        (true, false, true) => value.len() >= 6,
        (true, false, false) => value.len() >= LETTERS_MIN,
    };
    telling && value.len() <= VALUE_MAX && !is_common(value)
}
