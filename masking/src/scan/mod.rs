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
mod computed;
mod dictionary;
mod edge;
mod estate;
mod found;
mod given;
mod grams;
mod hidden;
mod history;
mod id;
mod joined;
mod keyed;
mod kin;
mod known;
mod letters;
mod literals;
mod look;
mod make;
mod meant;
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
mod reference;
mod repeated;
mod request;
mod resource;
mod rules;
mod search;
mod settle;
mod sibling;
mod sought;
mod spelling;
mod stored;
mod table;
mod template;
mod terms;
mod user_info;
mod variable;
mod whole;
mod words;
mod wrapped;
mod written;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use siphasher::sip128::SipHasher13;

use self::words::{Words, words};
use crate::budget::{Budget, FINDINGS_MAX};
use crate::catalog::{Family, Kind, KindId, Risk, Tier};
use crate::placeholder::{self, Placeholder};
use found::Found;
use kin::Told;
use literals::{Literals, Place};
use never::Never;
use notation::ValuePlace;
use page::Page;
use parts::Form;
use pattern::Custom;
use pick::{Evidence, Hit, Source};
use reading::{Reader, Reading, Use};
use repeated::Block;
use rules::{Anchor, Rules};
use terms::Terms;

pub use clarity::Clarity;
pub use estate::Estate;
pub(crate) use history::{Review, SeenTexts};
pub use known::Known;
pub use parts::Part;
pub(crate) use pick::Picked;
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
    /// In each text, sorted and disjoint.
    pub(crate) picked: Vec<Rc<[Picked]>>,
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
    /// The kinds that a sentence tells by what it says of their names.
    told: Told,
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
        let scanned = self.review(&texts, known, None, u64::MAX).unwrap_or_default();
        let findings = |(picked, text): (Rc<[Picked]>, u32)| {
            // Nothing in it is escaped.
            let finding = |Picked { range, kind, recognised }: &Picked| Finding {
                text,
                start: range.start,
                end: range.end,
                kind: *kind,
                recognised: *recognised,
            };
            picked.iter().map(finding).collect::<Vec<_>>()
        };
        scanned.picked.into_iter().zip(0..).flat_map(findings).collect()
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
        let hasher = review.as_ref().map_or_else(SipHasher13::new, Review::hasher);
        let found = self.contexts(texts, (&mut review, hasher), steps)?;
        let marked = found.iter().zip(0..).filter(|(found, _)| found.marked).map(|(_, index)| index).collect();
        let picked = match found.iter().any(|found| found.hidden) {
            true => self.folded(texts, found, known, (review, hasher), steps)?,
            false => self.settle(texts, &found, known, (review, hasher)),
        };
        let too_many = picked.iter().map(|picked| picked.len()).sum::<usize>() > FINDINGS_MAX && steps < u64::MAX;
        if too_many { Err(Budget::Findings) } else { Ok(Scanned { picked, marked }) }
    }

    /// Returns what the rules find in each text.
    fn contexts(
        &self,
        texts: &[Written<'_>],
        (review, hasher): (&mut Option<Review<'_>>, SipHasher13),
        steps: u64,
    ) -> Result<Vec<Rc<Found>>, Budget> {
        let reading = || self.rules.reading().within(steps);
        let mut readings = Readings { view: reading(), prefixes: reading(), again: None, steps };
        // The rules for each name of a member. An array passes its name on to every text in it, so a name is known by
        // where it stands: reading it again would cost its length for each of them.
        let mut named: BTreeMap<(*const u8, usize), Rc<[usize]>> = BTreeMap::new();
        let mut scan = |written: &Written<'_>| {
            let text = written.read();
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
            let mut found = self.strong(&text, members.as_deref().unwrap_or_default(), &mut readings);
            self.stored(&text, &mut found);
            readings.view.next_text(text.text.len());
            readings.prefixes.next_text(text.text.len());
            readings.again.iter_mut().for_each(|again| again.next_text(text.text.len()));
            Rc::new(found.with_shown(written, hasher, |kind| !self.nouns(kind).is_empty()))
        };
        let found = |text: &Written<'_>| match review {
            Some(review) => review.found(text, || scan(text)),
            None => scan(text),
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
        let mut uses = std::mem::take(&mut reading.uses);
        variable::values(view, &mut uses, &self.rules.keys, reading, |range, kind| {
            push(range, kind, Evidence::Context)
        });
        reading.uses = uses;
        let unmet = std::mem::take(&mut reading.unmet);
        let crossed = std::mem::take(&mut reading.crossed);
        self.again((&page, &opaque), unmet, crossed, readings, &mut hits);
        let mut push = |range: Range<usize>, kind, how| hits.push(Hit::new(range, kind, Source::Rule, how));
        for prefix in &page.prefixes {
            self.prefix((&page, &opaque), prefix, &mut readings.prefixes, &mut push);
        }
        if let Some(account) = self.rules.arns.account {
            neighbour::accounts(page.raw, &mut hits, account);
            neighbour::columns(page.raw, &mut hits, account);
            neighbour::bars(page.raw, &mut hits, account);
            neighbour::plain(page.raw, &mut hits, account);
            neighbour::said(page.raw, &mut hits, account);
            neighbour::told(page.raw, &mut hits, account);
            let answer = text.key.is_none_or(|key| ANSWERS.has(key.as_bytes()));
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
        kin::add(page.raw, &readings.view.doubtful, self.told, &mut hits);
        answer::mark(text.text.as_bytes(), &mut hits);
        let hidden = readings.view.has_hidden() || readings.prefixes.has_hidden();
        let mut found = Found { hits, opaque, hidden, marked, ..Found::default() };
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
            Anchor::Name(beside)
                if beside.fits(text, start, literal.end) && reading.is_new(Reader::Name, literal.end - 1) =>
            {
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

    /// The names within the resource of an ARN, which may stand alone elsewhere: `acme` of `acme:7`.
    fn names(&self, text: &[u8], resource: &Range<usize>, kind: KindId, mut found: impl FnMut(Range<usize>, KindId)) {
        let value = text.get(resource.clone()).and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default();
        let parts = self.parts(kind, value).into_iter();
        for Part { range, kind, .. } in parts.filter(|part| part.is_named() && !part.is_whole(value)) {
            found(resource.start + range.start..resource.start + range.end, kind);
        }
    }

    /// The words beside which a name of this kind is one even if it is a word itself, `the bucket logs`: only for kinds
    /// that people call so whatever they run on.
    fn nouns(&self, kind: KindId) -> &'static [&'static str] {
        match &*self.kind(kind).id {
            "s3_bucket" => &["bucket"],
            "rds_instance" => &["instance"],
            "rds_cluster" => &["cluster"],
            _ => &[],
        }
    }

    fn is_on(&self, kind: KindId) -> bool {
        self.on.get(kind.index()).copied().unwrap_or(false)
    }
}

/// Members in which programs put the whole of their answers.
static ANSWERS: Words = words!("content|text|output|stdout|result|arguments|input");

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
