//! The ends of values that their notation encloses: at the quotation mark that closes one, or with its line.

use std::ops::Range;

use crate::near::is_any;
use crate::scan::check;
use crate::scan::edge;
use crate::scan::given;
use crate::scan::name::in_name;
use crate::scan::notation::{PlaceKind, ValuePlace, closer};
use crate::scan::phrase::{self, PHRASE_MAX, is_password as is_phrase};
use crate::scan::words::{self, Bytes};

/// Bytes in which the closing mark is looked for.
const REACH: usize = check::ENCLOSED_MAX + 1;

/// Quotation marks of print.
const PRINTED: [(&str, &str); 6] = [("„", "“"), ("“", "”"), ("‘", "’"), ("「", "」"), ("『", "』"), ("«", "»")];

/// Quotation marks that are written with letters.
const MARKS: [&[u8]; 8] = [b"&quot;", b"&#34;", b"&#39;", b"%22", b"\\u0022", b"\\u0027", b"\\x22", b"\\x27"];

/// The value that begins after a quotation mark, or is a text of its own.
pub(crate) fn value(text: &[u8], place: ValuePlace) -> Option<Range<usize>> {
    let start = place.start;
    if place.kind == PlaceKind::Whole {
        return Some(start..text.len()).filter(|value| !has_blank(text, value));
    }
    let end = close(text, start, start).filter(|_| place.quoted);
    Some(start..end.or_else(|| element(text, start))?)
}

/// A value with blanks in it, up to the mark that closes its quotation on the same line, or to the end of its element.
pub(crate) fn phrase(text: &[u8], place: ValuePlace) -> Option<Range<usize>> {
    let start = place.start;
    let rest = text.get(start..text.len().min(start + PHRASE_MAX + MARK_MAX))?;
    let line = rest.get(..rest.iter().take_while(|b| **b >= b' ').count())?;
    let blank = line.iter().position(|b| *b == b' ').filter(|blank| *blank > 0)?;
    if place.kind == PlaceKind::Whole {
        return (line.len() == rest.len()).then_some(start..text.len()).filter(|value| value.len() <= PHRASE_MAX);
    }
    let end = if place.quoted {
        close_in(text, start, start, line)?
    } else {
        // The content of an element: `<password>a b</password>`.
        let content = text.get(..start)?.ends_with(b">") && place.kind == PlaceKind::Assigned;
        start + memchr::memchr(b'<', line).filter(|at| content && line.get(*at + 1) == Some(&b'/'))?
    };
    (end > start + blank).then_some(start..end)
}

/// A password with blanks, from a quotation mark to the one that closes it.
pub(crate) fn phrase_at(text: &[u8], start: usize) -> Option<Range<usize>> {
    let found = phrase(text, ValuePlace { start, kind: PlaceKind::Assigned, ..ValuePlace::WHOLE })?;
    text.get(found.clone()).is_some_and(is_phrase).then_some(found)
}

/// Bytes of a mark that closes a quotation.
const MARK_MAX: usize = 12;

/// The end of an element's content that has neither a blank nor a tag: `<password>a&amp;b</password>`.
fn element(text: &[u8], start: usize) -> Option<usize> {
    let [.., name, b'>'] = text.get(..start)? else { return None };
    let rest = text.get(start..text.len().min(start + REACH))?;
    let end = rest.iter().position(|b| *b <= b' ' || *b == b'<')?;
    let closes = rest.get(end..)?.starts_with(b"</");
    // `->` and `=>` are signs.
    (closes && (name.is_ascii_alphanumeric() || matches!(name, b'"' | b'\''))).then_some(start + end)
}

/// Returns whether the value is a string of SQL after its name: `PASSWORD 'a1b2c3d4'`.
pub(crate) fn is_of_sql(text: &[u8], place: ValuePlace) -> bool {
    let opened = text.get(..place.start).is_some_and(|head| head.ends_with(b" '") || head.ends_with(b" ''"));
    // `'password ' + value + ' …'`
    let begins = text.get(place.start).is_some_and(|b| *b > b' ' && !is_any(b"+.,);", b));
    let value = || close(text, place.start, place.start).and_then(|end| text.get(place.start..end));
    place.quoted
        && opened
        && (begins || value().is_some_and(|value| check::is_generated(value) && !value.contains(&b' ')))
}

/// Returns whether the string that begins at `at` is the password of a user that SQL makes or alters.
pub(crate) fn is_of_user(text: &[u8], at: usize) -> bool {
    let head = text.get(at.saturating_sub(STATEMENT_MAX)..at).unwrap_or_default();
    let line = head.get(memchr::memrchr2(b'\n', b';', head).map_or(0, |end| end + 1)..).unwrap_or_default();
    let Some(statement) = line.strip_suffix(b"'") else { return false };
    // `PASSWORD = N'…'`
    let statement = statement.strip_suffix(b"N").unwrap_or(statement).trim_ascii_end();
    let statement = statement.strip_suffix(b"=").map_or(statement, <[u8]>::trim_ascii_end);
    let made = ["create user ", "create role ", "alter user ", "alter role ", "create login ", "alter login "];
    // Not the end of `DB_PASSWORD=`.
    let apart =
        || statement.iter().nth_back(b"password".len()).is_some_and(|b| !b.is_ascii_alphanumeric() && *b != b'_');
    words::ends_with_ignore_case(statement, b"password")
        && apart()
        && made.iter().any(|made| words::holds_ignore_case(statement, made.as_bytes()))
}

/// Bytes of a statement in front of the password in it.
const STATEMENT_MAX: usize = 200;

/// A value up to the mark that closes it, if it begins after one and the rest of it has no blank.
pub(crate) fn widened(text: &[u8], value: Range<usize>) -> Range<usize> {
    // The key that a script presses behind it is not of it.
    let pressed = || matches!(text.get(value.end..), Some([b'\\', b'r' | b'n', b'"', ..]));
    let end = close(text, value.start, value.end).filter(|_| !pressed()).unwrap_or(value.end);
    value.start..end
}

/// Returns the end of the quotation that begins right before `start`, if it has no blank. The text before `from` is known
/// to belong to it.
fn close(text: &[u8], start: usize, from: usize) -> Option<usize> {
    // Most values begin behind a sign, which opens no quotation.
    text.get(..start)?.last().filter(|last| !matches!(last, b'=' | b' '))?;
    let rest = text.get(from..text.len().min(from + REACH))?;
    let run = rest.get(..rest.iter().take_while(|b| **b > b' ').count())?;
    close_in(text, start, from, run)
}

/// Returns the end of the quotation that begins right before `start`, within `rest`, which stands at `from`.
fn close_in(text: &[u8], start: usize, from: usize, rest: &[u8]) -> Option<usize> {
    let head = text.get(..start)?;
    let quote = *head.last()?;
    if let Some((_, close)) = PRINTED.iter().find(|(open, _)| head.ends_with(open.as_bytes())) {
        return memchr::memmem::find(rest, close.as_bytes()).map(|at| from + at);
    }
    if let Some(close) = closer(head) {
        return memchr::memmem::find(rest, close).map(|at| from + at);
    }
    if !matches!(quote, b'"' | b'\'' | b'`') {
        let mark = MARKS.iter().find(|mark| head.ends_with(mark))?;
        return rest.windows(mark.len()).position(|window| window == *mark).map(|at| from + at);
    }
    let doubled = matches!(head, [.., first, _] if *first == quote && quote != b'`');
    let depth = escapes(head.get(..head.len() - 1 - usize::from(doubled))?);
    if doubled {
        let mark = [quote, quote];
        let marks = memchr::memmem::find_iter(rest, &mark).map(|at| from + at);
        let closes = |at: &usize| closes(depth, escapes(text.get(start..*at).unwrap_or_default()));
        return marks.into_iter().find(closes).map(|at| at - depth);
    }
    let quotes =
        memchr::memchr_iter(quote, rest).map(|at| (from + at, escapes(text.get(start..from + at).unwrap_or_default())));
    // A quotation that is not closed by its rules may be one in which a backslash is not an escape.
    let mut other = None;
    let mut doubled = None;
    for (at, before) in quotes {
        if doubled == Some(at) {
            continue;
        }
        if quote == b'\'' && depth == 0 && text.get(at + 1) == Some(&b'\'') {
            doubled = Some(at + 1);
            other = other.or(doubled.filter(|_| before % 2 == 1));
            continue;
        }
        if closes(depth, before) {
            return Some(at - depth.min(before));
        }
        other = other.or(Some(at).filter(|_| depth == 0 && quote == b'\''));
    }
    other
}

/// Backslashes at the end of `head`, up to sixteen.
pub(crate) fn escapes(head: &[u8]) -> usize {
    head.iter().rev().take(16).take_while(|b| **b == b'\\').count()
}

/// Returns whether a mark with so many backslashes before it closes a quotation that was opened by one with `depth` of
/// them. A string in a string has one, three or seven; a backslash within it is written as twice as many and two.
fn closes(depth: usize, before: usize) -> bool {
    before % (2 * (depth + 1)) == depth
}

/// The value of `NAME=value` or `name: value` that is alone on its line, if it holds a sign that would end it
/// elsewhere.
pub(crate) fn line(text: &[u8], place: ValuePlace, formal: bool) -> Option<Range<usize>> {
    let ValuePlace { start, kind: PlaceKind::Assigned, quoted: false, leads: true, .. } = place else { return None };
    let rest = text.get(start..text.len().min(start + REACH))?;
    let run = rest.iter().take_while(|b| **b > b' ').count();
    let behind = rest.get(run..)?;
    let blanks = behind.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
    let ends = matches!(behind.get(blanks..)?, [] | [b'\n', ..] | [b'#', ..]);
    let tail = rest.get(..run)?.iter().rev().take_while(|b| matches!(b, b',' | b';')).count();
    let value = rest.get(..run - tail).filter(|value| edge::wide_stop(value) == value.len())?;
    let sigil = check::begins_with_sigil(value) && check::is_generated(value);
    let special = sigil || value.iter().any(|b| is_any(b"\"'`,;\\<>&|{}[]", b));
    let sure = formal
        || check::is_generated(value)
        || check::has_digit(value) && !value.iter().any(|b| is_any(b"()[]{}<>\"'`$", b));
    (ends && special && !holds_pair(value) && sure).then_some(start..start + value.len())
}

/// The words with points between them that a variable of the environment is, alone on its line:
/// `DB_PASSWORD=correct.horse.battery`; or one word, of the password of a system.
pub(crate) fn words(text: &[u8], place: ValuePlace, formal: bool) -> Option<Range<usize>> {
    let ValuePlace { start, quoted: false, .. } = place else { return None };
    let option = place.kind == PlaceKind::Near;
    if place.kind == PlaceKind::Assigned && !place.tight && place.leads && given::is_of_systems_member(text, start) {
        return member(text, start);
    }
    if !(option || place.kind == PlaceKind::Assigned && place.tight) {
        return None;
    }
    let rest = text.get(start..text.len().min(start + TOKEN_MAX)).filter(|_| formal)?;
    let run = rest.iter().take_while(|b| **b > b' ').count();
    let value = rest.get(..run)?;
    let plain = |b: &u8| b.is_ascii_alphanumeric() || is_any(b"_-", b) && value.iter().any(u8::is_ascii_uppercase);
    let given = (value.iter().all(plain) || check::is_phrase(value)) && given::is_of_systems_variable(text, start);
    // `PGPASSWORD=… psql`: a command follows the variable that is set for it.
    let ends = option || matches!(rest.get(run..)?, [] | [b'\n' | b'\r', ..]) || given && rest.get(run) == Some(&b' ');
    (ends && (!option && check::is_dotted_phrase(value) || given && given::is_chosen(value)))
        .then_some(start..start + run)
}

/// The value of an assignment that is quoted as a whole, as a shell's argument is: `"DB_PASSWORD=…"`.
pub(crate) fn argument(text: &[u8], place: ValuePlace) -> Option<Range<usize>> {
    let head = text.get(..place.start).filter(|_| place.tight && !place.quoted)?.strip_suffix(b"=")?;
    let name = head.iter().rev().take(NAME_MAX).take_while(|b| in_name(**b) || matches!(b, b'.' | b'/')).count();
    let open = head.len() - name;
    matches!(head.get(..open)?, [.., b'"' | b'\'']).then_some(())?;
    let value = place.start..close(text, open, place.start)?;
    // The rest of a query is not of the value.
    text.get(value.clone()).is_some_and(|value| !holds_pair(value)).then_some(value)
}

/// One word that a member of YAML gives a system, alone on its line: `POSTGRES_PASSWORD: riverbank`.
fn member(text: &[u8], start: usize) -> Option<Range<usize>> {
    let rest = text.get(start..text.len().min(start + TOKEN_MAX))?;
    let run = rest.iter().take_while(|b| **b > b' ').count();
    let value = rest.get(..run)?;
    let ends = matches!(rest.get(run..)?, [] | [b'\n' | b'\r', ..]);
    (ends && value.iter().all(u8::is_ascii_alphanumeric) && given::is_chosen(value)).then_some(start..start + run)
}

/// What a setting is given up to the end of its line: `gpg_passphrase = fern & frond 9`, `keystore.password: maelstrom.Key`.
pub(crate) fn setting(text: &[u8], place: ValuePlace, formal: bool) -> Option<Range<usize>> {
    let ValuePlace { start, kind: PlaceKind::Assigned, quoted: false, end: None, .. } = place else { return None };
    let rest = text.get(start..text.len().min(start + PHRASE_MAX))?;
    // Most values are code's, or a word.
    static PLAIN: Bytes = Bytes::alphanumeric_or(b"-_.!&+#@%/'");
    let run = rest.iter().position(|b| !PLAIN.has(*b) && b.is_ascii()).unwrap_or(rest.len());
    match rest.get(run) {
        None | Some(b'\n' | b'\r') if rest.get(..run)?.contains(&b'.') => {}
        Some(b' ') => {}
        _ => return None,
    }
    let end =
        memchr::memchr2(b'\n', b'\r', rest).or_else(|| (start + rest.len() == text.len()).then_some(rest.len()))?;
    let line = rest.get(..end)?.trim_ascii_end();
    let setting = || formal || given::is_of_setting(text, start);
    let chosen = if line.contains(&b' ') {
        place.leads && !formal && phrase::is_line(line, false)
            || phrase::is_line(line, true) && given::is_of_setting(text, start)
    } else {
        given::is_dotted(line) && (place.leads || setting()) && is_apart(line, place, setting)
    };
    chosen.then_some(start..start + line.len())
}

/// Returns whether words with points between them are no path of code: a setting has them, or they have a number.
fn is_apart(line: &[u8], place: ValuePlace, setting: impl Fn() -> bool) -> bool {
    let number = line.rsplit(|b| *b == b'.').next().is_some_and(|last| last.iter().all(u8::is_ascii_digit));
    number || setting() || !place.tight && check::has_digit(line)
}

/// Maximum bytes of the name in an argument.
const NAME_MAX: usize = 96;

/// Bytes of a value between blanks.
const TOKEN_MAX: usize = 96;

/// A value between blanks that has the look of a password, and a sign that would end it elsewhere.
pub(crate) fn token(text: &[u8], place: ValuePlace) -> Option<Range<usize>> {
    let start = place.start;
    let rest = text.get(start..text.len().min(start + TOKEN_MAX)).filter(|_| !place.quoted && place.end.is_none())?;
    let run = rest.get(..rest.iter().position(|b| *b <= b' ').unwrap_or(rest.len()))?;
    let stop = run.iter().rev().take_while(|b| matches!(b, b',' | b';' | b'.' | b':')).count();
    let value = run.get(..run.len() - stop)?;
    let special = value.iter().any(|b| is_any(b",;&|<>", b)) && !value.iter().any(|b| is_any(b"\"'`\\()[]{}", b));
    (special && check::is_mixed(value) && !holds_pair(value) && !is_element(value))
        .then_some(start..start + value.len())
}

/// `Xk39!</password>`
fn is_element(value: &[u8]) -> bool {
    memchr::memmem::find(value, b"</").is_some()
}

/// `a;Database=b`, `a&user=b`, `a","user":`: more than one value.
pub(crate) fn holds_pair(value: &[u8]) -> bool {
    let parts = value.split(|b| matches!(b, b';' | b'&' | b',')).skip(1);
    let named = |part: &[u8]| {
        let part = part.trim_ascii_start();
        let name =
            part.iter().take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'"' | b'\'' | b'_' | b'\\')).count();
        let quoted = || part.iter().take(name).any(|b| matches!(b, b'"' | b'\''));
        name >= 2
            && match part.get(name) {
                Some(b'=') => true,
                Some(b':') => quoted() || part.get(name + 1) == Some(&b' '),
                _ => false,
            }
    };
    parts.into_iter().any(named)
}

fn has_blank(text: &[u8], value: &Range<usize>) -> bool {
    text.get(value.clone()).is_none_or(|value| value.iter().any(|b| *b <= b' '))
}
