//! Strict reading (RFC 8259): a text becomes a flat list of nodes that point into it.

use super::{DEPTH_MAX, JsonError, NODES_MAX, Node, Shape};
use crate::near::Marks;

/// Bytes of a document for each node, about: so much room is made before it is needed.
const NODE: usize = 64;

/// Reads a whole text as one document.
pub(super) fn nodes(text: &[u8]) -> Result<Vec<Node>, JsonError> {
    let mut parser = Parser::new(text);
    parser.document()?;
    Ok(parser.nodes)
}

struct Parser<'t> {
    bytes: &'t [u8],
    marks: Marks<'t>,
    at: usize,
    nodes: Vec<Node>,
    /// The containers around the current place, as indices of nodes.
    open: Vec<u32>,
}

/// The tokens that may come next.
enum Next {
    Value,
    ValueOrEnd,
    KeyOrEnd,
    Key,
    CommaOrEnd,
}

impl<'t> Parser<'t> {
    fn new(bytes: &'t [u8]) -> Self {
        let nodes = Vec::with_capacity(bytes.len() / NODE);
        Self { bytes, marks: Marks::of(bytes), at: 0, nodes, open: Vec::new() }
    }

    fn document(&mut self) -> Result<(), JsonError> {
        let mut next = Next::Value;
        loop {
            self.space();
            next = match next {
                Next::Value => self.value()?,
                Next::ValueOrEnd if self.take(b']') => self.close()?,
                Next::ValueOrEnd => self.value()?,
                Next::KeyOrEnd if self.take(b'}') => self.close()?,
                Next::KeyOrEnd | Next::Key => self.key()?,
                Next::CommaOrEnd => match self.comma_or_end()? {
                    Some(next) => next,
                    None => return Ok(()),
                },
            };
        }
    }

    /// After a value: `None` at the end of the document.
    fn comma_or_end(&mut self) -> Result<Option<Next>, JsonError> {
        let Some(container) = self.open.last().and_then(|i| self.nodes.get(*i as usize)) else {
            return if self.at == self.bytes.len() { Ok(None) } else { Err(self.syntax()) };
        };
        let (end, again) = match container.shape {
            Shape::Object => (b'}', Next::Key),
            _ => (b']', Next::Value),
        };
        if self.take(b',') {
            Ok(Some(again))
        } else if self.take(end) {
            self.close().map(Some)
        } else {
            Err(self.syntax())
        }
    }

    fn value(&mut self) -> Result<Next, JsonError> {
        match self.bytes.get(self.at) {
            Some(b'{') => self.open(Shape::Object, Next::KeyOrEnd),
            Some(b'[') => self.open(Shape::Array, Next::ValueOrEnd),
            Some(b'"') => self.string().map(|()| Next::CommaOrEnd),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.literal(),
        }
    }

    fn key(&mut self) -> Result<Next, JsonError> {
        self.string()?;
        self.space();
        if self.take(b':') { Ok(Next::Value) } else { Err(self.syntax()) }
    }

    fn open(&mut self, shape: Shape, next: Next) -> Result<Next, JsonError> {
        if self.open.len() >= DEPTH_MAX {
            return Err(JsonError::TooComplex);
        }
        self.open.push(self.nodes.len() as u32);
        let start = self.at;
        self.at += 1;
        self.push(start, start, shape, false)?;
        Ok(next)
    }

    fn close(&mut self) -> Result<Next, JsonError> {
        let (end, next) = (self.at as u32, self.nodes.len() as u32);
        let container = self.open.pop().and_then(|index| self.nodes.get_mut(index as usize));
        let container = container.ok_or(JsonError::Syntax { at: self.at })?;
        container.end = end;
        container.next = next;
        Ok(Next::CommaOrEnd)
    }

    fn string(&mut self) -> Result<(), JsonError> {
        if !self.take(b'"') {
            return Err(self.syntax());
        }
        let start = self.at;
        let escaped = self.string_end()?;
        self.push(start, self.at, Shape::String, escaped)?;
        self.at += 1;
        Ok(())
    }

    /// Goes on to the quote at the end of a string. Returns whether it has escapes.
    fn string_end(&mut self) -> Result<bool, JsonError> {
        let mut escaped = false;
        loop {
            self.at = self.marks.next(self.at).ok_or(self.syntax())?;
            match self.bytes.get(self.at) {
                Some(b'"') => return Ok(escaped),
                Some(b'\\') => {
                    escaped = true;
                    self.at += self.bytes.get(self.at..).and_then(escape_len).ok_or(self.syntax())?;
                }
                _ => return Err(self.syntax()),
            }
        }
    }

    fn number(&mut self) -> Result<Next, JsonError> {
        let start = self.at;
        self.number_end()?;
        self.push(start, self.at, Shape::Number, false)?;
        Ok(Next::CommaOrEnd)
    }

    fn number_end(&mut self) -> Result<(), JsonError> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let count = self.bytes.get(self.at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
        self.at += count;
        if count == 0 { Err(self.syntax()) } else { Ok(()) }
    }

    fn literal(&mut self) -> Result<Next, JsonError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let literals: [&[u8]; 3] = [b"true", b"false", b"null"];
        let word = literals.into_iter().find(|word| rest.starts_with(word)).ok_or(self.syntax())?;
        let start = self.at;
        self.at += word.len();
        self.push(start, self.at, Shape::Literal, false)?;
        Ok(Next::CommaOrEnd)
    }

    fn push(&mut self, start: usize, end: usize, shape: Shape, escaped: bool) -> Result<(), JsonError> {
        if self.nodes.len() >= NODES_MAX {
            return Err(JsonError::TooComplex);
        }
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(Node { start: start as u32, end: end as u32, next, shape, escaped });
        Ok(())
    }

    fn space(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count();
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.bytes.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    fn syntax(&self) -> JsonError {
        JsonError::Syntax { at: self.at }
    }
}

/// Returns the bytes of the escape that `bytes` begin with; `None` if that is not an escape.
#[inline(always)]
pub(super) fn escape_len(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => bytes.get(2..6)?.iter().all(u8::is_ascii_hexdigit).then_some(6),
        _ => None,
    }
}

/// Returns the length of the number that the bytes begin with; `None` if that is not a number.
pub(crate) fn number(bytes: &[u8]) -> Option<usize> {
    let mut parser = Parser::new(bytes);
    parser.number_end().ok()?;
    Some(parser.at)
}

/// Returns the length of the content of a string that the bytes begin with, up to its quote, and whether it has escapes;
/// `None` if that is not the content of a string, or no text.
pub(crate) fn content(bytes: &[u8]) -> Option<(usize, bool)> {
    let mut parser = Parser::new(bytes);
    let escaped = parser.string_end().ok()?;
    let content = bytes.get(..parser.at)?;
    let is_text = content.is_ascii() || std::str::from_utf8(content).is_ok();
    is_text.then_some((parser.at, escaped))
}
