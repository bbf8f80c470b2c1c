//! What the rules find in one text. It depends on nothing but the text, so it is remembered with it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;
use std::rc::Rc;

use siphasher::sip128::SipHasher13;

use crate::catalog::KindId;
use crate::placeholder::Hashed;
use crate::scan::clarity;
use crate::scan::dictionary::Spread;
use crate::scan::pick::{Evidence, Hit};
use crate::scan::written::Written;

/// The candidates in one text, and its placeholders, in which nothing is ever found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    pub(crate) hits: Vec<Hit>,
    pub(crate) opaque: Vec<Range<usize>>,
    /// Ranges that look like a value and are named otherwise.
    pub(crate) excused: HashSet<(usize, usize)>,
    /// The values among the candidates that are looked for in other texts.
    pub(crate) shown: Box<[Shown]>,
    /// True if characters that nobody sees stand within its words.
    pub(crate) hidden: bool,
    /// True if it has a placeholder, in whatever form that is read.
    pub(crate) marked: bool,
}

/// A value that a text shows.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    kind: KindId,
    spread: Spread,
    /// A keyed hash of the value, by which it is told from others.
    hash: u64,
    /// Its place in the text as it is written.
    written: Range<usize>,
}

/// Maximum parts of a path that are looked for by themselves.
const PARTS_MAX: usize = 4;

impl Found {
    pub(crate) fn is_empty(&self) -> bool {
        self.hits.is_empty() && self.excused.is_empty() && !self.marked
    }

    /// The same, with the values that the text shows, and their hashes.
    /// `has_noun` tells of a kind whether there is a word for it beside which a common name is one.
    pub(crate) fn with_shown(self, text: &Written<'_>, hasher: SipHasher13, has_noun: impl Fn(KindId) -> bool) -> Self {
        Self { shown: shown(text, &self.hits, hasher, has_noun), ..self }
    }
}

/// A value to look for.
#[derive(Clone, Debug)]
pub(crate) struct Learned<'t> {
    pub(crate) kind: KindId,
    pub(crate) spread: Spread,
    /// See [`Shown`].
    pub(crate) hash: u64,
    pub(crate) value: Cow<'t, str>,
}

impl<'t> Learned<'t> {
    pub(crate) fn new(kind: KindId, spread: Spread, value: Cow<'t, str>, hasher: SipHasher13) -> Self {
        Self { kind, spread, hash: hash(hasher, &value), value }
    }
}

/// The values that texts show, each with the kind of its first finding.
pub(crate) fn learned<'t>(texts: &'t [Written<'_>], found: &[Rc<Found>]) -> Vec<Learned<'t>> {
    // The key of the hashes is secret, so nobody chooses which are alike.
    let mut seen: HashSet<u64, BuildHasherDefault<Hashed>> = HashSet::default();
    let mut values = Vec::new();
    // What another text shows better.
    for weak in [false, true] {
        for (text, found) in texts.iter().zip(found) {
            let shown = found.shown.iter().filter(|shown| (shown.spread == Spread::Beside) == weak);
            let fresh = shown.filter(|shown| seen.insert(shown.hash));
            values.extend(fresh.map(|Shown { kind, spread, hash, written }| Learned {
                kind: *kind,
                spread: *spread,
                hash: *hash,
                value: text.part(written.clone()),
            }));
        }
    }
    values
}

/// The values that are recognised by their context, each with the kind of its first finding.
fn shown(text: &Written<'_>, hits: &[Hit], hasher: SipHasher13, has_noun: impl Fn(KindId) -> bool) -> Box<[Shown]> {
    let mut hits: Vec<&Hit> = hits.iter().filter(|hit| hit.evidence > Evidence::Form).collect();
    if hits.is_empty() {
        return Box::default();
    }
    hits.sort_by_key(|hit| (hit.start, hit.kind));
    let (mut seen, mut ranges, mut values) = (HashSet::new(), Vec::new(), Vec::new());
    for hit in &hits {
        let Some(value) = text.text().get(hit.start..hit.end) else { continue };
        let mut show = |start: usize, value: &str, spread| {
            ranges.push(start..start + value.len());
            values.push((hit.kind, spread, hash(hasher, value)));
        };
        for (start, part) in parts(hit, value) {
            if Spread::of_shown(part).is_some() && seen.insert(part) {
                show(hit.start + start, part, Spread::Whole);
            }
        }
        if !seen.contains(value)
            && let Some(spread) = spread(hit, value)
        {
            seen.insert(value);
            show(hit.start, value, spread);
        }
    }
    // What nothing shows otherwise.
    for hit in hits.iter().filter(|hit| has_noun(hit.kind)) {
        let Some(value) = text.text().get(hit.start..hit.end).filter(|value| is_fit(value)) else { continue };
        if seen.insert(value) {
            ranges.push(hit.start..hit.end);
            values.push((hit.kind, Spread::Beside, hash(hasher, value)));
        }
    }
    let written = text.places(&ranges).into_iter();
    written.zip(values).map(|(written, (kind, spread, hash))| Shown { kind, spread, hash, written }).collect()
}

/// Returns the keyed hash of a value.
pub(crate) fn hash(mut hasher: SipHasher13, value: &str) -> u64 {
    hasher.write(value.as_bytes());
    hasher.finish()
}

/// Returns a hash of a value and of how it is looked for, by the hash of the value.
pub(crate) fn with_place(hash: u64, kind: KindId, spread: Spread) -> u64 {
    let place = (kind.index() as u64) << 2 | spread as u64;
    hash ^ place.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Returns the places at which a value is looked for; `None` if it is not.
fn spread(hit: &Hit, value: &str) -> Option<Spread> {
    match hit.evidence {
        Evidence::Defined | Evidence::Context => clarity::is_telling(value).then_some(Spread::Anywhere),
        Evidence::Part => Spread::of_shown(value).map(|_| Spread::Whole),
        _ => Spread::of_shown(value),
    }
}

/// Returns whether a name is looked for beside a word for its kind: `logs`, which everybody's code and prose has, is one in
/// `the bucket logs` all the same.
fn is_fit(value: &str) -> bool {
    (clarity::WHOLE_MIN..=clarity::VALUE_MAX).contains(&value.len())
}

/// The parts of a path, which are names too: `stack/Billing/8ff84582-…`. Each with where it begins.
fn parts<'v>(hit: &Hit, value: &'v str) -> impl Iterator<Item = (usize, &'v str)> + use<'v> {
    let is_path = hit.evidence == Evidence::Part;
    let begun = value.split('/').scan(0, |next, part| {
        let start = *next;
        *next += part.len() + 1;
        Some((start, part))
    });
    begun
        .filter(move |(_, part)| is_path && part.len() < value.len())
        .take(PARTS_MAX)
        // A date, or a number that a service gave it, is not a name. Nor are the words between the names.
        .filter(|(_, part)| part.starts_with(|c: char| c.is_ascii_alphabetic()))
        .filter(|(_, part)| !part.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-'))
        .filter(|(_, part)| !matches!(*part, "stream" | "index" | "export" | "backup" | "import"))
}
