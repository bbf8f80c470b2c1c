//! The addresses in a text of a tool: where each one is, and the host that it names.

use std::ops::Range;

/// An address in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address<'t> {
    /// From its scheme to its end.
    pub range: Range<usize>,
    /// The host as it is written; `None` if nothing of the address goes to a host.
    pub host: Option<&'t str>,
}

/// Schemes of what is no host: files, and buckets, which are the account's.
const NO_HOST: [&str; 4] = ["file", "s3", "s3a", "s3n"];
/// Schemes behind which browsers take any number of slashes, and backslashes for slashes.
const SPECIAL: [&str; 5] = ["http", "https", "ws", "wss", "ftp"];
/// Schemes behind which a host may follow without slashes.
const BARE: [&str; 3] = ["http", "https", "mailto"];
/// Maximum bytes of a scheme.
const SCHEME_MAX: usize = 24;
/// Maximum bytes in which a host is looked for, where only a host makes it an address.
const AUTHORITY_MAX: usize = 256;
/// What encloses an address that has blanks in it, and closes it.
const ENCLOSING: [(u8, u8); 4] = [(b'"', b'"'), (b'\'', b'\''), (b'`', b'`'), (b'<', b'>')];

/// Returns the addresses of a text in order, with those that take the scheme of the page around them (`"//host/…`).
/// Slashes may be escaped, as in JSON within a text.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = Address<'_>> {
    let bytes = text.as_bytes();
    // Whether no more of these is in the text, so that it is not searched again and again.
    let mut is_last = [false; ENCLOSING.len()];
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let mark = at + memchr::memchr3(b':', b'/', b'\\', bytes.get(at..)?)?;
            at = mark + 1;
            let Some((start, behind, names_host)) = head(text, mark) else { continue };
            let mut close = |close: u8, which: usize| {
                let found = bytes.get(behind..).filter(|_| !is_last.get(which).copied().unwrap_or(true));
                let found = found.and_then(|rest| memchr::memchr(close, rest)).map(|len| behind + len);
                is_last.get_mut(which).into_iter().for_each(|is_last| *is_last = found.is_none());
                found
            };
            let before = start.checked_sub(1).and_then(|at| bytes.get(at));
            let enclosed = ENCLOSING.iter().position(|(open, _)| Some(open) == before);
            let closed = enclosed.and_then(|which| close(ENCLOSING.get(which)?.1, which));
            let end = closed.unwrap_or_else(|| end(bytes, behind));
            let host = host(bytes, text.get(behind..end)?, end);
            if end == behind && bytes.get(mark + 1) != Some(&b'/') {
                continue;
            }
            at = end.max(at);
            return Some(Address { range: start..end, host: names_host.then_some(host) });
        }
    })
}

/// Returns whether what begins with slashes here is an address without a scheme, and no comment, path or escape.
fn is_relative(text: &str, start: usize, slashes: &Slashes) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let opens = before.is_empty() || before.ends_with(['"', '\'', '(', '=', '`']);
    let is_behind_blanks =
        before.ends_with([' ', '\t', '\n']) && before.trim_end().ends_with(['=', ':', ',', '(', '"', '\'']);
    // Backslashes are escapes, unless a name follows.
    let is_plain = text.get(start..slashes.second).is_some_and(|slashes| slashes.ends_with('/'));
    let is_of_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    let name = authority(text, slashes.second);
    let is_name = || name.contains('.') && name.bytes().all(|b| is_of_name(&b));
    slashes.count > 1 && (opens || is_behind_blanks) && !name.is_empty() && (is_plain || is_name())
}

/// What may be a host with its user and its port here, or the beginning of it.
fn authority(text: &str, from: usize) -> &str {
    let rest = text.get(from..).unwrap_or_default();
    let is_end = |b: u8| {
        b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'`' | b'<' | b'>' | b'|' | b'/' | b'\\' | b'?' | b'#')
    };
    let len = rest.bytes().take(AUTHORITY_MAX).position(is_end).unwrap_or(rest.len().min(AUTHORITY_MAX));
    rest.get(..rest.floor_char_boundary(len)).unwrap_or_default()
}

/// The start of an address with this colon, slash or backslash, where its host begins, and whether it names one.
fn head(text: &str, mark: usize) -> Option<(usize, usize, bool)> {
    let bytes = text.as_bytes();
    if bytes.get(mark) != Some(&b':') {
        let slashes = Slashes::read(bytes, mark);
        let is_first = !text.get(..mark)?.ends_with(['/', '\\']);
        return (is_first && is_relative(text, mark, &slashes)).then_some((mark, slashes.second, true));
    }
    let scheme = scheme(text.get(..mark)?)?;
    let is_of = |schemes: &[&str]| schemes.iter().any(|it| it.eq_ignore_ascii_case(scheme.1));
    let slashes = Slashes::read(bytes, mark + 1);
    let behind = match slashes.count {
        0 if is_of(&BARE) => {
            let host = authority(text, mark + 1);
            let sign = if is_of(&["mailto"]) { '@' } else { '.' };
            (host.starts_with(|c: char| c.is_alphanumeric()) && host.contains(sign)).then_some(mark + 1)?
        }
        1.. if is_of(&SPECIAL) => slashes.end,
        2.. if bytes.get(slashes.second - 1) == Some(&b'/') => slashes.second,
        _ => return None,
    };
    let is_local = !is_of(&SPECIAL) && bytes.get(behind) == Some(&b'/');
    Some((scheme.0, behind, !is_of(&NO_HOST) && !is_local))
}

/// A scheme at the end of a text, and where it begins.
fn scheme(before: &str) -> Option<(usize, &str)> {
    let named = before.trim_end_matches(['\\', '"', '\'']);
    let is_of_scheme = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-');
    let len = named.bytes().rev().take(SCHEME_MAX).take_while(is_of_scheme).count();
    let scheme = named.get(named.len() - len..)?.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    (!scheme.is_empty()).then(|| (named.len() - scheme.len(), scheme))
}

/// The slashes at one place, with what programs drop between them: quotes of a shell, tabs and ends of lines.
struct Slashes {
    /// Those that are slashes to somebody. A backslash before a slash is an escape.
    count: usize,
    /// Where the second one ends, and the last one.
    second: usize,
    end: usize,
}

impl Slashes {
    /// Maximum bytes that are looked at.
    const MAX: usize = 64;

    fn read(bytes: &[u8], from: usize) -> Self {
        let mut slashes = Self { count: 0, second: from, end: from };
        for (at, byte) in bytes.iter().enumerate().skip(from).take(Self::MAX) {
            match byte {
                b'\\' if matches!(bytes.get(at + 1), Some(b'/' | b'\\')) && slashes.count > 1 => {}
                b'\\' if bytes.get(at + 1) == Some(&b'/') => {}
                b'/' | b'\\' => {
                    slashes.count += 1;
                    slashes.end = at + 1;
                    if slashes.count <= 2 {
                        slashes.second = at + 1;
                    }
                }
                b'"' | b'\'' | b'\t' | b'\r' | b'\n' => {}
                _ => break,
            }
        }
        slashes
    }
}

/// The end of an address: blanks, quotes and the like.
fn end(bytes: &[u8], from: usize) -> usize {
    let ends = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'`' | b'<' | b'>' | b'|');
    from + bytes.get(from..).unwrap_or_default().iter().position(ends).unwrap_or(bytes.len() - from)
}

/// The host of what stands behind the slashes, up to the end of the address: without the user before it and the port
/// behind it. Nothing if programs read it in different ways.
fn host<'t>(bytes: &[u8], rest: &'t str, end: usize) -> &'t str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // An escaped slash or quote ends it. Any other backslash is a slash to some.
    let is_whole = authority.len() < rest.len();
    let authority = authority.trim_end_matches('\\');
    // What stands around it: `(http://host)`, `pass http://host;`.
    let authority = if is_whole { authority } else { authority.trim_end_matches([';', ',', ')', '}']) };
    if authority.contains('\\') || !is_whole && goes_on(bytes, end) {
        return "";
    }
    without_port(authority.rsplit('@').next().unwrap_or_default())
}

/// Returns whether a shell reads on behind the quote at the end of a host: `http://a".example"`.
fn goes_on(bytes: &[u8], end: usize) -> bool {
    let is_quote = |b: &&u8| matches!(b, b'"' | b'\'');
    let behind = bytes.get(end..).unwrap_or_default();
    let quotes = behind.iter().take(8).take_while(is_quote).count();
    let is_of_host =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'@' | b'$' | b'%') || !b.is_ascii();
    match behind.get(quotes..) {
        Some([b':', next, ..]) => quotes > 0 && is_of_host(next),
        Some([next, ..]) => quotes > 0 && is_of_host(next),
        _ => false,
    }
}

/// A host without its port.
pub(super) fn without_port(host: &str) -> &str {
    let is_port = |port: &str| port.bytes().all(|b| b.is_ascii_digit());
    let name = match host.split_once(']') {
        Some((name, "")) => name.len() + 1,
        Some((name, port)) if port.strip_prefix(':').is_some_and(is_port) => name.len() + 1,
        _ => host.split_once(':').filter(|(_, port)| is_port(port)).map_or(host.len(), |(name, _)| name.len()),
    };
    host.get(..name).unwrap_or(host)
}

/// The host of a text that is an address by itself, or begins with one: as clients read it, without blanks around it and
/// tabs and ends of lines within.
pub(super) fn begins_with(text: &str) -> Option<Address<'_>> {
    let (start, behind, names_host) = text.find([':', '/', '\\']).and_then(|mark| head(text, mark))?;
    let host = host(&[], text.get(behind..)?, 0);
    (start == 0 && !host.is_empty() || text.starts_with("http"))
        .then_some(Address { range: 0..text.len(), host: names_host.then_some(host) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_an_address_ends_and_which_host_it_names() {
        for (text, expected) in [
            ("curl -s https://a.example/x?y=1#z and", &[("https://a.example/x?y=1#z", Some("a.example"))][..]),
            ("'http://u:p@b.example:8080/'", &[("http://u:p@b.example:8080/", Some("b.example"))]),
            (
                "https://s3.amazonaws.com@evil.example/",
                &[("https://s3.amazonaws.com@evil.example/", Some("evil.example"))],
            ),
            (r"https://evil.example\@s3.amazonaws.com/", &[(r"https://evil.example\@s3.amazonaws.com/", Some(""))]),
            (r#"{\"u\": \"https:\/\/a.example\/x\""#, &[(r"https:\/\/a.example\/x\", Some("a.example"))]),
            ("![](http://[2001:db8::1]:80/x)", &[("http://[2001:db8::1]:80/x)", Some("[2001:db8::1]"))]),
            ("jdbc:postgresql://db:5432/x", &[("postgresql://db:5432/x", Some("db"))]),
            ("s3://b/k file:///etc/x", &[("s3://b/k", None), ("file:///etc/x", None)]),
            ("<img src=\"//a.example/x\">", &[("//a.example/x", Some("a.example"))]),
            ("// a comment, a/b, 1 // 2, src//lib", &[]),
            ("https:///a.example", &[("https:///a.example", Some("a.example"))]),
            ("https:/a.example ", &[("https:/a.example", Some("a.example"))]),
            ("https:a.example https:x", &[("https:a.example", Some("a.example"))]),
            (r"https:\\a.example\x", &[(r"https:\\a.example\x", Some(""))]),
            ("https:/\t/a.example", &[("https:/\t/a.example", Some("a.example"))]),
            ("https:/''/a.example", &[("https:/''/a.example", Some("a.example"))]),
            ("http://[::1].example/", &[("http://[::1].example/", Some("[::1].example"))]),
            ("http://a'.example'", &[("http://a", Some(""))]),
            ("\"https://a.example/b c\"", &[("https://a.example/b c", Some("a.example"))]),
            ("mailto:x@a.example?y", &[("mailto:x@a.example?y", Some("a.example"))]),
            ("sqlite:///x.db C:/x C:\\x \"\\\\d+\" \"\\n\"", &[("sqlite:///x.db", None)]),
            (
                "src=\"\\\\a.example/\" [x]: //a.example",
                &[("\\\\a.example/", Some("a.example")), ("//a.example", Some("a.example"))],
            ),
            ("\"//\" and ://x", &[]),
        ] {
            let found: Vec<_> = addresses(text).map(|it| (text.get(it.range).unwrap(), it.host)).collect();
            let expected: Vec<_> = expected.to_vec();
            assert_eq!(found, expected, "{text}");
        }
    }
}
