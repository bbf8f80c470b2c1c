//! A string as a document writes it, decoded when it is first read: most texts of a conversation were read in an earlier
//! turn, and nothing of them is looked at again.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use crate::json::{Decoded, Value, unescape};
use crate::scan::Text;

/// A string of a document.
#[derive(Clone, Debug)]
pub(crate) struct Written<'t> {
    /// As it is written.
    pub(crate) raw: &'t str,
    /// The name of the member that it stands under, inherited through arrays.
    pub(crate) key: Option<&'t str>,
    /// True if its escapes must be decoded.
    pub(crate) escaped: bool,
    decoded: OnceCell<Decoded>,
}

impl<'t> Written<'t> {
    /// A text without escapes.
    pub(crate) fn plain(text: &'t str, key: Option<&'t str>) -> Self {
        Self { raw: text, key, escaped: false, decoded: OnceCell::new() }
    }

    /// A string, or a number, which stands for what is written.
    pub(crate) fn of(value: Value<'_, 't>, key: Option<&'t str>) -> Self {
        Self { escaped: value.is_escaped(), ..Self::plain(value.raw(), key) }
    }

    pub(crate) fn text(&self) -> &str {
        if self.escaped { &self.decoded().text } else { self.raw }
    }

    fn decoded(&self) -> &Decoded {
        self.decoded.get_or_init(|| Decoded::new(self.raw))
    }

    /// Returns a part of the text, by its place in what is written.
    pub(crate) fn part(&self, written: Range<usize>) -> Cow<'_, str> {
        let raw = self.raw.get(written).unwrap_or_default();
        if self.escaped { unescape(raw) } else { Cow::Borrowed(raw) }
    }

    /// Returns where ranges of the text stand in what is written.
    pub(crate) fn places(&self, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
        if !self.escaped {
            return ranges.to_vec();
        }
        let decoded = self.decoded();
        let place = |at| decoded.place(self.raw, at);
        ranges.iter().map(|range| place(range.start)..place(range.end)).collect()
    }

    /// The text with its name.
    pub(crate) fn read(&self) -> Text<'_> {
        Text { text: self.text(), key: self.key }
    }
}

impl<'t> From<&Text<'t>> for Written<'t> {
    fn from(text: &Text<'t>) -> Self {
        Self::plain(text.text, text.key)
    }
}
