//! The sidecar's one call: takes what the filter owes, answers what it asks.

pub mod estate;
mod keep;

use std::collections::{BTreeMap, HashSet};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use contract::{Mapping, RefusedScope, ScopeNews, SyncResponse, VERSION, bound, code};
use lru::LruCache;
use masking::Placeholder;

use crate::batch::Batch;
use crate::door::Scopes;
use crate::error::Error;
use crate::events::totals::Totals;
use crate::events::{self, Told};
use crate::journal::{Journal, unix_ms};
use crate::keyring::Keyring;
use crate::metrics::{Heard, Metrics};
use crate::name::RecordKey;
use crate::publisher::Publisher;
use crate::quota::Quotas;
use crate::seal::Plain;
use crate::store::{Change, News, Store};

/// Batches that are remembered, so that one sent again is not counted again. An instance has one in flight; a batch that is
/// sent again after this many others is counted twice.
const SEEN: NonZeroUsize = NonZeroUsize::new(16_384).unwrap();

/// Values that are read at a time, before it is clear that there is no room for more.
const STEP: usize = bound::WANTED;

#[derive(Debug)]
pub struct Vault {
    keyring: Arc<Keyring>,
    store: Arc<dyn Store>,
    quotas: Quotas,
    metrics: Arc<Metrics>,
    publisher: Publisher,
    journal: Arc<Journal>,
    seen: Mutex<LruCache<(String, u64), ()>>,
    ready: Arc<estate::Ready>,
}

/// The answers to what the filter asked for.
#[derive(Default)]
struct Answers {
    found: Vec<Mapping>,
    news: Vec<ScopeNews>,
}

impl Vault {
    pub fn new(
        keyring: Keyring,
        store: Arc<dyn Store>,
        quotas: Quotas,
        metrics: Arc<Metrics>,
        publisher: Publisher,
        journal: Arc<Journal>,
    ) -> Self {
        let (keyring, seen) = (Arc::new(keyring), Mutex::new(LruCache::new(SEEN)));
        Self { keyring, store, quotas, metrics, publisher, journal, seen, ready: Arc::default() }
    }

    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    pub fn publisher(&self) -> &Publisher {
        &self.publisher
    }

    /// The id of the key that seals now.
    pub fn sealing(&self) -> [u8; 4] {
        self.keyring.newest().id()
    }

    /// The keys are part of the answer whatever the state of the store: the filter needs nothing else to mask. A scope
    /// that the token is not for is left out and named, and so is one that has used up a quota: no tenant's trouble is
    /// another's.
    pub async fn sync(&self, mut batch: Batch, scopes: &Scopes) -> Result<SyncResponse, Error> {
        let foreign = batch.keep_scopes(|scope| scopes.include(scope));
        self.journal.called(&batch, unix_ms());
        let kept = match self.keep(&batch).await {
            // Before it is acknowledged: a sidecar that is killed in between has counted it, or it is sent again.
            Ok(refused) => self.count_totals(&batch).await.map(|()| refused),
            Err(error) => Err(error),
        };
        let answers = match &kept {
            Ok(_) => self.answer(&batch).await,
            Err(error) => Err(*error),
        };
        let store = match kept.as_ref().map(drop).and(answers.as_ref().map(drop)) {
            Err(Error::StoreDown) => contract::StoreState::RedisDown,
            Err(error) => return Err(*error),
            Ok(()) => self.store.health().state,
        };
        if let Ok(refused) = &kept {
            self.account(&batch, refused).await;
        }
        self.metrics.hear(&batch.id.0, Heard { owed: batch.owed, observes: batch.observes });
        self.metrics.count_sync(kept.is_ok());
        let (acknowledged, store_answered) = (kept.is_ok(), answers.is_ok());
        let refused = foreign.into_iter().map(|scope| RefusedScope {
            scope: scope.as_str().to_owned(),
            code: code::FORBIDDEN.to_owned(),
            stored: 0,
        });
        let Answers { found, news } = answers.unwrap_or_default();
        Ok(SyncResponse {
            version: VERSION,
            batch: batch.id.1,
            acknowledged,
            refused: kept.unwrap_or_default().into_iter().chain(refused).collect(),
            store,
            keyring: self.keyring_if_new(batch.keyring.as_deref(), scopes),
            found,
            store_answered,
            news,
        })
    }

    /// The records of some placeholders, in their order, or else what the estates of their scopes have of them. With
    /// `renew`, the records live for that long from now.
    pub async fn open(&self, keys: &[RecordKey], renew: Option<Duration>) -> Result<Vec<Option<Plain>>, Error> {
        let mut opened = self.open_records(keys, renew).await?;
        let missing = || opened.iter().zip(keys).filter(|(plain, _)| plain.is_none());
        let asked: Vec<&RecordKey> = missing().map(|(_, key)| key).collect();
        if !asked.is_empty() {
            let named = self.named(&asked).await?;
            opened.iter_mut().filter(|plain| plain.is_none()).zip(named).for_each(|(plain, named)| *plain = named);
        }
        Ok(opened)
    }

    async fn open_records(&self, keys: &[RecordKey], renew: Option<Duration>) -> Result<Vec<Option<Plain>>, Error> {
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

    async fn answer(&self, batch: &Batch) -> Result<Answers, Error> {
        let found = self.find(&batch.wanted, Some(batch.ttl)).await?;
        self.metrics.found.inc_by(found.len() as u64);
        self.metrics.unknown.inc_by((batch.wanted.len() - found.len()) as u64);
        let (mut room, mut values) = (bound::BODY_BYTES, 0);
        let mut news = Vec::new();
        if !batch.follow.is_empty() {
            let pages = self.pages(&batch.follow, &mut room).await?;
            let all = self.store.news(&batch.follow).await?;
            for ((followed, of_scope), page) in batch.follow.iter().zip(all).zip(pages) {
                let keys = known(&of_scope).map(|placeholder| RecordKey { scope: followed.scope.clone(), placeholder });
                let (mappings, is_whole) = self.fitting(&keys.collect::<Vec<_>>(), &mut room).await?;
                values += mappings.len();
                // The filter asks again for what had no room, from where it stood.
                if (!is_whole || values > bound::KNOWN) && !news.is_empty() {
                    break;
                }
                let told = of_scope.told(followed.scope.as_str(), mappings);
                news.push(ScopeNews { estate: page, ..told });
            }
        }
        Ok(Answers { found, news })
    }

    /// The mappings of the keys as far as there is room in the answer, the last ones first, in the order of the keys; and
    /// whether these are all.
    async fn fitting(&self, keys: &[RecordKey], room: &mut usize) -> Result<(Vec<Mapping>, bool), Error> {
        let mut newest = Vec::new();
        for keys in keys.rchunks(STEP) {
            for mapping in self.find(keys, None).await?.into_iter().rev() {
                let left = room.checked_sub(bound::NAME_BYTES + mapping.value.expose().len());
                let Some(left) = left else {
                    newest.reverse();
                    return Ok((newest, false));
                };
                *room = left;
                newest.push(mapping);
            }
        }
        newest.reverse();
        Ok((newest, true))
    }

    async fn find(&self, keys: &[RecordKey], renew: Option<Duration>) -> Result<Vec<Mapping>, Error> {
        let opened = self.open(keys, renew).await?;
        Ok(keys.iter().zip(opened).filter_map(|(key, plain)| Some(mapping(key, plain?))).collect())
    }

    /// Counts an acknowledged batch and publishes its events, once.
    async fn account(&self, batch: &Batch, refused: &[RefusedScope]) {
        if !self.first_seen(&batch.id) {
            return;
        }
        let exchanges = || batch.exchanges.iter().map(|(_, exchange)| exchange);
        self.metrics.count(&batch.counters, exchanges());
        self.journal.record(batch, unix_ms());
        let told = Told {
            instance: &batch.id.0,
            batch: batch.id.1,
            exchanges: exchanges().collect(),
            counters: &batch.counters,
            refused,
            unresolved_max: self.publisher.unresolved_max,
        };
        self.publisher.publish(events::events(&told)).await;
    }

    async fn count_totals(&self, batch: &Batch) -> Result<(), Error> {
        for (day, totals) in Totals::by_day(batch.exchanges.iter().map(|(_, exchange)| exchange)) {
            self.store.add_totals(&batch.id, &day, &totals).await?;
        }
        Ok(())
    }

    fn first_seen(&self, id: &(String, u64)) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.put(id.clone(), ()).is_none()
    }

    fn keyring_if_new(&self, held: Option<&str>, scopes: &Scopes) -> Option<contract::Keyring> {
        let own = self.keyring.of(scopes);
        (held != Some(own.id.as_str())).then_some(own)
    }
}

impl News {
    /// As it travels.
    fn told(&self, scope: &str, known: Vec<Mapping>) -> ScopeNews {
        let erased = self.changes.iter().rposition(|(_, change)| *change == Change::Erased);
        let forgotten = last_changes(self).into_iter().filter(|(_, is_known)| !is_known);
        ScopeNews {
            scope: scope.to_owned(),
            until: self.until.clone(),
            erased: erased.is_some(),
            forgotten: forgotten.map(|(placeholder, _)| placeholder.as_str().to_owned()).collect(),
            known,
            estate: None,
        }
    }
}

/// The placeholders of the values that a scope knows by the news, the oldest first.
fn known(news: &News) -> impl Iterator<Item = Placeholder> {
    let last = last_changes(news);
    let mut seen = HashSet::new();
    let newest_first = news.changes.iter().rev().filter_map(|(_, change)| match change {
        Change::Known(placeholder) => Some(*placeholder),
        Change::Forgotten(_) | Change::Erased => None,
    });
    let known: Vec<_> =
        newest_first.filter(|placeholder| last.get(placeholder) == Some(&true) && seen.insert(*placeholder)).collect();
    known.into_iter().rev()
}

/// Whether each placeholder is known after the last change of it.
fn last_changes(news: &News) -> BTreeMap<Placeholder, bool> {
    let mut last = BTreeMap::new();
    for (_, change) in &news.changes {
        match change {
            Change::Known(placeholder) => _ = last.insert(*placeholder, true),
            Change::Forgotten(placeholder) => _ = last.insert(*placeholder, false),
            Change::Erased => last.clear(),
        }
    }
    last
}

pub fn mapping(key: &RecordKey, plain: Plain) -> Mapping {
    Mapping {
        scope: key.scope.as_str().to_owned(),
        kind: plain.kind.as_str().to_owned(),
        placeholder: key.placeholder.as_str().to_owned(),
        value: plain.value,
        known: plain.known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_change_of_each_value_counts() {
        let placeholder = |n: u8| Placeholder::parse(&format!("AWS_EC2_0000000000A{n}")).unwrap();
        let (learned, gone) = (|n| Change::Known(placeholder(n)), |n| Change::Forgotten(placeholder(n)));
        for (changes, expected, forgotten, erased) in [
            (vec![learned(1), learned(2), learned(1)], vec![2, 1], vec![], false),
            (vec![learned(1), gone(1)], vec![], vec![1], false),
            (vec![gone(1), learned(1)], vec![1], vec![], false),
            (vec![learned(1), gone(2), Change::Erased, learned(3)], vec![3], vec![], true),
            (vec![], vec![], vec![], false),
        ] {
            let changes = changes.into_iter().map(|change| ("1".to_owned(), change)).collect();
            let news = News { changes, until: "1".to_owned() };
            assert_eq!(known(&news).collect::<Vec<_>>(), expected.into_iter().map(placeholder).collect::<Vec<_>>());
            let told = news.told("a", Vec::new());
            let forgotten: Vec<_> = forgotten.into_iter().map(|n| placeholder(n).to_string()).collect();
            assert_eq!((told.forgotten, told.erased), (forgotten, erased));
        }
    }
}
