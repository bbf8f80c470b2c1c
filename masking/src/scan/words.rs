//! Comparing with words, whatever their case.

use crate::near;

/// The comparison of a text's letters with those of a pattern or a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Exact,
    Any,
}

pub(crate) fn starts_with_ignore_case(value: &[u8], start: &[u8]) -> bool {
    value.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

pub(crate) fn ends_with_ignore_case(value: &[u8], end: &[u8]) -> bool {
    let tail = value.len().checked_sub(end.len()).and_then(|at| value.get(at..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

pub(crate) fn holds_ignore_case(value: &[u8], part: &[u8]) -> bool {
    value.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}

pub(crate) fn is_one_of(words: &str, value: &[u8]) -> bool {
    let mut rest = words.as_bytes();
    loop {
        // Only a word of the value's length has its end where the value would have it.
        let ends = matches!(rest.get(value.len()), None | Some(b'|'));
        if ends && starts_with_ignore_case(rest, value) {
            return true;
        }
        let Some(end) = near::one(b'|', rest) else { return false };
        rest = rest.get(end + 1..).unwrap_or_default();
    }
}

/// A list of words like that of [`is_one_of`], for places at which most values are none of them: their length and their
/// first and last letters tell that without a look at the list.
#[derive(Debug)]
pub(crate) struct Words {
    words: &'static str,
    /// A bit for the first and for the last letter of each word, by the word's length. The last ones are of all that are
    /// longer.
    letters: [(u32, u32); WORD_LENGTHS],
    /// The bits of all first letters.
    firsts: u32,
}

const WORD_LENGTHS: usize = 16;

impl Words {
    pub(crate) const fn new(words: &'static str) -> Self {
        let (mut letters, mut firsts) = ([(0, 0); WORD_LENGTHS], 0);
        let mut rest = words.as_bytes();
        while let [first, ..] = rest {
            let (mut len, mut last) = (0, 0);
            while let [letter, others @ ..] = rest
                && *letter != b'|'
            {
                (rest, len, last) = (others, len + 1, letter_bit(*letter));
            }
            if let [_, others @ ..] = rest {
                rest = others;
            }
            firsts |= letter_bit(*first);
            #[allow(clippy::indexing_slicing, reason = "the constant is made when this is compiled")]
            {
                let of_length = &mut letters[if len < WORD_LENGTHS { len } else { WORD_LENGTHS - 1 }];
                *of_length = (of_length.0 | letter_bit(*first), of_length.1 | last);
            }
        }
        Self { words, letters, firsts }
    }

    /// Returns whether one of them may begin with a byte.
    pub(crate) fn may_begin(&self, byte: u8) -> bool {
        self.firsts & letter_bit(byte) != 0
    }

    /// Returns whether a value is one of them, whatever its case.
    pub(crate) fn has(&self, value: &[u8]) -> bool {
        let [Some(first), Some(last)] = [value.first(), value.last()].map(|byte| byte.copied().map(letter_bit)) else {
            return false;
        };
        let letters = self.letters.get(value.len().min(WORD_LENGTHS - 1));
        letters.is_some_and(|(firsts, lasts)| firsts & first != 0 && lasts & last != 0) && is_one_of(self.words, value)
    }
}

/// A bit for a letter, in either case, and one for all other bytes.
const fn letter_bit(byte: u8) -> u32 {
    if byte.is_ascii_alphabetic() { 1 << (byte & 31) } else { 1 }
}

/// A set of bytes, which one look into a table tells.
#[derive(Clone, Debug)]
pub(crate) struct Bytes([bool; 256]);

impl Default for Bytes {
    fn default() -> Self {
        Self::NONE
    }
}

impl Bytes {
    pub(crate) const NONE: Self = Self([false; 256]);
    pub(crate) const ALL: Self = Self([true; 256]);

    /// Letters and digits, and some more.
    pub(crate) const fn alphanumeric_or(more: &[u8]) -> Self {
        let mut set = [false; 256];
        let mut byte = 0_u8;
        while byte < 128 {
            let mut has = byte.is_ascii_alphanumeric();
            let mut rest = more;
            while let [first, others @ ..] = rest {
                has = has || *first == byte;
                rest = others;
            }
            #[allow(clippy::indexing_slicing, reason = "a byte is an index of 256")]
            {
                set[byte as usize] = has;
            }
            byte += 1;
        }
        Self(set)
    }

    pub(crate) fn add(&mut self, bytes: std::ops::RangeInclusive<u8>) {
        for byte in bytes {
            self.0.get_mut(usize::from(byte)).into_iter().for_each(|slot| *slot = true);
        }
    }

    pub(crate) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).is_some_and(|has| *has)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIST: &str = "s3|id|access|key|zamówienie|a-word-of-more-than-sixteen-letters|x";
    static WORDS: Words = Words::new(LIST);

    proptest! {
        #[test]
        fn a_list_has_its_words_and_no_others(
            value in prop_oneof![
                prop::sample::select(LIST.split('|').collect::<Vec<_>>()).prop_map(str::to_owned),
                "[s3idkeyx|]{0,4}",
            ],
            upper: bool,
        ) {
            let value = if upper { value.to_ascii_uppercase() } else { value };
            let listed = LIST.split('|').any(|word| word.eq_ignore_ascii_case(&value));
            prop_assert_eq!(WORDS.has(value.as_bytes()), listed);
            prop_assert!(!listed || WORDS.may_begin(value.as_bytes()[0]));
        }
    }
}
