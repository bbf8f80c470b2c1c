//! The last ten minutes in numbers, second by second.

use std::collections::{BTreeMap, HashMap};

use contract::{Counters, ExchangeSummary, ResponseState, Scope};
use serde::Serialize;

use super::delay::Delays;
use crate::door::Scopes;

/// Seconds that are kept.
pub(super) const WINDOW: u64 = 600;
/// Scopes that are told apart within one second; the numbers of any others are shown to those who may see all.
const SCOPES: usize = 16;
/// Kinds that are told apart within one second and scope; the rest is one kind called "other".
const KINDS: usize = 16;
/// Names of kinds that are remembered. The catalogue has fewer; the rest is what the holder of a token invents.
const NAMES: usize = 256;

const OTHER: &str = "other";

/// The seconds that saw anything.
#[derive(Debug, Default)]
pub(super) struct Seconds {
    seconds: BTreeMap<u64, Second>,
    kinds: Kinds,
}

#[derive(Debug, Default)]
struct Second {
    /// The revision of the journal at the last change.
    changed: u64,
    /// Those of the scopes past the bound have no name.
    cells: BTreeMap<Option<Scope>, Cell>,
    /// What the filters counted apart from their exchanges.
    troubles: Troubles,
}

/// The numbers of one scope in one second.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub(super) requests: u64,
    pub(super) unresolved: u64,
    pub(super) restored: u64,
    /// Responses that stayed masked, in whole or in part.
    pub(super) unrestored: u64,
    pub(super) input_tokens: u64,
    pub(super) cache_read_tokens: u64,
    /// By the number of the code.
    pub(super) refused: BTreeMap<u16, u64>,
    pub(super) kinds: Vec<(u16, u64)>,
    pub(super) delays: Option<Box<Delays>>,
}

/// Events that do not happen in a healthy installation. They belong to a filter, not to a scope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Troubles {
    pub(super) unmasked_requests: u64,
    pub(super) dropped_mappings: u64,
}

/// One second as a page is told of it.
#[derive(Debug, Serialize)]
pub(super) struct ToldSecond {
    /// Unix time in seconds.
    t: u64,
    requests: u64,
    unresolved: u64,
    restored: u64,
    input_tokens: u64,
    cache_read_tokens: u64,
    refused: BTreeMap<String, u64>,
    kinds: BTreeMap<String, u64>,
    /// Microseconds: the median and the 95th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_us: Option<(u64, u64)>,
}

#[derive(Debug, Default)]
struct Kinds {
    names: Vec<String>,
    numbers: HashMap<String, u16>,
}

impl Seconds {
    /// Adds an exchange to the second in which its request was masked, as far as that lies in the window.
    /// One of an unknown scope is for those who may see all.
    pub(super) fn add(&mut self, scope: Option<&Scope>, exchange: &ExchangeSummary, now: u64, changed: u64) {
        let at = (exchange.at_ms / 1_000).min(now);
        if at + WINDOW <= now {
            return;
        }
        let kinds = exchange.masked.iter().map(|(kind, count)| (self.kinds.number(kind), *count)).collect();
        let second = self.seconds.entry(at).or_default();
        second.changed = changed;
        second.cell(scope).add(exchange, kinds);
    }

    pub(super) fn add_troubles(&mut self, counters: &Counters, now: u64, changed: u64) {
        let Counters { unmasked_requests, dropped_mappings, .. } = counters.clone();
        if unmasked_requests > 0 || dropped_mappings > 0 {
            let second = self.seconds.entry(now).or_default();
            second.changed = changed;
            add(&mut second.troubles.unmasked_requests, unmasked_requests);
            add(&mut second.troubles.dropped_mappings, dropped_mappings);
        }
    }

    pub(super) fn forget_before(&mut self, now: u64) {
        let first = (now + 1).saturating_sub(WINDOW);
        self.seconds = self.seconds.split_off(&first);
    }

    /// The seconds that changed after a revision, oldest first, as far as these scopes may see them.
    pub(super) fn told(&self, audience: &Scopes, after: u64) -> Vec<ToldSecond> {
        let changed = self.seconds.iter().filter(|(_, second)| second.changed > after);
        let seen = changed.map(|(t, second)| (t, second.seen_by(audience)));
        // That something happened to somebody else is not told either.
        seen.filter(|(_, cell)| cell.requests > 0).map(|(t, cell)| self.tell(*t, &cell)).collect()
    }

    /// The sum of the last so many seconds.
    pub(super) fn sum(&self, audience: &Scopes, now: u64, last: u64) -> (Cell, Troubles) {
        let (mut sum, mut troubles) = (Cell::default(), Troubles::default());
        for second in self.seconds.range((now + 1).saturating_sub(last)..).map(|(_, second)| second) {
            sum.merge(&second.seen_by(audience));
            if *audience == Scopes::All {
                add(&mut troubles.unmasked_requests, second.troubles.unmasked_requests);
                add(&mut troubles.dropped_mappings, second.troubles.dropped_mappings);
            }
        }
        (sum, troubles)
    }

    /// The scopes of the window; some of them more than once.
    pub(super) fn scopes(&self, audience: &Scopes) -> Vec<Scope> {
        let cells = self.seconds.values().flat_map(|second| second.cells.keys());
        let mut scopes: Vec<_> = cells.filter_map(Option::clone).collect();
        scopes.retain(|scope| audience.include(scope));
        scopes
    }

    fn tell(&self, t: u64, cell: &Cell) -> ToldSecond {
        let Cell { requests, unresolved, restored, input_tokens, cache_read_tokens, .. } = *cell;
        ToldSecond {
            t,
            requests,
            unresolved,
            restored,
            input_tokens,
            cache_read_tokens,
            refused: cell.refused.iter().map(|(code, count)| (format!("AWS_MASKER_{code:04}"), *count)).collect(),
            kinds: cell.kinds.iter().map(|(kind, count)| (self.kinds.name(*kind).to_owned(), *count)).collect(),
            delay_us: cell.delay(),
        }
    }
}

impl Second {
    fn cell(&mut self, scope: Option<&Scope>) -> &mut Cell {
        let own = scope.cloned();
        let has_room = self.cells.len() < SCOPES || self.cells.contains_key(&own);
        self.cells.entry(own.filter(|_| has_room)).or_default()
    }

    fn seen_by(&self, audience: &Scopes) -> Cell {
        let mut sum = Cell::default();
        for (scope, cell) in &self.cells {
            if scope.as_ref().map_or(*audience == Scopes::All, |scope| audience.include(scope)) {
                sum.merge(cell);
            }
        }
        sum
    }
}

impl Cell {
    fn add(&mut self, exchange: &ExchangeSummary, kinds: Vec<(u16, u64)>) {
        add(&mut self.requests, 1);
        add(&mut self.unresolved, exchange.unresolved);
        add(&mut self.restored, exchange.restored);
        add(&mut self.unrestored, u64::from(exchange.response != ResponseState::Restored));
        add(&mut self.input_tokens, exchange.input_tokens);
        add(&mut self.cache_read_tokens, exchange.cache_read_tokens);
        // Where requests are only observed, the code is that of a refusal that was none.
        let refused = exchange.refused.as_deref().filter(|_| !exchange.observed);
        if let Some(code) = refused.and_then(number_of) {
            add(self.refused.entry(code).or_default(), 1);
        }
        kinds.into_iter().for_each(|(kind, count)| self.count(kind, count));
        if exchange.mask_us.is_some() || exchange.restore_us.is_some() {
            let micros = exchange.mask_us.unwrap_or(0).saturating_add(exchange.restore_us.unwrap_or(0));
            self.delays.get_or_insert_default().add(micros);
        }
    }

    fn merge(&mut self, other: &Self) {
        add(&mut self.requests, other.requests);
        add(&mut self.unresolved, other.unresolved);
        add(&mut self.restored, other.restored);
        add(&mut self.unrestored, other.unrestored);
        add(&mut self.input_tokens, other.input_tokens);
        add(&mut self.cache_read_tokens, other.cache_read_tokens);
        for (code, count) in &other.refused {
            add(self.refused.entry(*code).or_default(), *count);
        }
        other.kinds.iter().for_each(|(kind, count)| self.count(*kind, *count));
        if let Some(delays) = &other.delays {
            self.delays.get_or_insert_default().merge(delays);
        }
    }

    fn count(&mut self, kind: u16, count: u64) {
        let has_room = self.kinds.len() < KINDS || kind == Kinds::OTHER;
        match self.kinds.iter_mut().find(|(own, _)| *own == kind) {
            Some((_, sum)) => add(sum, count),
            None if has_room => self.kinds.push((kind, count)),
            None => self.count(Kinds::OTHER, count),
        }
    }

    /// Microseconds: the median and the 95th percentile.
    pub(super) fn delay(&self) -> Option<(u64, u64)> {
        let delays = self.delays.as_ref()?;
        Some((delays.quantile(0.5)?, delays.quantile(0.95)?))
    }
}

impl Kinds {
    const OTHER: u16 = u16::MAX;

    fn number(&mut self, name: &str) -> u16 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        match u16::try_from(self.names.len()) {
            Ok(number) if self.names.len() < NAMES => {
                self.names.push(name.to_owned());
                self.numbers.insert(name.to_owned(), number);
                number
            }
            _ => Self::OTHER,
        }
    }

    fn name(&self, number: u16) -> &str {
        self.names.get(usize::from(number)).map_or(OTHER, String::as_str)
    }
}

/// The four digits of a code.
fn number_of(code: &str) -> Option<u16> {
    code.rsplit('_').next()?.parse().ok()
}

/// Whoever holds a token may report any number.
fn add(sum: &mut u64, more: u64) {
    *sum = sum.saturating_add(more);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn exchange(at: u64) -> ExchangeSummary {
        ExchangeSummary { at_ms: at * 1_000, masked: vec![("s3_bucket".into(), 2)], ..ExchangeSummary::default() }
    }

    fn scope(name: &str) -> Scope {
        Scope::parse(name).unwrap()
    }

    fn told(seconds: &Seconds, audience: &Scopes, after: u64) -> serde_json::Value {
        serde_json::to_value(seconds.told(audience, after)).unwrap()
    }

    #[test]
    fn exchanges_count_in_their_second_as_long_as_it_is_in_the_window() {
        let mut seconds = Seconds::default();
        for (at, revision) in [(1_000, 1), (1_599, 2), (1_599, 3), (9_999, 4), (999, 5)] {
            seconds.add(Some(&scope("a")), &exchange(at), 1_599, revision);
        }
        let all = told(&seconds, &Scopes::All, 0);
        let counts: Vec<_> = all.as_array().unwrap().iter().map(|s| (&s["t"], &s["requests"])).collect();
        assert_eq!(counts, [(&json!(1_000), &json!(1)), (&json!(1_599), &json!(3))]);
        assert_eq!(all[1]["kinds"], json!({"s3_bucket": 6}));
        assert_eq!(told(&seconds, &Scopes::All, 4), json!([]));
        seconds.forget_before(1_600);
        assert_eq!(told(&seconds, &Scopes::All, 0).as_array().unwrap().len(), 1);
        assert_eq!(seconds.sum(&Scopes::All, 1_600, 10).0.requests, 3);
        assert_eq!(seconds.sum(&Scopes::All, 1_620, 10).0.requests, 0);
    }

    #[test]
    fn a_refusal_that_was_only_observed_was_none() {
        let mut seconds = Seconds::default();
        for observed in [false, true] {
            let refused = Some("AWS_MASKER_1001".to_owned());
            seconds.add(Some(&scope("a")), &ExchangeSummary { refused, observed, ..exchange(1) }, 1, 1);
        }
        let sum = seconds.sum(&Scopes::All, 1, 10).0;
        assert_eq!((sum.refused, sum.requests), ([(1_001, 1)].into(), 2));
    }

    #[test]
    fn a_scope_sees_its_own_numbers_and_no_others() {
        let mut seconds = Seconds::default();
        (0..40).for_each(|n| seconds.add(Some(&scope(&format!("s{n}"))), &exchange(1), 1, 1));
        let only = |name: &str| Scopes::Only(vec![scope(name)]);
        assert_eq!(seconds.sum(&Scopes::All, 1, 10).0.requests, 40);
        assert_eq!(seconds.sum(&only("s3"), 1, 10).0.requests, 1);
        // Past the bound a scope has no numbers of its own; nobody else is shown them.
        assert_eq!(seconds.sum(&only("s39"), 1, 10).0.requests, 0);
        assert_eq!(seconds.scopes(&only("s3")), [scope("s3")]);
        assert_eq!(seconds.scopes(&Scopes::All).len(), SCOPES);
    }

    #[test]
    fn invented_kinds_do_not_grow_a_second() {
        let mut seconds = Seconds::default();
        for n in 0..2 * NAMES {
            let masked = vec![(format!("kind{n}"), 1)];
            seconds.add(Some(&scope("a")), &ExchangeSummary { masked, ..exchange(1) }, 1, 1);
        }
        let kinds = told(&seconds, &Scopes::All, 0)[0]["kinds"].as_object().unwrap().clone();
        assert_eq!(kinds.len(), KINDS + 1);
        assert_eq!(kinds.values().map(|n| n.as_u64().unwrap()).sum::<u64>(), 2 * NAMES as u64);
    }
}
