//! The values that one exchange replaced: the two-way mapping between values and placeholders.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::fmt;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use crate::catalog::KindId;
use crate::near;
use crate::placeholder::{Hashed, Placeholder};
use crate::scan::Recognised;

/// A value that must not be shown: no `Display`, no serialisation, a redacted `Debug`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Takes a copy of the value.
    pub fn new(value: &str) -> Self {
        Self(value.into())
    }

    /// Returns the value itself. The caller is responsible for where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Secret {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret(…{} bytes)", self.0.len())
    }
}

/// One value of the exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The kind that it was first found as.
    pub kind: KindId,
    /// The text that its placeholder stands for.
    pub value: Secret,
    /// The weaker evidence of all its findings. A value that only its context showed must be known to later exchanges.
    pub recognised: Recognised,
    /// The number of times that it was replaced as a whole value; 0 for a part.
    pub count: u64,
}

/// Two values of one exchange have the same placeholder: neither could be restored with certainty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Collision;

/// The values of one exchange by their placeholders.
#[derive(Debug, Default, Clone)]
pub struct Replaced {
    entries: HashMap<Placeholder, Entry, BuildHasherDefault<Hashed>>,
}

impl Replaced {
    /// Nothing, with room for so many values.
    pub(crate) fn with_room(values: usize) -> Self {
        Self { entries: HashMap::with_capacity_and_hasher(values, BuildHasherDefault::default()) }
    }

    /// Counts one more replacement of a value by its placeholder.
    ///
    /// # Errors
    ///
    /// Fails if another value has this placeholder. Nothing is counted then.
    pub fn admit(
        &mut self,
        kind: KindId,
        value: &str,
        recognised: Recognised,
        placeholder: Placeholder,
    ) -> Result<(), Collision> {
        let entry = self.entry(kind, value, placeholder)?;
        entry.count += 1;
        entry.recognised = entry.recognised.max(recognised);
        Ok(())
    }

    /// Takes in a part of a value with its placeholder. It is not counted, and later exchanges learn the value as a
    /// whole.
    ///
    /// # Errors
    ///
    /// Fails if another value has this placeholder.
    pub fn admit_part(&mut self, kind: KindId, value: &str, placeholder: Placeholder) -> Result<(), Collision> {
        self.entry(kind, value, placeholder).map(|_| ())
    }

    fn entry(&mut self, kind: KindId, value: &str, placeholder: Placeholder) -> Result<&mut Entry, Collision> {
        // A part may have been found as a value of another kind: it is the same one.
        match self.entries.entry(placeholder) {
            Occupied(entry) if near::is_same(entry.get().value.expose().as_bytes(), value.as_bytes()) => {
                Ok(entry.into_mut())
            }
            Occupied(_) => Err(Collision),
            Vacant(entry) => {
                Ok(entry.insert(Entry { kind, value: Secret::new(value), recognised: Recognised::ByItself, count: 0 }))
            }
        }
    }

    /// Takes over an entry of another exchange. It replaces one with the same placeholder.
    pub fn take(&mut self, placeholder: Placeholder, entry: Entry) {
        self.entries.insert(placeholder, entry);
    }

    /// Returns the entry of a placeholder of this exchange.
    pub fn get(&self, placeholder: &Placeholder) -> Option<&Entry> {
        self.entries.get(placeholder)
    }

    /// Returns all entries with their placeholders, in no order.
    pub fn entries(&self) -> impl Iterator<Item = (&Placeholder, &Entry)> {
        self.entries.iter()
    }

    /// Returns the number of replacements: the sum of all counts.
    pub fn occurrences(&self) -> u64 {
        self.entries.values().map(|entry| entry.count).sum()
    }

    /// Returns the number of placeholders.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether nothing was replaced.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
