//! Blanks, quotation marks, particles and words, which everything else steps over.

use crate::near::is_any;
use crate::scan::edge;

/// Maximum blanks between a name and its value: prefixes of lines are blank too.
pub(crate) const BLANKS_MAX: usize = 120;
/// Maximum bytes of a remark between a name and its sign: `[None]:`, `(optional):`.
pub(super) const REMARK_MAX: usize = 48;

pub(crate) fn skip_spaces(text: &[u8], at: usize) -> usize {
    at + text.get(at..).unwrap_or_default().iter().take(BLANKS_MAX).take_while(|b| **b == b' ').count()
}

/// After a word and the blank behind it.
pub(super) fn skip_word(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let len = rest.iter().take(REMARK_MAX).take_while(|b| b.is_ascii_alphanumeric() || is_any(b"&!_-", b)).count();
    if rest.get(len) == Some(&b' ') { at + len + 1 } else { at }
}

/// After the anchor of YAML in front of a value: `&logs acme-logs`.
pub(crate) fn skip_anchor(text: &[u8], at: usize) -> usize {
    match text.get(at..) {
        Some([b'&', first, ..]) if first.is_ascii_alphabetic() => skip_word(text, at),
        _ => at,
    }
}

/// After the function that is applied to a text in a list: `[ bucket "a", bucket "b" ]`.
pub(super) fn skip_applied(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..text.len().min(at + APPLIED_MAX)).unwrap_or_default();
    let len = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let applied =
        rest.first().is_some_and(u8::is_ascii_alphabetic) && matches!(rest.get(len..), Some([b' ', b'"' | b'\'', ..]));
    if applied { at + len + 1 } else { at }
}

/// Bytes of the name of a function.
const APPLIED_MAX: usize = 24;

/// Returns the length of the quotation mark of HTML, a URL or print that a text begins with.
fn mark_len(rest: &[u8]) -> Option<usize> {
    match rest {
        [b'&', b'q', b'u', b'o', b't', b';', ..] => Some(6),
        [b'&', b'#', b'3', b'4', b';', ..] => Some(5),
        [b'%', b'2', b'2', ..] => Some(3),
        // « »
        [0xc2, 0xab | 0xbb, ..] => Some(2),
        // ‘ ’ “ ” „
        [0xe2, 0x80, 0x98 | 0x99 | 0x9c..=0x9e, ..] => Some(3),
        // 「 」 『 』
        [0xe3, 0x80, 0x8c..=0x8f, ..] => Some(3),
        _ => None,
    }
}

/// After a quotation mark, escaped or not.
#[inline]
pub(crate) fn skip_quote(text: &[u8], at: usize) -> Option<usize> {
    // Most places have none.
    match text.get(at)? {
        b'&' | b'%' | 0xc2 | 0xe2 | 0xe3 => mark_len(text.get(at..)?).map(|len| at + len),
        b'"' | b'\'' | b'`' | b'\\' => skip_plain_quote(text, at),
        _ => None,
    }
}

fn skip_plain_quote(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let escapes = rest.iter().take(16).take_while(|b| **b == b'\\').count();
    match rest.get(escapes..)? {
        [b'"', b'"', behind @ ..] | [b'\'', b'\'', behind @ ..]
            if is_doubled(edge::previous(text, at), behind) || follows_doubled(text.get(..at)?) =>
        {
            Some(at + escapes + 2)
        }
        // A literal of reStructuredText.
        [b'`', b'`', behind @ ..] if behind.first() != Some(&b'`') && is_doubled(edge::previous(text, at), behind) => {
            Some(at + escapes + 2)
        }
        [b'"' | b'\'' | b'`', ..] => Some(at + escapes + 1),
        [b'u', b'0', b'0', b'2', b'2' | b'7', ..] if escapes > 0 => Some(at + escapes + 5),
        // nginx writes the quotation marks of a body so.
        [b'x', b'2', b'2' | b'7', ..] if escapes > 0 => Some(at + escapes + 3),
        _ => None,
    }
}

/// Returns whether two quotation marks are one of a text that is quoted itself, as CSV and SQL write it, rather than a
/// quotation of nothing: the text before or behind them goes on.
fn is_doubled(before: Option<u8>, behind: &[u8]) -> bool {
    let closes = before.is_some_and(|b| b > b' ' && !is_any(b"=:,([{<>+\"'", &b));
    let opens = match behind {
        [b'/', next, ..] => *next != b'>',
        // `"" + x` is code, and what is closed by two marks a value.
        [b'+', rest @ ..] => {
            let run = rest.iter().take(BLANKS_MAX).take_while(|b| **b > b' ').count();
            rest.get(..run).is_some_and(|run| run.windows(2).any(|pair| pair == b"\"\""))
        }
        [next, ..] => *next > b' ' && !is_any(b",:;)]}>+.\"'\\", next),
        [] => false,
    };
    closes || opens
}

/// Returns whether a name in doubled quotation marks stands before the value: `""pass"":`. So the value is in such marks
/// too, whatever it begins with.
fn follows_doubled(head: &[u8]) -> bool {
    let named = head.strip_suffix(b" ").unwrap_or(head).strip_suffix(b":");
    named.is_some_and(|name| matches!(name, [.., b, b'"', b'"'] if b.is_ascii_alphanumeric()))
}

/// After blanks, line breaks, and their escapes.
#[inline]
pub(crate) fn skip_blanks(text: &[u8], at: usize) -> usize {
    // Most places have none, or a single one.
    match text.get(at) {
        Some(b' ') if text.get(at + 1).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'"') => at + 1,
        Some(b' ' | b'\t' | b'\r' | b'\n' | b'\\' | b'&' | 0xc2 | 0xe2 | 0xe3) => skip_all_blanks(text, at),
        _ => at,
    }
}

fn skip_all_blanks(text: &[u8], at: usize) -> usize {
    let limit = text.len().min(at + BLANKS_MAX);
    let mut at = at;
    while at < limit {
        let rest = text.get(at..).unwrap_or_default();
        let escapes = rest.iter().take(8).take_while(|b| **b == b'\\').count();
        at += match rest.get(escapes..).unwrap_or_default() {
            [b' ' | b'\t' | b'\r' | b'\n', ..] if escapes == 0 => 1,
            // `\texttt{`
            [b't', b'e', b'x', b't', ..] => return at,
            [b'n' | b'r' | b't', ..] if escapes > 0 => escapes + 1,
            [0xc2, 0xa0, ..] if escapes == 0 => 2,
            [0xe2, 0x80, 0x87 | 0x89 | 0xaf, ..] | [0xe3, 0x80, 0x80, ..] if escapes == 0 => 3,
            [b'&', ..] if rest.starts_with(b"&nbsp;") || rest.starts_with(b"&#160;") => 6,
            _ => return at,
        };
    }
    at
}

/// After the particle that Korean puts at a noun's end, or the verb that English does: `the bucket's called b`.
pub(crate) fn skip_particle(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    if rest.starts_with(b"'s ") {
        return at + 2;
    }
    // `Root Id 이름은 "…"`: what the name is of stands in front.
    if let Some(named) = [" 이름은 ", " 이름이 "].iter().find(|named| rest.starts_with(named.as_bytes())) {
        return at + named.len() - 1;
    }
    // `외부 ID(ExternalId)는 x 입니다`: the name explains another one.
    let close = match rest {
        [b')', 0xe0..=0xff, ..] => Some(")"),
        [0xef, 0xbc, 0x89, ..] => Some("）"),
        _ => None,
    };
    if let Some(close) = close {
        let behind = rest.get(close.len()..).unwrap_or_default();
        let particle = ["은 ", "는 ", "이 ", "가 "].iter().find(|particle| behind.starts_with(particle.as_bytes()));
        return particle.map_or(at, |particle| at + close.len() + particle.len() - 1);
    }
    if rest.first().is_none_or(u8::is_ascii) {
        return at;
    }
    const PARTICLES: [&str; 7] = ["은", "는", "이", "가", "을", "를", "의"];
    let particle = PARTICLES.iter().find(|p| rest.starts_with(p.as_bytes()));
    particle.map_or(at, |p| at + p.len())
}
