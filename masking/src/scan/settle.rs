//! What is masked in each text of an exchange: what the rules have found in it, and the values that other texts have shown.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use siphasher::sip128::SipHasher13;

use crate::catalog::{Family, KindId};
use crate::scan::dictionary::{Dictionary, Spread, Standing};
use crate::scan::found::{self, Found, Learned};
use crate::scan::pick::{self, Evidence, Hit, Picked, Source};
use crate::scan::search::Search;
use crate::scan::{Known, Review, Scanner, Written, address, known, own};

impl Scanner {
    /// Returns what is masked in texts in which the rules found these.
    pub(super) fn settle(
        &self,
        texts: &[Written<'_>],
        found: &[Rc<Found>],
        known: &Known,
        (review, hasher): (Option<Review<'_>>, SipHasher13),
    ) -> Vec<Rc<[Picked]>> {
        let mut learned = found::learned(texts, found);
        self.versions(texts, found, hasher, &mut learned);
        learned.truncate(known::KNOWN_MAX);
        let mut here = Dictionary::new(learned.iter().map(|learned| (learned.kind, learned.spread, &*learned.value)));
        for learned in learned.iter().filter(|learned| learned.spread != Spread::Anywhere) {
            here.name_kind(learned.kind, || self.nouns(learned.kind).iter().copied().map(Into::into).collect());
        }
        let values = Search::of(known, &here);
        let pick = |text: &Written<'_>, found: &Found, standing: &[Standing]| self.pick(text, found, standing);
        match review {
            Some(review) => review.settle(texts, found, (known, &learned), &values, pick),
            None => {
                let texts = texts.iter().zip(found);
                texts.map(|(text, found)| pick(text, found, &values.find(text.text()))).collect()
            }
        }
    }

    /// Returns what is masked in a text in which the rules found this, and in which these known values stand.
    fn pick(&self, text: &Written<'_>, found: &Found, standing: &[Standing]) -> Rc<[Picked]> {
        if found.hits.is_empty() && standing.is_empty() {
            return Rc::default();
        }
        let mut found = found.clone();
        self.bare(text.text(), &mut found, standing);
        pick::disjoint(&mut found.hits);
        self.keep_apart(text.text(), &mut found.hits);
        let ranges: Vec<Range<usize>> = found.hits.iter().map(|hit| hit.start..hit.end).collect();
        let picked = |(written, hit): (Range<usize>, &Hit)| Picked {
            range: written,
            kind: hit.kind,
            recognised: hit.evidence.recognised(),
        };
        text.places(&ranges).into_iter().zip(&found.hits).map(picked).collect()
    }

    /// Adds the addresses that stand under the name of a version in one place, and are masked in another: there they must
    /// be masked too, or the one would tell the other.
    fn versions<'t>(
        &self,
        texts: &'t [Written<'_>],
        found: &[Rc<Found>],
        hasher: SipHasher13,
        learned: &mut Vec<Learned<'t>>,
    ) {
        let value = |text: &'t Written<'_>, start: usize, end: usize| text.text().get(start..end);
        let places = || texts.iter().zip(found);
        if found.iter().all(|found| found.excused.is_empty()) {
            return;
        }
        let excused = |(text, found): (&'t Written<'_>, &Rc<Found>)| {
            found.excused.iter().filter_map(|(start, end)| value(text, *start, *end)).collect::<Vec<_>>()
        };
        let excused: HashSet<&str> = places().flat_map(excused).collect();
        let address = |hit: &&Hit| self.kind(hit.kind).family == Family::Ip;
        for (text, found) in places() {
            let masked =
                found.hits.iter().filter(address).filter_map(|hit| Some((hit.kind, value(text, hit.start, hit.end)?)));
            let both = masked.filter(|(_, value)| excused.contains(value));
            let learn = |(kind, value)| Learned::new(kind, Spread::Anywhere, Cow::Borrowed(value), hasher);
            learned.extend(both.map(learn));
        }
    }

    /// Lets no value touch what would make its placeholder unreadable.
    fn keep_apart(&self, text: &str, hits: &mut Vec<Hit>) {
        let parts = |kind: KindId, range: Range<usize>| {
            let value = text.get(range).unwrap_or_default();
            (self.parts(kind, value), value)
        };
        let is_whole = |kind, range| {
            if self.is_undivided(kind) {
                return true;
            }
            let (parts, value) = parts(kind, range);
            parts.iter().all(|part| part.is_whole(value))
        };
        let ends = |hit: &Hit| {
            if self.is_undivided(hit.kind) {
                return true;
            }
            let (parts, value) = parts(hit.kind, hit.start..hit.end);
            parts.last().is_none_or(|part| part.range.end == value.len())
        };
        pick::apart(hits, text, is_whole, ends);
    }

    /// Adds the known values that stand in a text without a context.
    fn bare(&self, text: &str, found: &mut Found, standing: &[Standing]) {
        let mut end = 0;
        for Standing { range, kind, .. } in standing {
            // Of two that cross, the first one counts.
            if range.start >= end {
                end = range.end;
                found.hits.push(Hit::new(range.clone(), *kind, Source::Known, Evidence::Context));
            }
        }
        self.sift(text, found);
    }

    /// Drops what is switched off, what must never be masked, and what touches a placeholder.
    pub(super) fn sift(&self, text: &str, found: &mut Found) {
        let Found { hits, opaque, excused, .. } = found;
        // A kind that is off is still recognised, so that a catch-all does not take its values.
        let off: HashSet<(usize, usize)> =
            hits.iter().filter(|hit| !self.is_on(hit.kind)).map(|hit| (hit.start, hit.end)).collect();
        excused.extend(self.excuses(text, hits));
        hits.retain(|hit| {
            // A name that continues in a placeholder was not found as a name when that was a value.
            let joined = |at: Option<usize>| {
                let byte = at.and_then(|at| text.as_bytes().get(at)).filter(|_| hit.is_by_context());
                usize::from(byte.is_some_and(|b| matches!(b, b'.' | b'-' | b'_')))
            };
            let start = hit.start - joined(hit.start.checked_sub(1));
            let end = hit.end + joined(Some(hit.end));
            let near = opaque.iter().skip(opaque.partition_point(|p| p.end < start)).take_while(|p| p.start <= end);
            let free = !near.into_iter().any(|p| hit.is_by_context() || p.start < hit.end && hit.start < p.end);
            let on =
                self.is_on(hit.kind) && !(self.rules.is_catch_all(hit.kind) && off.contains(&(hit.start, hit.end)));
            // An address that is masked elsewhere is masked here too, whatever its name.
            let known = matches!(hit.source, Source::Known | Source::Term);
            let meant = known || !excused.contains(&(hit.start, hit.end));
            // A list continues after the names that everybody has, so they are dropped here.
            let everybody =
                |value: &str| self.rules.arns.account == Some(hit.kind) && own::is_account(value.as_bytes());
            let somebody = |value: &str| !self.never.covers(value) && !everybody(value);
            free && on && meant && text.get(hit.start..hit.end).is_some_and(somebody)
        });
    }

    /// The ranges that are named as versions. A word at the end of a value is not a name: it will not be seen.
    fn excuses(&self, text: &str, hits: &[Hit]) -> Vec<(usize, usize)> {
        let versions = || hits.iter().filter(|hit| hit.kind == self.version);
        if versions().next().is_none() {
            return Vec::new();
        }
        let values: HashSet<usize> = hits.iter().filter(|hit| self.is_on(hit.kind)).map(|hit| hit.end).collect();
        let named = |hit: &&Hit| !values.contains(&address::name_end(text.as_bytes(), hit.start));
        versions().filter(named).map(|hit| (hit.start, hit.end)).collect()
    }
}
