//! The embedded store: bounded, and lost with the process.

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use contract::{Scope, bound};
use lru::LruCache;
use masking::Placeholder;
use tokio::time::Instant;

use super::{Breaker, Cursor, Eviction, Health, Page, Record, Store};
use crate::error::Error;
use crate::events::Event;
use crate::name::RecordKey;

/// The cost of a record in addition to its own bytes: the entry, its links, two strings.
const OVERHEAD: usize = 192;
/// Recall lists that are kept; at the bound the least recently used scope loses its list, not its mappings.
const SCOPES: NonZeroUsize = NonZeroUsize::new(1_000).unwrap();
const RECALLED: NonZeroUsize = NonZeroUsize::new(bound::RECALLED).unwrap();

/// At its bound the least recently used mapping is dropped, and counted.
#[derive(Debug)]
pub struct Memory {
    budget: usize,
    held: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    records: LruCache<RecordKey, Entry>,
    recent: LruCache<Scope, LruCache<Placeholder, ()>>,
    bytes: usize,
    evicted: u64,
}

#[derive(Debug)]
struct Entry {
    sealed: Vec<u8>,
    until: Instant,
}

impl Memory {
    /// Holds at most `budget` bytes of records.
    pub fn new(budget: usize) -> Self {
        let held = Held { records: LruCache::unbounded(), recent: LruCache::new(SCOPES), bytes: 0, evicted: 0 };
        Self { budget, held: Mutex::new(held) }
    }

    /// A call that panicked left at worst a wrong count.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for Memory {
    async fn put(&self, records: &[Record], ttl: Duration) -> Result<(), Error> {
        let until = Instant::now() + ttl;
        let mut held = self.held();
        for record in records {
            held.insert(record, until);
        }
        held.shrink(self.budget);
        Ok(())
    }

    async fn get(&self, keys: &[RecordKey], renew: Option<Duration>) -> Result<Vec<Option<Vec<u8>>>, Error> {
        let now = Instant::now();
        let mut held = self.held();
        Ok(keys.iter().map(|key| held.find(key, now, renew)).collect())
    }

    async fn recent(&self, scope: &Scope) -> Result<Vec<Placeholder>, Error> {
        let mut held = self.held();
        let list = held.recent.get(scope).into_iter().flatten();
        Ok(list.map(|(placeholder, ())| *placeholder).collect())
    }

    async fn forget(&self, keys: &[RecordKey]) -> Result<u64, Error> {
        let mut held = self.held();
        Ok(keys.iter().map(|key| u64::from(held.remove(key))).sum())
    }

    async fn page(&self, scope: Option<&Scope>, _from: Cursor) -> Result<Page, Error> {
        let held = self.held();
        let keys = held.records.iter().map(|(key, _)| key);
        let keys = keys.filter(|key| scope.is_none_or(|scope| key.scope == *scope)).cloned().collect();
        Ok(Page { keys, next: None })
    }

    async fn publish(&self, _events: &[Event]) -> Result<(), Error> {
        Ok(())
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
            held: held.records.len() as u64,
            evicted: held.evicted,
        }
    }
}

impl Held {
    fn insert(&mut self, record: &Record, until: Instant) {
        let entry = Entry { sealed: record.sealed.clone(), until };
        self.bytes += cost(&record.key, &entry.sealed);
        if let Some(former) = self.records.put(record.key.clone(), entry) {
            self.bytes = self.bytes.saturating_sub(cost(&record.key, &former.sealed));
        }
        if record.by_context {
            let list = self.recent.get_or_insert_mut(record.key.scope.clone(), || LruCache::new(RECALLED));
            list.put(record.key.placeholder, ());
        }
    }

    fn find(&mut self, key: &RecordKey, now: Instant, renew: Option<Duration>) -> Option<Vec<u8>> {
        let entry = self.records.get_mut(key)?;
        if entry.until <= now {
            self.remove(key);
            return None;
        }
        if let Some(ttl) = renew {
            entry.until = now + ttl;
        }
        Some(entry.sealed.clone())
    }

    fn remove(&mut self, key: &RecordKey) -> bool {
        let Some(entry) = self.records.pop(key) else { return false };
        self.bytes = self.bytes.saturating_sub(cost(key, &entry.sealed));
        if let Some(list) = self.recent.peek_mut(&key.scope) {
            list.pop(&key.placeholder);
        }
        true
    }

    fn shrink(&mut self, budget: usize) {
        while self.bytes > budget {
            let Some((key, _)) = self.records.peek_lru() else { return };
            let key = key.clone();
            self.remove(&key);
            self.evicted += 1;
        }
    }
}

fn cost(key: &RecordKey, sealed: &[u8]) -> usize {
    OVERHEAD + key.scope.as_str().len() + key.placeholder.as_str().len() + sealed.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u8) -> RecordKey {
        let placeholder = Placeholder::parse(&format!("AWS_EC2_0000000000A{}", n % 10)).unwrap();
        RecordKey { scope: Scope::parse("a").unwrap(), placeholder }
    }

    fn record(n: u8) -> Record {
        Record { key: key(n), sealed: vec![n], by_context: true }
    }

    #[tokio::test(start_paused = true)]
    async fn a_mapping_lives_as_long_as_it_is_used() {
        let [store, second] = [Memory::new(1 << 20), Memory::new(1 << 20)];
        let ttl = Duration::from_secs(60);
        for store in [&store, &second] {
            store.put(&[record(1)], ttl).await.unwrap();
        }
        for (seconds, renew, found) in [(40, Some(ttl), true), (40, None, true), (40, Some(ttl), false)] {
            tokio::time::advance(Duration::from_secs(seconds)).await;
            assert_eq!(store.get(&[key(1)], renew).await.unwrap() != [None], found);
        }
        assert_eq!(store.health().held, 0, "what is over is not kept");
        assert_eq!(second.get(&[key(1)], None).await, Ok(vec![None]));
    }

    #[tokio::test]
    async fn at_its_bound_it_drops_what_is_unused_for_longest() {
        let store = Memory::new(3 * (OVERHEAD + 32));
        for n in 1..=3 {
            store.put(&[record(n)], Duration::from_secs(60)).await.unwrap();
        }
        store.get(&[key(1)], None).await.unwrap();
        store.put(&[record(4)], Duration::from_secs(60)).await.unwrap();
        let held: Vec<_> = store.get(&[1, 2, 3, 4].map(key), None).await.unwrap().iter().map(Option::is_some).collect();
        assert_eq!(held, [true, false, true, true]);
        assert_eq!((store.health().held, store.health().evicted), (3, 1));
    }
}
