//! Time that only passes. The host tells the time of day, which may be set: back by an hour, a call would wait an hour
//! for its turn; on by an hour, every call under way would have failed.

/// The most that passes between two looks, in milliseconds: the tick looks ten times a second.
const PASSES_MAX: u64 = 10_000;

#[derive(Debug, Default)]
pub struct Clock {
    /// The time of day at the last look.
    seen: Option<u64>,
    passed: u64,
}

impl Clock {
    /// The steady time at this time of day, in milliseconds.
    pub fn at(&mut self, time_of_day: u64) -> u64 {
        let since = time_of_day.saturating_sub(self.seen.unwrap_or(time_of_day));
        self.seen = Some(time_of_day);
        self.passed += since.min(PASSES_MAX);
        self.passed
    }

    /// The steady time at the last look.
    pub fn last(&self) -> u64 {
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
        assert_eq!(looks.map(|look| clock.at(look)), [0, 100, 100, 200, 10_200, 10_250]);
    }
}
