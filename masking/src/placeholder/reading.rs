//! Placeholders in a text, as models write them.

use std::ops::Range;

use super::{ALPHABET, BACKSLASHES, LABEL_MAX, PREFIX, Placeholder, TAIL};
use crate::near::is_any;

/// The end of the bytes that are being read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// The text ends here.
    Here,
    /// More may come.
    Open,
}

/// The result of reading a placeholder at the beginning of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Read {
    /// No placeholder begins here.
    No,
    /// A placeholder may begin here; the bytes end too early to tell. At most [`WRITTEN_MAX`](super::WRITTEN_MAX) bytes
    /// give this answer.
    More,
    /// A placeholder, and the number of bytes that it was written with.
    Placeholder(Placeholder, usize),
}

/// Reads a placeholder at the beginning of `bytes` as models write it: in any case, with `-` or `\_` for `_`, and with
/// the letters that Crockford's base32 takes for digits. The character after it may not continue it, unless another
/// placeholder begins there.
pub fn read(bytes: &[u8], end: End) -> Read {
    let Some(mut rest) = strip_prefix(bytes) else {
        return undecided(bytes.len() < PREFIX.len() && is_prefix_start(bytes), end);
    };
    let mut placeholder = Placeholder::prefix();
    loop {
        rest = match separator(rest) {
            Ok(rest) => rest,
            Err(read) => return if read == Read::More { undecided(true, end) } else { read },
        };
        let mut run = rest.iter().take(TAIL + 1).take_while(|b| b.is_ascii_alphanumeric()).count();
        if run > TAIL {
            // Only another placeholder may follow directly.
            match begins(rest.get(TAIL..).unwrap_or_default()) {
                Some(true) => run = TAIL,
                Some(false) => return Read::No,
                None => return undecided(true, end),
            }
        }
        let open = run == rest.len() && end == End::Open;
        let (segment, behind) = rest.split_at_checked(run).unwrap_or((rest, &[]));
        if open {
            return undecided(true, end);
        }
        if run == TAIL {
            return finish(placeholder, segment, bytes.len() - behind.len());
        }
        let label_len = placeholder.0.len() - PREFIX.len() + run;
        if run == 0 || label_len > LABEL_MAX || segment.eq_ignore_ascii_case(PREFIX) {
            return Read::No;
        }
        placeholder.extend(b"_");
        placeholder.extend(&segment.to_ascii_uppercase());
        rest = behind;
    }
}

fn undecided(possible: bool, end: End) -> Read {
    if possible && end == End::Open { Read::More } else { Read::No }
}

fn is_prefix_start(bytes: &[u8]) -> bool {
    PREFIX.get(..bytes.len()).is_some_and(|start| start.eq_ignore_ascii_case(bytes))
}

/// Returns whether the bytes begin like a placeholder; `None` if they end too early to tell.
fn begins(bytes: &[u8]) -> Option<bool> {
    match strip_prefix(bytes).map(separator) {
        Some(Ok(_)) => Some(true),
        Some(Err(Read::More)) => None,
        None if bytes.len() < PREFIX.len() && is_prefix_start(bytes) => None,
        Some(Err(_)) | None => Some(false),
    }
}

fn strip_prefix(bytes: &[u8]) -> Option<&[u8]> {
    let (start, rest) = bytes.split_at_checked(PREFIX.len())?;
    start.eq_ignore_ascii_case(PREFIX).then_some(rest)
}

/// Returns the bytes after a separator, which is `_` or `-` after at most three backslashes.
fn separator(bytes: &[u8]) -> Result<&[u8], Read> {
    let escapes = bytes.iter().take(BACKSLASHES).take_while(|b| **b == b'\\').count();
    match bytes.get(escapes) {
        Some(b'_' | b'-') => Ok(bytes.get(escapes + 1..).unwrap_or_default()),
        Some(_) => Err(Read::No),
        None => Err(Read::More),
    }
}

fn finish(mut placeholder: Placeholder, tail: &[u8], written: usize) -> Read {
    let has_label = placeholder.0.len() > PREFIX.len();
    let mut canonical = [0; TAIL];
    for (slot, byte) in canonical.iter_mut().zip(tail) {
        *slot = match byte.to_ascii_uppercase() {
            b'O' => b'0',
            b'I' | b'L' => b'1',
            other => other,
        };
    }
    let in_alphabet = canonical.iter().all(|b| is_any(ALPHABET, b));
    // Twelve digits after a word are an account id, never a placeholder.
    if !has_label || !in_alphabet || tail.iter().all(u8::is_ascii_digit) {
        return Read::No;
    }
    placeholder.extend(b"_");
    placeholder.extend(&canonical);
    Read::Placeholder(placeholder, written)
}

/// Returns the placeholders of a text with their byte ranges, in order. They may be written in any form that [`read`]
/// knows.
pub fn find_all(text: &[u8]) -> impl Iterator<Item = (Range<usize>, Placeholder)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += next_candidate(text.get(at..)?)?;
            match read(text.get(at..)?, End::Here) {
                Read::Placeholder(placeholder, len) => {
                    let range = at..at + len;
                    at = range.end;
                    return Some((range, placeholder));
                }
                Read::No | Read::More => at += 1,
            }
        }
    })
}

/// Returns the offset at which the next placeholder may begin: at an `A` that a `W` follows, or that is the last byte.
pub fn next_candidate(bytes: &[u8]) -> Option<usize> {
    let found = memchr::memchr2_iter(b'W', b'w', bytes)
        .find_map(|w| bytes.get(w.wrapping_sub(1)).filter(|a| a.eq_ignore_ascii_case(&b'A')).map(|_| w - 1));
    found.or_else(|| ends_in_one(bytes).then(|| bytes.len() - 1))
}

/// Returns whether the last byte may be the first of a placeholder.
pub(crate) fn ends_in_one(bytes: &[u8]) -> bool {
    bytes.last().is_some_and(|a| a.eq_ignore_ascii_case(&b'A'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placeholder::WRITTEN_MAX;

    #[test]
    fn what_is_read_as_a_placeholder() {
        const T: &str = "AWS_EC2_7KQ2M9XA4TBN";
        let cases: &[(&str, Option<(&str, usize)>)] = &[
            (T, Some((T, 20))),
            ("AWS_EC2_7KQ2M9XA4TBN, and", Some((T, 20))),
            ("AWS_EC2_7KQ2M9XA4TBN_backup.tar", Some((T, 20))),
            ("AWS_EC2_7KQ2M9XA4TBN\u{c740}", Some((T, 20))),
            ("aws_ec2_7kq2m9xa4tbn", Some((T, 20))),
            ("AWS-EC2-7KQ2M9XA4TBN-1", Some((T, 20))),
            (r"AWS\_EC2\_7KQ2M9XA4TBN", Some((T, 22))),
            (r"AWS\\_EC2\\_7KQ2M9XA4TBN\\n", Some((T, 24))),
            ("AWS_S3_BUCKET_7KQ2M9XA4TBN", Some(("AWS_S3_BUCKET_7KQ2M9XA4TBN", 26))),
            // Crockford's base32 reads O as 0, I and L as 1.
            ("AWS_EC2_7KQ2M9XAOLIN", Some(("AWS_EC2_7KQ2M9XA011N", 20))),
            ("AWS_EC2_7KQ2M9XA4TBNs", None),
            ("AWS_EC2_7KQ2M9XA4TB", None),
            ("AWS_EC2_7KQ2M9XA4TBU", None),
            ("AWS_7KQ2M9XA4TBN", None),
            ("AWS_ACCOUNT_471192830564", None),
            ("AWS__7KQ2M9XA4TBN", None),
            ("AWS_ACCESS_KEY_ID", None),
            (r"AWS\\\\_EC2_7KQ2M9XA4TBN", None),
            ("AWS_ABCDEFGH_ABCDEFGH_7KQ2M9XA4TBN", None),
            ("AWS_AWS_EC2_7KQ2M9XA4TBN", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let read = match read(text.as_bytes(), End::Here) {
                Read::Placeholder(placeholder, len) => Some((placeholder.as_str().to_owned(), len)),
                Read::No | Read::More => None,
            };
            assert_eq!(read.as_ref().map(|(t, n)| (t.as_str(), *n)), *expected, "{text}");
        }
    }

    #[test]
    fn a_cut_placeholder_asks_for_more_and_never_for_too_much() {
        let written = [
            "AWS_EC2_7KQ2M9XA4TBN".to_owned(),
            r"aws\\\_a\\\_b\\\_c\\\_d\\\_e\\\_f\\\_g\\\_h\\\_7kq2m9xa4tbn".to_owned(),
        ];
        for text in &written {
            assert!(text.len() <= WRITTEN_MAX, "{text}");
            for cut in 0..=text.len() {
                assert_eq!(read(&text.as_bytes()[..cut], End::Open), Read::More, "{text} at {cut}");
            }
            let closed = format!("{text}.");
            assert!(matches!(read(closed.as_bytes(), End::Open), Read::Placeholder(_, n) if n == text.len()), "{text}");
        }
    }

    #[test]
    fn all_placeholders_of_a_text() {
        let text = b"x AWS_EC2_7KQ2M9XA4TBN awAWS_VPC_0000000000AB a";
        let found: Vec<_> = find_all(text).map(|(range, placeholder)| (range, placeholder.to_string())).collect();
        assert_eq!(found, [(2..22, "AWS_EC2_7KQ2M9XA4TBN".to_owned()), (25..45, "AWS_VPC_0000000000AB".to_owned())]);
    }
}
