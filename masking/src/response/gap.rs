//! What may differ between two events of a stream that are alike otherwise, and what stands there.

use std::borrow::Cow;
use std::ops::Range;

use super::written::Holds;
use crate::dialect::{Inner, Lane, Reader};
use crate::json;
use crate::near;
use crate::placeholder;
use crate::rewrite::Quoted;

/// What may differ between two events of one mould.
#[derive(Debug, Clone)]
pub(super) enum Gap {
    /// A piece of a text of a known API.
    Lane { lane: Lane, reader: Reader, inner: Inner },
    /// A string at a place that is remembered, by the index of that.
    Spot { index: usize, holds: Holds },
    /// The number of an event.
    Sequence,
    /// A number that nobody asks for.
    Number,
    /// A string that nobody asks for.
    Idle,
}

/// The content of a gap, by its place in the event.
#[derive(Debug, Clone)]
pub(super) struct Filling {
    pub(super) range: Range<usize>,
    is_escaped: bool,
    /// Whether a placeholder may begin in it.
    pub(super) may_begin: bool,
}

impl Filling {
    /// What stands in a gap that begins there; `None` if that does not fit.
    pub(super) fn of(gap: &Gap, event: &[u8], at: usize) -> Option<Self> {
        let rest = || event.get(at..).unwrap_or_default();
        match gap {
            Gap::Lane { .. } | Gap::Spot { .. } | Gap::Idle => Self::string(event, at),
            Gap::Number => Some(Self::number(at, json::number(rest())?)),
            Gap::Sequence => Some(Self::number(at, digits(rest())?)),
        }
    }

    /// The content as a string of JSON.
    pub(super) fn quoted<'e>(&self, event: &'e [u8], inner: Inner) -> Quoted<'e> {
        let raw = self.raw(event);
        let text = if self.is_escaped { json::unescape(raw) } else { raw.into() };
        Quoted { raw, text, inner }
    }

    /// The content as it stands.
    pub(super) fn raw<'e>(&self, event: &'e [u8]) -> &'e str {
        let raw = event.get(self.range.clone()).unwrap_or_default();
        std::str::from_utf8(raw).unwrap_or_default()
    }

    /// The content of a string that begins there.
    fn string(event: &[u8], at: usize) -> Option<Self> {
        let rest = event.get(at..)?;
        if let Some(near::Plain { len, has_w }) = near::plain(rest) {
            let text = rest.get(..len)?;
            let may_begin =
                if has_w { placeholder::next_candidate(text).is_some() } else { placeholder::ends_in_one(text) };
            return Some(Self { range: at..at + len, is_escaped: false, may_begin });
        }
        let (len, is_escaped) = json::content(rest)?;
        let filling = Self { range: at..at + len, is_escaped, may_begin: false };
        let may_begin = placeholder::next_candidate(&filling.text(event)).is_some();
        Some(Self { may_begin, ..filling })
    }

    fn number(at: usize, len: usize) -> Self {
        Self { range: at..at + len, is_escaped: false, may_begin: false }
    }

    /// The content as the text that it is.
    pub(super) fn text<'e>(&self, event: &'e [u8]) -> Cow<'e, [u8]> {
        if self.is_escaped {
            return json::unescape(self.raw(event)).into_owned().into_bytes().into();
        }
        event.get(self.range.clone()).unwrap_or_default().into()
    }
}

/// Returns the length of the integer that the bytes begin with, as JSON has it.
fn digits(bytes: &[u8]) -> Option<usize> {
    json::number(bytes).filter(|len| bytes.get(..*len).unwrap_or_default().iter().all(u8::is_ascii_digit))
}
