//! The scheduled imports of the estate.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::Labelled;

#[derive(Debug, Default)]
pub(super) struct EstateMetrics {
    imports: Labelled<Counter, 2>,
    age: Labelled<Gauge>,
    /// The time of the last import of each scope.
    last: Mutex<BTreeMap<String, Instant>>,
}

impl EstateMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let estate = Self { imports: Family::default(), age: Family::default(), last: Mutex::default() };
        registry.register("estate_imports", "Scheduled imports of the estate by outcome", estate.imports.clone());
        registry.register("estate_age_seconds", "The time since the estate was imported", estate.age.clone());
        estate
    }

    /// Counts so many imports.
    pub(super) fn count(&self, scope: String, succeeded: bool, imports: u64) {
        let outcome = if succeeded { "imported" } else { "failed" };
        self.imports.get_or_create(&[("scope", scope), ("outcome", outcome.to_owned())]).inc_by(imports);
    }

    /// The estate of a scope is so old by now.
    pub(super) fn take_age(&self, scope: String, age: Duration) {
        let at = Instant::now().checked_sub(age);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.extend(at.map(|at| (scope, at)));
    }

    pub(super) fn show(&self, now: Instant) {
        for (scope, at) in &*self.last.lock().unwrap_or_else(PoisonError::into_inner) {
            let age = now.saturating_duration_since(*at).as_secs();
            self.age.get_or_create(&[("scope", scope.clone())]).set(i64::try_from(age).unwrap_or(i64::MAX));
        }
    }
}
