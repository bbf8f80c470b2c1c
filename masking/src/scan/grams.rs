//! The bytes by which literals are known, in groups.
//!
//! A place of a text may have a gram of a group if its first two bytes begin one and the next two end one. That is a
//! product of two sets, so the grams are shared out such that the product of each group is small in usual texts.

/// Bytes of a gram.
pub(crate) const GRAM: usize = 4;
/// Bytes from one place of a text that is looked at to the next.
pub(crate) const STEP: usize = 2;
/// Groups, as bits of half an entry of [`Pairs`].
pub(crate) const GROUPS: usize = 8;
/// Two bytes as a number.
const PAIRS: usize = 1 << u16::BITS;

/// The bytes by which a literal is known at one of its places.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gram {
    /// `None` stands for any byte.
    pub(crate) bytes: [Option<u8>; GRAM],
    /// Bytes from the gram to the literal.
    pub(crate) ahead: i8,
}

/// Returns the grams of a literal at an even byte of it and at an odd one, where few other texts have the same.
pub(crate) fn of(literal: &[u8]) -> impl Iterator<Item = Gram> + use<'_> {
    let at = |start: usize| Gram {
        bytes: std::array::from_fn(|at| literal.get(start + at).copied()),
        ahead: -(start as i8),
    };
    let rarest = move |odd: usize| {
        let weight = |start: &usize| literal.iter().skip(*start).take(GRAM).map(|byte| weight(*byte)).product::<u64>();
        (odd..(literal.len() + 1).saturating_sub(GRAM)).step_by(STEP).min_by_key(weight).map(at)
    };
    let short = move |odd: usize| match literal {
        // From the byte in front of it.
        [a, b, rest @ ..] if odd > 0 && rest.len() < STEP => {
            Gram { bytes: [None, Some(*a), Some(*b), rest.first().copied()], ahead: 1 }
        }
        _ => at(odd),
    };
    [0, 1].into_iter().map(move |odd| rarest(odd).unwrap_or_else(|| short(odd)))
}

/// How often a byte is in texts of English and code, about.
fn weight(byte: u8) -> u64 {
    WEIGHTS.get(usize::from(byte)).copied().unwrap_or_default()
}

static WEIGHTS: [u64; 256] = {
    let mut weights = [1; 256];
    let (ascii, _) = weights.split_at_mut(128);
    let mut byte = 0;
    while byte < ascii.len() {
        #[allow(clippy::indexing_slicing, reason = "the constant is made when this is compiled")]
        {
            ascii[byte] = if byte == b' ' as usize { 300 } else { 30 };
        }
        byte += 1;
    }
    let (mut letters, mut n) = (b"etaoinsrhldcumfpgwybvkxjqz".as_slice(), 3);
    while let [letter, rest @ ..] = letters {
        #[allow(clippy::indexing_slicing, reason = "the constant is made when this is compiled")]
        {
            ascii[*letter as usize] = 1_000 / n;
            ascii[letter.to_ascii_uppercase() as usize] = 1_000 / n / 20;
        }
        (letters, n) = (rest, n + 1);
    }
    weights
};

/// The byte that is known, or each.
pub(crate) fn each(byte: Option<u8>) -> std::ops::RangeInclusive<u8> {
    byte.map_or(0..=u8::MAX, |byte| byte..=byte)
}

/// The groups of two bytes.
#[derive(Debug)]
pub(crate) struct Pairs {
    /// For each two bytes the groups whose grams begin with them, and in the upper half those whose grams end with them.
    groups: Box<[u16; PAIRS]>,
}

/// By how much each group of [`Pairs`] grows.
type Growths = [u64; 2 * GROUPS];

/// How often the pairs of a group are in a text.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    begin: u64,
    end: u64,
}

impl Pairs {
    /// Shares out the grams: the most common ones first, each to the group that it makes the least larger.
    pub(crate) fn new(mut grams: Vec<[Option<u8>; GRAM]>) -> Self {
        let mut pairs = Self { groups: Box::new([0; PAIRS]) };
        let weighed = |byte: Option<u8>| each(byte).map(weight).sum::<u64>();
        grams.sort_by_cached_key(|gram| {
            std::cmp::Reverse((gram.iter().map(|byte| weighed(*byte)).product::<u64>(), *gram))
        });
        grams.dedup();
        let mut shares = [Share::default(); GROUPS];
        for [a, b, c, d] in grams {
            let (begins, ends) = (pairs.growths([a, b]), pairs.growths([c, d]));
            let growth = |growths: &Growths, group: usize| growths.get(group).copied().unwrap_or_default();
            let grown = |(group, share): (usize, &Share)| Share {
                begin: share.begin + growth(&begins, group),
                end: share.end + growth(&ends, group + GROUPS),
            };
            let larger = |(group, share): &(usize, &Share)| {
                let grown = grown((*group, share));
                grown.begin * grown.end - share.begin * share.end
            };
            let Some(least) = shares.iter().enumerate().min_by_key(larger) else { continue };
            let (group, grown) = (least.0, grown(least));
            shares.get_mut(group).into_iter().for_each(|share| *share = grown);
            pairs.add([a, b], group);
            pairs.add([c, d], group + GROUPS);
        }
        pairs
    }

    #[inline]
    pub(crate) fn groups(&self, pair: u16) -> u16 {
        self.groups.get(usize::from(pair)).copied().unwrap_or_default()
    }

    /// By how much each group grows with two bytes, in any case: what all of their pairs weigh, without those that it has.
    fn growths(&self, bytes: [Option<u8>; 2]) -> Growths {
        let (mut all, mut had) = (0, Growths::default());
        of_both(bytes).for_each(|pair| {
            let weight = pair.map(weight).iter().product::<u64>();
            all += weight;
            // Most pairs are in no group.
            let mut groups = self.groups(u16::from_le_bytes(pair));
            while groups != 0 {
                had.get_mut(groups.trailing_zeros() as usize).into_iter().for_each(|had| *had += weight);
                groups &= groups - 1;
            }
        });
        had.map(|had| all - had)
    }

    fn add(&mut self, bytes: [Option<u8>; 2], group: usize) {
        for pair in of_both(bytes) {
            let groups = self.groups.get_mut(usize::from(u16::from_le_bytes(pair)));
            groups.into_iter().for_each(|groups| *groups |= 1 << group);
        }
    }
}

/// Two bytes in any case.
fn of_both([a, b]: [Option<u8>; 2]) -> impl Iterator<Item = [u8; 2]> {
    let cases = |byte: Option<u8>| {
        let (lower, upper) = (byte.map(|b| b.to_ascii_lowercase()), byte.map(|b| b.to_ascii_uppercase()));
        each(lower).chain(upper.filter(move |_| upper != lower))
    };
    cases(a).flat_map(move |a| cases(b).map(move |b| [a, b]))
}
