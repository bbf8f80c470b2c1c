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
    let Some(first) = part.first().map(u8::to_ascii_lowercase) else { return true };
    let begins = |window: &&[u8]| window.first().is_some_and(|b| b.to_ascii_lowercase() == first);
    value.windows(part.len()).filter(begins).any(|window| window.eq_ignore_ascii_case(part))
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

/// A list of words like that of [`is_one_of`], for places at which many words are looked up: one look into a table tells
/// whether a value is one of them.
#[derive(Debug)]
pub(crate) struct Words {
    words: &'static str,
    /// Where each word begins in the list, and its length, at its hash or at the next free place after it. A length of 0 is
    /// that of a free place.
    table: [(u16, u8); TABLE],
    /// The bits of all first letters.
    firsts: u32,
}

/// Places of the table, a power of two. Half of them or more stay free.
const TABLE: usize = 512;

impl Words {
    pub(crate) const fn new(words: &'static str) -> Self {
        let (mut table, mut firsts, mut count) = ([(0, 0); TABLE], 0, 0);
        let (mut rest, mut start) = (words.as_bytes(), 0_u16);
        while let [first, ..] = rest {
            let (mut len, mut hash) = (0_u8, SEED);
            while let [letter, others @ ..] = rest
                && *letter != b'|'
            {
                (rest, len, hash) = (others, len + 1, hashed(hash, *letter));
            }
            if let [_, others @ ..] = rest {
                rest = others;
            }
            firsts |= letter_bit(*first);
            count += 1;
            assert!(count <= TABLE / 2, "the table has room for the words");
            let mut at = place(hash);
            #[allow(clippy::indexing_slicing, reason = "the constant is made when this is compiled")]
            {
                while table[at].1 > 0 {
                    at = (at + 1) % TABLE;
                }
                table[at] = (start, len);
            }
            start += len as u16 + 1;
        }
        Self { words, table, firsts }
    }

    /// Returns whether one of them may begin with a byte.
    pub(crate) fn may_begin(&self, byte: u8) -> bool {
        self.firsts & letter_bit(byte) != 0
    }

    /// Returns whether a value is one of them, whatever its case.
    pub(crate) fn has(&self, value: &[u8]) -> bool {
        if !value.first().is_some_and(|first| self.may_begin(*first)) {
            return false;
        }
        let mut at = place(value.iter().fold(SEED, |hash, letter| hashed(hash, *letter)));
        while let Some((start, len)) = self.table.get(at).filter(|(_, len)| *len > 0) {
            let (start, len) = (usize::from(*start), usize::from(*len));
            let word = self.words.as_bytes().get(start..start + len);
            if word.is_some_and(|word| word.eq_ignore_ascii_case(value)) {
                return true;
            }
            at = (at + 1) % TABLE;
        }
        false
    }
}

const SEED: u32 = 0x811c_9dc5;

/// A hash with another letter, in either case.
const fn hashed(hash: u32, letter: u8) -> u32 {
    (hash ^ letter.to_ascii_lowercase() as u32).wrapping_mul(0x0100_0193)
}

const fn place(hash: u32) -> usize {
    (hash ^ hash >> 15) as usize % TABLE
}

/// A bit for a letter, in either case, and one for all other bytes.
const fn letter_bit(byte: u8) -> u32 {
    if byte.is_ascii_alphabetic() { 1 << (byte & 31) } else { 1 }
}

/// A list of words and phrases that a text may begin with: their first two letters tell of most texts that it begins with none
/// of them.
#[derive(Debug)]
pub(crate) struct Phrases {
    phrases: &'static [&'static str],
    /// A bit for the first two letters of each.
    starts: [u64; 4],
}

impl Phrases {
    /// Each has two bytes or more.
    pub(crate) const fn new(phrases: &'static [&'static str]) -> Self {
        let mut starts = [0; 4];
        let mut rest = phrases;
        while let [phrase, others @ ..] = rest {
            if let [first, second, ..] = phrase.as_bytes() {
                let (word, bit) = start(*first, *second);
                #[allow(clippy::indexing_slicing, reason = "the constant is made when this is compiled")]
                {
                    starts[word] |= bit;
                }
            }
            rest = others;
        }
        Self { phrases, starts }
    }

    /// Returns the length of the first of them that a text begins with as a whole.
    pub(crate) fn begin(&self, text: &[u8]) -> Option<usize> {
        let [first, second, ..] = text else { return None };
        let (word, bit) = start(*first, *second);
        self.starts.get(word).filter(|starts| *starts & bit != 0)?;
        let begins = |phrase: &&&str| {
            starts_with_ignore_case(text, phrase.as_bytes())
                && matches!(text.get(phrase.len()), Some(b' ' | b':' | b'\n'))
        };
        self.phrases.iter().find(begins).map(|phrase| phrase.len())
    }
}

/// The place of a bit for two letters, in either case.
const fn start(first: u8, second: u8) -> (usize, u64) {
    let at = first.to_ascii_lowercase().wrapping_mul(31) ^ second.to_ascii_lowercase();
    ((at >> 6) as usize, 1 << (at & 63))
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
