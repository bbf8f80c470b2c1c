//! The placeholders for which the sidecar is asked: in their order, and each of them once.

use std::collections::HashSet;

use contract::{Wanted, bound};

/// Maximum placeholders in one call: each may be answered with a value of the bound's size.
const WANTED_PER_CALL: usize = bound::BODY_BYTES / bound::VALUE_BYTES;
/// At most this many placeholders wait, and of each scope at most its part, so that one scope does not keep another
/// waiting; any further ones are not asked for.
const WANTED_MAX: usize = 2_000;
const SCOPE_WANTED_MAX: usize = 256;

#[derive(Debug, Default)]
pub(super) struct WantedQueue {
    order: Vec<Wanted>,
    queued: HashSet<Wanted>,
}

impl WantedQueue {
    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    pub(super) fn push(&mut self, wanted: Wanted) {
        let of_scope = || self.order.iter().filter(|waiting| waiting.scope == wanted.scope).count();
        if self.order.len() < WANTED_MAX && of_scope() < SCOPE_WANTED_MAX {
            self.put_back([wanted]);
        }
    }

    /// Takes back those that a call has asked for in vain.
    pub(super) fn put_back(&mut self, wanted: impl IntoIterator<Item = Wanted>) {
        for wanted in wanted {
            if self.queued.insert(wanted.clone()) {
                self.order.push(wanted);
            }
        }
    }

    /// Takes out those for the next call.
    pub(super) fn take(&mut self) -> Vec<Wanted> {
        let wanted: Vec<_> = self.order.drain(..self.order.len().min(WANTED_PER_CALL)).collect();
        wanted.iter().for_each(|wanted| _ = self.queued.remove(wanted));
        wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(n: usize) -> Wanted {
        Wanted { scope: "s".into(), placeholder: format!("P{n}") }
    }

    #[test]
    fn each_is_asked_for_once_in_its_order_and_no_more_than_the_bound() {
        let mut queue = WantedQueue::default();
        [3, 1, 3, 2].into_iter().for_each(|n| queue.push(wanted(n)));
        assert_eq!(queue.take(), [3, 1, 2].map(wanted));
        queue.push(wanted(4));
        queue.put_back([3, 4, 1].map(wanted));
        assert_eq!(queue.take(), [4, 3, 1].map(wanted));
        (0..WANTED_MAX).for_each(|n| queue.push(wanted(n)));
        assert_eq!((queue.order.len(), queue.take().len()), (SCOPE_WANTED_MAX, WANTED_PER_CALL));
        let of = |n: usize| Wanted { scope: format!("s{}", n % 20), ..wanted(n) };
        (0..2 * WANTED_MAX).for_each(|n| queue.push(of(n)));
        assert_eq!(queue.order.len(), WANTED_MAX);
    }
}
