//! Characters that a reader does not see as they are written.
//!
//! A text that shows one (see [`spelling`]) is read once more as it is seen. The findings are those of the text as it is
//! written: a value keeps the characters within it, so that restoring it gives back the same bytes.

use std::ops::Range;
use std::rc::Rc;

use siphasher::sip128::SipHasher13;

use crate::budget::Budget;
use crate::scan::found::Found;
use crate::scan::spelling::{self, Seen};
use crate::scan::{Known, Picked, Review, Scanner, Written};

impl Scanner {
    /// Returns what is masked in texts in which the rules found these, where some have hidden characters. Reading them
    /// again may take so many steps as well.
    pub(super) fn folded(
        &self,
        texts: &[Written<'_>],
        mut found: Vec<Rc<Found>>,
        known: &Known,
        (review, hasher): (Option<Review<'_>>, SipHasher13),
        steps: u64,
    ) -> Result<Vec<Rc<[Picked]>>, Budget> {
        let fold = |(text, found): (&Written<'_>, &Rc<Found>)| found.hidden.then(|| Folded::new(text.text()));
        let folded: Vec<Option<Folded>> = texts.iter().zip(&found).map(fold).collect();
        let seen = texts.iter().zip(&folded);
        let seen = seen.filter_map(|(text, folded)| Some(Written::plain(&folded.as_ref()?.text, text.key)));
        let seen: Vec<Written<'_>> = seen.collect();
        let mut again = self.contexts(&seen, (&mut None, hasher), steps)?.into_iter().zip(seen);
        let mut read = Vec::with_capacity(texts.len());
        for ((text, found), folded) in texts.iter().zip(&mut found).zip(&folded) {
            match folded.as_ref().and_then(|_| again.next()) {
                Some((seen_found, seen)) => {
                    *found = seen_found;
                    read.push(seen);
                }
                None => read.push(text.clone()),
            }
        }
        let mut picked = self.settle(&read, &found, known, (review, hasher));
        for ((picked, folded), text) in picked.iter_mut().zip(&folded).zip(texts) {
            let Some(folded) = folded else { continue };
            let ranges: Vec<_> = picked.iter().map(|picked| folded.written(picked.range.clone())).collect();
            let places = text.places(&ranges).into_iter().zip(picked.iter());
            *picked = places.map(|(range, picked)| Picked { range, ..picked.clone() }).collect();
        }
        Ok(picked)
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
                folded.text.push(sign);
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

    fn is_character(&self, stretch: Range<usize>) -> bool {
        self.text.get(stretch).is_some_and(|stretch| stretch.chars().take(2).count() == 1)
    }

    /// Where a byte stands in the text as it is written, and the byte after it.
    fn stretch(&self, at: usize) -> (usize, usize) {
        let next = self.stretches.partition_point(|(folded, _)| *folded <= at);
        let (folded, written) = next.checked_sub(1).and_then(|at| self.stretches.get(at)).copied().unwrap_or((0, 0));
        let start = written + (at - folded);
        match self.stretches.get(next) {
            // The end of a stretch of one character, which may be written with more.
            Some((end, next)) if *end == at + 1 && self.is_character(folded..*end) => (start, *next),
            _ => (start, start + 1),
        }
    }
}
