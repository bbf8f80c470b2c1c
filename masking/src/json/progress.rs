//! Follows a text that arrives in pieces, to know whether a place in it lies within a string of JSON.

use crate::near::{self, is_any};

/// Maximum bytes of the word after the ticks of a fence; a longer one does not name JSON.
const WORD_MAX: usize = 8;

/// The part of a text that has arrived: whether it is JSON up to here, and whether it ends within a string of that.
///
/// JSON begins with the text, after a document, or after the opening line of a Markdown fence. Only what tells strings
/// from everything else is looked at, so a text that is not JSON may count as such for a few bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress(At);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum At {
    /// Before the first character of a document.
    #[default]
    Start,
    /// In text that is not JSON.
    Prose,
    /// After this many ticks, of which three open a fence.
    Ticks(u8),
    /// After the ticks, in the word that names the language: its bytes so far, in lower case.
    Fence([u8; WORD_MAX], u8),
    /// After the brace of an object, in this many arrays and objects with it.
    Object(u32),
    /// In a document, in this many arrays and objects, outside of strings.
    Json(u32),
    /// In a string of a document.
    String(u32),
    /// After a backslash in a string.
    Escape(u32),
}

impl Progress {
    /// Takes the next bytes of the text.
    pub fn read(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((byte, behind)) = rest.split_first() {
            rest = behind;
            self.0 = match self.0 {
                At::Prose if *byte != b'`' => {
                    rest = behind.get(near::one(b'`', behind).unwrap_or(behind.len())..).unwrap_or_default();
                    At::Prose
                }
                At::String(depth) if !matches!(byte, b'"' | b'\\') => {
                    let run = near::two(b'"', b'\\', behind).unwrap_or(behind.len());
                    rest = behind.get(run..).unwrap_or_default();
                    At::String(depth)
                }
                at => at.after(*byte),
            };
        }
    }

    /// Returns whether the text so far is JSON that ends within a string.
    pub fn is_in_string(&self) -> bool {
        matches!(self.0, At::String(_))
    }
}

impl At {
    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Start, b'{') => Self::Object(1),
            (Self::Start, b'[') => Self::Json(1),
            (Self::Start, b' ' | b'\t' | b'\n' | b'\r') => Self::Start,
            (Self::Start | Self::Prose, b'`') => Self::Ticks(1),
            (Self::Ticks(2), b'`') => Self::Fence([0; WORD_MAX], 0),
            (Self::Ticks(count), b'`') => Self::Ticks(count + 1),
            (Self::Fence(word, len), b'\n') if is_json(word.get(..usize::from(len)).unwrap_or_default()) => Self::Start,
            (Self::Fence(word, len), b' ' | b'\r') => Self::Fence(word, len),
            (Self::Fence(mut word, len), _) => match word.get_mut(usize::from(len)) {
                Some(slot) if byte != b'\n' => {
                    *slot = byte.to_ascii_lowercase();
                    Self::Fence(word, len + 1)
                }
                _ => Self::Prose,
            },
            (Self::Object(depth), b' ' | b'\t' | b'\n' | b'\r') => Self::Object(depth),
            (Self::Object(depth) | Self::Json(depth), b'"') => Self::String(depth),
            (Self::Json(depth), b'{') => Self::Object(depth.saturating_add(1)),
            (Self::Json(depth), b'[') => Self::Json(depth.saturating_add(1)),
            (Self::Object(1), b'}') | (Self::Json(1), b'}' | b']') => Self::Start,
            (Self::Object(depth), b'}') | (Self::Json(depth), b'}' | b']') => Self::Json(depth - 1),
            (Self::Json(depth), byte) if is_between_strings(byte) => Self::Json(depth),
            (Self::String(depth), b'"') => Self::Json(depth),
            (Self::String(depth), b'\\') => Self::Escape(depth),
            (Self::String(depth) | Self::Escape(depth), _) => Self::String(depth),
            (Self::Start | Self::Prose | Self::Ticks(_) | Self::Object(_) | Self::Json(_), _) => Self::Prose,
        }
    }
}

/// Returns whether a fence with this word holds JSON.
fn is_json(word: &[u8]) -> bool {
    matches!(word, b"" | b"json" | b"jsonc" | b"json5" | b"jsonl")
}

/// Returns whether a byte may stand in a document outside of its strings.
fn is_between_strings(byte: u8) -> bool {
    byte.is_ascii_digit() || is_any(b" \t\n\r,:+-.eEtrufalsn", &byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_text_ends() {
        let cases = [
            ("", false),
            ("\"", false),
            ("{\"", true),
            ("  [1, {\"a\": \"b\\\"", true),
            ("{\"a\": \"b\"", false),
            ("{\"a\": \"b\"}", false),
            ("{\"a\": 1}\n{\"b", true),
            ("{see \"", false),
            ("See {\"a\": \"", false),
            ("See:\n```json\n{\"a\": \"", true),
            ("See:\n```\n[\"", true),
            ("```python\nx = [\"", false),
            ("`[\"", false),
            ("```json\n{}\n```\nand \"", false),
            ("[true, false, null, -1.5e+3, \"", true),
        ];
        for (text, expected) in cases {
            let mut whole = Progress::default();
            whole.read(text.as_bytes());
            assert_eq!(whole.is_in_string(), expected, "{text}");
            let mut bytewise = Progress::default();
            text.as_bytes().chunks(1).for_each(|byte| bytewise.read(byte));
            assert_eq!(bytewise, whole, "{text}");
        }
    }
}
