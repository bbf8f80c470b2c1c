//! The instances of the filters that call: what they owe, and how long ago they called.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use lru::LruCache;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::Labelled;

/// Instances that are remembered.
const INSTANCES: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();
/// An instance that has not called for so long is gone: a worker that ended, a configuration that was replaced. One that
/// works calls every few seconds.
const GONE: Duration = Duration::from_secs(60);

/// What a call tells of its instance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heard {
    /// Mappings that are owed after this call.
    pub owed: u64,
    /// Whether it alters nothing.
    pub observes: bool,
}

#[derive(Debug)]
pub(super) struct Filters {
    instances: LruCache<String, (Heard, Instant)>,
    began: Instant,
    heard: Option<Instant>,
    calling: Gauge,
    owed: Gauge,
    age: Gauge<f64, AtomicU64>,
    mode: Labelled<Gauge>,
}

impl Filters {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let filters = Self {
            instances: LruCache::new(INSTANCES),
            began: Instant::now(),
            heard: None,
            calling: Gauge::default(),
            owed: Gauge::default(),
            age: Gauge::default(),
            mode: Family::default(),
        };
        registry.register("filter_instances", "Filters that called in the last minute", filters.calling.clone());
        registry.register("outbox_mappings", "Mappings that these still owe", filters.owed.clone());
        let help = "Time since any filter called, or since the start";
        registry.register_with_unit("sync_age", help, Unit::Seconds, filters.age.clone());
        registry.register("mode", "Filters that called in the last minute, by their mode", filters.mode.clone());
        filters
    }

    pub(super) fn hear(&mut self, instance: &str, heard: Heard, now: Instant) {
        self.heard = Some(now);
        self.instances.put(instance.to_owned(), (heard, now));
    }

    pub(super) fn show(&mut self, now: Instant) {
        let age = now.saturating_duration_since(self.heard.unwrap_or(self.began));
        self.age.set(age.as_secs_f64());
        while self.instances.peek_lru().is_some_and(|(_, (_, at))| now.saturating_duration_since(*at) > GONE) {
            self.instances.pop_lru();
        }
        let heard = || self.instances.iter().map(|(_, (heard, _))| heard);
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        self.calling.set(number(self.instances.len() as u64));
        self.owed.set(number(heard().fold(0, |sum, heard| sum.saturating_add(heard.owed))));
        for (mode, observes) in [("mask", false), ("observe", true)] {
            let count = heard().filter(|heard| heard.observes == observes).count();
            self.mode.get_or_create(&[("mode", mode.to_owned())]).set(number(count as u64));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_counts_as_long_as_it_calls() {
        let mut filters = Filters::register(&mut Registry::default());
        let start = Instant::now();
        let observing = Heard { owed: 3, observes: true };
        filters.hear("a", observing, start);
        filters.hear("b", Heard { owed: 4, observes: false }, start + GONE);
        let mode = |filters: &Filters, mode: &str| filters.mode.get_or_create(&[("mode", mode.to_owned())]).get();
        filters.show(start + GONE);
        assert_eq!((filters.calling.get(), filters.owed.get()), (2, 7));
        assert_eq!((mode(&filters, "observe"), mode(&filters, "mask")), (1, 1));
        filters.hear("b", Heard { owed: 1, observes: false }, start + GONE);
        filters.show(start + GONE + Duration::from_secs(1));
        assert_eq!((filters.calling.get(), filters.owed.get(), filters.age.get()), (1, 1, 1.0));
        assert_eq!((mode(&filters, "observe"), mode(&filters, "mask")), (0, 1));
    }
}
