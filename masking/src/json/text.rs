//! The text of a JSON string: raw content to text and back.

use std::borrow::Cow;

use super::parser::escape_len;
use crate::near;

/// Returns the text that a valid string's raw content stands for. A lone surrogate stands for U+FFFD.
pub fn unescape(raw: &str) -> Cow<'_, str> {
    match memchr::memchr(b'\\', raw.as_bytes()) {
        Some(first) => Cow::Owned(decode(raw, first, |_, _| {})),
        None => Cow::Borrowed(raw),
    }
}

/// Decodes raw content whose first escape is at `first`. Reports each escape by where its character ends in the text, and
/// by where it ends itself.
fn decode(raw: &str, first: usize, mut escaped: impl FnMut(usize, usize)) -> String {
    let mut text = String::with_capacity(raw.len());
    let (mut rest, mut run) = (raw, first);
    while let Some((plain, escape)) = rest.split_at_checked(run).filter(|(_, escape)| !escape.is_empty()) {
        text.push_str(plain);
        let (c, len) = decode_escape(escape);
        text.push(c);
        rest = escape.get(len..).unwrap_or_default();
        escaped(text.len(), raw.len() - rest.len());
        run = near::one(b'\\', rest.as_bytes()).unwrap_or(rest.len());
    }
    text.push_str(rest);
    text
}

/// The text of a string, with what is needed to find a place of it in the raw content.
#[derive(Clone, Debug, Default)]
pub struct Decoded {
    /// The text.
    pub text: String,
    /// Where an escape ends, and where its character ends in the text.
    marks: Vec<(u32, u32)>,
    /// Escapes from one mark to the next.
    stride: usize,
}

/// Bytes of raw content up to which each escape is marked. In longer content as many are, so that the marks of a text that
/// is all escapes take little memory.
const MARKED_MAX: usize = 1 << 20;
/// Bytes for each escape in usual texts: those of code have one for each line, and for each quotation mark.
const ESCAPE: usize = 32;

impl Decoded {
    /// Decodes the raw content of a valid string.
    pub fn new(raw: &str) -> Self {
        let first = memchr::memchr(b'\\', raw.as_bytes()).unwrap_or(raw.len());
        let (mut escapes, stride) = (0, 1 + raw.len() / MARKED_MAX);
        let mut marks = Vec::with_capacity(raw.len() / ESCAPE / stride);
        // A body is far shorter than four gigabytes.
        let number = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        let text = decode(raw, first, |text, raw| {
            escapes += 1;
            if escapes % stride == 0 {
                marks.push((number(raw), number(text)));
            }
        });
        Self { text, marks, stride }
    }

    /// Returns where a place of the text is in the raw content that was decoded.
    pub fn place(&self, raw: &str, at: usize) -> usize {
        let next = self.marks.partition_point(|(_, text)| *text as usize <= at);
        let (start, text) = next.checked_sub(1).and_then(|mark| self.marks.get(mark)).copied().unwrap_or_default();
        let (start, behind) = (start as usize, at - text as usize);
        match self.stride {
            1 => start + behind,
            _ => start + Cursor::new(raw.get(start..).unwrap_or_default()).advance(behind).len(),
        }
    }
}

enum Step<'r> {
    /// A run without escapes.
    Plain(&'r str),
    /// One escaped character.
    Escape(char),
}

/// Walks the raw content of a string in step with the text that it stands for.
#[derive(Debug, Clone)]
pub struct Cursor<'r> {
    rest: &'r str,
    /// Bytes of `rest` that are known to hold no escape: a run is searched for its end once, however often the cursor
    /// stops in it.
    plain: usize,
}

impl<'r> Cursor<'r> {
    /// Begins at the start of a valid string's raw content.
    pub fn new(raw: &'r str) -> Self {
        Self { rest: raw, plain: 0 }
    }

    /// Moves on by `len` bytes of the decoded text and returns their raw form.
    pub fn advance(&mut self, len: usize) -> &'r str {
        let begin = self.rest;
        let mut left = len;
        while left > 0 {
            let before = self.rest;
            match self.step() {
                Some(Step::Plain(run)) if run.len() > left => {
                    // Part of a run; spans end at characters, and if one did not, it would be taken to the next.
                    let cut = (left..run.len()).find(|i| run.is_char_boundary(*i)).unwrap_or(run.len());
                    self.rest = before.get(cut..).unwrap_or_default();
                    self.plain = run.len() - cut;
                    left = 0;
                }
                Some(Step::Plain(run)) => left -= run.len(),
                Some(Step::Escape(c)) => left = left.saturating_sub(c.len_utf8()),
                None => left = 0,
            }
        }
        begin.get(..begin.len() - self.rest.len()).unwrap_or_default()
    }

    fn step(&mut self) -> Option<Step<'r>> {
        if self.plain == 0 {
            self.plain = near::one(b'\\', self.rest.as_bytes()).unwrap_or(self.rest.len());
        }
        if self.rest.is_empty() {
            return None;
        }
        if self.plain == 0 {
            let (c, len) = decode_escape(self.rest);
            self.rest = self.rest.get(len..).unwrap_or_default();
            return Some(Step::Escape(c));
        }
        let (run, rest) = self.rest.split_at_checked(self.plain)?;
        (self.rest, self.plain) = (rest, 0);
        Some(Step::Plain(run))
    }
}

/// Returns the character of the escape that `raw` begins with, and its raw length.
fn decode_escape(raw: &str) -> (char, usize) {
    let simple = |c| (c, 2);
    match raw.as_bytes().get(1) {
        Some(b'n') => simple('\n'),
        Some(b't') => simple('\t'),
        Some(b'r') => simple('\r'),
        Some(b'b') => simple('\u{8}'),
        Some(b'f') => simple('\u{c}'),
        Some(b'u') => decode_unicode(raw),
        Some(other) if other.is_ascii() => simple(char::from(*other)),
        _ => (char::REPLACEMENT_CHARACTER, 1),
    }
}

fn decode_unicode(raw: &str) -> (char, usize) {
    let unit = |at: usize| raw.get(at..at + 4).and_then(|hex| u16::from_str_radix(hex, 16).ok());
    let Some(first) = unit(2) else { return (char::REPLACEMENT_CHARACTER, raw.len().min(6)) };
    let second = if raw.get(6..8) == Some("\\u") { unit(8) } else { None };
    match char::decode_utf16([first].into_iter().chain(second)).next() {
        Some(Ok(c)) if c.len_utf16() == 2 => (c, 12),
        Some(Ok(c)) => (c, 6),
        _ => (char::REPLACEMENT_CHARACTER, 6),
    }
}

/// Returns whether `text` is valid as it stands as the content of a JSON string.
pub fn is_content(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|b| *b < 0x20 || *b == b'"' || *b == b'\\') {
        rest = rest.get(at..).unwrap_or_default();
        match escape_len(rest) {
            Some(len) if rest.first() == Some(&b'\\') => rest = rest.get(len..).unwrap_or_default(),
            _ => return false,
        }
    }
    true
}

/// Appends `text` to `out` as the content of a JSON string, without its quotes. Only quotes, backslashes and control
/// characters are escaped.
pub fn escape_into(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| b < 0x20 || b == b'"' || b == b'\\') {
        let (plain, special) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(plain);
        let mut chars = special.chars();
        match chars.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(c) => {
                out.push_str("\\u00");
                out.extend([u32::from(c) >> 4, u32::from(c) & 15].iter().filter_map(|d| char::from_digit(*d, 16)));
            }
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}
