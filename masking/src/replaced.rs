//! What one exchange replaced: the two-way mapping between values and placeholders.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::catalog::KindId;
use crate::placeholder::Placeholder;
use crate::scan::Recognised;

/// A value that must not be shown: no `Display`, no serialisation, a redacted `Debug`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Secret(Arc<str>);

impl Secret {
    pub fn new(value: &str) -> Self {
        Self(value.into())
    }

    /// The value itself. Whoever calls this answers for where it goes.
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
    pub kind: KindId,
    pub value: Secret,
    /// The weaker evidence of all its findings: by its context, and later exchanges must be told of it.
    pub recognised: Recognised,
    /// How often it was replaced.
    pub count: u64,
}

/// Two values of one exchange have the same placeholder: neither could be restored for sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Collision;

/// The values of one exchange by their placeholders, and the placeholders by their values.
#[derive(Debug, Default, Clone)]
pub struct Replaced {
    entries: HashMap<Placeholder, Entry>,
    /// The placeholders that were minted for whole values.
    placeholders: HashMap<KindId, HashMap<Secret, Placeholder>>,
}

impl Replaced {
    /// The placeholder of a value that is replaced once more: the one that it has, or else the one that `mint` gives.
    pub fn admit(
        &mut self,
        kind: KindId,
        value: &str,
        recognised: Recognised,
        mint: impl FnOnce() -> Placeholder,
    ) -> Result<Placeholder, Collision> {
        let known = self.placeholders.get(&kind).and_then(|placeholders| placeholders.get(value)).copied();
        let placeholder = known.unwrap_or_else(mint);
        if known.is_none() {
            self.admit_part(kind, value, placeholder)?;
            self.placeholders.entry(kind).or_default().insert(Secret::new(value), placeholder);
        }
        if let Some(entry) = self.entries.get_mut(&placeholder) {
            entry.count += 1;
            entry.recognised = entry.recognised.max(recognised);
        }
        Ok(placeholder)
    }

    /// Takes in a part of a value with its placeholder. It is not counted, and later exchanges learn the value as a whole.
    pub fn admit_part(&mut self, kind: KindId, value: &str, placeholder: Placeholder) -> Result<(), Collision> {
        let fresh = || Entry { kind, value: Secret::new(value), recognised: Recognised::ByItself, count: 0 };
        // A part may have been found as a value of another kind: it is the same one.
        let entry = self.entries.entry(placeholder).or_insert_with(fresh);
        if entry.value.expose() == value { Ok(()) } else { Err(Collision) }
    }

    /// Takes over an entry of another exchange.
    pub fn take(&mut self, placeholder: Placeholder, entry: Entry) {
        self.entries.insert(placeholder, entry);
    }

    pub fn get(&self, placeholder: &Placeholder) -> Option<&Entry> {
        self.entries.get(placeholder)
    }

    pub fn entries(&self) -> impl Iterator<Item = (&Placeholder, &Entry)> {
        self.entries.iter()
    }

    /// How many texts were replaced, each as often as it stood there.
    pub fn occurrences(&self) -> u64 {
        self.entries.values().map(|entry| entry.count).sum()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
