//! A policy to rules that can be run.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use memchr::memmem::Finder;

use crate::catalog::KindId;
use crate::catalog::{Check, DOMAINS, Edge, KeyRule, Risk, Rule, TABLES};
use crate::scan::address::{self, Meant};
use crate::scan::anywhere::Anywhere;
use crate::scan::arn::{self, Arns};
use crate::scan::beside::Beside;
use crate::scan::check;
use crate::scan::edge;
use crate::scan::id::Ids;
use crate::scan::keyed::Keyed;
use crate::scan::literals::Literals;
use crate::scan::member::{self, Opening};
use crate::scan::name::{self, Name, NameIndex};
use crate::scan::nested;
use crate::scan::notation::ValuePlace;
use crate::scan::own;
use crate::scan::pattern::Pattern;
use crate::scan::pem;
use crate::scan::pick::Evidence;
use crate::scan::places;
use crate::scan::quoted;
use crate::scan::reading::{Header, Reading};
use crate::scan::record::{self, Records};
use crate::scan::request;
use crate::scan::resource::{self, Resources};
use crate::scan::sibling;
use crate::scan::sought::{self, Sought};
use crate::scan::spelling;
use crate::scan::stored;
use crate::scan::table;
use crate::scan::user_info;
use crate::scan::variable;
use crate::scan::words::Bytes;
use crate::scan::wrapped;

/// The rules of the kinds that are on.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub(crate) ids: Ids,
    pub(crate) arns: Arns,
    pub(crate) private_key: Option<KindId>,
    pub(crate) public_address: Option<KindId>,
    pub(crate) stored: Option<KindId>,
    pub(crate) request: Option<KindId>,
    pub(crate) user_info: Option<KindId>,
    pub(crate) records: Records,
    pub(crate) literals: Vec<Literal>,
    pub(crate) anywhere: Vec<Anywhere>,
    pub(crate) hosts: Vec<Host>,
    pub(crate) keys: Vec<Keyed>,
    names: NameIndex,
    /// The rule for what a variable in the place of a bucket holds.
    pub(crate) bucket: Option<usize>,
    pub(crate) beside: Vec<Beside>,
    pub(crate) resources: Resources,
    /// The words at which names are looked for.
    sought: HashMap<&'static str, Sought>,
    /// What to do at each literal.
    anchors: HashMap<&'static str, Vec<Anchor>>,
}

/// What a literal may be the beginning of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Literal(usize),
    Host,
    /// A word of a name.
    Name(Sought),
    Arn,
    PrivateKey,
    Resource(resource::Notation),
    Stored(stored::Service),
    ArnRest(arn::Rest),
    Record,
    Hidden,
    /// A member that tells others: the rule for their values, and their name.
    Sibling(usize, &'static str),
    Request,
    UserInfo,
    /// A variable in the place of a bucket.
    Variable,
}

/// A value that begins with a literal, or stands after it.
#[derive(Debug)]
pub(crate) struct Literal {
    pub(crate) kind: KindId,
    pattern: Pattern,
    edge: Edge,
    check: Check,
    pub(crate) evidence: Evidence,
    /// What is found grants access: in quotation marks, it ends where they do.
    secret: bool,
    /// It is so long that it goes over the ends of lines.
    wraps: bool,
}

/// A host name with what stands after it.
#[derive(Debug)]
pub(crate) struct Host {
    kind: KindId,
    word: Finder<'static>,
    pattern: Pattern,
    /// For names that are written in capitals, as directories do.
    capitals: Pattern,
}

/// Maximum bytes of a host name.
const HOST_MAX: usize = 253;

impl Rules {
    pub(crate) fn insert(&mut self, kind: KindId, risk: Risk, rule: &'static Rule) {
        match rule {
            Rule::Id(prefixes, tail) => self.ids.insert(prefixes, kind, tail),
            Rule::AnyId => self.ids.other = Some(kind),
            Rule::Arn(resources) => resources.split('|').for_each(|resource| self.arns.insert(kind, resource)),
            Rule::ArnAccount => self.arns.account = Some(kind),
            Rule::PublicAddress => self.public_address = Some(kind),
            Rule::ArnRest => self.arns.other = Some(kind),
            Rule::PrivateKey => {
                self.private_key = Some(kind);
                pem::OPENINGS.iter().for_each(|opening| self.anchor(opening, Anchor::PrivateKey));
            }
            Rule::Literal(at, pattern, edge, check) => {
                let rule = Literal::new(kind, pattern, *edge, *check);
                self.literal(Literal { wraps: risk == Risk::Secret && rule.pattern.is_run(), ..rule }, at);
            }
            Rule::Anywhere(pattern, edge, check) => self.anywhere.push(Anywhere::new(kind, pattern, *edge, *check)),
            Rule::After(at, pattern, check) => {
                let after = Literal::new(kind, pattern, Edge::Right, *check);
                self.literal(Literal { evidence: Evidence::Shown, secret: risk == Risk::Secret, ..after }, at);
            }
            Rule::Host(word, pattern) => {
                DOMAINS.split('|').for_each(|domain| self.anchor(domain, Anchor::Host));
                let (plain, capitals) = (Pattern::new(pattern), Pattern::any_case(pattern));
                self.hosts.push(Host { kind, word: Finder::new(word), pattern: plain, capitals });
            }
            Rule::Record(field) => {
                self.records.insert(kind, *field);
                record::ANCHORS.iter().for_each(|shown| self.anchor(shown, Anchor::Record));
            }
            Rule::Stored => {
                self.stored = Some(kind);
                stored::ANCHORS.iter().for_each(|(name, store)| self.anchor(name, Anchor::Stored(*store)));
            }
            Rule::Resource(types, pattern, check) => {
                self.resources.insert(kind, types, pattern, *check);
                resource::ANCHORS.iter().for_each(|(start, how)| self.anchor(start, Anchor::Resource(*how)));
            }
            Rule::Beside(of, pattern, check) => {
                let rows = || TABLES.iter().flat_map(|(_, rows)| rows.iter());
                let of = rows().position(|row| row.id == *of).map(KindId::at);
                let pattern = Pattern::new(pattern);
                self.beside.extend(of.map(|of| Beside { kind, of, pattern, check: *check }));
            }
            Rule::Key(key) => self.named_by(kind, key, risk == Risk::Secret),
            Rule::Sibling(witnesses, key) => {
                let index = self.keys.len();
                witnesses.split('|').for_each(|witness| self.anchor(witness, Anchor::Sibling(index, key.names)));
                self.keys.push(Keyed::new(kind, index, key, risk == Risk::Secret));
            }
            Rule::UserInfo => {
                self.user_info = Some(kind);
                user_info::ANCHORS.iter().for_each(|slashes| self.anchor(slashes, Anchor::UserInfo));
            }
            Rule::Request => {
                self.request = Some(kind);
                request::ANCHORS.iter().for_each(|host| self.anchor(host, Anchor::Request));
            }
        }
    }

    fn literal(&mut self, rule: Literal, at: &'static str) {
        let anchor = Anchor::Literal(self.literals.len());
        at.split('|').for_each(|literal| self.anchor(literal, anchor));
        self.literals.push(rule);
    }

    fn anchor(&mut self, literal: &'static str, anchor: Anchor) {
        let anchors = self.anchors.entry(literal).or_default();
        if !anchors.contains(&anchor) {
            anchors.push(anchor);
        }
    }

    /// Adds a rule for what looks like a value and is none.
    pub(crate) fn insert_excuse(&mut self, kind: KindId, key: &'static KeyRule) {
        self.named_by(kind, key, false);
    }

    fn named_by(&mut self, kind: KindId, key: &'static KeyRule, secret: bool) {
        let index = self.keys.len();
        for (word, beside) in sought::words(key.names) {
            self.sought.entry(word).or_default().add(beside);
        }
        self.names.insert(key.names, index);
        if key.check == Check::Bucket && self.bucket.is_none() {
            self.bucket = Some(index);
            variable::ANCHORS.iter().for_each(|start| self.anchor(start, Anchor::Variable));
        }
        self.keys.push(Keyed::new(kind, index, key, secret));
    }

    /// Nothing read yet.
    pub(crate) fn reading(&self) -> Reading {
        Reading::new(self.keys.len(), self.literals.len(), self.hosts.len())
    }

    /// All literals, and what each of them may be.
    pub(crate) fn literals(&mut self) -> (Literals, Vec<Vec<Anchor>>) {
        for start in ["arn:", "arn%3a", r"arn\:", r"arn\\:"] {
            self.anchor(start, Anchor::Arn);
        }
        for (start, rest) in arn::RESTS {
            self.anchor(start, Anchor::ArnRest(rest));
        }
        for written in spelling::anchors() {
            self.anchor(written, Anchor::Hidden);
        }
        for (word, beside) in std::mem::take(&mut self.sought) {
            self.anchor(word, Anchor::Name(beside));
        }
        let mut anchors: Vec<_> = std::mem::take(&mut self.anchors).into_iter().collect();
        anchors.sort_by_key(|(literal, _)| *literal);
        let (literals, anchors): (Vec<_>, Vec<_>) = anchors.into_iter().unzip();
        (Literals::new(&literals), anchors)
    }

    /// Returns the evidence for a name within the resource of an ARN. That of a stack is written by every tool that
    /// works on it, in each line of its progress, and says what the tool does.
    pub(crate) fn evidence_of_part(&self, kind: KindId) -> Evidence {
        if self.arns.stack == Some(kind) { Evidence::Part } else { Evidence::Shown }
    }

    /// Returns whether a kind takes what no other does.
    pub(crate) fn is_catch_all(&self, kind: KindId) -> bool {
        self.ids.other == Some(kind) || self.arns.other == Some(kind)
    }

    /// The values in the host name that holds the domain at `domain`, and after it.
    pub(crate) fn hosts(
        &self,
        text: &[u8],
        domain: Range<usize>,
        reading: &mut Reading,
        mut found: impl FnMut(Range<usize>, KindId),
    ) {
        let Range { start, end } = domain.clone();
        if !ends_host(text, end) {
            return;
        }
        let head = text.get(start.saturating_sub(HOST_MAX)..start).unwrap_or_default();
        let first = start - head.iter().rev().take_while(|b| in_host(**b)).count();
        let first = edge::word_start(text, first, start);
        let first = first + usize::from(edge::begins_inside_escape(text, first));
        // No host begins with a hyphen, so it is of what stands in front: `${DB_HOST:-db…}`, `-db…` of a diff.
        let first = first + text.get(first..start).map_or(0, |name| name.iter().take_while(|b| **b == b'-').count());
        let name = text.get(first..end).unwrap_or_default();
        let capitals = text.get(domain).is_some_and(|domain| domain.iter().any(u8::is_ascii_uppercase));
        let name = if capitals { Cow::Owned(name.to_ascii_lowercase()) } else { Cow::Borrowed(name) };
        if own::is_principal(&name) {
            return;
        }
        for (index, host) in self.hosts.iter().enumerate() {
            if host.word.find(&name).is_some() && reading.host(index, first) {
                let pattern = if capitals { &host.capitals } else { &host.pattern };
                // Where a customer's label would stand, AWS puts regions and paths of its own.
                let own = |value: &[u8]| check::is_region(value) || own::is_path(value) || own::is_bucket(value);
                let own = |value: &Range<usize>| text.get(value.clone()).is_some_and(own);
                pattern.values(text, first).filter(|value| !own(value)).for_each(|value| found(value, host.kind));
            }
        }
    }

    /// The values of the names around the word at `word`, each rule by the longest name that has one. Returns where
    /// the names end.
    pub(crate) fn named(
        &self,
        text: &[u8],
        word: Range<usize>,
        reading: &mut Reading,
        mut found: impl FnMut(Range<usize>, KindId),
    ) -> usize {
        // Words after a space may begin a name of their own.
        let last = word.end + name::run_len(text, word.end);
        let mut done: Vec<usize> = Vec::new();
        let names = name::names(text, word.start, word.end);
        if names.clone().all(|name| places::is_shut(&name, text)) {
            return last;
        }
        // What follows the shortest name is read once for all that end there, which are most.
        let shortest = names.clone().next_back().map(|name| (name, Opening::read(&name, text)));
        if let Some((name, opening)) = shortest {
            self.children(&name, opening, text, reading, &mut found);
        }
        let mut named = false;
        for name in names {
            let rules = reading.rules(&name, || self.names.rules(&name));
            let rules = || rules.iter().filter_map(|rule| self.keys.get(*rule));
            // Most texts have neither an account nor what looks like an address, but many names of one.
            let needs = reading.needs(text, rules().filter_map(Keyed::need));
            let rules = || rules().filter(|rule| needs.meet(rule.need()));
            if rules().next().is_none() {
                continue;
            }
            named = true;
            let opening = shortest.filter(|(shortest, _)| shortest.end == name.end);
            let opening = opening.map_or_else(|| Opening::read(&name, text), |(_, opening)| opening);
            let nests = nested::may_begin(&name, opening, text);
            let mut places = std::mem::take(&mut reading.places);
            places::places(&name, opening, text, &mut places);
            let heads = table::is_cell(text, &name);
            let selected = rules().any(Keyed::is_of_buckets).then(|| places::heading(&name, text)).flatten();
            for rule in rules() {
                let heading = selected.filter(|_| rule.is_of_buckets());
                reading.headers.extend(heading.map(|name| Header { name, rule: rule.index }));
                if nests {
                    rule.nested(text, &name, opening, reading, |range| found(range, rule.kind));
                }
                if done.contains(&rule.index) {
                    continue;
                }
                reading.headers.extend(heads.then_some(Header { name: name.start, rule: rule.index }));
                if rule.at_name(text, name, (&places, opening), reading, |range| found(range, rule.kind)) {
                    done.push(rule.index);
                }
            }
            places.clear();
            reading.places = places;
        }
        if named && done.is_empty() {
            reading.unmet.push(word.start);
        }
        last
    }

    /// The values of the members of the object that a name is the name of, which have a name together with it.
    fn children(
        &self,
        name: &Name<'_>,
        opening: Opening,
        text: &[u8],
        reading: &mut Reading,
        found: &mut impl FnMut(Range<usize>, KindId),
    ) {
        for (member, place) in member::children(name, opening, text) {
            let both = name.with_member(member);
            let both = name.written(&both);
            let rules = reading.rules(&both, || self.names.rules(&both));
            for rule in rules.iter().filter_map(|rule| self.keys.get(*rule)) {
                rule.list(text, place, false, reading, |range| found(range, rule.kind));
            }
        }
    }

    /// The values of the members that the one at `witness` tells.
    pub(crate) fn siblings(
        &self,
        (rule, name): (usize, &'static str),
        text: &[u8],
        witness: Range<usize>,
        reading: &mut Reading,
        mut found: impl FnMut(Range<usize>, KindId),
    ) {
        let Some(rule) = self.keys.get(rule) else { return };
        for place in sibling::places(text, witness, name) {
            rule.list(text, place, true, reading, |value| found(value, rule.kind));
        }
    }

    /// The rules that have a name for the member `key` of a document, and whether they are remembered by it.
    pub(crate) fn of_member(&self, key: &str, reading: &mut Reading) -> (Rc<[usize]>, bool) {
        let name = Name::member(key);
        (reading.rules(&name, || self.names.rules(&name)), name.short().is_some())
    }

    /// The values of a text that is a member of a document, for which these rules have a name.
    pub(crate) fn member(
        &self,
        rules: &[usize],
        text: &[u8],
        reading: &mut Reading,
        mut found: impl FnMut(Range<usize>, KindId),
    ) {
        for index in rules {
            if let Some(rule) = self.keys.get(*index) {
                rule.list(text, ValuePlace::WHOLE, true, reading, |value| found(value, rule.kind));
            }
        }
    }
}

impl Literal {
    fn new(kind: KindId, pattern: &'static str, edge: Edge, check: Check) -> Self {
        Self {
            kind,
            pattern: Pattern::new(pattern),
            edge,
            check,
            evidence: Evidence::Form,
            secret: false,
            wraps: false,
        }
    }

    /// Reports the values at the literal that begins at `at`. Returns where the next one may begin.
    pub(crate) fn find(&self, text: &[u8], at: usize, mut found: impl FnMut(Range<usize>, Meant)) -> usize {
        let mut next = at;
        if !edge::left(self.edge, text, at) {
            return next;
        }
        for value in self.pattern.values(text, at) {
            let value = if self.secret { quoted::widened(text, value) } else { value };
            let meant = if self.check.is_address() { address::meant(text, &value) } else { Some(Meant::Address) };
            let holds = meant.is_some()
                && edge::right(self.edge, text, value.end)
                && text.get(value.clone()).is_some_and(|value| check::passes(self.check, value));
            // What is wrong with a run is wrong with each that begins in it.
            if holds || self.pattern.is_run() {
                next = value.end;
            }
            if let Some(meant) = meant.filter(|_| holds) {
                for line in wrapped::lines(text, value.end).filter(|_| self.wraps) {
                    next = line.end;
                    found(line, meant);
                }
                found(value, meant);
            }
        }
        next
    }
}

fn in_host(byte: u8) -> bool {
    static HOST: Bytes = Bytes::alphanumeric_or(b"-._");
    HOST.has(byte)
}

/// Returns whether a host name may end at `end`: `x.amazonaws.com.example.org` is somebody else's.
fn ends_host(text: &[u8], end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    match rest {
        [b'.', next, ..] => !next.is_ascii_alphanumeric(),
        [next, ..] => !next.is_ascii_alphanumeric() && *next != b'-' && *next != b'_',
        [] => true,
    }
}
