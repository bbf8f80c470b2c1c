//! Stores of sealed records: Redis, or the sidecar's own memory. A store sees no value.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use contract::Scope;
use masking::Placeholder;

use crate::error::Error;
use crate::events::Event;
use crate::name::RecordKey;

pub mod memory;
pub mod redis;

mod link;
mod target;

/// A mapping as a store holds it.
#[derive(Debug, Clone)]
pub struct Record {
    pub key: RecordKey,
    pub sealed: Vec<u8>,
    /// The value was recognised by its context only: the record now leads the recall list of its scope. Otherwise the
    /// list stays as it is.
    pub by_context: bool,
}

/// Every call either does everything that it says or returns [`Error::StoreDown`]; all may be repeated.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync {
    /// Writes the records. Each lives for `ttl` from now.
    async fn put(&self, records: &[Record], ttl: Duration) -> Result<(), Error>;

    /// The sealed records in the order of the keys. With `renew`, those found live for that long from now.
    async fn get(&self, keys: &[RecordKey], renew: Option<Duration>) -> Result<Vec<Option<Vec<u8>>>, Error>;

    /// The recall list of a scope, newest first, at most [`contract::bound::RECALLED`].
    async fn recent(&self, scope: &Scope) -> Result<Vec<Placeholder>, Error>;

    /// Erases records, and returns how many there were.
    async fn forget(&self, keys: &[RecordKey]) -> Result<u64, Error>;

    /// Some of the keys, and the place at which the rest begins. A key that is present during the whole walk is seen at least
    /// once.
    async fn page(&self, scope: Option<&Scope>, from: Cursor) -> Result<Page, Error>;

    /// Sends messages to those who listen, if anybody does.
    async fn publish(&self, events: &[Event]) -> Result<(), Error>;

    /// Asks the store whether it answers.
    async fn ping(&self) -> Result<(), Error>;

    /// The health, as far as it is known without asking.
    fn health(&self) -> Health;
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
