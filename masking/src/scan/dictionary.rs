//! Literal values to look for, sorted: what may stand at a place is found by halving the list, whose cost no choice of
//! values can raise.

use std::ops::Range;

use crate::catalog::{Edge, KindId};
use crate::scan::edge;
use crate::scan::longer;
use crate::scan::whole;

/// Bytes by which a value is recognised. A shorter one is not looked for.
pub(crate) const GRAM: usize = 4;
/// Maximum bytes that the walk steps over.
pub(crate) const STEP_MAX: usize = 4;

/// The places at which a value that an exchange has shown is recognised again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spread {
    /// Wherever it stands: no word looks like it.
    Anywhere,
    /// Only as the whole of a member, a cell, a quotation or an argument, and beside a word for its kind.
    Whole,
    /// There, as a step of a path, and beside a word for its kind.
    Fitting,
    /// Only beside a word for its kind: `the production cluster`.
    Beside,
}

/// Values in the order of their bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dictionary {
    values: Vec<Value>,
    /// The values one after the other.
    text: String,
    /// The grams at the first [`STEP_MAX`] offsets of each value, sorted, each with the offsets at which it stands.
    pub(crate) grams: Vec<(u32, u8)>,
    /// Bytes of the shortest value.
    pub(crate) shortest: usize,
    /// Longer names of which a value is a part are looked for too. An inventory lists what is somebody's by itself.
    grows: bool,
    /// The words for each kind of which a value needs one beside it.
    words: Vec<(KindId, Box<[Box<str>]>)>,
}

#[derive(Clone, Debug)]
struct Value {
    /// Its place among the values.
    place: (u32, u32),
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
        let mut dictionary = Self { grows: true, ..Self::default() };
        dictionary.shortest = sorted.iter().map(|(.., value)| value.len()).min().unwrap_or(0);
        dictionary.values.reserve(sorted.len());
        dictionary.text.reserve(sorted.iter().map(|(.., value)| value.len()).sum());
        dictionary.grams.reserve(sorted.len() * STEP_MAX);
        let mut around = Around::default();
        for (kind, spread, value) in sorted {
            dictionary.push(&mut around, kind, spread, value);
            let grams = value.as_bytes().windows(GRAM).take(STEP_MAX).map(gram);
            dictionary.grams.extend(grams.zip(0..).map(|(gram, offset)| (gram, 1 << offset)));
        }
        dictionary.merge_grams();
        dictionary
    }

    /// Adds the value that follows all others in the order of their bytes.
    pub(crate) fn push(&mut self, around: &mut Around, kind: KindId, spread: Spread, value: &str) {
        let begins =
            |index: &u32| self.values.get(*index as usize).is_some_and(|last| value.starts_with(self.text(last)));
        while around.0.last().is_some_and(|last| !begins(last)) {
            around.0.pop();
        }
        let shorter = around.0.last().copied();
        around.0.push(u32::try_from(self.values.len()).unwrap_or(u32::MAX));
        // An estate and the values of an exchange have a few megabytes at most.
        let end = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX);
        let start = end(&self.text);
        self.text.push_str(value);
        let place = (start, end(&self.text));
        self.values.push(Value { place, kind, spread, edge: edge_of(value), shorter });
    }

    fn text(&self, value: &Value) -> &str {
        let (start, end) = value.place;
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The words for a kind, for the values of it that need one beside them.
    pub(crate) fn name_kind(&mut self, kind: KindId, words: impl FnOnce() -> Box<[Box<str>]>) {
        if !self.words.iter().any(|(named, _)| *named == kind) {
            self.words.push((kind, words()));
        }
    }

    fn words(&self, kind: KindId) -> &[Box<str>] {
        self.words.iter().find(|(named, _)| *named == kind).map_or(&[], |(_, words)| words)
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn last(&self) -> Option<&str> {
        self.values.last().map(|value| self.text(value))
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
    pub(crate) fn values(&self) -> impl Iterator<Item = (KindId, Spread, &str)> + Clone {
        self.values.iter().map(|value| (value.kind, value.spread, self.text(value)))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The offsets in values at which a gram stands, as bits.
    pub(crate) fn offsets(&self, gram: u32) -> u8 {
        let at = self.grams.partition_point(|(other, _)| *other < gram);
        self.grams.get(at).filter(|(other, _)| *other == gram).map_or(0, |(_, offsets)| *offsets)
    }

    /// The longest value that stands at `start`.
    pub(crate) fn longest(&self, text: &[u8], start: usize) -> Option<Standing> {
        let rest = text.get(start..)?;
        // A value that the text begins with is the last one that is not after it, or one that this begins with.
        let last = self.values.partition_point(|value| self.text(value).as_bytes() <= rest).checked_sub(1)?;
        let mut value = self.values.get(last)?;
        let common = self.text(value).bytes().zip(rest).take_while(|(a, b)| a == *b).count();
        loop {
            let length = value.len();
            if let Some(range) = value.range(text, start, self).filter(|_| length <= common) {
                return Some(Standing { range, length, kind: value.kind });
            }
            value = self.values.get(value.shorter? as usize)?;
        }
    }
}

impl Value {
    fn len(&self) -> usize {
        let (start, end) = self.place;
        (end - start) as usize
    }

    /// Returns where the value stands whose text begins at `start`, if it stands there by itself, with the number of one of
    /// several, or as a part of a longer name.
    fn range(&self, text: &[u8], start: usize, dictionary: &Dictionary) -> Option<Range<usize>> {
        let end = start + self.len();
        // `acme-orders-1` is an instance of the cluster `acme-orders`.
        let end = end + if self.edge == Edge::Compound { numbered_len(text, end) } else { 0 };
        let beside = || whole::is_beside(text, &(start..end), dictionary.words(self.kind));
        let fits = || match self.spread {
            Spread::Anywhere => true,
            Spread::Whole => whole::is_whole(text, start..end) || beside(),
            Spread::Fitting => whole::is_whole(text, start..end) || whole::is_step(text, &(start..end)) || beside(),
            Spread::Beside => beside(),
        };
        if edge::holds(self.edge, text, start, end) {
            return fits().then_some(start..end);
        }
        let named = dictionary.grows && self.spread == Spread::Anywhere && longer::may_grow(dictionary.text(self));
        named.then(|| longer::around(text, start..start + self.len())).flatten()
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
pub(crate) fn numbered_len(text: &[u8], end: usize) -> usize {
    let Some(rest) = text.get(end..).and_then(|rest| rest.strip_prefix(b"-")) else { return 0 };
    let digits = rest.iter().take(NUMBER_MAX + 1).take_while(|b| b.is_ascii_digit()).count();
    let ends = rest.get(digits).is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'-' | b'_'));
    if (1..=NUMBER_MAX).contains(&digits) && ends { digits + 1 } else { 0 }
}

/// Digits of such a number.
const NUMBER_MAX: usize = 4;

/// The values around the next one, each of which begins with the one before it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Around(Vec<u32>);

/// A value that stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) range: Range<usize>,
    /// Its bytes, without those of a number after it.
    pub(crate) length: usize,
    pub(crate) kind: KindId,
}

/// A set of grams that may say yes to one that it does not have: a bit for each hash.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    bits: Vec<u64>,
    /// The bits of a hash that are not used.
    shift: u32,
}

/// Bits of the smallest and of the largest filter, which stays in the first cache, as powers of two.
const FILTER_BITS: Range<u32> = 9..16;
/// Bits for each gram, as a power of two.
const GRAM_BITS: u32 = 4;

impl Filter {
    /// An empty one with room for so many grams.
    pub(crate) fn new(grams: usize) -> Self {
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

    /// The same with those grams of a dictionary that stand at one of these offsets.
    pub(crate) fn with(&self, dictionary: &Dictionary, offsets: u8) -> Self {
        let mut both = self.clone();
        let grams = dictionary.grams.iter().filter(|(_, at)| at & offsets != 0);
        grams.for_each(|(gram, _)| both.insert(*gram));
        both
    }

    pub(crate) fn may_have(&self, gram: u32) -> bool {
        let (word, bit) = self.place(gram);
        self.bits.get(word).is_some_and(|word| word >> bit & 1 == 1)
    }
}

pub(crate) fn gram(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}
