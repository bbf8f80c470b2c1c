//! Redis: `aws-masker:<scope>:<placeholder>` holds a sealed record, `aws-masker-recent:<scope>` the recall list.
//!
//! No command names two keys, so that a cluster takes all of them.

use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use contract::{Scope, bound, code};
use masking::Placeholder;
use redis::{Cmd, FromRedisValue, Value, cmd};

use super::link::{Link, Node};
use super::target::Target;
use super::{Breaker, Cursor, Health, Page, Record, Store};
use crate::config::RedisConfig;
use crate::error::Error;
use crate::events::Event;
use crate::name::RecordKey;

const RECORD: &str = "aws-masker:";
const RECENT: &str = "aws-masker-recent:";
/// Keys that one step of a walk examines.
const STEP: usize = 1_000;

pub struct Redis {
    link: Link,
}

impl Redis {
    /// Connects with the first call, not here; only an invalid configuration fails here.
    pub fn new(config: &RedisConfig) -> Result<Self, Unusable> {
        let target = Target::new(config).map_err(|error| Unusable(error.category().to_owned()))?;
        Ok(Self { link: Link::new(target, config.patience) })
    }
}

/// The configuration of Redis is invalid, with the category of the reason.
#[derive(Debug)]
pub struct Unusable(String);

#[async_trait]
impl Store for Redis {
    async fn put(&self, records: &[Record], ttl: Duration) -> Result<(), Error> {
        let set = records.iter().map(|record| {
            let mut command = cmd("SET");
            command.arg(name(&record.key)).arg(&record.sealed).arg("EX").arg(ttl.as_secs());
            command
        });
        let recent = lead_recent(records, ttl);
        self.link.run(set.chain(recent).collect()).await.map(drop)
    }

    async fn get(&self, keys: &[RecordKey], renew: Option<Duration>) -> Result<Vec<Option<Vec<u8>>>, Error> {
        let commands = keys.iter().map(|key| match renew {
            Some(ttl) => {
                let mut command = cmd("GETEX");
                command.arg(name(key)).arg("EX").arg(ttl.as_secs());
                command
            }
            None => of_one("GET", &name(key)),
        });
        self.link.run(commands.collect()).await?.into_iter().map(read).collect()
    }

    async fn recent(&self, scope: &Scope) -> Result<Vec<Placeholder>, Error> {
        let mut command = of_one("ZREVRANGE", &recent_name(scope));
        command.arg(0).arg(bound::RECALLED - 1);
        let names: Vec<String> = self.one(command).await?;
        Ok(names.iter().filter_map(|name| Placeholder::parse(name)).collect())
    }

    async fn forget(&self, keys: &[RecordKey]) -> Result<u64, Error> {
        let erase = keys.iter().map(|key| of_one("DEL", &name(key)));
        let leave = keys.iter().map(|key| {
            let mut command = of_one("ZREM", &recent_name(&key.scope));
            command.arg(key.placeholder.as_str());
            command
        });
        let erased = self.link.run(erase.chain(leave).collect()).await?;
        erased.into_iter().take(keys.len()).map(read::<u64>).sum()
    }

    async fn page(&self, scope: Option<&Scope>, from: Cursor) -> Result<Page, Error> {
        let nodes = self.link.nodes().await?;
        let Some(node) = nodes.get(from.node) else { return Ok(Page::default()) };
        let mut command = cmd("SCAN");
        let pattern = scope.map_or(format!("{RECORD}*"), |scope| format!("{RECORD}{}:*", scope.as_str()));
        command.arg(from.at).arg("MATCH").arg(pattern).arg("COUNT").arg(STEP);
        let (at, names): (u64, Vec<String>) = read(self.link.run_on(node.clone(), command).await?)?;
        let keys = names.iter().filter_map(|name| parse(name));
        let keys = keys.filter(|key| scope.is_none_or(|scope| key.scope == *scope)).collect();
        Ok(Page { keys, next: next(from.node, at, &nodes) })
    }

    async fn publish(&self, events: &[Event]) -> Result<(), Error> {
        let commands = events.iter().map(|event| {
            let mut command = of_one("PUBLISH", event.channel);
            command.arg(&event.payload);
            command
        });
        self.link.run(commands.collect()).await.map(drop)
    }

    async fn ping(&self) -> Result<(), Error> {
        self.link.run_on(None, cmd("PING")).await.map(drop)
    }

    fn health(&self) -> Health {
        let breaker = self.link.breaker();
        let state = match breaker {
            Breaker::Closed => contract::StoreState::Redis,
            Breaker::Open | Breaker::HalfOpen => contract::StoreState::RedisDown,
        };
        Health { state, breaker, eviction: self.link.eviction(), held: 0, evicted: 0 }
    }
}

impl Redis {
    async fn one<T: FromRedisValue>(&self, command: Cmd) -> Result<T, Error> {
        read(self.link.run(vec![command]).await?.pop().unwrap_or(Value::Nil))
    }
}

/// Puts the marked records at the head of their scopes' recall lists, and cuts each list once.
fn lead_recent(records: &[Record], ttl: Duration) -> Vec<Cmd> {
    let marked = || records.iter().filter(|record| record.by_context);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_micros();
    let add = marked().map(|record| {
        let mut command = of_one("ZADD", &recent_name(&record.key.scope));
        command.arg(now.to_string()).arg(record.key.placeholder.as_str());
        command
    });
    let scopes: BTreeSet<_> = marked().map(|record| &record.key.scope).collect();
    let cut = scopes.into_iter().flat_map(|scope| {
        let name = recent_name(scope);
        let mut cut = of_one("ZREMRANGEBYRANK", &name);
        cut.arg(0).arg(-1 - i64::try_from(bound::RECALLED).unwrap_or(i64::MAX - 1));
        let mut expire = of_one("EXPIRE", &name);
        expire.arg(ttl.as_secs());
        [cut, expire]
    });
    add.chain(cut).collect()
}

fn next(node: usize, at: u64, nodes: &[Node]) -> Option<Cursor> {
    match at {
        0 if node + 1 < nodes.len() => Some(Cursor { node: node + 1, at: 0 }),
        0 => None,
        at => Some(Cursor { node, at }),
    }
}

fn of_one(command: &str, key: &str) -> Cmd {
    let mut command = cmd(command);
    command.arg(key);
    command
}

fn name(key: &RecordKey) -> String {
    [RECORD, key.scope.as_str(), ":", key.placeholder.as_str()].concat()
}

fn recent_name(scope: &Scope) -> String {
    [RECENT, scope.as_str()].concat()
}

/// A scope may hold a colon, a placeholder may not.
fn parse(name: &str) -> Option<RecordKey> {
    let (scope, placeholder) = name.strip_prefix(RECORD)?.rsplit_once(':')?;
    Some(RecordKey { scope: Scope::parse(scope)?, placeholder: Placeholder::parse(placeholder)? })
}

/// An answer that does not have the command's shape counts as no answer.
fn read<T: FromRedisValue>(value: Value) -> Result<T, Error> {
    T::from_redis_value(value).map_err(|_| Error::StoreDown)
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").finish_non_exhaustive()
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: invalid configuration of Redis: {}", code::CONFIGURATION, self.0)
    }
}

impl std::error::Error for Unusable {}
