//! The embedded store: bounded, and lost with the process.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use contract::{Scope, bound};
use lru::LruCache;
use masking::Placeholder;
use tokio::time::Instant;

use self::held::OfScope;
use super::{Breaker, Change, Cursor, Eviction, Followed, Health, News, Page, Record, Store};
use crate::error::Error;
use crate::events::Event;
use crate::events::totals::{BatchId, DAYS, Totals};
use crate::name::{RecordKey, SourceName};
use crate::quota::Usage;

mod estate;
mod held;

/// At its bound the scope that takes the most loses its least recently used mapping, which is counted.
#[derive(Debug)]
pub struct Memory {
    budget: usize,
    held: Mutex<Held>,
}

/// The batches of each day whose totals were added. One that is sent again after so many others is added again.
#[derive(Debug)]
struct Counted(LruCache<(BatchId, String), ()>);

impl Default for Counted {
    fn default() -> Self {
        const BATCHES: NonZeroUsize = NonZeroUsize::new(16_384).unwrap();
        Self(LruCache::new(BATCHES))
    }
}

#[derive(Debug, Default)]
struct Held {
    scopes: HashMap<Scope, OfScope>,
    bytes: usize,
    evicted: u64,
    /// Numbers the changes of all scopes, so that a scope that was dropped and returns does not use a number again.
    changes: u64,
    /// The estates, which are bounded by the quota of each scope.
    estates: HashMap<Scope, estate::Sources>,
    /// The placeholders that are given to one value for ever, at most [`CLAIMS`](super::estate::CLAIMS) of each scope.
    claims: HashMap<Scope, HashMap<Placeholder, Placeholder>>,
    /// When the turn to import a source ends.
    turns: HashMap<(Scope, SourceName), Instant>,
    /// The numbers of each day.
    totals: BTreeMap<String, Totals>,
    /// The batches that they have.
    counted: Counted,
}

impl Memory {
    /// Holds at most `budget` bytes of records.
    pub fn new(budget: usize) -> Self {
        Self { budget, held: Mutex::default() }
    }

    /// A call that panicked left at worst a wrong count.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for Memory {
    async fn put(&self, records: &[Record], ttl: Duration) -> Result<(), Error> {
        let now = Instant::now();
        let mut held = self.held();
        for record in records {
            held.insert(record, now, ttl);
        }
        held.shrink(self.budget);
        Ok(())
    }

    async fn get(&self, keys: &[RecordKey], renew: Option<Duration>) -> Result<Vec<Option<Vec<u8>>>, Error> {
        let now = Instant::now();
        let mut held = self.held();
        Ok(keys.iter().map(|key| held.find(key, now, renew)).collect())
    }

    async fn has(&self, keys: &[RecordKey]) -> Result<Vec<bool>, Error> {
        let (now, held) = (Instant::now(), self.held());
        let has = |key: &RecordKey| held.scopes.get(&key.scope).is_some_and(|scope| scope.has(&key.placeholder, now));
        Ok(keys.iter().map(has).collect())
    }

    async fn usage(&self, scopes: &[Scope]) -> Result<Vec<Usage>, Error> {
        let now = Instant::now();
        let mut held = self.held();
        let usage = |scope: &Scope| {
            held.forget_expired(scope, now);
            held.scopes.get(scope).map(|scope| scope.usage(now)).unwrap_or_default()
        };
        Ok(scopes.iter().map(usage).collect())
    }

    async fn known(&self, scope: &Scope) -> Result<Vec<Placeholder>, Error> {
        let held = self.held();
        let known = held.scopes.get(scope).into_iter().flat_map(OfScope::known);
        Ok(known.take(bound::KNOWN).collect())
    }

    async fn news(&self, followed: &[Followed]) -> Result<Vec<News>, Error> {
        let held = self.held();
        let nothing = OfScope::default();
        let news = |Followed { scope, after, .. }: &Followed| {
            let after = after.as_deref().and_then(|after| after.parse().ok());
            held.scopes.get(scope).unwrap_or(&nothing).news(after)
        };
        Ok(followed.iter().map(news).collect())
    }

    async fn forget(&self, keys: &[RecordKey]) -> Result<u64, Error> {
        let mut held = self.held();
        Ok(keys.iter().map(|key| u64::from(held.remove(key))).sum())
    }

    async fn tell(&self, changes: &[(Scope, Change)]) -> Result<(), Error> {
        let mut held = self.held();
        changes.iter().for_each(|(scope, change)| held.tell(scope, *change));
        Ok(())
    }

    async fn page(&self, scope: Option<&Scope>, _from: Cursor) -> Result<Page, Error> {
        let held = self.held();
        let scopes = held.scopes.iter().filter(|(name, _)| scope.is_none_or(|scope| *name == scope));
        let key = |scope: &Scope, placeholder| RecordKey { scope: scope.clone(), placeholder };
        let keys = scopes.flat_map(|(scope, of)| of.placeholders().map(|placeholder| key(scope, placeholder)));
        Ok(Page { keys: keys.collect(), next: None })
    }

    async fn publish(&self, _events: &[Event]) -> Result<(), Error> {
        Ok(())
    }

    async fn add_totals(&self, batch: &BatchId, day: &str, totals: &Totals) -> Result<(), Error> {
        let mut held = self.held();
        if held.counted.0.put((batch.clone(), day.to_owned()), ()).is_some() {
            return Ok(());
        }
        held.totals.entry(day.to_owned()).or_default().add_all(totals);
        while held.totals.len() > usize::from(DAYS) {
            held.totals.pop_first();
        }
        Ok(())
    }

    async fn totals(&self, days: &[String]) -> Result<Vec<Totals>, Error> {
        let held = self.held();
        Ok(days.iter().map(|day| held.totals.get(day).cloned().unwrap_or_default()).collect())
    }

    async fn ping(&self) -> Result<(), Error> {
        Ok(())
    }

    fn health(&self) -> Health {
        let held = self.held();
        Health {
            state: contract::StoreState::Memory,
            breaker: Breaker::Closed,
            eviction: Eviction::Never,
            held: held.scopes.values().map(|scope| scope.placeholders().count() as u64).sum(),
            evicted: held.evicted,
        }
    }
}

impl Held {
    fn insert(&mut self, record: &Record, now: Instant, ttl: Duration) {
        let RecordKey { scope, placeholder } = &record.key;
        let of_scope = self.scopes.entry(scope.clone()).or_default();
        let (added, freed) = of_scope.insert(record, now, ttl);
        self.bytes = (self.bytes + added).saturating_sub(freed);
        if record.known {
            self.tell(scope, Change::Known(*placeholder));
        }
    }

    fn find(&mut self, key: &RecordKey, now: Instant, renew: Option<Duration>) -> Option<Vec<u8>> {
        let scope = self.scopes.get_mut(&key.scope)?;
        if !scope.has(&key.placeholder, now) {
            self.remove(key);
            return None;
        }
        scope.find(&key.placeholder, renew.map(|ttl| now + ttl))
    }

    fn remove(&mut self, key: &RecordKey) -> bool {
        let freed = self.scopes.get_mut(&key.scope).and_then(|scope| scope.remove(key));
        self.bytes = self.bytes.saturating_sub(freed.unwrap_or_default());
        freed.is_some()
    }

    fn forget_expired(&mut self, scope: &Scope, now: Instant) {
        while let Some(key) = self.scopes.get(scope).and_then(|of| of.oldest_expired(scope, now)) {
            self.remove(&key);
        }
    }

    fn tell(&mut self, scope: &Scope, change: Change) {
        self.changes += 1;
        let number = self.changes;
        self.scopes.entry(scope.clone()).or_default().tell(number, change);
    }

    fn shrink(&mut self, budget: usize) {
        while self.bytes > budget {
            // Sorted once for many evictions: one scope gives until it is no longer the largest.
            let mut sizes: BTreeMap<usize, Scope> = BTreeMap::new();
            sizes.extend(self.scopes.iter().map(|(name, scope)| (scope.bytes(), name.clone())));
            let Some((_, largest)) = sizes.pop_last() else { return };
            let next = sizes.last_key_value().map_or(0, |(bytes, _)| *bytes);
            let before = self.bytes;
            while self.bytes > budget && self.scopes.get(&largest).is_some_and(|scope| scope.bytes() >= next) {
                let Some(key) = self.scopes.get(&largest).and_then(|scope| scope.oldest(&largest)) else { break };
                self.remove(&key);
                self.evicted += 1;
            }
            if self.bytes == before {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::OVERHEAD;

    fn key(scope: &str, n: usize) -> RecordKey {
        let placeholder = Placeholder::parse(&format!("AWS_EC2_0000000A{n:04}")).unwrap();
        RecordKey { scope: Scope::parse(scope).unwrap(), placeholder }
    }

    fn record(n: usize) -> Record {
        Record { key: key("a", n), sealed: vec![0], known: true }
    }

    const TTL: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn a_mapping_lives_as_long_as_it_is_used() {
        let [store, second] = [Memory::new(1 << 20), Memory::new(1 << 20)];
        for store in [&store, &second] {
            store.put(&[record(1)], TTL).await.unwrap();
        }
        for (seconds, renew, found) in [(40, Some(TTL), true), (40, None, true), (40, Some(TTL), false)] {
            tokio::time::advance(Duration::from_secs(seconds)).await;
            assert_eq!(store.has(&[key("a", 1)]).await.unwrap(), [found]);
            assert_eq!(store.get(&[key("a", 1)], renew).await.unwrap() != [None], found);
        }
        assert_eq!(store.health().held, 0, "what is over is not kept");
        assert_eq!(second.usage(&[key("a", 1).scope]).await.unwrap(), [Usage::default()]);
        assert_eq!(second.get(&[key("a", 1)], None).await, Ok(vec![None]));
    }

    #[tokio::test]
    async fn at_its_bound_it_drops_what_is_unused_for_longest() {
        let store = Memory::new(3 * (OVERHEAD + 32));
        for n in 1..=3 {
            store.put(&[record(n)], TTL).await.unwrap();
        }
        store.get(&[key("a", 1)], None).await.unwrap();
        store.put(&[record(4)], TTL).await.unwrap();
        let keys = [1, 2, 3, 4].map(|n| key("a", n));
        let held: Vec<_> = store.get(&keys, None).await.unwrap().iter().map(Option::is_some).collect();
        assert_eq!(held, [true, false, true, true]);
        assert_eq!((store.health().held, store.health().evicted), (3, 1));
    }

    #[tokio::test]
    async fn at_its_bound_a_flood_of_one_scope_leaves_another_its_own() {
        let store = Memory::new(50 * (OVERHEAD + 32));
        let put = async |scope: &str, n: usize| {
            let record = Record { key: key(scope, n), ..record(0) };
            store.put(&[record], TTL).await.unwrap();
        };
        for n in 0..20 {
            put("b", n).await;
        }
        for n in 0..500 {
            put("a", n).await;
        }
        let keys: Vec<_> = (0..20).map(|n| key("b", n)).collect();
        assert_eq!(store.has(&keys).await.unwrap(), [true; 20]);
        assert!(store.health().evicted >= 450);
    }
}
