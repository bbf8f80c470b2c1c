//! Redis. Of each scope: `aws-masker:<scope>:<placeholder>` holds a sealed record, `aws-masker-known:<scope>` the known
//! values by the time at which they expire, `aws-masker-feed:<scope>` the changes of these, `aws-masker-usage:<scope>` the
//! counts (`account`). `aws-masker-totals:<day>` holds the numbers of a day (`counts`), and `aws-masker:events` the stream of
//! events. Two more keys of each scope hold its estate (`estate`).
//!
//! No command names two keys, apart from the one that counts a batch, so that a cluster takes all of them. Nothing is read and written again without its key's own
//! order: the feed numbers its changes, and a count is only ever added to.

mod estate;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use contract::{Scope, bound, code};
use masking::Placeholder;
use redis::{Cmd, FromRedisValue, Value, cmd};

use super::account::{Account, Second, sum};
use super::counts;
use super::feed;
use super::link::{Link, Node, read};
use super::target::Target;
use super::{Breaker, Change, Cursor, Followed, Health, News, Page, Record, Store, cost};
use crate::config::RedisConfig;
use crate::error::Error;
use crate::events::Event;
use crate::events::totals::{BatchId, Totals};
use crate::name::RecordKey;
use crate::quota::Usage;

const RECORD: &str = "aws-masker:";
const KNOWN: &str = "aws-masker-known:";
const FEED: &str = "aws-masker-feed:";
const USAGE: &str = "aws-masker-usage:";
/// All events, for those who must not miss one.
const EVENTS: &str = "aws-masker:events";
/// The time in which every filter hears of what was forgotten.
const FEED_LIVES: Duration = Duration::from_secs(24 * 60 * 60);
/// Longer than any time to live.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// Keys that one step of a walk examines.
const STEP: usize = 1_000;

pub struct Redis {
    link: Link,
    /// About as many events as the stream has at most; 0 if there is none.
    stream: u64,
}

impl Redis {
    /// Connects with the first call, not here; only an invalid configuration fails here.
    pub fn new(config: &RedisConfig) -> Result<Self, Unusable> {
        let target = Target::new(config).map_err(|error| Unusable(error.category().to_owned()))?;
        Ok(Self { link: Link::new(target, config.patience), stream: config.event_stream })
    }
}

/// The configuration of Redis is invalid, with the category of the reason.
#[derive(Debug)]
pub struct Unusable(String);

#[async_trait]
impl Store for Redis {
    async fn put(&self, records: &[Record], ttl: Duration) -> Result<(), Error> {
        let write = |record: &Record| {
            let name = name(&record.key);
            let mut set = of_one("SET", &name);
            set.arg(&record.sealed).arg("EX").arg(ttl.as_secs()).arg("GET");
            [of_one("PTTL", &name), set]
        };
        let before = self.link.run(records.iter().flat_map(write).collect()).await?;
        let mut accounts = Accounts::default();
        let now = Second::now();
        for (record, before) in records.iter().zip(before.chunks_exact(2)) {
            let [left, former] = before else { continue };
            let (left, former): (i64, Option<Vec<u8>>) = (read(left.clone())?, read(former.clone())?);
            let bytes = cost(&record.key, record.sealed.len());
            let account = accounts.of(&record.key.scope);
            match former {
                None => account.add(now, ttl, bytes),
                Some(former) => account.renew(now, milliseconds(left), ttl, (cost(&record.key, former.len()), bytes)),
            }
        }
        let known = lead_known(records, ttl);
        self.link.run(known.into_iter().chain(accounts.commands(ttl)).collect()).await.map(drop)
    }

    async fn get(&self, keys: &[RecordKey], renew: Option<Duration>) -> Result<Vec<Option<Vec<u8>>>, Error> {
        let Some(ttl) = renew else {
            let commands = keys.iter().map(|key| of_one("GET", &name(key)));
            return self.link.run(commands.collect()).await?.into_iter().map(read).collect();
        };
        let renew = |key: &RecordKey| {
            let name = name(key);
            let mut command = of_one("GETEX", &name);
            command.arg("EX").arg(ttl.as_secs());
            [of_one("PTTL", &name), command]
        };
        let answers = self.link.run(keys.iter().flat_map(renew).collect()).await?;
        let (mut found, mut accounts, now) = (Vec::new(), Accounts::default(), Second::now());
        for (key, answer) in keys.iter().zip(answers.chunks_exact(2)) {
            let [left, record] = answer else { continue };
            let (left, record): (i64, Option<Vec<u8>>) = (read(left.clone())?, read(record.clone())?);
            if let Some(record) = &record {
                let bytes = cost(key, record.len());
                accounts.of(&key.scope).renew(now, milliseconds(left), ttl, (bytes, bytes));
            }
            found.push(record);
        }
        self.link.run(accounts.commands(ttl)).await?;
        Ok(found)
    }

    async fn has(&self, keys: &[RecordKey]) -> Result<Vec<bool>, Error> {
        let commands = keys.iter().map(|key| of_one("EXISTS", &name(key)));
        self.link.run(commands.collect()).await?.into_iter().map(read).collect()
    }

    async fn usage(&self, scopes: &[Scope]) -> Result<Vec<Usage>, Error> {
        let now = Second::now();
        let ask = |scope: &Scope| {
            let mut expired = of_one("ZREMRANGEBYSCORE", &of_scope(KNOWN, scope));
            expired.arg("-inf").arg(now_micros());
            [of_one("HGETALL", &of_scope(USAGE, scope)), expired, of_one("ZCARD", &of_scope(KNOWN, scope))]
        };
        let answers = self.link.run(scopes.iter().flat_map(ask).collect()).await?;
        let (mut usages, mut drop_over) = (Vec::new(), Vec::new());
        for (scope, answer) in scopes.iter().zip(answers.chunks_exact(3)) {
            let [fields, _, known] = answer else { continue };
            let fields: HashMap<String, i64> = read(fields.clone())?;
            let (usage, over) = sum(fields.into_iter().collect(), now);
            usages.push(Usage { known: read(known.clone())?, ..usage });
            if !over.is_empty() {
                let mut command = of_one("HDEL", &of_scope(USAGE, scope));
                command.arg(over);
                drop_over.push(command);
            }
        }
        self.link.run(drop_over).await?;
        Ok(usages)
    }

    async fn known(&self, scope: &Scope) -> Result<Vec<Placeholder>, Error> {
        let names: Vec<String> = self.one(newest_known(scope)).await?;
        Ok(names.iter().filter_map(|name| Placeholder::parse(name)).collect())
    }

    async fn news(&self, followed: &[Followed]) -> Result<Vec<News>, Error> {
        let feed = |followed: &Followed| of_scope(FEED, &followed.scope);
        let ask = |followed: &Followed| feed::after(&feed(followed), followed.after.as_deref());
        let answers = self.link.run(followed.iter().map(ask).collect()).await?;
        let mut news: Vec<Option<News>> = Vec::new();
        for (followed, answer) in followed.iter().zip(answers) {
            news.push(feed::read_after(answer, followed.after.as_deref())?);
        }
        // Those whose place is not in the feed get everything: the place first, so that nothing is missed in between.
        let anew: Vec<&Followed> =
            followed.iter().zip(&news).filter(|(_, news)| news.is_none()).map(|(f, _)| f).collect();
        let ask = |followed: &&Followed| [feed::last(&feed(followed)), newest_known(&followed.scope)];
        let answers = self.link.run(anew.iter().flat_map(ask).collect()).await?;
        let mut anew = answers.chunks_exact(2).map(|answer| match answer {
            [last, names] => feed::read_all(last.clone(), read(names.clone())?),
            _ => Ok(News::default()),
        });
        news.into_iter()
            .map(|news| news.map_or_else(|| anew.next().unwrap_or_else(|| Ok(News::default())), Ok))
            .collect()
    }

    async fn forget(&self, keys: &[RecordKey]) -> Result<u64, Error> {
        let erase = |key: &RecordKey| [of_one("PTTL", &name(key)), of_one("GETDEL", &name(key))];
        let erased = self.link.run(keys.iter().flat_map(erase).collect()).await?;
        let (mut accounts, mut count, now) = (Accounts::default(), 0, Second::now());
        for (key, erased) in keys.iter().zip(erased.chunks_exact(2)) {
            let [left, record] = erased else { continue };
            let (left, record): (i64, Option<Vec<u8>>) = (read(left.clone())?, read(record.clone())?);
            let Some(record) = record else { continue };
            count += 1;
            // The time to live with which it was written is not known, so this count ends a little earlier than that.
            accounts.of(&key.scope).remove(now, milliseconds(left), milliseconds(left), cost(key, record.len()));
        }
        let leave = keys.iter().map(|key| {
            let mut command = of_one("ZREM", &of_scope(KNOWN, &key.scope));
            command.arg(key.placeholder.as_str());
            command
        });
        self.link.run(leave.chain(accounts.commands(LONGEST)).collect()).await?;
        Ok(count)
    }

    async fn tell(&self, changes: &[(Scope, Change)]) -> Result<(), Error> {
        let tell = changes.iter().map(|(scope, change)| feed::append(&of_scope(FEED, scope), change));
        let scopes: BTreeSet<_> = changes.iter().map(|(scope, _)| scope).collect();
        let live = scopes.into_iter().map(|scope| expire(&of_scope(FEED, scope), FEED_LIVES));
        self.link.run(tell.chain(live).collect()).await.map(drop)
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
        let publish = events.iter().map(|event| {
            let mut command = of_one("PUBLISH", event.channel);
            command.arg(&event.payload);
            command
        });
        let append = events.iter().filter(|_| self.stream > 0).map(|event| {
            let mut command = of_one("XADD", EVENTS);
            command.arg("MAXLEN").arg("~").arg(self.stream).arg("*").arg("event").arg(&event.payload);
            command
        });
        self.link.run(append.chain(publish).collect()).await.map(drop)
    }

    async fn add_totals(&self, batch: &BatchId, day: &str, totals: &Totals) -> Result<(), Error> {
        self.link.run(vec![counts::add(batch, day, totals)]).await.map(drop)
    }

    async fn totals(&self, days: &[String]) -> Result<Vec<Totals>, Error> {
        let commands = days.iter().map(|day| of_one("HGETALL", &counts::of_day(day))).collect();
        let totals = |fields: HashMap<String, u64>| {
            let mut totals = Totals::default();
            fields.iter().for_each(|(name, count)| totals.add(name, *count));
            totals
        };
        self.link.run(commands).await?.into_iter().map(|fields| read(fields).map(totals)).collect()
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

/// The changes of the counts of several scopes.
#[derive(Default)]
struct Accounts(HashMap<Scope, Account>);

impl Accounts {
    fn of(&mut self, scope: &Scope) -> &mut Account {
        self.0.entry(scope.clone()).or_default()
    }

    /// The counts live a little longer than what they count.
    fn commands(self, ttl: Duration) -> Vec<Cmd> {
        let command = |(scope, account): (Scope, Account)| {
            let name = of_scope(USAGE, &scope);
            let mut commands: Vec<Cmd> = Vec::new();
            for (field, by) in account.changes() {
                let mut command = of_one("HINCRBY", &name);
                command.arg(field).arg(by);
                commands.push(command);
            }
            commands.push(expire(&name, 2 * ttl));
            commands
        };
        self.0.into_iter().flat_map(command).collect()
    }
}

/// Puts the known records at the head of their scopes' known values, and into the feeds.
fn lead_known(records: &[Record], ttl: Duration) -> Vec<Cmd> {
    let known = || records.iter().filter(|record| record.known);
    let lead = |record: &Record| {
        let RecordKey { scope, placeholder } = &record.key;
        let mut add = of_one("ZADD", &of_scope(KNOWN, scope));
        add.arg(now_micros() + micros(ttl)).arg(placeholder.as_str());
        [add, feed::append(&of_scope(FEED, scope), &Change::Known(*placeholder))]
    };
    let scopes: BTreeSet<_> = known().map(|record| &record.key.scope).collect();
    let live = scopes.into_iter().flat_map(|scope| [KNOWN, FEED].map(|prefix| expire(&of_scope(prefix, scope), ttl)));
    known().flat_map(lead).chain(live).collect()
}

/// Microseconds since 1970: fine enough for the order in which values were used, and exact in a score of Redis.
fn now_micros() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map(micros).unwrap_or_default()
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn newest_known(scope: &Scope) -> Cmd {
    let mut command = of_one("ZREVRANGE", &of_scope(KNOWN, scope));
    command.arg(0).arg(bound::KNOWN - 1);
    command
}

/// Redis tells by negative numbers that nothing is there, or that it never expires.
fn milliseconds(left: i64) -> Duration {
    Duration::from_millis(u64::try_from(left).unwrap_or_default())
}

fn next(node: usize, at: u64, nodes: &[Node]) -> Option<Cursor> {
    match at {
        0 if node + 1 < nodes.len() => Some(Cursor { node: node + 1, at: 0 }),
        0 => None,
        at => Some(Cursor { node, at }),
    }
}

fn expire(name: &str, ttl: Duration) -> Cmd {
    let mut command = of_one("EXPIRE", name);
    command.arg(ttl.as_secs());
    command
}

fn of_one(command: &str, key: &str) -> Cmd {
    let mut command = cmd(command);
    command.arg(key);
    command
}

fn name(key: &RecordKey) -> String {
    [RECORD, key.scope.as_str(), ":", key.placeholder.as_str()].concat()
}

fn of_scope(prefix: &str, scope: &Scope) -> String {
    [prefix, scope.as_str()].concat()
}

/// A scope may hold a colon, a placeholder may not.
fn parse(name: &str) -> Option<RecordKey> {
    let (scope, placeholder) = name.strip_prefix(RECORD)?.rsplit_once(':')?;
    Some(RecordKey { scope: Scope::parse(scope)?, placeholder: Placeholder::parse(placeholder)? })
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
