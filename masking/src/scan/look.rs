//! The look of a value: how its letters, digits and signs are mixed, whatever it stands for.

use crate::near::is_any;

pub(crate) fn has_digit(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_digit)
}

/// Returns whether a value mixes all sorts of letters and signs, as no word does.
pub(crate) fn is_generated(value: &[u8]) -> bool {
    let has = |sort: fn(&u8) -> bool| value.iter().any(sort);
    value.len() >= 12 && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
}

/// Returns whether a value of base64 has no digit by chance, and changes its case as no words do.
pub(crate) fn is_case_mixed(value: &[u8]) -> bool {
    const MIN: usize = 40;
    let cases = |pair: &&[u8]| matches!(pair, [a, b] if a.is_ascii_lowercase() != b.is_ascii_lowercase());
    value.len() >= MIN && value.windows(2).filter(cases).count() * 5 >= value.len() * 2
}

/// Returns whether digits stand among the letters of a value as in no word and in no name with a number: `Tr0ub4dor`,
/// `abc123XYZ`, `3f2b8c1d`.
pub(crate) fn is_irregular(value: &[u8]) -> bool {
    let inner = value.windows(2).filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() && b.is_ascii_alphabetic()));
    let inner = inner.count();
    let has = |sort: fn(&u8) -> bool| value.iter().any(sort);
    let cases = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    value.len() >= IRREGULAR_MIN && inner >= 1 && cases || value.len() >= 8 && inner >= 2
}

/// Bytes of a value whose letters and digits tell it from a word.
const IRREGULAR_MIN: usize = 6;

/// Returns whether a value has letters of both cases, digits and a sign that is not one of names, addresses and numbers.
pub(crate) fn is_mixed(value: &[u8]) -> bool {
    let has = |sort: fn(&u8) -> bool| value.iter().any(sort);
    value.len() >= 8
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && has(|b| crate::near::is_any(b"!#$%^&*+?~", b))
}

/// Returns whether a value begins as a reference does.
pub(crate) fn begins_with_sigil(value: &[u8]) -> bool {
    value.first().is_some_and(|b| is_any(b"${*&!@", b))
}

/// Returns whether a value has the look of a password: signs among its letters and digits, or so many changes between
/// them as no word and no name of code has, `YE92uRGZCPMfB7`.
pub(crate) fn is_scattered(value: &[u8]) -> bool {
    let sort = |b: u8| match b {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let changes = value.windows(2).filter(|pair| matches!(pair, [a, b] if sort(*a) != sort(*b))).count();
    let has = |sort: fn(&u8) -> bool| value.iter().any(sort);
    let letters = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    is_mixed(value) || value.len() >= SCATTERED_MIN && letters && changes * 5 >= value.len() * 2
}

/// Bytes of letters and digits that can have the look of a password.
const SCATTERED_MIN: usize = 10;

/// Returns whether a value is a run of letters and digits too long for a word.
pub(crate) fn is_long(value: &[u8]) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    value.len() >= 20 && digits >= 3 && digits < value.len() && value.iter().all(u8::is_ascii_alphanumeric)
}
