//! Values that are known from elsewhere, and are found wherever they stand.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};

use crate::catalog::Edge;
use crate::catalog::KindId;
use crate::scan::common::is_common;
use crate::scan::edge;
use crate::scan::whole;
use crate::scan::words::Case;

/// Known values, ready to be looked for: one automaton, however many there are.
#[derive(Clone, Debug, Default)]
pub struct Known {
    values: Vec<(KindId, Spread)>,
    automaton: Option<AhoCorasick>,
    /// Allowed characters on either side of a value that is not a number.
    edge: Option<Edge>,
}

/// The places at which a value that an exchange has shown is recognised again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spread {
    /// Wherever it stands: no word looks like it.
    Anywhere,
    /// Only as the whole of a member, a cell, a quotation or an argument.
    Whole,
}

impl Spread {
    /// Returns the places at which a value is recognised that an ARN, a host name or a URL has shown. A name that is
    /// masked there is masked wherever it stands alone, or the one would tell the other.
    pub(crate) fn of_shown(value: &str) -> Option<Self> {
        if is_telling(value) {
            return Some(Self::Anywhere);
        }
        (WHOLE_MIN..=VALUE_MAX).contains(&value.len()).then_some(Self::Whole).filter(|_| !is_common(value))
    }
}

/// The shortest name that is looked for alone.
const WHOLE_MIN: usize = 4;
/// At most this many values; any further ones are ignored.
pub(crate) const KNOWN_MAX: usize = 20_000;
/// Maximum bytes of a value. Longer ones are tokens, which recognise themselves.
const VALUE_MAX: usize = 256;
/// A name of letters only is looked for from this length on: shorter ones are words.
const LETTERS_MIN: usize = 12;

impl Known {
    /// Values that earlier exchanges showed. If one comes twice, the first kind counts. Values that are too short or
    /// too much like words to be looked for everywhere are left out.
    pub fn new<'a>(values: impl IntoIterator<Item = (KindId, &'a str)>) -> Self {
        let values = values.into_iter().filter(|(_, value)| is_telling(value)).take(KNOWN_MAX);
        let (known, values): (Vec<_>, Vec<_>) = values.map(|(kind, value)| ((kind, Spread::Anywhere), value)).unzip();
        Self::of(known, &values, Edge::Compound, Case::Exact)
    }

    /// Values that this exchange shows.
    pub(crate) fn here(values: Vec<(KindId, Spread, &str)>) -> Self {
        let values = values.into_iter().take(KNOWN_MAX).map(|(kind, spread, value)| ((kind, spread), value));
        let (known, values): (Vec<_>, Vec<_>) = values.unzip();
        Self::of(known, &values, Edge::Compound, Case::Exact)
    }

    /// The literals that the configuration wants masked, in any case.
    pub(crate) fn of_terms(kind: KindId, terms: &[String]) -> Self {
        Self::of(vec![(kind, Spread::Anywhere); terms.len()], terms, Edge::Word, Case::Any)
    }

    fn of(known: Vec<(KindId, Spread)>, values: &[impl AsRef<[u8]>], edge: Edge, case: Case) -> Self {
        if values.is_empty() {
            return Self::default();
        }
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::LeftmostLongest).ascii_case_insensitive(case == Case::Any);
        if case == Case::Exact {
            // Built for each exchange and for each scope that learns: of up to 100 values a DFA would take six times as
            // long (835 µs for 100 names) and ten times the memory (427 KB).
            builder.kind(Some(AhoCorasickKind::ContiguousNFA));
        }
        Self { values: known, automaton: builder.build(values).ok(), edge: Some(edge) }
    }

    fn edge_of(&self, value: &str) -> Edge {
        let number = value.bytes().all(|b| b.is_ascii_digit());
        let edge = self.edge.filter(|edge| *edge != Edge::Compound || !is_id(value)).unwrap_or(Edge::Word);
        if number { Edge::Digits } else { edge }
    }

    /// Reports the ranges of the values; of those that begin at one place, the longest.
    pub(crate) fn find(&self, text: &str, mut found: impl FnMut(Range<usize>, KindId)) {
        let Some(automaton) = &self.automaton else { return };
        let mut at = 0;
        while let Some(next) = automaton.find(Input::new(text).range(at..)) {
            let value = text.get(next.range()).unwrap_or_default();
            let known = self.values.get(next.pattern().as_usize());
            let edge = self.edge_of(value);
            // `acme-orders-1` is an instance of the cluster `acme-orders`.
            let end = next.end() + if edge == Edge::Compound { numbered_len(text.as_bytes(), next.end()) } else { 0 };
            let stands = |spread: Spread| {
                edge::holds(edge, text.as_bytes(), next.start(), end)
                    && (spread == Spread::Anywhere || whole::is_whole(text.as_bytes(), next.start()..end))
            };
            match known.filter(|(_, spread)| stands(*spread)) {
                Some((kind, _)) => {
                    found(next.start()..end, *kind);
                    at = end;
                }
                // A value is bounded, so beginning again costs at most a constant, and it is done only where a value
                // may begin.
                None => at = self.next_start(text.as_bytes(), next.start()),
            }
        }
    }

    /// Returns the next place after `at` at which a value of any sort may begin.
    fn next_start(&self, text: &[u8], at: usize) -> usize {
        let edges = [self.edge.unwrap_or(Edge::Digits), Edge::Digits];
        let begins = |at: &usize| edges.iter().any(|edge| edge::left(*edge, text, *at));
        (at + 1..text.len()).find(begins).unwrap_or(text.len())
    }
}

/// Returns whether a value is an id of capitals and digits, which no longer name has by chance: Terraform writes
/// `Z05218443LQ9XKMW7ABC_www.example.org_A`.
fn is_id(value: &str) -> bool {
    let capital = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    value.len() >= ID_MIN && value.bytes().all(capital) && value.bytes().any(|b| b.is_ascii_digit())
}

/// Minimum bytes of such an id.
const ID_MIN: usize = 12;

/// Returns the length of the number by which a service or a team tells several of one name apart: `-1`, `-002`.
fn numbered_len(text: &[u8], end: usize) -> usize {
    let Some(rest) = text.get(end..).and_then(|rest| rest.strip_prefix(b"-")) else { return 0 };
    let digits = rest.iter().take(NUMBER_MAX + 1).take_while(|b| b.is_ascii_digit()).count();
    let ends = rest.get(digits).is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'-' | b'_'));
    if (1..=NUMBER_MAX).contains(&digits) && ends { digits + 1 } else { 0 }
}

/// Digits of such a number.
const NUMBER_MAX: usize = 4;

/// Returns whether a value can be told from a word, so that it may be looked for without its context.
pub(crate) fn is_telling(value: &str) -> bool {
    let digit = value.bytes().any(|b| b.is_ascii_digit());
    let letter = value.bytes().any(|b| b.is_ascii_alphabetic());
    let joined = value.bytes().any(|b| b.is_ascii_punctuation());
    let telling = match (letter, digit, joined) {
        (false, ..) => value.len() >= 12,
        (true, true, _) => value.len() >= 5,
        (true, false, true) => value.len() >= 6,
        (true, false, false) => value.len() >= LETTERS_MIN,
    };
    telling && value.len() <= VALUE_MAX && !is_common(value)
}
