//! Private keys: the text between BEGIN and END, line by line, and the marks around each line.
//!
//! The form is that of RFC 7468 with the headers of RFC 1421, of OpenPGP (RFC 9580, section 6.2) and of PuTTY's files.
//! A key that is cut off ends with its last whole line of base64, so that no word after it is taken for a part of it.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::near::is_any;
use crate::scan::check;
use crate::scan::page::Page;

/// The beginnings of keys: in clear, in PuTTY's form, in base64 as a whole.
pub(crate) const OPENINGS: [&str; 3] = [BEGIN, PUTTY, ENCODED];

const BEGIN: &str = "-----BEGIN ";
const PUTTY: &str = "Private-Lines: ";
/// `-----BEGIN` in base64.
const ENCODED: &str = "LS0tLS1CRUdJTi";

/// Maximum bytes of the words between BEGIN and the hyphens.
const LABEL_MAX: usize = 48;
/// Maximum bytes of a header.
const HEADER_MAX: usize = 200;
/// A run of base64 of this length is a line of a key, wherever it stands between two others.
const LINE_MIN: usize = 30;
/// Bytes of the last one, behind a prefix.
const LAST_MIN: usize = 4;
/// Maximum bytes of a line with what stands in front of it.
const LINE_MAX: usize = 320;
/// Maximum blanks in front of a line.
const GAP_MAX: usize = 64;
/// Maximum shorter ones before END: the last line, and OpenPGP's checksum.
const SHORT_MAX: usize = 2;

/// The lines of a key.
#[derive(Debug, Default)]
struct Body {
    lines: Vec<Range<usize>>,
    /// True if nothing but blanks stands between them.
    plain: bool,
    /// The end of the line of END.
    closed: Option<usize>,
    /// The offset up to which the text was read.
    read: usize,
}

/// Reports the parts of the key that begins at `at`, and returns how far was read.
pub(crate) fn find(page: &Page<'_>, text: &[u8], at: usize, mut found: impl FnMut(Range<usize>)) -> usize {
    // If nothing stands in front of its first line, a sign at the start of a line is one of base64.
    let text = if page.is_prefixed(at) { text } else { page.raw };
    let rest = text.get(at..).unwrap_or_default();
    let (start, mut body) = if rest.starts_with(BEGIN.as_bytes()) {
        let Some(label) = label_len(rest) else { return at };
        (at, Body::read(text, at + label, usize::MAX, true))
    } else if rest.starts_with(PUTTY.as_bytes()) {
        let Some((len, lines)) = number(rest.get(PUTTY.len()..).unwrap_or_default()) else { return at };
        let body = Body::read(text, at + PUTTY.len() + len, lines, false);
        (body.lines.first().map_or(at, |line| line.start), body)
    } else if is_encoded_key(rest) {
        (at, Body::read(text, at, usize::MAX, false))
    } else {
        return at;
    };
    body.cut(text);
    let end = body.closed.or(body.lines.last().map(|line| line.end)).unwrap_or(at);
    let same = text.get(start..end) == page.raw.get(start..end);
    match body.lines.as_slice() {
        [] => {}
        _ if body.plain && same => found(start..end),
        lines => lines.iter().cloned().for_each(found),
    }
    body.read.max(at)
}

/// Returns the length of `-----BEGIN RSA PRIVATE KEY-----`, if it is that of a private key.
fn label_len(text: &[u8]) -> Option<usize> {
    let label = text.get(BEGIN.len()..)?;
    let len = label
        .iter()
        .take(LABEL_MAX)
        .take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || **b == b' ')
        .count();
    let private = label.get(..len)?.windows(11).any(|words| words == b"PRIVATE KEY");
    (private && label.get(len..)?.starts_with(b"-----")).then_some(BEGIN.len() + len + 5)
}

/// Returns the digits and the value of the number of lines that PuTTY declares.
fn number(text: &[u8]) -> Option<(usize, usize)> {
    let len = text.iter().take(4).take_while(|b| b.is_ascii_digit()).count();
    Some((len, std::str::from_utf8(text.get(..len)?).ok()?.parse().ok()?))
}

/// Returns whether the encoded text begins as a private key does.
fn is_encoded_key(text: &[u8]) -> bool {
    let head = text.get(..64).and_then(|head| BASE64.decode(head).ok()).unwrap_or_default();
    label_len(&head).is_some()
}

impl Body {
    /// Reads on from `at`, up to so many lines.
    /// `marked` says that BEGIN and END enclose it.
    fn read(text: &[u8], at: usize, lines: usize, marked: bool) -> Self {
        let mut body = Self { plain: true, read: at, ..Self::default() };
        let mut short = 0;
        while body.lines.len() < lines {
            body.gap(text);
            if marked {
                body.prefix(text);
            }
            let rest = text.get(body.read..).unwrap_or_default();
            if let Some(len) = end_len(rest) {
                body.read += len;
                body.closed = Some(body.read);
                break;
            }
            let header = header_len(rest).filter(|_| body.lines.is_empty());
            let len = header.unwrap_or_else(|| line_len(rest));
            short += usize::from(header.is_none() && len < LINE_MIN);
            if len == 0 || short > SHORT_MAX {
                break;
            }
            if header.is_none() {
                body.lines.push(body.read..body.read + len);
            }
            body.read += len;
        }
        body
    }

    /// Steps over the text between two lines.
    fn gap(&mut self, text: &[u8]) {
        let start = self.read;
        while let Some((len, blank)) = text.get(self.read..).and_then(|rest| gap_len(rest, self.read > start)) {
            self.read += len;
            self.plain = self.plain && blank;
        }
    }

    /// Steps over what a tool has put in front of a line, whatever it is: a line of a key ends with its base64.
    fn prefix(&mut self, text: &[u8]) {
        let begins = text.get(..self.read).is_some_and(|head| head.ends_with(b"\n"));
        let gap = text.get(..self.read).unwrap_or_default().iter().rev().take(GAP_MAX).take_while(|b| **b <= b' ');
        let begins = begins || gap.clone().any(|b| *b == b'\n');
        let rest = text.get(self.read..text.len().min(self.read + LINE_MAX)).filter(|_| begins).unwrap_or_default();
        let line = rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len())).unwrap_or_default();
        let header = self.lines.is_empty() && header_len(line).is_some();
        if header || line_len(line) >= LINE_MIN || end_len(line).is_some() {
            return;
        }
        let marks = line.iter().rev().take_while(|b| is_any(b" \t\r|\"',;\\", b)).count();
        let bare = line.get(..line.len() - marks).unwrap_or_default();
        let end = memchr::memmem::find(bare, b"-----END ").filter(|end| *end > 0);
        let run =
            bare.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')).count();
        // The last line is shorter, and END stands under it.
        let behind =
            text.get(self.read + line.len()..text.len().min(self.read + line.len() + LINE_MAX)).unwrap_or_default();
        let last = run >= LAST_MIN && memchr::memmem::find(behind, b"-----END ").is_some();
        let start = end.or(Some(bare.len() - run).filter(|start| *start > 0 && (run >= LINE_MIN || last)));
        if let Some(start) = start {
            self.plain = false;
            self.read += start;
        }
    }

    /// Drops a last run that may be a word after a key without an end, and everything if it is not a key at all.
    fn cut(&mut self, text: &[u8]) {
        let bytes = |line: &Range<usize>| text.get(line.clone()).unwrap_or_default();
        let is_line = |line: &Range<usize>| line.len() >= LINE_MIN && is_mixed(bytes(line));
        let whole = self.lines.iter().take_while(|line| is_line(line)).count();
        if self.closed.is_none() {
            let last = self.lines.get(whole).filter(|_| whole > 0).is_some_and(|line| is_last(text, line));
            self.lines.truncate(whole + usize::from(last));
        }
        let first = self.lines.first().is_some_and(|line| is_line(line) && check::has_digit(bytes(line)));
        if !first {
            self.lines.clear();
            self.closed = None;
        }
    }
}

/// Returns whether a short run is a line by itself, and random.
fn is_last(text: &[u8], line: &Range<usize>) -> bool {
    let value = text.get(line.clone()).unwrap_or_default();
    let alone = text.get(line.end).is_none_or(|b| matches!(b, b'\n' | b'\r' | b'"' | b'\'' | b'\\'));
    let head = text.get(..line.start).unwrap_or_default();
    let begins = head.iter().rev().find(|b| **b != b' ').is_none_or(|b| !b.is_ascii_alphanumeric() || *b == b'n');
    alone && begins && (value.ends_with(b"=") || is_mixed(value) && check::has_digit(value))
}

fn is_mixed(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_uppercase) && value.iter().any(u8::is_ascii_lowercase)
}

/// `Proc-Type: 4,ENCRYPTED`
fn header_len(text: &[u8]) -> Option<usize> {
    let name = text.iter().take(32).take_while(|b| b.is_ascii_alphabetic() || **b == b'-').count();
    (name > 1 && text.get(name..)?.starts_with(b": ")).then_some(())?;
    let value =
        text.get(name..)?.iter().take(HEADER_MAX).take_while(|b| !matches!(b, b'\n' | b'\r' | b'\\' | b'"')).count();
    Some(name + value)
}

/// Returns the length of a run of base64, in which a serialiser may have escaped signs.
fn line_len(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let escapes = rest.iter().take(8).take_while(|b| **b == b'\\').count();
        at += match rest.get(escapes..).unwrap_or_default() {
            [b, ..] if escapes == 0 && (b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')) => 1,
            [b'/', ..] if escapes > 0 => escapes + 1,
            [b'u', b'0', b'0', b'2' | b'3', b'b' | b'B' | b'f' | b'F' | b'd' | b'D', ..] if escapes > 0 => escapes + 5,
            [b'%', b'2' | b'3', b'B' | b'F' | b'D', ..] if escapes == 0 => 3,
            _ => return at,
        };
    }
    at
}

/// Returns the length of the next piece between two lines, and whether it is blank: line breaks, and the marks of
/// strings that are elements of a list or are put together. `inside` says that another piece stands before it.
fn gap_len(text: &[u8], inside: bool) -> Option<(usize, bool)> {
    let escapes = text.iter().take(8).take_while(|b| **b == b'\\').count();
    match text.get(escapes..)? {
        [b' ' | b'\t' | b'\r' | b'\n', ..] => Some((escapes + 1, escapes == 0)),
        [b'n' | b'r' | b't', ..] if escapes > 0 => Some((escapes + 1, true)),
        [b'"' | b'\'' | b'`', ..] => Some((escapes + 1, false)),
        [b',' | b'|', ..] if escapes == 0 => Some((1, false)),
        [b'<', b'b', b'r', b'>', ..] => Some((4, false)),
        [b'<', b'b', b'r', b'/', b'>', ..] => Some((5, false)),
        [b'<', b'b', b'r', b' ', b'/', b'>', ..] => Some((6, false)),
        [b'u', b'0', b'0', b'0', b'a' | b'A' | b'd' | b'D', ..] if escapes > 0 => Some((escapes + 5, true)),
        [b'&', b'#', b'1', b'0' | b'3', b';', ..] => Some((5, true)),
        [b'%', b'0', b'A' | b'D' | b'a' | b'd', ..] if escapes == 0 => Some((3, true)),
        [b'+' | b'.', b' ' | b'\r' | b'\n' | b'"' | b'\'', ..] if inside && escapes == 0 => Some((1, false)),
        _ => None,
    }
}

/// Returns the length of `-----END RSA PRIVATE KEY-----`.
fn end_len(text: &[u8]) -> Option<usize> {
    let label = text.strip_prefix(b"-----END ")?;
    let len = label.iter().take(LABEL_MAX).take_while(|b| **b != b'-').count();
    label.get(len..)?.starts_with(b"-----").then_some(b"-----END ".len() + len + 5)
}
