//! The borders of values.
//!
//! A text may hold escapes of its own (a JSON text in a JSON string, a log with colours, a URL). The letter of such an
//! escape is not a neighbour of the value after it (`\ni-0abc…`, `\u001b[32mi-0abc…`, `%2Fi-0abc…`), and it must never
//! become part of a value: replacing it would leave a lone backslash.

use crate::catalog::Edge;
use crate::near::is_any;

/// Returns whether a value may stand from `start` to `end`.
pub(crate) fn holds(edge: Edge, text: &[u8], start: usize, end: usize) -> bool {
    left(edge, text, start) && right(edge, text, end)
}

pub(crate) fn left(edge: Edge, text: &[u8], start: usize) -> bool {
    if edge == Edge::Open {
        return true;
    }
    let Some(before) = previous(text, start) else { return true };
    let glued = match edge {
        Edge::Word => before.is_ascii_alphanumeric(),
        Edge::Mailbox => before.is_ascii_alphanumeric() || in_user_of_url(text, start),
        Edge::Legacy => is_word(before) || before == b'.' || before == b'-',
        // The name that CloudFront's console gives the origin of a bucket begins with `S3-`.
        Edge::Compound => {
            is_word(before) || before == b'-' && !text.get(..start).is_some_and(|head| head.ends_with(b"S3-"))
        }
        Edge::Digits => before.is_ascii_alphanumeric() || before == b'.' && digit_before(text, start - 1),
        Edge::Ip if before == b'_' => !is_range(text, start),
        // `lib-10.0.0.1` is a package; `|--10.0.0.1` a branch of a tree, `-10.0.0.1` a line that went.
        Edge::Ip => is_word(before) || before == b'.' || before == b'-' && letter_before(text, start - 1),
        // `aws_sqs_s3://x` is no URL of S3's.
        Edge::Right if before == b'_' => text.get(start..).is_some_and(|rest| rest.starts_with(b"s3://")),
        Edge::Right => before.is_ascii_alphanumeric() && text.get(start).is_some_and(u8::is_ascii_alphanumeric),
        Edge::Open => false,
    };
    // `${HOST:-10.0.1.4}`: the default of a variable.
    let default = || before == b'-' && previous(text, start - 1) == Some(b':');
    (!glued || default() || ends_escape(text, start)) && !begins_inside_escape(text, start)
}

pub(crate) fn right(edge: Edge, text: &[u8], end: usize) -> bool {
    let Some(&after) = text.get(end) else { return true };
    let next = text.get(end + 1).copied().unwrap_or(b' ');
    let glued = match edge {
        Edge::Open => false,
        Edge::Word | Edge::Mailbox => after.is_ascii_alphanumeric(),
        Edge::Legacy => is_word(after) || after == b'-' || after == b'.' && next.is_ascii_alphanumeric(),
        Edge::Compound => is_word(after) || after == b'-' && next.is_ascii_alphanumeric(),
        Edge::Digits => after.is_ascii_alphanumeric() || (after == b'.' || after == b'-') && next.is_ascii_digit(),
        Edge::Ip => match after {
            b'-' => !next.is_ascii_digit() || is_revision(text, end + 1),
            b'.' => next.is_ascii_digit() && !is_port(text, end + 1),
            _ => is_word(after),
        },
        Edge::Right => is_word(after),
    };
    !glued
}

/// `1ubuntu4`: the revision of a package behind its version.
fn is_revision(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    let digits = rest.iter().take(REVISION_MAX).take_while(|b| b.is_ascii_digit()).count();
    rest.get(digits).is_some_and(u8::is_ascii_alphabetic)
}

/// Maximum digits of a revision.
const REVISION_MAX: usize = 4;

/// Returns whether an escape sequence ends right before `at`, however deeply it is escaped itself.
pub(crate) fn ends_escape(text: &[u8], at: usize) -> bool {
    let head = text.get(at.saturating_sub(ESCAPE_MAX)..at).unwrap_or_default();
    match head {
        [.., b'\\', b'n' | b'r' | b't' | b'b' | b'f' | b'v' | b'0' | b'e' | b'a'] => true,
        [.., b'\\', b'u', a, b, c, d] if hex([a, b, c, d]) => true,
        [.., b'\\', b'x', a, b] | [.., b'%', a, b] if hex([a, b]) => true,
        // An equals sign in quoted-printable.
        [.., b'=', b'3', b'D'] => true,
        [.., b'm' | b'K' | b'H' | b'J'] => ends_ansi(head),
        _ => false,
    }
}

/// Returns the real start of a word whose characters stand from `first` to `end`: after those of an escape sequence.
pub(crate) fn word_start(text: &[u8], first: usize, end: usize) -> usize {
    let escape = previous(text, first).is_some_and(|b| matches!(b, b'\\' | b'%' | b'[' | b';'));
    if !escape {
        return first;
    }
    (first + 1..end).rev().find(|at| ends_escape(text, *at)).unwrap_or(first)
}

/// Returns whether the byte at `at` is the letter of a backslash escape.
pub(crate) fn begins_inside_escape(text: &[u8], at: usize) -> bool {
    let letter = text.get(at).is_some_and(|b| is_any(b"nrtbfvuxea", b));
    letter && backslashes_before(text, at) % 2 == 1
}

/// Returns the number of backslashes right before `at`, counted up to eight.
pub(crate) fn backslashes_before(text: &[u8], at: usize) -> usize {
    let head = text.get(at.saturating_sub(8)..at).unwrap_or_default();
    head.iter().rev().take_while(|b| **b == b'\\').count()
}

/// The longest escape sequence that is looked for: `\\\\u001b[1;38;5;160m`.
const ESCAPE_MAX: usize = 24;

/// A colour or another terminal sequence: the escape character, raw or escaped, then `[`, numbers and a letter.
fn ends_ansi(head: &[u8]) -> bool {
    let Some((_, rest)) = head.split_last() else { return false };
    let numbers = rest.iter().rev().take_while(|b| b.is_ascii_digit() || **b == b';').count();
    let Some((b'[', rest)) = rest.get(..rest.len() - numbers).and_then(<[u8]>::split_last) else { return false };
    // A terminal that shows no colours may have dropped the escape character.
    let dropped = numbers > 0 && rest.last().is_none_or(|b| b.is_ascii_whitespace() || is_any(b"^[(\"'=:,", b));
    dropped
        || matches!(
            rest,
            [.., 0x1b]
                | [.., b'\\', b'e']
                | [.., b'\\', b'0', b'3', b'3']
                | [.., b'\\', b'x', b'1', b'b' | b'B']
                | [.., b'\\', b'u', b'0', b'0', b'1', b'b' | b'B']
        )
}

/// Returns whether a URL names its user and password where `at` is: `https://user:token@host`.
fn in_user_of_url(text: &[u8], at: usize) -> bool {
    let head = text.get(at.saturating_sub(USER_MAX)..at).unwrap_or_default();
    let run = head.iter().rev().take_while(|b| b.is_ascii_graphic() && !matches!(b, b'/' | b'?' | b'"')).count();
    head.get(..head.len() - run).is_some_and(|head| head.ends_with(b"://"))
}

/// Bytes of a URL's user that are looked at.
const USER_MAX: usize = 96;

fn hex<const N: usize>(digits: [&u8; N]) -> bool {
    digits.iter().all(|b| b.is_ascii_hexdigit())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Returns what stands behind the last line break.
pub(crate) fn last_line(head: &[u8]) -> &[u8] {
    memchr::memrchr(b'\n', head).map_or(head, |newline| head.get(newline + 1..).unwrap_or_default())
}

pub(crate) fn previous(text: &[u8], at: usize) -> Option<u8> {
    text.get(at.checked_sub(1)?).copied()
}

fn digit_before(text: &[u8], at: usize) -> bool {
    previous(text, at).is_some_and(|b| b.is_ascii_digit())
}

fn letter_before(text: &[u8], at: usize) -> bool {
    previous(text, at).is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
}

/// `tgw-rtb-0123456789abcdef0_10.20.0.0/16`: a range of addresses as a part of a resource's id. Only a range says that what
/// follows an underscore is not a version.
fn is_range(text: &[u8], start: usize) -> bool {
    let rest = text.get(start..).unwrap_or_default();
    let address = rest.iter().take(16).take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    let length = rest.get(address..).and_then(|rest| rest.strip_prefix(b"/")).unwrap_or_default();
    let digits = length.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
    (1..=2).contains(&digits) && !length.get(digits).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'.')
}

/// `10.0.0.1.443: ` and `10.0.0.1.443 > `: the port that tcpdump writes after an address.
fn is_port(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    let digits = rest.iter().take(6).take_while(|b| b.is_ascii_digit()).count();
    let behind = rest.get(digits..).unwrap_or_default();
    (1..=5).contains(&digits) && (behind.starts_with(b": ") || behind.starts_with(b" >"))
}

/// Where a comma, a stop or a bracket of scripts without blanks ends what stands in front of it: `x，`, `x。`.
pub(crate) fn wide_stop(line: &[u8]) -> usize {
    let is_stop = |at: &usize| {
        let bytes = line.get(*at..).unwrap_or_default();
        matches!(bytes, [0xe3, 0x80, 0x81 | 0x82 | 0x8d | 0x8f, ..] | [0xef, 0xbc, 0x81 | 0x89 | 0x8c | 0x9b, ..])
    };
    memchr::memchr2_iter(0xe3, 0xef, line).find(is_stop).unwrap_or(line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value stands between `‹` and `›`; the borders hold or not.
    fn check(edge: Edge, marked: &str, expected: bool) {
        let start = marked.find('‹').unwrap();
        let text = marked.replace(['‹', '›'], "");
        let end = marked.find('›').unwrap() - '‹'.len_utf8();
        assert_eq!(holds(edge, text.as_bytes(), start, end), expected, "{edge:?}: {marked}");
    }

    #[test]
    fn borders() {
        let cases = [
            (Edge::Word, "ebs-‹vol-1›_x", true),
            (Edge::Word, "x‹vol-1›", false),
            (Edge::Word, "‹vol-1›2", false),
            (Edge::Legacy, "‹vol-1›.", true),
            (Edge::Legacy, "‹vol-1›.css", false),
            (Edge::Legacy, "a-‹vol-1›", false),
            (Edge::Legacy, "${A:-‹vol-1›}", true),
            (Edge::Compound, "‹acme-1›-b", false),
            (Edge::Compound, "‹acme-1›- b", true),
            (Edge::Compound, "_‹acme-1›", false),
            (Edge::Digits, "-‹471192830564›-us", true),
            (Edge::Digits, "‹471192830564›-1", false),
            (Edge::Digits, "3.‹471192830564›", false),
            (Edge::Digits, "‹471192830564›번", true),
            (Edge::Ip, "‹10.0.0.1›.", true),
            (Edge::Ip, "‹10.0.0.1›.5", false),
            (Edge::Ip, "‹10.0.0.1›.443: Flags", true),
            (Edge::Ip, "‹10.0.0.1›-10.0.0.9", true),
            (Edge::Ip, "‹10.0.0.1›-beta", false),
            (Edge::Ip, "‹10.0.0.1›-1ubuntu4", false),
            (Edge::Ip, "‹10.0.0.1›-25", true),
            (Edge::Ip, "v‹10.0.0.1›", false),
            (Edge::Ip, "lib-‹10.0.0.1›", false),
            (Edge::Ip, "|  |--‹10.0.0.1›", true),
            (Edge::Ip, "-‹10.0.0.1› web", true),
            (Edge::Mailbox, "https://u:‹a@b.org›", false),
            (Edge::Mailbox, "mailto:‹a@b.org›", true),
            (Edge::Ip, "lib_‹10.0.0.1›", false),
            (Edge::Ip, "0a1b_tcp_80_‹10.0.1.0›/24", true),
            (Edge::Right, "x‹a›", false),
            (Edge::Right, "x‹/a›", true),
            (Edge::Right, "‹a›_", false),
        ];
        for (edge, marked, expected) in cases {
            check(edge, marked, expected);
        }
    }

    #[test]
    fn the_letter_of_an_escape_is_no_neighbour_and_no_part_of_a_value() {
        let behind = [
            r"\n",
            r"\\n",
            r"\t",
            r"\r\n",
            r"\u0022",
            r"\x22",
            "%2F",
            "%3a",
            "\u{1b}[32m",
            "\u{1b}[1;38;5;160m",
            r"\u001b[0m",
            r"\\u001B[31m",
            r"\033[1m",
            r"\x1b[K",
            r"\e[32m",
        ];
        for escape in behind {
            check(Edge::Word, &format!("a{escape}‹i-1›"), true);
        }
        for glued in ["n", "m", "[32m", "2F", "u0022", "\u{1b}32m"] {
            check(Edge::Word, &format!("a{glued}‹i-1›"), false);
        }
        check(Edge::Word, r"a\‹nat-1›", false);
        check(Edge::Word, r"a\\‹nat-1›", true);
        check(Edge::Word, r"a\‹i-1›", true);
    }
}
