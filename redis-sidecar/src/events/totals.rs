//! The numbers of a day, by scope: how they are counted, and how a store holds them.

use std::collections::BTreeMap;
use std::time::SystemTime;

use contract::{ExchangeSummary, Outcome};
use serde_json::{Value, json};

use super::cloud;

/// Days that a store keeps.
pub const DAYS: u16 = 400;
/// The largest number that is added at once: sums of these stay far from the end of what Redis counts.
const STEP_MAX: u64 = 1 << 40;

/// Numbers of a day, each under the name of its scope and its own: `team-a masked`. Those of requests whose scope was never
/// known have none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals(BTreeMap<String, u64>);

impl Totals {
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
