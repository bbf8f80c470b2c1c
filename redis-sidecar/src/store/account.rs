//! The usage of a scope as Redis keeps it: a hash of counts. Records expire by themselves, so each count stands for those
//! that expire before one time; a count whose time has passed is over, whatever happened to its records.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::Usage;

/// The parts of a time to live in which records are counted together.
const PARTS: u64 = 32;
/// Seconds of the shortest part, and of the time in which new mappings are counted.
const MINUTE: u64 = 60;

const MAPPINGS: char = 'm';
const BYTES: char = 'b';
const FRESH: char = 'n';

/// Seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Second(pub u64);

impl Second {
    pub(super) fn now() -> Self {
        Self(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs())
    }

    /// The end of the part in which something expires that has so long left, of a time to live.
    fn part(self, left: Duration, ttl: Duration) -> u64 {
        let width = (ttl.as_secs() / PARTS).max(MINUTE);
        (self.0 + left.as_secs()).div_ceil(width) * width
    }

    /// The end of the current minute.
    fn minute(self) -> u64 {
        (self.0 / MINUTE + 1) * MINUTE
    }
}

/// Changes of the counts of one scope.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Account(BTreeMap<String, i64>);

impl Account {
    /// A record was written that was not there.
    pub(super) fn add(&mut self, now: Second, ttl: Duration, bytes: usize) {
        self.count(MAPPINGS, now.part(ttl, ttl), 1);
        self.count(BYTES, now.part(ttl, ttl), signed(bytes));
        self.count(FRESH, now.minute(), 1);
    }

    /// A record that had so long left lives for the whole time to live again, perhaps with another size.
    pub(super) fn renew(&mut self, now: Second, left: Duration, ttl: Duration, (former, bytes): (usize, usize)) {
        self.remove(now, left, ttl, former);
        self.count(MAPPINGS, now.part(ttl, ttl), 1);
        self.count(BYTES, now.part(ttl, ttl), signed(bytes));
    }

    /// A record that had so long left is gone.
    pub(super) fn remove(&mut self, now: Second, left: Duration, ttl: Duration, bytes: usize) {
        self.count(MAPPINGS, now.part(left, ttl), -1);
        self.count(BYTES, now.part(left, ttl), -signed(bytes));
    }

    fn count(&mut self, what: char, until: u64, by: i64) {
        *self.0.entry(format!("{what}{until}")).or_default() += by;
    }

    /// The fields to increment, each by how much.
    pub(super) fn changes(&self) -> impl Iterator<Item = (&str, i64)> {
        self.0.iter().filter(|(_, by)| **by != 0).map(|(field, by)| (field.as_str(), *by))
    }
}

/// Sums up the fields of a scope, without the known values. Returns the fields that are over as well.
pub(super) fn sum(fields: Vec<(String, i64)>, now: Second) -> (Usage, Vec<String>) {
    let (mut sums, mut over) = (BTreeMap::<char, i64>::new(), Vec::new());
    for (field, count) in fields {
        let mut letters = field.chars();
        let what = letters.next().unwrap_or_default();
        match letters.as_str().parse::<u64>() {
            Ok(until) if until > now.0 => *sums.entry(what).or_default() += count,
            _ => over.push(field),
        }
    }
    let of = |what| u64::try_from(sums.get(&what).copied().unwrap_or_default()).unwrap_or_default();
    (Usage { mappings: of(MAPPINGS), bytes: of(BYTES), fresh: of(FRESH), known: 0 }, over)
}

fn signed(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TTL: Duration = Duration::from_secs(3_200);
    const NOW: Second = Second(1_000_000);

    fn apply(fields: &mut BTreeMap<String, i64>, account: &Account) {
        account.changes().for_each(|(field, by)| *fields.entry(field.to_owned()).or_default() += by);
    }

    fn at(fields: &BTreeMap<String, i64>, now: Second) -> (u64, u64, u64) {
        let (usage, _) = sum(fields.clone().into_iter().collect(), now);
        (usage.mappings, usage.bytes, usage.fresh)
    }

    #[test]
    fn what_expired_is_counted_no_longer() {
        let (mut fields, mut account) = (BTreeMap::new(), Account::default());
        (0..3).for_each(|_| account.add(NOW, TTL, 10));
        apply(&mut fields, &account);
        let later = |seconds: u64| Second(NOW.0 + seconds);
        assert_eq!(at(&fields, NOW), (3, 30, 3));
        assert_eq!(at(&fields, later(60)), (3, 30, 0), "another minute");
        // One of them is renewed with another size, one is erased.
        let mut account = Account::default();
        account.renew(later(1_000), Duration::from_secs(2_200), TTL, (10, 15));
        account.remove(later(1_000), Duration::from_secs(2_200), TTL, 10);
        apply(&mut fields, &account);
        assert_eq!(at(&fields, later(1_000)), (2, 25, 0));
        assert_eq!(at(&fields, later(3_300)), (1, 15, 0));
        assert_eq!(at(&fields, later(4_300)), (0, 0, 0));
        let (_, over) = sum(fields.into_iter().collect(), later(4_300));
        assert_eq!(over.len(), 5, "{over:?}");
    }

    #[test]
    fn a_foreign_field_or_a_wrong_count_is_nothing() {
        let fields = vec![("m2000000".to_owned(), -5), ("x".to_owned(), 1), (String::new(), 1)];
        let (usage, over) = sum(fields, NOW);
        assert_eq!((usage, over.len()), (Usage::default(), 2));
    }
}
