//! What the sidecar remembers of the last ten minutes, for its page: numbers of exchanges and of seconds, the filters that
//! called, the state of the store and since when. In memory and bounded, whatever the traffic. It holds no value, and bodies
//! with placeholders only if a filter was told to send them.

mod delay;
mod exchanges;
mod filters;
mod seconds;
mod selfcheck;
mod truth;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use contract::{Scope, StoreState};
use serde::Serialize;

use self::exchanges::{Exchanges, ToldExchange};
use self::filters::{Filters, ToldFilter};
use self::seconds::{Seconds, ToldSecond, WINDOW};
use self::selfcheck::{Selfcheck, ToldSelfcheck};
use self::truth::{Facts, Truth, judge};
use crate::batch::Batch;
use crate::door::Scopes;
use crate::store::Health;

/// Seconds in which refusals count as refusing, and those in which other troubles count as degraded.
const NOW: u64 = 10;
const MINUTE: u64 = 60;

#[derive(Debug)]
pub struct Journal(Mutex<Pages>);

#[derive(Debug)]
struct Pages {
    /// Unix time in milliseconds at which the sidecar started.
    began: u64,
    /// Counts the changes, so that whoever knows one revision can be told what came after it.
    revision: u64,
    seconds: Seconds,
    exchanges: Exchanges,
    filters: Filters,
    store: Health,
    store_since: u64,
    selfcheck: Selfcheck,
    /// Unix time in milliseconds of the latest one.
    checked: u64,
    /// For each set of scopes that somebody may watch.
    truths: Vec<(Scopes, Truth)>,
}

/// The place up to which a listener knows the journal.
#[derive(Debug, Default, Clone, Copy)]
pub struct Mark {
    revision: u64,
    exchange: u64,
}

/// What a page is told: everything at first, then what has changed.
#[derive(Debug, Serialize)]
pub struct Report {
    now_ms: u64,
    version: &'static str,
    began_ms: u64,
    truth: Truth,
    store: ToldStore,
    selfcheck: ToldSelfcheck,
    filters: Vec<ToldFilter>,
    /// The scopes of the last ten minutes.
    scopes: Vec<String>,
    /// Whether these are the numbers of all scopes.
    all: bool,
    /// Microseconds added in the last ten minutes: the median and the 95th percentile.
    delay_us: Option<(u64, u64)>,
    seconds: Vec<ToldSecond>,
    exchanges: Vec<ToldExchange>,
    /// Exchanges that were left out, because there were too many since the last report.
    left_out: usize,
}

#[derive(Debug, Serialize)]
struct ToldStore {
    state: StoreState,
    breaker: &'static str,
    eviction: &'static str,
    since_ms: u64,
}

impl Pages {
    fn scopes(&self, audience: &Scopes) -> Vec<Scope> {
        let mut scopes = self.seconds.scopes(audience);
        scopes.extend(self.filters.scopes(audience));
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }
}

impl Journal {
    /// Those who may watch see these scopes.
    pub fn new(audiences: impl IntoIterator<Item = Scopes>, store: Health, now: u64) -> Self {
        let mut truths: Vec<(Scopes, Truth)> = Vec::new();
        for audience in audiences {
            if !truths.iter().any(|(own, _)| *own == audience) {
                truths.push((audience, Truth::begin(now)));
            }
        }
        Self(Mutex::new(Pages {
            began: now,
            revision: 0,
            seconds: Seconds::default(),
            exchanges: Exchanges::default(),
            filters: Filters::default(),
            store,
            store_since: now,
            selfcheck: Selfcheck::Off,
            checked: now,
            truths,
        }))
    }

    /// A filter has called, whatever became of its batch.
    pub fn called(&self, batch: &Batch, now: u64) {
        self.pages().filters.called(&batch.id.0, (&batch.release, batch.observes), batch.scopes(), now);
    }

    /// Takes the exchanges and the counters of a batch that is acknowledged, once.
    pub fn record(&self, batch: &Batch, now: u64) {
        let pages = &mut *self.pages();
        pages.revision += 1;
        for (scope, exchange) in &batch.exchanges {
            pages.seconds.add(scope.as_ref(), exchange, now / 1_000, pages.revision);
            pages.exchanges.add(scope.as_ref(), exchange);
        }
        pages.seconds.add_troubles(&batch.counters, now / 1_000, pages.revision);
    }

    /// The self-check is configured: its first outcome will come.
    pub fn expect_check(&self) {
        self.pages().selfcheck = Selfcheck::Pending;
    }

    /// Takes the outcome of a self-check, with a word for what went wrong.
    pub fn checked(&self, outcome: Result<(), &'static str>, now: u64) {
        let pages = &mut *self.pages();
        (pages.selfcheck, pages.checked) = (Selfcheck::of(outcome), now);
    }

    /// Takes the health of the store, forgets what is old, and judges anew. Returns whether the line of truth is another.
    pub fn judge(&self, store: Health, now: u64) -> bool {
        let pages = &mut *self.pages();
        if pages.store.state != store.state {
            pages.store_since = now;
        }
        pages.store = store;
        let second = now / 1_000;
        pages.seconds.forget_before(second);
        pages.filters.forget_before(now);
        let mut changed = false;
        for (audience, truth) in &mut pages.truths {
            let (recent, _) = pages.seconds.sum(audience, second, NOW);
            let (minute, troubles) = pages.seconds.sum(audience, second, MINUTE);
            let present = pages.filters.present(audience, now);
            let selfcheck = pages.selfcheck;
            let facts = Facts { store, present, now: &recent, minute: &minute, troubles, selfcheck };
            changed |= truth.follow(judge(&facts), now);
        }
        changed
    }

    /// Everything that these scopes may see and that came after a mark, which moves on.
    pub fn report(&self, audience: &Scopes, mark: &mut Mark, now: u64) -> Report {
        let pages = self.pages();
        let (exchanges, left_out) = pages.exchanges.told(audience, mark.exchange);
        let seconds = pages.seconds.told(audience, mark.revision);
        *mark = Mark { revision: pages.revision, exchange: pages.exchanges.last() };
        let truth = pages.truths.iter().find(|(own, _)| own == audience).map(|(_, truth)| *truth);
        Report {
            now_ms: now,
            version: env!("CARGO_PKG_VERSION"),
            began_ms: pages.began,
            truth: truth.unwrap_or_else(|| Truth::begin(now)),
            store: ToldStore {
                state: pages.store.state,
                breaker: pages.store.breaker.as_str(),
                eviction: pages.store.eviction.as_str(),
                since_ms: pages.store_since,
            },
            selfcheck: pages.selfcheck.told(pages.checked),
            filters: pages.filters.told(audience),
            scopes: pages.scopes(audience).iter().map(|scope| scope.as_str().to_owned()).collect(),
            all: *audience == Scopes::All,
            delay_us: pages.seconds.sum(audience, now / 1_000, WINDOW).0.delay(),
            seconds,
            exchanges,
            left_out,
        }
    }

    /// What the provider received in an exchange, if it was recorded and is for these scopes.
    pub fn body(&self, audience: &Scopes, exchange: u64) -> Option<String> {
        self.pages().exchanges.body(audience, exchange).map(str::to_owned)
    }

    /// The scopes of the last ten minutes and those that filters serve now, in order.
    pub fn scopes(&self, audience: &Scopes) -> Vec<Scope> {
        self.pages().scopes(audience)
    }

    /// A task that panicked left at worst an exchange that is counted in part.
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Unix time in milliseconds.
pub fn unix_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
