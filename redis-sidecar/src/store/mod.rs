//! Stores of sealed records: Redis, or the sidecar's own memory. A store sees no value.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use contract::Scope;
use masking::Placeholder;

use crate::error::Error;
use crate::events::Event;
use crate::events::totals::{BatchId, Totals};
use crate::name::RecordKey;
use crate::quota::Usage;

pub mod memory;
pub mod redis;

pub mod estate;

mod account;
mod counts;
mod feed;
mod link;
mod target;

/// A mapping as a store holds it.
#[derive(Debug, Clone)]
pub struct Record {
    pub key: RecordKey,
    pub sealed: Vec<u8>,
    /// The scope knows the value from now on: the record leads the known ones of its scope, and its feed. Otherwise these
    /// stay as they are.
    pub known: bool,
}

/// The cost of a record in addition to its own bytes: the entry, its links, two strings.
pub const OVERHEAD: usize = 192;

/// Changes that the feed of a scope has at most. Whoever is further behind starts again with the known values.
pub const FEED: usize = 1_000;

/// A change of what a scope knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Known(Placeholder),
    Forgotten(Placeholder),
    /// Everything before it.
    Erased,
}

/// The news of one scope.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// The changes in their order, each with the place after it in the feed.
    pub changes: Vec<(String, Change)>,
    /// The place up to which these are all changes.
    pub until: String,
}

/// The question for the news of a scope: those after a place in its feed, or else everything that it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    pub scope: Scope,
    pub after: Option<String>,
    /// The place up to which the asker has the scope's estate.
    pub estate: Option<String>,
}

/// Every call either does everything that it says or returns [`Error::StoreDown`]; all may be repeated.
#[async_trait]
pub trait Store: estate::EstateStore + fmt::Debug + Send + Sync {
    /// Writes the records. Each lives for `ttl` from now.
    async fn put(&self, records: &[Record], ttl: Duration) -> Result<(), Error>;

    /// The sealed records in the order of the keys. With `renew`, those found live for that long from now.
    async fn get(&self, keys: &[RecordKey], renew: Option<Duration>) -> Result<Vec<Option<Vec<u8>>>, Error>;

    /// Whether there are records, in the order of the keys.
    async fn has(&self, keys: &[RecordKey]) -> Result<Vec<bool>, Error>;

    /// The usage of each scope, in their order.
    async fn usage(&self, scopes: &[Scope]) -> Result<Vec<Usage>, Error>;

    /// The known values of a scope, newest first, at most [`contract::bound::KNOWN`].
    async fn known(&self, scope: &Scope) -> Result<Vec<Placeholder>, Error>;

    /// The news of each scope, in their order: at most [`contract::bound::KNOWN`] changes of each. The known values come
    /// as changes, the oldest first, if no place is given or the feed does not go back to it.
    async fn news(&self, followed: &[Followed]) -> Result<Vec<News>, Error>;

    /// Erases records, and returns how many there were.
    async fn forget(&self, keys: &[RecordKey]) -> Result<u64, Error>;

    /// Appends changes to the feeds of their scopes.
    async fn tell(&self, changes: &[(Scope, Change)]) -> Result<(), Error>;

    /// Some of the keys, and the place at which the rest begins. A key that is present during the whole walk is seen at least
    /// once.
    async fn page(&self, scope: Option<&Scope>, from: Cursor) -> Result<Page, Error>;

    /// Sends messages to those who listen, if anybody does, and appends them to the stream, if there is one.
    async fn publish(&self, events: &[Event]) -> Result<(), Error>;

    /// Adds the totals of a batch to those of a day, unless that was done before, and forgets old days.
    async fn add_totals(&self, batch: &BatchId, day: &str, totals: &Totals) -> Result<(), Error>;

    /// The totals of some days, in their order.
    async fn totals(&self, days: &[String]) -> Result<Vec<Totals>, Error>;

    /// Asks the store whether it answers.
    async fn ping(&self) -> Result<(), Error>;

    /// The health, as far as it is known without asking.
    fn health(&self) -> Health;
}

/// The bytes that a record is counted for.
fn cost(key: &RecordKey, sealed: usize) -> usize {
    OVERHEAD + key.scope.as_str().len() + key.placeholder.as_str().len() + sealed
}

/// A place in the walk through all keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cursor {
    node: usize,
    at: u64,
}

#[derive(Debug, Default)]
pub struct Page {
    pub keys: Vec<RecordKey>,
    pub next: Option<Cursor>,
}

/// The state of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    pub state: contract::StoreState,
    pub breaker: Breaker,
    pub eviction: Eviction,
    /// Mappings held by the embedded store.
    pub held: u64,
    /// Mappings that the embedded store dropped at its bound.
    pub evicted: u64,
}

/// The circuit breaker before Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breaker {
    /// Calls go through.
    Closed,
    /// Calls fail at once, until the next trial is due.
    Open,
    /// One trial is in flight.
    HalfOpen,
}

/// The store's right to drop a mapping before it expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eviction {
    Never,
    /// An eviction policy other than `noeviction`, with a memory limit.
    May,
    /// Redis has not said yet.
    Unknown,
}

impl Breaker {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

impl Eviction {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::May => "may_evict",
            Self::Unknown => "unknown",
        }
    }
}
