//! Estates in memory.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use async_trait::async_trait;
use contract::Scope;
use masking::Placeholder;
use tokio::time::Instant;

use super::Memory;
use crate::error::Error;
use crate::name::SourceName;
use crate::store::estate::{CLAIMS, EstateStore, Names};

/// The sources of one scope by their names.
pub(super) type Sources = BTreeMap<String, Source>;

#[derive(Debug, Default)]
pub(super) struct Source {
    record: String,
    names: HashMap<Placeholder, Vec<u8>>,
}

#[async_trait]
impl EstateStore for Memory {
    async fn sources(&self, scopes: &[Scope]) -> Result<Vec<BTreeMap<String, String>>, Error> {
        let held = self.held();
        let record = |(name, source): (&String, &Source)| (name.clone(), source.record.clone());
        let of = |scope: &Scope| held.estates.get(scope).into_iter().flatten().map(record).collect();
        Ok(scopes.iter().map(of).collect())
    }

    async fn write_source(&self, scope: &Scope, source: &SourceName, record: Option<&str>) -> Result<(), Error> {
        let mut held = self.held();
        let sources = held.estates.entry(scope.clone()).or_default();
        match record {
            Some(record) => record.clone_into(&mut sources.entry(source.as_str().to_owned()).or_default().record),
            None => _ = sources.remove(source.as_str()),
        }
        held.estates.retain(|_, sources| !sources.is_empty());
        Ok(())
    }

    async fn add_names(
        &self,
        scope: &Scope,
        source: &SourceName,
        names: &[(Placeholder, Vec<u8>)],
    ) -> Result<u64, Error> {
        let mut held = self.held();
        let source = held.estates.entry(scope.clone()).or_default().entry(source.as_str().to_owned()).or_default();
        let insert = |(placeholder, sealed): &(Placeholder, Vec<u8>)| source.names.insert(*placeholder, sealed.clone());
        Ok(names.iter().map(insert).filter(Option::is_none).count() as u64)
    }

    async fn names(&self, scope: &Scope, source: &SourceName) -> Result<Names, Error> {
        let held = self.held();
        let names = held.of(scope, source).into_iter().flat_map(|source| &source.names);
        Ok(names.map(|(placeholder, sealed)| (*placeholder, sealed.clone())).collect())
    }

    async fn find_names(
        &self,
        scope: &Scope,
        source: &SourceName,
        placeholders: &[Placeholder],
    ) -> Result<Vec<Option<Vec<u8>>>, Error> {
        let held = self.held();
        let source = held.of(scope, source);
        Ok(placeholders.iter().map(|placeholder| source?.names.get(placeholder).cloned()).collect())
    }

    async fn remove_names(
        &self,
        scope: &Scope,
        source: &SourceName,
        placeholders: &[Placeholder],
    ) -> Result<u64, Error> {
        let mut held = self.held();
        let Some(source) = held.estates.get_mut(scope).and_then(|sources| sources.get_mut(source.as_str())) else {
            return Ok(0);
        };
        Ok(placeholders.iter().filter_map(|placeholder| source.names.remove(placeholder)).count() as u64)
    }

    async fn claim(
        &self,
        scope: &Scope,
        claims: &[(Placeholder, Placeholder)],
    ) -> Result<Vec<Option<Placeholder>>, Error> {
        let mut held = self.held();
        let given = held.claims.entry(scope.clone()).or_default();
        let claim = |(placeholder, value): &(Placeholder, Placeholder)| {
            if given.len() < CLAIMS {
                given.entry(*placeholder).or_insert(*value);
            }
            given.get(placeholder).copied()
        };
        Ok(claims.iter().map(claim).collect())
    }

    async fn take_turn(&self, scope: &Scope, source: &SourceName, lasts: Duration) -> Result<bool, Error> {
        let (mut held, now) = (self.held(), Instant::now());
        let next = held.turns.entry((scope.clone(), source.clone())).or_insert(now);
        let is_due = *next <= now;
        if is_due {
            *next = now + lasts;
        }
        Ok(is_due)
    }

    async fn set_turn(&self, scope: &Scope, source: &SourceName, lasts: Duration) -> Result<(), Error> {
        self.held().turns.insert((scope.clone(), source.clone()), Instant::now() + lasts);
        Ok(())
    }

    async fn scopes_with_estates(&self) -> Result<Vec<Scope>, Error> {
        Ok(self.held().estates.keys().cloned().collect())
    }
}

impl super::Held {
    fn of(&self, scope: &Scope, source: &SourceName) -> Option<&Source> {
        self.estates.get(scope)?.get(source.as_str())
    }
}
