//! The commands in a text of a tool that send something to a host: `curl`, `nc`, `scp` and their like.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::address::without_port;
use super::work::Work;

/// A command that sends, as far as it reaches: to the end of its statement, with the pipeline before it.
#[derive(Debug)]
pub(super) struct Sending<'t> {
    pub range: Range<usize>,
    /// What may be the hosts that it sends to, as written. Addresses are not among them.
    pub hosts: Vec<&'t str>,
    /// The names of variables in it.
    pub variables: Vec<&'t str>,
    /// Where it sends to may stand in a variable, or be the output of another command.
    pub is_open: bool,
}

/// How the words of a command name a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// Addresses, with or without a scheme.
    Addresses,
    /// Hosts.
    Hosts,
    /// Files, of which those with a host have it before a colon.
    Files,
}

/// The programs that send, in lower case. Those with the last member true are words of prose too, and count only where a
/// command begins.
const PROGRAMS: [(&str, Takes, bool); 34] = [
    ("aria2c", Takes::Addresses, false),
    ("curl", Takes::Addresses, false),
    ("curl.exe", Takes::Addresses, false),
    ("http", Takes::Addresses, true),
    ("https", Takes::Addresses, true),
    ("httpie", Takes::Addresses, false),
    ("invoke-restmethod", Takes::Addresses, false),
    ("invoke-webrequest", Takes::Addresses, false),
    ("irm", Takes::Addresses, true),
    ("iwr", Takes::Addresses, true),
    ("lynx", Takes::Addresses, true),
    ("wget", Takes::Addresses, false),
    ("xh", Takes::Addresses, true),
    ("dig", Takes::Hosts, true),
    ("drill", Takes::Hosts, true),
    ("ftp", Takes::Hosts, true),
    ("host", Takes::Hosts, true),
    ("mail", Takes::Hosts, true),
    ("nc", Takes::Hosts, false),
    ("ncat", Takes::Hosts, false),
    ("netcat", Takes::Hosts, false),
    ("nslookup", Takes::Hosts, false),
    ("openssl", Takes::Hosts, true),
    ("ping", Takes::Hosts, true),
    ("sendmail", Takes::Hosts, true),
    ("socat", Takes::Hosts, false),
    ("ssh", Takes::Hosts, true),
    ("telnet", Takes::Hosts, true),
    ("tftp", Takes::Hosts, true),
    ("traceroute", Takes::Hosts, true),
    ("rclone", Takes::Files, true),
    ("rsync", Takes::Files, true),
    ("scp", Takes::Files, true),
    ("sftp", Takes::Files, true),
];
/// The file of bash behind which a host and its port stand.
const DEVICES: [&str; 2] = ["/dev/tcp/", "/dev/udp/"];
/// Characters that are in no host, however a program reads it.
const NO_HOST: [char; 9] = ['"', '\'', '<', '>', '|', ';', '=', '\\', '`'];
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
/// Words before a command that are none of its own.
const BEFORE: [&str; 16] = [
    "sudo", "exec", "time", "xargs", "then", "do", "else", "nohup", "env", "command", "watch", "--", "-c", "-exec",
    "run", "!",
];
/// Maximum bytes of a program's name.
const NAME_MAX: usize = 17;
/// Maximum words of a command that are looked at; if there are more, where it sends to is open.
const WORDS_MAX: usize = 256;

/// The commands of a text that send, and what sets its variables.
#[derive(Debug, Default)]
pub(super) struct Commands<'t> {
    pub sending: Vec<Sending<'t>>,
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
        for range in words(text) {
            if let Some(takes) = program(text, &range) {
                commands.sending.push(Sending::of(text, range, takes, work));
            } else if let Some(value) = assigned(text, &range) {
                let end = Statement::read(text, value, work).end;
                let variables = variables(text.get(value..end).unwrap_or_default());
                let name = text.get(range.clone()).unwrap_or_default();
                commands.assignments.entry(name).or_default().push(Assignment { range: range.start..end, variables });
            }
        }
        commands.devices(text, work);
        commands
    }

    /// The statements that write to a connection of bash.
    fn devices(&mut self, text: &'t str, work: &mut Work) {
        for (at, device) in DEVICES.iter().flat_map(|device| text.match_indices(device)) {
            let behind = text.get(at + device.len()..).unwrap_or_default();
            let host = behind.split(|c: char| c == '/' || c.is_whitespace()).next().unwrap_or_default();
            let start = line_start(text, at, work);
            let end = Statement::read(text, start, work).end.max(at + device.len() + host.len());
            let variables = variables(text.get(start..end).unwrap_or_default());
            self.sending.push(Sending { range: start..end, hosts: vec![host], variables, is_open: false });
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

/// Where the value begins that a variable of this name is set to; `None` if it is not set here.
fn assigned(text: &str, name: &Range<usize>) -> Option<usize> {
    let behind = text.get(name.end..)?;
    let value = behind.trim_start_matches(' ').strip_prefix('=').filter(|value| !value.starts_with('='))?;
    is_variable(text.get(name.clone())?).then_some(text.len() - value.len())
}

/// The words of a text: of the letters of a program's name.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_of_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        at += bytes.get(at..)?.iter().position(is_of_word)?;
        let len = bytes.get(at..)?.iter().position(|b| !is_of_word(b)).unwrap_or(bytes.len() - at);
        let range = at..at + len;
        at = range.end;
        Some(range)
    })
}

/// How the program of this name takes a host, if there is one and this is a command.
fn program(text: &str, range: &Range<usize>) -> Option<Takes> {
    let word = text.get(range.clone()).filter(|word| (2..=NAME_MAX).contains(&word.len()))?.to_ascii_lowercase();
    let (_, takes, is_prose) = PROGRAMS.iter().find(|(name, ..)| *name == word)?;
    // `http:` begins an address, `curl(` a function, and `curl=` an assignment.
    let behind = text.get(range.end..).unwrap_or_default();
    let is_command = behind.is_empty() || behind.starts_with(|c: char| c.is_whitespace() || "\\'<".contains(c));
    // The first of a list of words, but not the name of something: `"curl", "-d"`.
    let is_listed = behind.starts_with("\",") || behind.starts_with("\" ") && !is_prose;
    let begins = !is_prose || begins_command(text, range.start);
    ((is_command || is_listed) && begins).then_some(*takes)
}

/// Returns whether a command begins here, perhaps with the path of its program before its name.
fn begins_command(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let path = before.bytes().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'-' | b'_'));
    let path = if before.ends_with('/') { path.count() } else { 0 };
    let before = before.get(..before.len() - path).unwrap_or_default().trim_end_matches([' ', '\t']);
    let word = before.rsplit(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '(')).next().unwrap_or_default();
    let is_assignment = word.split_once('=').is_some_and(|(name, _)| is_variable(name));
    before.is_empty()
        || before.ends_with(['\n', ';', '|', '&', '(', '{', '`', '"', '\'', '[', ','])
        || BEFORE.contains(&word)
        || is_assignment
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

impl<'t> Sending<'t> {
    fn of(text: &'t str, name: Range<usize>, takes: Takes, work: &mut Work) -> Self {
        let statement = Statement::read(text, name.end, work);
        let mut hosts = Vec::new();
        let mut before = "";
        for word in &statement.words {
            let is_own = OWN_OPTIONS.contains(&before);
            before = word;
            if !is_own && !word.starts_with('-') && !word.contains("://") {
                push_hosts(word, takes, &mut hosts);
            }
        }
        let variables = variables(text.get(name.end..statement.end).unwrap_or_default());
        Self { range: begin(text, name.start, work)..statement.end, hosts, is_open: statement.is_open, variables }
    }
}

/// What may be a host in a word of a command.
fn push_hosts<'t>(word: &'t str, takes: Takes, hosts: &mut Vec<&'t str>) {
    let is_one = |part: &&str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || NO_HOST.contains(&c));
    match takes {
        // A file in place of a value begins with `@`, a path with `/` or `.`.
        Takes::Addresses if word.starts_with(['@', '/', '.']) => {}
        Takes::Addresses => {
            let authority = word.split(['/', '?', '#']).next().unwrap_or_default();
            let authority = authority.rsplit('@').next().unwrap_or_default();
            hosts.extend(Some(without_port(authority)).filter(is_one));
        }
        // `user@host`, `TCP:host:port`, `host:path`.
        Takes::Hosts => hosts.extend(word.split(['@', ':', ',', '=', '/']).filter(is_one)),
        Takes::Files => {
            let host = word.split_once(':').map(|(host, _)| host.rsplit('@').next().unwrap_or_default());
            hosts.extend(host.or_else(|| word.split_once('@').map(|(_, host)| host)).filter(is_one));
        }
    }
}

/// Where the statement of a command begins, with the pipeline that leads into it. A separator in quotes is none.
fn begin(text: &str, name: usize, work: &mut Work) -> usize {
    let mut start = line_start(text, name, work);
    let before = text.get(start..name).unwrap_or_default();
    let is_quoted = before.contains('|') && before.contains(['"', '\'']);
    if let Some(at) = before.rfind([';', '&', '(', '`']).filter(|_| !is_quoted) {
        return start + at + 1;
    }
    // The lines before, as long as they are continued.
    while start > 0 && !work.is_used_up() {
        let above = text.get(..start.saturating_sub(1)).unwrap_or_default().trim_end();
        if !above.ends_with(['|', '\\']) {
            break;
        }
        start = line_start(text, above.len(), work);
    }
    start
}

fn line_start(text: &str, at: usize, work: &mut Work) -> usize {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |line| line + 1);
    work.take(at - start);
    start
}

/// The names of the variables in a command.
fn variables(command: &str) -> Vec<&str> {
    let behind = command.split('$').skip(1).take(WORDS_MAX);
    behind
        .filter_map(|rest| {
            let rest = rest.trim_start_matches("{").trim_start_matches("env:");
            let len = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
            rest.get(..len).filter(|name| !name.is_empty())
        })
        .collect()
}

/// The words of a command up to its end.
struct Statement<'t> {
    words: Vec<&'t str>,
    end: usize,
    is_open: bool,
}

impl<'t> Statement<'t> {
    /// Reads as a shell does: quotes hold words together, a backslash takes the next character's meaning. A word is what
    /// stands between its quotes.
    fn read(text: &'t str, from: usize, work: &mut Work) -> Self {
        let statement = Self::walk(text, from, if work.is_used_up() { from } else { text.len() });
        work.take(statement.end - from);
        statement
    }

    fn walk(text: &'t str, from: usize, to: usize) -> Self {
        let text = text.get(..to).unwrap_or_default();
        let bytes = text.as_bytes();
        let mut statement = Self { words: Vec::new(), end: bytes.len(), is_open: false };
        let (mut at, mut word, mut quote) = (from, from, None);
        while let Some(byte) = bytes.get(at).copied() {
            let ends_word = match (quote, byte) {
                (Some(open), _) if byte == open => {
                    quote = None;
                    true
                }
                (_, b'\\') => {
                    at += 1;
                    false
                }
                (Some(_), _) => false,
                (None, b'"' | b'\'') => {
                    quote = Some(byte);
                    true
                }
                (None, b'\n' | b';' | b'|') => break,
                (None, b'&') if matches!(bytes.get(at + 1), None | Some(b'&' | b' ' | b'\n')) => break,
                // A here-document follows in the next lines.
                (None, b'<') if bytes.get(at + 1) == Some(&b'<') => {
                    statement.push(text, word..at);
                    return statement;
                }
                (None, byte) => byte.is_ascii_whitespace() || matches!(byte, b'<' | b'>' | b'(' | b')'),
            };
            statement.is_open |= matches!(byte, b'$' | b'`');
            if ends_word {
                statement.push(text, word..at);
                word = at + 1;
            }
            at += 1;
        }
        statement.end = at.min(bytes.len());
        statement.push(text, word..statement.end);
        statement
    }

    fn push(&mut self, text: &'t str, word: Range<usize>) {
        let word = text.get(word).unwrap_or_default().trim_matches(|c: char| c.is_whitespace() || c == '\\');
        if word.is_empty() {
            return;
        }
        if self.words.len() < WORDS_MAX {
            self.words.push(word);
        } else {
            self.is_open = true;
        }
    }
}
