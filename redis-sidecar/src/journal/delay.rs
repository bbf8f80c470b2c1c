//! How long exchanges were held up: a histogram of microseconds whose buckets are an eighth of their value wide.

/// Buckets of an octave.
const PARTS: u32 = 4;
/// The last bucket holds everything from about sixteen seconds on.
const BUCKETS: usize = 100;

/// The microseconds that masking added to exchanges.
#[derive(Debug, Clone)]
pub(super) struct Delays {
    counts: [u16; BUCKETS],
}

impl Default for Delays {
    fn default() -> Self {
        Self { counts: [0; BUCKETS] }
    }
}

impl Delays {
    pub(super) fn add(&mut self, micros: u64) {
        if let Some(count) = self.counts.get_mut(bucket(micros)) {
            *count = count.saturating_add(1);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count = count.saturating_add(more);
        }
    }

    /// The microseconds below which this share of the exchanges was held up, to an eighth; `None` if there are none.
    pub(super) fn quantile(&self, share: f64) -> Option<u64> {
        let all: u64 = self.counts.iter().map(|count| u64::from(*count)).sum();
        // A share of a count is not negative, and a count is far below the precision of a float.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "see above"
        )]
        let rank = (all as f64 * share).ceil().max(1.0) as u64;
        let mut seen = 0;
        self.counts.iter().zip(0..).find_map(|(count, index)| {
            seen += u64::from(*count);
            (seen >= rank && all > 0).then(|| middle(index))
        })
    }
}

fn bucket(micros: u64) -> usize {
    let octave = micros.max(1).ilog2();
    let part = ((u128::from(micros.max(1)) * u128::from(PARTS)) >> octave) as u32 - PARTS;
    ((octave * PARTS + part) as usize).min(BUCKETS - 1)
}

fn middle(index: u32) -> u64 {
    let (octave, part) = (index / PARTS, index % PARTS);
    let edge = |part: u32| (u64::from(PARTS + part) << octave) / u64::from(PARTS);
    edge(part).midpoint(edge(part + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_true_to_an_eighth() {
        for micros in [1_u64, 2, 3, 7, 40, 999, 1_000, 12_345, 900_000, 10_000_000] {
            let mut delays = Delays::default();
            delays.add(micros);
            let told = delays.quantile(0.5).unwrap();
            assert!(told.abs_diff(micros) * 7 <= micros + 7, "{micros}: {told}");
        }
    }

    #[test]
    fn quantiles_are_those_of_all_that_was_added() {
        let (mut all, mut slow) = (Delays::default(), Delays::default());
        assert_eq!(all.quantile(0.5), None);
        (0..98).for_each(|_| all.add(100));
        (0..2).for_each(|_| slow.add(u64::MAX));
        all.merge(&slow);
        assert!((90..=110).contains(&all.quantile(0.5).unwrap()));
        assert!((90..=110).contains(&all.quantile(0.98).unwrap()));
        assert!(all.quantile(0.99).unwrap() > 10_000_000);
    }
}
