//! The codes of private IPv4 addresses: four groups of three characters, so that the networks in which addresses lie
//! together can be told from their placeholders.
//!
//! The groups stand for the first two octets, the two halves of the third, and the fourth. Each is an injection that
//! the key and all that stands before the group choose. So addresses in the same /16, /20 and /24 have the first three,
//! six and nine characters in common, and a network's own address shows those of the network. Equal octets of two
//! networks look different. The groups tell neither which network it is nor how near two of them are.

use sha2::{Digest, Sha256};

use crate::placeholder::{ALPHABET, TAIL};

/// The key of the groups of one scope.
#[derive(Clone)]
pub(crate) struct Groups {
    key: [u8; 32],
}

/// The /24 of an address, with its groups under one key.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LastNetwork(Option<([u8; 3], [u16; 3])>);

/// Characters of a group.
const GROUP: usize = TAIL / 4;
/// Bits of a character.
const CHARACTER: u16 = 5;
/// Bits of the right half of a group in the Feistel network; the left one has one more.
const RIGHT: u16 = 7;
/// Rounds of the network. A key has at most 337 arguments, and the rounds of each group are those of its prefix. More
/// of them would cost: a digest for each.
const ROUNDS: u8 = 4;
/// Values of half an octet.
const HALVES: usize = 16;
/// The bits of a group.
const GROUP_MASK: u16 = (1 << (3 * CHARACTER)) - 1;
/// The first value of a group whose first character is a letter.
const LETTERS: u16 = 10 << (2 * CHARACTER);

impl Groups {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// Returns the code of a private address, or of one in the shared range of RFC 6598; `None` for any other. Most
    /// addresses lie in the network of the one before them, whose groups are remembered.
    pub(crate) fn code(&self, address: [u8; 4], last: &mut LastNetwork) -> Option<[u8; TAIL]> {
        let [a, b, c, d] = address;
        let network = network(a, b)?;
        let [first, second, third] = match *last {
            LastNetwork(Some((of, groups))) if of == [a, b, c] => groups,
            _ => [self.first(network), self.drawn(&[1, a, b], c >> 4), self.drawn(&[2, a, b, c >> 4], c & 15)],
        };
        *last = LastNetwork(Some(([a, b, c], [first, second, third])));
        let groups = [first, second, third, self.permuted(&[3, a, b, c], u16::from(d))];
        let mut code = [0; TAIL];
        for (characters, group) in code.chunks_exact_mut(GROUP).zip(groups) {
            let shifts = [2 * CHARACTER, CHARACTER, 0];
            for (slot, shift) in characters.iter_mut().zip(shifts) {
                *slot = ALPHABET.get(usize::from(group >> shift & 31)).copied().unwrap_or(b'0');
            }
        }
        Some(code)
    }

    /// The first group begins with a letter: a tail of digits only would look like an account id. A permutation leads
    /// from those values back to them, at the latest where it began.
    fn first(&self, network: u16) -> u16 {
        let mut group = LETTERS + network;
        loop {
            group = self.permuted(&[0], group);
            if group >= LETTERS {
                return group;
            }
        }
    }

    /// The group of half an octet: the digest of the prefix has room for one of each value. One that was drawn before
    /// gives way to the next that is free.
    fn drawn(&self, before: &[u8], half: u8) -> u16 {
        let digest = self.digest(before, &[]);
        let mut drawn = [0; HALVES];
        for (at, pair) in digest.chunks_exact(2).enumerate().take(usize::from(half) + 1) {
            let mut group = pair.iter().fold(0, |group, byte| group << 8 | u16::from(*byte)) & GROUP_MASK;
            while drawn.iter().take(at).any(|earlier| *earlier == group) {
                group = (group + 1) & GROUP_MASK;
            }
            drawn.get_mut(at).into_iter().for_each(|slot| *slot = group);
        }
        drawn.get(usize::from(half)).copied().unwrap_or_default()
    }

    /// A permutation of 15 bits, chosen by the key and the prefix: a Feistel network.
    fn permuted(&self, before: &[u8], value: u16) -> u16 {
        let (mut left, mut right) = (value >> RIGHT, value & ((1 << RIGHT) - 1));
        for round in 0..ROUNDS {
            if round % 2 == 0 {
                left ^= self.round(before, round, right);
            } else {
                right ^= self.round(before, round, left) >> 1;
            }
        }
        left << RIGHT | right
    }

    /// Eight bits of one half by the other.
    fn round(&self, before: &[u8], round: u8, half: u16) -> u16 {
        let [high, low] = half.to_be_bytes();
        let [first, ..] = self.digest(before, &[round, high, low]);
        u16::from(first)
    }

    /// The prefix begins with the number of its group, which determines the lengths, so no two lists of parts are the
    /// same bytes. Both are less than a block with the key: one compression.
    fn digest(&self, before: &[u8], rest: &[u8]) -> [u8; 32] {
        let mut digest = Sha256::new_with_prefix(self.key);
        digest.update(before);
        digest.update(rest);
        digest.finalize().into()
    }
}

/// The number of a private /16: there are 337.
fn network(a: u8, b: u8) -> Option<u16> {
    let b = u16::from(b);
    match (a, b) {
        (10, _) => Some(b),
        (172, 16..=31) => Some(256 + (b - 16)),
        (192, 168) => Some(272),
        (100, 64..=127) => Some(273 + (b - 64)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn networks() -> impl Iterator<Item = (u8, u8)> {
        (0..=255).flat_map(|a| (0..=255).map(move |b| (a, b))).filter(|(a, b)| network(*a, *b).is_some())
    }

    #[test]
    fn a_group_is_an_injection_and_the_first_begins_with_a_letter() {
        let groups = Groups::new([9; 32]);
        assert_eq!(
            (0..1 << 15).map(|value| groups.permuted(&[1, 10, 0], value)).collect::<HashSet<_>>().len(),
            1 << 15
        );
        for before in 0..=255 {
            let drawn: HashSet<u16> = (0..16).map(|half| groups.drawn(&[1, 10, before], half)).collect();
            assert_eq!(drawn.len(), 16);
        }
        assert_eq!(networks().count(), 337);
        let firsts: HashSet<u16> = networks().map(|(a, b)| groups.first(network(a, b).unwrap())).collect();
        assert_eq!(firsts.len(), 337);
        for (a, b) in networks() {
            assert!(groups.code([a, b, 0, 1], &mut LastNetwork::default()).unwrap()[0].is_ascii_uppercase(), "{a}.{b}");
        }
    }

    #[test]
    fn what_is_remembered_changes_no_code() {
        let (groups, mut last) = (Groups::new([9; 32]), LastNetwork::default());
        for address in [[10, 0, 1, 7], [10, 0, 1, 8], [10, 0, 2, 7], [8, 8, 8, 8], [10, 0, 2, 7], [172, 16, 2, 7]] {
            let code = groups.code(address, &mut LastNetwork::default());
            assert_eq!(groups.code(address, &mut last), code, "{address:?}");
        }
    }

    #[test]
    fn other_addresses_have_no_groups() {
        for address in
            [[9, 255, 0, 1], [11, 0, 0, 1], [172, 15, 0, 1], [172, 32, 0, 1], [192, 167, 0, 1], [100, 63, 0, 1]]
        {
            assert_eq!(Groups::new([9; 32]).code(address, &mut LastNetwork::default()), None, "{address:?}");
        }
    }
}
