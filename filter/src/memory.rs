//! What the filter remembers of earlier exchanges: the values of each scope, to know them again where their context is
//! missing, and what the vault has acknowledged, so that it is not told twice.
//!
//! Bounded: [`MAPPINGS_MAX`] mappings in all, [`SCOPES_MAX`] scopes, [`KNOWN_MAX`] values known again in each.

use std::num::NonZeroUsize;
use std::rc::Rc;

use lru::LruCache;
use masking::{KindId, Known, Secret, Token, Vault};

/// Mappings remembered; past that the one not used for longest is forgotten, and sent to the vault again if it returns.
const MAPPINGS_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(50_000);
/// Scopes remembered; past that the one not used for longest is forgotten.
const SCOPES_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1_000);
/// Values of one scope that are known again, the newest first.
const KNOWN_MAX: usize = 2_000;
/// Blocks of thinking remembered, each of at most `contract::bound::VALUE_BYTES`.
const THOUGHTS_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(200);
/// Milliseconds between two compilations of a scope's known values.
const COMPILE_EVERY_MS: u64 = 1_000;

#[derive(Debug)]
pub struct Memory {
    mappings: LruCache<(ScopeId, Token), Remembered>,
    scopes: LruCache<String, Scope>,
    /// What the provider wrote where thinking was restored, by a placeholder of its signature.
    thoughts: LruCache<(ScopeId, Token), Rc<str>>,
    next: u32,
    compiled_at: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct ScopeId(u32);

#[derive(Debug)]
struct Remembered {
    kind: KindId,
    value: Secret,
    recall: bool,
    /// When the vault was last told, in milliseconds; zero if it never acknowledged.
    acknowledged: u64,
}

#[derive(Debug)]
struct Scope {
    id: ScopeId,
    known: Rc<Known>,
    /// Whether `known` lacks a value.
    stale: bool,
    recall: Recall,
}

/// Whether the vault was asked what it knows of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Recall {
    Needed,
    Done,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            mappings: LruCache::new(MAPPINGS_MAX),
            scopes: LruCache::new(SCOPES_MAX),
            thoughts: LruCache::new(THOUGHTS_MAX),
            next: 0,
            compiled_at: 0,
        }
    }
}

impl Memory {
    /// The values of a scope that earlier exchanges have shown.
    pub fn known(&mut self, scope: &str) -> Rc<Known> {
        Rc::clone(&self.scope(scope).known)
    }

    /// Remembers what an exchange replaced, and gives the placeholders that the vault has to be told: those that it
    /// did not acknowledge, or so long ago that their time to live has to be renewed.
    pub fn remember(&mut self, scope: &str, vault: &Vault, now: u64, renew_ms: u64) -> Vec<Token> {
        let mut due = Vec::new();
        for (token, entry) in vault.entries() {
            let acknowledged = self.learn(scope, *token, entry.kind, &entry.value, entry.recall);
            if acknowledged == 0 || now.saturating_sub(acknowledged) >= renew_ms {
                due.push(*token);
            }
        }
        due
    }

    /// Learns one mapping, and tells when the vault acknowledged it.
    pub fn learn(&mut self, scope: &str, token: Token, kind: KindId, value: &Secret, recall: bool) -> u64 {
        let id = self.scope(scope).id;
        let mut fresh = Remembered { kind, value: value.clone(), recall: false, acknowledged: 0 };
        let known = self.mappings.get_mut(&(id, token)).unwrap_or(&mut fresh);
        let newly_known = recall && !known.recall;
        known.recall |= recall;
        let acknowledged = known.acknowledged;
        if !self.mappings.contains(&(id, token)) {
            self.mappings.push((id, token), fresh);
        }
        self.scope(scope).stale |= newly_known;
        acknowledged
    }

    pub fn acknowledged(&mut self, scope: &str, token: Token, now: u64) {
        let Some(id) = self.scopes.peek(scope).map(|scope| scope.id) else { return };
        if let Some(known) = self.mappings.peek_mut(&(id, token)) {
            known.acknowledged = now;
        }
    }

    pub fn lookup(&self, scope: &str, token: &Token) -> Option<(KindId, Secret)> {
        let id = self.scopes.peek(scope)?.id;
        self.mappings.peek(&(id, *token)).map(|known| (known.kind, known.value.clone()))
    }

    /// Remembers thinking as the provider wrote it.
    pub fn remember_thought(&mut self, scope: &str, token: Token, original: &str) {
        let id = self.scope(scope).id;
        self.thoughts.put((id, token), original.into());
    }

    pub fn thought(&self, scope: &str, token: &Token) -> Option<Rc<str>> {
        let id = self.scopes.peek(scope)?.id;
        self.thoughts.peek(&(id, *token)).cloned()
    }

    /// Scopes of which the vault has to be asked what it knows.
    pub fn to_recall(&self, max: usize) -> Vec<String> {
        let needed = self.scopes.iter().filter(|(_, scope)| scope.recall == Recall::Needed);
        needed.take(max).map(|(name, _)| name.clone()).collect()
    }

    pub fn recalled(&mut self, scope: &str) {
        if let Some(scope) = self.scopes.peek_mut(scope) {
            scope.recall = Recall::Done;
        }
    }

    /// Compiles what is known anew where it lacks a value: between requests, and not more often than once a second.
    pub fn compile(&mut self, now: u64) {
        if now.saturating_sub(self.compiled_at) < COMPILE_EVERY_MS {
            return;
        }
        for (_, scope) in self.scopes.iter_mut().filter(|(_, scope)| scope.stale) {
            let values = self.mappings.iter().filter(|((id, _), known)| *id == scope.id && known.recall);
            scope.known =
                Rc::new(Known::new(values.take(KNOWN_MAX).map(|(_, known)| (known.kind, known.value.expose()))));
            scope.stale = false;
            self.compiled_at = now;
        }
    }

    fn scope(&mut self, name: &str) -> &mut Scope {
        let next = &mut self.next;
        self.scopes.get_or_insert_mut_ref(name, || {
            // A scope that was forgotten and returns gets a new id, so it never meets what is left of its old self.
            *next = next.wrapping_add(1);
            Scope { id: ScopeId(*next), known: Rc::default(), stale: false, recall: Recall::Needed }
        })
    }
}
