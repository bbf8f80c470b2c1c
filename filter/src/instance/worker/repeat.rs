//! A repeated event is logged at its beginning, once a minute while it lasts, and at its end: an outage of the sidecar
//! under load would otherwise write hundreds of lines per second.

use super::super::clock::Steady;

/// Milliseconds between two lines on the same event.
const AGAIN_MS: u64 = 60_000;

/// One kind of event that may be repeated.
#[derive(Debug, Default)]
pub(super) struct Repeat {
    lasting: Option<Lasting>,
}

#[derive(Debug)]
struct Lasting {
    told_at: Steady,
    untold: u64,
    total: u64,
}

impl Repeat {
    /// Counts one event. If a line for the log is due, returns the number of events since the last line.
    pub(super) fn count(&mut self, now: Steady) -> Option<u64> {
        let Some(lasting) = &mut self.lasting else {
            self.lasting = Some(Lasting { told_at: now, untold: 0, total: 1 });
            return Some(1);
        };
        lasting.untold += 1;
        lasting.total += 1;
        let due = now.since(lasting.told_at) >= AGAIN_MS;
        due.then(|| {
            lasting.told_at = now;
            std::mem::take(&mut lasting.untold)
        })
    }

    /// The number of events so far; 0 after the end.
    pub(super) fn total(&self) -> u64 {
        self.lasting.as_ref().map_or(0, |lasting| lasting.total)
    }

    /// Ends the events. Returns their number, if there were any.
    pub(super) fn end(&mut self) -> Option<u64> {
        self.lasting.take().map(|lasting| lasting.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_each_minute_and_the_end() {
        let mut repeat = Repeat::default();
        assert_eq!(repeat.end(), None);
        assert_eq!(repeat.count(Steady(1_000)), Some(1));
        let told: Vec<u64> = (1..=1_500).filter_map(|n| repeat.count(Steady(1_000 + n * 100))).collect();
        assert_eq!(told, [600, 600], "after one minute and after two");
        assert_eq!(repeat.end(), Some(1_501));
        assert_eq!((repeat.end(), repeat.count(Steady(1_001))), (None, Some(1)));
    }
}
