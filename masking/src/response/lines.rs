//! JSON lines: one document a line, whatever ends it.

use std::ops::Range;

use super::Frame;
use super::mould::Extent;
use super::stream::{Content, Events, Stream};
use crate::dialect::Options;
use crate::unmask::Resolve;

#[derive(Debug)]
pub(super) struct Lines {
    held: Vec<u8>,
    stream: Stream<Piece>,
    /// True if a line was not JSON.
    degraded: bool,
}

impl Lines {
    pub(super) fn new(options: Options) -> Self {
        Self { held: Vec::new(), stream: Stream::new(Events::Documents, options), degraded: false }
    }

    pub(super) fn write(&mut self, chunk: &[u8], resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        for line in chunk.split_inclusive(|b| *b == b'\n') {
            self.held.extend_from_slice(line);
            if line.ends_with(b"\n") {
                self.line(resolver, out);
            }
        }
    }

    pub(super) fn end(&mut self, resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        if !self.held.is_empty() {
            self.line(resolver, out);
        }
        self.stream.end(resolver, out);
    }

    pub(super) fn pending(&self) -> usize {
        self.held.len()
    }

    pub(super) fn is_degraded(&self) -> bool {
        self.degraded
    }

    /// Appends everything that is held, unchanged.
    pub(super) fn give_up(&mut self, resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        self.stream.end(resolver, out);
        out.append(&mut self.held);
    }

    fn line(&mut self, resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        if pass_piece(&mut self.stream, &self.held, 0, Separator::Line, resolver, out) {
            return self.held.clear();
        }
        let bytes = std::mem::take(&mut self.held);
        let is_blank = bytes.trim_ascii().is_empty();
        self.degraded |= !push_piece(&mut self.stream, bytes, 0, Separator::Line, resolver, out) && !is_blank;
    }
}

/// Takes a document with what stands around it. Returns whether it is JSON.
pub(super) fn push_piece(
    stream: &mut Stream<Piece>,
    bytes: Vec<u8>,
    before: usize,
    separator: Separator,
    resolver: &mut dyn Resolve,
    out: &mut Vec<u8>,
) -> bool {
    let place = place(&bytes, before);
    let text = bytes.get(place.clone()).and_then(|document| std::str::from_utf8(document).ok()).map(str::to_owned);
    let is_text = text.is_some();
    let content = text.filter(|text| !text.is_empty()).map_or(Content::None, Content::Text);
    stream.event(Piece { bytes, document: place, separator }, content, resolver, out) && is_text
}

/// Lets a document with what stands around it pass if it need not be read. Returns whether it did.
pub(super) fn pass_piece(
    stream: &mut Stream<Piece>,
    bytes: &[u8],
    before: usize,
    separator: Separator,
    resolver: &mut dyn Resolve,
    out: &mut Vec<u8>,
) -> bool {
    if let Some(passed) = stream.pass(bytes, Extent::All, |event| (separator, ending(event)), resolver) {
        out.extend_from_slice(passed.bytes());
        return true;
    }
    let is_still = stream.is_still(bytes.get(place(bytes, before)).unwrap_or_default());
    if is_still {
        out.extend_from_slice(bytes);
    }
    is_still
}

/// How a line ends.
fn ending(line: &[u8]) -> &'static str {
    if line.ends_with(b"\r\n") { "\r\n" } else { "\n" }
}

/// The place of a document in bytes that stand around it. So many of them before it are none of its own.
fn place(bytes: &[u8], before: usize) -> Range<usize> {
    let document = bytes.get(before..).unwrap_or_default();
    let end = before + document.trim_ascii_end().len();
    let start = bytes.len() - document.trim_ascii_start().len();
    start..end.max(start)
}

/// A document as it arrived, with what stands before and after it.
#[derive(Debug)]
pub(super) struct Piece {
    bytes: Vec<u8>,
    document: Range<usize>,
    separator: Separator,
}

/// What stands between two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    Line,
    Comma,
}

impl Frame for Piece {
    /// What separates documents, and how lines end.
    type Manner = (Separator, &'static str);

    fn manner(&self) -> Self::Manner {
        (self.separator, ending(&self.bytes))
    }

    fn name(&self) -> Option<&str> {
        None
    }

    fn bytes<'f>(&'f self, _data: &'f str) -> Option<(&'f [u8], Range<usize>)> {
        Some((&self.bytes, self.document.clone()))
    }

    fn push(&self, data: Option<&str>, out: &mut Vec<u8>) {
        match data {
            Some(data) => {
                out.extend_from_slice(self.bytes.get(..self.document.start).unwrap_or_default());
                out.extend_from_slice(data.as_bytes());
                out.extend_from_slice(self.bytes.get(self.document.end..).unwrap_or_default());
            }
            None => out.extend_from_slice(&self.bytes),
        }
    }

    fn push_extra((separator, ending): &Self::Manner, _name: Option<&str>, data: &str, out: &mut Vec<u8>) {
        // In an array, what is added follows a document and its place is before the next separator.
        match separator {
            Separator::Line => {
                if out.last().is_some_and(|last| *last != b'\n') {
                    out.extend_from_slice(ending.as_bytes());
                }
                out.extend_from_slice(data.as_bytes());
                out.extend_from_slice(ending.as_bytes());
            }
            Separator::Comma => {
                out.push(b',');
                out.extend_from_slice(data.as_bytes());
            }
        }
    }
}
