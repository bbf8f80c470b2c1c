//! The filter's debts to the sidecar, until they are acknowledged: bounded, oldest first, none of them twice.

use std::collections::{HashSet, VecDeque};

use contract::{Counters, ExchangeSummary, Mapping, bound};
use serde::Serialize;

/// Maximum mappings, about the new values of a minute of heavy traffic; past that the oldest are dropped and counted.
pub(super) const MAPPINGS_MAX: usize = 50_000;
/// Maximum summaries of exchanges; past that the oldest are dropped and counted.
pub(super) const EXCHANGES_MAX: usize = 5_000;
/// Maximum bytes of the mappings in one batch, and of the summaries: together they leave room for the rest of the call.
const BATCH_BYTES: usize = bound::BODY_BYTES / 3;

#[derive(Debug, Default)]
pub(crate) struct Outbox {
    mappings: VecDeque<Mapping>,
    /// The scope and placeholder of every mapping here or in flight.
    queued: HashSet<(String, String)>,
    exchanges: VecDeque<ExchangeSummary>,
    pub counters: Counters,
    /// The number of the newest mappings of which there is no copy outside this outbox.
    unkept: usize,
}

/// A part of the outbox on its way to the sidecar.
#[derive(Debug, Default, Clone)]
pub(crate) struct Batch {
    pub mappings: Vec<Mapping>,
    pub exchanges: Vec<ExchangeSummary>,
    pub counters: Counters,
}

impl Batch {
    pub(crate) fn is_empty(&self) -> bool {
        self.mappings.is_empty() && self.exchanges.is_empty() && self.counters == Counters::default()
    }
}

impl Outbox {
    pub(crate) fn is_empty(&self) -> bool {
        self.mappings.is_empty() && self.exchanges.is_empty() && self.counters == Counters::default()
    }

    /// Mappings that wait for their first call.
    pub(crate) fn mappings_len(&self) -> usize {
        self.mappings.len()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.mappings.len() >= MAPPINGS_MAX
    }

    /// Takes a mapping; at the bound the oldest is dropped and counted.
    pub(crate) fn owe(&mut self, mapping: Mapping) {
        // The sidecar would refuse the whole batch for a longer value.
        if mapping.value.expose().len() > bound::VALUE_BYTES {
            self.counters.dropped_mappings += 1;
            return;
        }
        if !self.queued.insert((mapping.scope.clone(), mapping.placeholder.clone())) {
            return;
        }
        if self.is_full() {
            self.drop_oldest();
        }
        self.mappings.push_back(mapping);
        self.unkept += 1;
    }

    /// Returns the mappings without a copy elsewhere; the caller keeps one.
    pub(crate) fn take_unkept(&mut self) -> Vec<Mapping> {
        let newest = self.mappings.len().saturating_sub(std::mem::take(&mut self.unkept));
        self.mappings.iter().skip(newest).cloned().collect()
    }

    pub(crate) fn report(&mut self, exchange: ExchangeSummary) {
        if self.exchanges.len() >= EXCHANGES_MAX {
            self.exchanges.pop_front();
            self.counters.dropped_exchanges += 1;
        }
        self.exchanges.push_back(exchange);
    }

    /// Takes out the oldest debts, as many as fit into one call.
    pub(crate) fn take_batch(&mut self) -> Batch {
        Batch {
            mappings: take_front(&mut self.mappings, bound::MAPPINGS),
            exchanges: take_front(&mut self.exchanges, bound::EXCHANGES),
            counters: std::mem::take(&mut self.counters),
        }
    }

    /// The batch has arrived and is stored.
    pub(crate) fn forget(&mut self, batch: &Batch) {
        for mapping in &batch.mappings {
            self.queued.remove(&(mapping.scope.clone(), mapping.placeholder.clone()));
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.mappings.pop_front() {
            self.queued.remove(&(oldest.scope, oldest.placeholder));
            self.counters.dropped_mappings += 1;
        }
    }
}

/// Takes out the oldest parts, as many as fit into one call.
fn take_front<T: Serialize>(parts: &mut VecDeque<T>, max: usize) -> Vec<T> {
    let mut bytes = 0;
    let fits = |part: &&T| {
        bytes += wire_len(*part);
        bytes <= BATCH_BYTES
    };
    let count = parts.iter().take(max).take_while(fits).count();
    parts.drain(..count).collect()
}

/// Bytes of a part of a batch on the wire, with the comma after it.
fn wire_len(part: &impl Serialize) -> usize {
    serde_json::to_vec(part).map_or(BATCH_BYTES, |json| json.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Redacted;

    fn mapping(n: usize) -> Mapping {
        let value = Redacted::new(format!("value {n}"));
        Mapping { scope: "s".into(), kind: "k".into(), placeholder: format!("P{n}"), value, by_context: false }
    }

    fn exchange() -> ExchangeSummary {
        ExchangeSummary {
            scope: "s".into(),
            at_ms: 0,
            request_bytes: 0,
            response_bytes: 0,
            masked: Vec::new(),
            restored: 0,
            unresolved: 0,
            attachments: 0,
            masked_links: 0,
            refused: None,
        }
    }

    fn names(batch: &Batch) -> Vec<&str> {
        batch.mappings.iter().map(|m| m.placeholder.as_str()).collect()
    }

    #[test]
    fn what_is_owed_stays_until_it_is_delivered_and_is_owed_once() {
        let mut outbox = Outbox::default();
        [1, 2, 1].into_iter().for_each(|n| outbox.owe(mapping(n)));
        let batch = outbox.take_batch();
        assert_eq!(names(&batch), ["P1", "P2"]);
        // In flight: not owed a second time.
        outbox.owe(mapping(1));
        outbox.owe(mapping(3));
        outbox.forget(&batch);
        let next = outbox.take_batch();
        assert_eq!(names(&next), ["P3"]);
        outbox.forget(&next);
        assert!(outbox.is_empty());
        outbox.owe(mapping(1));
        assert_eq!(names(&outbox.take_batch()), ["P1"]);
    }

    #[test]
    fn a_mapping_is_copied_once() {
        let mut outbox = Outbox::default();
        [1, 2].into_iter().for_each(|n| outbox.owe(mapping(n)));
        assert_eq!(outbox.take_unkept().len(), 2);
        outbox.owe(mapping(2));
        outbox.owe(mapping(3));
        assert_eq!(outbox.take_unkept().iter().map(|m| m.placeholder.as_str()).collect::<Vec<_>>(), ["P3"]);
        outbox.owe(mapping(4));
        outbox.take_batch();
        assert!(outbox.take_unkept().is_empty(), "it is on its way");
    }

    #[test]
    fn at_the_bound_the_oldest_goes_and_is_counted() {
        let mut outbox = Outbox::default();
        (0..MAPPINGS_MAX + 2).for_each(|n| outbox.owe(mapping(n)));
        assert_eq!(outbox.counters.dropped_mappings, 2);
        let batch = outbox.take_batch();
        assert_eq!(batch.mappings.first().unwrap().placeholder, "P2");
        assert_eq!(batch.mappings.len(), bound::MAPPINGS);
    }

    #[test]
    fn a_batch_keeps_below_the_bounds_of_a_call() {
        let mut outbox = Outbox::default();
        for n in 0..100 {
            outbox.owe(Mapping { value: Redacted::new("\n".repeat(bound::VALUE_BYTES)), ..mapping(n) });
            outbox.report(ExchangeSummary { masked: vec![("k".repeat(100), 1); 200], ..exchange() });
        }
        outbox.owe(Mapping { value: Redacted::new("x".repeat(bound::VALUE_BYTES + 1)), ..mapping(2_000) });
        assert_eq!(outbox.counters.dropped_mappings, 1);
        let batch = outbox.take_batch();
        assert!(!batch.mappings.is_empty() && !batch.exchanges.is_empty());
        assert!(wire_len(&(batch.mappings, batch.exchanges)) < bound::BODY_BYTES);
    }
}
