//! What the filter owes the sidecar, until it is acknowledged: bounded, oldest first, nothing twice.

use std::collections::{HashSet, VecDeque};

use contract::{Counters, Exchange, Mapping, bound};

/// Mappings kept at the most: what about a minute of heavy traffic shows of new values.
pub const MAPPINGS_MAX: usize = 50_000;
/// Summaries of exchanges kept at the most.
pub const EXCHANGES_MAX: usize = 5_000;
/// Bytes of mappings in one batch, well below the bound of a whole call.
const BATCH_BYTES: usize = bound::BODY_BYTES / 2;

#[derive(Debug, Default)]
pub struct Outbox {
    mappings: VecDeque<Mapping>,
    /// The scope and placeholder of every mapping here or in flight.
    queued: HashSet<(String, String)>,
    exchanges: VecDeque<Exchange>,
    pub counters: Counters,
}

/// A part of the outbox on its way to the sidecar.
#[derive(Debug, Default)]
pub struct Batch {
    pub mappings: Vec<Mapping>,
    pub exchanges: Vec<Exchange>,
    pub counters: Counters,
}

impl Outbox {
    pub fn is_empty(&self) -> bool {
        self.mappings.is_empty() && self.exchanges.is_empty() && self.counters == Counters::default()
    }

    pub fn is_full(&self) -> bool {
        self.mappings.len() >= MAPPINGS_MAX
    }

    /// Takes a mapping; at the bound the oldest is dropped and counted.
    pub fn owe(&mut self, mapping: Mapping) {
        // A longer value is no use to anybody who looks it up, and the sidecar would refuse the whole batch.
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
    }

    pub fn report(&mut self, exchange: Exchange) {
        if self.exchanges.len() >= EXCHANGES_MAX {
            self.exchanges.pop_front();
            self.counters.dropped_exchanges += 1;
        }
        self.exchanges.push_back(exchange);
    }

    /// Takes the oldest of what is owed, as much as one call holds.
    pub fn batch(&mut self) -> Batch {
        let mut bytes = 0;
        let fits = |mapping: &&Mapping| {
            bytes +=
                mapping.value.expose().len() + mapping.scope.len() + mapping.kind.len() + mapping.placeholder.len();
            bytes <= BATCH_BYTES
        };
        let count = self.mappings.iter().take(bound::MAPPINGS).take_while(fits).count();
        Batch {
            mappings: self.mappings.drain(..count).collect(),
            exchanges: self.exchanges.drain(..self.exchanges.len().min(bound::EXCHANGES)).collect(),
            counters: std::mem::take(&mut self.counters),
        }
    }

    /// The batch arrived and is stored.
    pub fn delivered(&mut self, batch: &Batch) {
        for mapping in &batch.mappings {
            self.queued.remove(&(mapping.scope.clone(), mapping.placeholder.clone()));
        }
    }

    /// The batch may not have arrived: it is owed again, before everything else.
    pub fn take_back(&mut self, batch: Batch) {
        batch.mappings.into_iter().rev().for_each(|mapping| self.mappings.push_front(mapping));
        batch.exchanges.into_iter().rev().for_each(|exchange| self.exchanges.push_front(exchange));
        add(&mut self.counters, &batch.counters);
        while self.mappings.len() > MAPPINGS_MAX {
            self.drop_oldest();
        }
        let excess = self.exchanges.len().saturating_sub(EXCHANGES_MAX);
        self.exchanges.drain(..excess);
        self.counters.dropped_exchanges += excess as u64;
    }

    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.mappings.pop_front() {
            self.queued.remove(&(oldest.scope, oldest.placeholder));
            self.counters.dropped_mappings += 1;
        }
    }
}

fn add(total: &mut Counters, more: &Counters) {
    let Counters {
        requests,
        refused,
        masked,
        restored,
        unresolved,
        fallback_key,
        orphaned_responses,
        degraded_responses,
        dropped_mappings,
        dropped_exchanges,
    } = *more;
    total.requests += requests;
    total.refused += refused;
    total.masked += masked;
    total.restored += restored;
    total.unresolved += unresolved;
    total.fallback_key += fallback_key;
    total.orphaned_responses += orphaned_responses;
    total.degraded_responses += degraded_responses;
    total.dropped_mappings += dropped_mappings;
    total.dropped_exchanges += dropped_exchanges;
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Value;

    fn mapping(n: usize) -> Mapping {
        let value = Value::new(format!("value {n}"));
        Mapping { scope: "s".into(), kind: "k".into(), placeholder: format!("P{n}"), value, recall: false }
    }

    fn names(batch: &Batch) -> Vec<&str> {
        batch.mappings.iter().map(|m| m.placeholder.as_str()).collect()
    }

    #[test]
    fn what_is_owed_stays_until_it_is_delivered_and_is_owed_once() {
        let mut outbox = Outbox::default();
        [1, 2, 1].into_iter().for_each(|n| outbox.owe(mapping(n)));
        let batch = outbox.batch();
        assert_eq!(names(&batch), ["P1", "P2"]);
        // In flight: not owed a second time.
        outbox.owe(mapping(1));
        outbox.owe(mapping(3));
        outbox.take_back(batch);
        let batch = outbox.batch();
        assert_eq!(names(&batch), ["P1", "P2", "P3"]);
        outbox.delivered(&batch);
        assert!(outbox.is_empty());
        outbox.owe(mapping(1));
        assert_eq!(names(&outbox.batch()), ["P1"]);
    }

    #[test]
    fn at_the_bound_the_oldest_goes_and_is_counted() {
        let mut outbox = Outbox::default();
        (0..MAPPINGS_MAX + 2).for_each(|n| outbox.owe(mapping(n)));
        assert_eq!(outbox.counters.dropped_mappings, 2);
        let batch = outbox.batch();
        assert_eq!(batch.mappings.first().unwrap().placeholder, "P2");
        assert_eq!(batch.mappings.len(), bound::MAPPINGS);
        (0..bound::MAPPINGS).for_each(|n| outbox.owe(mapping(MAPPINGS_MAX + 10 + n)));
        outbox.take_back(batch);
        assert_eq!(outbox.counters.dropped_mappings, 2 + bound::MAPPINGS as u64);
    }

    #[test]
    fn a_batch_keeps_below_the_bounds_of_a_call() {
        let mut outbox = Outbox::default();
        for n in 0..1_000 {
            outbox.owe(Mapping { value: Value::new("x".repeat(bound::VALUE_BYTES)), ..mapping(n) });
        }
        outbox.owe(Mapping { value: Value::new("x".repeat(bound::VALUE_BYTES + 1)), ..mapping(2_000) });
        assert_eq!(outbox.counters.dropped_mappings, 1);
        let batch = outbox.batch();
        assert!(!batch.mappings.is_empty());
        assert!(batch.mappings.iter().map(|m| m.value.expose().len()).sum::<usize>() <= BATCH_BYTES);
    }

    #[test]
    fn counters_come_back_with_a_batch() {
        let mut outbox = Outbox::default();
        outbox.counters.requests = 3;
        let batch = outbox.batch();
        outbox.counters.requests = 2;
        outbox.take_back(batch);
        assert_eq!(outbox.counters.requests, 5);
    }
}
