//! The literals at which rules begin, in any case: all of them in one walk over a text.
//!
//! An automaton waits for memory at each byte. Here every second place is looked at by itself. Each literal is known by
//! the bytes of a gram at an even byte of it and by those of another at an odd one, and the grams are shared out to
//! groups ([`grams`]): one look into a table tells for two bytes the groups whose grams begin with them, and
//! the groups whose grams end with them. So most places cost one look that waits for nothing.

use std::ops::Range;

use crate::scan::grams::{self, GROUPS, Gram, Pairs, STEP};

/// Bytes of a text that are read at once.
const BLOCK: usize = 8;
/// Bits of the filter, as a power of two. It takes 16 KB, of which a text touches little.
const FILTER_BITS: u32 = 17;
const FILTER_WORDS: usize = 1 << (FILTER_BITS - u64::BITS.ilog2());
/// Lists of places, as a power of two.
const LIST_BITS: u32 = 13;

/// Makes a letter small, and other bytes alike: a literal is compared before it is reported.
const FOLD: u8 = 0x20;
/// The bytes of a gram that are looked up.
const LISTED: u32 = 0x00ff_ffff;

#[derive(Debug)]
pub(crate) struct Literals {
    literals: Vec<Literal>,
    pairs: Pairs,
    /// A bit for each hash of the bytes that are looked up.
    filter: Box<[u64; FILTER_WORDS]>,
    /// The entries of each list begin at its number, and end where those of the next begin.
    lists: Vec<u16>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Literal {
    /// In lower case.
    text: Box<[u8]>,
    /// Its first bytes as a number.
    head: u64,
    /// The bits of a text that are compared with them, and those that make its letters small.
    mask: u64,
    small: u64,
}

/// A literal by the bytes that are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    list: u16,
    folded: u32,
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
        let literals: Vec<Literal> = literals.iter().map(lower).map(Literal::new).collect();
        let grams: Vec<(Gram, u16)> = literals
            .iter()
            .zip(0..)
            .flat_map(|(literal, index)| grams::of(&literal.text).map(move |gram| (gram, index)))
            .collect();
        let mut entries: Vec<Entry> = Vec::new();
        for (Gram { bytes: [a, b, c, _], ahead }, literal) in &grams {
            for bytes in grams::each(*a)
                .flat_map(|a| grams::each(*b).flat_map(move |b| grams::each(*c).map(move |c| [a, b, c, 0])))
            {
                let folded = folded(u32::from_le_bytes(bytes));
                entries.push(Entry { list: list(hash(folded)), folded, literal: *literal, ahead: *ahead });
            }
        }
        entries.sort_unstable();
        entries.dedup();
        let mut filter = Box::new([0; FILTER_WORDS]);
        for entry in &entries {
            let (word, bit) = place(hash(entry.folded));
            filter.get_mut(word).into_iter().for_each(|word| *word |= 1 << bit);
        }
        let start = |list: u16| entries.partition_point(|entry| entry.list < list) as u16;
        let lists = (0..=1 << LIST_BITS).map(start).collect();
        let pairs = Pairs::new(grams.into_iter().map(|(gram, _)| gram.bytes).collect());
        Self { literals, pairs, filter, lists, entries }
    }

    /// Returns the literals in a part of a text, in the order of their ends, and of those with one end the longest first.
    pub(crate) fn find(&self, text: &[u8], part: Range<usize>) -> Vec<Place> {
        let mut found = Vec::new();
        let bytes = text.get(..part.end).unwrap_or_default();
        let (blocks, _) = bytes.get(part.start..).unwrap_or_default().as_chunks::<BLOCK>();
        let mut look = |folded: u32, at: usize| {
            if self.may_have(folded) {
                self.compare(folded, bytes, part.start, at, &mut found);
            }
        };
        // The block before, and the groups of its last two bytes: a gram may begin with them and go on in this one.
        let (mut before, mut last) = (0, 0);
        for (index, block) in blocks.iter().enumerate() {
            let block = u64::from_le_bytes(*block);
            let [a, b, c, d] = [0, 16, 32, 48].map(|shift| self.pairs.groups((block >> shift) as u16));
            let places = [last & (a >> GROUPS), a & (b >> GROUPS), b & (c >> GROUPS), c & (d >> GROUPS)];
            if places.iter().fold(0, |all, groups| all | groups) != 0 {
                let grams = [before >> 48 | block << 16, block, block >> 16, block >> 32];
                let at = part.start + index * BLOCK;
                for ((groups, gram), ahead) in places.iter().zip(grams).zip((0..).step_by(STEP)) {
                    if *groups != 0 {
                        look(folded(gram as u32), (at + ahead).saturating_sub(STEP));
                    }
                }
            }
            (before, last) = (block, d);
        }
        // The last place of the blocks, and those after it: what is missing after the end stands for any byte.
        let end = part.start + blocks.len() * BLOCK;
        let first = if blocks.is_empty() { end } else { end - STEP };
        for at in (first..bytes.len()).step_by(STEP) {
            look(folded(u32::from_le_bytes(first_bytes(bytes, at))), at);
        }
        found
    }

    fn may_have(&self, folded: u32) -> bool {
        let (word, bit) = place(hash(folded));
        self.filter.get(word).is_some_and(|word| word >> bit & 1 == 1)
    }

    /// Adds the literals whose gram may stand at `at`.
    #[inline(never)]
    fn compare(&self, folded: u32, text: &[u8], from: usize, at: usize, found: &mut Vec<Place>) {
        let list = usize::from(list(hash(folded)));
        let Some([first, end, ..]) = self.lists.get(list..) else { return };
        let entries = self.entries.get(usize::from(*first)..usize::from(*end)).unwrap_or_default();
        for entry in entries.iter().filter(|entry| entry.folded == folded) {
            let Some(literal) = self.literals.get(usize::from(entry.literal)) else { continue };
            let Some(start) = at.checked_add_signed(isize::from(entry.ahead)).filter(|start| *start >= from) else {
                continue;
            };
            let head = u64::from_le_bytes(first_bytes(text, start));
            let range = start..start + literal.text.len();
            let same = |written: &[u8], literal: &[u8]| written.eq_ignore_ascii_case(literal);
            let behind = || text.get(start + BLOCK..range.end).zip(literal.text.get(BLOCK..));
            if (head | literal.small) & literal.mask == literal.head
                && range.end <= text.len()
                && (range.len() <= BLOCK || behind().is_some_and(|(written, literal)| same(written, literal)))
            {
                push(found, Place { range, literal: usize::from(entry.literal) });
            }
        }
    }
}

impl Literal {
    fn new(text: Box<[u8]>) -> Self {
        let mut mask = [0; BLOCK];
        mask.iter_mut().take(text.len()).for_each(|byte| *byte = u8::MAX);
        let small = first_bytes::<BLOCK>(&text, 0).map(|byte| if byte.is_ascii_lowercase() { FOLD } else { 0 });
        let head = u64::from_le_bytes(first_bytes(&text, 0));
        Self { text, head, mask: u64::from_le_bytes(mask), small: u64::from_le_bytes(small) }
    }
}

/// The bytes at a place, and zeros after the end.
fn first_bytes<const N: usize>(text: &[u8], at: usize) -> [u8; N] {
    let rest = text.get(at..).unwrap_or_default();
    rest.first_chunk().copied().unwrap_or_else(|| std::array::from_fn(|at| rest.get(at).copied().unwrap_or_default()))
}

/// Adds a place to those before it, in their order. Few of them end after it.
fn push(found: &mut Vec<Place>, place: Place) {
    let key = |place: &Place| (place.range.end, place.range.start, place.literal);
    if found.last().is_none_or(|last| key(last) <= key(&place)) {
        found.push(place);
        return;
    }
    let after = found.iter().rev().take_while(|other| key(other) > key(&place)).count();
    found.insert(found.len() - after, place);
}

fn folded(gram: u32) -> u32 {
    (gram | u32::from_le_bytes([FOLD; 4])) & LISTED
}

/// Multiplicative hashing: the highest bits of the product depend on all of the bytes.
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
