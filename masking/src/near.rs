//! Searches for bytes that are usually near: eight bytes at a time, without the call that a search over long texts costs.

/// Bytes that are looked at so; past that the search is one for long texts.
const NEAR: usize = 32;
const EIGHT: usize = size_of::<u64>();
const ONES: u64 = u64::MAX / u8::MAX as u64;
const HIGHS: u64 = ONES << (u8::BITS - 1);

/// Returns the offset of the first `byte`.
#[inline]
pub(crate) fn one(byte: u8, bytes: &[u8]) -> Option<usize> {
    let sign = ONES * u64::from(byte);
    search(bytes, |eight| zeros(eight ^ sign), |b| b == byte, |far| memchr::memchr(byte, far))
}

/// Returns the offset of the first byte that is one of two.
#[inline]
pub(crate) fn two(first: u8, second: u8, bytes: &[u8]) -> Option<usize> {
    let signs = [first, second].map(|byte| ONES * u64::from(byte));
    let find = |eight: u64| signs.iter().fold(0, |found, sign| found | zeros(eight ^ sign));
    search(bytes, find, |b| b == first || b == second, |far| memchr::memchr2(first, second, far))
}

/// Returns whether a byte is one of a few, which are known when this is compiled: a test of bits, where `contains` would
/// search them.
#[inline(always)]
pub(crate) fn is_any<const N: usize>(few: &[u8; N], byte: &u8) -> bool {
    few.iter().any(|b| b == byte)
}

/// The characters of a string of JSON up to its quote, if all of them stand as they are: none is escaped, and each is one
/// byte.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plain {
    pub(crate) len: usize,
    /// Whether there may be a `w`, in either case.
    pub(crate) has_w: bool,
}

/// Returns the string whose content the bytes begin with; `None` if it is another, or none.
#[inline]
pub(crate) fn plain(bytes: &[u8]) -> Option<Plain> {
    let all = |byte: u8| ONES * u64::from(byte);
    let (eights, rest) = bytes.as_chunks::<EIGHT>();
    let mut has_w = false;
    for (eight, at) in eights.iter().zip((0..).step_by(EIGHT)) {
        let eight = u64::from_le_bytes(*eight);
        let below = eight.wrapping_sub(all(b' ')) & !eight;
        let end = (zeros(eight ^ all(b'"')) | zeros(eight ^ all(b'\\')) | below | eight) & HIGHS;
        let w = zeros((eight | all(b' ')) ^ all(b'w'));
        if end == 0 {
            has_w |= w != 0;
            continue;
        }
        let len = at + (end.trailing_zeros() / u8::BITS) as usize;
        has_w |= w & (end - 1) & !end != 0;
        return (bytes.get(len) == Some(&b'"')).then_some(Plain { len, has_w });
    }
    let len = rest.iter().position(|b| matches!(b, b'"' | b'\\') || !(b' '..=b'~').contains(b))?;
    has_w |= rest.iter().take(len).any(|b| b | b' ' == b'w');
    (rest.get(len) == Some(&b'"')).then_some(Plain { len: bytes.len() - rest.len() + len, has_w })
}

pub(crate) use marks::Marks;

/// The bytes that end a plain run of a string of JSON: quotes, backslashes and control characters.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod marks {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u64x2, v128, v128_or};

    /// Bytes whose marks are found at once, as the strings of prose and code have several in each line.
    const BLOCK: usize = size_of::<v128>();

    #[derive(Debug)]
    pub(crate) struct Marks<'b> {
        bytes: &'b [u8],
        /// The start of the current block.
        block: usize,
        /// A bit for each mark of it that is not behind, the lowest for the first byte.
        bits: u32,
    }

    impl<'b> Marks<'b> {
        pub(crate) fn of(bytes: &'b [u8]) -> Self {
            let mut marks = Self { bytes, block: 0, bits: 0 };
            marks.load();
            marks
        }

        /// Returns the first mark at `from` or after it. No call asks from before the last one's mark.
        #[inline]
        pub(crate) fn next(&mut self, from: usize) -> Option<usize> {
            match from - self.block {
                behind if behind < BLOCK => self.bits &= u32::MAX << behind,
                _ => {
                    self.block = from;
                    self.load();
                }
            }
            while self.bits == 0 {
                self.block += BLOCK;
                if self.block >= self.bytes.len() {
                    return None;
                }
                self.load();
            }
            Some(self.block + self.bits.trailing_zeros() as usize)
        }

        #[inline]
        fn load(&mut self) {
            let rest = self.bytes.get(self.block..).unwrap_or_default();
            self.bits = rest.first_chunk().map_or_else(|| last(rest), bits);
        }
    }

    /// The marks of fewer bytes than a block has.
    #[cold]
    fn last(rest: &[u8]) -> u32 {
        let mut block = [b' '; BLOCK];
        block.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        bits(&block)
    }

    #[inline]
    fn bits(block: &[u8; BLOCK]) -> u32 {
        let both = u128::from_le_bytes(*block);
        let bytes = u64x2(both as u64, (both >> u64::BITS) as u64);
        let [quotes, escapes] = [b'"', b'\\'].map(|mark| u8x16_eq(bytes, u8x16_splat(mark)));
        let controls = u8x16_lt(bytes, u8x16_splat(b' '));
        u32::from(u8x16_bitmask(v128_or(v128_or(quotes, escapes), controls)))
    }
}

/// The same by a search for each.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod marks {
    use crate::near::two;

    #[derive(Debug)]
    pub(crate) struct Marks<'b> {
        bytes: &'b [u8],
        /// True if no control character stands in the bytes, so that none is looked for.
        plain: bool,
    }

    impl<'b> Marks<'b> {
        pub(crate) fn of(bytes: &'b [u8]) -> Self {
            Self { bytes, plain: is_plain(bytes) }
        }

        #[inline]
        pub(crate) fn next(&mut self, from: usize) -> Option<usize> {
            let rest = self.bytes.get(from..)?;
            let end = two(b'"', b'\\', rest);
            let run = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            let end = if self.plain || is_plain(run) { end } else { run.iter().position(is_control).or(end) };
            end.map(|end| from + end)
        }
    }

    fn is_control(byte: &u8) -> bool {
        *byte < b' '
    }

    /// The least byte is found by vectors, unlike the first that is below a bound.
    fn is_plain(bytes: &[u8]) -> bool {
        !is_control(&bytes.iter().fold(u8::MAX, |least, byte| least.min(*byte)))
    }
}

/// Returns whether bytes are the same, by eight of them at once: WebAssembly has no instruction that compares more, and one
/// byte at a time a megabyte takes sixteen million instructions.
#[inline]
pub fn is_same(bytes: &[u8], others: &[u8]) -> bool {
    let [(eights, rest), (other_eights, other_rest)] = [bytes, others].map(|bytes| bytes.as_chunks::<EIGHT>());
    bytes.len() == others.len()
        && eights.iter().zip(other_eights).all(|(a, b)| u64::from_le_bytes(*a) == u64::from_le_bytes(*b))
        && rest.iter().zip(other_rest).all(|(a, b)| a == b)
}

/// Returns what follows a beginning; `None` if the bytes begin otherwise.
#[inline]
pub(crate) fn without<'b>(bytes: &'b [u8], beginning: &[u8]) -> Option<&'b [u8]> {
    let (head, behind) = bytes.split_at_checked(beginning.len())?;
    is_same(head, beginning).then_some(behind)
}

/// Returns the high bit of the first zero byte, and none below it.
#[inline]
fn zeros(eight: u64) -> u64 {
    eight.wrapping_sub(ONES) & !eight & HIGHS
}

#[inline]
fn search(
    bytes: &[u8],
    find: impl Fn(u64) -> u64,
    is: impl Fn(u8) -> bool,
    far: impl Fn(&[u8]) -> Option<usize>,
) -> Option<usize> {
    let mut at = 0;
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk)
        && at < NEAR
    {
        let found = find(u64::from_le_bytes(*eight));
        if found != 0 {
            return Some(at + (found.trailing_zeros() / u8::BITS) as usize);
        }
        at += EIGHT;
    }
    let rest = bytes.get(at..)?;
    let found = if at < NEAR { rest.iter().position(|b| is(*b)) } else { far(rest) };
    found.map(|found| at + found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn plain_strings(text in "[wWa \\u{1}\\u{7f}é\"\\\\]{0,40}", front in 0usize..20) {
            let text = [b"x".repeat(front), text.into_bytes()].concat();
            let end = text.iter().position(|b| matches!(b, b'"' | b'\\' | ..0x20 | 0x80..));
            let expected = end.filter(|end| text.get(*end) == Some(&b'"'));
            let found = super::plain(&text);
            // Before the end of the last few bytes DEL is no plain character.
            prop_assert!(found.is_some() || expected.is_none() || text.contains(&0x7f));
            if let Some(super::Plain { len, has_w }) = found {
                prop_assert_eq!(Some(len), expected);
                prop_assert!(has_w || !text.iter().take(len).any(|b| b.eq_ignore_ascii_case(&b'w')));
            }
        }

        #[test]
        fn marks_from_any_place(text in "[a \u{1}\u{1f}\u{7f}é€\"!#\\\\\\[\\]]{0,70}", steps in prop::collection::vec(0usize..40, 0..8)) {
            let (bytes, mut from) = (text.as_bytes(), 0);
            let mut marks = super::Marks::of(bytes);
            for step in steps {
                let expected = (from..bytes.len()).find(|at| matches!(bytes.get(*at), Some(b'"' | b'\\' | ..0x20)));
                prop_assert_eq!(marks.next(from), expected);
                from = expected.unwrap_or(from) + step;
            }
        }

        #[test]
        fn the_first_is_found(text in "[ab\u{1}\u{80}é]{0,90}", front in 0usize..90) {
            let text = [b" ".repeat(front), text.into_bytes()].concat();
            prop_assert!(super::is_same(&text, &text.clone()) && !super::is_same(&text, &[&text, &b"a"[..]].concat()));
            prop_assert_eq!(super::without(&text, &b" ".repeat(front)), text.get(front..));
            prop_assert_eq!(super::without(&text, &[&text, &b"a"[..]].concat()), None);
            prop_assert_eq!(super::without(&text, &b" ".repeat(front + 1)), None.or(text.strip_prefix(&*b" ".repeat(front + 1))));
            prop_assert_eq!(super::one(b'a', &text), text.iter().position(|b| *b == b'a'));
            let expected = text.iter().position(|b| matches!(b, b'b' | 0x80));
            prop_assert_eq!(super::two(b'b', 0x80, &text), expected);
        }
    }
}
