//! The programs that send something to a host, and where a text calls one.

use std::ops::Range;

/// How the words of a command name a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
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
/// Words before a command that are none of its own.
const BEFORE: &str = "sudo exec time xargs then do else nohup env command watch -- -c -exec run ! if elif while until nice timeout stdbuf";
/// The quotes of a shell, which are no part of a name.
const QUOTES: [char; 3] = ['"', '\'', '\\'];
/// What finds the name behind it.
const LOOKS_UP: [&str; 4] = ["$(which ", "$(echo ", "$(command -v ", "$(type -p "];
/// Maximum bytes of a program's name, with quotes in it.
const NAME_MAX: usize = 32;
/// Maximum bytes of the name of a file.
pub(super) const FILE_MAX: usize = 256;
/// Maximum bytes of an index: `name[index]=`.
const INDEX_MAX: usize = 32;

/// Returns whether this is a program that sends, perhaps with its path.
pub(in crate::guard) fn is_program(word: &str) -> bool {
    find(word.rsplit(['/', '\\']).next().unwrap_or(word)).is_some()
}

/// How the program of this name takes a host, if there is one and this is a command, and where its name begins.
pub(super) fn program(text: &str, range: &Range<usize>) -> Option<(usize, Takes)> {
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

pub(super) fn find(name: &str) -> Option<(Takes, bool)> {
    let name = Some(name).filter(|name| (2..=NAME_MAX).contains(&name.len()))?.to_ascii_lowercase();
    let found = PROGRAMS.iter().find(|(names, ..)| names.split(' ').any(|it| it == name));
    found.map(|(_, takes, is_prose)| (*takes, *is_prose))
}

/// Returns whether a name that was given to a program is called here: `$name`, `${name}`, or as an alias.
pub(super) fn is_called(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).unwrap_or_default();
    before.ends_with(['$', '{']) || begins_command(text, range.start) && assigned(text, range).is_none()
}

/// Returns whether a command begins here, perhaps with the path of its program before its name.
pub(super) fn begins_command(text: &str, at: usize) -> bool {
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

/// Where the value begins that a variable of this name is set to; `None` if it is not set here.
pub(super) fn assigned(text: &str, name: &Range<usize>) -> Option<usize> {
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

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The words of a text: of the letters of a program's name, with the quotes of a shell between them: `c\ur''l`.
pub(super) fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
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
