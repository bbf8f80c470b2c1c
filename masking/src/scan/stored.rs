//! Values of the Secrets Manager and of the parameter store, under names that say only that: `SecretString`, and
//! `Value` of a `SecureString`.

use std::ops::Range;

use memchr::memmem;

use crate::catalog::Edge;
use crate::near::is_any;
use crate::placeholder::{self, End, Read};
use crate::scan::check;
use crate::scan::edge;
use crate::scan::letters;
use crate::scan::phrase;
use crate::scan::quoted;
use crate::scan::template;

/// The sort of text that such a value stands near.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// The name of the value, or of a JSON text that holds several.
    SecretsManager,
    /// The type of a parameter, before or after its value.
    ParameterStore,
}

pub(crate) const ANCHORS: [(&str, Service); 4] = [
    ("secretstring", Service::SecretsManager),
    ("secret_string", Service::SecretsManager),
    ("secret-string", Service::SecretsManager),
    ("securestring", Service::ParameterStore),
];

/// Bytes of the object or command that a parameter's type and value stand in.
const PARAMETER_MAX: usize = 400;
/// Bytes of a member's name: an array passes its name on to each text in it, so a long one is not read.
const NAME_MAX: usize = 32;
/// Bytes of a JSON text with secrets.
const SECRET_MAX: usize = 8 * 1_024;
/// Blanks and marks between a name and its value.
const GAP_MAX: usize = 120;

/// Reports the values at the anchor at `anchor`. Returns how far was read.
pub(crate) fn find(service: Service, text: &[u8], anchor: Range<usize>, found: impl FnMut(Range<usize>)) -> usize {
    match service {
        Service::SecretsManager => secret(text, anchor.end, found),
        Service::ParameterStore => parameter(text, anchor, found),
    }
}

/// Returns whether a member has the name of a secret's value.
pub(crate) fn is_name(key: &str) -> bool {
    let letters = key.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase());
    key.len() <= NAME_MAX && letters.eq(*b"secretstring")
}

/// Reports the values in a text that is a secret itself.
pub(crate) fn whole(text: &[u8], mut found: impl FnMut(Range<usize>)) {
    if text.trim_ascii_start().strip_prefix(b"{").is_some_and(is_object) {
        members(text, 0, found);
    } else if is_secret(text, true) {
        found(0..text.len());
    }
}

/// `"SecretString": "…"`, `--secret-string '…'`, `secret_string = jsonencode({…})`
fn secret(text: &[u8], name: usize, mut found: impl FnMut(Range<usize>)) -> usize {
    let Some(start) = value_start(text, name) else { return name };
    let rest = text.get(start..).unwrap_or_default();
    let call = rest.iter().take(24).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_')).count();
    let called = rest.get(call..).filter(|_| call > 0).is_some_and(|rest| rest.starts_with(b"({"));
    let object = if called { start + call + 1 } else { start };
    if text.get(object) == Some(&b'{') && is_object(text.get(object + 1..).unwrap_or_default()) {
        return members(text, object, found);
    }
    let value = value(text, start);
    let end = value.end;
    let secret = text.get(value.clone()).is_some_and(|bytes| is_secret(bytes, is_open(text, start)));
    Some(value).filter(|_| secret).into_iter().for_each(&mut found);
    end
}

/// Returns whether a name follows the bracket, where a password has any sign.
fn is_object(inside: &[u8]) -> bool {
    let blanks =
        inside.iter().take(GAP_MAX).take_while(|b| b.is_ascii_whitespace() || matches!(b, b'\\' | b'n')).count();
    let rest = inside.get(blanks..).unwrap_or_default();
    let mark = usize::from(matches!(rest.first(), Some(b'"' | b'\'')));
    let name =
        rest.iter().skip(mark).take(GAP_MAX).take_while(|b| b.is_ascii_alphanumeric() || is_any(b"_-.", b)).count();
    let behind = rest.get(mark + name..).unwrap_or_default();
    let closed = matches!(behind.first(), Some(b'"' | b'\'' | b'\\'));
    let masked = rest.get(mark..mark + name).is_some_and(holds_placeholder);
    name > 0 && !masked && if mark > 0 { closed } else { behind.starts_with(b" ") || behind.starts_with(b": ") }
}

/// The strings that the object at `start` has for values, as far as they look like secrets. Returns how far was read.
fn members(text: &[u8], start: usize, mut found: impl FnMut(Range<usize>)) -> usize {
    let limit = text.len().min(start + SECRET_MAX);
    let mut at = start;
    let mut depth = 0_usize;
    while let Some(byte) = text.get(at).filter(|_| at < limit) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth <= 1 => return at + 1,
            b'}' => depth -= 1,
            // A value stood there that is none of a member, so this is not an object.
            b'A' if is_masked(text, at) => return at,
            b':' | b'=' => {
                if let Some(start) = value_start(text, at).filter(|start| is_open(text, *start)) {
                    let value = value(text, start);
                    at = value.end.max(at);
                    if !is_closed(text, at) && text.get(value.clone()).is_some_and(holds_placeholder) {
                        return at;
                    }
                    let secret =
                        text.get(value.clone()).is_some_and(|value| is_secret(value, true) && is_telling(value));
                    Some(value).filter(|_| secret).into_iter().for_each(&mut found);
                }
            }
            _ => {}
        }
        at += 1;
    }
    at
}

fn is_closed(text: &[u8], end: usize) -> bool {
    matches!(text.get(end), Some(b'"' | b'\'' | b'\\'))
}

fn holds_placeholder(text: &[u8]) -> bool {
    placeholder::find_all(text).next().is_some()
}

fn is_masked(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    rest.starts_with(b"AW") && matches!(placeholder::read(rest, End::Here), Read::Placeholder(..))
}

/// `"Type": "SecureString", "Value": "…"`, `--value '…' --type SecureString`. Returns how far was read.
fn parameter(text: &[u8], anchor: Range<usize>, mut found: impl FnMut(Range<usize>)) -> usize {
    let (start, end) = (anchor.start.saturating_sub(PARAMETER_MAX), text.len().min(anchor.end + PARAMETER_MAX));
    let behind = named(text, anchor.end..end).map(|at| (value(text, at), anchor.end..at)).next();
    let before = named(text, start..anchor.start).map(|at| value(text, at)).filter(|value| value.end <= anchor.start);
    let before = before.map(|value| (value.clone(), value.end..anchor.start)).last();
    let joined = |gap: &Range<usize>| text.get(gap.clone()).is_some_and(is_joined);
    let candidates = [behind, before].into_iter().flatten().filter(|(_, gap)| joined(gap));
    // Of two, that of the same line: another command may stand on the next one.
    let lines = |gap: &Range<usize>| text.get(gap.clone()).is_some_and(|gap| gap.contains(&b'\n'));
    if let Some((value, _)) = candidates.min_by_key(|(_, gap)| lines(gap)) {
        let open = is_open(text, value.start);
        let meant = text.get(value.clone()).is_some_and(|bytes| is_parameter(bytes, open));
        let meant = meant && (open || !is_variable(text, &value));
        Some(value).filter(|_| meant).into_iter().for_each(&mut found);
    }
    anchor.end
}

/// Returns whether the text between a type and a value belongs to one parameter.
fn is_joined(gap: &[u8]) -> bool {
    !gap.iter().any(|b| matches!(b, b'{' | b'}'))
        && memmem::find(gap, b"\n\n").is_none()
        && memmem::find(gap, b"SecureString").is_none()
}

/// Returns the start of each value whose name is `Value`.
fn named(text: &[u8], part: Range<usize>) -> impl Iterator<Item = usize> {
    let inside = text.get(part.clone()).unwrap_or_default();
    let names = memmem::find_iter(inside, b"alue").map(move |at| part.start + at);
    names.filter_map(|at| {
        let start = at.checked_sub(1).filter(|start| matches!(text.get(*start), Some(b'V' | b'v')))?;
        let value = edge::left(Edge::Word, text, start).then(|| value_start(text, at + 4)).flatten()?;
        // `the value of it`: a word without a sign behind it is an option, or one of a sentence.
        let signed =
            text.get(at + 4..value).is_some_and(|gap| gap.iter().any(|b| matches!(b, b':' | b'=' | b'"' | b'\'')));
        // `get-secret-value` is a command.
        let option = || text.get(..start).is_some_and(|head| head.ends_with(b"--") || head.ends_with(b" -"));
        (signed || option()).then_some(value)
    })
}

/// Returns the start of the value after a name that ends at `name`: after an operator, or a blank if the name is an
/// option.
fn value_start(text: &[u8], name: usize) -> Option<usize> {
    let rest = text.get(name..text.len().min(name + GAP_MAX))?;
    let mut at = 0;
    let mut operator = false;
    loop {
        let escapes = rest.get(at..)?.iter().take_while(|b| **b == b'\\').count();
        let byte = *rest.get(at + escapes)?;
        at += match byte {
            b':' | b'=' if !operator && escapes == 0 => {
                operator = true;
                1
            }
            b'>' if operator && rest.get(at - 1) == Some(&b'=') => 1,
            b'n' | b'r' | b't' if escapes > 0 => escapes + 1,
            // The mark that closes the name.
            b'"' | b'\'' if !operator && at == 0 => escapes + 1,
            b' ' | b'\t' | b'\n' | b'\r' if escapes == 0 => 1,
            b'"' | b'\'' if at > 0 => return Some(name + at + escapes + 1),
            _ if at > 0 && escapes == 0 => return Some(name + at),
            _ => return None,
        };
    }
}

/// Returns whether a value in quotation marks begins at `start`.
fn is_open(text: &[u8], start: usize) -> bool {
    matches!(edge::previous(text, start), Some(b'"' | b'\''))
}

/// The value that begins at `start`: up to the mark that closes it, or to a blank.
fn value(text: &[u8], start: usize) -> Range<usize> {
    if is_open(text, start) {
        return quoted::phrase_at(text, start).unwrap_or_else(|| quoted::widened(text, start..start));
    }
    let rest = text.get(start..text.len().min(start + check::ENCLOSED_MAX)).unwrap_or_default();
    let len = rest.iter().take_while(|b| **b > b' ' && !matches!(b, b'"' | b'\'' | b'\\' | b',' | b'}' | b'<')).count();
    start..start + len
}

/// `random_password.db1.result`: an attribute of something else.
fn is_attribute(value: &[u8]) -> bool {
    let name = |part: &[u8]| part.first().is_some_and(u8::is_ascii_lowercase) && part.iter().all(|b| in_name(*b));
    value.iter().filter(|b| **b == b'.').count() >= 2 && value.split(|b| *b == b'.').all(name)
}

fn in_name(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
}

/// `Value=value, Type='SecureString'`: returns whether a program passes a variable, which has a name's letters alone.
fn is_variable(text: &[u8], value: &Range<usize>) -> bool {
    let assigned = text.get(..value.start).is_some_and(|head| head.trim_ascii_end().ends_with(b"="));
    let word = text.get(value.clone()).unwrap_or_default();
    let letters = word.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_');
    let next = text.get(value.end..).unwrap_or_default().trim_ascii_start().first();
    assigned && letters && matches!(next, Some(b',' | b')'))
}

/// Returns whether a value is a parameter's, and not a reference to one.
fn is_parameter(value: &[u8], quoted: bool) -> bool {
    let code = !quoted && (check::is_code(value) || is_attribute(value));
    value.len() >= 4 && !template::is_one(value) && !code && !value.starts_with(b"file://")
}

fn is_secret(value: &[u8], quoted: bool) -> bool {
    if quoted && value.contains(&b' ') {
        return phrase::is_password(value);
    }
    check::is_enclosed_password(value)
        && (check::has_digit(value) || letters::is_random(value))
        && (quoted || !check::is_code(value))
        && !value.starts_with(b"file://")
        && !value.iter().any(|b| *b <= b' ')
}

/// `acme-0c9b9261a31f`, `1EjOpI`: no name has a word like it.
fn is_irregular(value: &[u8]) -> bool {
    value.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
        && value.split(|b| *b == b'-').any(check::is_irregular)
}

/// Returns whether the value of one member among others is its secret: not a name, a host or a number.
fn is_telling(value: &[u8]) -> bool {
    let has = |sort: fn(&u8) -> bool| value.iter().any(sort);
    let host = value.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    let dotted = host && value.iter().filter(|b| **b == b'.').count() >= 2;
    if is_irregular(value) || letters::is_random(value) || value.contains(&b' ') {
        return true;
    }
    let mixed = has(u8::is_ascii_alphabetic) && (has(u8::is_ascii_uppercase) || value.len() >= 20);
    value.len() >= 8 && mixed && !dotted
}
