//! Puts values back into a text that arrives in pieces.
//!
//! A placeholder may be cut anywhere, so the end of a piece that may be the beginning of one is carried over to the
//! next piece: at most [`WRITTEN_MAX`] bytes, whatever arrives. Everything else leaves at once.
//!
//! If the text up to a placeholder is JSON that is within a string there, its value is escaped where the JSON would end
//! to be valid otherwise.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use crate::dialect::Usage;
use crate::guard::Guard;
use crate::json::{self, Progress};

use crate::placeholder::{self, End, Placeholder, Read, WRITTEN_MAX};
use crate::replaced::Secret;

/// Knows the values of placeholders, and counts the ones that it was asked for.
pub trait Resolve {
    /// Returns the value of a placeholder; `None` if it stays as it is.
    fn resolve(&mut self, placeholder: &Placeholder) -> Option<Secret>;

    /// Returns the guard over what tools are called with, if there is one.
    fn guard(&self) -> Option<Rc<Guard>> {
        None
    }

    /// Returns the value of a placeholder for the guard, which does not count as asking.
    fn value(&self, _placeholder: &Placeholder) -> Option<Secret> {
        None
    }

    /// Learns of placeholders that stay because of the guard.
    fn guarded(&mut self, _placeholders: usize) {}

    /// Learns of signed thinking that was restored: its signature, and what the provider wrote.
    fn thought(&mut self, _signature: &str, _original: &str) {}

    /// Learns what the provider reports of the request's tokens, if it does; perhaps several times.
    fn usage(&mut self, _usage: Usage) {}
}

/// A part of the restored text.
#[derive(Debug)]
pub(crate) enum Part<'p> {
    /// This range of the piece, as it stands.
    Same(Range<usize>),
    /// Bytes of earlier pieces, as they stood.
    Carried(&'p [u8]),
    /// The value of a placeholder, and whether the text around it is JSON.
    Value(Secret, Around),
}

/// The text around a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Around {
    Text,
    /// A string of JSON.
    JsonString,
}

impl Around {
    pub(crate) fn of(progress: &Progress) -> Self {
        if progress.is_in_string() { Self::JsonString } else { Self::Text }
    }

    /// Returns a value as it is written here. In a string of JSON a value that was found in JSON is valid as it stands,
    /// and any other is escaped.
    pub(crate) fn written<'v>(self, value: &'v Secret) -> Cow<'v, str> {
        let value = value.expose();
        if self == Self::Text || json::is_content(value) {
            return Cow::Borrowed(value);
        }
        let mut escaped = String::with_capacity(value.len());
        json::escape_into(value, &mut escaped);
        Cow::Owned(escaped)
    }
}

/// The state of one text.
#[derive(Default, Clone)]
pub(crate) struct Unmasker {
    /// The bytes that may be the beginning of a placeholder.
    carry: Vec<u8>,
    /// The text before them.
    progress: Progress,
}

impl Unmasker {
    /// Returns whether bytes are held back.
    pub(crate) fn holds(&self) -> bool {
        !self.carry.is_empty()
    }

    /// Takes the next piece, in which no placeholder begins. Nothing may be held back.
    pub(crate) fn pass(&mut self, piece: &[u8]) {
        self.progress.read(piece);
    }

    /// Takes the next piece and reports what is certain, in order.
    pub(crate) fn write(&mut self, piece: &[u8], resolver: &mut dyn Resolve, out: &mut dyn FnMut(Part<'_>)) {
        let Some(mut plain) = self.finish_carry(piece, resolver, out) else { return };
        let mut at = plain;
        while let Some(rest) = piece.get(at..) {
            let Some(candidate) = placeholder::next_candidate(rest).map(|offset| at + offset) else { break };
            match placeholder::read(piece.get(candidate..).unwrap_or_default(), End::Open) {
                Read::No => at = candidate + 1,
                // One that nobody knows may be a word that was glued to a placeholder: the search continues within it.
                Read::Placeholder(placeholder, len) => match resolver.resolve(&placeholder) {
                    None => at = candidate + 1,
                    Some(value) => {
                        self.same(piece, plain..candidate, out);
                        out(Part::Value(value, Around::of(&self.progress)));
                        at = candidate + len;
                        plain = at;
                    }
                },
                Read::More => {
                    self.same(piece, plain..candidate, out);
                    self.carry.extend_from_slice(piece.get(candidate..).unwrap_or_default());
                    return;
                }
            }
        }
        self.same(piece, plain..piece.len(), out);
    }

    /// Takes the next piece, of which these ranges stay as they are.
    pub(crate) fn write_but(
        &mut self,
        piece: &[u8],
        stays: &[Range<usize>],
        resolver: &mut dyn Resolve,
        out: &mut dyn FnMut(Part<'_>),
    ) {
        let mut at = 0;
        for range in stays {
            self.write_within(piece, at..range.start, resolver, out);
            self.end(resolver, out);
            self.same(piece, range.clone(), out);
            guarded(piece.get(range.clone()).unwrap_or_default(), resolver);
            at = range.end;
        }
        self.write_within(piece, at..piece.len(), resolver, out);
    }

    fn write_within(
        &mut self,
        piece: &[u8],
        range: Range<usize>,
        resolver: &mut dyn Resolve,
        out: &mut dyn FnMut(Part<'_>),
    ) {
        self.write(piece.get(range.clone()).unwrap_or_default(), resolver, &mut |part| match part {
            Part::Same(within) => out(Part::Same(range.start + within.start..range.start + within.end)),
            other => out(other),
        });
    }

    /// Ends the text and reports what was held back.
    pub(crate) fn end(&mut self, resolver: &mut dyn Resolve, out: &mut dyn FnMut(Part<'_>)) {
        while !self.carry.is_empty() {
            let value = match placeholder::read(&self.carry, End::Here) {
                Read::Placeholder(placeholder, len) => resolver.resolve(&placeholder).map(|value| (value, len)),
                Read::No | Read::More => None,
            };
            match value {
                Some((value, len)) => {
                    self.carry.drain(..len.min(self.carry.len()));
                    out(Part::Value(value, Around::of(&self.progress)));
                }
                None => self.release_one(out),
            }
        }
    }

    /// Decides on the carried bytes with those that follow. Returns the number of bytes of the piece that this took, or
    /// `None` if the whole piece is carried too.
    fn finish_carry(
        &mut self,
        piece: &[u8],
        resolver: &mut dyn Resolve,
        out: &mut dyn FnMut(Part<'_>),
    ) -> Option<usize> {
        // One placeholder plus the following character is always enough to decide.
        let follow = piece.get(..WRITTEN_MAX + 1).unwrap_or(piece);
        while !self.carry.is_empty() {
            let carried = self.carry.len();
            self.carry.extend_from_slice(follow);
            let read = placeholder::read(&self.carry, End::Open);
            if read == Read::More && follow.len() == piece.len() {
                return None;
            }
            self.carry.truncate(carried);
            let value = match read {
                Read::Placeholder(placeholder, len) => resolver.resolve(&placeholder).map(|value| (value, len)),
                Read::No | Read::More => None,
            };
            match value {
                // A carry is undecided to its last byte, so a placeholder that begins with it holds all of it but the
                // beginning of the next one.
                Some((value, len)) => {
                    self.carry.drain(..len.min(carried));
                    out(Part::Value(value, Around::of(&self.progress)));
                    if self.carry.is_empty() {
                        return Some(len.saturating_sub(carried));
                    }
                }
                None => self.release_one(out),
            }
        }
        Some(0)
    }

    /// Lets go of the carried bytes before the next place at which a placeholder may begin.
    fn release_one(&mut self, out: &mut dyn FnMut(Part<'_>)) {
        let behind = self.carry.get(1..).unwrap_or_default();
        let len = placeholder::next_candidate(behind).map_or(self.carry.len(), |offset| offset + 1);
        let released = self.carry.get(..len).unwrap_or_default();
        self.progress.read(released);
        out(Part::Carried(released));
        self.carry.drain(..len);
    }

    fn same(&mut self, piece: &[u8], range: Range<usize>, out: &mut dyn FnMut(Part<'_>)) {
        if !range.is_empty() {
            self.progress.read(piece.get(range.clone()).unwrap_or_default());
            out(Part::Same(range));
        }
    }
}

/// Counts the placeholders of a text that stays, as far as they have values.
pub(crate) fn guarded(text: &[u8], resolver: &mut dyn Resolve) {
    let kept = placeholder::find_all(text).filter(|(_, placeholder)| resolver.value(placeholder).is_some()).count();
    resolver.guarded(kept);
}

impl std::fmt::Debug for Unmasker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Unmasker({} bytes held)", self.carry.len())
    }
}

/// Returns a whole text with its placeholders restored; `None` if nothing in it changes.
pub fn restore(text: &[u8], resolver: &mut dyn Resolve) -> Option<Vec<u8>> {
    let (mut restored, mut changed) = (Vec::new(), false);
    let mut sink = |part: Part<'_>| match part {
        Part::Same(range) => restored.extend_from_slice(text.get(range).unwrap_or_default()),
        Part::Carried(bytes) => restored.extend_from_slice(bytes),
        Part::Value(value, around) => {
            changed = true;
            restored.extend_from_slice(around.written(&value).as_bytes());
        }
    };
    let mut unmasker = Unmasker::default();
    unmasker.write(text, resolver, &mut sink);
    unmasker.end(resolver, &mut sink);
    changed.then_some(restored)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Known(Vec<(&'static str, &'static str)>);

    impl Resolve for Known {
        fn resolve(&mut self, placeholder: &Placeholder) -> Option<Secret> {
            self.0.iter().find(|(name, _)| *name == placeholder.as_str()).map(|(_, value)| Secret::new(value))
        }
    }

    fn known() -> Known {
        Known(vec![
            ("AWS_EC2_7KQ2M9XA4TBN", "i-0123456789abcdef0"),
            ("AWS_S3_BUCKET_0000000000AB", "awsome$1-%s-AWS_EC2_7KQ2M9XA4TBN"),
        ])
    }

    const CASES: &[(&str, &str)] = &[
        ("", ""),
        ("no placeholder, AWS or aws_", "no placeholder, AWS or aws_"),
        ("AWS_EC2_7KQ2M9XA4TBN", "i-0123456789abcdef0"),
        ("awAWS_EC2_7KQ2M9XA4TBN!", "awi-0123456789abcdef0!"),
        ("AWS_AWS_EC2_7KQ2M9XA4TBN", "AWS_i-0123456789abcdef0"),
        ("AWS_EC2_AWS_EC2_7KQ2M9XA4TBN", "AWS_EC2_i-0123456789abcdef0"),
        ("AWSAWS_EC2_7KQ2M9XA4TBN_AWS_EC2_7KQ2M9XA4TBN", "AWSi-0123456789abcdef0_i-0123456789abcdef0"),
        (r"**aws-ec2-7kq2m9xa4tbn** `AWS\_EC2\_7KQ2M9XA4TBN`", "**i-0123456789abcdef0** `i-0123456789abcdef0`"),
        ("AWS_EC2_7KQ2M9XA4TBNx AWS_EC2_7KQ2M9XA4TB", "AWS_EC2_7KQ2M9XA4TBNx AWS_EC2_7KQ2M9XA4TB"),
        ("AWS_EC2_7KQ2M9XA4TBNAWS_EC2_7KQ2M9XA4TBN", "i-0123456789abcdef0i-0123456789abcdef0"),
        ("AWS_EC2_7KQ2M9XA4TBNAWS_EC2", "i-0123456789abcdef0AWS_EC2"),
        ("AWS_EC2_7KQ2M9XA4TBNAWS AWS_EC2_7KQ2M9XA4TBNA", "AWS_EC2_7KQ2M9XA4TBNAWS AWS_EC2_7KQ2M9XA4TBNA"),
        (r"aws\_ec2\_7kq2m9xa4tbnaws\_ec2\_7kq2m9xa4tbn", "i-0123456789abcdef0i-0123456789abcdef0"),
        ("AWS_EC2_000000000AWS_EC2_7KQ2M9XA4TBN", "AWS_EC2_000000000i-0123456789abcdef0"),
        ("AWS_EC2_000000000000 AWS_EC2_00000000000A", "AWS_EC2_000000000000 AWS_EC2_00000000000A"),
        // A value that holds a placeholder is not restored again.
        ("s3://AWS_S3_BUCKET_0000000000AB/k", "s3://awsome$1-%s-AWS_EC2_7KQ2M9XA4TBN/k"),
        ("한AWS_EC2_7KQ2M9XA4TBN은 aW", "한i-0123456789abcdef0은 aW"),
    ];

    /// The restored text, and the most bytes that were held back between two pieces.
    fn feed<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> (String, usize) {
        let (mut unmasker, mut out, mut held) = (Unmasker::default(), Vec::new(), 0);
        for piece in pieces {
            unmasker.write(piece, &mut known(), &mut |part| match part {
                Part::Same(range) => out.extend_from_slice(&piece[range]),
                Part::Carried(bytes) => out.extend_from_slice(bytes),
                Part::Value(value, _) => out.extend_from_slice(value.expose().as_bytes()),
            });
            held = held.max(unmasker.carry.len());
        }
        unmasker.end(&mut known(), &mut |part| match part {
            Part::Same(_) => panic!("there is no piece"),
            Part::Carried(bytes) => out.extend_from_slice(bytes),
            Part::Value(value, _) => out.extend_from_slice(value.expose().as_bytes()),
        });
        (String::from_utf8(out).unwrap(), held)
    }

    #[test]
    fn every_split_gives_the_same() {
        for (text, expected) in CASES {
            let bytes = text.as_bytes();
            assert_eq!(feed([bytes]).0, *expected, "{text}");
            for cut in 0..bytes.len() {
                assert_eq!(feed([&bytes[..cut], &bytes[cut..]]).0, *expected, "{text} cut at {cut}");
            }
            let (restored, held) = feed(bytes.chunks(1));
            assert_eq!(restored, *expected, "{text} by the byte");
            assert!(held <= WRITTEN_MAX, "{text} held {held} bytes");
        }
    }

    #[test]
    fn a_whole_text() {
        for (text, expected) in CASES {
            let restored = restore(text.as_bytes(), &mut known());
            assert_eq!(restored, (text != expected).then(|| expected.as_bytes().to_vec()), "{text}");
        }
    }
}
