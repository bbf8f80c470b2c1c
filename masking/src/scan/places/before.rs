//! Values in front of their names, and names that explain one.

use super::said::{NEXT_MAX, SERVICE_MAX, skip_link, skip_service, skip_title};
use crate::near::is_any;
use crate::scan::edge;
use crate::scan::name::Name;
use crate::scan::notation::{PlaceKind, ValuePlace};
use crate::scan::words::{Words, words};

/// Maximum bytes of a value in front of its name.
pub(super) const BEFORE_MAX: usize = 128;

/// The `b-1` bucket, `b-1 버킷`, `「b-1」バケット`.
pub(super) fn before(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    // A word of another script is written next to its value, and any other after a space.
    if !name.is_foreign() && edge::previous(text, name.start) != Some(b' ') {
        return None;
    }
    let noun = skip_service(text, skip_service(text, skip_title(text, name.start)));
    // `log-3 is the bucket index`: of something else.
    let link = skip_link(text, noun);
    // `acme-logs 라는 버킷`
    let called = |at: usize| {
        let head = text.get(..at)?;
        ["이라는 ", "라는 "].iter().find_map(|link| head.strip_suffix(link.as_bytes())).map(<[u8]>::len)
    };
    let link = called(link).unwrap_or(link);
    let at = if link < noun && is_compound(text, name.end) { noun } else { link };
    let from = at.saturating_sub(BEFORE_MAX);
    let head = text.get(from..at)?;
    let spaced = head.strip_suffix(b" ");
    let head = spaced.unwrap_or(head);
    let mark = BRACKETS.iter().find(|(_, close)| head.ends_with(close.as_bytes()));
    let value = mark.map_or(Some(head), |(_, close)| head.get(..head.len() - close.len()))?;
    let plain = value.iter().rev().take_while(|b| in_value(**b)).count();
    // Other signs of a password.
    let signs = value.iter().rev().take_while(|b| b.is_ascii_graphic() && !is_any(b"\"'`()[]{}<>,;|", b)).count();
    let front = |len: usize| value.get(..value.len() - len).unwrap_or_default();
    let alone = mark.map_or_else(
        || front(signs).last().is_none_or(|b| matches!(b, b' ' | b'\n')),
        |(open, _)| front(signs).ends_with(open.as_bytes()),
    );
    let len = if signs > plain && alone { signs } else { plain };
    let first = value.get(..value.len() - len)?;
    let quoted = mark.is_some_and(|(open, _)| first.ends_with(open.as_bytes()));
    let alone = first.last().map_or(from == 0, |b| b.is_ascii_whitespace() || !b.is_ascii());
    let (start, end) = (from + first.len(), Some(from + value.len()));
    let foreign = text.get(name.start..name.end).is_some_and(|name| !name.is_ascii());
    let leads = foreign || at < noun || mark.is_none() && is_own(first, value.get(first.len()..)?);
    let apart = spaced.is_some() || leads;
    let meant = if mark.is_some() { quoted && apart } else { alone && spaced.is_some() };
    (len > 0 && meant).then_some(ValuePlace { start, end, kind: PlaceKind::Before, quoted, tight: false, leads })
}

/// The value in front of the brackets that say what it is: `b-1 (S3 bucket)`, `b-1（S3バケット）`.
pub(super) fn explained(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let rest = text.get(name.end..).filter(|rest| matches!(rest.first(), Some(b')' | 0xef)))?;
    (rest.starts_with(b")") || rest.starts_with("）".as_bytes())).then_some(())?;
    let head = text.get(name.start.saturating_sub(BEFORE_MAX)..name.start)?;
    let head = head.strip_suffix(b" ").unwrap_or(head);
    let service =
        head.iter().rev().take(SERVICE_MAX).take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit()).count();
    let head = head.get(..head.len() - service)?;
    let front = head.strip_suffix(b"(").or_else(|| head.strip_suffix("（".as_bytes()))?;
    let front = front.strip_suffix(b" ").unwrap_or(front);
    let len = front.iter().rev().take_while(|b| in_value(**b)).count();
    let end = name.start - (text.get(..name.start)?.len().min(BEFORE_MAX) - front.len());
    let first = front.get(..front.len() - len)?;
    let alone = first.last().is_none_or(|b| matches!(b, b' ' | b'\n' | b'\t' | b'`') || !b.is_ascii());
    let start = end - len;
    (len > 0 && alone).then_some(ValuePlace {
        start,
        end: Some(end),
        kind: PlaceKind::Before,
        quoted: false,
        tight: false,
        leads: true,
    })
}

/// Returns whether a value without marks is that of the noun behind it: an article stands in front, and it has the parts of
/// a name, `the acme-logs-prod bucket`, rather than those of a description, `the pay-per-use bucket`.
fn is_own(head: &[u8], value: &[u8]) -> bool {
    static ARTICLES: Words = words!("the|our|my|your|their|this|that|a|an");
    static STAGES: Words = words!("prod|prd|production|stage|staging|stg|dev|test|qa|uat|live|sandbox");
    static DESCRIBES: Words = words!(
        "\
        of|to|the|by|per|in|on|and|or|a|as|for|not|non|multi|cross|pre|post|high|low|read|write|top|first|last|well|long|\
        short|real|up|down|out|off|per|end|self|re|de|co|sub|super|single|double|two|three|ready|style|like|type|side|level"
    );
    // Most words in front of a name have no hyphen.
    let lower = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
    if !value.contains(&b'-') || !value.iter().all(lower) {
        return false;
    }
    let head = head.strip_suffix(b" ").unwrap_or_default();
    let word = head.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    let article = head.get(head.len() - word..).is_some_and(|word| ARTICLES.has(word));
    let parts = || value.split(|b| *b == b'-');
    let numbered = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let last = parts().next_back().unwrap_or_default();
    let told = parts().count() > 2 || numbered(last) || STAGES.has(last);
    // `a least-recently-used bucket`
    let ends = |part: &[u8], ending: &[u8]| part.len() > 3 && part.ends_with(ending);
    let tells = last != b"shared" && [b"ed".as_slice(), b"ing", b"able"].iter().any(|ending| ends(last, ending));
    article && told && !parts().any(|part| DESCRIBES.has(part) || ends(part, b"ly")) && !tells
}

/// Returns whether a noun goes on with another one.
fn is_compound(text: &[u8], end: usize) -> bool {
    static OTHERS: Words =
        words!("for|of|in|and|or|but|to|on|at|we|i|you|they|that|which|is|with|from|please|now|here|then|when|so");
    let rest = text.get(end..text.len().min(end + NEXT_MAX)).unwrap_or_default();
    let word = rest.strip_prefix(b" ").unwrap_or_default();
    let word = word.get(..word.iter().take_while(|b| b.is_ascii_lowercase()).count()).unwrap_or_default();
    !word.is_empty() && !OTHERS.has(word)
}

/// Marks that enclose a value in front of its name.
pub(super) const BRACKETS: [(&str, &str); 8] =
    [("`", "`"), ("\"", "\""), ("'", "'"), ("「", "」"), ("“", "”"), ("『", "』"), ("‘", "’"), ("„", "“")];

pub(super) fn in_value(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/')
}
