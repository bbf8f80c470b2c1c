//! Names and what stands between a name and its value, in the notations that people and tools write.

use crate::placeholder;
use crate::scan::check::starts_with_ignore_case;
use crate::scan::edge;

/// A name in a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name<'t> {
    /// As it is written.
    written: &'t [u8],
    /// Where it ends: a separator may follow.
    pub(crate) end: usize,
    /// `<Name>`.
    tag: bool,
}

/// Where a value begins, and how it is known to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ValuePlace {
    pub(crate) start: usize,
    pub(crate) kind: PlaceKind,
    pub(crate) quoted: bool,
    /// `name=value`, without a blank.
    pub(crate) tight: bool,
    /// The name is the first word of its line.
    pub(crate) leads: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlaceKind {
    /// Behind `:`, `=`, `=>`, `|` or a tag.
    Assigned,
    /// In parentheses: `Bucket("b")`, `S3 Bucket (b)`.
    Called,
    /// Behind nothing but a space.
    Near,
    /// The text itself: it is the member of a document.
    Whole,
}

/// Bytes of a name on either side of the word that it was found by.
const NAME_MAX: usize = 48;
/// Bytes of a member's name at the most: what stands before them tells nothing.
const MEMBER_MAX: usize = 256;
/// Blanks between a name and its value at the most: prefixes of lines are blank too.
const BLANKS_MAX: usize = 120;

/// The names that hold the word from `start` to `end`, longest first: `account`, `account id`, `account id number`.
pub(crate) fn names(text: &[u8], start: usize, end: usize) -> impl Iterator<Item = Name<'_>> + '_ {
    let head = text.get(start.saturating_sub(NAME_MAX)..start).unwrap_or_default();
    let run = head.iter().rev().take_while(|b| in_name(**b) || **b == b'.').count();
    // A Korean word begins a word of its own, whatever it is written behind, and so does a quoted one.
    let own = text.get(start).is_none_or(|b| !b.is_ascii() || matches!(b, b'"' | b'\'' | b'<'));
    let first = if own { start } else { start - run };
    let first = edge::word_start(text, first, start);
    // The word that it was found by may begin with a quotation mark or a bracket.
    let first = first + usize::from(matches!(text.get(first), Some(b'"' | b'\'' | b'<')));
    let tail = text.get(end..).unwrap_or_default();
    let mut ends = [Some(end + tail.iter().take(NAME_MAX).take_while(|b| in_name(**b)).count()), None, None, None];
    for shorter in 1..ends.len() {
        let longer = ends.get(shorter - 1).copied().flatten().and_then(|end| next_word(text, end));
        ends.get_mut(shorter).into_iter().for_each(|slot| *slot = longer);
    }
    let tag = edge::previous(text, first) == Some(b'<');
    let name = move |end| Name { written: text.get(first..end).unwrap_or_default(), end, tag };
    ends.into_iter().rev().flatten().map(name)
}

/// Words that go on with a name behind a space.
const MORE: &str = "\
    access|account|id|ids|identifier|instance|key|name|no|number|num|password|token|arn";

fn next_word(text: &[u8], end: usize) -> Option<usize> {
    let rest = text.get(end..)?.strip_prefix(b" ")?;
    let len = rest.iter().take(12).take_while(|b| b.is_ascii_alphabetic()).count();
    let word = rest.get(..len)?;
    MORE.split('|').any(|more| more.as_bytes().eq_ignore_ascii_case(word)).then_some(end + 1 + len)
}

fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

impl<'t> Name<'t> {
    /// The name of a member of a document, or the end of one that is longer than names are.
    pub(crate) fn member(key: &'t str) -> Self {
        let key = key.as_bytes();
        Self { written: key.get(key.len().saturating_sub(MEMBER_MAX)..).unwrap_or_default(), end: 0, tag: false }
    }

    /// Whether this is one of the names of a rule: see [`Key::names`](crate::catalog::Key::names).
    pub(crate) fn is(&self, rule: &str) -> bool {
        match rule.as_bytes() {
            [b'=', written @ ..] => self.written == written,
            [b'*', part @ ..] => self.written.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part)),
            [b'^', whole @ ..] => self.strip_end(whole).is_some_and(|rest| !rest.iter().any(|b| is_letter(*b))),
            end => self.strip_end(end).is_some(),
        }
    }

    /// What is left of the name without `end`, whatever stands between the letters.
    fn strip_end(&self, end: &[u8]) -> Option<&'t [u8]> {
        let mut rest = self.written;
        for letter in end.iter().rev() {
            let skipped = rest.iter().rev().take_while(|b| !is_letter(**b)).count();
            let (last, front) = rest.get(..rest.len() - skipped)?.split_last()?;
            if !last.eq_ignore_ascii_case(letter) {
                return None;
            }
            rest = front;
        }
        Some(rest)
    }

    /// `--name` and `NAME=`: what stands behind is a value even if it looks like a word.
    pub(crate) fn is_formal(&self, place: ValuePlace) -> bool {
        (self.written.starts_with(b"--") || place.tight && self.is_upper()) && !self.is_glued()
    }

    /// `getenv("BUCKET", "b")`
    fn fallback(&self, text: &[u8], at: usize) -> Option<(usize, PlaceKind)> {
        let call = edge::previous(text, self.end.checked_sub(self.written.len() + 1)?) == Some(b'(');
        (call && text.get(at) == Some(&b',')).then_some((at + 1, PlaceKind::Called))
    }

    fn is_upper(&self) -> bool {
        let mut letters = self.written.iter().filter(|b| b.is_ascii_alphabetic());
        letters.clone().next().is_some() && letters.all(u8::is_ascii_uppercase)
    }

    /// Whether it could be a word of a sentence: `data-bucket` is a name itself.
    fn is_word(&self) -> bool {
        (self.written.starts_with(b"--") || !self.written.contains(&b'-')) && !self.is_glued()
    }

    /// What is glued to a placeholder was glued to a value before, and was no name then.
    fn is_glued(&self) -> bool {
        placeholder::find_all(self.written).next().is_some()
    }

    /// Where this name's value begins.
    pub(crate) fn value(&self, text: &[u8]) -> Option<ValuePlace> {
        let korean = skip_particle(text, self.end);
        let at = skip_quote(text, korean).unwrap_or(korean);
        let closed = at > korean;
        let after = skip_blanks(text, at);
        let near = at + text.get(at..)?.iter().take(BLANKS_MAX).take_while(|b| matches!(b, b' ' | b'\t')).count();
        let goes_on = near > at && !matches!(text.get(near), None | Some(b'\n' | b'\r'));
        let (behind, kind) = operator(text, after, self.tag)
            .or_else(|| (goes_on && !closed && self.is_word()).then_some((near, PlaceKind::Near)))
            .or_else(|| (closed && self.is_upper() && !self.is_glued()).then(|| self.fallback(text, after)).flatten())
            .or_else(|| pair(text, at).map(|at| (at, PlaceKind::Assigned)))?;
        // `S3 Bucket (b)` says what `f(b)` does not.
        let prose = kind != PlaceKind::Called || after > at;
        let start = open(text, skip_blanks(text, behind));
        let tight = start == behind && after == at;
        let unquoted = start;
        let start = skip_quote(text, start).unwrap_or(start);
        let quoted = start > unquoted;
        (prose || quoted).then_some(ValuePlace { start, kind, quoted, tight, leads: self.leads(text) })
    }

    /// Whether nothing stands before it on its line but what says that a name follows.
    fn leads(&self, text: &[u8]) -> bool {
        let first = self.end.saturating_sub(self.written.len());
        let head = text.get(first.saturating_sub(NAME_MAX)..first).unwrap_or_default();
        let line = head.rsplit(|b| *b == b'\n').next().unwrap_or_default().trim_ascii();
        matches!(line, b"" | b"-" | b"export" | b"set" | b"ENV" | b"ARG")
    }
}

/// Bytes that tell names apart; those of other scripts do.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

/// The next element of a list: `"a", "b"`, or a line with a hyphen in YAML.
pub(crate) fn next_element(text: &[u8], end: usize) -> Option<ValuePlace> {
    let at = skip_blanks(text, skip_quote(text, end).unwrap_or(end));
    let behind = match text.get(at..)? {
        [b',', ..] => at + 1,
        [b'-', b' ', ..] if edge::previous(text, at) == Some(b' ') || edge::previous(text, at) == Some(b'\n') => at + 2,
        _ => return None,
    };
    let unquoted = skip_blanks(text, behind);
    let start = skip_quote(text, unquoted).unwrap_or(unquoted);
    Some(ValuePlace { start, kind: PlaceKind::Assigned, quoted: start > unquoted, tight: false, leads: false })
}

/// Whether the value that ends at `end` is an element of a list: `"a", "b": 1` are a value and a name.
pub(crate) fn ends_element(text: &[u8], end: usize) -> bool {
    let at = skip_quote(text, end).unwrap_or(end);
    let spaces = text.get(at..).unwrap_or_default().iter().take(BLANKS_MAX).take_while(|b| **b == b' ').count();
    matches!(text.get(at + spaces), None | Some(b',' | b']' | b')' | b'}' | b'\n' | b'\r' | b'\\'))
}

/// Whether the quoted text that ends at `end` is a name itself: `"buckets": {"description": …`.
pub(crate) fn is_name(text: &[u8], end: usize) -> bool {
    skip_quote(text, end).is_some_and(|at| text.get(skip_blanks(text, at)) == Some(&b':'))
}

/// Whether what stands at `end` ends a quoted value, or the part of one that may be a value of its own.
pub(crate) fn ends_quoted(text: &[u8], end: usize) -> bool {
    match text.get(end) {
        None | Some(b'/' | b'\\' | b':' | b'&' | b',' | b'\n' | b'|') => true,
        Some(_) => skip_quote(text, end).is_some(),
    }
}

/// Whether what stands at `end` shows that the bare word before it is code or another name.
pub(crate) fn goes_on(text: &[u8], end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    match rest {
        // The end of an element.
        [b'<', b'/', ..] => false,
        [b'(' | b'[' | b'{' | b'<' | b'=' | b'$', ..] => true,
        [b':', next, ..] => !next.is_ascii_digit() && *next != b'/',
        [b'.', next, ..] => next.is_ascii_alphanumeric() || *next == b'_',
        [b'-', ..] => true,
        _ => false,
    }
}

fn operator(text: &[u8], at: usize, tag: bool) -> Option<(usize, PlaceKind)> {
    let rest = text.get(at..)?;
    let assigned = |len: usize| Some((at + len, PlaceKind::Assigned));
    match rest {
        [b'>', ..] if tag => assigned(1),
        [b'=', b'>', ..] | [b':', b'=', ..] | [b':', b'-', ..] | [b'=', b'=', ..] => assigned(2),
        [b'|', b'|', ..] | [b'?', b'?', ..] => assigned(2),
        [b':' | b'=', ..] => assigned(1 + annotation(rest.get(1..)?)),
        [b'|', ..] => assigned(1),
        [b'%', b'3', b'D' | b'd', ..] => assigned(3),
        [b'(', ..] => Some((at + 1, PlaceKind::Called)),
        _ => None,
    }
}

/// `: str = "b"`, `: &'static str = "b"`: how long the type with its sign is.
fn annotation(rest: &[u8]) -> usize {
    let len = rest.iter().take(24).take_while(|b| b.is_ascii_alphanumeric() || b" &'<>[]|?".contains(b)).count();
    match (rest.get(len), rest.get(len + 1), rest.get(len + 2)) {
        (Some(b'='), Some(b' '), Some(b'"' | b'\'')) => len + 1,
        _ => 0,
    }
}

/// `"Name": "bucket", "Value": "b"`, `{name: BUCKET, value: b}`, `Name=owner-id,Values=1234`: the name is a value itself.
fn pair(text: &[u8], at: usize) -> Option<usize> {
    let at = skip_quote(text, at).unwrap_or(at);
    let blank = skip_blanks(text, at);
    let comma = blank + usize::from(text.get(blank) == Some(&b','));
    (comma > at).then_some(())?;
    let word = skip_blanks(text, comma);
    let word = skip_quote(text, word).unwrap_or(word);
    starts_with_ignore_case(text.get(word..)?, b"value").then_some(())?;
    let end = word + 5;
    let end = end + usize::from(text.get(end).is_some_and(|b| b.eq_ignore_ascii_case(&b's')));
    let end = skip_quote(text, end).unwrap_or(end);
    operator(text, skip_blanks(text, end), false).filter(|(_, kind)| *kind == PlaceKind::Assigned).map(|(at, _)| at)
}

/// Behind a bracket or the hyphen of a YAML list.
fn open(text: &[u8], at: usize) -> usize {
    match text.get(at..).unwrap_or_default() {
        [b'[' | b'{' | b'(', ..] => skip_blanks(text, at + 1),
        [b'-', b' ', ..] => skip_blanks(text, at + 2),
        [b'a', b'w', b's', b'.', b'S', b't', b'r', b'i', b'n', b'g', b'(', ..] => at + b"aws.String(".len(),
        _ => at,
    }
}

/// Quotation marks of HTML, URLs and print.
const QUOTES: &str = "&quot; &#34; %22 “ ” ‘ ’ 「 」";

/// Behind a quotation mark, escaped or not.
fn skip_quote(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    if let [b'&' | b'%' | 0xe2 | 0xe3, ..] = rest {
        let mark = QUOTES.split(' ').find(|mark| rest.starts_with(mark.as_bytes()))?;
        return Some(at + mark.len());
    }
    let escapes = rest.iter().take(16).take_while(|b| **b == b'\\').count();
    match rest.get(escapes..)? {
        [b'"' | b'\'' | b'`', ..] => Some(at + escapes + 1),
        [b'u', b'0', b'0', b'2', b'2' | b'7', ..] if escapes > 0 => Some(at + escapes + 5),
        _ => None,
    }
}

/// Behind blanks, line breaks, their escapes, and colours.
fn skip_blanks(text: &[u8], at: usize) -> usize {
    let limit = text.len().min(at + BLANKS_MAX);
    let mut at = at;
    while at < limit {
        let rest = text.get(at..).unwrap_or_default();
        let escapes = rest.iter().take(8).take_while(|b| **b == b'\\').count();
        at += match rest.get(escapes..).unwrap_or_default() {
            [b' ' | b'\t' | b'\r' | b'\n', ..] if escapes == 0 => 1,
            [b'n' | b'r' | b't', ..] if escapes > 0 => escapes + 1,
            [0x1b, b'[', ..] if escapes == 0 => match rest.iter().take(16).position(|b| *b == b'm') {
                Some(m) => m + 1,
                None => return at,
            },
            _ => return at,
        };
    }
    at
}

/// Behind the particle that Korean puts at a noun's end.
fn skip_particle(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let particle = ["은", "는", "이", "가", "을", "를", "의"].iter().find(|p| rest.starts_with(p.as_bytes()));
    particle.map_or(at, |p| at + p.len())
}
