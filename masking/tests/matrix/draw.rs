//! Values from a seed: numbers, and strings that a pattern of the catalogue would match.

use std::hash::{DefaultHasher, Hash, Hasher};

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use crate::catalog::MACROS;

/// A generator of numbers that are the same in each run (SplitMix64).
#[derive(Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// The numbers of one place in the matrix: what is drawn there does not depend on what is drawn elsewhere.
    pub fn new(seed: u64, place: &[&str]) -> Self {
        let mut hasher = DefaultHasher::new();
        (seed, place).hash(&mut hasher);
        Self(hasher.finish())
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 16) as usize % bound
    }

    pub fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }

    /// A byte of an alphabet.
    pub fn of(&mut self, alphabet: &str) -> char {
        char::from(*self.pick(alphabet.as_bytes()))
    }
}

/// At most so many repetitions more than a part needs: values of the greatest length are rare.
const MORE: u32 = 14;

/// A string of printable ASCII that the pattern matches.
pub fn string(pattern: &str, numbers: &mut Numbers) -> String {
    let source = MACROS.iter().fold(pattern.to_owned(), |source, (name, with)| source.replace(name, with));
    let hir = ParserBuilder::new().unicode(false).utf8(false).build().parse(&source).unwrap();
    let mut drawn = String::new();
    write(&hir, numbers, &mut drawn);
    drawn
}

fn write(hir: &Hir, numbers: &mut Numbers, drawn: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => drawn.push_str(std::str::from_utf8(&literal.0).unwrap()),
        HirKind::Class(class) => drawn.push(member(class, numbers)),
        HirKind::Repetition(repetition) => {
            for _ in 0..times(repetition, numbers) {
                write(&repetition.sub, numbers, drawn);
            }
        }
        HirKind::Capture(group) => write(&group.sub, numbers, drawn),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, numbers, drawn)),
        HirKind::Alternation(branches) => drawn.push_str(&branch(branches, numbers)),
    }
}

/// A match of one branch, mostly of the first: the others are rare forms. Those that escape are for texts in strings, which
/// a wrapping makes.
fn branch(branches: &[Hir], numbers: &mut Numbers) -> String {
    loop {
        let mut drawn = String::new();
        let branch = if numbers.below(8) > 0 { &branches[0] } else { numbers.pick(branches) };
        write(branch, numbers, &mut drawn);
        if !drawn.contains('\\') {
            return drawn;
        }
    }
}

/// A part that may be missing or repeated, such as the escape of a slash, is missing.
fn times(repetition: &Repetition, numbers: &mut Numbers) -> u32 {
    let max = repetition.max.unwrap_or(u32::MAX);
    match (repetition.min, max) {
        (0, 2..) => 0,
        (min, max) => min + numbers.below((max - min).min(MORE) as usize + 1) as u32,
    }
}

fn member(class: &Class, numbers: &mut Numbers) -> char {
    let has = |byte: u8| match class {
        Class::Bytes(class) => class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&byte)),
        Class::Unicode(class) => {
            class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&char::from(byte)))
        }
    };
    char::from(*numbers.pick(&(b'!'..=b'~').filter(|byte| has(*byte)).collect::<Vec<_>>()))
}
