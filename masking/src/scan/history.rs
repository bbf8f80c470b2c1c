//! What was found in the texts of earlier exchanges: a conversation sends its whole history each turn, and a text that
//! was scanned once is not scanned again.
//!
//! A text is known by a keyed hash of it, as it is written, and of the name that it stands under; the key is that of
//! the scope and of the policy. What the rules find in a text depends on nothing else. Which known values stand in it
//! depends on those that were looked for, so their set is remembered too: a text is searched only for those that are
//! new since, and again for all of them if one is gone. So nothing that is found depends on what is remembered.
//!
//! No text and no value is held, only hashes and places.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use lru::LruCache;
use siphasher::sip128::{Hasher128, SipHasher13};

use crate::catalog::KindId;
use crate::placeholder::Hashed;
use crate::scan::dictionary::{Dictionary, Spread, Standing};
use crate::scan::found::{self, Found, Learned, Shown};
use crate::scan::search::Search;
use crate::scan::{Known, Picked, Written};

/// Maximum bytes of what is remembered in all; past that the texts that were not sent for the longest time are
/// forgotten, and scanned if they return.
const HISTORY_BYTES: usize = 6 << 20;
/// Bytes that an empty entry takes, with those of the tables around it.
const ENTRY_BYTES: usize = 192;
/// Maximum bytes of the sets of values, on top of that. Texts whose set is forgotten are searched for all values.
const SETS_BYTES: usize = 1 << 20;
/// A name up to this length is hashed faster than it is looked up.
const SHORT_NAME: usize = 64;
/// A shorter text is scanned faster than it is remembered.
const TEXT_MIN: usize = 24;

/// What was found in texts, of all scopes and policies.
pub(crate) struct SeenTexts {
    texts: LruCache<u128, Entry, BuildHasherDefault<Hashed>>,
    bytes: usize,
    sets: VecDeque<Values>,
    /// Their bytes.
    set_bytes: usize,
    /// The number of the first set.
    first: u64,
}

/// What was found in a text.
#[derive(Debug)]
struct Entry {
    /// By the rules; `None` if that is nothing.
    found: Option<Rc<Found>>,
    /// The values of the set that stand in it.
    standing: Rc<[Standing]>,
    /// What is masked in it for all that.
    picked: Rc<[Picked]>,
    /// The number of the set.
    set: u64,
}

/// The hashes of the values that were looked for, sorted: those of the scope, which stay the same for many exchanges, and
/// those that the texts have shown. And the hash of the estate whose names were.
#[derive(Debug, PartialEq, Eq)]
struct Values {
    known: Rc<[u64]>,
    shown: Vec<u64>,
    estate: u64,
}

impl Default for SeenTexts {
    fn default() -> Self {
        let texts = LruCache::unbounded_with_hasher(BuildHasherDefault::default());
        Self { texts, bytes: 0, sets: VecDeque::new(), set_bytes: 0, first: 0 }
    }
}

impl fmt::Debug for SeenTexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeenTexts")
            .field("texts", &self.texts.len())
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

impl Entry {
    fn bytes(&self) -> usize {
        let found = self.found.as_ref().map_or(0, |found| {
            let pairs = found.opaque.len() + 2 * found.excused.len();
            size_of_val(&*found.hits) + pairs * size_of::<(usize, usize)>() + found.shown.len() * size_of::<Shown>()
        });
        ENTRY_BYTES + found + size_of_val(&*self.standing) + size_of_val(&*self.picked)
    }
}

impl Values {
    fn new(known: Rc<[u64]>, shown: impl Iterator<Item = u64>, estate: u64) -> Self {
        let mut shown: Vec<u64> = shown.collect();
        shown.sort_unstable();
        Self { known, shown, estate }
    }

    fn bytes(&self) -> usize {
        ENTRY_BYTES + (self.known.len() + self.shown.len()) * size_of::<u64>()
    }

    fn has(&self, value: u64) -> bool {
        self.shown.binary_search(&value).is_ok() || self.known.binary_search(&value).is_ok()
    }

    /// Returns whether all values of an earlier set are in this one.
    fn includes(&self, before: &Self) -> bool {
        let known = || before.known.iter().all(|value| self.has(*value));
        (Rc::ptr_eq(&self.known, &before.known) || known()) && before.shown.iter().all(|value| self.has(*value))
    }
}

impl SeenTexts {
    fn set(&self, number: u64) -> Option<&Values> {
        self.sets.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// Returns the number of a set, which is kept for the exchanges that follow.
    fn keep(&mut self, values: Values) -> u64 {
        // A turn without new values has the set of the turn before it.
        if let Some(at) = self.sets.iter().rposition(|set| *set == values) {
            return self.first + at as u64;
        }
        self.set_bytes += values.bytes();
        self.sets.push_back(values);
        while self.set_bytes > SETS_BYTES
            && self.sets.len() > 1
            && let Some(oldest) = self.sets.pop_front()
        {
            self.set_bytes -= oldest.bytes();
            self.first += 1;
        }
        self.first + self.sets.len() as u64 - 1
    }

    fn remember(&mut self, id: u128, entry: Entry) {
        self.bytes += entry.bytes();
        if let Some((_, old)) = self.texts.push(id, entry) {
            self.bytes -= old.bytes();
        }
        while self.bytes > HISTORY_BYTES
            && let Some((_, oldest)) = self.texts.pop_lru()
        {
            self.bytes -= oldest.bytes();
        }
    }
}

/// The use of the history for one exchange.
#[derive(Debug)]
pub(crate) struct Review<'h> {
    history: &'h mut SeenTexts,
    hasher: SipHasher13,
    /// The hash of each long name that texts stand under. An array passes its name on to every text in it, so a name is
    /// known by where it stands.
    names: HashMap<(*const u8, usize), u128>,
    /// The texts so far, in their order.
    texts: Vec<Reviewed>,
}

#[derive(Debug)]
enum Reviewed {
    /// It is not remembered.
    Not,
    /// The rules have read it now.
    New(u128),
    /// The number of the set that it was searched for, the values of it that stand in the text, and what is masked.
    Old(u128, u64, Rc<[Standing]>, Rc<[Picked]>),
}

/// Maximum sets of earlier texts that the values of an exchange are compared with; further texts are searched for all
/// values.
const COMPARED_MAX: usize = 8;

impl<'h> Review<'h> {
    pub(crate) fn new(history: &'h mut SeenTexts, key: &[u8; 16]) -> Self {
        Self { history, hasher: SipHasher13::new_with_key(key), names: HashMap::new(), texts: Vec::new() }
    }

    pub(super) fn hasher(&self) -> SipHasher13 {
        self.hasher
    }

    /// Returns what the rules find in the next text: `scan` is asked if that is not remembered.
    pub(super) fn found(&mut self, text: &Written<'_>, scan: impl FnOnce() -> Rc<Found>) -> Rc<Found> {
        if text.raw.len() < TEXT_MIN {
            self.texts.push(Reviewed::Not);
            return scan();
        }
        let id = self.id(text);
        if let Some(entry) = self.history.texts.get(&id) {
            self.texts.push(Reviewed::Old(id, entry.set, Rc::clone(&entry.standing), Rc::clone(&entry.picked)));
            return entry.found.clone().unwrap_or_default();
        }
        let found = scan();
        if found.hidden {
            // What stands in it is looked for in another text: the same without what nobody sees.
            self.texts.push(Reviewed::Not);
            return found;
        }
        self.texts.push(Reviewed::New(id));
        found
    }

    fn id(&mut self, text: &Written<'_>) -> u128 {
        let hash = |bytes: &[u8], mut hasher: SipHasher13| {
            hasher.write(bytes);
            hasher.finish128().as_u128()
        };
        let mut hasher = self.hasher;
        if let Some(key) = text.key {
            let of_key = || hash(key.as_bytes(), self.hasher);
            let name = if key.len() <= SHORT_NAME {
                of_key()
            } else {
                *self.names.entry((key.as_ptr(), key.len())).or_insert_with(of_key)
            };
            hasher.write(&name.to_le_bytes());
        }
        hasher.write_u8(u8::from(text.key.is_some()) | u8::from(text.escaped) << 1);
        hash(text.raw.as_bytes(), hasher)
    }

    /// Returns what is masked in each text in which the rules found these, and remembers it. `pick` tells it by the values
    /// that stand in a text.
    pub(super) fn settle(
        self,
        texts: &[Written<'_>],
        found: &[Rc<Found>],
        (known, learned): (&Known, &[Learned<'_>]),
        search: &Search<'_>,
        pick: impl Fn(&Written<'_>, &Found, &[Standing]) -> Rc<[Picked]>,
    ) -> Vec<Rc<[Picked]>> {
        let Self { history, hasher, texts: reviewed, .. } = self;
        let hashes = known.hashes(hasher);
        let shown = learned.iter().filter(|learned| !hashes.have(learned.hash));
        let shown = shown.map(|Learned { kind, spread, hash, value }| {
            (found::with_place(*hash, *kind, *spread), (*kind, *spread, &**value))
        });
        let shown: Vec<(u64, Wanted<'_>)> = shown.collect();
        // Another estate is another set: its names are not compared one by one.
        let estate = search.estate().map_or(0, |estate| found::hash(hasher, estate.version()));
        let set = history.keep(Values::new(hashes.sorted, shown.iter().map(|(hash, _)| *hash), estate));
        let known = hashes.of_values.iter().copied().zip(known.dictionary.values());
        let fresh = history.fresh(&reviewed, set, known, &shown);
        let none = Dictionary::default();
        let searches: HashMap<u64, Search<'_>> =
            fresh.iter().map(|(set, fresh)| (*set, Search::new([fresh, &none]))).collect();
        let mut one = |((text, found), reviewed): ((&Written<'_>, &Rc<Found>), Reviewed)| match reviewed {
            Reviewed::Not => pick(text, found, &search.find(text.text())),
            Reviewed::New(id) => {
                let standing: Rc<[Standing]> = search.find(text.text()).into();
                let picked = pick(text, found, &standing);
                let found = Some(found).filter(|found| !found.is_empty()).cloned();
                history.remember(id, Entry { found, standing, picked: Rc::clone(&picked), set });
                picked
            }
            Reviewed::Old(_, before, _, picked) if before == set => picked,
            Reviewed::Old(id, before, standing, picked) => {
                let now = match searches.get(&before) {
                    Some(fresh) => merged(&standing, fresh.find(text.text())),
                    None => search.find(text.text()),
                };
                let picked = if *now == *standing { picked } else { pick(text, found, &now) };
                history.again(id, now.into(), Rc::clone(&picked), set);
                picked
            }
        };
        texts.iter().zip(found).zip(reviewed).map(&mut one).collect()
    }
}

/// A value that is looked for.
type Wanted<'v> = (KindId, Spread, &'v str);

impl SeenTexts {
    /// The values of a set that texts of earlier exchanges were not searched for, by the numbers of their sets. A set with
    /// a value that is gone is not among them.
    fn fresh<'v>(
        &self,
        texts: &[Reviewed],
        now: u64,
        known: impl Iterator<Item = (u64, Wanted<'v>)> + Clone,
        shown: &[(u64, Wanted<'v>)],
    ) -> HashMap<u64, Dictionary> {
        let Some(values) = self.set(now) else { return HashMap::new() };
        let mut sets: Vec<u64> = Vec::new();
        for text in texts {
            if let Reviewed::Old(_, set, ..) = text
                && sets.len() < COMPARED_MAX
                && *set != now
                && !sets.contains(set)
            {
                sets.push(*set);
            }
        }
        let fresh = |set: u64| {
            let before = self.set(set).filter(|before| before.estate == values.estate && values.includes(before))?;
            // Most exchanges know what the one before them knew.
            let known = known.clone().take(if Rc::ptr_eq(&before.known, &values.known) { 0 } else { usize::MAX });
            let fresh = known.chain(shown.iter().copied()).filter(|(hash, _)| !before.has(*hash));
            Some((set, Dictionary::new(fresh.map(|(_, value)| value))))
        };
        sets.into_iter().filter_map(fresh).collect()
    }

    /// A remembered text was searched for another set.
    fn again(&mut self, id: u128, standing: Rc<[Standing]>, picked: Rc<[Picked]>, set: u64) {
        if let Some(entry) = self.texts.peek_mut(&id) {
            self.bytes -= entry.bytes();
            (entry.standing, entry.picked, entry.set) = (standing, picked, set);
            self.bytes += entry.bytes();
        }
    }
}

/// Both lists as one, in the order of the places: of two values at one place the longer one.
fn merged(old: &[Standing], fresh: Vec<Standing>) -> Vec<Standing> {
    let mut all = [old, &fresh].concat();
    if fresh.is_empty() {
        return all;
    }
    all.sort_by_key(|standing| (standing.range.start, Reverse(standing.length)));
    all.dedup_by_key(|standing| standing.range.start);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use crate::scan::Scanner;

    fn review(scanner: &Scanner, history: &mut SeenTexts, texts: &[String]) {
        let texts: Vec<Written<'_>> = texts.iter().map(|text| Written::plain(text, Some("text"))).collect();
        scanner.review(&texts, &Known::default(), Some(Review::new(history, &[7; 16])), u64::MAX).unwrap();
        let counted: usize = history.texts.iter().map(|(_, entry)| entry.bytes()).sum();
        assert_eq!(history.bytes, counted);
        assert!(history.bytes <= HISTORY_BYTES);
        assert_eq!(history.set_bytes, history.sets.iter().map(Values::bytes).sum::<usize>());
        assert!(history.set_bytes <= SETS_BYTES);
    }

    #[test]
    fn it_is_bounded() {
        let scanner = Scanner::new(&Policy::default()).unwrap();
        let mut history = SeenTexts::default();
        let most = HISTORY_BYTES / ENTRY_BYTES;
        let texts: Vec<String> = (0..most + 1_000).map(|n| format!("a text that is like no other {n}")).collect();
        review(&scanner, &mut history, &texts);
        assert_eq!(history.texts.len(), most);
        let bucket = |n: usize| format!("bucket_name = \"acme-logs-{n}\", bucket_name = \"acme-orders-{n}\"");
        for n in 0..80 {
            // Each exchange has a set of its own, of 2,000 values.
            review(&scanner, &mut history, &(n * 1_000..(n + 1) * 1_000).map(bucket).collect::<Vec<_>>());
        }
        assert!(history.first > 0, "some sets are forgotten");
    }

    #[test]
    fn no_text_and_no_value_is_held() {
        let scanner = Scanner::new(&Policy::default()).unwrap();
        let mut history = SeenTexts::default();
        review(&scanner, &mut history, &["bucket_name = \"acme-logs-7\" and acme-logs-7".to_owned()]);
        let held = format!("{:?} {:?}", history.texts.iter().collect::<Vec<_>>(), history.sets);
        assert!(held.contains("Standing"), "{held}");
        assert!(!held.contains("acme"), "{held}");
    }
}
