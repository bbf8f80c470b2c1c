//! Time that only moves forward. The host reports the time of day, which may be set: back by an hour, a call would wait
//! for an hour; forward by an hour, every call in flight would have failed.

use serde::{Deserialize, Serialize};

/// Maximum milliseconds that pass between two looks at the clock: the tick looks ten times a second.
const PASSES_MAX: u64 = 10_000;

/// Milliseconds since 1970, as the host reports them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct TimeOfDay(pub u64);

/// Milliseconds on a [`Clock`] since its first look: they only increase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Steady(pub u64);

impl TimeOfDay {
    /// Milliseconds that passed since then; none if the time of day was set back meanwhile.
    pub(crate) fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Milliseconds between the two, in either direction.
    pub(crate) fn distance(self, other: Self) -> u64 {
        self.0.abs_diff(other.0)
    }
}

impl Steady {
    /// Milliseconds that passed since then.
    pub(crate) fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The time so many milliseconds later.
    pub(crate) fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

#[derive(Debug, Default)]
pub(crate) struct Clock {
    /// The time of day at the last look.
    seen: Option<TimeOfDay>,
    passed: Steady,
}

impl Clock {
    /// The steady time at this time of day.
    pub(crate) fn at(&mut self, time_of_day: TimeOfDay) -> Steady {
        let since = time_of_day.since(self.seen.unwrap_or(time_of_day));
        self.seen = Some(time_of_day);
        self.passed = self.passed.plus(since.min(PASSES_MAX));
        self.passed
    }

    /// The time of day at the last look.
    pub(crate) fn time_of_day(&self) -> TimeOfDay {
        self.seen.unwrap_or_default()
    }

    /// The steady time at the last look.
    pub(crate) fn last(&self) -> Steady {
        self.passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_day_may_be_set() {
        const HOUR: u64 = 3_600_000;
        let mut clock = Clock::default();
        let looks = [10 * HOUR, 10 * HOUR + 100, 9 * HOUR, 9 * HOUR + 100, 20 * HOUR, 20 * HOUR + 50];
        assert_eq!(looks.map(|look| clock.at(TimeOfDay(look)).0), [0, 100, 100, 200, 10_200, 10_250]);
    }
}
