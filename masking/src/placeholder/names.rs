//! The names that have the code of what they name: `AWS_EC2_NAME_…` of the instance `AWS_EC2_…`.

use super::Placeholder;

/// Bytes that a name takes in addition to its own.
const OVERHEAD: usize = 96;

/// Names of one scope, each with the placeholder that it has instead of the one of its own.
///
/// Whoever makes the list vouches that no two values ever have one placeholder: a name may be given to another resource, and
/// a resource may get another name.
#[derive(Clone, Debug, Default)]
pub struct Names {
    sorted: Vec<(Box<str>, Box<str>, Placeholder)>,
    bytes: usize,
}

impl Names {
    /// Adds a name of the kind with this id, which has to follow the last one in the order of their bytes: returns false if
    /// it does not, and leaves it out.
    pub fn push(&mut self, kind: &str, name: &str, placeholder: Placeholder) -> bool {
        if self.sorted.last().is_some_and(|(last, ..)| &**last >= name) {
            return false;
        }
        self.bytes += OVERHEAD + name.len() + kind.len();
        self.sorted.push((name.into(), kind.into(), placeholder));
        true
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// The bytes that they take, roughly.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn placeholder(&self, kind: &str, name: &str) -> Option<Placeholder> {
        let at = self.sorted.binary_search_by(|(other, ..)| (**other).cmp(name)).ok()?;
        self.sorted.get(at).filter(|(_, of, _)| **of == *kind).map(|(.., placeholder)| *placeholder)
    }
}
