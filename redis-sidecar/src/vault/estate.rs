//! Estates: the names that an operator's inventories list, each under its source. An import adds its names page by page; its
//! last page removes those that the import did not have. So an import that is broken off leaves a name too many, never one
//! too few.

mod ready;
mod record;
mod snapshot;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::SystemTime;

use contract::{EstatePage, EstatePlace, Redacted, Scope, bound};
use masking::{Kind, Placeholder};
use serde::Serialize;

use self::ready::Job;
pub(super) use self::ready::Ready;
pub use self::record::ImportId;
use self::record::{Entry, Pending, SourceRecord, unstamped};
use super::Vault;
use crate::catalogue;
use crate::error::Error;
use crate::keyring::Keyring;
use crate::name::{KindName, PartName, RecordKey, SourceName};
use crate::quota::Quota;
use crate::seal::Plain;
use crate::store::Followed;
use crate::store::estate::Names;

/// A name of an estate.
#[derive(Debug)]
pub struct Name {
    pub kind: &'static Kind,
    pub value: Redacted,
    /// Recognised anywhere, whatever it looks like.
    pub forced: bool,
    /// The id of the one resource of its kind that has this name, if there is one.
    pub of: Option<Redacted>,
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
        let related = self.related(scope, names).await?;
        let added = self.store.add_names(scope, source, &self.listed(scope, id, names)?).await?;
        let related =
            related.into_iter().map(|(placeholder, name)| self.entry(scope, id, placeholder, name, Entry::Related));
        self.store.add_names(scope, source, &related.collect::<Result<Vec<_>, _>>()?).await?;
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

    /// The names that have the code of what they name, each under the placeholder with it. A placeholder that was ever
    /// another value's is that one's for ever, whatever the resource is called now: conversations may still hold it.
    async fn related<'n>(&self, scope: &Scope, names: &'n [Name]) -> Result<Vec<(Placeholder, &'n Name)>, Error> {
        let mint = self.keyring.mint(scope);
        let related =
            |name: &'n Name| Some((catalogue::name_placeholder(&mint, name.kind, name.of.as_ref()?.expose())?, name));
        let related: Vec<(Placeholder, &Name)> = names.iter().filter_map(related).collect();
        if related.is_empty() {
            return Ok(related);
        }
        let keys: Vec<RecordKey> = related
            .iter()
            .map(|(placeholder, _)| RecordKey { scope: scope.clone(), placeholder: *placeholder })
            .collect();
        // The claim is for who holds it already: claims may have been lost where mappings come back, from the filters.
        let held = self.open(&keys, None).await?;
        let claims: Vec<(Placeholder, Placeholder)> = related
            .iter()
            .zip(&held)
            .map(|((placeholder, name), held)| {
                let value = held.as_ref().map_or(&name.value, |held| &held.value);
                (*placeholder, catalogue::placeholder(&mint, name.kind, value.expose()))
            })
            .collect();
        let holders = self.store.claim(scope, &claims).await?;
        let is_its =
            |name: &Name, holder| holder == Some(catalogue::placeholder(&mint, name.kind, name.value.expose()));
        let its = related.into_iter().zip(holders).filter(|((_, name), holder)| is_its(name, *holder));
        Ok(its.map(|(related, _)| related).collect())
    }

    fn listed(&self, scope: &Scope, id: &ImportId, names: &[Name]) -> Result<Vec<(Placeholder, Vec<u8>)>, Error> {
        let mint = self.keyring.mint(scope);
        let listed = |name: &Name| {
            let placeholder = catalogue::placeholder(&mint, name.kind, name.value.expose());
            self.entry(scope, id, placeholder, name, if name.forced { Entry::Forced } else { Entry::Listed })
        };
        names.iter().map(listed).collect()
    }

    fn entry(
        &self,
        scope: &Scope,
        id: &ImportId,
        placeholder: Placeholder,
        name: &Name,
        entry: Entry,
    ) -> Result<(Placeholder, Vec<u8>), Error> {
        let kind = KindName::parse(&name.kind.id).ok_or(Error::Internal)?;
        // The filter does not learn it as a known value: it hears of it with the estate.
        let plain = Plain { kind, value: name.value.clone(), known: false };
        let key = RecordKey { scope: scope.clone(), placeholder };
        Ok((placeholder, id.stamp(&self.keyring.newest().close(&key, &plain)?, entry)))
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
        let (kept, stale): (Names, Names) = names.into_iter().partition(|(_, stamped)| id.is_of(stamped));
        let removed = self.remove(scope, source, &stale).await?;
        let kept = kept.iter().map(|(placeholder, stamped)| (*placeholder, Entry::of(stamped)));
        let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let done = record.done(at, parts, kept);
        let count = done.claims().0;
        self.write(scope, source, &done).await?;
        self.prepare_now(scope).await?;
        Ok((removed, count))
    }

    /// Removes entries of a source, and returns how many names it lists no more.
    async fn remove(&self, scope: &Scope, source: &SourceName, entries: &Names) -> Result<u64, Error> {
        let (related, listed): (Vec<_>, Vec<_>) =
            entries.iter().partition(|(_, stamped)| Entry::of(stamped) == Entry::Related);
        let [related, listed] =
            [related, listed].map(|some| some.into_iter().map(|(placeholder, _)| *placeholder).collect::<Vec<_>>());
        self.store.remove_names(scope, source, &related).await?;
        self.store.remove_names(scope, source, &listed).await
    }

    /// The sources of a scope.
    pub async fn sources(&self, scope: &Scope) -> Result<Vec<SourceState>, Error> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let records = self.records(scope).await?;
        Ok(records.iter().map(|(source, record)| record.state(source, now)).collect())
    }

    /// Forgets a source. Returns the number of its names.
    pub async fn forget_source(&self, scope: &Scope, source: &SourceName) -> Result<u64, Error> {
        let names = self.store.names(scope, source).await?;
        let count = names.iter().filter(|(_, stamped)| Entry::of(stamped) != Entry::Related).count() as u64;
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

    /// Strikes names off all sources of a scope, by any of their placeholders. They return with the next import that lists
    /// them.
    pub async fn strike(&self, scope: &Scope, placeholders: &[Placeholder]) -> Result<u64, Error> {
        let keys: Vec<RecordKey> = placeholders
            .iter()
            .map(|placeholder| RecordKey { scope: scope.clone(), placeholder: *placeholder })
            .collect();
        let named = self.named(&keys.iter().collect::<Vec<_>>()).await?;
        self.strike_values(scope, &named.into_iter().flatten().map(|plain| plain.value).collect()).await
    }

    /// Strikes a value off the estates of a scope, or of all.
    pub async fn strike_value(&self, scope: Option<&Scope>, value: &Redacted) -> Result<u64, Error> {
        let scopes = match scope {
            Some(scope) => vec![scope.clone()],
            None => self.store.scopes_with_estates().await?,
        };
        let (mut count, values) = (0, HashSet::from([value.clone()]));
        for scope in &scopes {
            count += self.strike_values(scope, &values).await?;
        }
        Ok(count)
    }

    async fn strike_values(&self, scope: &Scope, values: &HashSet<Redacted>) -> Result<u64, Error> {
        if values.is_empty() {
            return Ok(0);
        }
        let mut count = 0;
        for (source, record) in self.records(scope).await? {
            let mut struck = self.store.names(scope, &source).await?;
            struck.retain(|(placeholder, stamped)| {
                open(&self.keyring, scope, *placeholder, stamped).is_some_and(|plain| values.contains(&plain.value))
            });
            let removed = self.remove(scope, &source, &struck).await?;
            if removed > 0 {
                let placeholders: Vec<Placeholder> = struck.iter().map(|(placeholder, _)| *placeholder).collect();
                self.write(scope, &source, &record.without(removed, &placeholders)).await?;
            }
            count += removed;
        }
        if count > 0 {
            self.prepare_now(scope).await?;
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
    keyring.open(&RecordKey { scope: scope.clone(), placeholder }, unstamped(stamped)?)
}
