//! Judges what a tool is called with, before values are put into it: what would go to a host that is not on the list stays
//! masked.
//!
//! A hostile text in a model's context can talk it into a call that carries away what it works with: an address with a
//! value in its query, the body of `curl`, an image in a page. The model itself knows placeholders alone. So a value
//! would leave only because it is restored there.
//!
//! A call is judged whole. What a string of it says is read as a shell, a program or a document would have it, and where
//! those differ, as the one that sends. What is sent by means that are not written in the call (a file that an earlier
//! call wrote, a program that another call made) is not seen.

mod address;
mod command;
mod function;
mod hosts;
mod watched;
mod work;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::ops::Range;

use self::address::Address;
use self::command::Commands;
pub use self::hosts::Hosts;
pub(crate) use self::watched::{HELD_MAX, Watched};
use self::work::Work;
use crate::dialect::{Inner, Slot};
use crate::json::{Cursor, Document, Shape, Value};
use crate::placeholder::{self, Placeholder};
use crate::replaced::Secret;
use crate::unmask::{self, Resolve};

/// What stays masked in what tools are called with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    hosts: Hosts,
}

/// The ranges of strings that stay masked, by where each string begins; the ranges are of its decoded text.
pub(crate) type Stays = BTreeMap<usize, Vec<Range<usize>>>;

/// Maximum nesting of a call that is looked into. Deeper strings stay masked.
const DEPTH_MAX: usize = 64;
/// Members whose value is where a call goes to, if it has the form of a host.
const TARGETS: [&str; 6] = ["host", "hostname", "endpoint", "server", "url", "uri"];

/// Knows the values of placeholders, and counts nothing.
struct Quiet<'r>(&'r dyn Resolve);

impl Resolve for Quiet<'_> {
    fn resolve(&mut self, placeholder: &Placeholder) -> Option<Secret> {
        self.0.value(placeholder)
    }

    fn value(&self, placeholder: &Placeholder) -> Option<Secret> {
        self.0.value(placeholder)
    }
}

/// Returns what stays masked in those of these strings that are in the call of a tool; nothing if there is no guard.
pub(crate) fn stays_in(slots: &[Slot<'_, '_>], resolver: &dyn Resolve) -> Stays {
    let Some(guard) = resolver.guard() else { return Stays::new() };
    let mut judged = BTreeSet::new();
    let mut stays = Stays::new();
    for slot in slots {
        let Some(call) = slot.call else { continue };
        let is_asked =
            placeholder::next_candidate(slot.value.raw().as_bytes()).is_some() || slot.value.raw().contains('\\');
        if is_asked && judged.insert(call.span().start) {
            stays.append(&mut guard.call(call, resolver));
        }
    }
    stays
}

impl Guard {
    /// Returns a guard that lets values go to these hosts.
    pub fn new(hosts: Hosts) -> Self {
        Self { hosts }
    }

    /// What stays masked in a text that is called with: JSON, or any other text.
    pub(crate) fn text(&self, text: &str, inner: Inner, resolver: &dyn Resolve) -> Vec<Range<usize>> {
        match Document::parse(text) {
            Ok(document) if inner == Inner::Json => raw_ranges(&self.call(document.root(), resolver), document.root()),
            _ => self.string(text, resolver),
        }
    }

    /// What stays masked in a call, by its strings.
    fn call(&self, call: Value<'_, '_>, resolver: &dyn Resolve) -> Stays {
        let mut judging = Judging { guard: self, resolver, stays: Stays::new(), goes_away: false };
        judging.value(call);
        let Judging { mut stays, goes_away, .. } = judging;
        if goes_away {
            each_string(call, None, 0, &mut |string, _, _| {
                stays.insert(string.span().start, whole(&string.string().unwrap_or_default()));
            });
        }
        stays
    }

    /// What stays masked in one string.
    fn string(&self, text: &str, resolver: &dyn Resolve) -> Vec<Range<usize>> {
        if placeholder::next_candidate(text.as_bytes()).is_none() {
            return Vec::new();
        }
        let mut work = Work::on(text);
        let commands = Commands::read(text, &mut work);
        let (mut ranges, mut variables) = (Vec::new(), Vec::new());
        // Of each address: where it begins, and whether it is away.
        let addresses: Vec<(usize, bool)> = address::addresses(text)
            .map(|address| {
                let is_away = self.is_away(&address, resolver);
                if is_away {
                    ranges.extend(function::around(text, &address.range, &mut work));
                    ranges.push(address.range.clone());
                }
                (address.range.start, is_away)
            })
            .collect();
        // Those among them that begin in a range.
        let among = |range: &Range<usize>| {
            let place = |at: usize| addresses.partition_point(|(start, _)| *start < at);
            addresses.get(place(range.start)..place(range.end)).unwrap_or_default()
        };
        for sending in &commands.sending {
            let hosts = || sending.hosts.iter().filter_map(|word| self.reaches(word, resolver));
            let addresses = among(&sending.range).iter().map(|(_, is_away)| !is_away);
            let named: Vec<bool> = hosts().chain(addresses).collect();
            if named.contains(&false) || named.is_empty() && sending.is_open {
                ranges.push(sending.range.clone());
                variables.extend(&sending.variables);
            }
        }
        commands.push_assignments(variables, &mut ranges);
        if work.is_used_up() { whole(text) } else { merge(ranges) }
    }

    fn is_away(&self, address: &Address<'_>, resolver: &dyn Resolve) -> bool {
        address.host.is_some_and(|host| !self.has(host, resolver))
    }

    /// Returns whether a host, which may be masked, is on the list.
    fn has(&self, host: &str, resolver: &dyn Resolve) -> bool {
        self.hosts.have(&restored(host, resolver))
    }

    /// The same of a word that may be one; `None` if it is none. A name without a dot may be any word.
    fn reaches(&self, word: &str, resolver: &dyn Resolve) -> Option<bool> {
        let host = restored(word, resolver);
        host.contains(['.', '[']).then(|| self.hosts.have(&host))
    }
}

fn restored<'t>(host: &'t str, resolver: &dyn Resolve) -> Cow<'t, str> {
    match unmask::restore(host.as_bytes(), &mut Quiet(resolver)) {
        Some(restored) => Cow::Owned(String::from_utf8_lossy(&restored).into_owned()),
        None => Cow::Borrowed(host),
    }
}

/// A call while it is judged.
struct Judging<'g> {
    guard: &'g Guard,
    resolver: &'g dyn Resolve,
    stays: Stays,
    /// An argument by itself is an address that is away: the others go there too.
    goes_away: bool,
}

impl Judging<'_> {
    fn value(&mut self, call: Value<'_, '_>) {
        each_string(call, None, 0, &mut |string, key, depth| self.string(string, key, depth));
        self.commands(call, 0);
    }

    fn string(&mut self, string: Value<'_, '_>, key: Option<Value<'_, '_>>, depth: usize) {
        let text = string.string().unwrap_or_default();
        self.goes_away |= key.is_some_and(|key| self.is_target(text.trim(), key));
        let mut ranges = if depth < DEPTH_MAX { self.guard.string(&text, self.resolver) } else { whole(&text) };
        // Arguments as JSON in a text.
        if text.starts_with(['{', '['])
            && let Ok(document) = Document::parse(&text)
        {
            let mut inner = Judging { stays: Stays::new(), ..*self };
            inner.value(document.root());
            self.goes_away |= inner.goes_away;
            ranges.extend(raw_ranges(&inner.stays, document.root()));
            ranges = merge(ranges);
        }
        if !ranges.is_empty() {
            self.stays.insert(string.span().start, ranges);
        }
    }

    /// Returns whether an argument is an address by itself that is away, or a host where one is named.
    fn is_target(&self, text: &str, key: Value<'_, '_>) -> bool {
        let whole = address::addresses(text).next().filter(|it| it.range == (0..text.len()));
        if let Some(address) = whole {
            return self.guard.is_away(&address, self.resolver);
        }
        let name = key.string().unwrap_or_default();
        let host = address::without_port(text.split('/').next().unwrap_or_default());
        TARGETS.iter().any(|target| name.eq_ignore_ascii_case(target))
            && self.guard.reaches(host, self.resolver) == Some(false)
    }

    /// Reads each list of strings as the words of one command.
    fn commands(&mut self, value: Value<'_, '_>, depth: usize) {
        if depth >= DEPTH_MAX {
            return;
        }
        let words: Vec<Value<'_, '_>> = value.items().filter(|item| item.shape() == Shape::String).collect();
        if words.len() > 1 {
            self.command(&words);
        }
        value.items().for_each(|item| self.commands(item, depth + 1));
        value.members().for_each(|(_, member)| self.commands(member, depth + 1));
    }

    fn command(&mut self, words: &[Value<'_, '_>]) {
        let mut line = String::new();
        let mut places = Vec::with_capacity(words.len());
        for word in words {
            let text = word.string().unwrap_or_default();
            let start = line.len() + 1;
            // A word is whole, whatever is in it.
            line.extend(["'", &text.replace(['\'', '\\'], " "), "' "]);
            places.push((start, text.len()));
        }
        let away = self.guard.string(&line, self.resolver);
        for (word, (start, len)) in words.iter().zip(places) {
            if away.iter().any(|range| range.start < start + len && start < range.end) {
                self.stays.insert(word.span().start, iter::once(0..len).collect());
            }
        }
    }
}

/// Walks the strings of a value with the names of their members, and the names themselves.
fn each_string<'d, 't>(
    value: Value<'d, 't>,
    key: Option<Value<'d, 't>>,
    depth: usize,
    found: &mut dyn FnMut(Value<'d, 't>, Option<Value<'d, 't>>, usize),
) {
    match value.shape() {
        Shape::String => found(value, key, depth),
        Shape::Array => value.items().for_each(|item| each_string(item, None, depth + 1, found)),
        Shape::Object => value.members().for_each(|(name, member)| {
            found(name, None, depth);
            each_string(member, Some(name), depth + 1, found);
        }),
        Shape::Number | Shape::Literal => {}
    }
}

/// The ranges of strings as ranges of the text of their document.
fn raw_ranges(stays: &Stays, root: Value<'_, '_>) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    each_string(root, None, 0, &mut |string, _, _| {
        let Some(within) = stays.get(&string.span().start) else { return };
        let (mut cursor, mut decoded, mut at) = (Cursor::new(string.raw()), 0, string.span().start);
        for range in within {
            at += cursor.advance(range.start.saturating_sub(decoded)).len();
            let start = at;
            at += cursor.advance(range.len()).len();
            decoded = range.end;
            ranges.push(start..at);
        }
    });
    ranges
}

/// All of a text, as what stays of it.
pub(crate) fn whole(text: &str) -> Vec<Range<usize>> {
    iter::once(0..text.len()).collect()
}

/// Joins ranges that touch, in order.
fn merge(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges.into_iter().filter(|range| !range.is_empty()) {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests;
