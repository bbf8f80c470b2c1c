//! The words at which names are looked for, and what may stand beside one.
//!
//! Each name is looked for at one of its words, the rarest. Most of their places in a text are in other words, `ip` in
//! `script`: the letter behind tells that, before anything is read.

use crate::scan::edge;
use crate::scan::name;

/// What may stand beside a word of names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sought {
    /// A bit for each letter with which a name goes on.
    next: u32,
    /// Names may go on with anything.
    open: bool,
    /// Names may have something in front of the word.
    inner: bool,
}

/// Words that texts are full of: a name that has another word is looked for at that.
const COMMON: [&str; 6] = ["name", "value", "number", "require", "store", "user"];

/// The words at which names are looked for. A short name that counts only in its very spelling is looked for together with
/// the mark before it.
pub(crate) fn words(names: &'static str) -> Vec<(&'static str, Sought)> {
    let mut all = Vec::new();
    for name in names.split('|') {
        if name == "=ID" {
            all.extend(["\"id", "<id", "'id"].map(|word| (word, Sought { inner: true, ..Sought::default() })));
            continue;
        }
        let whole = name.starts_with(['^', '=']);
        let contained = name.starts_with('*');
        let name = name.trim_start_matches(['^', '*', '=']);
        let Some((at, word)) = rarest(name) else { continue };
        let behind = name.split(' ').nth(at + 1).and_then(|next| next.bytes().next());
        let open = contained || !name.is_ascii();
        all.push((word, Sought { next: behind.map_or(0, letter), open, inner: !whole || at > 0 || open }));
    }
    all
}

/// The rarest word of a name, which is the longest but for [`COMMON`] ones, and its place among the words. The words in front
/// of it are read back from it; those behind it must be such that continue a name.
fn rarest(name: &'static str) -> Option<(usize, &'static str)> {
    let words: Vec<(usize, &str)> = name.split(' ').enumerate().collect();
    // A word of another script is rare, and its name is read back from it.
    let foreign = words.iter().rev().find(|(_, word)| word.chars().any(|c| c >= '\u{1100}'));
    let goes_on = |at: usize| words.iter().skip(at + 1).all(|(_, next)| name::continues(next.as_bytes()));
    let foreign = foreign
        .or_else(|| words.iter().rev().find(|(at, word)| !word.is_ascii() && goes_on(*at)))
        .or_else(|| words.last().filter(|_| !name.is_ascii()));
    let longest =
        |words: &mut dyn Iterator<Item = &(usize, &'static str)>| words.max_by_key(|(_, word)| word.len()).copied();
    let rare = |(at, word): &&(usize, &'static str)| !COMMON.contains(word) && goes_on(*at);
    let of_words = || longest(&mut words.iter().rev().filter(rare)).or_else(|| longest(&mut words.iter().rev()));
    foreign.copied().or_else(of_words)
}

fn letter(byte: u8) -> u32 {
    if byte.is_ascii_alphabetic() { 1 << (byte & 31) } else { 0 }
}

impl Sought {
    /// Adds what may stand beside the same word of another name.
    pub(crate) fn add(&mut self, other: Self) {
        *self = Self { next: self.next | other.next, open: self.open || other.open, inner: self.inner || other.inner };
    }

    /// Returns whether the word from `start` to `end` may be one of a name.
    #[inline]
    pub(crate) fn fits(self, text: &[u8], start: usize, end: usize) -> bool {
        let Some(next) = text.get(end).filter(|next| next.is_ascii_alphabetic() && !self.open) else {
            return self.inner || self.begins(text, start);
        };
        if self.next & letter(*next) == 0 && !ends_word(text, end) {
            return false;
        }
        self.inner || self.begins(text, start)
    }

    /// Returns whether no letter stands in front of it, but that of an escape.
    fn begins(self, text: &[u8], start: usize) -> bool {
        !edge::previous(text, start).is_some_and(|b| b.is_ascii_alphanumeric()) || edge::ends_escape(text, start)
    }
}

/// Returns whether a word may end at `end`, although a letter follows: that of a plural, or one that begins a word itself.
fn ends_word(text: &[u8], end: usize) -> bool {
    let lower = |at: usize| text.get(at).is_some_and(u8::is_ascii_lowercase);
    match text.get(end) {
        Some(b's' | b'S') => !text.get(end + 1).is_some_and(u8::is_ascii_alphabetic) || !lower(end + 1) && lower(end),
        // `userOld`, `KEYOld`
        Some(b'A'..=b'Z') => edge::previous(text, end).is_some_and(|b| !b.is_ascii_uppercase()) || lower(end + 1),
        _ => false,
    }
}
