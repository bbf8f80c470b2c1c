//! The sidecar's one call: takes what the filter owes, answers what it asks.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use contract::{Mapping, Scope, SyncResponse, VERSION, bound};
use lru::LruCache;

use crate::batch::Batch;
use crate::error::Error;
use crate::events;
use crate::keyring::Keyring;
use crate::metrics::Metrics;
use crate::name::RecordKey;
use crate::seal::Plain;
use crate::store::{Record, Store};

/// Batches that are remembered, so that one sent again is not counted again. An instance has one in flight; a batch that is
/// sent again after this many others is counted twice.
const SEEN: NonZeroUsize = NonZeroUsize::new(16_384).unwrap();

/// Values of a recall list that are read at a time, before it is clear that there is no room for more.
const STEP: usize = bound::WANTED;

#[derive(Debug)]
pub struct Vault {
    keyring: Keyring,
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
    seen: Mutex<LruCache<(String, u64), ()>>,
}

/// The answers to what the filter asked for.
#[derive(Default)]
struct Answers {
    found: Vec<Mapping>,
    recalled: Vec<Mapping>,
}

impl Vault {
    pub fn new(keyring: Keyring, store: Arc<dyn Store>, metrics: Arc<Metrics>) -> Self {
        Self { keyring, store, metrics, seen: Mutex::new(LruCache::new(SEEN)) }
    }

    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// The id of the key that seals now.
    pub fn sealing(&self) -> [u8; 4] {
        self.keyring.newest().id()
    }

    /// The key is part of the answer whatever the state of the store: the filter needs nothing else to mask.
    pub async fn sync(&self, batch: Batch) -> Result<SyncResponse, Error> {
        let stored = self.keep(&batch).await;
        let answers = match stored {
            Ok(()) => self.answer(&batch).await,
            Err(error) => Err(error),
        };
        let store = match stored.and(answers.as_ref().map(drop).map_err(|error| *error)) {
            Err(Error::StoreDown) => contract::StoreState::RedisDown,
            Err(error) => return Err(error),
            Ok(()) => self.store.health().state,
        };
        if stored.is_ok() {
            self.account(&batch).await;
        }
        self.metrics.count_sync(stored.is_ok());
        let store_answered = answers.is_ok();
        let Answers { found, recalled } = answers.unwrap_or_default();
        Ok(SyncResponse {
            version: VERSION,
            batch: batch.id.1,
            acknowledged: stored.is_ok(),
            store,
            keyring: self.keyring_if_new(batch.keyring.as_deref()),
            found,
            store_answered,
            recalled,
        })
    }

    /// The records of some placeholders, in their order. With `renew`, they live for that long from now.
    pub async fn open(&self, keys: &[RecordKey], renew: Option<Duration>) -> Result<Vec<Option<Plain>>, Error> {
        let records = self.store.get(keys, renew).await?;
        let opened = keys.iter().zip(records).map(|(key, record)| {
            let record = record?;
            let plain = self.keyring.open(key, &record);
            if plain.is_none() && self.metrics.unopenable.inc() == 0 {
                tracing::warn!("a mapping was sealed with a secret that is not in MASKER_SECRETS (logged once)");
            }
            plain
        });
        Ok(opened.collect())
    }

    /// Writes the mappings; if there are none, asks the store whether it answers.
    async fn keep(&self, batch: &Batch) -> Result<(), Error> {
        if batch.mappings.is_empty() {
            return self.store.ping().await;
        }
        let seal = self.keyring.newest();
        let record = |(key, plain): &(RecordKey, Plain)| {
            Ok(Record { key: key.clone(), sealed: seal.close(key, plain)?, by_context: plain.by_context })
        };
        let records = batch.mappings.iter().map(record).collect::<Result<Vec<_>, Error>>()?;
        self.store.put(&records, batch.ttl).await?;
        self.metrics.stored.inc_by(records.len() as u64);
        Ok(())
    }

    async fn answer(&self, batch: &Batch) -> Result<Answers, Error> {
        let found = self.find(&batch.wanted, batch.ttl).await?;
        self.metrics.found.inc_by(found.len() as u64);
        self.metrics.unknown.inc_by((batch.wanted.len() - found.len()) as u64);
        let mut room = bound::BODY_BYTES;
        let mut recalled = Vec::new();
        for scope in &batch.recall {
            recalled.extend(self.recall(scope, batch.ttl, &mut room).await?);
        }
        Ok(Answers { found, recalled })
    }

    /// The newest values of a scope's recall list, as far as there is room in the answer.
    async fn recall(&self, scope: &Scope, ttl: Duration, room: &mut usize) -> Result<Vec<Mapping>, Error> {
        let recent = self.store.recent(scope).await?;
        let keys: Vec<_> =
            recent.into_iter().map(|placeholder| RecordKey { scope: scope.clone(), placeholder }).collect();
        let mut recalled = Vec::new();
        for keys in keys.chunks(STEP) {
            for mapping in self.find(keys, ttl).await? {
                let left = room.checked_sub(bound::NAME_BYTES + mapping.value.expose().len());
                let Some(left) = left else { return Ok(recalled) };
                *room = left;
                recalled.push(mapping);
            }
        }
        Ok(recalled)
    }

    async fn find(&self, keys: &[RecordKey], ttl: Duration) -> Result<Vec<Mapping>, Error> {
        let opened = self.open(keys, Some(ttl)).await?;
        Ok(keys.iter().zip(opened).filter_map(|(key, plain)| Some(mapping(key, plain?))).collect())
    }

    /// Counts an acknowledged batch and publishes its events, once. Nobody may be listening: a failure here is ignored.
    async fn account(&self, batch: &Batch) {
        if !self.first_seen(&batch.id) {
            return;
        }
        let exchanges = || batch.exchanges.iter().map(|(_, exchange)| exchange);
        self.metrics.count(&batch.counters, exchanges());
        let events = events::events(&batch.id.0, exchanges(), &batch.counters);
        if self.store.publish(&events).await.is_err() {
            tracing::debug!(events = events.len(), "events could not be published");
        }
    }

    fn first_seen(&self, id: &(String, u64)) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.put(id.clone(), ()).is_none()
    }

    fn keyring_if_new(&self, held: Option<&str>) -> Option<contract::MintKey> {
        let own = self.keyring.placeholder();
        (held != Some(own.id.as_str())).then(|| own.clone())
    }
}

pub fn mapping(key: &RecordKey, plain: Plain) -> Mapping {
    Mapping {
        scope: key.scope.as_str().to_owned(),
        kind: plain.kind.as_str().to_owned(),
        placeholder: key.placeholder.as_str().to_owned(),
        value: plain.value,
        by_context: plain.by_context,
    }
}
