//! What the rules find at the literals of a text, each of which may begin or tell a value.

use std::ops::Range;

use crate::catalog::KindId;
use crate::scan::Scanner;
use crate::scan::address;
use crate::scan::literals::Place;
use crate::scan::notation::ValuePlace;
use crate::scan::page::Page;
use crate::scan::parts::Part;
use crate::scan::pem;
use crate::scan::pick::Evidence;
use crate::scan::reading::{Reader, Reading, Use};
use crate::scan::reference;
use crate::scan::repeated;
use crate::scan::request;
use crate::scan::rules::Anchor;
use crate::scan::spelling;
use crate::scan::stored;
use crate::scan::user_info;
use crate::scan::wrapped;

impl Scanner {
    /// Reports what the rules find at the literals in a part of a text, which is the page or its view. The letters of a
    /// placeholder are nobody's: they name nothing, and a value stood there before.
    pub(super) fn anchored(
        &self,
        (page, opaque): (&Page<'_>, &[Range<usize>]),
        text: &[u8],
        part: Range<usize>,
        reading: &mut Reading,
        found: &mut impl FnMut(Range<usize>, KindId, Evidence),
    ) {
        for Place { range, literal } in self.literals.find(text, part) {
            let next = opaque.partition_point(|placeholder| placeholder.end <= range.start);
            if opaque.get(next).is_some_and(|placeholder| placeholder.start <= range.start) {
                continue;
            }
            for anchor in self.anchors.get(literal).into_iter().flatten() {
                let mut steps = 1;
                let mut counted = |range: Range<usize>, kind, evidence| {
                    steps += range.len();
                    found(range, kind, evidence);
                };
                self.anchor(*anchor, page, text, range.clone(), reading, &mut counted);
                if !reading.step(steps) {
                    return;
                }
            }
        }
    }

    /// Reports what one rule finds at a literal.
    fn anchor(
        &self,
        anchor: Anchor,
        page: &Page<'_>,
        text: &[u8],
        literal: Range<usize>,
        reading: &mut Reading,
        found: &mut impl FnMut(Range<usize>, KindId, Evidence),
    ) {
        let start = literal.start;
        match anchor {
            Anchor::Name(beside)
                if beside.fits(text, start, literal.end) && reading.is_new(Reader::Name, literal.end - 1) =>
            {
                self.name(page, text, literal, reading, found);
            }
            Anchor::Arn | Anchor::ArnRest(_) if reading.is_new(Reader::Arn, start) => {
                self.arn(anchor, text, literal, reading, found);
            }
            Anchor::Literal(index) if reading.is_new(Reader::Literal(index), start) => {
                self.literal(index, text, start, reading, found);
            }
            Anchor::PrivateKey if reading.is_new(Reader::PrivateKey, start) => {
                self.private_key(page, text, start, reading, found);
            }
            Anchor::Host => self.rules.hosts(text, literal, reading, |range, kind| found(range, kind, Evidence::Shown)),
            Anchor::Stored(service) if reading.is_new(Reader::Stored, start) => {
                let Some(kind) = self.rules.stored else { return };
                let end = stored::find(service, text, literal, |range| found(range, kind, Evidence::Context));
                reading.read(Reader::Stored, end);
            }
            Anchor::Record => reading.show_records(),
            Anchor::Sibling(rule, name) => {
                let mut by_context = |range: Range<usize>, kind| found(range, kind, Evidence::Context);
                self.rules.siblings((rule, name), text, literal, reading, &mut by_context);
            }
            Anchor::Request => {
                let bucket = request::bucket(text, literal).zip(self.rules.request);
                bucket.into_iter().for_each(|(range, kind)| found(range, kind, Evidence::Shown));
            }
            Anchor::UserInfo => {
                let password = user_info::password(text, literal).zip(self.rules.user_info);
                password.into_iter().for_each(|(range, kind)| found(range, kind, Evidence::Shown));
            }
            Anchor::Variable => {
                let place = ValuePlace { start: literal.end - 1, ..ValuePlace::WHOLE };
                let name = reference::at(text, place).zip(self.rules.bucket);
                reading.uses.extend(name.map(|(name, rule)| Use { rule, name }));
            }
            Anchor::Hidden if spelling::is_shown(text, &literal) => reading.show_hidden(),
            Anchor::Resource(notation) => {
                let mut by_context = |range: Range<usize>, kind| found(range, kind, Evidence::Context);
                self.rules.resources.find(notation, text, literal, reading, &mut by_context);
            }
            Anchor::Name(_)
            | Anchor::Hidden
            | Anchor::Arn
            | Anchor::ArnRest(_)
            | Anchor::Literal(_)
            | Anchor::PrivateKey
            | Anchor::Stored(_) => {}
        }
    }

    /// Reports the values of the names around a word.
    fn name(
        &self,
        page: &Page<'_>,
        text: &[u8],
        literal: Range<usize>,
        reading: &mut Reading,
        found: &mut impl FnMut(Range<usize>, KindId, Evidence),
    ) {
        let start = literal.start;
        let mut crossed = Vec::new();
        let end = self.rules.named(text, literal.clone(), reading, |range, kind| {
            let between = page.raw.get(literal.end..range.start).unwrap_or_default();
            if memchr::memchr(b'\n', between).is_some() {
                crossed.push(range.clone());
            }
            found(range, kind, Evidence::Context);
        });
        reading.read(Reader::Name, end);
        // Most names that have found nothing are followed by something else.
        if reading.unmet.last() == Some(&start) && !repeated::ends_line(page.raw, end) {
            reading.unmet.pop();
        }
        if !crossed.is_empty() {
            reading.unmet.push(start);
            reading.crossed.append(&mut crossed);
        }
    }

    /// Reports the parts of an ARN, or of the rest of one.
    fn arn(
        &self,
        anchor: Anchor,
        text: &[u8],
        literal: Range<usize>,
        reading: &mut Reading,
        found: &mut impl FnMut(Range<usize>, KindId, Evidence),
    ) {
        let start = literal.start;
        let arns = &self.rules.arns;
        let part = |range: Range<usize>, kind| {
            // The partition of an ARN that is glued to this one.
            if arns.other == Some(kind) && text.get(range.clone()) == Some(b"aws") {
                return;
            }
            // A path cannot stand alone as a name, and a resource that no rule covers could be anything.
            let path = text.get(range.clone()).is_some_and(|value| value.contains(&b'/'));
            let alone = !path && arns.other != Some(kind);
            let evidence = if alone { Evidence::Shown } else { Evidence::Part };
            self.names(text, &range, kind, |range, kind| found(range, kind, self.rules.evidence_of_part(kind)));
            found(range, kind, evidence);
        };
        let end = match anchor {
            Anchor::ArnRest(rest) => arns.rest(rest, text, literal, part),
            _ => arns.find(text, start, part),
        };
        if let Some(end) = end {
            reading.read(Reader::Arn, end);
        }
        if let Some(joined) = wrapped::Joined::of_arn(text, start).filter(|_| anchor == Anchor::Arn) {
            arns.find(&joined.text, 0, |range, kind| {
                joined.written(range).for_each(|part| found(part, kind, Evidence::Form));
            });
        }
    }

    /// Reports what the rule at `index` finds at a literal.
    fn literal(
        &self,
        index: usize,
        text: &[u8],
        start: usize,
        reading: &mut Reading,
        found: &mut impl FnMut(Range<usize>, KindId, Evidence),
    ) {
        let Some(rule) = self.rules.literals.get(index) else { return };
        let next = rule.find(text, start, |range, meant| {
            if meant == address::Meant::Version {
                found(range.clone(), self.version, rule.evidence);
            }
            found(range, rule.kind, rule.evidence);
        });
        reading.read(Reader::Literal(index), next);
    }

    /// Reports the lines of a private key.
    fn private_key(
        &self,
        page: &Page<'_>,
        text: &[u8],
        start: usize,
        reading: &mut Reading,
        found: &mut impl FnMut(Range<usize>, KindId, Evidence),
    ) {
        let Some(kind) = self.rules.private_key else { return };
        let mut any = false;
        let end = pem::find(page, text, start, |range| {
            any = true;
            found(range, kind, Evidence::Form);
        });
        reading.read(Reader::PrivateKey, end);
        if !any {
            reading.unmet.push(start);
        }
    }

    /// The names within the resource of an ARN, which may stand alone elsewhere: `acme` of `acme:7`.
    fn names(&self, text: &[u8], resource: &Range<usize>, kind: KindId, mut found: impl FnMut(Range<usize>, KindId)) {
        let value = text.get(resource.clone()).and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default();
        let parts = self.parts(kind, value).into_iter();
        for Part { range, kind, .. } in parts.filter(|part| part.is_named() && !part.is_whole(value)) {
            found(resource.start + range.start..resource.start + range.end, kind);
        }
    }
}
