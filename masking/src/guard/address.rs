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
/// Maximum bytes of a scheme.
const SCHEME_MAX: usize = 24;

/// Returns the addresses of a text in order, with those that take the scheme of the page around them (`"//host/…`).
/// Slashes may be escaped, as in JSON within a text.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = Address<'_>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let slash = at + memchr::memchr(b'/', bytes.get(at..)?)?;
            at = slash + 1;
            let Some((start, scheme)) = scheme(text, slash) else { continue };
            let Some(behind) = second_slash(bytes, slash + 1) else { continue };
            let end = end(bytes, behind);
            at = end.max(at);
            let host = host(text.get(behind..end)?);
            if scheme.is_empty() && host.is_empty() {
                continue;
            }
            let names_host = !NO_HOST.contains(&scheme.to_ascii_lowercase().as_str());
            return Some(Address { range: start..end, host: names_host.then_some(host) });
        }
    })
}

/// The start of an address whose first slash is here, and its scheme.
fn scheme(text: &str, slash: usize) -> Option<(usize, &str)> {
    let before = text.get(..slash)?.trim_end_matches('\\');
    let Some(named) = before.strip_suffix(':') else {
        let opens = before.is_empty() || before.ends_with(['"', '\'', '(', '=', '`']);
        return opens.then_some((slash, ""));
    };
    let is_of_scheme = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-');
    let len = named.bytes().rev().take(SCHEME_MAX).take_while(is_of_scheme).count();
    let scheme = named.get(named.len() - len..)?.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    (!scheme.is_empty()).then(|| (named.len() - scheme.len(), scheme))
}

/// The offset behind the second of two slashes, of which the first one ends before `at`.
fn second_slash(bytes: &[u8], at: usize) -> Option<usize> {
    let escapes = bytes.get(at..)?.iter().take_while(|b| **b == b'\\').take(3).count();
    (bytes.get(at + escapes) == Some(&b'/')).then_some(at + escapes + 1)
}

/// The end of an address: blanks, quotes and the like.
fn end(bytes: &[u8], from: usize) -> usize {
    let ends = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'`' | b'<' | b'>' | b'|');
    from + bytes.get(from..).unwrap_or_default().iter().position(ends).unwrap_or(bytes.len() - from)
}

/// The host of what stands behind the slashes: without the user before it and the port behind it. Nothing if programs read
/// it in different ways.
fn host(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // An escaped slash or quote ends it. Any other backslash is a slash to some.
    let authority = authority.trim_end_matches('\\');
    if authority.contains('\\') {
        return "";
    }
    without_port(authority.rsplit('@').next().unwrap_or_default())
}

/// A host without its port.
pub(super) fn without_port(host: &str) -> &str {
    if host.starts_with('[') {
        return host.find(']').and_then(|end| host.get(..=end)).unwrap_or(host);
    }
    match host.split_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
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
            ("https:///a.example", &[("https:///a.example", Some(""))]),
            ("\"//\" and ://x", &[]),
        ] {
            let found: Vec<_> = addresses(text).map(|it| (text.get(it.range).unwrap(), it.host)).collect();
            let expected: Vec<_> = expected.to_vec();
            assert_eq!(found, expected, "{text}");
        }
    }
}
