//! Buckets in the path of a request, whose host says only that it is S3's: `GET /acme-logs/key`, `Host: s3.…`.
//!
//! The path comes before the headers, in HTTP and in the canonical request that is signed. (S3 user guide, "Virtual hosting
//! of general purpose buckets", "Path-style requests"; IAM user guide, "Create a signed AWS API request")

use std::ops::Range;

use crate::catalog::Check;
use crate::near::is_any;
use crate::scan::check;
use crate::scan::words;

/// The header that names the host, up to the name of the service.
pub(crate) const ANCHORS: [&str; 2] = ["host: s3", "host:s3"];

/// Bytes before the host in which the path is looked for: a canonical request sorts it after few other headers.
const HEAD_MAX: usize = 600;
/// Bytes of the host.
const HOST_MAX: usize = 64;

const METHODS: [&str; 6] = ["GET", "PUT", "HEAD", "POST", "DELETE", "OPTIONS"];

/// The bucket in the path of the request whose host has the name of S3 at `host`.
pub(crate) fn bucket(text: &[u8], host: Range<usize>) -> Option<Range<usize>> {
    let rest = text.get(host.end..text.len().min(host.end + HOST_MAX))?;
    let name = rest.get(..rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.')).count())?;
    let own = matches!(name.first(), Some(b'.' | b'-')) && memchr::memmem::find(name, b".amazonaws.com").is_some();
    let from = host.start.saturating_sub(HEAD_MAX);
    let head = text.get(from..host.start).filter(|_| own)?;
    // The last path of a request is this one's.
    let path = memchr::memrchr_iter(b'/', head).find(|at| is_after_method(head.get(..*at).unwrap_or_default()))?;
    let value = head.get(path + 1..)?;
    let len = value.iter().take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || is_any(b"-.", b)).count();
    let ends = value.get(len).is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'?' | b'\\' | b'"'));
    let bucket = (3..=63).contains(&len) && value.get(..len).is_some_and(|name| check::passes(Check::Bucket, name));
    (bucket && ends).then_some(from + path + 1..from + path + 1 + len)
}

/// `GET `, `GET⏎`, and with an escaped break.
fn is_after_method(head: &[u8]) -> bool {
    let head = head.strip_suffix(b"\\n").unwrap_or(head).trim_ascii_end();
    let method = head.iter().rev().take(8).take_while(|b| b.is_ascii_uppercase()).count();
    let word = head.get(head.len() - method..).unwrap_or_default();
    METHODS.iter().any(|method| words::is_one_of(method, word))
}
