//! Buckets in front of what tells them: in the path of a request, whose host says only that it is S3's, `GET
//! /acme-logs/key`, `Host: s3.…`; in a table of file systems; in front of the key that opens them.
//!
//! The path comes before the headers, in HTTP and in the canonical request that is signed. (S3 user guide, "Virtual hosting
//! of general purpose buckets", "Path-style requests"; IAM user guide, "Create a signed AWS API request")

use std::ops::Range;

use crate::catalog::Check;
use crate::near::is_any;
use crate::scan::check;
use crate::scan::edge;
use crate::scan::words::{Words, words};

/// The header that names the host, up to the name of the service; types of file systems; and the beginning of a key.
pub(crate) const ANCHORS: [&str; 8] =
    ["host: s3", "host:s3", " fuse.s3fs", " fuse.goofys", " fuse.mount-s3", " mount-s3", ":akia", "rclone "];

/// Bytes before the host in which the path is looked for: a canonical request sorts it after few other headers.
const HEAD_MAX: usize = 600;
/// Bytes of the host.
const HOST_MAX: usize = 64;

static METHODS: Words = words!("GET|PUT|HEAD|POST|DELETE|OPTIONS");

/// The bucket in front of what tells it at `anchor`.
pub(crate) fn bucket(text: &[u8], anchor: Range<usize>) -> Option<Range<usize>> {
    match text.get(anchor.start)? {
        b' ' => mounted(text, anchor.start),
        b':' => opened(text, anchor.start),
        b'r' | b'R' => copied(text, anchor.end),
        _ => requested(text, anchor),
    }
}

/// `acme-logs /mnt/logs fuse.s3fs _netdev 0 0`: the first field of a line whose second one is a path. (fstab(5))
fn mounted(text: &[u8], at: usize) -> Option<Range<usize>> {
    let from = at.saturating_sub(MOUNT_MAX);
    let line = edge::last_line(text.get(from..at)?).trim_ascii_end();
    let mut fields = line.split(|b| matches!(b, b' ' | b'\t')).filter(|field| !field.is_empty());
    let (source, path) = (fields.next()?, fields.next()?);
    let alone = fields.next().is_none() && path.starts_with(b"/");
    // A folder in the bucket follows it: `acme-logs:/2026`.
    let name = source.split(|b| *b == b':').next()?;
    let start = at - edge::last_line(text.get(from..at)?).len();
    let start = start + memchr::memmem::find(text.get(start..at)?, source)?;
    let program = name.starts_with(b"s3fs") || name.starts_with(b"mount") || name.starts_with(b"goofys");
    (alone && !program && is_bucket(name)).then_some(start..start + name.len())
}

/// `acme-logs:AKIA…:…`: the bucket that a key opens, alone on its line. (s3fs-fuse, "passwd-s3fs")
fn opened(text: &[u8], at: usize) -> Option<Range<usize>> {
    let key = text.get(at + 1..at + 1 + KEY_LEN)?;
    let keys = key.iter().all(u8::is_ascii_alphanumeric) && text.get(at + 1 + KEY_LEN) == Some(&b':');
    let name = edge::last_line(text.get(at.saturating_sub(MOUNT_MAX)..at)?);
    (keys && is_bucket(name)).then_some(at - name.len()..at)
}

/// `rclone copy x backup:acme-logs/2026`: the bucket of a remote, if the configuration of that one is in the text too.
/// (rclone, "Amazon S3 Storage Providers")
fn copied(text: &[u8], at: usize) -> Option<Range<usize>> {
    let line = text.get(at..text.len().min(at + MOUNT_MAX))?;
    let line = line.get(..memchr::memchr(b'\n', line).unwrap_or(line.len()))?;
    let configured = text.get(at.saturating_sub(CONFIGURATION_MAX)..at)?;
    let mut start = at;
    let mut remotes = 0;
    for word in line.split(|b| *b == b' ').take(ARGUMENTS_MAX) {
        let remote = word.split(|b| *b == b':').next().unwrap_or_default();
        let path = word.get(remote.len() + 1..).unwrap_or_default();
        let name = path.split(|b| *b == b'/').next().unwrap_or_default();
        let plausible = !remote.is_empty() && is_bucket(name) && remotes < 2;
        remotes += usize::from(plausible);
        if plausible && is_of_s3(configured, remote) {
            let start = start + remote.len() + 1;
            return Some(start..start + name.len());
        }
        start += word.len() + 1;
    }
    None
}

/// `[backup]⏎type = s3`
fn is_of_s3(configured: &[u8], remote: &[u8]) -> bool {
    let mut head = configured;
    for _ in 0..REMOTES_MAX {
        let Some(at) = memchr::memmem::rfind(head, b"]\ntype = s3") else { return false };
        head = head.get(..at).unwrap_or_default();
        if head.strip_suffix(remote).is_some_and(|head| head.ends_with(b"[")) {
            return true;
        }
    }
    false
}

/// Bytes in front of a command in which the configuration of its remotes is looked for, arguments of one that are read, and
/// remotes.
const CONFIGURATION_MAX: usize = 1_024;
const ARGUMENTS_MAX: usize = 8;
const REMOTES_MAX: usize = 4;

/// Bytes of a line in front of what tells its bucket, and of an access key's id.
const MOUNT_MAX: usize = 200;
const KEY_LEN: usize = 20;

fn is_bucket(name: &[u8]) -> bool {
    let plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
    (3..=63).contains(&name.len()) && name.iter().all(plain) && check::passes(Check::Bucket, name)
}

/// The bucket in the path of the request whose host has the name of S3 at `host`.
fn requested(text: &[u8], host: Range<usize>) -> Option<Range<usize>> {
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
    METHODS.has(word)
}
