//! The filters that have called.

use std::collections::{BTreeMap, BTreeSet};

use contract::Scope;
use serde::Serialize;

use crate::door::Scopes;

/// Filters that are kept; past that, the one that has been silent longest is forgotten.
const KEPT: usize = 256;
/// Scopes of one filter that are kept.
const SCOPES: usize = 64;
/// Milliseconds after which a silent filter is forgotten: its worker has ended.
const FORGOTTEN_AFTER: u64 = 600_000;
/// Milliseconds after which a silent filter counts as gone. A healthy one calls every few seconds, at least.
pub(super) const SILENT_AFTER: u64 = 60_000;

/// By the name of the filter's instance.
#[derive(Debug, Default)]
pub(super) struct Filters(BTreeMap<String, Filter>);

#[derive(Debug, Default)]
struct Filter {
    release: String,
    first: u64,
    last: u64,
    scopes: BTreeSet<Scope>,
    /// Whether it alters nothing.
    observing: bool,
}

/// One filter as a page is told of it.
#[derive(Debug, Serialize)]
pub(super) struct ToldFilter {
    instance: String,
    release: String,
    /// Unix times in milliseconds of its first and its last call.
    first_ms: u64,
    last_ms: u64,
    observing: bool,
}

/// How many filters are there, and how many of them only observe.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Present {
    pub(super) calling: u64,
    pub(super) observing: u64,
}

impl Filters {
    pub(super) fn called<'s>(
        &mut self,
        instance: &str,
        (release, observing): (&str, bool),
        scopes: impl Iterator<Item = &'s Scope>,
        now: u64,
    ) {
        if !self.0.contains_key(instance) {
            self.make_room();
            self.0.insert(instance.to_owned(), Filter { first: now, ..Filter::default() });
        }
        let Some(filter) = self.0.get_mut(instance) else { return };
        filter.last = now;
        release.clone_into(&mut filter.release);
        filter.observing = observing;
        for scope in scopes {
            if !filter.scopes.contains(scope) && filter.scopes.len() < SCOPES {
                filter.scopes.insert(scope.clone());
            }
        }
    }

    pub(super) fn forget_before(&mut self, now: u64) {
        self.0.retain(|_, filter| filter.last + FORGOTTEN_AFTER > now);
    }

    /// The filters that serve these scopes, the one that was heard of last first.
    pub(super) fn told(&self, audience: &Scopes) -> Vec<ToldFilter> {
        let tell = |(instance, filter): (&String, &Filter)| ToldFilter {
            instance: instance.clone(),
            release: filter.release.clone(),
            first_ms: filter.first,
            last_ms: filter.last,
            observing: filter.observing,
        };
        let mut told: Vec<_> = self.seen_by(audience).map(tell).collect();
        told.sort_by_key(|filter| std::cmp::Reverse(filter.last_ms));
        told
    }

    /// The scopes that they serve; some of them more than once.
    pub(super) fn scopes(&self, audience: &Scopes) -> Vec<Scope> {
        let scopes = self.0.values().flat_map(|filter| &filter.scopes);
        scopes.filter(|scope| audience.include(scope)).cloned().collect()
    }

    pub(super) fn present(&self, audience: &Scopes, now: u64) -> Present {
        let calling = self.seen_by(audience).filter(|(_, filter)| filter.last + SILENT_AFTER > now);
        calling.fold(Present::default(), |present, (_, filter)| Present {
            calling: present.calling + 1,
            observing: present.observing + u64::from(filter.observing),
        })
    }

    fn seen_by(&self, audience: &Scopes) -> impl Iterator<Item = (&String, &Filter)> {
        let serves = |filter: &Filter| *audience == Scopes::All || filter.scopes.iter().any(|s| audience.include(s));
        self.0.iter().filter(move |(_, filter)| serves(filter))
    }

    fn make_room(&mut self) {
        if self.0.len() >= KEPT {
            let silent = self.0.iter().min_by_key(|(_, filter)| filter.last).map(|(instance, _)| instance.clone());
            silent.into_iter().for_each(|instance| _ = self.0.remove(&instance));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_there_as_long_as_it_calls() {
        let [a, b] = ["a", "b"].map(|name| Scope::parse(name).unwrap());
        let mut filters = Filters::default();
        filters.called("w1", ("0.1.0", false), [&a].into_iter(), 1_000);
        filters.called("w2", ("0.1.0", true), [&b].into_iter(), 2_000);
        let only_a = Scopes::Only(vec![a]);
        for (audience, now, calling, observing) in [
            (&Scopes::All, 2_000, 2, 1),
            (&only_a, 2_000, 1, 0),
            (&Scopes::All, 1_000 + SILENT_AFTER, 1, 1),
            (&Scopes::All, 2_000 + SILENT_AFTER, 0, 0),
        ] {
            assert_eq!(filters.present(audience, now), Present { calling, observing }, "{audience:?} {now}");
        }
        assert_eq!(filters.told(&only_a).len(), 1);
        filters.forget_before(1_000 + FORGOTTEN_AFTER);
        assert_eq!(filters.told(&Scopes::All).len(), 1);
        (0..2 * KEPT as u64).for_each(|n| filters.called(&format!("n{n}"), ("", false), std::iter::empty(), n));
        assert_eq!(filters.told(&Scopes::All).len(), KEPT);
    }
}
