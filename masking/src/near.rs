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

/// Bytes that [`marks`] looks at.
pub(crate) const BLOCK: usize = 2 * EIGHT;

/// Returns a bit for each byte that ends a plain run of a string of JSON: a quote, a backslash or a control character; the
/// lowest is that of the first byte. All of a block are found at once, as prose and code have one about each line.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
pub(crate) fn marks(block: &[u8; BLOCK]) -> u32 {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u64x2, v128_or};
    let [low, high] = eights(block);
    let bytes = u64x2(low, high);
    let [quotes, escapes] = [b'"', b'\\'].map(|mark| u8x16_eq(bytes, u8x16_splat(mark)));
    let controls = u8x16_lt(bytes, u8x16_splat(b' '));
    u32::from(u8x16_bitmask(v128_or(v128_or(quotes, escapes), controls)))
}

/// The same by eight bytes at once.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
pub(crate) fn marks(block: &[u8; BLOCK]) -> u32 {
    // No sum carries into the next byte, so each high bit tells of its own byte only.
    const LOWS: u64 = !HIGHS;
    // Gathers the high bits of eight bytes.
    const GATHER: u64 = 0x0002_0408_1020_4081;
    let all = |byte: u8| ONES * u64::from(byte);
    let [low, high] = eights(block).map(|eight| {
        let others = |byte: u8| ((eight ^ all(byte)) & LOWS).wrapping_add(LOWS) | (eight ^ all(byte));
        let printed = (eight & LOWS).wrapping_add(all(HIGHS as u8 - b' ')) | eight;
        let marked = !(others(b'"') & others(b'\\') & printed) & HIGHS;
        (marked.wrapping_mul(GATHER) >> (u64::BITS - u8::BITS)) as u32
    });
    low | high << EIGHT
}

#[inline]
fn eights(block: &[u8; BLOCK]) -> [u64; 2] {
    let bytes = u128::from_le_bytes(*block);
    [bytes as u64, (bytes >> u64::BITS) as u64]
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
        fn marks_of_a_block(text in "[a \u{1}\u{1f}\u{7f}é€\"!#\\\\\\[\\]]{16}") {
            let block = text.as_bytes().first_chunk().unwrap();
            let expected = block.iter().rev().fold(0, |marks, b| marks << 1 | u32::from(matches!(b, b'"' | b'\\' | ..0x20)));
            prop_assert_eq!(super::marks(block), expected);
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
