//! The filter's memory of earlier exchanges: the values of each scope, to recognise them without their context, and the
//! mappings that the vault has acknowledged, so that they are not sent twice.
//!
//! Bounded: [`MAPPINGS_MAX`] mappings in all, [`SCOPES_MAX`] scopes, and in each of them [`KNOWN_MAX`] known values of
//! [`KNOWN_BYTES`].

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::rc::Rc;

use contract::Mapping;
use lru::LruCache;
use masking::{KindId, Known, Placeholder, Recognised, Replaced, Secret};

use super::clock::{Steady, TimeOfDay};

/// Maximum remembered mappings; past that the least recently used one is forgotten, and sent to the vault again if it
/// returns.
const MAPPINGS_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(50_000);
/// Maximum remembered scopes; past that the least recently used one is forgotten.
const SCOPES_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1_000);
/// Maximum known values of one scope, the newest first.
const KNOWN_MAX: usize = 2_000;
/// Maximum bytes of these values: compiling them takes some milliseconds, during which the worker does nothing else.
const KNOWN_BYTES: usize = 64 << 10;
/// Maximum remembered blocks of thinking, each of at most `contract::bound::VALUE_BYTES`; past that the least recently
/// used one is forgotten.
const THOUGHTS_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(200);
/// Maximum placeholders of which it is remembered that the vault does not have them; past that the least recently used one
/// is forgotten, and asked for again.
const ABSENT_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(10_000);
/// Milliseconds between two compilations of a scope's known values.
const COMPILE_EVERY_MS: u64 = 1_000;
/// Maximum bytes of values that one tick compiles. Any further scopes wait for the next ticks, in the order of their
/// waiting time.
const COMPILED_MAX: usize = KNOWN_BYTES;
/// A scope counts for at least this many bytes: an automaton of a few values costs as much.
const COMPILED_MIN: usize = 2 << 10;

#[derive(Debug)]
pub(crate) struct Memory {
    mappings: LruCache<(ScopeId, Placeholder), Remembered>,
    scopes: LruCache<String, ScopeMemory>,
    /// The provider's original of restored thinking, by a placeholder of its signature.
    thoughts: LruCache<(ScopeId, Placeholder), Rc<str>>,
    /// Placeholders that the vault did not have, and the time of its answer.
    absent: LruCache<(ScopeId, Placeholder), TimeOfDay>,
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
    recognised: Recognised,
    /// The time at which the vault last acknowledged it; `None` if it never did.
    acknowledged: Option<TimeOfDay>,
}

#[derive(Debug)]
struct ScopeMemory {
    id: ScopeId,
    known: Rc<Known>,
    /// The value of `learned` at which `known` first lacked a value; `None` if it lacks none.
    stale: Option<u64>,
    compiled_at: Steady,
    asked: AskedFor,
}

/// The state of the question to the vault for the values of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AskedFor {
    NotYet,
    Answered,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            mappings: LruCache::new(MAPPINGS_MAX),
            scopes: LruCache::new(SCOPES_MAX),
            thoughts: LruCache::new(THOUGHTS_MAX),
            absent: LruCache::new(ABSENT_MAX),
            next: 0,
            learned: 0,
        }
    }
}

impl Memory {
    /// The values of a scope that earlier exchanges have shown.
    pub(crate) fn known(&mut self, scope: &str) -> Rc<Known> {
        Rc::clone(&self.scope(scope).known)
    }

    /// Remembers what an exchange replaced. Returns the placeholders to send to the vault: those that it has not
    /// acknowledged, or so long ago that their time to live has to be renewed.
    pub(crate) fn remember(
        &mut self,
        scope: &str,
        replaced: &Replaced,
        now: TimeOfDay,
        renew_ms: u64,
    ) -> Vec<Placeholder> {
        let mut due = Vec::new();
        for (placeholder, entry) in replaced.entries() {
            let acknowledged = self.learn(scope, *placeholder, entry.kind, &entry.value, entry.recognised);
            if acknowledged.is_none_or(|acknowledged| now.since(acknowledged) >= renew_ms) {
                due.push(*placeholder);
            }
        }
        due
    }

    /// Learns one mapping, and returns when the vault acknowledged it.
    pub(crate) fn learn(
        &mut self,
        scope: &str,
        placeholder: Placeholder,
        kind: KindId,
        value: &Secret,
        recognised: Recognised,
    ) -> Option<TimeOfDay> {
        let id = self.scope(scope).id;
        let mut fresh = Remembered { kind, value: value.clone(), recognised: Recognised::ByItself, acknowledged: None };
        let remembered = self.mappings.get_mut(&(id, placeholder)).unwrap_or(&mut fresh);
        let newly_known = recognised > remembered.recognised;
        remembered.recognised = remembered.recognised.max(recognised);
        let acknowledged = remembered.acknowledged;
        if !self.mappings.contains(&(id, placeholder)) {
            self.mappings.push((id, placeholder), fresh);
            self.absent.pop(&(id, placeholder));
        }
        if newly_known {
            self.learned += 1;
            let learned = self.learned;
            self.scope(scope).stale.get_or_insert(learned);
        }
        acknowledged
    }

    /// The vault has stored these mappings; their time to live, which is the store's, is measured by the time of day.
    pub(crate) fn acknowledge(&mut self, mappings: &[Mapping], now: TimeOfDay) {
        for mapping in mappings {
            let id = self.scopes.peek(&mapping.scope).map(|scope| scope.id);
            let key = id.zip(Placeholder::parse(&mapping.placeholder));
            if let Some(remembered) = key.and_then(|key| self.mappings.peek_mut(&key)) {
                remembered.acknowledged = Some(now);
            }
        }
    }

    pub(crate) fn lookup(&self, scope: &str, placeholder: &Placeholder) -> Option<(KindId, Secret)> {
        let id = self.scopes.peek(scope)?.id;
        self.mappings.peek(&(id, *placeholder)).map(|remembered| (remembered.kind, remembered.value.clone()))
    }

    /// The vault does not have this placeholder.
    pub(crate) fn mark_absent(&mut self, scope: &str, placeholder: Placeholder, now: TimeOfDay) {
        let id = self.scope(scope).id;
        self.absent.put((id, placeholder), now);
    }

    /// Returns when the vault last answered that it does not have this placeholder; `None` if it did not.
    pub(crate) fn absent_since(&self, scope: &str, placeholder: &Placeholder) -> Option<TimeOfDay> {
        let id = self.scopes.peek(scope)?.id;
        self.absent.peek(&(id, *placeholder)).copied()
    }

    /// Remembers thinking in the provider's original form.
    pub(crate) fn remember_thought(&mut self, scope: &str, placeholder: Placeholder, original: &str) {
        let id = self.scope(scope).id;
        self.thoughts.put((id, placeholder), original.into());
    }

    pub(crate) fn thought(&self, scope: &str, placeholder: &Placeholder) -> Option<Rc<str>> {
        let id = self.scopes.peek(scope)?.id;
        self.thoughts.peek(&(id, *placeholder)).cloned()
    }

    /// The scopes whose values the vault has to be asked for.
    pub(crate) fn to_recall(&self, max: usize) -> Vec<String> {
        let needed = self.scopes.iter().filter(|(_, scope)| scope.asked == AskedFor::NotYet);
        needed.take(max).map(|(name, _)| name.clone()).collect()
    }

    pub(crate) fn mark_recalled(&mut self, scope: &str) {
        if let Some(scope) = self.scopes.peek_mut(scope) {
            scope.asked = AskedFor::Answered;
        }
    }

    /// Compiles the known values of scopes that lack one: between requests, each scope at most once per second, and at
    /// most [`COMPILED_MAX`] at once.
    pub(crate) fn compile(&mut self, now: Steady) {
        let mut due: Vec<(u64, ScopeId, String)> = self
            .scopes
            .iter()
            .filter(|(_, scope)| now.since(scope.compiled_at) >= COMPILE_EVERY_MS)
            .filter_map(|(name, scope)| Some((scope.stale?, scope.id, name.clone())))
            .collect();
        if due.is_empty() {
            return;
        }
        due.sort_unstable();
        let mut newest = newest_by_scope(&self.mappings);
        let mut compiled = 0;
        for (_, id, name) in due {
            let values = newest.remove(&id).unwrap_or_default();
            compiled += values.bytes.max(COMPILED_MIN);
            if compiled > COMPILED_MAX {
                break;
            }
            let values = values.values.into_iter().map(|remembered| (remembered.kind, remembered.value.expose()));
            let known = Rc::new(Known::new(values));
            if let Some(scope) = self.scopes.peek_mut(&name) {
                (scope.known, scope.stale, scope.compiled_at) = (known, None, now);
            }
        }
    }

    fn scope(&mut self, name: &str) -> &mut ScopeMemory {
        let next = &mut self.next;
        self.scopes.get_or_insert_mut_ref(name, || {
            // A scope that was forgotten and returns gets a new id, so it never meets its old mappings.
            *next = next.wrapping_add(1);
            ScopeMemory {
                id: ScopeId(*next),
                known: Rc::default(),
                stale: None,
                compiled_at: Steady::default(),
                asked: AskedFor::NotYet,
            }
        })
    }
}

/// The newest values of one scope.
#[derive(Default)]
struct Newest<'m> {
    values: Vec<&'m Remembered>,
    bytes: usize,
}

/// The newest values of each scope, in one pass over the remembered mappings of all of them.
fn newest_by_scope(mappings: &LruCache<(ScopeId, Placeholder), Remembered>) -> HashMap<ScopeId, Newest<'_>> {
    let mut scopes: HashMap<ScopeId, Newest<'_>> = HashMap::new();
    for ((id, _), remembered) in mappings.iter().filter(|(_, remembered)| remembered.recognised.is_by_context()) {
        let scope = scopes.entry(*id).or_default();
        let bytes = scope.bytes + remembered.value.expose().len();
        if scope.values.len() < KNOWN_MAX && bytes <= KNOWN_BYTES {
            scope.values.push(remembered);
            scope.bytes = bytes;
        }
    }
    scopes
}

#[cfg(test)]
mod tests {
    use super::*;
    use masking::{Policy, Scanner, Text};

    /// A memory in which each scope has shown some values, and the scanner that knows their kind.
    fn memory(scopes: usize, values: usize, length: usize) -> (Memory, Scanner) {
        let scanner = Scanner::new(&Policy::default()).unwrap();
        let kind = scanner.kind_id("s3_bucket").unwrap();
        let mint = masking::Mint::new(&masking::PlaceholderKey::new([7; 32]), "");
        let mut memory = Memory::default();
        for (scope, n) in (0..scopes).flat_map(|scope| (0..values).map(move |n| (scope, n))) {
            let value = value(scope, n, length);
            let placeholder = mint.placeholder("s3_bucket", "S3_BUCKET", &value);
            memory.learn(&scope.to_string(), placeholder, kind, &Secret::new(&value), Recognised::ByContext);
        }
        (memory, scanner)
    }

    fn value(scope: usize, n: usize, length: usize) -> String {
        format!("{scope}-{n}-{}", "a".repeat(length))
    }

    fn knows(memory: &mut Memory, scanner: &Scanner, scope: usize, value: &str) -> bool {
        let known = memory.known(&scope.to_string());
        !scanner.scan(&[Text { text: value, key: None }], &known).is_empty()
    }

    #[test]
    fn a_tick_compiles_some_scopes_and_each_has_its_turn() {
        let (mut memory, scanner) = memory(1_000, 10, 20);
        let stale = |memory: &Memory| memory.scopes.iter().filter(|(_, scope)| scope.stale.is_some()).count();
        let mut left = vec![stale(&memory)];
        while left.last().is_some_and(|left| *left > 0) {
            assert!(left.len() <= 1_000 * COMPILED_MIN / COMPILED_MAX + 1, "{left:?}");
            // All of them in one second: none has its turn twice.
            memory.compile(Steady(2_000 + left.len() as u64));
            left.push(stale(&memory));
        }
        assert!(left.is_sorted_by(|a, b| a - b <= COMPILED_MAX / COMPILED_MIN), "{left:?}");
        for scope in 0..1_000 {
            assert!(knows(&mut memory, &scanner, scope, &value(scope, 3, 20)), "scope {scope}");
            assert!(!knows(&mut memory, &scanner, scope, &value(scope + 1, 3, 20)), "scope {scope}");
        }
    }

    #[test]
    fn of_long_values_the_newest_are_known() {
        let (mut memory, scanner) = memory(1, 1_000, 200);
        memory.compile(Steady(2_000));
        assert!(knows(&mut memory, &scanner, 0, &value(0, 999, 200)));
        assert!(!knows(&mut memory, &scanner, 0, &value(0, 0, 200)));
    }
}
