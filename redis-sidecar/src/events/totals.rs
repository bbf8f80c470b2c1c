//! The numbers of a day, by scope: how they are counted, and how a store holds them. Those of a batch are counted once,
//! however often and to however many sidecars it is sent.

use std::collections::BTreeMap;
use std::time::SystemTime;

use contract::{ExchangeSummary, Outcome};
use serde_json::{Value, json};

use super::cloud;

/// Days that a store keeps.
pub const DAYS: u16 = 400;
/// The largest number that is added at once: sums of these stay far from the end of what Redis counts.
const STEP_MAX: u64 = 1 << 40;

/// The name of a batch: the instance that sends it, and its number there.
pub type BatchId = (String, u64);

/// Numbers of a day, each under the name of its scope and its own: `team-a masked`. Those of requests whose scope was never
/// known have none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals(BTreeMap<String, u64>);

impl Totals {
    /// Those of a batch, by the days of its requests. A request that was neither today nor yesterday counts today: a filter
    /// whose clock is wrong makes no days of its own.
    pub fn by_day<'e>(exchanges: impl IntoIterator<Item = &'e ExchangeSummary>) -> BTreeMap<String, Self> {
        let recent = days(2);
        let mut of_day: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for exchange in exchanges {
            let own = cloud::day(exchange.at_ms).filter(|day| recent.contains(day));
            of_day.entry(own.or(recent.first().cloned()).unwrap_or_default()).or_default().push(exchange);
        }
        of_day.into_iter().map(|(day, exchanges)| (day, Self::of(exchanges))).collect()
    }

    pub fn of<'e>(exchanges: impl IntoIterator<Item = &'e ExchangeSummary>) -> Self {
        let mut totals = Self::default();
        for exchange in exchanges {
            let outcome = exchange.outcome();
            let values = exchange.masked.iter().fold(0, |sum: u64, (_, count)| sum.saturating_add(*count));
            let is = |expected: Outcome| u64::from(outcome == Some(expected));
            for (name, count) in [
                ("requests", u64::from(outcome.is_some())),
                ("masked", is(Outcome::Masked)),
                ("refused", is(Outcome::Refused)),
                ("observed", is(Outcome::Observed)),
                ("values", if exchange.observed { 0 } else { values }),
                ("restored", exchange.restored),
                ("unresolved", exchange.unresolved),
                ("attachments", exchange.attachments),
                ("request_bytes", exchange.request_bytes),
                ("input_tokens", exchange.input_tokens),
                ("cache_read_tokens", exchange.cache_read_tokens),
            ] {
                totals.add(&format!("{} {name}", exchange.scope), count);
            }
        }
        totals
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn add(&mut self, name: &str, count: u64) {
        if count > 0 {
            let sum = self.0.entry(name.to_owned()).or_default();
            *sum = sum.saturating_add(count.min(STEP_MAX));
        }
    }

    pub fn add_all(&mut self, other: &Self) {
        other.fields().for_each(|(name, count)| self.add(name, count));
    }

    pub fn fields(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, count)| (name.as_str(), *count))
    }

    /// As an operator reads them: `{"team-a": {"masked": 1, …}, …}`.
    pub fn by_scope(&self) -> Value {
        let mut scopes = serde_json::Map::new();
        for (name, count) in self.fields() {
            let (scope, name) = name.split_once(' ').unwrap_or(("", name));
            if let Some(scope) = scopes.entry(scope).or_insert_with(|| json!({})).as_object_mut() {
                scope.insert(name.to_owned(), count.into());
            }
        }
        scopes.into()
    }
}

/// Today and the days before it, by UTC, as `2026-01-31`.
pub fn days(count: u16) -> Vec<String> {
    cloud::days(SystemTime::now(), count.min(DAYS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_counts_on_its_own_day() {
        let [today, yesterday] = days(2).try_into().unwrap();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis() as u64;
        let at = |at_ms| ExchangeSummary { scope: "a".into(), at_ms, ..ExchangeSummary::default() };
        const DAY: u64 = 86_400_000;
        let exchanges = [at(now), at(now - DAY), at(now - 3 * DAY), at(now + 3 * DAY), at(0), at(u64::MAX)];
        let by_day = Totals::by_day(&exchanges);
        let counts: Vec<_> = by_day.iter().map(|(day, totals)| (day, totals.fields().next())).collect();
        assert_eq!(counts, [(&yesterday, Some(("a requests", 1))), (&today, Some(("a requests", 5)))]);
    }

    #[test]
    fn each_scope_has_its_own_numbers() {
        let of = |scope: &str| ExchangeSummary { scope: scope.into(), request_bytes: 10, ..ExchangeSummary::default() };
        let masked = ExchangeSummary { masked: vec![("a".into(), 2), ("b".into(), u64::MAX)], restored: 1, ..of("a") };
        let refused = ExchangeSummary { refused: Some("AWS_MASKER_1005".into()), ..of("") };
        let mut totals = Totals::of([&masked, &of("a"), &of("b"), &refused]);
        let expected = json!({
            "": {"requests": 1, "refused": 1, "request_bytes": 10},
            "a": {"requests": 2, "masked": 1, "values": STEP_MAX, "restored": 1, "request_bytes": 20},
            "b": {"requests": 1, "request_bytes": 10},
        });
        assert_eq!(totals.by_scope(), expected);
        totals.add_all(&Totals::of([&of("b")]));
        assert_eq!(totals.by_scope()["b"], json!({"requests": 2, "request_bytes": 20}));
    }
}
