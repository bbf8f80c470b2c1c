//! Labels whose values come from callers, bounded in number: who holds a token may invent as many as he likes.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// The names that are counted by name; further ones are counted as [`OTHER`](Self::OTHER).
#[derive(Debug)]
pub(super) struct Bounded {
    max: usize,
    names: Mutex<HashSet<String>>,
}

impl Bounded {
    const OTHER: &str = "other";

    pub(super) fn new(max: usize) -> Self {
        Self { max, names: Mutex::default() }
    }

    pub(super) fn name(&self, name: &str) -> String {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let is_counted = names.contains(name) || (names.len() < self.max && names.insert(name.to_owned()));
        if is_counted { name.to_owned() } else { Self::OTHER.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invented_names_do_not_grow_the_metrics() {
        let bounded = Bounded::new(8);
        let names: HashSet<_> = (0..16).map(|n| bounded.name(&format!("kind{n}"))).collect();
        assert_eq!((names.len(), names.contains(Bounded::OTHER)), (9, true));
        assert_eq!(bounded.name("kind0"), "kind0");
    }
}
