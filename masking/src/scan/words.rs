//! Comparing with words, whatever their case.

/// The comparison of a text's letters with those of a pattern or a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Exact,
    Any,
}

pub(crate) fn starts_with_ignore_case(value: &[u8], start: &[u8]) -> bool {
    value.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

pub(crate) fn is_one_of(words: &str, value: &[u8]) -> bool {
    words.split('|').any(|word| word.as_bytes().eq_ignore_ascii_case(value))
}
