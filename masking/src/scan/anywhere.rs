//! Values that no literal begins: a walk of their own finds them, which only optional kinds pay for.

use std::ops::Range;

use crate::catalog::{Check, Edge, KindId};
use crate::scan::check;
use crate::scan::edge;
use crate::scan::pattern::Pattern;

/// A pattern of bounded length that is looked for in the whole text.
#[derive(Debug)]
pub(crate) struct Anywhere {
    pub(crate) kind: KindId,
    pattern: Pattern,
    edge: Edge,
    check: Check,
}

impl Anywhere {
    pub(crate) fn new(kind: KindId, pattern: &'static str, edge: Edge, check: Check) -> Self {
        Self { kind, pattern: Pattern::anywhere(pattern), edge, check }
    }

    /// Reports the values in a text. What fails is tried again from its second byte, which costs its length at most.
    pub(crate) fn find(&self, text: &[u8], mut found: impl FnMut(Range<usize>)) {
        let mut at = 0;
        while let Some(value) = self.pattern.next(text, at) {
            let holds = edge::holds(self.edge, text, value.start, value.end)
                && text.get(value.clone()).is_some_and(|value| check::passes(self.check, value));
            at = if holds { value.end } else { value.start + 1 };
            if holds {
                found(value);
            }
        }
    }
}
