//! The codes of private IPv4 addresses: four groups of three characters, so that the networks in which addresses lie
//! together can be told from their placeholders.
//!
//! The groups stand for the first two octets, the two halves of the third, and the fourth. Each is an injection that the
//! key and all that stands before the group choose. So addresses in the same /16, /20 and /24 have the first three, six
//! and nine characters in common, and a network's own address shows those of the network. Equal octets of two networks
//! look different. Which network it is, and how near two of them are, is not told.

use sha2::{Digest, Sha256};

use crate::placeholder::{ALPHABET, TAIL};

/// The key of the groups of one scope.
#[derive(Clone)]
pub(crate) struct Groups {
    key: [u8; 32],
}

/// Characters of a group.
const GROUP: usize = TAIL / 4;
/// Bits of a character.
const CHARACTER: u16 = 5;
/// Bits of the right half of a group in the Feistel network; the left one has one more.
const RIGHT: u16 = 7;
/// Rounds of the network. A key has at most 337 arguments, and the rounds of each group are those of its prefix.
const ROUNDS: u8 = 6;
/// The first value of a group whose first character is a letter.
const LETTERS: u16 = 10 << (2 * CHARACTER);

impl Groups {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// The code of a private address, or of one in the shared range of RFC 6598; `None` of any other.
    pub(crate) fn code(&self, address: [u8; 4]) -> Option<[u8; TAIL]> {
        let [a, b, c, d] = address;
        let network = network(a, b)?;
        let groups = [
            self.first(network),
            self.permuted(&[1, a, b], u16::from(c >> 4)),
            self.permuted(&[2, a, b, c >> 4], u16::from(c & 15)),
            self.permuted(&[3, a, b, c], u16::from(d)),
        ];
        let mut code = [0; TAIL];
        for (characters, group) in code.chunks_exact_mut(GROUP).zip(groups) {
            let shifts = [2 * CHARACTER, CHARACTER, 0];
            for (slot, shift) in characters.iter_mut().zip(shifts) {
                *slot = ALPHABET.get(usize::from(group >> shift & 31)).copied().unwrap_or(b'0');
            }
        }
        Some(code)
    }

    /// The first group begins with a letter: a tail of digits only would look like an account id. A permutation leads from
    /// those values back to them, at the latest where it began.
    fn first(&self, network: u16) -> u16 {
        let mut group = LETTERS + network;
        loop {
            group = self.permuted(&[0], group);
            if group >= LETTERS {
                return group;
            }
        }
    }

    /// A permutation of 15 bits, chosen by the key and what stands before: a Feistel network.
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

    /// Eight bits of one half by the other. The parts before the half have fixed lengths for each group, and a digest of
    /// less than a block of them takes one compression.
    fn round(&self, before: &[u8], round: u8, half: u16) -> u16 {
        let mut digest = Sha256::new_with_prefix(self.key);
        digest.update([round]);
        digest.update(half.to_be_bytes());
        digest.update(before);
        let [first, ..]: [u8; 32] = digest.finalize().into();
        u16::from(first)
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
        assert_eq!(networks().count(), 337);
        let firsts: HashSet<u16> = networks().map(|(a, b)| groups.first(network(a, b).unwrap())).collect();
        assert_eq!(firsts.len(), 337);
        for (a, b) in networks() {
            assert!(groups.code([a, b, 0, 1]).unwrap()[0].is_ascii_uppercase(), "{a}.{b}");
        }
    }

    #[test]
    fn other_addresses_have_no_groups() {
        for address in
            [[9, 255, 0, 1], [11, 0, 0, 1], [172, 15, 0, 1], [172, 32, 0, 1], [192, 167, 0, 1], [100, 63, 0, 1]]
        {
            assert_eq!(Groups::new([9; 32]).code(address), None, "{address:?}");
        }
    }
}
