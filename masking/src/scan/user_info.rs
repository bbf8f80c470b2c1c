//! The password in the authority of a URL, whatever its scheme is: `postgresql+asyncpg://app:password@host`. (RFC 3986,
//! 3.2.1)

use std::ops::Range;

use crate::catalog::Check;
use crate::scan::check;
use crate::scan::edge;
use crate::scan::quoted;

/// What stands between the scheme and the authority, also as JSON escapes it.
pub(crate) const ANCHORS: [&str; 2] = ["://", r":\/\/"];

/// Maximum bytes of a user.
const USER_MAX: usize = 64;
/// Bytes of a password.
const PASSWORD_MIN: usize = 4;
const PASSWORD_MAX: usize = 2_048;

/// Returns the password after the slashes at `slashes`. A sign of it that the authority gives a meaning should be
/// encoded, and often is not, so that it ends at the last `@` in front of the host.
pub(crate) fn password(text: &[u8], slashes: Range<usize>) -> Option<Range<usize>> {
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

/// Returns the length of the run of characters that may stand in a user or a password, up to one of `ends`.
fn run_len(text: &[u8], at: usize, max: usize, ends: &[u8]) -> usize {
    let rest = text.get(at..text.len().min(at + max + 1)).unwrap_or_default();
    rest.iter().take_while(|b| **b > b' ' && !b"/\"'`\\<>".contains(b) && !ends.contains(b)).count()
}
