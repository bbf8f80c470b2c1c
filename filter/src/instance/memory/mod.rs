//! The filter's memory of earlier exchanges: the mappings of each scope, with what the vault has acknowledged of them so
//! that nothing is sent twice, and the values that the scope knows, to recognise them without their context.
//!
//! Bounded in all, and shared out by scope ([`shares`]): a flood of one scope makes only its own entries forgotten.

mod estate;
mod follow;
mod shares;

use std::num::NonZeroUsize;
use std::rc::Rc;

use contract::Mapping;
use lru::LruCache;
use masking::{KindId, Known, Placeholder, Recognised, Replaced, Secret};

use self::estate::ScopeEstate;
use self::follow::Following;
use self::shares::{Bounds, Shares};
use super::clock::{Steady, TimeOfDay};

/// Remembered mappings; a forgotten one is asked for again if its placeholder returns, and sent to the vault again if
/// its value does.
const MAPPINGS: Bounds = Bounds { bytes: 12 << 20, each: NonZeroUsize::new(50_000).unwrap() };
/// Known values, of each scope as many as are compiled; a forgotten one is recognised in its context only.
const KNOWN: Bounds = Bounds { bytes: 8 << 20, each: NonZeroUsize::new(KNOWN_MAX).unwrap() };
/// Remembered blocks of thinking, each of at most `contract::bound::VALUE_BYTES`; the vault is asked for a forgotten one.
const THOUGHTS: Bounds = Bounds { bytes: 16 << 20, each: NonZeroUsize::new(200).unwrap() };
/// Placeholders that the vault did not have; one that is forgotten here is asked for again.
const ABSENT: Bounds = Bounds { bytes: 1 << 20, each: NonZeroUsize::new(2_000).unwrap() };
/// Maximum remembered scopes; past that the least recently used one is forgotten.
const SCOPES_MAX: usize = 1_000;
/// Maximum known values of one scope, the newest first.
const KNOWN_MAX: usize = contract::bound::KNOWN;
/// Maximum bytes of these values: compiling them takes some milliseconds, during which the worker does nothing else.
const KNOWN_BYTES: usize = 64 << 10;
/// Milliseconds between two compilations of a scope's known values.
const COMPILE_EVERY_MS: u64 = 1_000;
/// Maximum bytes of values that one tick compiles. Any further scopes wait for the next ticks, in the order of their
/// waiting time.
const COMPILED_MAX: usize = KNOWN_BYTES;
/// A scope counts for at least this many bytes: an automaton of a few values costs as much.
const COMPILED_MIN: usize = 2 << 10;

#[derive(Debug)]
pub(crate) struct Memory {
    scopes: LruCache<String, ScopeMemory>,
    mappings: Shares<Remembered>,
    known: Shares<(KindId, Secret)>,
    /// The provider's original of restored thinking, by a placeholder of its signature.
    thoughts: Shares<Rc<str>>,
    /// Placeholders that the vault did not have, and the time of its answer.
    absent: Shares<TimeOfDay>,
    next: u32,
    /// The number of things learned so far, by which the scope with the longest wait is found.
    learned: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct ScopeId(u32);

#[derive(Debug)]
struct Remembered {
    kind: KindId,
    value: Secret,
    /// The time at which the vault last acknowledged it; `None` if it never did.
    acknowledged: Option<TimeOfDay>,
    /// True if the vault knows that the scope knows it.
    is_known: bool,
}

#[derive(Debug)]
struct ScopeMemory {
    id: ScopeId,
    known: Rc<Known>,
    /// The value of `learned` at which `known` first lacked a change; `None` if it lacks none.
    stale: Option<u64>,
    compiled_at: Steady,
    following: Following,
    estate: ScopeEstate,
}

impl ScopeMemory {
    /// Other names are searched for from now on.
    fn search_estate(&mut self) {
        self.known = Rc::new(Known::clone(&self.known).with_estate(self.estate.whole()));
    }
}

/// A mapping that has to be sent to the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Debt {
    pub placeholder: Placeholder,
    /// The vault has never acknowledged it; otherwise its time to live has to be renewed.
    pub is_new: bool,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            scopes: LruCache::unbounded(),
            mappings: Shares::new(MAPPINGS),
            known: Shares::new(KNOWN),
            thoughts: Shares::new(THOUGHTS),
            absent: Shares::new(ABSENT),
            next: 0,
            learned: 0,
        }
    }
}

impl Memory {
    /// The values of a scope that earlier exchanges have shown, for a request at this time.
    pub(crate) fn known(&mut self, scope: &str, now: Steady) -> Rc<Known> {
        let scope = self.scope(scope);
        scope.following.use_at(now);
        Rc::clone(&scope.known)
    }

    /// The mappings of an exchange that have to be sent to the vault: those that it has not acknowledged, or so long ago
    /// that their time to live has to be renewed.
    pub(crate) fn debts(&self, scope: &str, replaced: &Replaced, now: TimeOfDay, renew_ms: u64) -> Vec<Debt> {
        let id = self.scopes.peek(scope).map(|scope| scope.id);
        let debt = |(placeholder, entry): (&Placeholder, &masking::Entry)| {
            let remembered = id.and_then(|id| self.mappings.peek(id, placeholder));
            let acknowledged = remembered.and_then(|remembered| remembered.acknowledged);
            let teaches = entry.recognised.is_worth_knowing() && remembered.is_none_or(|known| !known.is_known);
            let is_due = acknowledged.is_none_or(|acknowledged| now.since(acknowledged) >= renew_ms);
            (is_due || teaches).then_some(Debt { placeholder: *placeholder, is_new: acknowledged.is_none() })
        };
        replaced.entries().filter_map(debt).collect()
    }

    /// Remembers what an exchange replaced.
    pub(crate) fn remember(&mut self, scope: &str, replaced: &Replaced) {
        let id = self.scope(scope).id;
        let mut is_touched = false;
        for (placeholder, entry) in replaced.entries() {
            is_touched |= self.learn_in(id, *placeholder, entry.kind, &entry.value, entry.recognised);
        }
        if is_touched {
            self.touch(scope);
        }
    }

    /// Learns one mapping.
    pub(crate) fn learn(
        &mut self,
        scope: &str,
        placeholder: Placeholder,
        kind: KindId,
        value: &Secret,
        recognised: Recognised,
    ) {
        let id = self.scope(scope).id;
        if self.learn_in(id, placeholder, kind, value, recognised) {
            self.touch(scope);
        }
    }

    /// Learns one mapping. Returns whether the known values of the scope have to be compiled again.
    fn learn_in(
        &mut self,
        id: ScopeId,
        placeholder: Placeholder,
        kind: KindId,
        value: &Secret,
        recognised: Recognised,
    ) -> bool {
        if self.mappings.get(id, &placeholder).is_none() {
            let fresh = Remembered { kind, value: value.clone(), acknowledged: None, is_known: false };
            self.mappings.insert(id, placeholder, fresh, value.expose().len());
            self.absent.remove(id, &placeholder);
        }
        // A value that returns stays among the newest.
        let is_new = self.known.get(id, &placeholder).is_none() && recognised.is_worth_knowing();
        if is_new {
            self.known.insert(id, placeholder, (kind, value.clone()), value.expose().len());
        }
        is_new
    }

    /// Forgets a mapping, on the operator's word.
    pub(crate) fn forget(&mut self, scope: &str, placeholder: &Placeholder) {
        let id = self.scope(scope).id;
        self.mappings.remove(id, placeholder);
        if self.known.peek(id, placeholder).is_some() {
            self.known.remove(id, placeholder);
            self.touch(scope);
        }
    }

    /// Forgets everything of a scope, apart from the place up to which it is followed.
    pub(crate) fn erase(&mut self, scope: &str) {
        let id = self.scope(scope).id;
        self.remove_shares(id);
        self.touch(scope);
    }

    /// The vault has stored these mappings; their time to live, which is the store's, is measured by the time of day.
    pub(crate) fn acknowledge(&mut self, mappings: &[Mapping], now: TimeOfDay) {
        for mapping in mappings {
            let id = self.scopes.peek(&mapping.scope).map(|scope| scope.id);
            let placed = id.zip(Placeholder::parse(&mapping.placeholder));
            if let Some(remembered) = placed.and_then(|(id, placeholder)| self.mappings.peek_mut(id, &placeholder)) {
                remembered.acknowledged = Some(now);
                remembered.is_known |= mapping.known;
            }
        }
    }

    pub(crate) fn lookup(&self, scope: &str, placeholder: &Placeholder) -> Option<(KindId, Secret)> {
        let id = self.scopes.peek(scope)?.id;
        let remembered = || self.mappings.peek(id, placeholder).map(|mapping| (mapping.kind, mapping.value.clone()));
        remembered().or_else(|| self.known.peek(id, placeholder).cloned())
    }

    /// Returns whether the scope knows the value of this placeholder.
    pub(crate) fn knows(&self, scope: &str, placeholder: &Placeholder) -> bool {
        self.scopes.peek(scope).is_some_and(|scope| self.known.peek(scope.id, placeholder).is_some())
    }

    /// The vault does not have this placeholder.
    pub(crate) fn mark_absent(&mut self, scope: &str, placeholder: Placeholder, now: TimeOfDay) {
        let id = self.scope(scope).id;
        self.absent.insert(id, placeholder, now, 0);
    }

    /// Returns when the vault last answered that it does not have this placeholder; `None` if it did not.
    pub(crate) fn absent_since(&self, scope: &str, placeholder: &Placeholder) -> Option<TimeOfDay> {
        let id = self.scopes.peek(scope)?.id;
        self.absent.peek(id, placeholder).copied()
    }

    /// Remembers thinking in the provider's original form.
    pub(crate) fn remember_thought(&mut self, scope: &str, placeholder: Placeholder, original: &str) {
        let id = self.scope(scope).id;
        self.thoughts.insert(id, placeholder, original.into(), original.len());
    }

    pub(crate) fn thought(&self, scope: &str, placeholder: &Placeholder) -> Option<Rc<str>> {
        let id = self.scopes.peek(scope)?.id;
        self.thoughts.peek(id, placeholder).cloned()
    }

    /// Compiles the known values of scopes that lack one: between requests, each scope at most once per second, and at
    /// most [`COMPILED_MAX`] at once.
    pub(crate) fn compile(&mut self, now: Steady) {
        let due = self.scopes.iter().filter(|(_, scope)| now.since(scope.compiled_at) >= COMPILE_EVERY_MS);
        let mut due: Vec<(u64, ScopeId, String)> =
            due.filter_map(|(name, scope)| Some((scope.stale?, scope.id, name.clone()))).collect();
        due.sort_unstable();
        let mut compiled = 0;
        for (_, id, name) in due {
            let (values, bytes) = self.newest(id);
            compiled += bytes.max(COMPILED_MIN);
            if compiled > COMPILED_MAX {
                break;
            }
            let known = Known::new(values.into_iter().map(|(kind, value)| (*kind, value.expose())));
            if let Some(scope) = self.scopes.peek_mut(&name) {
                let known = Rc::new(known.with_estate(scope.estate.whole()));
                (scope.known, scope.stale, scope.compiled_at) = (known, None, now);
            }
        }
    }

    /// The newest known values of a scope, and their bytes.
    fn newest(&self, id: ScopeId) -> (Vec<&(KindId, Secret)>, usize) {
        let mut bytes = 0;
        let fits = |(_, value): &&(KindId, Secret)| {
            let sum = bytes + value.expose().len();
            let fits = sum <= KNOWN_BYTES;
            bytes = if fits { sum } else { bytes };
            fits
        };
        (self.known.of(id).take_while(fits).collect(), bytes)
    }

    /// The known values of the scope have to be compiled again.
    fn touch(&mut self, scope: &str) {
        self.learned += 1;
        let learned = self.learned;
        self.scope(scope).stale.get_or_insert(learned);
    }

    /// The scope is one that is going to be used: what it knows is fetched before its first request.
    pub(crate) fn expect(&mut self, scope: &str) {
        self.scope(scope);
    }

    fn scope(&mut self, name: &str) -> &mut ScopeMemory {
        if !self.scopes.contains(name)
            && self.scopes.len() >= SCOPES_MAX
            && let Some((_, forgotten)) = self.scopes.pop_lru()
        {
            self.remove_shares(forgotten.id);
        }
        let next = &mut self.next;
        self.scopes.get_or_insert_mut_ref(name, || {
            *next = next.wrapping_add(1);
            ScopeMemory {
                id: ScopeId(*next),
                known: Rc::default(),
                stale: None,
                compiled_at: Steady::default(),
                following: Following::default(),
                estate: ScopeEstate::default(),
            }
        })
    }

    fn remove_shares(&mut self, id: ScopeId) {
        self.mappings.remove_scope(id);
        self.known.remove_scope(id);
        self.thoughts.remove_scope(id);
        self.absent.remove_scope(id);
    }
}

#[cfg(test)]
mod tests;
