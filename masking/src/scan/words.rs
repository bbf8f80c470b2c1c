//! Comparing with words, whatever their case.

use crate::near;

/// The comparison of a text's letters with those of a pattern or a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Exact,
    Any,
}

pub(crate) fn starts_with_ignore_case(value: &[u8], start: &[u8]) -> bool {
    value.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

pub(crate) fn ends_with_ignore_case(value: &[u8], end: &[u8]) -> bool {
    let tail = value.len().checked_sub(end.len()).and_then(|at| value.get(at..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

pub(crate) fn holds_ignore_case(value: &[u8], part: &[u8]) -> bool {
    value.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}

pub(crate) fn is_one_of(words: &str, value: &[u8]) -> bool {
    let mut rest = words.as_bytes();
    loop {
        // Only a word of the value's length has its end where the value would have it.
        let ends = matches!(rest.get(value.len()), None | Some(b'|'));
        if ends && starts_with_ignore_case(rest, value) {
            return true;
        }
        let Some(end) = near::one(b'|', rest) else { return false };
        rest = rest.get(end + 1..).unwrap_or_default();
    }
}

/// A set of bytes, which one look into a table tells.
#[derive(Clone, Debug)]
pub(crate) struct Bytes([bool; 256]);

impl Bytes {
    pub(crate) const NONE: Self = Self([false; 256]);
    pub(crate) const ALL: Self = Self([true; 256]);

    /// Letters and digits, and some more.
    pub(crate) const fn alphanumeric_or(more: &[u8]) -> Self {
        let mut set = [false; 256];
        let mut byte = 0_u8;
        while byte < 128 {
            let mut has = byte.is_ascii_alphanumeric();
            let mut rest = more;
            while let [first, others @ ..] = rest {
                has = has || *first == byte;
                rest = others;
            }
            #[allow(clippy::indexing_slicing, reason = "a byte is an index of 256")]
            {
                set[byte as usize] = has;
            }
            byte += 1;
        }
        Self(set)
    }

    pub(crate) fn add(&mut self, bytes: std::ops::RangeInclusive<u8>) {
        for byte in bytes {
            self.0.get_mut(usize::from(byte)).into_iter().for_each(|slot| *slot = true);
        }
    }

    pub(crate) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).is_some_and(|has| *has)
    }
}
