//! A string of an event that is a part of a text: how it is written, and where its characters stand.

use std::ops::Range;

use crate::dialect::Inner;
use crate::json::Cursor;
use crate::replaced::Secret;
use crate::rewrite;
use crate::unmask::Around;

/// A string as it stands in the data of an event.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) span: Range<usize>,
    pub(super) form: Form,
    pub(super) holds: Holds,
}

/// What a string holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Inner(Inner),
    /// By its name JSON, if its text has begun like JSON.
    Arguments,
}

/// The form of a string in the data of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A string of JSON.
    Json,
    /// The data itself.
    Plain,
}

impl Written {
    pub(super) fn push_value(&self, value: &Secret, around: Around, out: &mut String) {
        match self.form {
            Form::Json => {
                let inner = match self.holds {
                    Holds::Inner(inner) => inner,
                    Holds::Arguments if around == Around::JsonString => Inner::Json,
                    Holds::Arguments => Inner::Text,
                };
                rewrite::push_value(value, inner, around, out);
            }
            Form::Plain => out.push_str(&around.written(value)),
        }
    }
}

/// Finds the places of decoded text in a string as it is written. They are asked for in order, so that it is walked once.
#[derive(Debug)]
pub(super) struct Walk<'d> {
    string: &'d Written,
    cursor: Cursor<'d>,
    /// How far it was walked: decoded and as written.
    decoded: usize,
    written: usize,
}

impl<'d> Walk<'d> {
    pub(super) fn new(string: &'d Written, data: &'d str) -> Self {
        let cursor = Cursor::new(data.get(string.span.clone()).unwrap_or_default());
        Self { string, cursor, decoded: 0, written: string.span.start }
    }

    pub(super) fn span(&mut self, range: Range<usize>) -> Range<usize> {
        let start = self.string.span.start;
        match self.string.form {
            Form::Plain => start + range.start..start + range.end,
            Form::Json => self.walk(range.start)..self.walk(range.end),
        }
    }

    fn walk(&mut self, to: usize) -> usize {
        self.written += self.cursor.advance(to.saturating_sub(self.decoded)).len();
        self.decoded = to;
        self.written
    }
}
