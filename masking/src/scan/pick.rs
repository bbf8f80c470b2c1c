//! Candidates to disjoint findings.

use std::cmp::Reverse;
use std::ops::Range;

use crate::catalog::KindId;
use crate::scan::{Finding, Recognised};

/// A candidate in one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: KindId,
    pub(crate) source: Source,
    pub(crate) evidence: Evidence,
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
    /// A name for it, or another surrounding.
    Context,
}

impl Evidence {
    pub(crate) fn recognised(self) -> Recognised {
        Recognised::of(self >= Self::Shown)
    }
}

impl Hit {
    pub(crate) fn new(range: Range<usize>, kind: KindId, source: Source, evidence: Evidence) -> Self {
        Self { start: range.start, end: range.end, kind, source, evidence }
    }

    pub(crate) fn is_by_context(&self) -> bool {
        self.evidence.recognised().is_by_context()
    }

    pub(crate) fn finding(&self, text: u32) -> Finding {
        Finding { text, start: self.start, end: self.end, kind: self.kind, recognised: self.evidence.recognised() }
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
