//! The commands in a text of a tool that send something to a host: `curl`, `nc`, `scp` and their like.

mod program;
mod sending;
mod statement;

use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::ops::Range;

pub(super) use self::program::is_program;
use self::program::{FILE_MAX, Takes, assigned, begins_command, find, is_called, program, words};
pub(super) use self::sending::{Sending, names_host};
use self::statement::{PARAMETERS, Statement, begin, variables};
use super::address::without_port;
use super::work::Work;

/// The files of bash and awk behind which a host and its port stand, and after how many other parts.
const DEVICES: [(&str, usize); 4] = [("/dev/tcp/", 0), ("/dev/udp/", 0), ("/inet/tcp/", 1), ("/inet/udp/", 1)];
/// Commands that set the variables that they name.
const SETTERS: [&str; 9] = ["for", "foreach", "read", "mapfile", "readarray", "printf", "set", "set-variable", "tee"];
/// Maximum variables that one command sets.
const SET_MAX: usize = 16;

/// The commands of a text that send, and what sets its variables.
#[derive(Debug, Default)]
pub(super) struct Commands<'t> {
    pub sending: Vec<Sending<'t>>,
    /// Hosts by way of which all of them send.
    pub proxies: Vec<&'t str>,
    assignments: BTreeMap<&'t str, Vec<Assignment<'t>>>,
}

/// Where a variable is set, and the variables that it is set from.
#[derive(Debug)]
struct Assignment<'t> {
    range: Range<usize>,
    variables: Vec<&'t str>,
}

impl<'t> Commands<'t> {
    pub(super) fn read(text: &'t str, work: &mut Work) -> Self {
        let mut commands = Self::default();
        let mut aliases: BTreeMap<&str, Takes> = BTreeMap::new();
        for range in words(text) {
            // All of it stays.
            if work.is_used_up() {
                break;
            }
            let name = text.get(range.clone()).unwrap_or_default();
            let alias =
                || aliases.get(name).copied().filter(|_| is_called(text, &range)).map(|takes| (range.start, takes));
            if let Some((start, takes)) = program(text, &range).or_else(alias) {
                commands.sending.push(Sending::of(text, start..range.end, takes, work));
            } else if let Some(value) = assigned(text, &range) {
                let statement = Statement::read(text, value, work);
                let first = statement.words.first().copied().unwrap_or_default();
                if let Some((takes, _)) = find(first) {
                    aliases.insert(name, takes);
                }
                if name.to_ascii_lowercase().ends_with("_proxy") {
                    let host = first.rsplit("//").next().and_then(|rest| rest.split('/').next()).unwrap_or_default();
                    commands.proxies.push(without_port(host));
                }
                let variables = variables(text.get(value..statement.end).unwrap_or_default());
                commands.set(name, range.start..statement.end, variables);
            } else if SETTERS.contains(&name.to_ascii_lowercase().as_str()) && begins_command(text, range.start) {
                commands.setter(text, range, work);
            }
        }
        commands.devices(text, work);
        commands
    }

    fn set(&mut self, name: &'t str, range: Range<usize>, variables: Vec<&'t str>) {
        self.assignments.entry(name).or_default().push(Assignment { range, variables });
    }

    /// A command that sets variables: each word of it may be the name of one.
    fn setter(&mut self, text: &'t str, name: Range<usize>, work: &mut Work) {
        let statement = Statement::read(text, name.end, work);
        let start = begin(text, name.start, work);
        let mut end = statement.end;
        // What a loop reads stands behind it.
        let loops = text.get(start..name.start).is_some_and(|before| before.trim_end().ends_with("while"));
        if loops && !work.is_used_up() {
            let rest = text.get(end..).unwrap_or_default();
            let done = rest.find("done");
            work.take(done.unwrap_or(rest.len()));
            end = Statement::read(text, end + done.unwrap_or_default(), work).end;
        }
        let variables = variables(text.get(name.end..end).unwrap_or_default());
        let named = statement
            .words
            .iter()
            .take(SET_MAX)
            .map(|word| word.trim_end_matches(']').split('[').next().unwrap_or(word));
        for name in named.chain(iter::once(PARAMETERS)) {
            self.set(name, start..end, variables.clone());
        }
    }

    /// Where variables are set to something in these ranges.
    pub(super) fn set_in(&self, is_in: impl Fn(&Range<usize>) -> bool) -> BTreeSet<&'t str> {
        let sets = |set: &[Assignment<'_>]| set.iter().any(|assignment| is_in(&assignment.range));
        self.assignments.iter().filter(|(_, set)| sets(set)).map(|(name, _)| *name).collect()
    }

    /// Where these variables are used and not set.
    pub(super) fn uses(&self, text: &'t str, names: &BTreeSet<&'t str>) -> impl Iterator<Item = Range<usize>> {
        let is_asked = |word: &Range<usize>| text.get(word.clone()).is_some_and(|word| names.contains(word));
        let words = (!names.is_empty()).then(|| words(text)).into_iter().flatten();
        words.filter(move |word| is_asked(word) && assigned(text, word).is_none())
    }

    /// The variables of a program in a range.
    pub(super) fn variables_in(&self, text: &'t str, range: Range<usize>) -> Vec<&'t str> {
        let text = text.get(range).unwrap_or_default();
        let names = words(text).filter_map(|word| text.get(word)?.split('.').next());
        names.filter(|name| self.assignments.contains_key(name)).collect()
    }

    /// The statements that write to a connection of bash or awk.
    fn devices(&mut self, text: &'t str, work: &mut Work) {
        for (at, device, skip) in
            DEVICES.iter().flat_map(|(device, skip)| text.match_indices(device).map(move |(at, _)| (at, device, *skip)))
        {
            if work.is_used_up() {
                break;
            }
            let behind = text.get(at + device.len()..).unwrap_or_default();
            let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | ';');
            let path = behind.split(is_end).next().unwrap_or_default();
            let host = path.split('/').nth(skip).unwrap_or_default();
            let start = begin(text, at, work);
            let statement = text.get(start..at).unwrap_or_default();
            let is_kept_open = statement.trim_start().starts_with("exec");
            let is_open = host.contains(['$', '`']);
            let mut range = start..Statement::read(text, start, work).end.max(at + device.len() + path.len());
            if is_kept_open {
                range = 0..text.len();
            }
            let variables = variables(text.get(range.clone()).unwrap_or_default());
            work.take(path.len() + if is_kept_open { text.len() } else { 0 });
            self.sending.push(Sending {
                range,
                hosts: vec![host],
                variables,
                is_open,
                takes_addresses: true,
                files: Vec::new(),
            });
        }
    }

    /// Appends the statements that write these files: `… > file`.
    pub(super) fn push_written(
        &self,
        text: &'t str,
        files: &BTreeSet<&'t str>,
        work: &mut Work,
        ranges: &mut Vec<Range<usize>>,
    ) {
        if files.is_empty() {
            return;
        }
        for at in memchr::memchr_iter(b'>', text.as_bytes()) {
            let behind = text.get(at + 1..).unwrap_or_default().trim_start_matches(['|', ' ', '"', '\'']);
            let len = behind.bytes().take(FILE_MAX).position(|b| b.is_ascii_whitespace() || b";|&)\"'".contains(&b));
            let file = behind.get(..len.unwrap_or(behind.len().min(FILE_MAX))).unwrap_or_default();
            if work.is_used_up() {
                break;
            }
            if files.contains(file) {
                let start = begin(text, at, work);
                ranges.push(start..Statement::read(text, at + 1, work).end);
            }
        }
    }

    /// Appends where these variables are set, and those that they are set from.
    pub(super) fn push_assignments(&self, mut named: Vec<&'t str>, ranges: &mut Vec<Range<usize>>) {
        let mut seen = BTreeSet::new();
        while let Some(name) = named.pop() {
            if seen.insert(name) {
                for Assignment { range, variables } in self.assignments.get(name).into_iter().flatten() {
                    ranges.push(range.clone());
                    named.extend(variables);
                }
            }
        }
    }
}
