//! Comparing with words, whatever their case.

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

/// A list of words: one look into a table tells whether a value is one of them. [`words!`] makes it.
#[derive(Debug)]
pub(crate) struct Words {
    words: &'static str,
    /// Where each word begins in the list, and its length, at its hash or at the next free place after it. A length of 0 is
    /// that of a free place.
    table: &'static [(u16, u8)],
    /// The bits of all first letters.
    firsts: u32,
    /// The bits of all lengths.
    lengths: u32,
}

/// Makes [`Words`] of a constant list, `a|b|c`, when this is compiled.
macro_rules! words {
    ($list:expr $(,)?) => {{
        const LIST: &str = $list;
        const TABLE: &[(u16, u8)] =
            &$crate::scan::words::Words::table::<{ $crate::scan::words::Words::places(LIST) }>(LIST);
        $crate::scan::words::Words::new(LIST, TABLE)
    }};
}
pub(crate) use words;

impl Words {
    /// The places of the table of a list, a power of two. Half of them or more stay free.
    pub(crate) const fn places(words: &str) -> usize {
        let (mut rest, mut count) = (words.as_bytes(), 1);
        while let [first, others @ ..] = rest {
            count += (*first == b'|') as usize;
            rest = others;
        }
        (2_usize * count).next_power_of_two()
    }

    pub(crate) const fn table<const PLACES: usize>(words: &str) -> [(u16, u8); PLACES] {
        let mut table = [(0, 0); PLACES];
        let (mut rest, mut start) = (words.as_bytes(), 0_u16);
        while !rest.is_empty() {
            let (len, hash) = first_word(rest);
            let mut at = place(hash, PLACES);
            #[allow(clippy::indexing_slicing, reason = "the constant is made when this is compiled")]
            {
                while table[at].1 > 0 {
                    at = (at + 1) % PLACES;
                }
                table[at] = (start, len);
            }
            start += len as u16 + 1;
            rest = behind(rest, len);
        }
        table
    }

    /// The words of a list, with its [`table`](Self::table).
    pub(crate) const fn new(words: &'static str, table: &'static [(u16, u8)]) -> Self {
        let (mut rest, mut firsts, mut lengths) = (words.as_bytes(), 0, 0);
        while let [first, ..] = rest {
            let (len, _) = first_word(rest);
            firsts |= letter_bit(*first);
            lengths |= length_bit(len as usize);
            rest = behind(rest, len);
        }
        Self { words, table, firsts, lengths }
    }

    /// Returns whether one of them may begin with a byte.
    pub(crate) fn may_begin(&self, byte: u8) -> bool {
        self.firsts & letter_bit(byte) != 0
    }

    /// Returns whether a value is one of them, whatever its case.
    pub(crate) fn has(&self, value: &[u8]) -> bool {
        let Some(first) = value.first() else { return false };
        if !self.may_begin(*first) || self.lengths & length_bit(value.len()) == 0 {
            return false;
        }
        let mut at = place(value.iter().fold(SEED, |hash, letter| hashed(hash, *letter)), self.table.len());
        while let Some((start, len)) = self.table.get(at).filter(|(_, len)| *len > 0) {
            let (start, len) = (usize::from(*start), usize::from(*len));
            let word = self.words.as_bytes().get(start..start + len);
            if word.is_some_and(|word| word.eq_ignore_ascii_case(value)) {
                return true;
            }
            at = (at + 1) & (self.table.len() - 1);
        }
        false
    }
}

/// The length of the first word of a list, and its hash.
const fn first_word(list: &[u8]) -> (u8, u32) {
    let (mut rest, mut len, mut hash) = (list, 0_u8, SEED);
    while let [letter, others @ ..] = rest
        && *letter != b'|'
    {
        (rest, len, hash) = (others, len + 1, hashed(hash, *letter));
    }
    assert!(len > 0, "no word is empty");
    (len, hash)
}

/// A list behind its first word, of so many bytes.
const fn behind(list: &[u8], len: u8) -> &[u8] {
    match list.split_at_checked(len as usize + 1) {
        Some((_, rest)) => rest,
        None => &[],
    }
}

const SEED: u32 = 0x811c_9dc5;

/// A hash with another letter, in either case.
const fn hashed(hash: u32, letter: u8) -> u32 {
    (hash ^ letter.to_ascii_lowercase() as u32).wrapping_mul(0x0100_0193)
}

/// The place of a hash in a table of so many places, a power of two.
const fn place(hash: u32, places: usize) -> usize {
    (hash ^ hash >> 15) as usize & (places - 1)
}

/// A bit for a letter, in either case, and one for all other bytes.
const fn letter_bit(byte: u8) -> u32 {
    if byte.is_ascii_alphabetic() { 1 << (byte & 31) } else { 1 }
}

/// A bit for a length; long words share one.
const fn length_bit(len: usize) -> u32 {
    1 << if len < 31 { len } else { 31 }
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
                starts = with(starts, *first, *second);
            }
            rest = others;
        }
        Self { phrases, starts }
    }

    /// Returns the length of the first of them that a text begins with as a whole.
    pub(crate) fn begin(&self, text: &[u8]) -> Option<usize> {
        text.first_chunk::<2>().filter(|pair| may(&self.starts, *pair))?;
        let begins = |phrase: &&&str| {
            starts_with_ignore_case(text, phrase.as_bytes())
                && matches!(text.get(phrase.len()), Some(b' ' | b':' | b'\n'))
        };
        self.phrases.iter().find(begins).map(|phrase| phrase.len())
    }
}

/// A list of words, `a|b|c`, which a text may hold or end with: two letters tell of most places that none of them is there.
#[derive(Debug)]
pub(crate) struct Fragments {
    words: &'static str,
    /// A bit for the first two letters of each, and for the last two.
    starts: [u64; 4],
    ends: [u64; 4],
}

impl Fragments {
    /// Each has two bytes or more.
    pub(crate) const fn new(words: &'static str) -> Self {
        let (mut starts, mut ends) = ([0; 4], [0; 4]);
        let mut rest = words.as_bytes();
        while let [first, second, ..] = rest {
            let (len, _) = first_word(rest);
            starts = with(starts, *first, *second);
            if let Some(([.., first, second], _)) = rest.split_at_checked(len as usize) {
                ends = with(ends, *first, *second);
            }
            rest = behind(rest, len);
        }
        Self { words, starts, ends }
    }

    /// Returns whether one of them stands in a text, in any case.
    pub(crate) fn are_in(&self, text: &[u8]) -> bool {
        let starts_at = |at: usize| {
            let rest = text.get(at..).unwrap_or_default();
            self.words.split('|').any(|word| starts_with_ignore_case(rest, word.as_bytes()))
        };
        text.windows(2).enumerate().any(|(at, pair)| may(&self.starts, pair) && starts_at(at))
    }

    /// Where each of them begins that a text ends with, in any case.
    pub(crate) fn ends(&self, text: &[u8]) -> impl Iterator<Item = usize> {
        let may = text.last_chunk::<2>().is_some_and(|pair| may(&self.ends, pair));
        let words = if may { self.words } else { "" };
        let ends = |word: &&str| !word.is_empty() && ends_with_ignore_case(text, word.as_bytes());
        words.split('|').filter(ends).map(|word| text.len() - word.len())
    }
}

/// The bits with that of two letters.
const fn with(mut bits: [u64; 4], first: u8, second: u8) -> [u64; 4] {
    let (word, bit) = start(first, second);
    #[allow(clippy::indexing_slicing, reason = "a byte has four times 64 values")]
    {
        bits[word] |= bit;
    }
    bits
}

/// Returns whether the bit of two letters is set.
fn may(bits: &[u64; 4], pair: &[u8]) -> bool {
    let [first, second] = pair else { return false };
    let (word, bit) = start(*first, *second);
    bits.get(word).is_some_and(|bits| bits & bit != 0)
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

    const SAMPLE: &str = "s3|id|access|key|zamówienie|a-word-of-more-than-sixteen-letters|x";
    static WORDS: Words = words!(SAMPLE);
    const FRAGMENTS: &str = "s3|key|wor|word|mó|id";
    static PARTS: Fragments = Fragments::new(FRAGMENTS);

    proptest! {
        #[test]
        fn a_list_has_its_words_and_no_others(
            value in prop_oneof![
                prop::sample::select(SAMPLE.split('|').collect::<Vec<_>>()).prop_map(str::to_owned),
                "[s3idkeyx|]{0,4}",
            ],
            upper: bool,
        ) {
            let value = if upper { value.to_ascii_uppercase() } else { value };
            let listed = SAMPLE.split('|').any(|word| word.eq_ignore_ascii_case(&value));
            prop_assert_eq!(WORDS.has(value.as_bytes()), listed);
            prop_assert!(!listed || WORDS.may_begin(value.as_bytes()[0]));
        }

        #[test]
        fn fragments_are_found_wherever_they_stand(text in "[s3idkeywor zamówen-]{0,12}") {
            let lower = text.to_ascii_lowercase();
            let words = || FRAGMENTS.split('|');
            prop_assert_eq!(PARTS.are_in(text.as_bytes()), words().any(|word| lower.contains(word)));
            let ends = words().filter(|word| lower.ends_with(word)).map(|word| text.len() - word.len());
            prop_assert!(PARTS.ends(text.as_bytes()).eq(ends));
        }
    }
}
