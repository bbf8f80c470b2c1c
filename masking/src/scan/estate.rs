//! The names of an estate: tens of thousands of values that the customer's own inventories list, built in steps, and found
//! at a cost that does not grow with their number.
//!
//! A value begins where a word does. There the four or eight bytes that follow are looked up in a filter, and almost
//! always that is all: a text has the beginning of a name nearly as rarely among fifty thousand as among ten. What passes
//! is looked up in the [`Dictionary`], which decides. Nothing is built for an exchange.

use crate::catalog::KindId;
use crate::scan::clarity::Clarity;
use crate::scan::dictionary::{Around, Dictionary, Spread, Standing};
use crate::scan::edge;
use crate::scan::{Kind, Scanner};

/// Maximum names of one estate; any further ones are ignored.
const NAMES_MAX: usize = 1 << 17;
/// Bytes that a name takes in addition to its own.
const OVERHEAD: usize = 64;

/// The names of one scope's estate, ready to be looked for.
#[derive(Clone, Debug)]
pub struct Estate {
    version: Box<str>,
    dictionary: Dictionary,
    around: Around,
    starts: Starts,
    bytes: usize,
}

impl Estate {
    /// An estate without names yet. `version` tells it from every other one of the scope; `expected` is the number of names
    /// that will be added.
    pub fn new(version: &str, expected: usize) -> Self {
        let starts = Starts::new(expected.min(NAMES_MAX));
        let bytes = starts.bytes();
        Self { version: version.into(), dictionary: Dictionary::default(), around: Around::default(), starts, bytes }
    }

    /// Adds a name, which has to follow the last one in the order of their bytes: returns false if it does not, and leaves
    /// it out. A `forced` one is recognised anywhere, whatever it looks like.
    pub fn push(&mut self, scanner: &Scanner, kind: KindId, name: &str, forced: bool) -> bool {
        if self.dictionary.last().is_some_and(|last| last >= name) {
            return false;
        }
        // Whoever lists it has left out what is AWS's own.
        let spread = match Clarity::of_a_customers(name) {
            Clarity::Unfit if !forced => return true,
            _ if forced => Spread::Anywhere,
            Clarity::Common => Spread::Beside,
            Clarity::Word => Spread::Fitting,
            Clarity::Own | Clarity::Unfit | Clarity::Clear => Spread::Anywhere,
        };
        if name.len() < SHORT || self.dictionary.len() >= NAMES_MAX {
            return true;
        }
        self.starts.insert(name.as_bytes());
        self.dictionary.push(&mut self.around, kind, spread, name);
        self.dictionary.name_kind(kind, || words(scanner.kind(kind)));
        self.bytes += OVERHEAD + name.len();
        true
    }

    /// The version that it was made with.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The number of its names.
    pub fn len(&self) -> usize {
        self.dictionary.len()
    }

    /// Returns whether it has no names.
    pub fn is_empty(&self) -> bool {
        self.dictionary.is_empty()
    }

    /// The bytes that it takes, roughly.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds the longest name that stands at each place, in the order of the places.
    pub(crate) fn find(&self, text: &[u8], found: &mut Vec<Standing>) {
        let mut inside = false;
        for (at, byte) in text.iter().enumerate() {
            let is_word = byte.is_ascii_alphanumeric();
            if is_word && !inside {
                self.word(text, at, found);
            } else if !is_word && self.starts.is_first(*byte) {
                self.at(text, at, found);
            }
            inside = is_word;
        }
    }

    /// Looks at a word that begins at `at`: after the letters of an escape if it begins with one.
    fn word(&self, text: &[u8], at: usize, found: &mut Vec<Standing>) {
        self.at(text, at, found);
        let escape = edge::previous(text, at).is_some_and(|b| matches!(b, b'\\' | b'%' | b'[' | b';' | b'='));
        if escape {
            let behind = (at + 1..at + 1 + ESCAPE_MAX).filter(|at| edge::ends_escape(text, *at));
            behind.for_each(|at| self.at(text, at, found));
        }
    }

    fn at(&self, text: &[u8], at: usize, found: &mut Vec<Standing>) {
        if text.get(at..).is_some_and(|rest| self.starts.may_begin(rest)) {
            found.extend(self.dictionary.longest(text, at));
        }
    }
}

/// Letters and digits of the longest escape: `u001b`.
const ESCAPE_MAX: usize = 6;

/// The words for a kind: those of its id that say what it is.
fn words(kind: &Kind) -> Box<[Box<str>]> {
    let words = kind.id.split('_').filter(|word| word.len() > 1 && !["id", "name", "key", "resource"].contains(word));
    let more = match &*kind.id {
        "cfn_stack" => ["stack", "cloudformation"].as_slice(),
        "rds_instance" | "rds_cluster" => &["database", "db"],
        "lambda_function" => &["lambda"],
        "ecr_repository" => &["repo", "image"],
        "elb_name" => &["alb", "nlb", "balancer"],
        "account_id" => &["account"],
        _ => &[],
    };
    words.chain(more.iter().copied()).map(Into::into).collect()
}

/// Bytes by which short names are filtered, and longer ones.
const SHORT: usize = 4;
const LONG: usize = 8;

/// The beginnings of names: a filter that may say yes to one that it does not have.
#[derive(Clone, Debug)]
struct Starts {
    short: Bits,
    long: Bits,
    /// The bytes other than letters and digits that names begin with.
    first: [bool; 256],
}

impl Starts {
    fn new(names: usize) -> Self {
        Self { short: Bits::new(names), long: Bits::new(names), first: [false; 256] }
    }

    fn bytes(&self) -> usize {
        8 * (self.short.0.len() + self.long.0.len())
    }

    fn is_first(&self, byte: u8) -> bool {
        self.first.get(usize::from(byte)).copied().unwrap_or(false)
    }

    fn insert(&mut self, name: &[u8]) {
        match (name.first_chunk::<LONG>(), name.first_chunk::<SHORT>()) {
            (Some(start), _) => self.long.insert(u64::from_le_bytes(*start)),
            (None, Some(start)) => self.short.insert(u32::from_le_bytes(*start).into()),
            (None, None) => {}
        }
        let first = name.first().filter(|first| !first.is_ascii_alphanumeric());
        if let Some(slot) = first.and_then(|first| self.first.get_mut(usize::from(*first))) {
            *slot = true;
        }
    }

    fn may_begin(&self, text: &[u8]) -> bool {
        let long = text.first_chunk::<LONG>().is_some_and(|start| self.long.may_have(u64::from_le_bytes(*start)));
        long || text.first_chunk::<SHORT>().is_some_and(|start| self.short.may_have(u32::from_le_bytes(*start).into()))
    }
}

/// A Bloom filter with two hashes.
#[derive(Clone, Debug)]
struct Bits(Vec<u64>);

/// Bits for each name, as a power of two: one beginning in a hundred that no name has passes.
const NAME_BITS: u32 = 4;
/// Bits of the smallest filter, as a power of two.
const BITS_MIN: u32 = 9;

impl Bits {
    fn new(names: usize) -> Self {
        let bits = (usize::BITS - names.leading_zeros() + NAME_BITS).max(BITS_MIN);
        Self(vec![0; 1 << (bits - u64::BITS.ilog2())])
    }

    /// Multiplicative hashing: the highest bits of the product depend on all of the beginning.
    fn places(&self, start: u64) -> [(usize, u32); 2] {
        let hash = (start ^ start >> 29).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let words = self.0.len().ilog2();
        let place = |hash: u64| {
            let bit = hash >> (u64::BITS - words - u64::BITS.ilog2());
            ((bit / u64::from(u64::BITS)) as usize, (bit % u64::from(u64::BITS)) as u32)
        };
        [place(hash), place(hash.rotate_left(32).wrapping_mul(0xff51_afd7_ed55_8ccd))]
    }

    fn insert(&mut self, start: u64) {
        for (word, bit) in self.places(start) {
            self.0.get_mut(word).into_iter().for_each(|word| *word |= 1 << bit);
        }
    }

    fn may_have(&self, start: u64) -> bool {
        self.places(start).iter().all(|(word, bit)| self.0.get(*word).is_some_and(|word| word >> bit & 1 == 1))
    }
}
