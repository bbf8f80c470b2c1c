//! Text to findings: one pass over the text finds candidates by their literal parts, a rule verifies each.
//!
//! Ids are found at their hyphens ([`id`]), everything else at literals, all of them in one walk ([`literals`]): prefixes
//! of tokens, ends of host names, `arn:`, words of keys. So the cost is that of one scan, however many rules there are; a rule sees a
//! bounded piece of text at a candidate, or remembers how far it has read ([`reading`]), so no text makes it
//! super-linear.

mod address;
mod anchor;
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
mod fellows;
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
mod longer;
mod look;
mod make;
mod meant;
mod member;
mod name;
mod need;
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
mod strong;
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
use std::collections::BTreeMap;
use std::rc::Rc;

use siphasher::sip128::SipHasher13;

use crate::budget::{Budget, FINDINGS_MAX};
use crate::catalog::{Family, Kind, KindId, Risk, Tier};
use found::Found;
use kin::Told;
use literals::Literals;
use never::Never;
use parts::Form;
use pattern::Custom;
use reading::Reading;
use rules::{Anchor, Rules};
use strong::Readings;
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

// It reads the tables of the catalogue and the checks of their values, which are the crate's own.
#[cfg(test)]
#[path = "../../tests/matrix/mod.rs"]
#[allow(unreachable_pub, reason = "the files of a test have no outside")]
mod matrix;
