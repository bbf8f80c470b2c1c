//! Estates: the names that an operator's inventories list, each under its source. An import adds its names page by page; its
//! last page removes those that the import did not have. So an import that is broken off leaves a name too many, never one
//! too few.

mod ready;
mod record;
mod snapshot;

use std::collections::{BTreeMap, HashMap};
use std::time::SystemTime;

use contract::{EstatePage, EstatePlace, Redacted, Scope, bound};
use masking::{Kind, Placeholder};
use serde::Serialize;

use self::ready::Job;
pub(super) use self::ready::Ready;
pub use self::record::ImportId;
use self::record::{Pending, SourceRecord, unstamped};
use super::Vault;
use crate::catalogue;
use crate::error::Error;
use crate::keyring::Keyring;
use crate::name::{KindName, PartName, RecordKey, SourceName};
use crate::quota::Quota;
use crate::seal::Plain;
use crate::store::Followed;

/// A name of an estate.
#[derive(Debug)]
pub struct Name {
    pub kind: &'static Kind,
    pub value: Redacted,
    /// Recognised anywhere, whatever it looks like.
    pub forced: bool,
}

/// A page of an import.
#[derive(Debug)]
pub struct Import {
    pub scope: Scope,
    pub source: SourceName,
    /// Tells the import from every other one.
    pub id: ImportId,
    pub names: Vec<Name>,
    /// It is the last page: what the import did not have is removed.
    pub complete: bool,
    /// What its names were asked of, if they were.
    pub parts: Vec<PartName>,
}

/// The outcome of a page.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Names that the source did not have.
    pub added: u64,
    /// Names that it has no more, after the last page.
    pub removed: u64,
    /// Names that it has.
    pub names: u64,
}

/// A source as it is listed.
#[derive(Debug, Serialize)]
pub struct SourceState {
    pub source: String,
    pub names: u64,
    pub bytes: u64,
    /// Seconds since its last complete import; absent if there was none.
    pub age: Option<u64>,
    /// An import has begun and not ended.
    pub importing: bool,
    /// What its names were asked of: whoever could not ask one of these again must not replace it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartName>,
}

impl Vault {
    /// Takes a page of an import.
    pub async fn import(&self, import: &Import) -> Result<Imported, Error> {
        let Import { scope, source, id, names, complete, parts } = import;
        let records = self.records(scope).await?;
        if !records.contains_key(source) && records.len() >= bound::SOURCES {
            return Err(self.over_quota(scope, names.len()));
        }
        let mut record = records.get(source).cloned().unwrap_or_default();
        let mut pending = record.pending.take().filter(|pending| pending.import == *id).unwrap_or(Pending::new(id));
        pending.names += names.len() as u64;
        pending.bytes += names.iter().map(|name| name.value.expose().len() as u64).sum::<u64>();
        let others = records.iter().filter(|(other, _)| *other != source).map(|(_, record)| record.claims());
        let (all, bytes) = others.fold((pending.names, pending.bytes), |sum, more| (sum.0 + more.0, sum.1 + more.1));
        if all > self.quotas.estate || bytes > bound::ESTATE_BYTES as u64 {
            return Err(self.over_quota(scope, names.len()));
        }
        record.pending = Some(pending);
        // The record first: names without one would never be removed.
        self.write(scope, source, &record).await?;
        let added = self.store.add_names(scope, source, &self.sealed(scope, id, names)?).await?;
        let names = record.claims().0;
        if !complete {
            return Ok(Imported { added, removed: 0, names });
        }
        let (removed, names) = self.complete(scope, source, record, id, parts).await?;
        Ok(Imported { added, removed, names })
    }

    fn over_quota(&self, scope: &Scope, refused: usize) -> Error {
        let quota = Quota::Estate;
        self.metrics.count_over_quota(scope.as_str(), quota, refused as u64);
        tracing::warn!(scope = scope.as_str(), quota = quota.as_str(), refused, "a scope has used up a quota");
        Error::Quota
    }

    fn sealed(&self, scope: &Scope, id: &ImportId, names: &[Name]) -> Result<Vec<(Placeholder, Vec<u8>)>, Error> {
        let (mint, seal) = (self.keyring.mint(scope), self.keyring.newest());
        let sealed = |name: &Name| {
            let placeholder = catalogue::placeholder(&mint, name.kind, name.value.expose());
            let kind = KindName::parse(&name.kind.id).ok_or(Error::Internal)?;
            // The filter does not learn it as a known value: it hears of it with the estate.
            let plain = Plain { kind, value: name.value.clone(), known: false };
            let key = RecordKey { scope: scope.clone(), placeholder };
            Ok((placeholder, id.stamp(&seal.close(&key, &plain)?, name.forced)))
        };
        names.iter().map(sealed).collect()
    }

    /// Removes what the import did not have. Returns the numbers of names that are gone, and that are there.
    async fn complete(
        &self,
        scope: &Scope,
        source: &SourceName,
        record: SourceRecord,
        id: &ImportId,
        parts: &[PartName],
    ) -> Result<(u64, u64), Error> {
        let names = self.store.names(scope, source).await?;
        let (kept, stale): (Vec<_>, Vec<_>) = names.into_iter().partition(|(_, sealed)| id.is_of(sealed));
        let stale: Vec<Placeholder> = stale.into_iter().map(|(placeholder, _)| placeholder).collect();
        let removed = self.store.remove_names(scope, source, &stale).await?;
        let kept = kept.iter().filter_map(|(placeholder, stamped)| Some((*placeholder, unstamped(stamped)?.1)));
        let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let done = record.done(at, parts, kept);
        let count = done.claims().0;
        self.write(scope, source, &done).await?;
        self.prepare_now(scope).await?;
        Ok((removed, count))
    }

    /// The sources of a scope.
    pub async fn sources(&self, scope: &Scope) -> Result<Vec<SourceState>, Error> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let records = self.records(scope).await?;
        Ok(records.iter().map(|(source, record)| record.state(source, now)).collect())
    }

    /// Forgets a source. Returns the number of its names.
    pub async fn forget_source(&self, scope: &Scope, source: &SourceName) -> Result<u64, Error> {
        let count = self.store.names(scope, source).await?.len() as u64;
        self.store.write_source(scope, source, None).await?;
        self.prepare_now(scope).await?;
        Ok(count)
    }

    /// Forgets all sources of a scope. Returns the number of their names.
    pub async fn forget_estate(&self, scope: &Scope) -> Result<u64, Error> {
        let mut count = 0;
        for source in self.records(scope).await?.keys() {
            count += self.forget_source(scope, source).await?;
        }
        Ok(count)
    }

    /// Strikes names off all sources of a scope. They return with the next import that lists them.
    pub async fn strike(&self, scope: &Scope, placeholders: &[Placeholder]) -> Result<u64, Error> {
        let mut count = 0;
        for (source, record) in self.records(scope).await? {
            let removed = self.store.remove_names(scope, &source, placeholders).await?;
            if removed > 0 {
                self.write(scope, &source, &record.without(removed, placeholders)).await?;
            }
            count += removed;
        }
        if count > 0 {
            self.prepare_now(scope).await?;
        }
        Ok(count)
    }

    /// Strikes a value off the estates of a scope, or of all.
    pub async fn strike_value(&self, scope: Option<&Scope>, value: &Redacted) -> Result<u64, Error> {
        let scopes = match scope {
            Some(scope) => vec![scope.clone()],
            None => self.store.scopes_with_estates().await?,
        };
        let mut count = 0;
        for scope in &scopes {
            let mut held = Vec::new();
            for source in self.records(scope).await?.keys() {
                let names = self.store.names(scope, source).await?;
                let same = names.into_iter().filter(|(placeholder, sealed)| {
                    open(&self.keyring, scope, *placeholder, sealed).is_some_and(|plain| plain.value == *value)
                });
                held.extend(same.map(|(placeholder, _)| placeholder));
            }
            count += self.strike(scope, &held).await?;
        }
        Ok(count)
    }

    /// The values of some placeholders as the estates of their scopes have them, in their order.
    pub(super) async fn named(&self, keys: &[&RecordKey]) -> Result<Vec<Option<Plain>>, Error> {
        let mut by_scope: BTreeMap<&Scope, Vec<Placeholder>> = BTreeMap::new();
        keys.iter().for_each(|key| by_scope.entry(&key.scope).or_default().push(key.placeholder));
        let mut found: HashMap<(&Scope, Placeholder), Plain> = HashMap::new();
        for (scope, placeholders) in by_scope {
            for source in self.records(scope).await?.keys() {
                let sealed = self.store.find_names(scope, source, &placeholders).await?;
                for (placeholder, sealed) in placeholders.iter().zip(sealed) {
                    let plain = sealed.and_then(|sealed| open(&self.keyring, scope, *placeholder, &sealed));
                    found.extend(plain.map(|plain| ((scope, *placeholder), plain)));
                }
            }
        }
        Ok(keys.iter().map(|key| found.get(&(&key.scope, key.placeholder)).cloned()).collect())
    }

    /// The next pages of the estates that are followed, in the order of these.
    pub(super) async fn pages(&self, follow: &[Followed], room: &mut usize) -> Result<Vec<Option<EstatePage>>, Error> {
        let scopes: Vec<Scope> = follow.iter().map(|followed| followed.scope.clone()).collect();
        let (mut pages, mut left) = (Vec::new(), bound::ESTATE_PAGES);
        for (followed, records) in follow.iter().zip(self.store.sources(&scopes).await?) {
            let records = record::read(records);
            let page = match &followed.estate {
                Some(place) if left > 0 => self.page(&followed.scope, EstatePlace::read(place), &records),
                _ => None,
            };
            let bytes = page.as_ref().map_or(0, snapshot::bytes);
            left -= usize::from(page.is_some());
            *room = room.saturating_sub(bytes);
            pages.push(page);
        }
        Ok(pages)
    }

    /// The page after a place. One that is not ready is prepared meanwhile, so that no filter waits for it; it asks again.
    fn page(
        &self,
        scope: &Scope,
        place: EstatePlace<'_>,
        records: &BTreeMap<SourceName, SourceRecord>,
    ) -> Option<EstatePage> {
        let version = record::version(records);
        let number = match place {
            EstatePlace::All(whole) if whole == version => return None,
            EstatePlace::Before(begun, page) if begun == version => page,
            EstatePlace::All(_) | EstatePlace::Before(..) => 0,
        };
        let snapshot = self.ready.get(scope, &version);
        if snapshot.is_none()
            && let Some(job) = self.job(scope, records)
        {
            tokio::spawn(job.run());
        }
        snapshot?.page(number)
    }

    /// Prepares an estate that has changed.
    async fn prepare_now(&self, scope: &Scope) -> Result<(), Error> {
        if let Some(job) = self.job(scope, &self.records(scope).await?) {
            job.run().await;
        }
        Ok(())
    }

    /// `None` if it is in preparation.
    fn job(&self, scope: &Scope, records: &BTreeMap<SourceName, SourceRecord>) -> Option<Job> {
        let done = records.iter().filter(|(_, record)| record.is_done());
        let (sources, version) = (done.map(|(source, _)| source.clone()).collect(), record::version(records));
        Job::begin(&self.ready, &self.store, &self.keyring, scope, version, sources)
    }

    async fn records(&self, scope: &Scope) -> Result<BTreeMap<SourceName, SourceRecord>, Error> {
        let records = self.store.sources(std::slice::from_ref(scope)).await?;
        Ok(record::read(records.into_iter().next().unwrap_or_default()))
    }

    async fn write(&self, scope: &Scope, source: &SourceName, record: &SourceRecord) -> Result<(), Error> {
        let record = serde_json::to_string(record).map_err(|_| Error::Internal)?;
        self.store.write_source(scope, source, Some(&record)).await
    }
}

fn open(keyring: &Keyring, scope: &Scope, placeholder: Placeholder, stamped: &[u8]) -> Option<Plain> {
    keyring.open(&RecordKey { scope: scope.clone(), placeholder }, unstamped(stamped)?.0)
}
