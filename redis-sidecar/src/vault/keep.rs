//! Storing a batch, as far as the quotas of its scopes allow.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use contract::{RefusedScope, Scope, code};
use masking::Placeholder;

use super::Vault;
use crate::batch::Batch;
use crate::error::Error;
use crate::name::RecordKey;
use crate::quota::{New, Quota, Usage};
use crate::seal::Plain;
use crate::store::{Change, OVERHEAD, Record};

/// The outcome for one scope: how many of its mappings were admitted, and the quota that ended it.
#[derive(Debug, Default)]
struct Admission {
    usage: Usage,
    stored: u64,
    over: Option<(Quota, u64)>,
}

impl Vault {
    /// Writes the mappings, and returns the scopes of which some were refused; if there are none, asks the store whether
    /// it answers.
    pub(super) async fn keep(&self, batch: &Batch) -> Result<Vec<RefusedScope>, Error> {
        if batch.mappings.is_empty() {
            return self.store.ping().await.map(|()| Vec::new());
        }
        let (admitted, admissions) = self.admit(&batch.mappings).await?;
        let seal = self.keyring.newest();
        let record = |(key, plain): &&(RecordKey, Plain)| {
            Ok(Record { key: key.clone(), sealed: seal.close(key, plain)?, known: plain.known })
        };
        let records = admitted.iter().map(record).collect::<Result<Vec<_>, Error>>()?;
        self.store.put(&records, batch.ttl).await?;
        self.metrics.stored.inc_by(records.len() as u64);
        Ok(admissions.into_iter().filter_map(|(scope, admission)| self.refusal(&scope, &admission)).collect())
    }

    /// The mappings for which there is room, in their order. After the first one without, the rest of its scope has none.
    /// A mapping that is there already is renewed, whatever the quotas.
    async fn admit<'b>(
        &self,
        mappings: &'b [(RecordKey, Plain)],
    ) -> Result<(Vec<&'b (RecordKey, Plain)>, BTreeMap<Scope, Admission>), Error> {
        let scopes: Vec<Scope> =
            mappings.iter().map(|(key, _)| &key.scope).collect::<BTreeSet<_>>().into_iter().cloned().collect();
        let keys: Vec<RecordKey> = mappings.iter().map(|(key, _)| key.clone()).collect();
        let (usages, held) = (self.store.usage(&scopes).await?, self.store.has(&keys).await?);
        let mut admissions: BTreeMap<Scope, Admission> = scopes
            .into_iter()
            .zip(usages)
            .map(|(scope, usage)| (scope, Admission { usage, ..Admission::default() }))
            .collect();
        let mut counted: HashMap<&RecordKey, ()> = HashMap::new();
        let mut admitted = Vec::new();
        for (mapping, held) in mappings.iter().zip(held) {
            let (key, plain) = mapping;
            let Some(admission) = admissions.get_mut(&key.scope) else { continue };
            if let Some((_, refused)) = &mut admission.over {
                *refused += 1;
                continue;
            }
            let is_new = !held && counted.insert(key, ()).is_none();
            let bytes =
                (OVERHEAD + key.scope.as_str().len() + key.placeholder.as_str().len() + plain.sealed_len()) as u64;
            let verdict = if is_new {
                self.quotas.admit(&mut admission.usage, New { bytes, known: plain.known })
            } else {
                Ok(())
            };
            match verdict {
                Ok(()) => {
                    admission.stored += 1;
                    admitted.push(mapping);
                }
                Err(quota) => admission.over = Some((quota, 1)),
            }
        }
        Ok((admitted, admissions))
    }

    fn refusal(&self, scope: &Scope, admission: &Admission) -> Option<RefusedScope> {
        let (quota, refused) = admission.over?;
        self.metrics.count_over_quota(scope.as_str(), quota, refused);
        tracing::warn!(scope = scope.as_str(), quota = quota.as_str(), refused, "a scope has used up a quota");
        let (scope, code) = (scope.as_str().to_owned(), code::QUOTA.to_owned());
        Some(RefusedScope { scope, code, stored: admission.stored })
    }

    /// Erases records, and lets the filters forget them.
    pub async fn forget(&self, keys: &[RecordKey]) -> Result<u64, Error> {
        let mut count = self.store.forget(keys).await?;
        let mut by_scope: BTreeMap<&Scope, Vec<Placeholder>> = BTreeMap::new();
        keys.iter().for_each(|key| by_scope.entry(&key.scope).or_default().push(key.placeholder));
        for (scope, placeholders) in by_scope {
            count += self.strike(scope, &placeholders).await?;
        }
        let changes: Vec<_> = keys.iter().map(|key| (key.scope.clone(), Change::Forgotten(key.placeholder))).collect();
        self.store.tell(&changes).await?;
        Ok(count)
    }
}
