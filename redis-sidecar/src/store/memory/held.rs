//! What the embedded store holds of one scope.

use std::collections::VecDeque;
use std::time::Duration;

use contract::{Scope, bound};
use lru::LruCache;
use masking::Placeholder;
use tokio::time::Instant;

use super::super::{Change, FEED, News, Record, Usage, cost};
use crate::name::RecordKey;

/// The time in which new mappings are counted together.
const MINUTE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct OfScope {
    /// The least recently used one last.
    records: LruCache<Placeholder, Entry>,
    /// The placeholders that the scope knows, the newest first.
    known: LruCache<Placeholder, ()>,
    bytes: usize,
    /// The changes with their numbers, at most [`FEED`].
    feed: VecDeque<(u64, Change)>,
    /// The number of the last change.
    last: u64,
    /// New mappings since a time.
    fresh: Option<(Instant, u64)>,
}

#[derive(Debug)]
struct Entry {
    sealed: Vec<u8>,
    until: Instant,
}

impl Default for OfScope {
    fn default() -> Self {
        Self {
            records: LruCache::unbounded(),
            known: LruCache::unbounded(),
            bytes: 0,
            feed: VecDeque::new(),
            last: 0,
            fresh: None,
        }
    }
}

impl OfScope {
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns the bytes that came in, and those of the record that was there.
    pub(super) fn insert(&mut self, record: &Record, now: Instant, ttl: Duration) -> (usize, usize) {
        let placeholder = record.key.placeholder;
        let is_new = !self.has(&placeholder, now);
        let entry = Entry { sealed: record.sealed.clone(), until: now + ttl };
        let added = cost(&record.key, entry.sealed.len());
        let former = self.records.put(placeholder, entry);
        let freed = former.map_or(0, |former| cost(&record.key, former.sealed.len()));
        self.bytes = (self.bytes + added).saturating_sub(freed);
        if record.known {
            self.known.put(placeholder, ());
        }
        if is_new {
            let (since, count) = self.fresh.filter(|(since, _)| now - *since < MINUTE).unwrap_or((now, 0));
            self.fresh = Some((since, count + 1));
        }
        (added, freed)
    }

    pub(super) fn has(&self, placeholder: &Placeholder, now: Instant) -> bool {
        self.records.peek(placeholder).is_some_and(|entry| entry.until > now)
    }

    /// Uses a record, and renews it if there is a time.
    pub(super) fn find(&mut self, placeholder: &Placeholder, until: Option<Instant>) -> Option<Vec<u8>> {
        let entry = self.records.get_mut(placeholder)?;
        entry.until = until.unwrap_or(entry.until);
        Some(entry.sealed.clone())
    }

    /// Returns the bytes of the record, if it was there.
    pub(super) fn remove(&mut self, key: &RecordKey) -> Option<usize> {
        self.known.pop(&key.placeholder);
        let freed = cost(key, self.records.pop(&key.placeholder)?.sealed.len());
        self.bytes = self.bytes.saturating_sub(freed);
        Some(freed)
    }

    pub(super) fn placeholders(&self) -> impl Iterator<Item = Placeholder> {
        self.records.iter().map(|(placeholder, _)| *placeholder)
    }

    pub(super) fn known(&self) -> impl Iterator<Item = Placeholder> {
        self.known.iter().map(|(placeholder, ())| *placeholder)
    }

    /// The least recently used record.
    pub(super) fn oldest(&self, scope: &Scope) -> Option<RecordKey> {
        let (placeholder, _) = self.records.peek_lru()?;
        Some(RecordKey { scope: scope.clone(), placeholder: *placeholder })
    }

    /// The least recently used record, if it has expired.
    pub(super) fn oldest_expired(&self, scope: &Scope, now: Instant) -> Option<RecordKey> {
        self.records.peek_lru().filter(|(_, entry)| entry.until <= now).and_then(|_| self.oldest(scope))
    }

    pub(super) fn usage(&self, now: Instant) -> Usage {
        Usage {
            mappings: self.records.len() as u64,
            bytes: self.bytes as u64,
            fresh: self.fresh.filter(|(since, _)| now - *since < MINUTE).map_or(0, |(_, count)| count),
            known: self.known.len() as u64,
        }
    }

    pub(super) fn tell(&mut self, number: u64, change: Change) {
        self.last = number;
        self.feed.push_back((number, change));
        while self.feed.len() > FEED {
            self.feed.pop_front();
        }
    }

    /// The changes after a number, or all known values, if the feed does not go back to it.
    pub(super) fn news(&self, after: Option<u64>) -> News {
        let until = self.last.to_string();
        let first = self.feed.front().map_or(self.last, |(number, _)| *number);
        let is_there = |after: u64| after == self.last || after >= first && after < self.last;
        let changes = match after.filter(|after| is_there(*after)) {
            Some(after) => {
                let later = self.feed.iter().filter(|(number, _)| *number > after);
                later.map(|(number, change)| (number.to_string(), *change)).collect()
            }
            None => {
                let mut newest: Vec<_> = self.known().take(bound::KNOWN).collect();
                newest.reverse();
                newest.into_iter().map(|placeholder| (until.clone(), Change::Known(placeholder))).collect()
            }
        };
        News { changes, until }
    }
}
