//! Text to findings: one pass over the text finds candidates by their literal parts, a rule verifies each.
//!
//! Ids are found at their hyphens ([`id`]), everything else at literals, all of them in one walk ([`literals`]): prefixes
//! of tokens, ends of host names, `arn:`, words of keys. So the cost is that of one scan, however many rules there are; a rule sees a
//! bounded piece of text at a candidate, or remembers how far it has read ([`reading`]), so no text makes it
//! super-linear.

mod address;
mod answer;
mod anywhere;
mod arn;
mod beside;
mod bounds;
mod brackets;
mod check;
mod clarity;
mod clause;
mod common;
mod dictionary;
mod edge;
mod estate;
mod grams;
mod hidden;
mod history;
mod id;
mod keyed;
mod known;
mod letters;
mod literals;
mod look;
mod make;
mod member;
mod name;
mod neighbour;
mod nested;
mod never;
mod notation;
mod own;
mod page;
mod parts;
mod pattern;
mod pem;
mod person;
mod phrase;
mod pick;
mod place;
mod places;
mod prefix;
mod public;
mod quoted;
mod reading;
mod record;
mod repeated;
mod request;
mod resource;
mod rules;
mod search;
mod sibling;
mod spelling;
mod stored;
mod table;
mod template;
mod terms;
mod user_info;
mod whole;
mod words;
mod wrapped;
mod written;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use crate::budget::{Budget, FINDINGS_MAX};
use crate::catalog::{Family, Kind, KindId, Risk, Tier};
use crate::placeholder::{self, Placeholder};
use dictionary::{Dictionary, Spread, Standing};
use literals::{Literals, Place};
use never::Never;
use page::Page;
use parts::Form;
use pattern::Custom;
use pick::{Evidence, Hit, Source};
use reading::{Reader, Reading};
use repeated::Block;
use rules::{Anchor, Rules};
use search::Search;
use terms::Terms;

pub use clarity::Clarity;
pub use estate::Estate;
pub(crate) use history::{Review, SeenTexts};
pub use known::Known;
pub use parts::Part;
pub(crate) use written::Written;

/// One decoded string of a document.
#[derive(Clone, Copy, Debug)]
pub struct Text<'t> {
    /// The string, with its escapes decoded.
    pub text: &'t str,
    /// The name of the member that it stands under, inherited through arrays.
    pub key: Option<&'t str>,
}

/// A value to mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The index of its text among those that were scanned.
    pub text: u32,
    /// The offset of its first byte in the text.
    pub start: usize,
    /// The offset of the byte after it.
    pub end: usize,
    /// The kind of the value, as [`Scanner::kind`] tells it.
    pub kind: KindId,
    /// The evidence for it.
    pub recognised: Recognised,
}

/// What a scan has found in the texts of one exchange.
#[derive(Debug, Default)]
pub(crate) struct Scanned {
    /// Sorted by text and start, disjoint.
    pub(crate) findings: Vec<Finding>,
    /// The texts that have a placeholder, in whatever form that is read.
    pub(crate) marked: Vec<usize>,
}

/// The evidence for a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recognised {
    /// Its own form tells it, wherever it stands.
    ByItself,
    /// Only its surroundings told it, in prose or in a document: that holds in this exchange alone.
    ByContext,
    /// A definition showed it: an ARN, a host, a URL or an API's own answer. It is worth knowing in later exchanges.
    ByDefinition,
}

impl Recognised {
    /// Converts a flag of the wire or of the store.
    pub fn of(known: bool) -> Self {
        if known { Self::ByDefinition } else { Self::ByItself }
    }

    /// Returns whether later exchanges should know the value, which they could not recognise by its form.
    pub fn is_worth_knowing(self) -> bool {
        self == Self::ByDefinition
    }
}

/// The compiled form of a [`Policy`](crate::Policy), immutable: it finds the values to mask.
#[derive(Debug)]
pub struct Scanner {
    kinds: Vec<Kind>,
    /// What the values of each kind consist of.
    forms: Vec<Form>,
    rules: Rules,
    literals: Literals,
    /// The candidates that each literal may begin.
    anchors: Vec<Vec<Anchor>>,
    custom: Vec<(KindId, Custom)>,
    always: Terms,
    never: Never,
    /// True for each kind that is masked, by its index.
    on: Vec<bool>,
    /// The kind of a version that looks like an address.
    version: KindId,
    /// A digest of the policy: what is remembered under one is not used under another.
    pub(crate) policy: [u8; 32],
}

/// Stands for a kind that a scanner does not know.
const UNKNOWN: Kind = Kind {
    id: Cow::Borrowed("unknown"),
    label: Cow::Borrowed("VALUE"),
    family: Family::Custom,
    risk: Risk::Identifier,
    tier: Tier::Default,
};

impl Scanner {
    /// Returns the kind of an id that this scanner gave.
    pub fn kind(&self, id: KindId) -> &Kind {
        self.kinds.get(id.index()).unwrap_or(&UNKNOWN)
    }

    /// Returns the kind whose [`Kind::id`] this is; `None` if this scanner does not have it.
    pub fn kind_id(&self, id: &str) -> Option<KindId> {
        self.kinds.iter().position(|kind| kind.id == id).map(KindId::at).filter(|kind| *kind != self.version)
    }

    /// The kinds that a word of the configuration names: one kind by its id, or all of a family by its name.
    pub fn kinds_named<'s>(&'s self, word: &'s str) -> impl Iterator<Item = KindId> + 's {
        let ids = (0..self.kinds.len()).map(KindId::at).filter(|id| *id != self.version);
        ids.filter(move |id| {
            let kind = self.kind(*id);
            kind.id == word || kind.family.name() == word
        })
    }

    /// Returns the findings of all texts of one exchange, sorted by text and start, disjoint, on character boundaries.
    /// Values known from earlier exchanges are among them, and those that these texts show in a strong context are
    /// found wherever else they stand.
    pub fn scan(&self, texts: &[Text<'_>], known: &Known) -> Vec<Finding> {
        let texts: Vec<Written<'_>> = texts.iter().map(Written::from).collect();
        self.review(&texts, known, None, u64::MAX).unwrap_or_default().findings
    }

    /// The same in at most so many steps, and with a memory: what was found in texts of earlier exchanges is not looked for
    /// again. Fails if the steps are not enough, or if there are too many findings.
    pub(crate) fn review(
        &self,
        texts: &[Written<'_>],
        known: &Known,
        mut review: Option<Review<'_>>,
        steps: u64,
    ) -> Result<Scanned, Budget> {
        let strong = self.contexts(texts, &mut review, steps)?;
        let marked = strong.iter().zip(0..).filter(|(found, _)| found.marked).map(|(_, index)| index).collect();
        let findings = match strong.iter().any(|found| found.hidden) {
            true => self.folded(texts, strong, known, review, steps)?,
            false => self.spread(texts, strong, known, review),
        };
        let too_many = findings.len() > FINDINGS_MAX && steps < u64::MAX;
        if too_many { Err(Budget::Findings) } else { Ok(Scanned { findings, marked }) }
    }

    /// Returns the findings of texts in which the rules found these, and what that tells of the other texts.
    fn spread(
        &self,
        texts: &[Written<'_>],
        mut strong: Vec<Found>,
        known: &Known,
        review: Option<Review<'_>>,
    ) -> Vec<Finding> {
        let mut learned = learned(texts, &strong);
        self.versions(texts, &strong, &mut learned);
        let here = Dictionary::new(learned.into_iter().take(known::KNOWN_MAX));
        let values = Search::new([&known.dictionary, &here]).with_estate(known.estate.as_deref());
        let standing = match review {
            Some(review) => review.standing(texts, &values),
            None => texts.iter().map(|text| values.find(text.text())).collect(),
        };
        let mut findings = Vec::new();
        for (((text, found), standing), index) in texts.iter().zip(&mut strong).zip(standing).zip(0..) {
            if found.hits.is_empty() && standing.is_empty() {
                continue;
            }
            self.bare(text.text(), found, standing);
            pick::disjoint(&mut found.hits);
            self.keep_apart(text.text(), &mut found.hits);
            findings.extend(found.hits.iter().map(|hit| hit.finding(index)));
        }
        findings
    }

    /// Adds the addresses that stand under the name of a version in one place, and are masked in another: there they must
    /// be masked too, or the one would tell the other.
    fn versions<'t>(&self, texts: &'t [Written<'_>], found: &[Found], learned: &mut Vec<(KindId, Spread, &'t str)>) {
        let value = |text: &'t Written<'_>, start: usize, end: usize| text.text().get(start..end);
        let places = || texts.iter().zip(found);
        let excused = |(text, found): (&'t Written<'_>, &Found)| {
            found.excused.iter().filter_map(|(start, end)| value(text, *start, *end)).collect::<Vec<_>>()
        };
        let excused: HashSet<&str> = places().flat_map(excused).collect();
        if excused.is_empty() {
            return;
        }
        let address = |hit: &&Hit| self.kind(hit.kind).family == Family::Ip;
        for (text, found) in places() {
            let masked =
                found.hits.iter().filter(address).filter_map(|hit| Some((hit.kind, value(text, hit.start, hit.end)?)));
            let both = masked.filter(|(_, value)| excused.contains(value));
            learned.extend(both.map(|(kind, value)| (kind, Spread::Anywhere, value)));
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

    /// Returns what the rules find in each text.
    fn contexts(
        &self,
        texts: &[Written<'_>],
        review: &mut Option<Review<'_>>,
        steps: u64,
    ) -> Result<Vec<Found>, Budget> {
        let reading = || self.rules.reading().within(steps);
        let mut readings = Readings { view: reading(), prefixes: reading(), again: None, steps };
        // The rules for each name of a member. An array passes its name on to every text in it, so a name is known by
        // where it stands: reading it again would cost its length for each of them.
        let mut named: BTreeMap<(*const u8, usize), Rc<[usize]>> = BTreeMap::new();
        let mut scan = |text: &Text<'_>| {
            let members = text.key.map(|key| match named.get(&(key.as_ptr(), key.len())) {
                Some(members) => Rc::clone(members),
                None => {
                    let (members, is_short) = self.rules.of_member(key, &mut readings.view);
                    // A short one is remembered by its letters.
                    if !is_short {
                        named.insert((key.as_ptr(), key.len()), Rc::clone(&members));
                    }
                    members
                }
            });
            let mut found = self.strong(text, members.as_deref().unwrap_or_default(), &mut readings);
            self.stored(text, &mut found);
            readings.view.next_text(text.text.len());
            readings.prefixes.next_text(text.text.len());
            readings.again.iter_mut().for_each(|again| again.next_text(text.text.len()));
            found
        };
        let found = |text: &Written<'_>| match review {
            Some(review) => review.found(text, || scan(&text.read())),
            None => scan(&text.read()),
        };
        let all = texts.iter().map(found).collect();
        let is_within = [&readings.view, &readings.prefixes].into_iter().chain(&readings.again).all(Reading::has_steps);
        if is_within { Ok(all) } else { Err(Budget::Steps) }
    }

    /// Returns what the rules find in one text. `members` are those that have a name for it.
    fn strong(&self, text: &Text<'_>, members: &[usize], readings: &mut Readings) -> Found {
        let page = Page::new(text.text);
        let (opaque, marked) = placeholders(text.text);
        let (reading, view, all) = (&mut readings.view, &*page.view, 0..text.text.len());
        let mut hits = Vec::new();
        let mut push = |range: Range<usize>, kind, how| hits.push(Hit::new(range, kind, Source::Rule, how));
        self.rules.ids.find(view, all.clone(), |range, kind| push(range, kind, Evidence::Form));
        self.anchored((&page, &opaque), view, all, reading, &mut push);
        self.rules.member(members, view, reading, |range, kind| push(range, kind, Evidence::Context));
        let mut headers = std::mem::take(&mut reading.headers);
        table::values(view, &mut headers, &self.rules.keys, reading, |rule, range| {
            push(range, rule.kind, Evidence::Context);
        });
        let unmet = std::mem::take(&mut reading.unmet);
        let crossed = std::mem::take(&mut reading.crossed);
        self.again((&page, &opaque), unmet, crossed, readings, &mut hits);
        let mut push = |range: Range<usize>, kind, how| hits.push(Hit::new(range, kind, Source::Rule, how));
        for prefix in &page.prefixes {
            self.prefix((&page, &opaque), prefix, &mut readings.prefixes, &mut push);
        }
        if let Some(account) = self.rules.arns.account {
            neighbour::accounts(page.raw, &mut hits, account);
            neighbour::plain(page.raw, &mut hits, account);
            let answer = text.key.is_none_or(|key| words::is_one_of(ANSWERS, key.as_bytes()));
            let whole = place::whole(page.raw).filter(|_| answer);
            hits.extend(whole.map(|range| Hit::new(range, account, Source::Rule, Evidence::Context)));
            place::accounts(page.raw, |range| hits.push(Hit::new(range, account, Source::Rule, Evidence::Context)));
        }
        if let Some(kind) = self.rules.public_address {
            let mut found = |range| hits.push(Hit::new(range, kind, Source::Rule, Evidence::Context));
            public::addresses(text.key, view, &mut found);
            // Tools write the address of a machine in front of its output.
            if !page.prefixes.is_empty() {
                public::addresses(text.key, page.raw, &mut found);
            }
        }
        if readings.view.has_records() || !page.prefixes.is_empty() {
            self.rules.records.find(page.raw, |range, kind| {
                hits.push(Hit::new(range, kind, Source::Rule, Evidence::Context));
            });
        }
        self.rules.beside.iter().for_each(|rule| rule.add(page.raw, &mut hits));
        for rule in &self.rules.anywhere {
            rule.find(page.raw, |range| hits.push(Hit::new(range, rule.kind, Source::Rule, Evidence::Form)));
        }
        for (kind, custom) in &self.custom {
            hits.extend(custom.find(text.text).map(|range| Hit::new(range, *kind, Source::Custom, Evidence::Form)));
        }
        self.always.find(text.text, |range, kind| hits.push(Hit::new(range, kind, Source::Term, Evidence::Form)));
        answer::mark(text.text.as_bytes(), &mut hits);
        let hidden = readings.view.has_hidden() || readings.prefixes.has_hidden();
        let mut found = Found { hits, opaque, excused: HashSet::new(), hidden, marked };
        self.sift(text.text, &mut found);
        found
    }

    /// Adds the values in a text that is a secret as the Secrets Manager stores it.
    fn stored(&self, text: &Text<'_>, found: &mut Found) {
        let Some(kind) = self.rules.stored.filter(|_| text.key.is_some_and(stored::is_name)) else { return };
        stored::whole(text.text.as_bytes(), |range| {
            found.hits.push(Hit::new(range, kind, Source::Rule, Evidence::Context));
        });
        self.sift(text.text, found);
    }

    /// Reports what the rules find in the lines around names that have found no value, without what these lines begin with
    /// again and again.
    fn again(
        &self,
        (page, opaque): (&Page<'_>, &[Range<usize>]),
        mut unmet: Vec<usize>,
        crossed: Vec<Range<usize>>,
        readings: &mut Readings,
        hits: &mut Vec<Hit>,
    ) {
        unmet.sort_unstable();
        let blocks = repeated::blocks(page.raw, &page.view, &unmet);
        if blocks.is_empty() {
            return;
        }
        let steps = readings.steps;
        let reading = readings.again.get_or_insert_with(|| self.rules.reading().within(steps));
        let mut text = page.view.to_vec();
        for beginning in blocks.iter().flat_map(|block| &block.beginnings) {
            text.get_mut(beginning.clone()).into_iter().for_each(|bytes| bytes.fill(b' '));
        }
        // What a line begins with is no value of a name on the line before.
        let crossed: HashSet<(usize, usize)> =
            crossed.into_iter().filter(|range| begins(&blocks, range)).map(|range| (range.start, range.end)).collect();
        hits.retain(|hit| !(hit.is_by_context() && crossed.contains(&(hit.start, hit.end))));
        let mut push = |range: Range<usize>, kind, how| hits.push(Hit::new(range, kind, Source::Rule, how));
        let again = Page { raw: page.raw, view: Cow::Owned(text), prefixes: Vec::new() };
        let text = &*again.view;
        for block in blocks {
            self.anchored((&again, opaque), text, block.range, reading, &mut push);
        }
        let mut headers = std::mem::take(&mut reading.headers);
        table::values(text, &mut headers, &self.rules.keys, reading, |rule, range| {
            push(range, rule.kind, Evidence::Context);
        });
    }

    /// Reports what the rules find in the prefix of a line. A name there has its value there too: the text of the line
    /// itself is named by the lines.
    fn prefix(
        &self,
        (page, opaque): (&Page<'_>, &[Range<usize>]),
        prefix: &Range<usize>,
        reading: &mut Reading,
        push: &mut impl FnMut(Range<usize>, KindId, Evidence),
    ) {
        let mut within = |range: Range<usize>, kind, how: Evidence| {
            if prefix.contains(&range.start) && (how <= Evidence::Part || range.end <= prefix.end) {
                push(range, kind, how);
            }
        };
        self.rules.ids.find(page.raw, prefix.clone(), |range, kind| within(range, kind, Evidence::Form));
        self.anchored((page, opaque), page.raw, prefix.clone(), reading, &mut within);
    }

    /// Reports what the rules find at the literals in a part of a text, which is the page or its view. The letters of a
    /// placeholder are nobody's: they name nothing, and a value stood there before.
    fn anchored(
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
            Anchor::Name if reading.is_new(Reader::Name, literal.end - 1) => {
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
            Anchor::Arn | Anchor::ArnRest(_) if reading.is_new(Reader::Arn, start) => {
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
            Anchor::Literal(index) if reading.is_new(Reader::Literal(index), start) => {
                let Some(rule) = self.rules.literals.get(index) else { return };
                let next = rule.find(text, start, |range, meant| {
                    if meant == address::Meant::Version {
                        found(range.clone(), self.version, rule.evidence);
                    }
                    found(range, rule.kind, rule.evidence);
                });
                reading.read(Reader::Literal(index), next);
            }
            Anchor::PrivateKey if reading.is_new(Reader::PrivateKey, start) => {
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
            Anchor::Hidden if spelling::is_shown(text, &literal) => reading.show_hidden(),
            Anchor::Resource(notation) => {
                let mut by_context = |range: Range<usize>, kind| found(range, kind, Evidence::Context);
                self.rules.resources.find(notation, text, literal, reading, &mut by_context);
            }
            Anchor::Name
            | Anchor::Hidden
            | Anchor::Arn
            | Anchor::ArnRest(_)
            | Anchor::Literal(_)
            | Anchor::PrivateKey
            | Anchor::Stored(_) => {}
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

    /// Adds the known values that stand in a text without a context.
    fn bare(&self, text: &str, found: &mut Found, standing: Vec<Standing>) {
        let mut end = 0;
        for Standing { range, kind, .. } in standing {
            // Of two that cross, the first one counts.
            if range.start >= end {
                end = range.end;
                found.hits.push(Hit::new(range, kind, Source::Known, Evidence::Context));
            }
        }
        self.sift(text, found);
    }

    /// Drops what is switched off, what must never be masked, and what touches a placeholder.
    fn sift(&self, text: &str, found: &mut Found) {
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

    fn is_on(&self, kind: KindId) -> bool {
        self.on.get(kind.index()).copied().unwrap_or(false)
    }
}

/// Members in which programs put the whole of their answers.
const ANSWERS: &str = "content|text|output|stdout|result|arguments|input";

/// The extent to which the rules have read the views of the texts and the prefixes of their lines.
#[derive(Debug)]
struct Readings {
    view: Reading,
    prefixes: Reading,
    /// Lines that are read once more without what they begin with: few texts have any.
    again: Option<Reading>,
    /// Maximum steps of each.
    steps: u64,
}

/// The candidates in one text, and its placeholders, in which nothing is ever found.
#[derive(Clone, Debug, Default)]
struct Found {
    hits: Vec<Hit>,
    opaque: Vec<Range<usize>>,
    /// Ranges that look like a value and are named otherwise.
    excused: HashSet<(usize, usize)>,
    /// True if characters that nobody sees stand within its words.
    hidden: bool,
    /// True if it has a placeholder, in whatever form that is read.
    marked: bool,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.hits.is_empty() && self.excused.is_empty() && !self.marked
    }
}

/// Maximum parts of a path that are looked for by themselves.
const PARTS_MAX: usize = 4;

/// The values that are recognised by their context, each with the kind of its first finding.
fn learned<'t>(texts: &'t [Written<'_>], strong: &[Found]) -> Vec<(KindId, Spread, &'t str)> {
    let mut seen = HashSet::new();
    let mut values = Vec::new();
    for (text, found) in texts.iter().zip(strong) {
        let mut hits: Vec<&Hit> = found.hits.iter().filter(|hit| hit.evidence > Evidence::Form).collect();
        hits.sort_by_key(|hit| (hit.start, hit.kind));
        for hit in hits {
            let Some(value) = text.text().get(hit.start..hit.end) else { continue };
            let spread = || match hit.evidence {
                Evidence::Defined | Evidence::Context => clarity::is_telling(value).then_some(Spread::Anywhere),
                Evidence::Part => Spread::of_shown(value).map(|_| Spread::Whole),
                _ => Spread::of_shown(value),
            };
            // The parts of a path are names too: `stack/Billing/8ff84582-…`.
            let parts = value.split('/').filter(|part| hit.evidence == Evidence::Part && part.len() < value.len());
            // A date, or a number that a service gave it, is not a name.
            let parts = parts.take(PARTS_MAX).filter(|part| part.starts_with(|c: char| c.is_ascii_alphabetic()));
            let parts = parts.filter(|part| !part.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-'));
            // Nor are the words between the names.
            let parts = parts.filter(|part| !matches!(*part, "stream" | "index" | "export" | "backup" | "import"));
            let parts = parts.filter(|part| Spread::of_shown(part).is_some() && seen.insert(*part));
            values.extend(parts.map(|part| (hit.kind, Spread::Whole, part)));
            if !seen.contains(value)
                && let Some(spread) = spread()
            {
                seen.insert(value);
                values.push((hit.kind, spread, value));
            }
        }
    }
    values
}

/// Returns whether a range lies in what a line begins with.
fn begins(blocks: &[Block], range: &Range<usize>) -> bool {
    let block = blocks.get(blocks.partition_point(|block| block.range.end <= range.start));
    block.is_some_and(|block| {
        let next = block.beginnings.partition_point(|beginning| beginning.end < range.end);
        block.beginnings.get(next).is_some_and(|beginning| beginning.start <= range.start)
    })
}

/// Returns the ranges of placeholders, as they are minted or as Markdown escapes them, and whether there is one in any
/// form.
fn placeholders(text: &str) -> (Vec<Range<usize>>, bool) {
    let canonical = |range: &Range<usize>, placeholder: &Placeholder| {
        let written = text.as_bytes().get(range.clone()).unwrap_or_default();
        written.iter().filter(|b| **b != b'\\').eq(placeholder.as_str().as_bytes())
    };
    let mut any = false;
    let canonical = placeholder::find_all(text.as_bytes())
        .inspect(|_| any = true)
        .filter(|(range, placeholder)| canonical(range, placeholder))
        .map(|(range, _)| range)
        .collect();
    (canonical, any)
}

// It reads the tables of the catalogue and the checks of their values, which are the crate's own.
#[cfg(test)]
#[path = "../../tests/matrix/mod.rs"]
#[allow(unreachable_pub, reason = "the files of a test have no outside")]
mod matrix;
