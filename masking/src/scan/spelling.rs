//! Other ways to write a character: those that nobody sees and that stand where a line may break, entities and escapes
//! for signs, colours of a terminal whose escape character got lost, and the encoding of mails.

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::scan::edge;
use crate::scan::quoted;

/// What a reader sees of a spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Nothing,
    /// A sign, a blank, or a letter of another script. A hyphen at which no line breaks, as word processors and chats make of a plain one, is a hyphen.
    As(char),
}

/// Characters of Unicode with their escapes in JSON, and the entities and the element of HTML for them. A text that has
/// one within a word, or at its edge, is read once more.
const HIDDEN: [(&str, Seen); 36] = [
    ("\u{200b}", Seen::Nothing),
    ("\u{200c}", Seen::Nothing),
    ("\u{200d}", Seen::Nothing),
    ("\u{2060}", Seen::Nothing),
    ("\u{feff}", Seen::Nothing),
    ("\u{ad}", Seen::Nothing),
    (r"\u200b", Seen::Nothing),
    (r"\u200c", Seen::Nothing),
    (r"\u200d", Seen::Nothing),
    (r"\u2060", Seen::Nothing),
    (r"\ufeff", Seen::Nothing),
    (r"\u00ad", Seen::Nothing),
    ("&shy;", Seen::Nothing),
    ("&#173;", Seen::Nothing),
    ("&#8203;", Seen::Nothing),
    ("&#x200b;", Seen::Nothing),
    ("&zerowidthspace;", Seen::Nothing),
    ("&zwnj;", Seen::Nothing),
    ("&nobreak;", Seen::Nothing),
    ("<wbr>", Seen::Nothing),
    ("<wbr/>", Seen::Nothing),
    ("\u{2010}", Seen::As('-')),
    ("\u{2011}", Seen::As('-')),
    (r"\u2010", Seen::As('-')),
    (r"\u2011", Seen::As('-')),
    ("&hyphen;", Seen::As('-')),
    (r"\u00a0", Seen::As(' ')),
    (r"\u202f", Seen::As(' ')),
    ("&#160;", Seen::As(' ')),
    (r"\u003d", Seen::As('=')),
    ("&equals;", Seen::As('=')),
    ("&colon;", Seen::As(':')),
    ("&sol;", Seen::As('/')),
    ("&lowbar;", Seen::As('_')),
    ("&apos;", Seen::As('\'')),
    // In Markdown and LaTeX.
    (ESCAPED_LINE, Seen::As('_')),
];

/// An underscore between letters, which would begin emphasis or an index.
const ESCAPED_LINE: &str = r"\_";

/// Others, which most texts of their sort have: the rules step over them, and only a text that is read once more is
/// read without them.
const COMMON: [(&str, Seen); 11] = [
    ("\u{a0}", Seen::As(' ')),
    ("\u{202f}", Seen::As(' ')),
    ("\u{3000}", Seen::As(' ')),
    ("&nbsp;", Seen::As(' ')),
    ("&lt;", Seen::As('<')),
    ("&gt;", Seen::As('>')),
    ("&amp;", Seen::As('&')),
    ("&quot;", Seen::As('"')),
    (r"\u003c", Seen::As('<')),
    (r"\u003e", Seen::As('>')),
    (r"\u0026", Seen::As('&')),
];

/// Texts that show spellings of other sorts: a colour, an encoded mail, an element, a member or an arrow that is written
/// with entities, an entity for no quotation mark, a blank after a sign at which no line breaks.
const SHOWN: [&str; 32] = [
    "\u{1b}[",
    "[0m",
    "[00m",
    "[1m",
    "[22m",
    "[31m",
    "[32m",
    "[33m",
    "[34m",
    "[35m",
    "[36m",
    "[39m",
    "[0;3",
    "[1;3",
    "[01;3",
    "quoted-printable",
    ":\u{a0}",
    "=\u{a0}",
    "&lt;/",
    "=&gt;",
    "&quot;:",
    "&quot;,",
    "&#34;:",
    "&#34;,",
    "&#39;:",
    "&#39;,",
    r"\u003c/",
    "&#x",
    "&#4",
    "&#5",
    "&#6",
    "&#9",
];

/// The beginnings of what JSON makes of letters that are not of ASCII: Latin, Cyrillic, Arabic, Vietnamese ones, Kana, Chinese
/// characters, Hangul, and wide signs. Names and the words around them are written so.
const LETTERS: [&str; 22] = [
    r"\u00c", r"\u00d", r"\u00e", r"\u00f", r"\u01", r"\u04", r"\u06", r"\u1e", r"\u30", r"\u4e", r"\u5", r"\u6",
    r"\u7", r"\u8", r"\u9", r"\uac", r"\uad", r"\uae", r"\ub", r"\uc", r"\ud0", r"\uff",
];

/// Returns the texts at which [`is_shown`] is asked.
pub(crate) fn anchors() -> impl Iterator<Item = &'static str> {
    HIDDEN.iter().map(|(written, _)| *written).chain(SHOWN).chain(LETTERS)
}

/// Returns whether the spelling at `range` is one to read a text once more for: it stands within a word or at its edge.
/// One between other characters joins an emoji or the letters of another script, and one before a text is a mark of its
/// encoding.
pub(crate) fn is_shown(text: &[u8], range: &Range<usize>) -> bool {
    match text.get(range.clone()) {
        Some([0x1b, ..]) => colour(text, range.start + 1).is_some(),
        Some([b'[', ..]) => colour(text, range.start).is_some(),
        Some([b'&', b'#', .., last]) if *last != b';' => entity(text, range.start).is_some(),
        Some([b'q' | b'Q' | b'=' | b':' | b'&', ..]) => true,
        Some(written) if is_beginning(written) => letter(text, range.start).is_some(),
        _ => {
            let escapes = quoted::escapes(text.get(..range.start).unwrap_or_default());
            let before = edge::previous(text, range.start - escapes);
            if text.get(range.clone()) == Some(ESCAPED_LINE.as_bytes()) {
                let word = |b: u8| b.is_ascii_alphanumeric();
                return before.is_some_and(word) && text.get(range.end).is_some_and(|after| word(*after));
            }
            let plain = |b: u8| b.is_ascii_graphic();
            before.is_some_and(plain) || text.get(range.end).is_some_and(|after| plain(*after))
        }
    }
}

fn is_beginning(written: &[u8]) -> bool {
    LETTERS.iter().any(|letter| written.eq_ignore_ascii_case(letter.as_bytes()))
}

/// Returns the spellings in a text with what is seen of them, in their order.
pub(crate) fn all(text: &str) -> impl Iterator<Item = (Range<usize>, Seen)> + '_ {
    let bytes = text.as_bytes();
    let encoded = bytes.windows(ENCODED.len()).any(|window| window.eq_ignore_ascii_case(ENCODED.as_bytes()));
    let found = automaton().into_iter().flat_map(move |automaton| automaton.find_iter(text));
    // The end of the last spelling, and what stands before those that follow one another.
    let (mut at, mut before) = (0, None);
    found.filter_map(move |found| {
        let start = found.start();
        let (range, seen) = match HIDDEN.iter().chain(&COMMON).nth(found.pattern().as_usize()) {
            Some((written, seen)) => (start - escapes(bytes, start, written)..found.end(), Some(*seen)),
            None => match bytes.get(start)? {
                b'[' => (colour(bytes, start)?, None),
                b'=' if encoded => encoded_byte(bytes, start)?,
                b'&' => entity(bytes, start)?,
                b'\\' => {
                    let letter = letter(bytes, start)?;
                    (start - escapes(bytes, start, r"\u")..start + ESCAPED_LEN, Some(Seen::As(letter)))
                }
                _ => return None,
            },
        };
        if range.start < at {
            return None;
        }
        before = if range.start == at { before } else { edge::previous(bytes, range.start) };
        at = range.end;
        Some((range.clone(), seen.unwrap_or_else(|| between(before, bytes.get(range.end).copied()))))
    })
}

/// Spellings that no list holds begin so: a colour, an encoded byte, an entity with a number, an escaped letter.
const OPENINGS: [&str; 4] = ["[", "=", "&#", r"\u"];
/// The header of a mail, or of a part of it, whose text is encoded. (RFC 2045, 6.7)
const ENCODED: &str = "quoted-printable";

fn automaton() -> Option<&'static AhoCorasick> {
    static AUTOMATON: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let written = || HIDDEN.iter().chain(&COMMON).map(|(written, _)| *written).chain(OPENINGS);
    let mut builder = AhoCorasick::builder();
    builder.match_kind(MatchKind::LeftmostLongest).ascii_case_insensitive(true);
    AUTOMATON.get_or_init(|| builder.build(written()).ok()).as_ref()
}

/// Backslashes before the one of an escape, which may be escaped itself.
fn escapes(text: &[u8], at: usize, written: &str) -> usize {
    if written.starts_with('\\') { quoted::escapes(text.get(..at).unwrap_or_default()) } else { 0 }
}

/// The colour, or another sequence for a terminal, whose bracket is at `at`, with its escape character.
fn colour(text: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = text.get(at + 1..)?;
    let len = rest.iter().take(COLOUR_MAX).take_while(|b| b.is_ascii_digit() || matches!(b, b';' | b'?')).count();
    let head = text.get(at.saturating_sub(ESCAPE_MAX)..at)?;
    let escape = ESCAPES.iter().find(|escape| head.ends_with(escape.as_bytes()));
    let ends = match (rest.get(len)?, escape) {
        (end, Some(_)) => end.is_ascii_alphabetic(),
        // `[5m]` is a time.
        (end, None) => *end == b'm' && len > 0 && rest.get(len + 1) != Some(&b']'),
    };
    let start = at - escape.map_or(0, |escape| escape.len());
    let start = start - escape.map_or(0, |escape| escapes(text, start, escape));
    ends.then_some(start..at + len + 2)
}

/// What is seen of a colour: nothing, but that of two words next to each other one is coloured.
fn between(before: Option<u8>, after: Option<u8>) -> Seen {
    let word = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
    if word(before) && word(after) { Seen::As(' ') } else { Seen::Nothing }
}

/// Maximum bytes of a colour's numbers.
const COLOUR_MAX: usize = 20;
/// Bytes of the longest of [`ESCAPES`].
const ESCAPE_MAX: usize = 6;
/// The escape character, as it is and as it is written.
const ESCAPES: [&str; 10] = ["\u{1b}", "^[", r"\e", r"\033", r"\x1b", r"\x1B", r"\u001b", r"\u001B", "#033", "␛"];

/// The byte that a mail encodes at `at`, or the line break that it adds there.
fn encoded_byte(text: &[u8], at: usize) -> Option<(Range<usize>, Option<Seen>)> {
    match text.get(at + 1..)? {
        [b'\n', ..] => Some((at..at + 2, Some(Seen::Nothing))),
        [b'\r', b'\n', ..] => Some((at..at + 3, Some(Seen::Nothing))),
        [b'C', b'2', b'=', b'A', b'0', ..] => Some((at..at + 6, Some(Seen::As(' ')))),
        [high, low, ..] => {
            let (len, sign) =
                encoded_letter(text, at).or_else(|| number(&[*high, *low], 16).map(|sign| (ENCODED_LEN, sign)))?;
            Some((at..at + len, Some(Seen::As(sign))))
        }
        _ => None,
    }
}

/// Bytes of an encoded byte.
const ENCODED_LEN: usize = 3;
/// Bytes of a letter in UTF-8.
const LETTER_MAX: usize = 4;

/// The letter beyond ASCII that a mail encodes at `at`, in UTF-8 or in Latin-1, and its bytes there: `=C3=A9`, `=E9`.
fn encoded_letter(text: &[u8], at: usize) -> Option<(usize, char)> {
    let byte = |index: usize| {
        let [b'=', digits @ ..] = text.get(at + index * ENCODED_LEN..)?.first_chunk::<ENCODED_LEN>()? else {
            return None;
        };
        u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let first = byte(0).filter(|first| !first.is_ascii())?;
    let len = (first.leading_ones() as usize).min(LETTER_MAX);
    let bytes: Vec<u8> = (0..len).map_while(byte).collect();
    match std::str::from_utf8(&bytes).ok().and_then(|letter| letter.chars().next()) {
        Some(letter) => Some((len * ENCODED_LEN, letter)),
        None => Some((ENCODED_LEN, char::from(first))).filter(|(_, letter)| letter.is_alphabetic()),
    }
}

/// The letter, or the wide sign, that JSON escapes at `at`. Half of a character is none.
fn letter(text: &[u8], at: usize) -> Option<char> {
    let escape = text.get(at..at + ESCAPED_LEN)?;
    let digits = escape.strip_prefix(br"\u").filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    let number = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    char::from_u32(number).filter(|letter| letter.is_alphanumeric() && !letter.is_ascii() || is_wide(*letter))
}

/// Brackets, stops and signs between the letters of Chinese, Japanese and Korean, and the marks and dashes of print.
fn is_wide(sign: char) -> bool {
    matches!(sign, '«' | '»' | '–' | '—' | '‘'..='„' | '\u{3001}'..='\u{301f}' | '\u{ff01}'..='\u{ff5e}')
}

/// Bytes of an escaped character.
const ESCAPED_LEN: usize = 6;

/// The entity at `at` that has the number of a sign: `&#61;`, `&#x3D;`.
fn entity(text: &[u8], at: usize) -> Option<(Range<usize>, Option<Seen>)> {
    let rest = text.get(at..text.len().min(at + ENTITY_MAX))?;
    let end = memchr::memchr(b';', rest)?;
    let sign = match rest.get(..end)? {
        [b'&', b'#', b'x' | b'X', digits @ ..] => number(digits, 16),
        [b'&', b'#', digits @ ..] => number(digits, 10),
        _ => None,
    }?;
    Some((at..at + end + 1, Some(Seen::As(sign))))
}

/// Maximum bytes of an entity with a number.
const ENTITY_MAX: usize = 8;

/// The sign or blank that has this number.
fn number(digits: &[u8], base: u32) -> Option<char> {
    let number = u8::from_str_radix(std::str::from_utf8(digits).ok()?, base).ok()?;
    let number = if number == NO_BREAK { b' ' } else { number };
    (number == b' ' || number.is_ascii_graphic()).then_some(char::from(number))
}

/// A blank at which no line breaks.
const NO_BREAK: u8 = 0xa0;
