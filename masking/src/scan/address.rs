//! IPv4 addresses as opposed to version numbers, and a customer's network as opposed to the ranges of RFC 1918.

use std::ops::Range;

use crate::catalog;
use crate::near::is_any;
use crate::scan::words::Fragments;

/// What dotted decimals are meant as, besides the name of a product's release and a range that everybody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meant {
    Address,
    Version,
}

/// Returns what the dotted decimals at `range` are meant as.
pub(crate) fn meant(text: &[u8], range: &Range<usize>) -> Option<Meant> {
    match is_version(text, range.start) {
        true => Some(Meant::Version),
        false => is_address(text, range).then_some(Meant::Address),
    }
}

/// Returns whether the address at `range` is meant as one.
pub(crate) fn is_meant(text: &[u8], range: &Range<usize>) -> bool {
    !is_version(text, range.start) && is_address(text, range)
}

/// The same for what is not a version.
fn is_address(text: &[u8], range: &Range<usize>) -> bool {
    !is_product(text, range.start) && !is_aggregate(text, range)
}

/// `Chrome/10.0.1.2`, `"Microsoft.Extensions.Hosting": "10.0.0.1"`: a version after the name of a product.
fn is_product(text: &[u8], start: usize) -> bool {
    let head = text.get(start.saturating_sub(PRODUCT_MAX)..start).unwrap_or_default();
    let signs = head.iter().rev().take(8).take_while(|b| is_any(b" \"'\\:/", b)).count();
    let (head, sign) = head.split_at_checked(head.len() - signs).unwrap_or_default();
    let len = head.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || **b == b'.').count();
    let (before, name) = head.split_at_checked(head.len() - len).unwrap_or_default();
    let capital =
        |part: &[u8]| part.first().is_some_and(u8::is_ascii_uppercase) && part.iter().any(u8::is_ascii_lowercase);
    let apart = before.last().is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'(' | b';'));
    match sign {
        b"/" => apart && capital(name),
        // `Microsoft.NETCore.App 10.0.1.2 [/usr/share/dotnet]`
        b" " => apart && name.split(|b| *b == b'.').filter(|part| capital(part)).count() >= 3,
        _ => name.contains(&b'.') && name.split(|b| *b == b'.').all(capital) && sign.contains(&b'"'),
    }
}

/// Bytes in front of an address in which the name of a product stands.
const PRODUCT_MAX: usize = 80;

/// Returns whether the word before says that a version follows: `"version": "10.0.3.2"`, `FileVersion 10.2.0.4`,
/// `버전 10.2.0.4`.
fn is_version(text: &[u8], start: usize) -> bool {
    let head = text.get(start.saturating_sub(24)..start).unwrap_or_default();
    // `"v": "10.1.4.22"`
    if [b"\"v\":\"".as_slice(), b"\"v\": \""].iter().any(|name| head.ends_with(name)) || is_bumped(text, start) {
        return true;
    }
    let head = head.get(..name_end(head, head.len())).unwrap_or_default();
    VERSION.ends(head).any(|at| head.split_at_checked(at).is_some_and(|(before, tail)| begins_word(before, tail)))
}

static VERSION: Fragments = Fragments::new(catalog::VERSION_WORDS);

/// `bump the base image to 10.2.0.4`: what is said of versions alone. Limits on a machine are bumped too: `bumped the heap on
/// 10.2.0.4`.
fn is_bumped(text: &[u8], start: usize) -> bool {
    let head = text.get(start.saturating_sub(PRODUCT_MAX)..start).unwrap_or_default();
    let line = memchr::memrchr(b'\n', head).map_or(head, |newline| head.get(newline..).unwrap_or_default());
    let before = line.get(..name_end(line, line.len())).unwrap_or_default();
    if ![b"to".as_slice(), b"from", b"-"].iter().any(|link| before.ends_with(link)) {
        return false;
    }
    let begins = |at: usize| at.checked_sub(1).and_then(|at| line.get(at)).is_none_or(|b| !b.is_ascii_alphanumeric());
    let bumps = |at: &usize| {
        let rest = line.get(at + 1..).and_then(|rest| rest.strip_prefix(b"ump")).unwrap_or_default();
        rest.starts_with(b" ") || rest.starts_with(b"s ") || rest.starts_with(b"ed ")
    };
    memchr::memchr2_iter(b'b', b'B', line).filter(bumps).any(begins)
}

/// Returns the end of the word before a version that begins at `start`.
pub(crate) fn name_end(text: &[u8], start: usize) -> usize {
    let head = text.get(..start).unwrap_or_default();
    start - head.iter().rev().take(12).take_while(|b| is_any(b" \t\"'`\\:=~^<>(v", b)).count()
}

/// Returns whether a word begins between the two: `server` has no `ver` in it, `agentVer` has. Korean words are put
/// together.
fn begins_word(before: &[u8], tail: &[u8]) -> bool {
    let camel = tail.first().is_some_and(u8::is_ascii_uppercase) && before.last().is_some_and(u8::is_ascii_lowercase);
    let glued = before.last().is_some_and(u8::is_ascii_alphanumeric) && tail.first().is_some_and(u8::is_ascii);
    camel || !glued
}

/// `10.0.0.0/8`, `172.16.0.0/12`, `192.168.0.0/16`: constants that everybody's rules name.
fn is_aggregate(text: &[u8], range: &Range<usize>) -> bool {
    let length = match text.get(range.clone()) {
        Some(b"10.0.0.0") => b"8".as_slice(),
        Some(b"172.16.0.0") => b"12",
        Some(b"192.168.0.0") => b"16",
        _ => return false,
    };
    let rest = text.get(range.end..).unwrap_or_default();
    let escapes = rest.iter().take(8).take_while(|b| **b == b'\\').count();
    let rest = rest.get(escapes..).unwrap_or_default();
    // A URL encodes it.
    let slashed = [b"/".as_slice(), b"%2F", b"%2f"].into_iter().find_map(|slash| rest.strip_prefix(slash));
    let behind = slashed.and_then(|rest| rest.strip_prefix(length));
    behind.is_some_and(|behind| !behind.first().is_some_and(u8::is_ascii_digit))
}
