//! Candidates to disjoint findings.

use std::cmp::Reverse;
use std::ops::Range;

use crate::catalog::KindId;
use crate::scan::Recognised;

/// A candidate in one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: KindId,
    pub(crate) source: Source,
    pub(crate) evidence: Evidence,
}

/// A value to mask, by its place in the text as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picked {
    pub(crate) range: Range<usize>,
    pub(crate) kind: KindId,
    pub(crate) recognised: Recognised,
}

/// The origin of a candidate; of two with the same borders, the first in this order wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// A custom pattern.
    Custom,
    /// A rule of the catalogue.
    Rule,
    /// A value known from an earlier exchange, or from elsewhere in this one.
    Known,
    /// A literal of the configuration.
    Term,
}

/// The evidence for a candidate, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Evidence {
    /// Its own form.
    Form,
    /// An ARN that holds it, where alone it would tell nothing: a path, or a resource that no rule covers.
    Part,
    /// An ARN, a host name or a URL that holds it.
    Shown,
    /// A member of an API's own answer that is a name for it.
    Defined,
    /// A name for it, or another surrounding.
    Context,
}

impl Evidence {
    pub(crate) fn recognised(self) -> Recognised {
        match self {
            Self::Form | Self::Part => Recognised::ByItself,
            Self::Shown | Self::Defined => Recognised::ByDefinition,
            Self::Context => Recognised::ByContext,
        }
    }
}

impl Hit {
    pub(crate) fn new(range: Range<usize>, kind: KindId, source: Source, evidence: Evidence) -> Self {
        Self { start: range.start, end: range.end, kind, source, evidence }
    }

    pub(crate) fn is_by_context(&self) -> bool {
        self.evidence >= Evidence::Shown
    }
}

/// Sorts the hits and resolves overlaps: one that lies within another is part of it; of two that cross, the longer one
/// stays and the other gives up the bytes that they share, so that nothing leaks between them.
pub(crate) fn disjoint(hits: &mut Vec<Hit>) {
    hits.sort_by_key(|hit| (hit.start, Reverse(hit.end), hit.source, hit.evidence, hit.kind));
    let mut picked: Vec<Hit> = Vec::with_capacity(hits.len());
    for mut hit in hits.drain(..) {
        if let Some(last) = picked.last_mut().filter(|last| hit.start < last.end) {
            if hit.end <= last.end {
                continue;
            }
            if hit.end - hit.start > last.end - last.start {
                last.end = hit.start;
            } else {
                hit.start = last.end;
            }
        }
        picked.push(hit);
    }
    *hits = picked;
}

/// Maximum letters and digits after a value that become a part of it.
const RUN_MAX: usize = 256;

/// Keeps placeholders apart from each other and from letters and digits that would continue them, or they could not be
/// read again: a value takes the letters and digits after it along, and two values that touch become one.
///
/// `is_whole` tells whether a text of a kind has one placeholder, and `ends` whether a value has one at its end. A value
/// that is written in parts stays as it is.
pub(crate) fn apart(
    hits: &mut Vec<Hit>,
    text: &str,
    is_whole: impl Fn(KindId, Range<usize>) -> bool,
    ends: impl Fn(&Hit) -> bool,
) {
    let run = |at: usize| {
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        let run = rest.iter().take(RUN_MAX + 1).take_while(|b| b.is_ascii_alphanumeric()).count();
        if run > RUN_MAX { 0 } else { run }
    };
    let mut picked: Vec<Hit> = Vec::with_capacity(hits.len());
    for mut hit in hits.drain(..) {
        let end = hit.end + run(hit.end);
        if end > hit.end && ends(&hit) && is_whole(hit.kind, hit.start..end) {
            hit.end = end;
        }
        if let Some(last) = picked.last_mut().filter(|last| hit.start < last.end || hit.start == last.end && ends(last))
        {
            let both = last.start..last.end.max(hit.end);
            if let Some(kind) = [last.kind, hit.kind].into_iter().find(|kind| is_whole(*kind, both.clone())) {
                (last.end, last.kind, last.evidence) = (both.end, kind, last.evidence.min(hit.evidence));
                continue;
            }
            last.end = last.end.min(hit.start);
        }
        picked.push(hit);
    }
    *hits = picked;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values in a text, each from its first byte up to its end, where those that hold a colon are written in parts.
    fn check(text: &str, values: &[(usize, usize)], expected: &[(usize, usize)]) {
        let hit = |(start, end): &(usize, usize)| Hit::new(*start..*end, KindId::at(0), Source::Rule, Evidence::Form);
        let mut hits = values.iter().map(hit).collect();
        apart(&mut hits, text, |_, range| !text.get(range).unwrap().contains(':'), |_| true);
        assert_eq!(hits.iter().map(|hit| (hit.start, hit.end)).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn values_are_kept_apart() {
        check("ab cd", &[(0, 2), (3, 5)], &[(0, 2), (3, 5)]);
        check("abcd", &[(0, 2), (2, 4)], &[(0, 4)]);
        check("abcd ", &[(0, 2)], &[(0, 4)]);
        check("abxcd-", &[(0, 2), (3, 5)], &[(0, 5)]);
        check("a:bc", &[(0, 3)], &[(0, 3)]);
        check("a:bc", &[(0, 3), (3, 4)], &[(0, 3), (3, 4)]);
        check("한a국", &[(0, 3)], &[(0, 4)]);
    }
}
