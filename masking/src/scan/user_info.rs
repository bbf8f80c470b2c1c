//! The password in the authority of a URL, whatever its scheme is: `postgresql+asyncpg://app:password@host`. (RFC 3986,
//! 3.2.1)

use std::ops::Range;

use crate::catalog::Check;
use crate::near::is_any;
use crate::scan::check;
use crate::scan::edge;
use crate::scan::quoted;

/// What stands between the scheme and the authority, also as JSON escapes it.
pub(crate) const ANCHORS: [&str; 5] = ["://", r":\/\/", "@tcp(", "@unix(", "| chpasswd"];

/// Maximum bytes of a user.
const USER_MAX: usize = 64;
/// Bytes of a password.
const PASSWORD_MIN: usize = 4;
const PASSWORD_MAX: usize = 2_048;

/// Returns the password after the slashes at `slashes`. A sign of it that the authority gives a meaning should be
/// encoded, and often is not, so that it ends at the last `@` in front of the host.
pub(crate) fn password(text: &[u8], slashes: Range<usize>) -> Option<Range<usize>> {
    match text.get(slashes.start) {
        Some(b'@') => return of_login(text, slashes.start),
        // `echo 'root:…' | chpasswd`
        Some(b'|') => return of_login(text, last_quote(text, slashes.start)),
        _ => {}
    }
    edge::previous(text, slashes.start).filter(|b| b.is_ascii_alphanumeric() || *b == b'\\')?;
    let user = run_len(text, slashes.end, USER_MAX, b":@");
    let start = slashes.end + user + 1;
    matches!(text.get(start - 1), Some(b':')).then_some(())?;
    let mut end = start + run_len(text, start, PASSWORD_MAX, b"@");
    matches!(text.get(end), Some(b'@')).then_some(())?;
    while let Some(more) = Some(run_len(text, end + 1, PASSWORD_MAX, b"@:?#,;&"))
        && text.get(end + 1 + more) == Some(&b'@')
        && end + 1 + more - start <= PASSWORD_MAX
    {
        end += 1 + more;
    }
    let value = text.get(start..end).filter(|value| value.len() >= PASSWORD_MIN && !quoted::holds_pair(value))?;
    check::passes(Check::UrlPassword, value).then_some(start..end)
}

/// `app:password@tcp(10.0.3.17:3306)/orders`: what Go's driver of MySQL takes. A user and a password end at `at`.
fn of_login(text: &[u8], at: usize) -> Option<Range<usize>> {
    let head = text.get(at.saturating_sub(DRIVER_MAX)..at)?;
    let len = head.iter().rev().take_while(|b| **b > b' ' && !is_any(b"\"'`=<>()", b)).count();
    let login = head.get(head.len() - len..)?;
    let user = memchr::memchr(b':', login).filter(|user| *user > 0)?;
    let value = login.get(user + 1..).filter(|value| value.len() >= PASSWORD_MIN)?;
    check::passes(Check::UrlPassword, value).then_some(at - value.len()..at)
}

/// Where the quotation in front of `at` ends.
fn last_quote(text: &[u8], at: usize) -> usize {
    let head = text.get(..at).unwrap_or_default().trim_ascii_end();
    head.len() - usize::from(matches!(head.last(), Some(b'\'' | b'"')))
}

/// Maximum bytes of a user with a password.
const DRIVER_MAX: usize = 192;

/// Returns the length of the run of characters that may stand in a user or a password, up to one of `ends`.
fn run_len(text: &[u8], at: usize, max: usize, ends: &[u8]) -> usize {
    let rest = text.get(at..text.len().min(at + max + 1)).unwrap_or_default();
    rest.iter().take_while(|b| **b > b' ' && !is_any(b"/\"'`\\<>", b) && !ends.contains(b)).count()
}
