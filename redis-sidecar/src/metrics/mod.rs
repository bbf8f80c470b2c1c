//! The metrics, for Prometheus: names of kinds and codes, and numbers. Each instance of a filter reports its own numbers;
//! here they are summed.

mod bounded;
mod estate;
mod exchanges;
mod filters;
mod store;

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use contract::{Counters, ExchangeSummary};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use self::bounded::Bounded;
use self::estate::EstateMetrics;
use self::exchanges::Exchanges;
use self::filters::Filters;
pub use self::filters::Heard;
use self::store::StoreMetrics;
use crate::error::Error;
use crate::quota::Quota;
use crate::store::Health;

/// Scopes that are counted by name; further ones are counted as `other`.
const SCOPES: usize = 100;

/// Series with these labels.
type Labelled<T, const N: usize = 1> = Family<[(&'static str, String); N], T>;

#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    exchanges: Exchanges,
    store: StoreMetrics,
    estate: EstateMetrics,
    filters: Mutex<Filters>,
    scopes: Bounded,
    syncs: Labelled<Counter>,
    denied: Labelled<Counter>,
    over_quota: Labelled<Counter, 2>,
    dropped_events: Labelled<Counter>,
    selfcheck: Labelled<Gauge, 0>,
    pub stored: Counter,
    pub found: Counter,
    pub unknown: Counter,
    /// Records whose secret is unknown by now, or that were altered.
    pub unopenable: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("aws_masker");
        let metrics = Self {
            exchanges: Exchanges::register(&mut registry),
            store: StoreMetrics::register(&mut registry),
            estate: EstateMetrics::register(&mut registry),
            filters: Mutex::new(Filters::register(&mut registry)),
            scopes: Bounded::new(SCOPES),
            syncs: Family::default(),
            denied: Family::default(),
            over_quota: Family::default(),
            dropped_events: Family::default(),
            selfcheck: Family::default(),
            stored: Counter::default(),
            found: Counter::default(),
            unknown: Counter::default(),
            unopenable: Counter::default(),
            registry: Registry::default(),
        };
        metrics.register(&mut registry);
        Self { registry, ..metrics }
    }
}

impl Metrics {
    fn register(&self, registry: &mut Registry) {
        registry.register("syncs", "Batches by outcome", self.syncs.clone());
        // Whoever asks for an increase needs the series before it counts anything.
        drop(self.denied.get_or_create(&[("code", Error::Unauthorized.code().to_owned())]));
        for to in ["store", "webhook"] {
            drop(self.dropped_events.get_or_create(&[("to", to.to_owned())]));
        }
        registry.register("denied_calls", "Calls of the sidecar that were refused, by code", self.denied.clone());
        registry.register(
            "quota_refused_mappings",
            "Mappings refused because a quota of their scope is used up",
            self.over_quota.clone(),
        );
        registry.register("selfcheck_success", "Whether the last self-check succeeded", self.selfcheck.clone());
        registry.register("mappings_stored", "Mappings written or renewed", self.stored.clone());
        registry.register("placeholders_found", "Placeholders that were found", self.found.clone());
        registry.register("placeholders_unknown", "Placeholders unknown to their scope", self.unknown.clone());
        registry.register("records_unopenable", "Records that no secret can open", self.unopenable.clone());
        registry.register(
            "dropped_events",
            "Events that the store or the webhook did not take",
            self.dropped_events.clone(),
        );
        let build: Labelled<Gauge, 2> = Family::default();
        let labels = [("version", env!("CARGO_PKG_VERSION").to_owned()), ("catalogue", masking::catalog::version())];
        build.get_or_create(&labels).set(1);
        registry.register("build_info", "The version of the sidecar and of its catalogue", build);
    }

    pub fn count_sync(&self, acknowledged: bool) {
        let outcome = if acknowledged { "acknowledged" } else { "unacknowledged" };
        self.syncs.get_or_create(&[("outcome", outcome.to_owned())]).inc();
    }

    pub fn count_refusal(&self, error: Error) {
        self.denied.get_or_create(&[("code", error.code().to_owned())]).inc();
    }

    pub fn count_over_quota(&self, scope: &str, quota: Quota, mappings: u64) {
        let labels = [("scope", self.scopes.name(scope)), ("quota", quota.as_str().to_owned())];
        self.over_quota.get_or_create(&labels).inc_by(mappings);
    }

    /// Counts events that were dropped because `to` did not take them.
    pub fn count_dropped_events(&self, to: &'static str, count: u64) {
        if count > 0 {
            self.dropped_events.get_or_create(&[("to", to.to_owned())]).inc_by(count);
        }
    }

    /// Counts a batch: the totals by its counters, which no bound of the filter cuts, and the distributions by its exchanges.
    pub fn count<'e>(&self, counters: &Counters, exchanges: impl Iterator<Item = &'e ExchangeSummary>) {
        self.exchanges.count(counters);
        exchanges.for_each(|exchange| self.exchanges.observe(exchange));
    }

    /// Hears of an instance of a filter, with each of its calls.
    pub fn hear(&self, instance: &str, heard: Heard) {
        self.filters().hear(instance, heard, Instant::now());
    }

    /// The outcome of a self-check. Before the first one there is no such series.
    pub fn take_selfcheck(&self, succeeded: bool) {
        self.selfcheck.get_or_create(&[]).set(i64::from(succeeded));
    }

    /// Counts scheduled imports of a scope's estate; none, so that there is a series before the first one.
    pub fn count_imports(&self, scope: &str, succeeded: bool, imports: u64) {
        self.estate.count(self.scopes.name(scope), succeeded, imports);
    }

    /// Takes the age of a scope's estate, which grows until it is told again.
    pub fn take_estate_age(&self, scope: &str, age: Duration) {
        self.estate.take_age(self.scopes.name(scope), age);
    }

    /// The text that Prometheus scrapes, with the store as it is now.
    pub fn render(&self, health: Health) -> Result<String, Error> {
        self.store.show(health);
        self.estate.show(Instant::now());
        self.filters().show(Instant::now());
        let mut text = String::new();
        encode(&mut text, &self.registry).map_err(|_| Error::Internal)?;
        Ok(text)
    }

    fn filters(&self) -> std::sync::MutexGuard<'_, Filters> {
        self.filters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
