//! The metrics, for Prometheus. Kinds and numbers only.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use contract::{Counters, ExchangeSummary};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::error::Error;
use crate::quota::Quota;
use crate::store::{Breaker, Eviction, Health};

/// Distinct kinds that are counted by name. The catalogue has far fewer; the rest is what the holder of a token invents.
const KINDS: usize = 256;

type Labelled<T> = Family<[(&'static str, String); 1], T>;

#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    kinds: Mutex<HashSet<String>>,
    syncs: Labelled<Counter>,
    filter: Labelled<Counter>,
    masked: Labelled<Counter>,
    denied: Labelled<Counter>,
    over_quota: Labelled<Counter>,
    up: Gauge,
    breaker: Labelled<Gauge>,
    eviction: Labelled<Gauge>,
    held: Gauge,
    evicted: Gauge,
    pub stored: Counter,
    pub found: Counter,
    pub unknown: Counter,
    /// Records whose secret is unknown by now, or that were altered.
    pub unopenable: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("aws_masker"),
            kinds: Mutex::default(),
            syncs: Family::default(),
            filter: Family::default(),
            masked: Family::default(),
            denied: Family::default(),
            over_quota: Family::default(),
            up: Gauge::default(),
            breaker: Family::default(),
            eviction: Family::default(),
            held: Gauge::default(),
            evicted: Gauge::default(),
            stored: Counter::default(),
            found: Counter::default(),
            unknown: Counter::default(),
            unopenable: Counter::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("syncs", "Batches by outcome", self.syncs.clone());
        registry.register("filter", "Events counted by the filters", self.filter.clone());
        registry.register("masked_values", "Occurrences masked, by kind", self.masked.clone());
        registry.register("denied", "Refused calls, by code", self.denied.clone());
        registry.register(
            "over_quota",
            "Mappings refused because a quota of their scope is used up",
            self.over_quota.clone(),
        );
        registry.register("store_up", "Whether the store answers", self.up.clone());
        registry.register("breaker", "The circuit breaker's state", self.breaker.clone());
        registry.register("eviction", "Whether Redis may evict mappings", self.eviction.clone());
        registry.register("memory_mappings", "Mappings in the embedded store", self.held.clone());
        registry.register("memory_evicted", "Mappings dropped by the embedded store", self.evicted.clone());
        registry.register("mappings_stored", "Mappings written or renewed", self.stored.clone());
        registry.register("placeholders_found", "Placeholders that were found", self.found.clone());
        registry.register("placeholders_unknown", "Placeholders unknown to their scope", self.unknown.clone());
        registry.register("records_unopenable", "Records that no secret can open", self.unopenable.clone());
    }

    pub fn count_sync(&self, acknowledged: bool) {
        let outcome = if acknowledged { "acknowledged" } else { "unacknowledged" };
        self.syncs.get_or_create(&[("outcome", outcome.to_owned())]).inc();
    }

    pub fn count_refusal(&self, error: Error) {
        self.denied.get_or_create(&[("code", error.code().to_owned())]).inc();
    }

    pub fn count_over_quota(&self, quota: Quota, mappings: u64) {
        self.over_quota.get_or_create(&[("quota", quota.as_str().to_owned())]).inc_by(mappings);
    }

    pub fn count<'e>(&self, counters: &Counters, exchanges: impl Iterator<Item = &'e ExchangeSummary>) {
        for (name, count) in counter_fields(counters) {
            self.filter.get_or_create(&[("event", name.to_owned())]).inc_by(count);
        }
        for (kind, count) in exchanges.flat_map(|exchange| &exchange.masked) {
            self.masked.get_or_create(&[("kind", self.known_kind(kind))]).inc_by(*count);
        }
    }

    /// The text that Prometheus scrapes, with the store as it is now.
    pub fn render(&self, health: Health) -> Result<String, Error> {
        let is = |holds: bool| i64::from(holds);
        self.up.set(is(health.state != contract::StoreState::RedisDown));
        for state in [Breaker::Closed, Breaker::Open, Breaker::HalfOpen] {
            let label = [("state", state.as_str().to_owned())];
            self.breaker.get_or_create(&label).set(is(health.breaker == state));
        }
        for state in [Eviction::Never, Eviction::May, Eviction::Unknown] {
            let label = [("state", state.as_str().to_owned())];
            self.eviction.get_or_create(&label).set(is(health.eviction == state));
        }
        self.held.set(i64::try_from(health.held).unwrap_or(i64::MAX));
        self.evicted.set(i64::try_from(health.evicted).unwrap_or(i64::MAX));
        let mut text = String::new();
        encode(&mut text, &self.registry).map_err(|_| Error::Internal)?;
        Ok(text)
    }

    fn known_kind(&self, kind: &str) -> String {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        if kinds.contains(kind) || (kinds.len() < KINDS && kinds.insert(kind.to_owned())) {
            kind.to_owned()
        } else {
            "other".to_owned()
        }
    }
}

/// A field that is added to the contract does not compile here until it is counted.
fn counter_fields(counters: &Counters) -> [(&'static str, u64); 15] {
    let Counters {
        requests,
        refused,
        masked,
        restored,
        unresolved,
        attachments,
        masked_links,
        fallback_key,
        orphaned_responses,
        unmasked_requests,
        degraded_responses,
        dropped_mappings,
        dropped_exchanges,
        failed_calls,
        unsent_calls,
    } = *counters;
    [
        ("requests", requests),
        ("refused", refused),
        ("masked", masked),
        ("restored", restored),
        ("unresolved", unresolved),
        ("attachments", attachments),
        ("masked_links", masked_links),
        ("fallback_key", fallback_key),
        ("orphaned_responses", orphaned_responses),
        ("unmasked_requests", unmasked_requests),
        ("degraded_responses", degraded_responses),
        ("dropped_mappings", dropped_mappings),
        ("dropped_exchanges", dropped_exchanges),
        ("failed_calls", failed_calls),
        ("unsent_calls", unsent_calls),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invented_kinds_do_not_grow_the_metrics() {
        let metrics = Metrics::default();
        let names: HashSet<_> = (0..2 * KINDS).map(|n| metrics.known_kind(&format!("kind{n}"))).collect();
        assert_eq!(names.len(), KINDS + 1);
        assert_eq!(metrics.known_kind("kind0"), "kind0");
    }
}
