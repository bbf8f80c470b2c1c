//! The numbers of a stream's events, where the API gives them: they stay strictly increasing when events are added.

use crate::dialect::SEQUENCE_NUMBER;
use crate::json::{Edit, Value};

/// The numbers that were given so far.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    last: Option<u64>,
    /// The events that were added, by which each later number grows.
    added: u64,
}

impl Numbers {
    /// Returns the number of an event that is added here; `None` if the events have no numbers.
    pub(super) fn extra(&mut self) -> Option<u64> {
        let number = self.last?.saturating_add(1);
        self.last = Some(number);
        self.added += 1;
        Some(number)
    }

    /// Returns whether the next event keeps its own number.
    pub(super) fn keeps_its_own(&self) -> bool {
        self.added == 0
    }

    /// Takes the number of an event that keeps it.
    pub(super) fn pass(&mut self, number: &[u8]) {
        self.last = std::str::from_utf8(number).ok().and_then(|number| number.parse().ok()).or(self.last);
    }

    /// Returns the edit that gives an event its new number; `None` if it keeps its own, or has none.
    pub(super) fn renumber(&mut self, event: Value<'_, '_>) -> Option<Edit> {
        let value = event.field(SEQUENCE_NUMBER)?;
        let text = self.next(value.raw())?;
        Some(Edit { span: value.span(), text })
    }

    /// Takes the number of the next event. Returns its new one; `None` if it keeps its own.
    pub(super) fn next(&mut self, number: &str) -> Option<String> {
        let number = number.parse::<u64>().ok()?.saturating_add(self.added);
        self.last = Some(number);
        (self.added > 0).then(|| number.to_string())
    }
}
