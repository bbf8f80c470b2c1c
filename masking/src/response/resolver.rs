//! What a response asks for the values of its placeholders, and counts.

use std::rc::Rc;

use super::{Answer, Lookup, Tally};
use crate::dialect::{Calls, Options, Usage};
use crate::guard::Guard;
use crate::placeholder::Placeholder;
use crate::replaced::Secret;
use crate::unmask::Resolve;

/// Maximum placeholders that nobody knew and that are remembered, to be asked for; any further ones are only counted.
const UNKNOWN_MAX: usize = 64;
/// Maximum bytes of all values that are put into one response. From there on its placeholders stay: a short body may
/// repeat the placeholder of a long value without end.
const VALUES_MAX: usize = 32 << 20;
/// Maximum blocks of restored thinking of one response that are remembered; any further ones are forgotten, and masked
/// as text when they are sent back.
pub(super) const THOUGHTS_MAX: usize = 64;

/// The lookup of a response, and its numbers.
pub(super) struct Resolver {
    lookup: Box<dyn Lookup>,
    pub(super) options: Options,
    /// The bytes of the values so far.
    values: usize,
    pub(super) tally: Tally,
}

impl Resolver {
    pub(super) fn new(options: Options, lookup: Box<dyn Lookup>) -> Self {
        let calls = if lookup.guard().is_some() { Calls::Marked } else { Calls::Unmarked };
        Self { lookup, options: Options { calls, ..options }, values: 0, tally: Tally::default() }
    }
}

impl Resolve for Resolver {
    fn resolve(&mut self, placeholder: &Placeholder) -> Option<Secret> {
        let answer = self.lookup.lookup(placeholder);
        if let Answer::Value(value) = answer {
            self.values = self.values.saturating_add(value.expose().len());
            if self.values <= VALUES_MAX {
                self.tally.restored += 1;
                return Some(value);
            }
            self.tally.degraded = true;
            self.tally.unresolved += 1;
            return None;
        }
        if answer == Answer::Withheld {
            self.tally.withheld += 1;
            return None;
        }
        self.tally.unresolved += 1;
        if self.tally.unknown.len() < UNKNOWN_MAX {
            self.tally.unknown.insert(*placeholder);
        }
        None
    }

    fn guard(&self) -> Option<Rc<Guard>> {
        self.lookup.guard()
    }

    fn value(&self, placeholder: &Placeholder) -> Option<Secret> {
        match self.lookup.lookup(placeholder) {
            Answer::Value(value) => Some(value),
            Answer::Withheld | Answer::Unknown => None,
        }
    }

    fn guarded(&mut self, placeholders: usize) {
        self.tally.guarded += placeholders as u64;
    }

    fn thought(&mut self, signature: &str, original: &str) {
        if self.tally.thoughts.len() < THOUGHTS_MAX {
            self.tally.thoughts.push((signature.to_owned(), original.to_owned()));
        }
    }

    fn usage(&mut self, usage: Usage) {
        self.tally.usage.take(usage);
    }
}
