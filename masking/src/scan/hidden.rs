//! Characters that a reader does not see as they are written.
//!
//! A text that shows one (see [`spelling`]) is read once more as it is seen. The findings are those of the text as it is
//! written: a value keeps the characters within it, so that restoring it gives back the same bytes.

use std::ops::Range;

use crate::budget::Budget;
use crate::scan::spelling::{self, Seen};
use crate::scan::{Finding, Found, Known, Review, Scanner, Written};

impl Scanner {
    /// Returns the findings of texts in which the rules found these, where some have hidden characters. Reading them again
    /// may take so many steps as well.
    pub(super) fn folded(
        &self,
        texts: &[Written<'_>],
        mut strong: Vec<Found>,
        known: &Known,
        review: Option<Review<'_>>,
        steps: u64,
    ) -> Result<Vec<Finding>, Budget> {
        let fold = |(text, found): (&Written<'_>, &Found)| found.hidden.then(|| Folded::new(text.text()));
        let folded: Vec<Option<Folded>> = texts.iter().zip(&strong).map(fold).collect();
        let mut read = Vec::with_capacity(texts.len());
        for ((text, found), folded) in texts.iter().zip(&mut strong).zip(&folded) {
            let seen = Written::plain(folded.as_ref().map_or(text.text(), |folded| &folded.text), text.key);
            if folded.is_some() {
                let again = self.contexts(std::slice::from_ref(&seen), &mut None, steps)?;
                again.into_iter().for_each(|again| *found = again);
            }
            read.push(seen);
        }
        let mut findings = self.spread(&read, strong, known, review);
        for finding in &mut findings {
            if let Some(Some(folded)) = folded.get(finding.text as usize) {
                let written = folded.written(finding.start..finding.end);
                (finding.start, finding.end) = (written.start, written.end);
            }
        }
        Ok(findings)
    }
}

/// A text as it is seen.
#[derive(Debug)]
struct Folded {
    text: String,
    /// Where each stretch of it begins, and where that stands in the text as it is written; the end of both is the last.
    stretches: Vec<(usize, usize)>,
}

impl Folded {
    fn new(text: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(text.len()), stretches: Vec::new() };
        let mut at = 0;
        for (written, seen) in spelling::all(text) {
            folded.push(text, at..written.start);
            at = written.end;
            if let Seen::As(sign) = seen {
                folded.stretches.push((folded.text.len(), written.start));
                folded.text.push(char::from(sign));
            }
        }
        folded.push(text, at..text.len());
        folded.stretches.push((folded.text.len(), text.len()));
        folded
    }

    fn push(&mut self, text: &str, stretch: Range<usize>) {
        let start = stretch.start;
        if let Some(part) = text.get(stretch).filter(|part| !part.is_empty()) {
            self.stretches.push((self.text.len(), start));
            self.text.push_str(part);
        }
    }

    /// Returns where a finding stands in the text as it is written.
    fn written(&self, range: Range<usize>) -> Range<usize> {
        self.stretch(range.start).0..self.stretch(range.end.saturating_sub(1)).1
    }

    /// Where a byte stands in the text as it is written, and the byte after it.
    fn stretch(&self, at: usize) -> (usize, usize) {
        let next = self.stretches.partition_point(|(folded, _)| *folded <= at);
        let (folded, written) = next.checked_sub(1).and_then(|at| self.stretches.get(at)).copied().unwrap_or((0, 0));
        let start = written + (at - folded);
        match self.stretches.get(next) {
            // The end of a stretch of one byte, which may stand for a longer character.
            Some((end, next)) if *end == folded + 1 => (start, *next),
            _ => (start, start + 1),
        }
    }
}
