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
mod work;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::ops::Range;

use self::address::Address;
use self::command::{Commands, is_program, names_host};
use self::function::Calls;
pub use self::hosts::Hosts;
use self::work::Work;
use crate::dialect::{Inner, Slot};
use crate::json::{Cursor, Document, Shape, Value};
use crate::placeholder::{self, Placeholder};
use crate::replaced::Secret;

/// What stays masked in what tools are called with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    hosts: Hosts,
}

/// The ranges of strings that stay masked, by where each string begins; the ranges are of its decoded text.
pub(crate) type Stays = BTreeMap<usize, Vec<Range<usize>>>;

/// Maximum nesting of a call that is looked into. Deeper strings stay masked.
const DEPTH_MAX: usize = 64;
/// Members to whom a message goes.
const RECIPIENTS: [&str; 6] = ["to", "cc", "bcc", "recipient", "recipients", "email"];
/// Members with what a command is given beside its words.
const GIVEN: [&str; 5] = ["stdin", "input", "env", "environment", "variables"];
/// Members with what is written to a file.
const WRITTEN: [&str; 9] =
    ["content", "contents", "file_text", "insert_text", "new_str", "new_string", "old_str", "old_string", "pattern"];

/// Tells the value of a placeholder, if it may be put into what a tool is called with.
pub(crate) type Values<'v> = dyn Fn(&Placeholder) -> Option<Secret> + 'v;

impl Guard {
    /// Returns a guard that lets values go to these hosts.
    pub fn new(hosts: Hosts) -> Self {
        Self { hosts }
    }

    /// What stays masked in those of these strings that are in the call of a tool.
    pub(crate) fn slots(&self, slots: &[Slot<'_, '_>], values: &Values<'_>) -> Stays {
        let mut judged = BTreeSet::new();
        let mut stays = Stays::new();
        for slot in slots {
            let Some(call) = slot.call else { continue };
            let is_asked =
                placeholder::next_candidate(slot.value.raw().as_bytes()).is_some() || slot.value.raw().contains('\\');
            if is_asked && judged.insert(call.span().start) {
                stays.append(&mut self.call(call, values));
            }
        }
        stays
    }

    /// What stays masked in a text that is called with: JSON, or any other text.
    pub(crate) fn text(&self, text: &str, inner: Inner, values: &Values<'_>) -> Vec<Range<usize>> {
        match Document::parse(text) {
            Ok(document) if inner == Inner::Json => raw_ranges(&self.call(document.root(), values), document.root()),
            _ => self.string(text, values),
        }
    }

    /// What stays masked in a call, by its strings.
    fn call(&self, call: Value<'_, '_>, values: &Values<'_>) -> Stays {
        let mut judging = Judging { guard: self, values, stays: Stays::new(), goes_away: false, sends_away: false };
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
    fn string(&self, text: &str, values: &Values<'_>) -> Vec<Range<usize>> {
        if placeholder::next_candidate(text.as_bytes()).is_none() {
            return Vec::new();
        }
        self.read(text, values).0
    }

    /// The same, and whether a command of it sends something away.
    fn read(&self, text: &str, values: &Values<'_>) -> (Vec<Range<usize>>, bool) {
        let mut work = Work::on(text);
        let commands = Commands::read(text, &mut work);
        if work.is_used_up() {
            return (whole(text), true);
        }
        let mut ranges = Vec::new();
        // Of each address: where it begins, and whether it is away.
        let mut addresses: Vec<(usize, bool)> = Vec::new();
        // What a program does with the addresses that are away.
        let (mut calls, mut program) = (Calls::of(text), Vec::new());
        for address in address::addresses(text) {
            let is_away = self.is_away(&address, values);
            addresses.push((address.range.start, is_away));
            if is_away {
                if text.get(..address.range.start).is_some_and(|before| before.ends_with(['"', '\'', '`'])) {
                    program.extend(calls.around(&address.range, &mut work));
                    program.extend(function::joined(text, &address.range, &mut work));
                }
                ranges.push(address.range);
            }
        }
        // Those among them that begin in a range.
        let among = |range: &Range<usize>| {
            let place = |at: usize| addresses.partition_point(|(start, _)| *start < at);
            addresses.get(place(range.start)..place(range.end)).unwrap_or_default()
        };
        let carrying = commands.set_in(|range| {
            // The output of a command is not the address in it.
            let is_output = |at: usize| text.get(range.start..at).is_none_or(|before| before.contains("$("));
            among(range).iter().find(|(_, is_away)| *is_away).is_some_and(|(at, _)| !is_output(*at))
        });
        // From the beginning again: these are asked for in order, too.
        let mut calls = Calls::of(text);
        program.extend(commands.uses(text, &carrying).filter_map(|used| calls.around(&used, &mut work)));
        let program = merge(program);
        let mut variables: Vec<&str> =
            program.iter().flat_map(|range| commands.variables_in(text, range.clone())).collect();
        let by_proxy = commands.proxies.iter().any(|host| self.reaches(host, values) == Some(false));
        let (mut files, mut sends_away) = (BTreeSet::new(), false);
        for sending in &commands.sending {
            let hosts = sending.hosts.iter().filter_map(|word| self.reaches(word, values));
            let addresses =
                among(&sending.range).iter().filter(|_| sending.takes_addresses).map(|(_, is_away)| !is_away);
            let carried = sending.variables.iter().filter(|name| carrying.contains(*name)).map(|_| false);
            let named: Vec<bool> = hosts.chain(addresses).chain(carried).collect();
            if by_proxy || named.contains(&false) || named.is_empty() && sending.is_open {
                ranges.push(sending.range.clone());
                variables.extend(&sending.variables);
                files.extend(&sending.files);
                sends_away = true;
            }
        }
        ranges.extend(program);
        commands.push_assignments(variables, &mut ranges);
        commands.push_written(text, &files, &mut work, &mut ranges);
        (if work.is_used_up() { whole(text) } else { uncut(text, merge(ranges)) }, sends_away)
    }

    fn is_away(&self, address: &Address<'_>, values: &Values<'_>) -> bool {
        address.host.is_some_and(|host| !self.has(host, values))
    }

    /// Returns whether a host, which may be masked, is on the list.
    fn has(&self, host: &str, values: &Values<'_>) -> bool {
        self.hosts.have(&restored(host, values))
    }

    /// The same of a word that may be one; `None` if it is none. A name without a dot may be any word.
    fn reaches(&self, word: &str, values: &Values<'_>) -> Option<bool> {
        let host = restored(word, values);
        // IPv4 as one number; smaller numbers are ports, times and the like.
        let is_number = host.starts_with("0x") || host.parse::<u32>().is_ok_and(|number| number >= 1 << 24);
        let is_one = host.contains(['.', '[']) || host.contains("::") || !host.is_ascii() || is_number;
        is_one.then(|| self.hosts.have(&host))
    }
}

fn is_among(names: &[&str], name: &str) -> bool {
    names.iter().any(|it| it.eq_ignore_ascii_case(name))
}

fn restored<'t>(host: &'t str, values: &Values<'_>) -> Cow<'t, str> {
    let (mut restored, mut at) = (String::new(), 0);
    for (range, placeholder) in placeholder::find_all(host.as_bytes()) {
        if let Some(value) = values(&placeholder) {
            restored.push_str(host.get(at..range.start).unwrap_or_default());
            restored.push_str(value.expose());
            at = range.end;
        }
    }
    if at == 0 { Cow::Borrowed(host) } else { Cow::Owned(restored + host.get(at..).unwrap_or_default()) }
}

/// A call while it is judged.
struct Judging<'g> {
    guard: &'g Guard,
    values: &'g Values<'g>,
    stays: Stays,
    /// An argument by itself is an address that is away: the others go there too.
    goes_away: bool,
    /// A command of it sends something away, with what it is given.
    sends_away: bool,
}

impl Judging<'_> {
    fn value(&mut self, call: Value<'_, '_>) {
        each_string(call, None, 0, &mut |string, key, depth| self.string(string, key, depth));
        self.commands(call, 0);
        if self.sends_away {
            each_string(call, None, 0, &mut |string, key, _| {
                if key.is_some_and(|key| is_among(&GIVEN, &key.string().unwrap_or_default())) {
                    self.stays.insert(string.span().start, whole(&string.string().unwrap_or_default()));
                }
            });
        }
    }

    fn string(&mut self, string: Value<'_, '_>, key: Option<Value<'_, '_>>, depth: usize) {
        let text = string.string().unwrap_or_default();
        let key = key.and_then(|key| key.string()).unwrap_or_default();
        // What is written to a file is no argument.
        let is_written = is_among(&WRITTEN, &key);
        self.goes_away |= !is_written && self.is_target(&text, &key);
        let begins = text.trim_start().starts_with(['{', '[']) && !is_written && depth < DEPTH_MAX;
        let ranges = match begins.then(|| Document::parse(&text)) {
            // Arguments as JSON in a text.
            Some(Ok(document)) => {
                let mut inner = Judging { stays: Stays::new(), ..*self };
                inner.value(document.root());
                self.goes_away |= inner.goes_away;
                raw_ranges(&inner.stays, document.root())
            }
            _ if depth >= DEPTH_MAX => whole(&text),
            _ => {
                let (ranges, sends_away) = self.guard.read(&text, self.values);
                self.sends_away |= sends_away && !is_written;
                ranges
            }
        };
        if !ranges.is_empty() {
            self.stays.insert(string.span().start, ranges);
        }
    }

    /// Returns whether an argument is an address by itself that is away, or a host where one is named. Clients drop
    /// control characters around and in it.
    fn is_target(&self, text: &str, key: &str) -> bool {
        let text = text.trim_matches(|c: char| c <= ' ').replace(['\t', '\r', '\n'], "");
        let text = text.strip_prefix('<').unwrap_or(&text);
        let is_named = names_host(key) || key.eq_ignore_ascii_case("domain");
        if let Some(address) = address::begins_with(text).filter(|_| is_named || !text.contains(' ')) {
            return !key.is_empty() && self.guard.is_away(&address, self.values);
        }
        let host = text.split(['/', '?', '#']).next().and_then(|host| host.rsplit('@').next()).unwrap_or_default();
        let is_named = is_named || text.contains('@') && is_among(&RECIPIENTS, key);
        let is_host = is_named && !host.contains(char::is_whitespace);
        is_host && self.guard.reaches(address::without_port(host), self.values) == Some(false)
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
        self.program(value);
        value.items().for_each(|item| self.commands(item, depth + 1));
        value.members().for_each(|(_, member)| self.commands(member, depth + 1));
    }

    /// Reads the name of a program and the members beside it as the words of one command.
    fn program(&mut self, value: Value<'_, '_>) {
        let strings = || value.members().map(|(_, member)| member).filter(|member| member.shape() == Shape::String);
        let Some(program) = strings().find(|member| member.string().is_some_and(|it| is_program(it.trim()))) else {
            return;
        };
        let lists = value.members().flat_map(|(_, member)| member.items()).filter(|item| item.shape() == Shape::String);
        let words: Vec<Value<'_, '_>> = iter::once(program).chain(strings()).chain(lists).collect();
        self.command(&words);
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
        let (away, sends_away) = self.guard.read(&line, self.values);
        self.sends_away |= sends_away;
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
        Shape::Array => {
            // The name of a list says what its items are where it names hosts, or what a command is given.
            let is_of_items = |name: &str| names_host(name) || is_among(&GIVEN, name);
            let key = key.filter(|key| key.string().is_some_and(|name| is_of_items(&name)));
            value.items().for_each(|item| each_string(item, key, depth + 1, found));
        }
        Shape::Object => value.members().for_each(|(name, member)| {
            found(name, None, depth);
            // What a command is given may be a map. A map of that name is an API's own, with all arguments.
            let given = key.filter(|key| key.string().is_some_and(|key| is_among(&GIVEN, &key) && key != "input"));
            each_string(member, given.or(Some(name)), depth + 1, found);
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

/// Widens ranges in order to all of each placeholder that they cut.
fn uncut(text: &str, mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let is_touched = |at: &Range<usize>| {
        let next = ranges.partition_point(|range| range.end <= at.start);
        ranges.get(next).is_some_and(|range| range.start < at.end)
    };
    let touched: Vec<_> = placeholder::find_all(text.as_bytes()).map(|(at, _)| at).filter(is_touched).collect();
    ranges.extend(touched);
    merge(ranges)
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
