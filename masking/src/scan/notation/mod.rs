//! Where the value of a name stands, in the notations that people and tools write.

use std::ops::Range;

mod element;
mod opening;
mod operator;
mod skip;

pub(crate) use element::{Element, Joint, ends_element, next_element, skip_arns};
pub(crate) use opening::{closer, skip_closing, skip_remark};
pub(crate) use operator::operator;
use skip::REMARK_MAX;
pub(crate) use skip::{BLANKS_MAX, skip_anchor, skip_blanks, skip_particle, skip_quote, skip_spaces};

/// Where a value begins, and how it is known to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ValuePlace {
    pub(crate) start: usize,
    /// Where the value must end, if that is known before it is read.
    pub(crate) end: Option<usize>,
    pub(crate) kind: PlaceKind,
    pub(crate) quoted: bool,
    /// `name=value`, without a blank.
    pub(crate) tight: bool,
    /// The name is the first word of its line.
    pub(crate) leads: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlaceKind {
    /// After `:`, `=`, `=>`, `|` or a tag.
    Assigned,
    /// In parentheses: `Bucket("b")`, `S3 Bucket (b)`.
    Called,
    /// After nothing but a space.
    Near,
    /// After the verb or the particle of a sentence: `the bucket is b`, `버킷은 b`.
    Said,
    /// In front of its name: `the "b" bucket`, `b 버킷`.
    Before,
    /// The member of an object in a list that has the name: `Buckets: [{Name: b}]`.
    Object,
    /// A member of a map that has the name: `accounts: {web: 471192830564}`.
    Map,
    /// An item of a list under a heading.
    Item,
    /// An option of a form.
    Choice,
    /// An answer of a command that lists several.
    Answer,
    /// A record of the answer to a query.
    Record,
    /// What a call is given that takes a password.
    Given,
    /// What a command reads from the one in front of it.
    Piped,
    /// A member of a map whose name is a plural: `buckets: {logs: b-1}`.
    Members,
    /// In a column that has the name in its header.
    Cell,
    /// The text itself: it is the member of a document.
    Whole,
}

impl ValuePlace {
    /// A text of its own.
    pub(crate) const WHOLE: Self =
        Self { start: 0, end: None, kind: PlaceKind::Whole, quoted: true, tight: false, leads: false };

    /// The place after blanks and a quotation mark.
    pub(crate) fn after(text: &[u8], at: usize, kind: PlaceKind) -> Self {
        let (start, quoted) = opening::behind(text, at);
        Self { start, end: None, kind, quoted, tight: false, leads: false }
    }
}

/// Returns whether the quoted text that ends at `end` is a name itself: `"buckets": {"description": …`, `{"logs" = …`.
pub(crate) fn is_name(text: &[u8], end: usize) -> bool {
    let sign = |at| text.get(skip_blanks(text, at)..);
    let assigns = |rest: &[u8]| matches!(rest, [b':', ..] | [b'=', b' ', ..]);
    // `:bucket "b" :account "…"`: the next key of a map of Clojure's.
    let key = |close: &usize| matches!(text.get(*close..), Some([b' ', b':', next, ..]) if next.is_ascii_alphabetic());
    skip_quote(text, end).filter(|close| !key(close)).and_then(sign).is_some_and(assigns)
}

/// Returns whether what stands behind a quoted value ends it, or the part of it that may be a value of its own.
pub(crate) fn ends_quoted(text: &[u8], value: &Range<usize>) -> bool {
    let rest = text.get(value.end..).unwrap_or_default();
    let closes = || text.get(..value.start).and_then(closer).is_some_and(|close| rest.starts_with(close));
    match rest.first() {
        None | Some(b'/' | b'\\' | b':' | b'&' | b',' | b'\n' | b'|') => true,
        Some(b'}' | b'{' | b'-' | b'+' | b']' | b')' | b'$') => closes(),
        Some(_) => skip_quote(text, skip_spaces(text, value.end)).is_some(),
    }
}

/// Returns whether an object is the argument after the quoted one that ends at `end`: `("main", {`.
pub(crate) fn precedes_object(text: &[u8], end: usize) -> bool {
    let comma = skip_quote(text, end).filter(|at| text.get(*at) == Some(&b','));
    comma.is_some_and(|at| text.get(skip_blanks(text, at + 1)) == Some(&b'{'))
}

/// Returns whether another word follows on the line.
pub(crate) fn is_followed(text: &[u8], end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    let blanks = rest.iter().take(BLANKS_MAX).take_while(|b| matches!(b, b' ' | b'\t')).count();
    blanks > 0 && rest.get(blanks).is_some_and(u8::is_ascii_alphabetic)
}

/// Returns whether another name with its sign follows after a blank: `password=1a2b3c host=h`.
pub(crate) fn is_pair(text: &[u8], end: usize) -> bool {
    let Some(rest) = text.get(end..text.len().min(end + REMARK_MAX)).and_then(|rest| rest.strip_prefix(b" ")) else {
        return false;
    };
    let name = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')).count();
    name > 0 && matches!(rest.get(name), Some(b'=' | b':'))
}

/// Returns whether what stands at `end` shows that the bare word before it is code or another name.
pub(crate) fn goes_on(text: &[u8], end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    match rest {
        // The end of an element.
        [b'<', b'/', ..] => false,
        // A colour that has lost its escape character.
        [b'[', b'0'..=b'9', b'm', ..] | [b'[', b'm', ..] | [b'[', b'0'..=b'9', b'0'..=b'9', b'm', ..] => false,
        [b'(' | b'[' | b'{' | b'<' | b'=' | b'$', ..] => true,
        [b':', next, ..] => !next.is_ascii_digit() && *next != b'/',
        [b'.', next, ..] => next.is_ascii_alphanumeric() || *next == b'_',
        [b'-', b']', ..] => false,
        [b'-', ..] => true,
        _ => false,
    }
}
