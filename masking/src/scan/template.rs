//! What stands for a value in configuration and code: a reference, a call, a word in brackets.

use crate::scan::letters;
use crate::scan::look;
use crate::scan::words::starts_with_ignore_case;

/// Returns whether a value is a template, or holds one: `${NAME}`, `{{ name }}`, `$(name)`, `<name>`, `f(x)`, `A::B`,
/// `***`.
pub(crate) fn is_one(value: &[u8]) -> bool {
    const ENCLOSED: [(&[u8], &[u8]); 5] = [(b"${", b"}"), (b"{{", b"}}"), (b"$(", b")"), (b"%(", b")"), (b"#{", b"}")];
    const WHOLE: [(u8, u8); 5] = [(b'<', b'>'), (b'[', b']'), (b'%', b'%'), (b'{', b'}'), (b'(', b')')];
    let inside = value.get(1..value.len().saturating_sub(1)).unwrap_or_default();
    let named = inside.iter().all(|b| in_name(*b)) || holds(inside, b"\":");
    let whole = named && WHOLE.iter().any(|(open, close)| value.first() == Some(open) && value.last() == Some(close));
    let enclosed = ENCLOSED.iter().any(|(open, close)| encloses(value, open, close));
    let marked =
        [b"****".as_slice(), b"xxxx", b"XXXX"].iter().any(|mark| holds(value, mark)) || value.ends_with(b"...");
    whole
        || enclosed
        || marked
        || is_sealed(value)
        || is_path(value)
        || is_call(value)
        || is_variable(value)
        || is_default(value)
        || starts_with_ignore_case(value, b"arn:")
}

/// `required|min:8|confirmed`: what a validator demands of a value.
pub(crate) fn is_rule(value: &[u8]) -> bool {
    let in_rule = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b':' | b',');
    let word = |part: &[u8]| part.first().is_some_and(u8::is_ascii_lowercase) && part.iter().all(in_rule);
    value.contains(&b'|') && value.split(|b| *b == b'|').all(word)
}

/// `/home/a/b1`, `~/a1`, `./a1`, `C:\\a1`: nothing but the names of folders.
pub(crate) fn is_path(value: &[u8]) -> bool {
    let drive = matches!(value, [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    let rooted = [b"/".as_slice(), b"~/", b"./", b"../"].iter().any(|root| value.starts_with(root));
    // A password may begin with a slash, and has no other.
    let scattered = rooted && value.iter().filter(|b| **b == b'/').count() == 1 && is_irregular(value);
    (drive || rooted) && !scattered && value.iter().all(|b| in_name(*b) || matches!(b, b'\\' | b'~' | b'@'))
}

fn holds(value: &[u8], part: &[u8]) -> bool {
    value.windows(part.len()).any(|window| window == part)
}

fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'-' | b'/' | b' ')
}

/// Returns whether a name stands between two signs, at the start or long enough for no chance.
fn encloses(value: &[u8], open: &[u8], close: &[u8]) -> bool {
    let opened = value.windows(open.len()).position(|window| window == open);
    let Some(inside) = opened.and_then(|at| value.get(at + open.len()..)) else { return false };
    let name = inside.iter().take_while(|b| in_name(**b)).count();
    let least = if opened == Some(0) { 1 } else { 6 };
    name >= least && inside.get(name..).is_some_and(|rest| rest.starts_with(close))
}

/// `generate(16)`, `@Vault(Uri=…)`
fn is_call(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"@").unwrap_or(value);
    // No name of code has a hyphen.
    let name = value.iter().take_while(|b| in_name(**b) && **b != b'-').count();
    let inside = value.get(name..).and_then(|rest| rest.strip_prefix(b"(")?.strip_suffix(b")"));
    let argument = |b: &u8| in_name(*b) || matches!(b, b'=' | b',' | b'\'' | b'"' | b'\\' | b'(' | b')');
    name >= 4 && inside.is_some_and(|inside| inside.iter().all(argument))
}

/// Returns whether a name would have to be made of letters and digits as by chance.
fn is_irregular(value: &[u8]) -> bool {
    look::is_scattered(value) || value.len() >= 10 && look::has_digit(value) && letters::is_unlikely(value)
}

/// `AgBy3i4OJSWK…`, `ENC[AES256_GCM,…]`: what a controller of a cluster or a tool for files has encrypted.
pub(crate) fn is_sealed(value: &[u8]) -> bool {
    const SEALED_MIN: usize = 60;
    let base64 = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    // Spring's and LDAP's, and what PostgreSQL keeps instead of a password.
    let named = [b"ENC[".as_slice(), b"{cipher}", b"e1NTSEF9", b"e1NIQ", b"e0NSWVBU"]
        .iter()
        .any(|sign| value.starts_with(sign));
    let digest =
        value.strip_prefix(b"md5").is_some_and(|digest| digest.len() == 32 && digest.iter().all(u8::is_ascii_hexdigit));
    named || digest || value.len() >= SEALED_MIN && value.starts_with(b"Ag") && value.iter().all(base64)
}

/// `${NAME:-…}`: a variable with its default, whose name tells what that is.
fn is_default(value: &[u8]) -> bool {
    let inside = value.strip_prefix(b"${").and_then(|value| value.strip_suffix(b"}")).unwrap_or_default();
    let name = inside.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    name > 0 && matches!(inside.get(name..), Some([b':', b'-' | b'=', ..] | [b'-', ..]))
}

/// `$Name1`, `@name1`, `Module::Name1`
fn is_variable(value: &[u8]) -> bool {
    let sigil = value.first().is_some_and(|b| matches!(b, b'$' | b'@'));
    let name = if sigil { value.get(1..).unwrap_or_default() } else { value };
    let joint = if sigil { b'.' } else { b':' };
    (sigil || holds(value, b"::"))
        && !(sigil && is_irregular(name))
        && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_' || *b == joint)
}
