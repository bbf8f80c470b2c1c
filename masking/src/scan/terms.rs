//! Literals that the configuration wants masked, in any case.

use std::ops::Range;

use aho_corasick::{AhoCorasick, Input, MatchKind};

use crate::catalog::{Edge, KindId};
use crate::scan::edge;

/// Terms, ready to be looked for: one automaton, however many there are.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    automaton: Option<(AhoCorasick, KindId)>,
}

impl Terms {
    pub(crate) fn new(kind: KindId, terms: &[String]) -> Self {
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::LeftmostLongest).ascii_case_insensitive(true);
        let automaton = Some(terms).filter(|terms| !terms.is_empty()).and_then(|terms| builder.build(terms).ok());
        Self { automaton: automaton.map(|automaton| (automaton, kind)) }
    }

    /// Reports the ranges of the terms; of those that begin at one place, the longest.
    pub(crate) fn find(&self, text: &str, mut found: impl FnMut(Range<usize>, KindId)) {
        let Some((automaton, kind)) = &self.automaton else { return };
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(next) = automaton.find(Input::new(text).range(at..)) {
            let number = bytes.get(next.range()).is_some_and(|term| term.iter().all(u8::is_ascii_digit));
            let edge = if number { Edge::Digits } else { Edge::Word };
            if edge::holds(edge, bytes, next.start(), next.end()) {
                found(next.range(), *kind);
                at = next.end();
            } else {
                // A term is bounded, so beginning again costs at most a constant, and it is done only where one may
                // begin.
                let begins = |at: &usize| edge::left(Edge::Word, bytes, *at) || edge::left(Edge::Digits, bytes, *at);
                at = (next.start() + 1..bytes.len()).find(begins).unwrap_or(bytes.len());
            }
        }
    }
}
