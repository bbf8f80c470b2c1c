//! The ends of values without quotation marks, where their neighbours tell them: a cell ends at its bar, a member of a
//! list at the sign that separates the members, the value of an option at a blank.
//!
//! What ends so is a password whatever its signs are if no word and no code has its look.

use std::ops::Range;

use crate::near::is_any;
use crate::scan::check;
use crate::scan::edge;
use crate::scan::given;
use crate::scan::letters;
use crate::scan::notation::{PlaceKind, ValuePlace};
use crate::scan::phrase;
use crate::scan::quoted;

/// Bytes in front of a value in which its name and the sign before that stand.
const HEAD_MAX: usize = 96;
/// Bytes in which a flow mapping is opened.
const FLOW_MAX: usize = 256;

/// What separates a value from the next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Bar,
    Semicolon,
    Ampersand,
    /// A comma and a blank, or a closing parenthesis.
    Record,
    Blank,
    /// A blank, after the sign that ends a sentence.
    Sentence,
}

/// The password that begins at `place` and ends as its neighbours do.
pub(crate) fn value(text: &[u8], place: ValuePlace, formal: bool) -> Option<Range<usize>> {
    let start = place.start;
    if let Some(value) = braced(text, place) {
        return Some(value);
    }
    let open = !place.quoted && place.end.is_none();
    let end = end_of(text, place, formal).or_else(|| goes_on(text, place)).filter(|_| open)?;
    let rest = text.get(start..text.len().min(start + check::ENCLOSED_MAX + 1))?;
    let value = rest.get(..len(rest, end)?)?;
    if let Some(value) = member(text, start, rest, end) {
        return Some(value);
    }
    is_sure(value, end).then_some(start..start + value.len())
}

/// The password that is a member of a connection, beside others: a value whatever it looks like.
fn member(text: &[u8], start: usize, rest: &[u8], end: End) -> Option<Range<usize>> {
    let (len, separators) = match end {
        // Blanks do not end it.
        End::Semicolon => (segments_len(rest), b";".as_slice()),
        End::Blank => (len(rest, end)?, b"; ".as_slice()),
        _ => return None,
    };
    let value = rest.get(..len)?;
    // Braces within it are signs like others.
    let sure = || {
        let has = |sort: fn(&u8) -> bool| value.iter().any(sort);
        has(u8::is_ascii_uppercase)
            && has(u8::is_ascii_lowercase)
            && has(u8::is_ascii_digit)
            && value.len() >= 8
            && value.first().is_some_and(u8::is_ascii_alphanumeric)
            && !value.iter().any(|b| is_any(b"\"'`\\()$%", b))
    };
    let chosen = if value.contains(&b' ') { phrase::is_given(value) } else { given::is_chosen(value) || sure() };
    let range = start..start + len;
    (chosen && !is_expression(value) && given::is_of_connection(text, range.clone(), separators)).then_some(range)
}

/// What stands in the braces of a connection, which hold signs that would end it: `Password={a;b};Encrypt=yes`.
fn braced(text: &[u8], place: ValuePlace) -> Option<Range<usize>> {
    let ValuePlace { start, kind: PlaceKind::Assigned, quoted: false, .. } = place else { return None };
    text.get(..start)?.ends_with(b"={").then_some(())?;
    let inside = text.get(start..text.len().min(start + check::ENCLOSED_MAX))?;
    let line = inside.get(..inside.iter().position(|b| matches!(b, b'\n' | b'\r' | b'"')).unwrap_or(inside.len()))?;
    let mut ends = memchr::memchr_iter(b'}', line).filter(|end| matches!(line.get(end + 1), None | Some(b';')));
    let value = line.get(..ends.next()?)?;
    let sign = |b: &u8| b.is_ascii_graphic() && !b.is_ascii_alphanumeric() && !is_any(b"_.-:$", b);
    let range = start..start + value.len();
    let chosen = value.len() >= BRACED_MIN && value.iter().any(sign);
    (chosen && given::is_of_connection(text, start - 1..range.end + 1, b";")).then_some(range)
}

/// Bytes of a value in braces.
const BRACED_MIN: usize = 4;

/// Returns the length of a value of a connection: a semicolon is a sign of it if no other member follows.
fn segments_len(rest: &[u8]) -> usize {
    let segment = |at: usize| {
        let rest = rest.get(at..).unwrap_or_default();
        rest.get(..rest.iter().position(|b| is_any(b";\"'\r\n", b)).unwrap_or(rest.len())).unwrap_or_default()
    };
    let mut len = segment(0).len();
    while rest.get(len) == Some(&b';') {
        let next = segment(len + 1);
        let end = len + 1 + next.len();
        // What another member follows.
        let within = !next.is_empty() && !next.iter().any(|b| *b == b'=' || *b <= b' ') && rest.get(end) == Some(&b';');
        if !within || !segment(end + 1).contains(&b'=') {
            break;
        }
        len = end;
    }
    len
}

/// The way in which a value ends, by what stands in front of its name.
fn end_of(text: &[u8], place: ValuePlace, formal: bool) -> Option<End> {
    match place.kind {
        PlaceKind::Near => return formal.then_some(End::Blank),
        PlaceKind::Said => return Some(End::Sentence),
        _ => {}
    }
    let head =
        text.get(place.start.saturating_sub(HEAD_MAX)..place.start).filter(|_| place.kind == PlaceKind::Assigned)?;
    let (sign, name) = head.trim_ascii_end().split_last()?;
    let tight = name.len() + 1 == head.len();
    let name = if tight { name } else { name.trim_ascii_end() };
    let is_name = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.') || !b.is_ascii();
    let run = name.iter().rev().take_while(is_name).count();
    let front = name.get(..name.len() - run)?;
    match (sign, front) {
        (b'|', _) => Some(End::Bar),
        (b'=', [.., b';']) => Some(End::Semicolon),
        (b'=', [.., b'&' | b'?' | b'#']) => Some(End::Ampersand),
        (b'=', [.., b'('] | [.., b',', b' ']) if tight => Some(End::Record),
        (b'=' | b':', [] | [.., b' ' | b'\t' | b'\n' | b'{' | b'"' | b'\'']) if tight => Some(End::Blank),
        _ => None,
    }
}

/// The end of a sentence, if one of scripts without blanks goes on behind a value: `密码：x，昨天…`.
fn goes_on(text: &[u8], place: ValuePlace) -> Option<End> {
    let rest = text.get(place.start..text.len().min(place.start + check::ENCLOSED_MAX))?;
    let run =
        rest.get(..edge::wide_stop(rest)).filter(|run| place.kind == PlaceKind::Assigned && run.len() < rest.len())?;
    run.iter().all(|b| *b > b' ').then_some(End::Sentence)
}

/// Returns the length of the value that a text begins with, if it ends as such values do.
fn len(rest: &[u8], end: End) -> Option<usize> {
    let run = rest.iter().position(|b| *b <= b' ').unwrap_or(rest.len());
    let line = rest.get(..run)?;
    let behind = rest.get(run..)?;
    match end {
        End::Bar => {
            let bar = memchr::memchr(b'|', line);
            let spaced = || behind.trim_ascii_start().first() == Some(&b'|') && !line.is_empty();
            bar.or_else(|| spaced().then_some(run))
        }
        End::Semicolon => memchr::memchr3(b';', b'"', b'\'', line).or_else(|| phrase_len(rest)).or(Some(run)),
        End::Sentence => {
            let line = line.get(..edge::wide_stop(line)).unwrap_or_default();
            // A particle or a verb of scripts without blanks: `xです`, `x입니다`.
            let line = line.get(..line.iter().position(|b| *b >= 0xe3).unwrap_or(line.len())).unwrap_or_default();
            Some(line.len() - line.iter().rev().take_while(|b| is_any(b".,;:", b)).count())
        }
        End::Ampersand => line.iter().position(|b| is_any(b"&\"'`<>\\", b)).or(Some(run)),
        End::Record => match behind {
            [b' ', ..] if line.ends_with(b",") => Some(run - 1),
            [] | [b'\n' | b'\r', ..] if line.ends_with(b")") => Some(run - 1),
            _ => None,
        },
        End::Blank if member_len(line).is_some() => member_len(line),
        End::Blank => {
            let behind = behind.trim_ascii_start();
            let closed = line.ends_with(b"}") && !line.contains(&b'{');
            let stop = usize::from(closed || line.ends_with(b","));
            let next =
                behind.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')).count();
            let option = behind.starts_with(b"-");
            let pair = next > 0 && matches!(behind.get(next), Some(b'=' | b':'));
            (pair || option || behind.is_empty() || rest.get(run) == Some(&b'\n')).then_some(run - stop)
        }
    }
}

/// Returns the length of the first of several members that semicolons separate: `a;Port=1`.
fn member_len(line: &[u8]) -> Option<usize> {
    let end = memchr::memchr(b';', line)?;
    let next = line.get(end + 1..)?;
    let name = next.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')).count();
    (name >= 2 && next.get(name) == Some(&b'=')).then_some(end)
}

/// Returns the length of a password with blanks in front of a semicolon.
fn phrase_len(rest: &[u8]) -> Option<usize> {
    let head = rest.get(..rest.len().min(phrase::PHRASE_MAX))?;
    let end = memchr::memchr2(b';', b'\n', head)?;
    head.get(..end).is_some_and(phrase::is_password).then_some(end)
}

/// Returns whether no word and no code looks like a value.
fn is_sure(value: &[u8], end: End) -> bool {
    let quotes = end != End::Bar && value.iter().any(|b| is_any(b"\"'`\\", b));
    !quotes
        && (value.contains(&b' ')
            || (check::is_generated(value) || check::is_mixed(value)) && check::is_enclosed_password(value))
        && !quoted::holds_pair(value)
        && !is_expression(value)
        // `cfg.dbPassword1`
        && !(check::is_code(value) && value.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')))
        && memchr::memmem::find(value, b"</").is_none()
}

/// Returns whether a name of code stands in front of a bracket, a point or an arrow: `params[:a1B]`, `a.bcd.efgh`.
fn is_expression(value: &[u8]) -> bool {
    let is_name = |b: &u8| b.is_ascii_alphabetic() || *b == b'_';
    let mut rest = value;
    while let Some(at) = rest.iter().position(is_name) {
        let word = rest.get(at..).unwrap_or_default();
        let len = word.iter().position(|b| !is_name(b) && !b.is_ascii_digit()).unwrap_or(word.len());
        let (name, behind) = word.split_at_checked(len).unwrap_or_default();
        let joined = match behind {
            [b'[', index @ ..] => index.contains(&b']'),
            [b'(', ..] | [b'-', b'>', ..] | [b':', b':', ..] => true,
            [b'.', next, ..] => is_name(next),
            _ => false,
        };
        let inner = name.windows(2).any(|pair| matches!(pair, [a, b] if a.is_ascii_digit() && b.is_ascii_alphabetic()));
        if joined && len >= 4 && !inner && !letters::is_unlikely(name) {
            return true;
        }
        rest = behind;
    }
    false
}

/// A value without the bracket that ends the flow mapping or the reference in which it stands: `{password: x}`,
/// `${DB_PASSWORD:-x}`.
pub(crate) fn without_brace(text: &[u8], value: Range<usize>) -> Range<usize> {
    let Some(bytes) = text.get(value.clone()) else { return value };
    let Some(close) =
        memchr::memchr(b'}', bytes).filter(|close| !bytes.get(..*close).is_some_and(|head| head.contains(&b'{')))
    else {
        return value;
    };
    let head = text.get(value.start.saturating_sub(FLOW_MAX)..value.start).unwrap_or_default();
    let line = edge::last_line(head);
    let mut depth = 0_usize;
    let opened = line.iter().rev().any(|b| {
        let open = *b == b'{' && depth == 0;
        match b {
            b'}' => depth += 1,
            b'{' => depth = depth.saturating_sub(1),
            _ => {}
        }
        open
    });
    // `password:{enumerable:!0}` is an object itself.
    if opened && line.last() != Some(&b'{') { value.start..value.start + close } else { value }
}

/// A value without the sign that ends its sentence or separates it from the next.
pub(crate) fn without_stop(text: &[u8], value: Range<usize>, kind: PlaceKind) -> Range<usize> {
    let sentence = matches!(kind, PlaceKind::Near | PlaceKind::Said) || sentence_follows(text, value.end);
    let blank = text.get(value.end).is_none_or(u8::is_ascii_whitespace);
    let stop = |b: &u8| *b == b',' || sentence && matches!(b, b'.' | b';' | b':');
    let stops = text.get(value.clone()).filter(|_| blank).and_then(<[u8]>::last).is_some_and(stop);
    value.start..value.end - usize::from(stops)
}

/// A value without the next member behind its comma: `x,State`, `x,replicas=2`.
pub(crate) fn without_member(text: &[u8], value: Range<usize>) -> Range<usize> {
    let rest = text.get(value.start..text.len().min(value.end + 1)).unwrap_or_default();
    let Some(comma) = memchr::memchr(b',', rest) else { return value };
    let name = rest.get(comma + 1..).unwrap_or_default();
    let len = name.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')).count();
    let named = len > 0 && matches!(name.get(len), Some(b'=' | b':'));
    if named { value.start..value.start + comma } else { value }
}

/// A value without the mark that ends its sentence: `x。`, `x. Then`.
pub(crate) fn without_mark(text: &[u8], value: Range<usize>) -> Range<usize> {
    let bytes = text.get(value.clone()).unwrap_or_default();
    let wide = bytes.len().checked_sub(3).filter(|at| bytes.get(*at..).is_some_and(|mark| edge::wide_stop(mark) == 0));
    match wide {
        Some(len) => value.start..value.start + len,
        None => value.start..value.end - usize::from(bytes.ends_with(b".") && sentence_follows(text, value.end)),
    }
}

/// Returns whether the next sentence begins behind a value: `Hasło: x. Numer konta: …`.
fn sentence_follows(text: &[u8], end: usize) -> bool {
    matches!(text.get(end..), Some([b' ', next, ..]) if next.is_ascii_uppercase() || !next.is_ascii())
}

/// A value without the bracket that was opened in front of it: `the password (x)`, `[password=x]`.
pub(crate) fn without_bracket(text: &[u8], value: Range<usize>) -> Range<usize> {
    let bytes = text.get(value.clone()).unwrap_or_default();
    let open = match bytes.last() {
        Some(b')') => b'(',
        Some(b']') => b'[',
        _ => return value,
    };
    let head = text.get(value.start.saturating_sub(HEAD_MAX)..value.start).unwrap_or_default();
    let line = edge::last_line(head);
    let opened = !bytes.contains(&open) && line.contains(&open);
    value.start..value.end - usize::from(opened)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_ends_as_its_neighbours_do() {
        let cases = [
            ("| Password | ‹b6=yS1EKbc8(-s]m-6d@› |\n", true),
            ("UID=a;PWD=‹1G:#Wmo4u0qu|@pb9^mC›;Port=1", true),
            ("?user=a&password=‹RLS(8$=c1qvl]~vv-5A^›&ssl=true", true),
            ("user=a password=‹8Rqzexi3wnLP|› dbname=x", true),
            ("Config(user=a, password=‹J^4k2?&hkvBOw{Gmd:2Qz›, host=h)", true),
            ("{User:a Password:‹J^4k2?&hkvBOwGmd:2Qz› Host:h}", true),
            ("f(password=params[:Password1], host=h)", false),
            ("x password=getPassword1(User) host=h", false),
            ("x;password=abc;b", false),
        ];
        for (marked, expected) in cases {
            let text = marked.replace(['‹', '›'], "");
            let start = marked.find('‹').unwrap_or_else(|| marked.rfind("assword=").unwrap() + 8);
            let after = ValuePlace { start, quoted: false, kind: PlaceKind::Assigned, ..ValuePlace::WHOLE };
            let found = value(text.as_bytes(), after, false).map(|range| text.get(range).unwrap().to_owned());
            let wanted = expected.then(|| marked.get(start + 3..marked.find('›').unwrap()).unwrap().to_owned());
            assert_eq!(found, wanted, "{marked}");
        }
    }
}
