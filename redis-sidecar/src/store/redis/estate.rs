//! Estates in Redis. Of each scope: `aws-masker-sources:<scope>` is a hash of the sources' records, and
//! `aws-masker-estate:<scope>:<source>` one of the sealed names of a source. `aws-masker-claims:<scope>` is a hash of placeholders,
//! each with that of the value that has it for ever. None of them expires, and no command names two keys.
//! `aws-masker-turn:<scope>:<source>` lives for as long as one sidecar has the turn to import the source.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use contract::Scope;
use masking::Placeholder;
use redis::{Cmd, cmd};

use super::super::link::read;
use super::{Redis, STEP, next, of_one, of_scope};
use crate::error::Error;
use crate::name::SourceName;
use crate::store::Cursor;
use crate::store::estate::{CLAIMS, EstateStore, Names};

const SOURCES: &str = "aws-masker-sources:";
const ESTATE: &str = "aws-masker-estate:";
const CLAIMED: &str = "aws-masker-claims:";
const TURN: &str = "aws-masker-turn:";

#[async_trait]
impl EstateStore for Redis {
    async fn sources(&self, scopes: &[Scope]) -> Result<Vec<BTreeMap<String, String>>, Error> {
        let commands = scopes.iter().map(|scope| of_one("HGETALL", &of_scope(SOURCES, scope)));
        self.link.run(commands.collect()).await?.into_iter().map(read).collect()
    }

    async fn write_source(&self, scope: &Scope, source: &SourceName, record: Option<&str>) -> Result<(), Error> {
        let sources = of_scope(SOURCES, scope);
        let commands = match record {
            Some(record) => {
                let mut set = of_one("HSET", &sources);
                set.arg(source.as_str()).arg(record);
                vec![set]
            }
            // The names first: a source without a record would never be removed.
            None => {
                let mut remove = of_one("HDEL", &sources);
                remove.arg(source.as_str());
                self.link.run(vec![of_one("UNLINK", &name(scope, source))]).await?;
                vec![remove]
            }
        };
        self.link.run(commands).await.map(drop)
    }

    async fn add_names(
        &self,
        scope: &Scope,
        source: &SourceName,
        names: &[(Placeholder, Vec<u8>)],
    ) -> Result<u64, Error> {
        if names.is_empty() {
            return Ok(0);
        }
        let mut command = of_one("HSET", &name(scope, source));
        for (placeholder, sealed) in names {
            command.arg(placeholder.as_str()).arg(sealed);
        }
        self.one(command).await
    }

    async fn names(&self, scope: &Scope, source: &SourceName) -> Result<Names, Error> {
        let (mut names, mut at) = (Names::new(), 0_u64);
        loop {
            let mut command = of_one("HSCAN", &name(scope, source));
            command.arg(at).arg("COUNT").arg(STEP);
            let (after, page): (u64, Vec<(String, Vec<u8>)>) = self.one(command).await?;
            names.extend(page.into_iter().filter_map(|(name, sealed)| Some((Placeholder::parse(&name)?, sealed))));
            if after == 0 {
                // A hash that grows may show a name twice.
                names.sort();
                names.dedup_by_key(|(placeholder, _)| *placeholder);
                return Ok(names);
            }
            at = after;
        }
    }

    async fn find_names(
        &self,
        scope: &Scope,
        source: &SourceName,
        placeholders: &[Placeholder],
    ) -> Result<Vec<Option<Vec<u8>>>, Error> {
        if placeholders.is_empty() {
            return Ok(Vec::new());
        }
        let mut command = of_one("HMGET", &name(scope, source));
        placeholders.iter().for_each(|placeholder| _ = command.arg(placeholder.as_str()));
        self.one(command).await
    }

    async fn remove_names(
        &self,
        scope: &Scope,
        source: &SourceName,
        placeholders: &[Placeholder],
    ) -> Result<u64, Error> {
        let remove = |some: &[Placeholder]| {
            let mut command = of_one("HDEL", &name(scope, source));
            some.iter().for_each(|placeholder| _ = command.arg(placeholder.as_str()));
            command
        };
        let removed = self.link.run(placeholders.chunks(STEP).map(remove).collect()).await?;
        removed.into_iter().map(read::<u64>).sum()
    }

    async fn claim(
        &self,
        scope: &Scope,
        claims: &[(Placeholder, Placeholder)],
    ) -> Result<Vec<Option<Placeholder>>, Error> {
        if claims.is_empty() {
            return Ok(Vec::new());
        }
        let key = of_scope(CLAIMED, scope);
        let given: usize = self.one(of_one("HLEN", &key)).await?;
        let claim = |(placeholder, value): &(Placeholder, Placeholder)| {
            let mut set = of_one("HSETNX", &key);
            set.arg(placeholder.as_str()).arg(value.as_str());
            set
        };
        self.link.run(claims.iter().take(CLAIMS.saturating_sub(given)).map(claim).collect()).await?;
        let mut get = of_one("HMGET", &key);
        claims.iter().for_each(|(placeholder, _)| _ = get.arg(placeholder.as_str()));
        let held: Vec<Option<String>> = self.one(get).await?;
        Ok(held.into_iter().map(|value| Placeholder::parse(&value?)).collect())
    }

    async fn take_turn(&self, scope: &Scope, source: &SourceName, lasts: Duration) -> Result<bool, Error> {
        let mut set = turn(scope, source, lasts);
        set.arg("NX");
        Ok(self.one::<Option<String>>(set).await?.is_some())
    }

    async fn set_turn(&self, scope: &Scope, source: &SourceName, lasts: Duration) -> Result<(), Error> {
        self.link.run(vec![turn(scope, source, lasts)]).await.map(drop)
    }

    async fn scopes_with_estates(&self) -> Result<Vec<Scope>, Error> {
        let nodes = self.link.nodes().await?;
        let (mut scopes, mut from) = (Vec::new(), Some(Cursor::default()));
        while let Some(Cursor { node, at }) = from {
            let Some(place) = nodes.get(node) else { break };
            let mut command = cmd("SCAN");
            command.arg(at).arg("MATCH").arg(format!("{SOURCES}*")).arg("COUNT").arg(STEP);
            let (after, names): (u64, Vec<String>) = read(self.link.run_on(place.clone(), command).await?)?;
            scopes.extend(names.iter().filter_map(|name| Scope::parse(name.strip_prefix(SOURCES)?)));
            from = next(node, after, &nodes);
        }
        scopes.sort();
        scopes.dedup();
        Ok(scopes)
    }
}

/// The key that lives until the turn ends.
fn turn(scope: &Scope, source: &SourceName, lives: Duration) -> Cmd {
    let mut set = of_one("SET", &[TURN, scope.as_str(), ":", source.as_str()].concat());
    set.arg(1).arg("PX").arg(u64::try_from(lives.as_millis()).unwrap_or(u64::MAX).max(1));
    set
}

/// A scope may hold a colon, the name of a source may not.
fn name(scope: &Scope, source: &SourceName) -> String {
    [ESTATE, scope.as_str(), ":", source.as_str()].concat()
}
