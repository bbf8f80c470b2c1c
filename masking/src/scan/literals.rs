//! The literals at which rules begin, in any case: all of them in one walk over a text.
//!
//! An automaton waits for memory at each byte. Here every second place is looked at by itself: three bytes tell by one
//! bit whether they may be those of a literal, each of which is known by three at an even byte of it and by three at an
//! odd one. A literal of three bytes is known by two of them and whatever stands next to those. So what stands in most places is read once, and nothing waits.

use std::ops::Range;

/// Bytes by which literals are known.
const GRAM: usize = 3;
/// Bytes from one place that is looked at to the next.
const STEP: usize = 2;
/// Bits of the filter, as a power of two: with 7,000 grams it says yes in vain at one place of twenty. It takes 16 KB, of
/// which a text touches little.
const FILTER_BITS: u32 = 17;
const FILTER_WORDS: usize = 1 << (FILTER_BITS - u64::BITS.ilog2());
/// Lists of grams, as a power of two.
const LIST_BITS: u32 = 13;

/// Letters in lower case, and other bytes that become alike: a literal is compared before it is reported.
const FOLD: u32 = 0x0020_2020;
/// The bytes of a gram.
const GRAM_MASK: u32 = 0x00ff_ffff;

#[derive(Debug)]
pub(crate) struct Literals {
    /// In lower case.
    literals: Vec<Box<[u8]>>,
    filter: Box<[u64; FILTER_WORDS]>,
    /// The grams of each list begin at its number, and end where those of the next begin.
    lists: Vec<u16>,
    grams: Vec<Gram>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Gram {
    list: u16,
    folded: u32,
    /// The literal that is known by it.
    literal: u16,
    /// Bytes from the gram to the literal.
    ahead: i8,
}

/// A literal in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) range: Range<usize>,
    /// Its number.
    pub(crate) literal: usize,
}

impl Literals {
    /// Each literal has two bytes or more.
    pub(crate) fn new(literals: &[&str]) -> Self {
        let lower = |literal: &&str| literal.to_ascii_lowercase().into_bytes().into_boxed_slice();
        let literals: Vec<Box<[u8]>> = literals.iter().map(lower).collect();
        let mut grams: Vec<Gram> = Vec::new();
        for (literal, index) in literals.iter().zip(0..) {
            let mut push = |bytes: [u8; GRAM], ahead: i8| {
                let [a, b, c] = bytes;
                let folded = u32::from_le_bytes([a, b, c, 0]) | FOLD;
                grams.push(Gram { list: list(hash(folded)), folded, literal: index, ahead });
            };
            match **literal {
                [a, b, c] => {
                    push([a, b, c], 0);
                    let ends = rarity(a) < rarity(c);
                    (0..=u8::MAX).for_each(|any| if ends { push([b, c, any], -1) } else { push([any, a, b], 1) });
                }
                // At an even and at an odd byte of it, where few other texts have the same.
                [_, _, _, _, ..] => (0..STEP).for_each(|odd| {
                    let windows = literal.windows(GRAM).zip(0..i8::MAX).skip(odd).step_by(STEP);
                    let rarest = windows.max_by_key(|(gram, _)| gram.iter().map(|byte| rarity(*byte)).sum::<usize>());
                    if let Some(([a, b, c], ahead)) = rarest {
                        push([*a, *b, *c], -ahead);
                    }
                }),
                [a, b] => (0..=u8::MAX).for_each(|any| {
                    push([a, b, any], 0);
                    push([any, a, b], 1);
                }),
                _ => {}
            }
        }
        grams.sort_unstable();
        grams.dedup();
        let mut filter = Box::new([0; FILTER_WORDS]);
        for gram in &grams {
            let (word, bit) = place(hash(gram.folded));
            filter.get_mut(word).into_iter().for_each(|word| *word |= 1 << bit);
        }
        let start = |list: u16| grams.partition_point(|gram| gram.list < list) as u16;
        let lists = (0..=1 << LIST_BITS).map(start).collect();
        Self { literals, filter, lists, grams }
    }

    /// Returns the literals in a part of a text, in the order of their ends, and of those with one end the longest first.
    pub(crate) fn find(&self, text: &[u8], part: Range<usize>) -> Vec<Place> {
        let mut found = Vec::new();
        let bytes = text.get(..part.end).unwrap_or_default();
        let mut rest = bytes.get(part.start..).unwrap_or_default();
        let mut look = |four: u32, at: usize| {
            let folded = four & GRAM_MASK | FOLD;
            if self.may_have(folded) {
                self.compare(folded, bytes, part.start, at, &mut found);
            }
        };
        // Three places with one read.
        while let Some(eight) = rest.first_chunk::<8>() {
            let eight = u64::from_le_bytes(*eight);
            let at = bytes.len() - rest.len();
            look(eight as u32, at);
            look((eight >> 16) as u32, at + STEP);
            look((eight >> 32) as u32, at + 2 * STEP);
            rest = rest.get(3 * STEP..).unwrap_or_default();
        }
        // What is missing after the end stands for any byte.
        while !rest.is_empty() {
            let mut four = [0; 4];
            four.iter_mut().zip(rest).for_each(|(slot, byte)| *slot = *byte);
            look(u32::from_le_bytes(four), bytes.len() - rest.len());
            rest = rest.get(STEP..).unwrap_or_default();
        }
        found
    }

    fn may_have(&self, folded: u32) -> bool {
        let (word, bit) = place(hash(folded));
        self.filter.get(word).is_some_and(|word| word >> bit & 1 == 1)
    }

    #[inline(never)]
    fn compare(&self, folded: u32, text: &[u8], from: usize, at: usize, found: &mut Vec<Place>) {
        let list = usize::from(list(hash(folded)));
        let Some([first, end, ..]) = self.lists.get(list..) else { return };
        let grams = self.grams.get(usize::from(*first)..usize::from(*end)).unwrap_or_default();
        for gram in grams.iter().filter(|gram| gram.folded == folded) {
            let Some(literal) = self.literals.get(usize::from(gram.literal)) else { continue };
            let Some(start) = at.checked_add_signed(isize::from(gram.ahead)).filter(|start| *start >= from) else {
                continue;
            };
            let range = start..start + literal.len();
            if text.get(range.clone()).is_some_and(|written| written.eq_ignore_ascii_case(literal)) {
                push(found, Place { range, literal: usize::from(gram.literal) });
            }
        }
    }
}

/// How seldom a byte is in texts of English and code.
fn rarity(byte: u8) -> usize {
    const COMMON: &[u8] = b"etaoinsrhldcumfpgwybvkxjqz";
    COMMON.iter().position(|letter| *letter == byte).unwrap_or(COMMON.len())
}

/// Adds a place to those before it, in their order. Few of them end after it.
fn push(found: &mut Vec<Place>, place: Place) {
    let key = |place: &Place| (place.range.end, place.range.start, place.literal);
    let after = found.iter().rev().take_while(|other| key(other) > key(&place)).count();
    found.insert(found.len() - after, place);
}

/// Multiplicative hashing: the highest bits of the product depend on all of the gram.
fn hash(folded: u32) -> u32 {
    folded.wrapping_mul(0x9e37_79b1) >> (u32::BITS - FILTER_BITS)
}

/// The word of the filter, and the bit in it.
fn place(hash: u32) -> (usize, u32) {
    ((hash / u64::BITS) as usize, hash % u64::BITS)
}

fn list(hash: u32) -> u16 {
    (hash >> (FILTER_BITS - LIST_BITS)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LITERALS: [&str; 12] =
        ["ip", "key", "KMS", "keys", "s3:", "access key", "-key", "secret", "secretstring", "키", "존", "y:"];

    /// Compared at each place.
    fn plainly(text: &[u8], part: Range<usize>) -> Vec<(usize, usize, usize)> {
        let mut found = Vec::new();
        for end in part.clone() {
            for start in part.start..=end {
                let written = text.get(start..=end).unwrap_or_default();
                let same = |literal: &&str| written.eq_ignore_ascii_case(literal.as_bytes());
                found.extend(LITERALS.iter().position(same).map(|literal| (end + 1, start, literal)));
            }
        }
        found
    }

    proptest! {
        #[test]
        fn all_literals_are_found_in_the_order_of_their_ends(
            pieces in prop::collection::vec(
                prop_oneof![prop::sample::select(&LITERALS[..]), Just("K"), Just("S3"), Just("e"), Just(" "), Just("é")],
                0..12,
            ),
            skip in 0usize..4,
            cut in 0usize..4,
        ) {
            let text = pieces.concat();
            let part = skip.min(text.len())..text.len().saturating_sub(cut).max(skip.min(text.len()));
            let found = Literals::new(&LITERALS).find(text.as_bytes(), part.clone());
            let found: Vec<_> = found.into_iter().map(|Place { range, literal }| (range.end, range.start, literal)).collect();
            prop_assert_eq!(found, plainly(text.as_bytes(), part), "{:?}", text);
        }
    }
}
