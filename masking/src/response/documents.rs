//! JSON as it arrives: one document, several one after the other, or an array, whose elements are a stream's events.

use super::lines::{Piece, Separator, pass_piece, push_piece};
use super::stream::{Events, Stream};
use crate::dialect::Options;
use crate::near;
use crate::unmask::Resolve;

#[derive(Debug)]
pub(super) struct Documents {
    buffer: Vec<u8>,
    /// The start of the current piece: a document, what stands before it, and its end of line.
    start: usize,
    /// The start of the document in it.
    document: usize,
    /// The offset up to which the bytes were looked at.
    seen: usize,
    at: At,
    list: List,
    stream: Stream<Piece>,
    /// True if something was not JSON.
    degraded: bool,
}

/// The place at which the bytes end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Between,
    /// In a number or a word.
    Scalar,
    /// In this many arrays and objects, outside of strings.
    Value(u32),
    String(u32),
    Escape(u32),
    /// After a document, in its line.
    After,
}

/// What the documents are the elements of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    /// The body: they stand one after the other.
    Body,
    /// An array, whose separators pass.
    Array,
}

/// The bytes are not JSON from here on.
#[derive(Debug)]
pub(super) struct NotJson;

impl Documents {
    pub(super) fn new(options: Options) -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
            document: 0,
            seen: 0,
            at: At::Between,
            list: List::Body,
            stream: Stream::new(Events::Documents, options),
            degraded: false,
        }
    }

    pub(super) fn write(&mut self, chunk: &[u8], resolver: &mut dyn Resolve, out: &mut Vec<u8>) -> Result<(), NotJson> {
        self.buffer.drain(..self.start);
        self.document -= self.start.min(self.document);
        self.seen -= self.start;
        self.start = 0;
        self.buffer.extend_from_slice(chunk);
        while let Some(byte) = self.buffer.get(self.seen).copied() {
            self.step(byte, resolver, out)?;
        }
        Ok(())
    }

    pub(super) fn end(&mut self, resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        self.seen = self.buffer.len();
        if self.at == At::Between {
            self.pass(resolver, out);
        } else {
            self.piece(resolver, out);
        }
        self.stream.end(resolver, out);
    }

    pub(super) fn pending(&self) -> usize {
        self.buffer.len() - self.start
    }

    pub(super) fn is_degraded(&self) -> bool {
        self.degraded
    }

    /// Ends every text and returns the bytes that are held.
    pub(super) fn give_up(&mut self, resolver: &mut dyn Resolve, out: &mut Vec<u8>) -> Vec<u8> {
        self.stream.end(resolver, out);
        self.buffer.split_off(self.start)
    }

    /// Takes a byte, and those after it that change nothing.
    fn step(&mut self, byte: u8, resolver: &mut dyn Resolve, out: &mut Vec<u8>) -> Result<(), NotJson> {
        match self.at {
            At::Between => return self.between(byte, resolver, out),
            At::Scalar if is_blank(byte) || matches!(byte, b',' | b']' | b'}') => self.finish(resolver, out),
            At::Scalar => self.seen += 1,
            At::Value(_) if !is_structure(byte) => self.skip(|byte| !is_structure(byte)),
            At::Value(depth) => {
                self.seen += 1;
                match byte {
                    b'"' => self.at = At::String(depth),
                    b'{' | b'[' => self.at = At::Value(depth.saturating_add(1)),
                    _ if depth <= 1 => self.finish(resolver, out),
                    _ => self.at = At::Value(depth - 1),
                }
            }
            At::String(_) if !matches!(byte, b'"' | b'\\') => {
                let rest = self.buffer.get(self.seen..).unwrap_or_default();
                self.seen += near::two(b'"', b'\\', rest).unwrap_or(rest.len());
            }
            At::String(depth) => {
                self.seen += 1;
                match byte {
                    b'\\' => self.at = At::Escape(depth),
                    _ if depth == 0 => self.finish(resolver, out),
                    _ => self.at = At::Value(depth),
                }
            }
            At::Escape(depth) => {
                self.seen += 1;
                self.at = At::String(depth);
            }
            At::After if matches!(byte, b' ' | b'\t' | b'\r') => self.seen += 1,
            At::After => {
                self.seen += usize::from(byte == b'\n');
                self.piece(resolver, out);
            }
        }
        Ok(())
    }

    /// Takes a byte between two documents.
    fn between(&mut self, byte: u8, resolver: &mut dyn Resolve, out: &mut Vec<u8>) -> Result<(), NotJson> {
        self.document = self.seen;
        self.at = match byte {
            byte if is_blank(byte) => {
                self.skip_spaces();
                self.skip(is_blank);
                return Ok(());
            }
            b',' if self.list == List::Array => At::Between,
            b'[' if self.list == List::Body => {
                self.list = List::Array;
                At::Between
            }
            b']' if self.list == List::Array => {
                self.seen += 1;
                self.list = List::Body;
                self.stream.end(resolver, out);
                self.pass(resolver, out);
                return Ok(());
            }
            b'{' | b'[' => At::Value(1),
            b'"' => At::String(0),
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => At::Scalar,
            _ => return Err(NotJson),
        };
        self.seen += 1;
        Ok(())
    }

    /// Skips the bytes of a kind, so that a long run of them costs little.
    fn skip(&mut self, is_skipped: impl Fn(u8) -> bool) {
        let rest = self.buffer.get(self.seen..).unwrap_or_default();
        self.seen += rest.iter().position(|byte| !is_skipped(*byte)).unwrap_or(rest.len());
    }

    /// Skips spaces by the word: they compress to nothing, so a small body may have megabytes of them.
    fn skip_spaces(&mut self) {
        let (words, _) = self.buffer.get(self.seen..).unwrap_or_default().as_chunks::<8>();
        self.seen += 8 * words.iter().take_while(|word| **word == [b' '; 8]).count();
    }

    /// Ends a document. One that stands in a line leaves with the end of it.
    fn finish(&mut self, resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        match self.list {
            List::Body => self.at = At::After,
            List::Array => self.piece(resolver, out),
        }
    }

    fn piece(&mut self, resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        let bytes = self.buffer.get(self.start..self.seen).unwrap_or_default();
        let before = self.document - self.start.min(self.document);
        let separator = if self.list == List::Array { Separator::Comma } else { Separator::Line };
        self.degraded |= !pass_piece(&mut self.stream, bytes, before, separator, resolver, out)
            && !push_piece(&mut self.stream, bytes.to_vec(), before, separator, resolver, out);
        self.start = self.seen;
        self.at = At::Between;
    }

    /// Lets bytes pass that belong to no document.
    fn pass(&mut self, resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        if self.start < self.seen {
            self.stream.end(resolver, out);
            out.extend_from_slice(self.buffer.get(self.start..self.seen).unwrap_or_default());
            self.start = self.seen;
        }
        self.at = At::Between;
    }
}

/// Returns whether a byte is white space. Control characters, which JSON does not have there, pass with it.
fn is_blank(byte: u8) -> bool {
    byte <= b' '
}

/// Returns whether a byte outside of a string changes where in a document it is.
fn is_structure(byte: u8) -> bool {
    matches!(byte, b'"' | b'{' | b'}' | b'[' | b']')
}
