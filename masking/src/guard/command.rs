//! The commands in a text of a tool that send something to a host: `curl`, `nc`, `scp` and their like.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::ops::Range;

use super::address::{self, without_port};
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
    /// Addresses anywhere in it are where it sends to.
    pub takes_addresses: bool,
    /// What may be names of files in it.
    pub files: Vec<&'t str>,
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
    /// The same, and hosts behind options that say so. Without one, it sends nothing elsewhere.
    Options,
}

/// The programs that send, in lower case. Those with the last member true are words of prose too, and count only where a
/// command begins.
const PROGRAMS: [(&str, Takes, bool); 7] = [
    (
        "aria2c curl curl.exe curlie elinks httpie invoke-restmethod invoke-webrequest wget websocat",
        Takes::Addresses,
        false,
    ),
    ("ab fetch http https irm iwr links lynx siege w3m xh xhs", Takes::Addresses, true),
    (
        "lftp mailx msmtp mutt nc nc.openbsd nc.traditional ncat ncftp netcat nmap nslookup snmptrap socat ssmtp swaks",
        Takes::Hosts,
        false,
    ),
    ("getent resolvectl resolve-dnsname send-mailmessage test-netconnection tracepath", Takes::Hosts, false),
    (
        "delv dig dog drill finger fping ftp host kdig mail mtr openssl ping ping6 sendmail sftp ssh telnet tftp traceroute whois",
        Takes::Hosts,
        true,
    ),
    ("rclone rsync scp", Takes::Files, true),
    (
        "aws gem gh git grpcurl kafkacat kcat ldapsearch logger mongo mongosh mosquitto_pub mysql npm pip pip3 pnpm psql \
         redis-cli smbclient twine yarn",
        Takes::Options,
        true,
    ),
];
/// The files of bash and awk behind which a host and its port stand, and after how many other parts.
const DEVICES: [(&str, usize); 4] = [("/dev/tcp/", 0), ("/dev/udp/", 0), ("/inet/tcp/", 1), ("/inet/udp/", 1)];
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
/// Words before a command that are none of its own.
const BEFORE: &str = "sudo exec time xargs then do else nohup env command watch -- -c -exec run ! if elif while until nice timeout stdbuf";
/// Commands that set the variables that they name.
const SETTERS: [&str; 9] = ["for", "foreach", "read", "mapfile", "readarray", "printf", "set", "set-variable", "tee"];
/// Words that open a command of several statements, and those that end it.
const OPENS: [&str; 7] = ["{", "(", "for", "while", "until", "if", "case"];
const ENDS: [&str; 5] = ["}", ")", "done", "fi", "esac"];
/// What the name of an option or an argument has in it whose value is a host.
const NAMES: [&str; 11] =
    ["host", "url", "uri", "endpoint", "server", "webhook", "proxy", "registry", "socks", "broker", "index"];
/// The quotes of a shell, which are no part of a name.
const QUOTES: [char; 3] = ['"', '\'', '\\'];
/// What finds the name behind it.
const LOOKS_UP: [&str; 4] = ["$(which ", "$(echo ", "$(command -v ", "$(type -p "];
/// Options whose value is a host, beside those whose name says so.
const HOST_OPTIONS: [&str; 5] = ["-h", "-H", "-b", "-n", "-i"];
/// The name of the parameters of a script.
const PARAMETERS: &str = "@";
/// Maximum bytes of a program's name, with quotes in it.
const NAME_MAX: usize = 32;
/// Maximum bytes of the name of a file.
const FILE_MAX: usize = 256;
/// Maximum bytes of an index: `name[index]=`.
const INDEX_MAX: usize = 32;
/// Maximum variables that one command sets.
const SET_MAX: usize = 16;
/// Maximum words of a command that are looked at; if there are more, where it sends to is open.
const WORDS_MAX: usize = 256;

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

/// Returns whether what has this name is where something goes to.
pub(super) fn names_host(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|part| name.contains(part))
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

/// Where the value begins that a variable of this name is set to; `None` if it is not set here.
fn assigned(text: &str, name: &Range<usize>) -> Option<usize> {
    let behind = text.get(name.end..)?;
    let behind = behind
        .strip_prefix('[')
        .and_then(|rest| rest.get(..INDEX_MAX.min(rest.len()))?.find(']').and_then(|end| rest.get(end + 1..)))
        .unwrap_or(behind);
    let value = behind
        .trim_start_matches(' ')
        .trim_start_matches('+')
        .strip_prefix('=')
        .filter(|value| !value.starts_with('='))?;
    is_variable(text.get(name.clone())?).then_some(text.len() - value.len())
}

/// The words of a text: of the letters of a program's name, with the quotes of a shell between them: `c\ur''l`.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_of_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let is_quote = |b: &u8| matches!(b, b'"' | b'\'' | b'\\');
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        at += bytes.get(at..)?.iter().position(is_of_word)?;
        let start = at;
        loop {
            at += bytes.get(at..)?.iter().take_while(|b| is_of_word(b)).count();
            let quotes = bytes.get(at..)?.iter().take(NAME_MAX).take_while(|b| is_quote(b)).count();
            if quotes == 0 || !bytes.get(at + quotes).is_some_and(is_of_word) {
                return Some(start..at);
            }
            at += quotes;
        }
    })
}

fn find(name: &str) -> Option<(Takes, bool)> {
    let name = Some(name).filter(|name| (2..=NAME_MAX).contains(&name.len()))?.to_ascii_lowercase();
    let found = PROGRAMS.iter().find(|(names, ..)| names.split(' ').any(|it| it == name));
    found.map(|(_, takes, is_prose)| (*takes, *is_prose))
}

/// Returns whether this is a program that sends, perhaps with its path.
pub(super) fn is_program(word: &str) -> bool {
    find(word.rsplit(['/', '\\']).next().unwrap_or(word)).is_some()
}

/// How the program of this name takes a host, if there is one and this is a command, and where its name begins.
fn program(text: &str, range: &Range<usize>) -> Option<(usize, Takes)> {
    let word = text.get(range.clone())?;
    // A path of Windows, or behind an option: `C:\bin\curl.exe`, `-c'curl`. Else, as a shell reads it: `c\url`.
    let last = word.rfind(QUOTES).map_or(0, |at| at + 1);
    let (start, (takes, is_prose)) = match find(word.get(last..)?) {
        Some(found) => (range.start + last, found),
        None if last > 0 && word.len() <= NAME_MAX => (range.start, find(&word.replace(QUOTES, ""))?),
        None => return None,
    };
    let (before, behind) = (text.get(..start)?, text.get(range.end..)?);
    // `http:` begins an address, `curl(` a function, and `curl=` an assignment.
    let is_command = behind.is_empty() || behind.starts_with(|c: char| c.is_whitespace() || "\\'<>$".contains(c));
    // The first of a list of words, but not the name of something: `"curl", "-d"`, `{curl,-d`.
    let is_listed = behind.starts_with("\",")
        || behind.starts_with("\" ") && !is_prose
        || behind.starts_with(',') && before.ends_with('{');
    // Its name is the output of a command: `$(which curl) -d`.
    let is_output = behind.starts_with(')') && LOOKS_UP.iter().any(|it| before.ends_with(it));
    let begins = !is_prose || begins_command(text, start);
    ((is_command || is_listed || is_output) && begins).then_some((start, takes))
}

/// Returns whether a name that was given to a program is called here: `$name`, `${name}`, or as an alias.
fn is_called(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).unwrap_or_default();
    before.ends_with(['$', '{']) || begins_command(text, range.start) && assigned(text, range).is_none()
}

/// Returns whether a command begins here, perhaps with the path of its program before its name.
fn begins_command(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let path = before.bytes().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'-' | b'_'));
    let path = if before.ends_with('/') { path.take(FILE_MAX).count() } else { 0 };
    let before = before.get(..before.len() - path).unwrap_or_default().trim_end_matches([' ', '\t']);
    // The number of `timeout 5` and `nice -n 5`.
    let number =
        before.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, 's' | 'm')).trim_end_matches("-n ");
    let is_separator = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '(');
    let word = |before: &str| {
        let len = before.bytes().rev().take(FILE_MAX).take_while(|b| !is_separator(char::from(*b))).count();
        before.len() - len
    };
    let is_before = |before: &str| {
        let word = before.get(word(before)..).unwrap_or_default();
        !word.is_empty() && BEFORE.split(' ').any(|it| it == word)
    };
    let last = before.get(word(before)..).unwrap_or_default();
    let is_assignment = last.split_once('=').is_some_and(|(name, _)| is_variable(name));
    before.is_empty()
        || before.ends_with(['\n', ';', '|', '&', '(', '{', '`', '"', '\'', '[', ','])
        || is_before(before)
        || number.len() < before.len() && is_before(number.trim_end())
        || is_assignment
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

impl<'t> Sending<'t> {
    fn of(text: &'t str, name: Range<usize>, takes: Takes, work: &mut Work) -> Self {
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

/// Where the statement of a command begins, with the pipeline that leads into it. A separator in quotes is none.
fn begin(text: &str, name: usize, work: &mut Work) -> usize {
    let mut start = line_start(text, name, work);
    let before = text.get(start..name).unwrap_or_default();
    let is_quoted = before.contains('|') && before.contains(['"', '\'']);
    // One of several statements that the pipeline leads into or comes from.
    let mut pipes = before.split('|');
    let is_from =
        pipes.next_back().is_some() && pipes.any(|part| ENDS.iter().any(|end| part.trim_end().ends_with(end)));
    let is_into = before.split('|').skip(1).any(|part| OPENS.iter().any(|open| part.trim_start().starts_with(open)));
    if !is_quoted && !is_from && !is_into {
        let mut separators = before.rmatch_indices([';', '&', '(', '`']).map(|(at, _)| at);
        if let Some(at) = separators.find(|at| separates(before, *at)) {
            return start + at + 1;
        }
    }
    // The lines before, as long as they are continued, or up to where the statements begin that end here.
    let mut is_inside = is_from && ENDS.iter().any(|end| before.trim_start().starts_with(end));
    while start > 0 && !work.is_used_up() {
        let above = text.get(..start.saturating_sub(1)).unwrap_or_default().trim_end();
        if !is_inside && !above.ends_with(['|', '\\']) {
            break;
        }
        start = line_start(text, above.len(), work);
        let line = text.get(start..above.len()).unwrap_or_default().trim_start();
        is_inside &= !OPENS.iter().any(|open| line.starts_with(open));
    }
    start
}

/// Returns whether this sign begins a new statement: not in `2>&1`, `|&`, `>(` and `| (`.
fn separates(before: &str, at: usize) -> bool {
    let (head, tail) = before.split_at_checked(at).unwrap_or_default();
    match tail.as_bytes() {
        [b'&', next, ..] => *next != b'>' && !head.ends_with(['>', '<', '|']),
        [b'(', ..] => !head.ends_with(['>', '<']),
        _ => true,
    }
}

fn line_start(text: &str, at: usize, work: &mut Work) -> usize {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |line| line + 1);
    work.take(at - start);
    start
}

/// The names of the variables in a command.
fn variables(command: &str) -> Vec<&str> {
    let behind = command.split(['$', '%']).skip(1).take(WORDS_MAX);
    behind
        .filter_map(|rest| {
            let rest = rest.trim_start_matches(['{', '!', '#']).trim_start_matches("env:");
            if rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '@' | '*')) {
                return Some(PARAMETERS);
            }
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
        let (mut at, mut word, mut quote, mut depth) = (from, from, None, 0_usize);
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
                (None, b'\n' | b';' | b'|' | b'&') if depth > 0 || Self::goes_on(text, at) => true,
                (None, b'\n' | b';' | b'|') => break,
                (None, b'&') if matches!(bytes.get(at + 1), None | Some(b'&' | b' ' | b'\n')) => break,
                // A here-document follows in the next lines.
                (None, b'<') if bytes.get(at + 1) == Some(&b'<') => {
                    statement.push(text, word..at);
                    return statement;
                }
                (None, b'(' | b')') => {
                    depth = if byte == b'(' { depth + 1 } else { depth.saturating_sub(1) };
                    true
                }
                (None, byte) => byte.is_ascii_whitespace() || matches!(byte, b'<' | b'>'),
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

    /// Returns whether the statements end behind this separator among which this is one; what they read stands there.
    fn goes_on(text: &str, at: usize) -> bool {
        let behind = text.get(at + 1..).unwrap_or_default().trim_start();
        let is_end = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
        ENDS.iter().any(|end| behind.strip_prefix(end).is_some_and(is_end))
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
