//! Literal values in a text: one walk, however many there are, and none of it built for the text.
//!
//! Each value is known by the four bytes that it begins with, and by those one, two and three bytes further on. So
//! four bytes of the text tell for as many places whether a value may begin there, and a text is looked at in steps as
//! wide as the shortest value allows. What is looked up then is the sorted list.

use std::cmp::Reverse;

use crate::scan::dictionary::{Dictionary, Filter, GRAM, STEP_MAX, Standing};
use crate::scan::edge;
use crate::scan::estate::Estate;
use crate::scan::known::Known;

/// The dictionaries of one exchange, ready to be looked up in its texts. Where two of them have a value, the first one
/// counts.
#[derive(Debug)]
pub(crate) struct Search<'d> {
    dictionaries: [&'d Dictionary; 2],
    estate: Option<&'d Estate>,
    step: usize,
    filter: Filter,
}

impl<'d> Search<'d> {
    /// The search for what a scope knows, and for the values of an exchange.
    pub(crate) fn of(known: &'d Known, here: &'d Dictionary) -> Self {
        Self::with_filter([&known.dictionary, here], |step| known.filter().with(here, step))
            .with_estate(known.estate.as_deref())
    }

    pub(crate) fn new(dictionaries: [&'d Dictionary; 2]) -> Self {
        let grams = dictionaries.iter().map(|dictionary| dictionary.grams.len()).sum();
        let all =
            |step| dictionaries.iter().fold(Filter::new(grams), |filter, dictionary| filter.with(dictionary, step));
        Self::with_filter(dictionaries, all)
    }

    /// `filter` is asked for the grams at some offsets.
    fn with_filter(dictionaries: [&'d Dictionary; 2], filter: impl FnOnce(u8) -> Filter) -> Self {
        let filled = || dictionaries.iter().filter(|dictionary| !dictionary.is_empty());
        let shortest = filled().map(|dictionary| dictionary.shortest).min().unwrap_or(GRAM);
        let step = (shortest + 1).saturating_sub(GRAM).clamp(1, STEP_MAX);
        Self { dictionaries, estate: None, step, filter: filter((1 << step) - 1) }
    }

    /// Returns the search that looks for the names of an estate too. Of a value in both, the dictionaries' kind counts.
    fn with_estate(self, estate: Option<&'d Estate>) -> Self {
        Self { estate: estate.filter(|estate| !estate.is_empty()), ..self }
    }

    pub(crate) fn estate(&self) -> Option<&'d Estate> {
        self.estate
    }

    /// Returns the longest value that stands at each place, in the order of the places.
    pub(crate) fn find(&self, text: &str) -> Vec<Standing> {
        let mut found = Vec::new();
        let mut push = |standing| found.push(standing);
        match self.step {
            _ if self.dictionaries.iter().all(|dictionary| dictionary.is_empty()) => {}
            1 => self.walk::<1>(text.as_bytes(), &mut push),
            2 => self.walk::<2>(text.as_bytes(), &mut push),
            3 => self.walk::<3>(text.as_bytes(), &mut push),
            _ => self.walk::<STEP_MAX>(text.as_bytes(), &mut push),
        }
        let Some(estate) = self.estate else { return found };
        let named = found.len();
        estate.find(text.as_bytes(), &mut found);
        if named > 0 && found.len() > named {
            // Stable: of equal ones the dictionaries' stays.
            found.sort_by_key(|standing| (standing.range.start, Reverse(standing.length)));
            found.dedup_by_key(|standing| standing.range.start);
        }
        found
    }

    fn walk<const STEP: usize>(&self, text: &[u8], found: &mut impl FnMut(Standing)) {
        let mut rest = text;
        while let Some(bytes) = rest.first_chunk::<GRAM>() {
            let gram = u32::from_le_bytes(*bytes);
            if self.filter.may_have(gram) {
                self.at::<STEP>(text, text.len() - rest.len(), gram, found);
            }
            rest = rest.get(STEP..).unwrap_or_default();
        }
    }

    /// Reports the values that have a gram, which stands at `at`.
    fn at<const STEP: usize>(&self, text: &[u8], at: usize, gram: u32, found: &mut impl FnMut(Standing)) {
        let offsets = self.dictionaries.map(|dictionary| dictionary.offsets(gram));
        for offset in (0..STEP).rev() {
            let Some(start) = at.checked_sub(offset).filter(|start| may_begin(text, *start)) else { continue };
            let dictionaries = self.dictionaries.iter().zip(offsets).filter(|(_, offsets)| offsets >> offset & 1 == 1);
            let values = dictionaries.filter_map(|(dictionary, _)| dictionary.longest(text, start));
            // Of equal ones the first is kept.
            let longest = values.reduce(|a, b| if b.length > a.length { b } else { a });
            longest.into_iter().for_each(&mut *found);
        }
    }
}

/// Returns whether a value of any sort may begin at `start`.
fn may_begin(text: &[u8], start: usize) -> bool {
    edge::previous(text, start).is_none_or(|b| !b.is_ascii_alphanumeric()) || edge::ends_escape(text, start)
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "a test that slices wrongly should fail")]
mod tests {
    use std::ops::Range;

    use super::*;
    use crate::catalog::{Edge, KindId};
    use crate::scan::dictionary::{Spread, numbered_len};
    use crate::scan::longer;
    use proptest::prelude::*;

    const KINDS: [usize; 3] = [1, 2, 3];

    /// The longest value of each place, looked for in the plainest way.
    fn plainly(values: &[(usize, String)], text: &str) -> Vec<(Range<usize>, KindId)> {
        let bytes = text.as_bytes();
        let at = |start: usize| {
            let here =
                values.iter().filter(|(_, value)| value.len() >= GRAM && text[start..].starts_with(value.as_str()));
            let standing = here.filter_map(|(kind, value)| {
                let number = value.bytes().all(|b| b.is_ascii_digit());
                let edge = if number { Edge::Digits } else { Edge::Compound };
                let end = start + value.len();
                let numbered = end + if number { 0 } else { numbered_len(bytes, end) };
                let alone = edge::holds(edge, bytes, start, numbered).then_some(start..numbered);
                let longer = || longer::around(bytes, start..end).filter(|_| longer::may_grow(value));
                let range = alone.or_else(longer)?;
                Some((value.len(), std::cmp::Reverse(*kind), range.start, range.end))
            });
            standing.max().map(|(_, kind, start, end)| (start..end, KindId::at(kind.0)))
        };
        (0..text.len()).filter_map(at).collect()
    }

    fn found(dictionaries: [&Dictionary; 2], text: &str) -> Vec<(Range<usize>, KindId)> {
        Search::new(dictionaries).find(text).into_iter().map(|Standing { range, kind, .. }| (range, kind)).collect()
    }

    fn dictionary(values: &[(usize, String)]) -> Dictionary {
        Dictionary::new(values.iter().map(|(kind, value)| (KindId::at(*kind), Spread::Anywhere, value.as_str())))
    }

    proptest! {
        #[test]
        fn the_longest_value_of_each_place_is_found_whatever_the_order(
            mut values in prop::collection::vec((prop::sample::select(&KINDS[..]), "[a.1/-]{1,9}|aaa-aaa"), 0..12),
            text in "([a.1/ -]|aaa){0,60}",
            turn in 0usize..12,
            cut in 0usize..12,
        ) {
            let expected = plainly(&values, &text);
            let turn = turn.min(values.len());
            values.rotate_left(turn);
            prop_assert_eq!(found([&dictionary(&values), &Dictionary::default()], &text), expected.clone());
            // In two dictionaries the same values are found; the first one's kind counts.
            let (first, second) = values.split_at(cut.min(values.len()));
            let both = found([&dictionary(first), &dictionary(second)], &text);
            let ranges = |found: Vec<(Range<usize>, KindId)>| found.into_iter().map(|(range, _)| range).collect::<Vec<_>>();
            prop_assert_eq!(ranges(both), ranges(expected));
        }
    }

    #[test]
    fn of_values_that_begin_alike_the_longest_that_stands_is_found() {
        let values = ["a1.b", "a1.b.c2", "a1.b.c2.d3"].map(|value| (1, value.to_owned()));
        let cases = [("a1.b.c2.d3", "a1.b.c2.d3"), ("a1.b.c2.d34", "a1.b.c2"), ("a1.b.c23", "a1.b"), ("a1.bc", "")];
        for (text, expected) in cases {
            let found = found([&dictionary(&values), &Dictionary::default()], text);
            assert_eq!(found.first().map_or("", |(range, _)| &text[range.clone()]), expected, "{text}");
        }
    }
}
