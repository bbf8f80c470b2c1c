//! Entries of all scopes within one bound, which is shared out by scope: a scope that exceeds its share makes room by
//! forgetting its own entries, so nothing that one scope does makes another's entries forgotten.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use lru::LruCache;
use masking::Placeholder;

use super::ScopeId;

/// The bounds of all scopes together, and of each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Bytes of all entries.
    pub bytes: usize,
    /// Entries of one scope; past that its least recently used one is forgotten.
    pub each: NonZeroUsize,
}

#[derive(Debug)]
pub(super) struct Shares<V> {
    bounds: Bounds,
    scopes: BTreeMap<ScopeId, Share<V>>,
    bytes: usize,
}

/// The entries of one scope, the least recently used one last.
#[derive(Debug)]
struct Share<V> {
    entries: LruCache<Placeholder, Weighed<V>>,
    bytes: usize,
}

#[derive(Debug)]
struct Weighed<V> {
    value: V,
    bytes: usize,
}

/// Bytes that an entry takes in addition to its value.
const OVERHEAD: usize = 128;

impl<V> Shares<V> {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self { bounds, scopes: BTreeMap::new(), bytes: 0 }
    }

    /// Uses an entry.
    pub(super) fn get(&mut self, scope: ScopeId, placeholder: &Placeholder) -> Option<&mut V> {
        self.scopes.get_mut(&scope)?.entries.get_mut(placeholder).map(|entry| &mut entry.value)
    }

    pub(super) fn peek(&self, scope: ScopeId, placeholder: &Placeholder) -> Option<&V> {
        self.scopes.get(&scope)?.entries.peek(placeholder).map(|entry| &entry.value)
    }

    pub(super) fn peek_mut(&mut self, scope: ScopeId, placeholder: &Placeholder) -> Option<&mut V> {
        self.scopes.get_mut(&scope)?.entries.peek_mut(placeholder).map(|entry| &mut entry.value)
    }

    /// The entries of a scope, the most recently used first.
    pub(super) fn of(&self, scope: ScopeId) -> impl Iterator<Item = &V> {
        self.scopes.get(&scope).into_iter().flat_map(|share| share.entries.iter()).map(|(_, entry)| &entry.value)
    }

    /// Takes in an entry with a value of so many bytes, in place of any that was there.
    pub(super) fn insert(&mut self, scope: ScopeId, placeholder: Placeholder, value: V, value_bytes: usize) {
        let bytes = OVERHEAD + value_bytes;
        if bytes > self.bounds.bytes {
            return;
        }
        // A cache with a capacity takes the memory for all of it at once, which most scopes never fill.
        let new = || Share { entries: LruCache::unbounded(), bytes: 0 };
        let share = self.scopes.entry(scope).or_insert_with(new);
        share.bytes += bytes;
        self.bytes += bytes;
        let former = share.entries.push(placeholder, Weighed { value, bytes });
        let is_full = share.entries.len() > self.bounds.each.get();
        let oldest = if is_full { share.entries.pop_lru() } else { None };
        for (_, gone) in former.into_iter().chain(oldest) {
            share.bytes = share.bytes.saturating_sub(gone.bytes);
            self.bytes = self.bytes.saturating_sub(gone.bytes);
        }
        while self.bytes > self.bounds.bytes && self.shrink(scope) {}
    }

    pub(super) fn remove(&mut self, scope: ScopeId, placeholder: &Placeholder) {
        let Some(share) = self.scopes.get_mut(&scope) else { return };
        if let Some(entry) = share.entries.pop(placeholder) {
            share.bytes = share.bytes.saturating_sub(entry.bytes);
            self.bytes = self.bytes.saturating_sub(entry.bytes);
        }
    }

    pub(super) fn remove_scope(&mut self, scope: ScopeId) {
        if let Some(share) = self.scopes.remove(&scope) {
            self.bytes = self.bytes.saturating_sub(share.bytes);
        }
    }

    /// Forgets one entry, after one of `scope` was added: its own, if it exceeds its share. Otherwise some other scope
    /// does, and the largest one gives.
    fn shrink(&mut self, scope: ScopeId) -> bool {
        let fair = self.bounds.bytes / self.scopes.len().max(1);
        let exceeds = self.scopes.get(&scope).is_some_and(|share| share.bytes > fair);
        let largest = || self.scopes.iter().max_by_key(|(_, share)| share.bytes).map(|(id, _)| *id);
        let giving = if exceeds { Some(scope) } else { largest() };
        let Some(share) = giving.and_then(|id| self.scopes.get_mut(&id)) else { return false };
        let Some((_, entry)) = share.entries.pop_lru() else { return false };
        share.bytes = share.bytes.saturating_sub(entry.bytes);
        self.bytes = self.bytes.saturating_sub(entry.bytes);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { bytes: 100 * (OVERHEAD + 10), each: NonZeroUsize::new(90).unwrap() };

    fn placeholder(n: usize) -> Placeholder {
        Placeholder::parse(&format!("AWS_EC2_A000000{n:05}")).unwrap()
    }

    fn count(shares: &Shares<usize>, scope: u32) -> usize {
        shares.of(ScopeId(scope)).count()
    }

    fn fill(shares: &mut Shares<usize>, scope: u32, count: usize) {
        (0..count).for_each(|n| shares.insert(ScopeId(scope), placeholder(n), n, 10));
    }

    #[test]
    fn a_flood_of_one_scope_leaves_the_others_theirs() {
        let mut shares = Shares::new(BOUNDS);
        [(1, 20), (2, 30), (3, 5_000)].into_iter().for_each(|(scope, n)| fill(&mut shares, scope, n));
        assert_eq!([1, 2, 3].map(|scope| count(&shares, scope)), [20, 30, 50]);
        // One that had less than its share gets it from the largest.
        fill(&mut shares, 1, 5_000);
        assert_eq!([1, 2, 3].map(|scope| count(&shares, scope)), [33, 30, 37]);
        shares.remove_scope(ScopeId(3));
        fill(&mut shares, 2, 5_000);
        assert_eq!([1, 2, 3].map(|scope| count(&shares, scope)), [33, 67, 0]);
        assert!(shares.bytes <= BOUNDS.bytes);
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let mut shares = Shares::new(BOUNDS);
        fill(&mut shares, 1, 90);
        shares.get(ScopeId(1), &placeholder(0));
        shares.insert(ScopeId(1), placeholder(90), 90, 10);
        let kept = [0, 1, 2, 90].map(|n| shares.peek(ScopeId(1), &placeholder(n)).is_some());
        assert_eq!(kept, [true, false, true, true]);
        // In place of itself, it makes nobody forgotten.
        shares.insert(ScopeId(1), placeholder(90), 7, 10);
        assert_eq!((count(&shares, 1), shares.bytes), (90, 90 * (OVERHEAD + 10)));
        shares.remove(ScopeId(1), &placeholder(90));
        shares.insert(ScopeId(1), placeholder(91), 7, BOUNDS.bytes);
        assert_eq!((count(&shares, 1), shares.bytes), (89, 89 * (OVERHEAD + 10)), "it is larger than all");
    }
}
