//! The debts of one scope, oldest first.

use std::collections::{HashSet, VecDeque};

use contract::Mapping;

use super::super::clock::Steady;
use super::take_front;

#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<Mapping>,
    /// The placeholder of every mapping that waits or is in flight.
    owed: HashSet<String>,
    /// Bytes of the values of all of them.
    bytes: usize,
    /// The number of the newest waiting mappings of which there is no copy elsewhere.
    unkept: usize,
    /// A quota of the scope is used up; nothing is sent before this time.
    held_until: Option<Steady>,
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.owed.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn owes(&self, placeholder: &str) -> bool {
        self.owed.contains(placeholder)
    }

    pub(super) fn is_held(&self, now: Steady) -> bool {
        self.held_until.is_some_and(|until| now < until)
    }

    pub(super) fn is_due(&self, now: Steady) -> bool {
        !self.waiting.is_empty() && !self.is_held(now)
    }

    /// Takes a mapping, and returns whether it is a new one.
    pub(super) fn owe(&mut self, mapping: Mapping) -> bool {
        let is_new = self.owed.insert(mapping.placeholder.clone());
        if is_new {
            self.bytes += mapping.value.expose().len();
            self.waiting.push_back(mapping);
            self.unkept += 1;
        }
        is_new
    }

    /// Takes out the oldest that wait, as many as fit; and their bytes on the wire.
    pub(super) fn take(&mut self, max: usize, room: usize, now: Steady) -> (Vec<Mapping>, usize) {
        let taken = if self.is_held(now) { Default::default() } else { take_front(&mut self.waiting, max, room) };
        self.unkept = self.unkept.min(self.waiting.len());
        taken
    }

    /// Takes back mappings that were in flight: they are the oldest. There may be no copy of them elsewhere.
    pub(super) fn put_back(&mut self, mappings: Vec<Mapping>, until: Steady) {
        mappings.into_iter().rev().for_each(|mapping| self.waiting.push_front(mapping));
        self.unkept = self.waiting.len();
        self.held_until = Some(until);
    }

    /// Returns the waiting mappings without a copy elsewhere; the caller keeps one.
    pub(super) fn take_unkept(&mut self) -> Vec<Mapping> {
        let newest = self.waiting.len().saturating_sub(std::mem::take(&mut self.unkept));
        self.waiting.iter().skip(newest).cloned().collect()
    }

    /// Drops the oldest that waits.
    pub(super) fn drop_oldest(&mut self) -> Option<Mapping> {
        let oldest = self.waiting.pop_front()?;
        self.unkept = self.unkept.min(self.waiting.len());
        self.acquit(&oldest);
        Some(oldest)
    }

    /// The mapping is no longer owed. Returns whether it was.
    pub(super) fn acquit(&mut self, mapping: &Mapping) -> bool {
        let was_owed = self.owed.remove(&mapping.placeholder);
        if was_owed {
            self.bytes = self.bytes.saturating_sub(mapping.value.expose().len());
        }
        was_owed
    }
}
