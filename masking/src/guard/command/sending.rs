//! A command that sends: what may be the hosts in its words.

use std::ops::Range;

use super::super::address::{self, without_port};
use super::super::work::Work;
use super::program::Takes;
use super::statement::{Statement, begin, variables};

/// A command that sends, as far as it reaches: to the end of its statement, with the pipeline before it.
#[derive(Debug)]
pub(in crate::guard) struct Sending<'t> {
    pub range: Range<usize>,
    /// What may be the hosts that it sends to, as written. Addresses are not among them.
    pub hosts: Vec<&'t str>,
    /// The names of variables in it.
    pub variables: Vec<&'t str>,
    /// Where it sends to may stand in a variable, or be the output of another command.
    pub is_open: bool,
    /// Addresses anywhere in it are where it sends to.
    pub takes_addresses: bool,
    /// What may be names of files in it.
    pub files: Vec<&'t str>,
}

/// Characters that are in no host, however a program reads it.
const NO_HOST: [char; 8] = ['"', '\'', '<', '>', '|', ';', '=', '`'];
/// Options whose value is a file on this machine or a number, which may look like a host: `-o out.md`, `-m 2.5`.
const OWN_OPTIONS: [&str; 23] = [
    "-o",
    "-O",
    "--output",
    "--output-document",
    "-T",
    "--upload-file",
    "-K",
    "--config",
    "-c",
    "--cookie-jar",
    "-D",
    "--dump-header",
    "--cert",
    "--key",
    "--cacert",
    "-i",
    "-OutFile",
    "-m",
    "--max-time",
    "--connect-timeout",
    "--retry-delay",
    "-w",
    "-InFile",
];
/// What the name of an option or an argument has in it whose value is a host.
const NAMES: [&str; 11] =
    ["host", "url", "uri", "endpoint", "server", "webhook", "proxy", "registry", "socks", "broker", "index"];
/// Options whose value is a host, beside those whose name says so.
const HOST_OPTIONS: [&str; 5] = ["-h", "-H", "-b", "-n", "-i"];

/// Returns whether what has this name is where something goes to.
pub(in crate::guard) fn names_host(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|part| name.contains(part))
}

impl<'t> Sending<'t> {
    pub(super) fn of(text: &'t str, name: Range<usize>, takes: Takes, work: &mut Work) -> Self {
        let statement = Statement::read(text, name.end + closing(text, &name), work);
        let mut hosts = Vec::new();
        let mut before = "";
        for word in &statement.words {
            let (own, value) = word.split_once('=').unwrap_or((before, word));
            let is_own = OWN_OPTIONS.contains(&before) && takes != Takes::Options;
            let is_named =
                own.starts_with('-') && names_host(own) || takes == Takes::Options && HOST_OPTIONS.contains(&own);
            before = word;
            if is_named {
                hosts.extend(host_of(value));
            } else if takes == Takes::Options {
                push_options(word, &mut hosts);
            } else if let Some(glued) = word.strip_prefix("-x").filter(|_| takes == Takes::Addresses) {
                push_hosts(glued, takes, &mut hosts);
            } else if !is_own && !word.starts_with('-') && !word.contains("://") {
                push_hosts(word, takes, &mut hosts);
            }
        }
        let start = begin(text, name.start, work);
        let before = text.get(start..name.start).unwrap_or_default();
        // What is set for the command alone: `http_proxy=host curl`.
        let set = before.split_whitespace().filter_map(|word| word.split_once('='));
        hosts.extend(set.filter(|(name, _)| names_host(name)).filter_map(|(_, value)| host_of(value)));
        // A here-document of the pipeline before it.
        let end = if before.contains("<<") { text.len() } else { statement.end };
        Self {
            range: start..end,
            hosts,
            is_open: statement.is_open && takes != Takes::Options,
            takes_addresses: takes != Takes::Options,
            variables: variables(text.get(name.end..end).unwrap_or_default()),
            files: statement.words.iter().filter_map(|word| word.rsplit(['@', '=']).next()).collect(),
        }
    }
}

/// The length of what closes the quote around a name, or the brace of a variable.
fn closing(text: &str, name: &Range<usize>) -> usize {
    let before = text.get(..name.start).unwrap_or_default();
    let is_quoted = |quote| before.trim_end_matches(['$', '{']).ends_with(quote);
    match text.as_bytes().get(name.end) {
        Some(b'"') if is_quoted('"') => 1,
        Some(b'\'') if is_quoted('\'') => 1,
        Some(b'}') if before.ends_with('{') => 1,
        _ => 0,
    }
}

/// What may be the host of a value that is one or an address.
fn host_of(value: &str) -> Option<&str> {
    let is_one = |host: &&str| !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || NO_HOST.contains(&c));
    let rest = value.split_once("://").map_or(value, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    authority.rsplit('@').next().map(without_port).filter(is_one)
}

/// What says that it is a host, in a word of a command that sends nothing elsewhere otherwise.
fn push_options<'t>(word: &'t str, hosts: &mut Vec<&'t str>) {
    if word.contains(char::is_whitespace) {
        let named = word.split_whitespace().filter_map(|part| part.split_once('='));
        hosts.extend(named.filter(|(name, _)| names_host(name)).filter_map(|(_, value)| host_of(value)));
    } else if let Some(glued) = word.strip_prefix("-h") {
        hosts.extend(host_of(glued));
    } else if let Some(address) = address::begins_with(word) {
        hosts.extend(address.host);
    } else if !word.starts_with('-') {
        push_hosts(word, Takes::Files, hosts);
    }
}

/// What may be a host in a word of a command.
fn push_hosts<'t>(word: &'t str, takes: Takes, hosts: &mut Vec<&'t str>) {
    // A backslash in a name is one of the shell.
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '\\');
    let is_part = |c: char| !c.is_whitespace() && !NO_HOST.contains(&c);
    let is_one = |part: &&str| {
        !part.is_empty() && part.chars().all(is_part) && (!part.contains('\\') || part.chars().all(is_of_name))
    };
    match takes {
        // A file in place of a value begins with `@`, a path with `/` or `.`.
        Takes::Addresses if word.starts_with(['@', '/', '.']) => {}
        Takes::Addresses => hosts.extend(host_of(word).filter(is_one)),
        Takes::Hosts if word.starts_with(['/', '.', '~']) => {}
        // An address of IPv6.
        Takes::Hosts if word.contains("::") => hosts.push(word),
        // `user@host`, `TCP:host:port`, `host:path`.
        Takes::Hosts => hosts.extend(word.split(['@', ':', ',', '=', '/']).filter(is_one)),
        Takes::Files | Takes::Options => {
            let host = word.split_once(':').map(|(host, _)| host.rsplit('@').next().unwrap_or_default());
            hosts.extend(host.or_else(|| word.split_once('@').map(|(_, host)| host)).filter(is_one));
        }
    }
}
