//! The filter's debts to the sidecar, until they are acknowledged: bounded, and none of them twice. Each scope has a
//! queue of its own, and they take turns, so that nobody waits for another scope's flood.
//!
//! The bounds are those of what may be owed: a request whose mappings do not fit is refused before it is forwarded
//! ([`Outbox::fits`]), or, if the configuration lets requests through without the vault, the oldest are dropped and
//! counted ([`Outbox::make_room`]).

mod queue;

use std::collections::{HashMap, VecDeque};

use contract::{Counters, ExchangeSummary, Mapping, RefusedScope, bound, code};
use serde::Serialize;

use self::queue::Queue;
use super::clock::Steady;

/// Maximum mappings of one scope, and maximum bytes of their values: more than a request may have.
pub(super) const SCOPE_MAPPINGS: usize = 25_000;
pub(super) const SCOPE_BYTES: usize = 8 << 20;
/// Maximum mappings of all scopes, and maximum bytes: the new values of half a minute of heavy traffic.
const MAPPINGS_MAX: usize = 2 * SCOPE_MAPPINGS;
const BYTES_MAX: usize = 2 * SCOPE_BYTES;
/// Mappings and bytes of one scope that fit even if other scopes owe all of that.
const LEAST_MAPPINGS: usize = 200;
const LEAST_BYTES: usize = 256 << 10;
/// Mappings of one scope that a batch takes before it is the turn of the next scope.
const TURN: usize = 100;
/// Mappings of all scopes in one batch. Writing it and reading the answer takes a tick, in which the worker serves no
/// request.
const BATCH_MAPPINGS: usize = 1_000;
/// Milliseconds after which mappings that exceeded a quota are sent again.
const QUOTA_MS: u64 = 2_000;
/// Maximum summaries of exchanges; past that the oldest are dropped and counted.
pub(super) const EXCHANGES_MAX: usize = 5_000;
/// Maximum bytes of the mappings in one batch, and of the summaries: together they leave room for the rest of the call.
const BATCH_BYTES: usize = bound::BODY_BYTES / 3;
/// Maximum bytes of the bodies in all summaries; past that the summaries of the oldest exchanges go without.
const BODIES_BYTES: usize = 4 << 20;

#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queues: HashMap<String, Queue>,
    /// The scopes with a queue, in the order of their turns.
    turns: VecDeque<String>,
    /// Mappings of all scopes, and the bytes of their values; those in flight are among them.
    mappings: usize,
    bytes: usize,
    exchanges: VecDeque<ExchangeSummary>,
    /// Bytes of the bodies in them.
    bodies: usize,
    pub counters: Counters,
}

/// A part of the outbox on its way to the sidecar.
#[derive(Debug, Default, Clone)]
pub(crate) struct Batch {
    pub mappings: Vec<Mapping>,
    pub exchanges: Vec<ExchangeSummary>,
    pub counters: Counters,
    /// Mappings that are owed besides these.
    pub owed: u64,
}

impl Batch {
    pub(crate) fn is_empty(&self) -> bool {
        self.mappings.is_empty() && self.exchanges.is_empty() && self.counters == Counters::default()
    }
}

impl Outbox {
    /// Returns whether a call is worth being made for something here.
    pub(crate) fn has_due(&self, now: Steady) -> bool {
        let counted = !self.exchanges.is_empty() || self.counters != Counters::default();
        counted || self.queues.values().any(|queue| queue.is_due(now))
    }

    /// Owed mappings.
    pub(crate) fn mappings_len(&self) -> usize {
        self.mappings
    }

    /// Returns whether so many more mappings of a scope may be owed.
    pub(crate) fn fits(&self, scope: &str, mappings: usize, bytes: usize) -> bool {
        let queue = self.queues.get(scope);
        let of_scope = queue.map_or(0, Queue::len) + mappings;
        let bytes_of_scope = queue.map_or(0, Queue::bytes) + bytes;
        let within = |mappings_max, bytes_max| of_scope <= mappings_max && bytes_of_scope <= bytes_max;
        let in_all = self.mappings + mappings <= MAPPINGS_MAX && self.bytes + bytes <= BYTES_MAX;
        within(LEAST_MAPPINGS, LEAST_BYTES) || in_all && within(SCOPE_MAPPINGS, SCOPE_BYTES)
    }

    /// Drops the oldest mappings of a scope, and counts them, until so many more fit or none is left.
    pub(crate) fn make_room(&mut self, scope: &str, mappings: usize, bytes: usize) {
        while !self.fits(scope, mappings, bytes) {
            let Some(oldest) = self.queues.get_mut(scope).and_then(Queue::drop_oldest) else { return };
            self.discount(std::iter::once(&oldest));
            self.counters.dropped_mappings += 1;
        }
    }

    pub(crate) fn owes(&self, scope: &str, placeholder: &str) -> bool {
        self.queues.get(scope).is_some_and(|queue| queue.owes(placeholder))
    }

    /// Returns whether a quota of the scope is used up, by the last word of the sidecar.
    pub(crate) fn is_refused(&self, scope: &str, now: Steady) -> bool {
        self.queues.get(scope).is_some_and(|queue| queue.is_held(now))
    }

    /// Takes a mapping, once. The caller has seen to it that there is room.
    pub(crate) fn owe(&mut self, mapping: Mapping) {
        // The sidecar would refuse the whole batch for a longer value.
        if mapping.value.expose().len() > bound::VALUE_BYTES {
            self.counters.dropped_mappings += 1;
            return;
        }
        if !self.queues.contains_key(&mapping.scope) {
            self.turns.push_back(mapping.scope.clone());
        }
        let bytes = mapping.value.expose().len();
        if self.queues.entry(mapping.scope.clone()).or_default().owe(mapping) {
            self.mappings += 1;
            self.bytes += bytes;
        }
    }

    /// Returns the mappings without a copy elsewhere; the caller keeps one.
    pub(crate) fn take_unkept(&mut self) -> Vec<Mapping> {
        self.queues.values_mut().flat_map(Queue::take_unkept).collect()
    }

    pub(crate) fn report(&mut self, exchange: ExchangeSummary) {
        if self.exchanges.len() >= EXCHANGES_MAX {
            self.bodies -= self.exchanges.pop_front().map_or(0, |oldest| body_len(&oldest));
            self.counters.dropped_exchanges += 1;
        }
        self.bodies += body_len(&exchange);
        self.exchanges.push_back(exchange);
        let mut oldest = self.exchanges.iter_mut();
        while self.bodies > BODIES_BYTES {
            let Some(exchange) = oldest.next() else { return };
            self.bodies -= body_len(exchange);
            exchange.masked_body = None;
        }
    }

    /// Takes out as many debts as fit into one call: of each scope the oldest, the scopes by turns.
    pub(crate) fn take_batch(&mut self, now: Steady) -> Batch {
        let exchanges = take_front(&mut self.exchanges, bound::EXCHANGES, BATCH_BYTES).0;
        self.bodies -= exchanges.iter().map(body_len).sum::<usize>();
        let mappings = self.take_mappings(now);
        let owed = self.mappings.saturating_sub(mappings.len()) as u64;
        Batch { mappings, exchanges, counters: std::mem::take(&mut self.counters), owed }
    }

    fn take_mappings(&mut self, now: Steady) -> Vec<Mapping> {
        let (mut batch, mut room, mut idle) = (Vec::new(), BATCH_BYTES, 0);
        while idle < self.turns.len() && batch.len() < BATCH_MAPPINGS {
            let Some(scope) = self.turns.pop_front() else { break };
            let count = TURN.min(BATCH_MAPPINGS - batch.len());
            let taken = self.queues.get_mut(&scope).map(|queue| queue.take(count, room, now)).unwrap_or_default();
            self.turns.push_back(scope);
            let (mappings, bytes) = taken;
            idle = if mappings.is_empty() { idle + 1 } else { 0 };
            room = room.saturating_sub(bytes);
            batch.extend(mappings);
        }
        batch
    }

    /// The batch has arrived, and is stored apart from what the sidecar refused: that is owed on, and sent again after a
    /// while. A scope that the token is not for can never be stored; its mappings are dropped, and counted. Returns the
    /// mappings that are stored.
    pub(crate) fn settle(&mut self, batch: &Batch, refused: &[RefusedScope], now: Steady) -> Vec<Mapping> {
        let mut left: HashMap<&str, (&RefusedScope, u64)> =
            refused.iter().map(|refused| (refused.scope.as_str(), (refused, refused.stored))).collect();
        let mut over: HashMap<&str, Vec<Mapping>> = HashMap::new();
        let mut stored = Vec::new();
        for mapping in &batch.mappings {
            match left.get_mut(mapping.scope.as_str()) {
                Some((refused, 0)) if refused.code != code::FORBIDDEN => {
                    over.entry(mapping.scope.as_str()).or_default().push(mapping.clone());
                }
                Some((_, 0)) => {
                    self.counters.dropped_mappings += 1;
                    self.acquit(mapping);
                }
                Some((_, fits)) => {
                    *fits -= 1;
                    stored.push(mapping.clone());
                    self.acquit(mapping);
                }
                None => {
                    stored.push(mapping.clone());
                    self.acquit(mapping);
                }
            }
        }
        for (scope, mappings) in over {
            if let Some(queue) = self.queues.get_mut(scope) {
                queue.put_back(mappings, now.plus(QUOTA_MS));
            }
        }
        refused.iter().filter(|refused| refused.code == code::FORBIDDEN).for_each(|refused| self.leave(&refused.scope));
        self.forget_empty();
        stored
    }

    /// Drops the debts of a scope, and counts them.
    fn leave(&mut self, scope: &str) {
        while let Some(oldest) = self.queues.get_mut(scope).and_then(Queue::drop_oldest) {
            self.discount(std::iter::once(&oldest));
            self.counters.dropped_mappings += 1;
        }
    }

    /// The mapping is no longer owed.
    fn acquit(&mut self, mapping: &Mapping) {
        if self.queues.get_mut(&mapping.scope).is_some_and(|queue| queue.acquit(mapping)) {
            self.discount(std::iter::once(mapping));
        }
    }

    fn discount<'m>(&mut self, mappings: impl Iterator<Item = &'m Mapping>) {
        for mapping in mappings {
            self.mappings = self.mappings.saturating_sub(1);
            self.bytes = self.bytes.saturating_sub(mapping.value.expose().len());
        }
    }

    fn forget_empty(&mut self) {
        self.queues.retain(|_, queue| queue.len() > 0);
        self.turns.retain(|scope| self.queues.contains_key(scope));
    }
}

/// Takes out the oldest parts, as many as fit; and their bytes on the wire.
fn take_front<T: Serialize>(parts: &mut VecDeque<T>, max: usize, room: usize) -> (Vec<T>, usize) {
    let mut bytes = 0;
    let fits = |part: &&T| {
        let sum = bytes + wire_len(*part);
        let fits = sum <= room;
        bytes = if fits { sum } else { bytes };
        fits
    };
    let count = parts.iter().take(max).take_while(fits).count();
    (parts.drain(..count).collect(), bytes)
}

/// Bytes of the body in a summary.
fn body_len(exchange: &ExchangeSummary) -> usize {
    exchange.masked_body.as_ref().map_or(0, String::len)
}

/// Bytes of a part of a batch on the wire, with the comma after it.
fn wire_len(part: &impl Serialize) -> usize {
    serde_json::to_vec(part).map_or(BATCH_BYTES, |json| json.len() + 1)
}

#[cfg(test)]
mod tests;
