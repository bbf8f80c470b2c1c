//! Literal values in a text: one walk, however many there are, and none of it built for the text.
//!
//! Each value is known by the four bytes that it begins with, and by those one, two and three bytes further on. So
//! four bytes of the text tell for as many places whether a value may begin there, and a text is looked at in steps as
//! wide as the shortest value allows. What is looked up then is found by halving a sorted list, whose cost no choice of
//! values can raise.

use std::ops::Range;

use crate::catalog::{Edge, KindId};
use crate::scan::edge;
use crate::scan::whole;

/// Bytes by which a value is recognised. A shorter one is not looked for.
const GRAM: usize = 4;
/// Maximum bytes that the walk steps over.
const STEP_MAX: usize = 4;

/// The places at which a value that an exchange has shown is recognised again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spread {
    /// Wherever it stands: no word looks like it.
    Anywhere,
    /// Only as the whole of a member, a cell, a quotation or an argument.
    Whole,
}

/// Values in the order of their bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dictionary {
    values: Vec<Value>,
    /// The grams at the first [`STEP_MAX`] offsets of each value, sorted, each with the offsets at which it stands.
    grams: Vec<(u32, u8)>,
    /// Bytes of the shortest value.
    shortest: usize,
}

#[derive(Clone, Debug)]
struct Value {
    text: Box<str>,
    kind: KindId,
    spread: Spread,
    /// Allowed characters on either side.
    edge: Edge,
    /// The longest other value that this one begins with.
    shorter: Option<u32>,
}

impl Dictionary {
    /// Takes the values in any order. Of equal ones, that with the first kind counts, and of two with one kind the
    /// first.
    pub(crate) fn new<'v>(values: impl IntoIterator<Item = (KindId, Spread, &'v str)>) -> Self {
        let values = values.into_iter().filter(|(.., value)| value.len() >= GRAM);
        let mut sorted: Vec<(KindId, Spread, &str)> = values.collect();
        sorted.sort_by_key(|(kind, _, value)| (*value, *kind));
        sorted.dedup_by_key(|(.., value)| *value);
        let mut dictionary =
            Self { shortest: sorted.iter().map(|(.., value)| value.len()).min().unwrap_or(0), ..Self::default() };
        // Those around the current one, each of which begins with the one before it.
        let mut around: Vec<(u32, &str)> = Vec::new();
        for ((kind, spread, value), index) in sorted.into_iter().zip(0..) {
            while around.last().is_some_and(|(_, last)| !value.starts_with(last)) {
                around.pop();
            }
            let edge = edge_of(value);
            let shorter = around.last().map(|(index, _)| *index);
            dictionary.values.push(Value { text: value.into(), kind, spread, edge, shorter });
            let grams = value.as_bytes().windows(GRAM).take(STEP_MAX).map(gram);
            dictionary.grams.extend(grams.zip(0..).map(|(gram, offset)| (gram, 1 << offset)));
            around.push((index, value));
        }
        dictionary.merge_grams();
        dictionary
    }

    fn merge_grams(&mut self) {
        self.grams.sort_unstable();
        self.grams.dedup_by(|(gram, offsets), (kept, all)| {
            let same = gram == kept;
            *all |= if same { *offsets } else { 0 };
            same
        });
    }

    /// The values with what is known of them, in the order of their bytes.
    pub(crate) fn values(&self) -> impl Iterator<Item = (KindId, Spread, &str)> {
        self.values.iter().map(|value| (value.kind, value.spread, &*value.text))
    }

    pub(crate) fn has(&self, value: &str) -> bool {
        self.values.binary_search_by(|other| (*other.text).cmp(value)).is_ok()
    }

    fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The offsets in values at which a gram stands, as bits.
    fn offsets(&self, gram: u32) -> u8 {
        let at = self.grams.partition_point(|(other, _)| *other < gram);
        self.grams.get(at).filter(|(other, _)| *other == gram).map_or(0, |(_, offsets)| *offsets)
    }

    /// The longest value that stands at `start`.
    fn longest(&self, text: &[u8], start: usize) -> Option<Standing> {
        let rest = text.get(start..)?;
        // A value that the text begins with is the last one that is not after it, or one that this begins with.
        let last = self.values.partition_point(|value| value.text.as_bytes() <= rest).checked_sub(1)?;
        let mut value = self.values.get(last)?;
        let common = value.text.bytes().zip(rest).take_while(|(a, b)| a == *b).count();
        loop {
            let length = value.text.len();
            if let Some(end) = value.end(text, start).filter(|_| length <= common) {
                return Some(Standing { range: start..end, length, kind: value.kind });
            }
            value = self.values.get(value.shorter? as usize)?;
        }
    }
}

impl Value {
    /// Returns where the value ends that stands at `start`, if it stands there by itself: after the number of one of
    /// several. `acme-orders-1` is an instance of the cluster `acme-orders`.
    fn end(&self, text: &[u8], start: usize) -> Option<usize> {
        let end = start + self.text.len();
        let end = end + if self.edge == Edge::Compound { numbered_len(text, end) } else { 0 };
        let stands = edge::holds(self.edge, text, start, end)
            && (self.spread == Spread::Anywhere || whole::is_whole(text, start..end));
        stands.then_some(end)
    }
}

/// Allowed characters on either side of a value.
fn edge_of(value: &str) -> Edge {
    match value.bytes().all(|b| b.is_ascii_digit()) {
        true => Edge::Digits,
        false if is_id(value) => Edge::Word,
        false => Edge::Compound,
    }
}

/// Returns whether a value is an id of capitals and digits, which no longer name has by chance: Terraform writes
/// `Z05218443LQ9XKMW7ABC_www.example.org_A`.
fn is_id(value: &str) -> bool {
    let capital = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    value.len() >= ID_MIN && value.bytes().all(capital) && value.bytes().any(|b| b.is_ascii_digit())
}

/// Minimum bytes of such an id.
const ID_MIN: usize = 12;

/// Returns the length of the number by which a service or a team tells several of one name apart: `-1`, `-002`.
fn numbered_len(text: &[u8], end: usize) -> usize {
    let Some(rest) = text.get(end..).and_then(|rest| rest.strip_prefix(b"-")) else { return 0 };
    let digits = rest.iter().take(NUMBER_MAX + 1).take_while(|b| b.is_ascii_digit()).count();
    let ends = rest.get(digits).is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'-' | b'_'));
    if (1..=NUMBER_MAX).contains(&digits) && ends { digits + 1 } else { 0 }
}

/// Digits of such a number.
const NUMBER_MAX: usize = 4;

/// The dictionaries of one exchange, ready to be looked up in its texts. Where two of them have a value, the first one
/// counts.
#[derive(Debug)]
pub(crate) struct Search<'d> {
    dictionaries: [&'d Dictionary; 2],
    step: usize,
    filter: Filter,
}

/// A value that stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) range: Range<usize>,
    /// Its bytes, without those of a number after it.
    pub(crate) length: usize,
    pub(crate) kind: KindId,
}

impl<'d> Search<'d> {
    pub(crate) fn new(dictionaries: [&'d Dictionary; 2]) -> Self {
        let filled = || dictionaries.iter().filter(|dictionary| !dictionary.is_empty());
        let shortest = filled().map(|dictionary| dictionary.shortest).min().unwrap_or(GRAM);
        let step = (shortest + 1).saturating_sub(GRAM).clamp(1, STEP_MAX);
        let grams = filled().map(|dictionary| dictionary.grams.len()).sum();
        let mut filter = Filter::new(grams);
        let used = (1 << step) - 1;
        let grams = filled().flat_map(|dictionary| &dictionary.grams).filter(|(_, offsets)| offsets & used != 0);
        grams.for_each(|(gram, _)| filter.insert(*gram));
        Self { dictionaries, step, filter }
    }

    /// The values that are looked for, each once.
    pub(crate) fn values(&self) -> impl Iterator<Item = (KindId, Spread, &'d str)> {
        let [first, second] = self.dictionaries;
        first.values().chain(second.values().filter(|(.., value)| !first.has(value)))
    }

    /// Returns the longest value that stands at each place, in the order of the places.
    pub(crate) fn find(&self, text: &str) -> Vec<Standing> {
        let mut found = Vec::new();
        let mut push = |standing| found.push(standing);
        match self.step {
            _ if self.dictionaries.iter().all(|dictionary| dictionary.is_empty()) => {}
            1 => self.walk::<1>(text.as_bytes(), &mut push),
            2 => self.walk::<2>(text.as_bytes(), &mut push),
            3 => self.walk::<3>(text.as_bytes(), &mut push),
            _ => self.walk::<STEP_MAX>(text.as_bytes(), &mut push),
        }
        found
    }

    fn walk<const STEP: usize>(&self, text: &[u8], found: &mut impl FnMut(Standing)) {
        let mut rest = text;
        while let Some(bytes) = rest.first_chunk::<GRAM>() {
            let gram = u32::from_le_bytes(*bytes);
            if self.filter.may_have(gram) {
                self.at::<STEP>(text, text.len() - rest.len(), gram, found);
            }
            rest = rest.get(STEP..).unwrap_or_default();
        }
    }

    /// Reports the values that have a gram, which stands at `at`.
    fn at<const STEP: usize>(&self, text: &[u8], at: usize, gram: u32, found: &mut impl FnMut(Standing)) {
        let offsets = self.dictionaries.map(|dictionary| dictionary.offsets(gram));
        for offset in (0..STEP).rev() {
            let Some(start) = at.checked_sub(offset).filter(|start| may_begin(text, *start)) else { continue };
            let dictionaries = self.dictionaries.iter().zip(offsets).filter(|(_, offsets)| offsets >> offset & 1 == 1);
            let values = dictionaries.filter_map(|(dictionary, _)| dictionary.longest(text, start));
            // Of equal ones the first is kept.
            let longest = values.reduce(|a, b| if b.length > a.length { b } else { a });
            longest.into_iter().for_each(&mut *found);
        }
    }
}

/// Returns whether a value of any sort may begin at `start`.
fn may_begin(text: &[u8], start: usize) -> bool {
    edge::previous(text, start).is_none_or(|b| !b.is_ascii_alphanumeric()) || edge::ends_escape(text, start)
}

fn gram(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// A set of grams that may say yes to one that it does not have: a bit for each hash.
#[derive(Debug)]
struct Filter {
    bits: Vec<u64>,
    /// The bits of a hash that are not used.
    shift: u32,
}

/// Bits of the smallest and of the largest filter, which stays in the first cache, as powers of two.
const FILTER_BITS: Range<u32> = 9..16;
/// Bits for each gram, as a power of two.
const GRAM_BITS: u32 = 4;

impl Filter {
    fn new(grams: usize) -> Self {
        let bits = (usize::BITS - grams.leading_zeros() + GRAM_BITS).clamp(FILTER_BITS.start, FILTER_BITS.end);
        Self { bits: vec![0; 1 << (bits - u64::BITS.ilog2())], shift: u32::BITS - bits }
    }

    /// Multiplicative hashing: the highest bits of the product depend on all of the gram.
    fn place(&self, gram: u32) -> (usize, u32) {
        let hash = gram.wrapping_mul(0x9e37_79b1) >> self.shift;
        ((hash / u64::BITS) as usize, hash % u64::BITS)
    }

    fn insert(&mut self, gram: u32) {
        let (word, bit) = self.place(gram);
        self.bits.get_mut(word).into_iter().for_each(|word| *word |= 1 << bit);
    }

    fn may_have(&self, gram: u32) -> bool {
        let (word, bit) = self.place(gram);
        self.bits.get(word).is_some_and(|word| word >> bit & 1 == 1)
    }
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "a test that slices wrongly should fail")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [usize; 3] = [1, 2, 3];

    /// The longest value of each place, looked for in the plainest way.
    fn plainly(values: &[(usize, String)], text: &str) -> Vec<(Range<usize>, KindId)> {
        let bytes = text.as_bytes();
        let at = |start: usize| {
            let here =
                values.iter().filter(|(_, value)| value.len() >= GRAM && text[start..].starts_with(value.as_str()));
            let standing = here.filter_map(|(kind, value)| {
                let number = value.bytes().all(|b| b.is_ascii_digit());
                let edge = if number { Edge::Digits } else { Edge::Compound };
                let end = start + value.len();
                let end = end + if number { 0 } else { numbered_len(bytes, end) };
                edge::holds(edge, bytes, start, end).then_some((value.len(), std::cmp::Reverse(*kind), end))
            });
            standing.max().map(|(_, kind, end)| (start..end, KindId::at(kind.0)))
        };
        (0..text.len()).filter_map(at).collect()
    }

    fn found(dictionaries: [&Dictionary; 2], text: &str) -> Vec<(Range<usize>, KindId)> {
        Search::new(dictionaries).find(text).into_iter().map(|Standing { range, kind, .. }| (range, kind)).collect()
    }

    fn dictionary(values: &[(usize, String)]) -> Dictionary {
        Dictionary::new(values.iter().map(|(kind, value)| (KindId::at(*kind), Spread::Anywhere, value.as_str())))
    }

    proptest! {
        #[test]
        fn the_longest_value_of_each_place_is_found_whatever_the_order(
            mut values in prop::collection::vec((prop::sample::select(&KINDS[..]), "[a.1/-]{1,9}"), 0..12),
            text in "[a.1/ -]{0,60}",
            turn in 0usize..12,
            cut in 0usize..12,
        ) {
            let expected = plainly(&values, &text);
            let turn = turn.min(values.len());
            values.rotate_left(turn);
            prop_assert_eq!(found([&dictionary(&values), &Dictionary::default()], &text), expected.clone());
            // In two dictionaries the same values are found; the first one's kind counts.
            let (first, second) = values.split_at(cut.min(values.len()));
            let both = found([&dictionary(first), &dictionary(second)], &text);
            let ranges = |found: Vec<(Range<usize>, KindId)>| found.into_iter().map(|(range, _)| range).collect::<Vec<_>>();
            prop_assert_eq!(ranges(both), ranges(expected));
        }
    }

    #[test]
    fn of_values_that_begin_alike_the_longest_that_stands_is_found() {
        let values = ["a1.b", "a1.b.c2", "a1.b.c2.d3"].map(|value| (1, value.to_owned()));
        let cases = [("a1.b.c2.d3", "a1.b.c2.d3"), ("a1.b.c2.d34", "a1.b.c2"), ("a1.b.c23", "a1.b"), ("a1.bc", "")];
        for (text, expected) in cases {
            let found = found([&dictionary(&values), &Dictionary::default()], text);
            assert_eq!(found.first().map_or("", |(range, _)| &text[range.clone()]), expected, "{text}");
        }
    }
}
