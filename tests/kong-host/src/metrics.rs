//! The metrics of a worker, with the uses that trap in Kong.

use std::collections::BTreeMap;

/// Kong stores a metric as `pw:<filter>:<name>` in 256 bytes.
const NAME_BYTES: usize = 256 - "pw:aws_masker:".len();

/// A metric as the filter left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    Counter(u64),
    Gauge(u64),
    /// How many values were recorded, and their sum.
    Histogram {
        count: u64,
        sum: u64,
    },
}

#[derive(Debug, Default)]
pub(crate) struct Metrics {
    ids: BTreeMap<String, u32>,
    values: BTreeMap<u32, Metric>,
}

/// Why Kong would trap.
pub(crate) type Refusal = &'static str;

impl Metrics {
    pub(crate) fn define(&mut self, kind: u32, name: &str) -> Result<u32, Refusal> {
        if name.len() > NAME_BYTES {
            return Err("a metric's name is too long");
        }
        let metric = match kind {
            0 => Metric::Counter(0),
            1 => Metric::Gauge(0),
            2 => Metric::Histogram { count: 0, sum: 0 },
            _ => return Err("no such kind of metric"),
        };
        // Defining a metric again gives the same id: the values survive a rebuilt instance.
        let next = u32::try_from(self.ids.len()).unwrap_or(u32::MAX).saturating_add(1);
        let id = *self.ids.entry(name.to_owned()).or_insert(next);
        self.values.entry(id).or_insert(metric);
        Ok(id)
    }

    pub(crate) fn increment(&mut self, id: u32, by: i64) -> Result<(), Refusal> {
        match self.values.get_mut(&id) {
            Some(Metric::Counter(value)) => {
                *value = value.saturating_add_signed(by);
                Ok(())
            }
            Some(Metric::Gauge(_) | Metric::Histogram { .. }) => Err("increment() on a metric that is not a counter"),
            None => Err("increment() on an unknown metric"),
        }
    }

    pub(crate) fn record(&mut self, id: u32, new: u64) -> Result<(), Refusal> {
        match self.values.get_mut(&id) {
            Some(Metric::Gauge(value)) => *value = new,
            Some(Metric::Histogram { count, sum }) => {
                *count = count.saturating_add(1);
                *sum = sum.saturating_add(new);
            }
            Some(Metric::Counter(_)) => return Err("record() on a counter"),
            None => return Err("record() on an unknown metric"),
        }
        Ok(())
    }

    pub(crate) fn read(&self, id: u32) -> Result<u64, Refusal> {
        match self.values.get(&id) {
            Some(Metric::Counter(value) | Metric::Gauge(value)) => Ok(*value),
            Some(Metric::Histogram { .. }) => Err("get() on a histogram"),
            None => Err("get() on an unknown metric"),
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<Metric> {
        self.values.get(self.ids.get(name)?).copied()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.ids.keys().cloned().collect()
    }
}
