//! The state of the store.

use contract::StoreState;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::Labelled;
use crate::store::{Breaker, Eviction, Health};

#[derive(Debug, Default)]
pub(super) struct StoreMetrics {
    up: Gauge,
    breaker: Labelled<Gauge>,
    eviction: Labelled<Gauge>,
    held: Gauge,
    evicted: Gauge,
}

impl StoreMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let store = Self { breaker: Family::default(), eviction: Family::default(), ..Self::default() };
        registry.register("store_up", "Whether the store answers", store.up.clone());
        registry.register("breaker", "The circuit breaker's state", store.breaker.clone());
        registry.register("eviction", "Whether Redis may evict mappings", store.eviction.clone());
        registry.register("memory_mappings", "Mappings in the embedded store", store.held.clone());
        registry.register("memory_evicted", "Mappings dropped by the embedded store", store.evicted.clone());
        store
    }

    pub(super) fn show(&self, health: Health) {
        let is = |holds: bool| i64::from(holds);
        self.up.set(is(health.state != StoreState::RedisDown));
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
    }
}
