//! Finds the strings of a JSON document and rewrites some of them in place: every other byte stays.
//!
//! A document is parsed once, strictly (RFC 8259), into a flat list of nodes that only point into the text. Nothing is
//! decoded, re-ordered or written again but the edited spans.

mod parser;
mod progress;
mod text;

use std::borrow::Cow;
use std::ops::Range;

pub(crate) use parser::{content, number};
pub use progress::Progress;
pub use text::{Cursor, Decoded, escape_into, is_content, unescape};

/// Maximum nesting of arrays and objects. A document that is nested deeper is not read.
pub const DEPTH_MAX: usize = 256;
/// Maximum nodes of one document, 16 bytes each: this bounds the memory that a hostile document costs. One with more is
/// not read.
pub const NODES_MAX: usize = 1 << 20;

/// Maximum members of an object that [`Value::field`] looks at; it does not find those after them.
pub const FIELDS_MAX: usize = 64;

/// The reason why a text was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonError {
    /// It is not JSON.
    Syntax {
        /// The byte offset at which that shows.
        at: usize,
    },
    /// It is nested deeper than [`DEPTH_MAX`], has more than [`NODES_MAX`] values, or is longer than 4 GiB.
    TooComplex,
}

/// A parsed document.
#[derive(Debug)]
pub struct Document<'t> {
    text: &'t str,
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
/// The six types of RFC 8259, with its three literals as one.
pub enum Shape {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`; also the key of a member.
    String,
    /// A number, which is never evaluated.
    Number,
    /// `true`, `false` or `null`.
    Literal,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    start: u32,
    end: u32,
    /// The node after this one and everything in it.
    next: u32,
    shape: Shape,
    escaped: bool,
}

impl<'t> Document<'t> {
    /// Reads a whole text as one document.
    ///
    /// # Errors
    ///
    /// Fails if the text is not one JSON document, or if it is too complex: see [`JsonError`].
    pub fn parse(text: &'t str) -> Result<Self, JsonError> {
        if u32::try_from(text.len()).is_err() {
            return Err(JsonError::TooComplex);
        }
        Ok(Self { text, nodes: parser::nodes(text.as_bytes())? })
    }

    /// Returns the number of its values, including member names.
    pub fn values(&self) -> usize {
        self.nodes.len()
    }

    /// Returns the outermost value.
    pub fn root(&self) -> Value<'_, 't> {
        Value { document: self, index: 0 }
    }
}

/// A value of a document, or a key of an object.
#[derive(Debug, Clone, Copy)]
pub struct Value<'d, 't> {
    document: &'d Document<'t>,
    index: u32,
}

impl<'d, 't> Value<'d, 't> {
    fn node(&self) -> Node {
        let null = Node { start: 0, end: 0, next: u32::MAX, shape: Shape::Literal, escaped: false };
        self.document.nodes.get(self.index as usize).copied().unwrap_or(null)
    }

    /// Returns the type of the value.
    pub fn shape(&self) -> Shape {
        self.node().shape
    }

    /// Returns the place of the value in the text, in bytes; that of a string is without its quotes.
    pub fn span(&self) -> Range<usize> {
        let node = self.node();
        node.start as usize..node.end as usize
    }

    /// Returns the value as it is written; a string without its quotes and with its escapes.
    pub fn raw(&self) -> &'t str {
        self.document.text.get(self.span()).unwrap_or_default()
    }

    /// Returns the decoded string; `None` if the value is not a string.
    pub fn string(&self) -> Option<Cow<'t, str>> {
        let node = self.node();
        (node.shape == Shape::String)
            .then(|| if node.escaped { unescape(self.raw()) } else { Cow::Borrowed(self.raw()) })
    }

    /// Returns whether the value is a string with escapes.
    pub fn is_escaped(&self) -> bool {
        let node = self.node();
        node.shape == Shape::String && node.escaped
    }

    /// Returns the string if it is written without escapes: then nothing has to be decoded.
    pub fn plain(&self) -> Option<&'t str> {
        let node = self.node();
        (node.shape == Shape::String && !node.escaped).then(|| self.raw())
    }

    /// Returns whether the value is a string that decodes to `text`.
    pub fn is(&self, text: &str) -> bool {
        let (node, raw) = (self.node(), self.raw());
        // A longer one is not decoded, since every member is asked: an escape has at most six bytes.
        let decoded = || raw.len() <= text.len() * 6 && unescape(raw) == text;
        node.shape == Shape::String && if node.escaped { decoded() } else { raw == text }
    }

    /// Returns the keys and values of an object, in its order; none of any other value.
    pub fn members(&self) -> impl Iterator<Item = (Value<'d, 't>, Value<'d, 't>)> + use<'d, 't> {
        let mut children = self.children(Shape::Object);
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// Returns the values of an array, in its order; none of any other value.
    pub fn items(&self) -> impl Iterator<Item = Value<'d, 't>> + use<'d, 't> {
        self.children(Shape::Array)
    }

    /// Returns the first member of an object with this key.
    pub fn member(&self, key: &str) -> Option<Value<'d, 't>> {
        self.members().find(|(name, _)| name.is(key)).map(|(_, value)| value)
    }

    /// Returns the same among the first [`FIELDS_MAX`] members: enough for the fields of an API, and no work for an
    /// object that has a million of them.
    pub fn field(&self, key: &str) -> Option<Value<'d, 't>> {
        self.members().take(FIELDS_MAX).find(|(name, _)| name.is(key)).map(|(_, value)| value)
    }

    /// Returns the member of an object with this key if it is the only one, and the object has at most [`FIELDS_MAX`]
    /// members. Readers do not agree on which of two members of one name counts.
    pub fn only(&self, key: &str) -> Option<Value<'d, 't>> {
        let mut found = self.members().enumerate().take(FIELDS_MAX + 1).filter(|(_, (name, _))| name.is(key));
        let (_, (_, value)) = found.next()?;
        let is_only = found.next().is_none() && self.members().nth(FIELDS_MAX).is_none();
        is_only.then_some(value)
    }

    fn children(&self, shape: Shape) -> impl Iterator<Item = Value<'d, 't>> + use<'d, 't> {
        let (document, node) = (self.document, self.node());
        let mut index = self.index.saturating_add(1);
        let end = if node.shape == shape { node.next } else { 0 };
        std::iter::from_fn(move || {
            let child = (index < end).then_some(Value { document, index })?;
            index = child.node().next;
            Some(child)
        })
    }
}

/// A replacement for a span of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit<T = String> {
    /// The bytes that are replaced.
    pub span: Range<usize>,
    /// The text that takes their place, already escaped.
    pub text: T,
}

/// Returns the text with its edits made. They must be sorted by their spans; one that overlaps an earlier one is left
/// out.
pub fn apply(text: &str, edits: &[Edit<impl AsRef<str>>]) -> String {
    let grown: usize = edits.iter().map(|edit| edit.text.as_ref().len()).sum();
    let mut out = String::with_capacity(text.len() + grown);
    let mut at = 0;
    for edit in edits {
        if let Some(kept) = text.get(at..edit.span.start) {
            out.push_str(kept);
            out.push_str(edit.text.as_ref());
            at = edit.span.end;
        }
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "a test that slices wrongly should fail")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The document written again from its nodes, each string in angle brackets as decoded.
    fn outline(value: Value<'_, '_>) -> String {
        match value.shape() {
            Shape::Object => {
                let members: Vec<_> = value.members().map(|(k, v)| format!("{}:{}", outline(k), outline(v))).collect();
                format!("{{{}}}", members.join(","))
            }
            Shape::Array => format!("[{}]", value.items().map(outline).collect::<Vec<_>>().join(",")),
            Shape::String => format!("<{}>", value.string().unwrap()),
            Shape::Number | Shape::Literal => value.raw().to_owned(),
        }
    }

    #[test]
    fn valid_documents() {
        let cases = [
            ("null", "null"),
            (" [ ] ", "[]"),
            ("{}", "{}"),
            (r#"{"a": [1, -0.5e+3, true], "b" : {"c":"d"}}"#, "{<a>:[1,-0.5e+3,true],<b>:{<c>:<d>}}"),
            (r#""\u0069-0\n\"\/\\\ud83d\ude00""#, "<i-0\n\"/\\\u{1f600}>"),
            (r#"["\ud83d","\ude00x","\ud83d\u0041"]"#, "[<\u{fffd}>,<\u{fffd}x>,<\u{fffd}A>]"),
            (r#"[[],{},"",0]"#, "[[],{},<>,0]"),
        ];
        for (text, expected) in cases {
            assert_eq!(outline(Document::parse(text).unwrap().root()), expected, "{text}");
        }
    }

    #[test]
    fn invalid_documents() {
        let cases = [
            "",
            " ",
            "{",
            "[",
            "[1,]",
            "[1 2]",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "'a'",
            "\"a",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\n\"",
            "01",
            "1.",
            "-",
            "1e",
            ".5",
            "+1",
            "tru",
            "nulll",
            "1 1",
            "]",
            "}",
            "[}",
            "{]",
            "\u{feff}{}",
            "NaN",
            "{\"a\":1]",
        ];
        for text in cases {
            assert!(matches!(Document::parse(text), Err(JsonError::Syntax { .. })), "{text:?}");
        }
        let deep = "[".repeat(DEPTH_MAX + 1);
        assert_eq!(Document::parse(&deep).err(), Some(JsonError::TooComplex));
    }

    #[test]
    fn every_prefix_of_a_document_is_refused() {
        let text = r#"{"a":["\u0041b\n",{"c":-1.5e3},null,true],"d":{}}"#;
        Document::parse(text).unwrap();
        for cut in 0..text.len() {
            assert!(Document::parse(&text[..cut]).is_err(), "{cut}");
        }
    }

    #[test]
    fn agrees_with_serde_json() {
        for text in
            [r#"{"a":1,"a":2}"#, r#"[1.0,1e3,12345678901234567890123]"#, "\"\u{7f}\"", "\"\t\"", "[1]x", "\"\\u00e9\""]
        {
            let theirs = serde_json::from_str::<serde_json::Value>(text).is_ok();
            assert_eq!(Document::parse(text).is_ok(), theirs, "{text}");
        }
    }

    proptest! {
        /// Strings of all lengths, with their marks at each place of a block, and cut off there.
        #[test]
        fn strings_are_read_as_serde_json_reads_them(
            content in r#"([a é€]{0,20}(\\\\|\\"|\\n|\\u00e9|\\x|\\u12|"|\u{1}|\u{7f})?){0,4}"#,
            cut in 0usize..90,
        ) {
            let whole = format!("[\"{content}\", 1]");
            let cut = (0..=cut.min(whole.len())).rev().find(|cut| whole.is_char_boundary(*cut)).unwrap_or(0);
            for text in [&whole, &whole[..cut]] {
                let theirs = serde_json::from_str::<serde_json::Value>(text).ok();
                let ours = Document::parse(text).ok();
                prop_assert_eq!(ours.is_some(), theirs.is_some(), "{}", text);
                let first = |document: &Document<'_>| document.root().items().next().and_then(|first| Some(first.string()?.into_owned()));
                let expected = theirs.as_ref().and_then(|theirs| theirs.get(0)?.as_str());
                let read = ours.as_ref().and_then(first);
                prop_assert_eq!(read.as_deref(), expected, "{}", text);
            }
        }
    }

    #[test]
    fn a_cursor_walks_text_and_raw_form_together() {
        let raw = r"a\u0062\n한\ud83d\ude00z\/";
        assert_eq!(unescape(raw), "ab\n한😀z/");
        let mut cursor = Cursor::new(raw);
        let pieces: Vec<_> = [1, 1, 1, 3, 4, 1, 1].iter().map(|len| cursor.advance(*len)).collect();
        assert_eq!(pieces, ["a", r"\u0062", r"\n", "한", r"\ud83d\ude00", "z", r"\/"]);
        assert_eq!(cursor.advance(10), "");
    }

    #[test]
    fn a_place_of_a_text_is_found_in_its_raw_form() {
        let some = r"a\u0062\n한\ud83d\ude00z\/\n\n".repeat(5);
        // Of a long one not every escape is marked.
        for raw in [&some, &(" ".repeat(1 << 22) + &some)] {
            let decoded = Decoded::new(raw);
            assert_eq!(decoded.text, unescape(raw));
            let (end, mut cursor, mut at) = (decoded.text.len(), Cursor::new(raw), 0);
            let mut place = 0;
            for (next, _) in
                decoded.text.char_indices().chain([(end, ' ')]).filter(|(at, _)| *at == 0 || *at + some.len() > end)
            {
                place += cursor.advance(next - at).len();
                at = next;
                assert_eq!(decoded.place(raw, at), place, "{at}");
            }
        }
        assert_eq!(Decoded::new("plain").place("plain", 5), 5);
    }

    #[test]
    fn escaping_is_undone_by_reading() {
        let text: String = (0u8..128).map(char::from).chain("한😀".chars()).collect();
        let mut raw = String::new();
        escape_into(&text, &mut raw);
        assert_eq!(unescape(&raw), text);
        assert_eq!(serde_json::from_str::<String>(&format!("\"{raw}\"")).unwrap(), text);
    }

    #[test]
    fn only_edited_spans_change() {
        let edit = |span, text: &str| Edit { span, text: text.to_owned() };
        assert_eq!(apply("0123456789", &[edit(1..2, "a"), edit(2..2, "bc"), edit(9..10, "")]), "0abc2345678");
        assert_eq!(apply("012", &[] as &[Edit]), "012");
    }
}
