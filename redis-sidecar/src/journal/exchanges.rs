//! The latest exchanges in numbers, and the latest of the bodies that the provider received.

use std::collections::VecDeque;

use contract::{ExchangeSummary, Scope, bound};
use serde::Serialize;

use crate::door::Scopes;

/// Exchanges that are kept.
const KEPT: usize = 500;
/// Exchanges that are told at a time: whoever watches a busy gateway sees the newest of each second.
const TOLD: usize = 50;
/// Kinds of one exchange that are told apart; the rest is one kind called "other".
const KINDS: usize = 16;
/// Bodies that are kept, and the bytes of one and of all of them. The oldest leave first.
const BODIES: usize = 100;
const BODY_BYTES: usize = 256 << 10;
const ALL_BODIES_BYTES: usize = 4 << 20;

#[derive(Debug, Default)]
pub(super) struct Exchanges {
    kept: VecDeque<Kept>,
    bodies: VecDeque<Body>,
    body_bytes: usize,
    /// The number of the last exchange.
    last: u64,
}

#[derive(Debug)]
struct Kept {
    id: u64,
    /// `None` if it was never known: then only those who may see all scopes see it.
    scope: Option<Scope>,
    exchange: ExchangeSummary,
}

/// The body of an exchange as the provider received it: placeholders, and what is not masked.
#[derive(Debug)]
struct Body {
    id: u64,
    scope: Option<Scope>,
    text: String,
}

/// One exchange as a page is told of it.
#[derive(Debug, Serialize)]
pub(super) struct ToldExchange {
    id: u64,
    /// Whether [`Exchanges::body`] has what the provider saw.
    has_body: bool,
    #[serde(flatten)]
    exchange: ExchangeSummary,
}

impl Exchanges {
    pub(super) fn add(&mut self, scope: Option<&Scope>, exchange: &ExchangeSummary) {
        self.last += 1;
        let mut exchange = exchange.clone();
        exchange.route = cut(exchange.route, bound::NAME_BYTES);
        exchange.dialect = cut(exchange.dialect, bound::NAME_BYTES);
        let others = exchange.masked.iter().skip(KINDS).fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
        exchange.masked.truncate(KINDS);
        exchange.alerts.truncate(KINDS);
        exchange.masked.extend((others > 0).then(|| ("other".to_owned(), others)));
        // Where nothing is altered, the body that the provider received holds values.
        if let Some(text) = exchange.masked_body.take().filter(|_| !exchange.observed) {
            self.keep_body(Body { id: self.last, scope: scope.cloned(), text: cut(text, BODY_BYTES) });
        }
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(Kept { id: self.last, scope: scope.cloned(), exchange });
    }

    fn keep_body(&mut self, body: Body) {
        self.body_bytes += body.text.len();
        self.bodies.push_back(body);
        while self.bodies.len() > BODIES || self.body_bytes > ALL_BODIES_BYTES {
            let Some(oldest) = self.bodies.pop_front() else { return };
            self.body_bytes -= oldest.text.len();
        }
    }

    /// The number of the last exchange.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// The newest exchanges after a number, oldest first, as far as these scopes may see them; and how many were left out.
    pub(super) fn told(&self, audience: &Scopes, after: u64) -> (Vec<ToldExchange>, usize) {
        let news = self.kept.iter().rev().take_while(|kept| kept.id > after);
        let mut visible = news.filter(|kept| sees(audience, kept.scope.as_ref()));
        let mut told: Vec<_> = visible.by_ref().take(TOLD).map(|kept| self.tell(kept)).collect();
        told.reverse();
        (told, visible.count())
    }

    /// What the provider received in an exchange; `None` if it is not kept, or not for these scopes.
    pub(super) fn body(&self, audience: &Scopes, id: u64) -> Option<&str> {
        let body = self.bodies.iter().find(|body| body.id == id)?;
        sees(audience, body.scope.as_ref()).then_some(body.text.as_str())
    }

    fn tell(&self, kept: &Kept) -> ToldExchange {
        let has_body = self.bodies.iter().any(|body| body.id == kept.id);
        ToldExchange { id: kept.id, has_body, exchange: kept.exchange.clone() }
    }
}

fn sees(audience: &Scopes, scope: Option<&Scope>) -> bool {
    scope.map_or(*audience == Scopes::All, |scope| audience.include(scope))
}

/// At most so many bytes, on a character boundary.
fn cut(mut text: String, bytes: usize) -> String {
    text.truncate(text.floor_char_boundary(bytes));
    text.shrink_to_fit();
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_body(body: &str) -> ExchangeSummary {
        ExchangeSummary { masked_body: Some(body.to_owned()), ..ExchangeSummary::default() }
    }

    fn scope(name: &str) -> Scope {
        Scope::parse(name).unwrap()
    }

    #[test]
    fn the_newest_are_kept_and_told() {
        let mut exchanges = Exchanges::default();
        (0..KEPT + 10).for_each(|_| exchanges.add(Some(&scope("a")), &ExchangeSummary::default()));
        let (told, left_out) = exchanges.told(&Scopes::All, 0);
        assert_eq!((told.len(), left_out), (TOLD, KEPT - TOLD));
        assert_eq!(told.last().unwrap().id, exchanges.last());
        let (told, left_out) = exchanges.told(&Scopes::All, exchanges.last() - 3);
        assert_eq!((told.len(), left_out), (3, 0));
    }

    #[test]
    fn bodies_are_bounded_and_belong_to_their_scope() {
        let mut exchanges = Exchanges::default();
        (0..BODIES + 1).for_each(|n| exchanges.add(Some(&scope("a")), &with_body(&format!("body {n}"))));
        let own = Scopes::Only(vec![scope("a")]);
        assert_eq!(exchanges.body(&own, 1), None);
        assert_eq!(exchanges.body(&own, 2), Some("body 1"));
        assert_eq!(exchanges.body(&Scopes::Only(vec![scope("b")]), 2), None);
        let (told, _) = exchanges.told(&own, 0);
        assert!(told.iter().all(|told| told.has_body && told.exchange.masked_body.is_none()));
        for _ in 0..2 * ALL_BODIES_BYTES / BODY_BYTES {
            exchanges.add(Some(&scope("a")), &with_body(&"é".repeat(BODY_BYTES)));
        }
        assert_eq!(exchanges.bodies.len(), ALL_BODIES_BYTES / BODY_BYTES);
        assert_eq!(exchanges.body_bytes, exchanges.bodies.iter().map(|body| body.text.len()).sum::<usize>());
    }

    #[test]
    fn a_body_that_was_not_masked_is_not_kept() {
        let mut exchanges = Exchanges::default();
        exchanges.add(Some(&scope("a")), &ExchangeSummary { observed: true, ..with_body("i-0a1b2c3d4e5f60718") });
        assert_eq!(exchanges.body(&Scopes::All, 1), None);
    }

    #[test]
    fn names_and_kinds_are_cut() {
        let mut exchanges = Exchanges::default();
        let masked = (0..100).map(|n| (format!("kind{n}"), 1)).collect();
        let long = ExchangeSummary { route: "ä".repeat(1_000), masked, ..ExchangeSummary::default() };
        exchanges.add(Some(&scope("a")), &long);
        let (told, _) = exchanges.told(&Scopes::All, 0);
        let exchange = &told[0].exchange;
        assert_eq!((exchange.route.len(), exchange.masked.len()), (bound::NAME_BYTES, KINDS + 1));
        assert_eq!(exchange.masked.last().unwrap(), &("other".to_owned(), 100 - KINDS as u64));
    }
}
