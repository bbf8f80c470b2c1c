//! The names of a scope's estate on their way to the filter: in pages, so that no answer and no tick holds all of them.

use serde::{Deserialize, Serialize};

use crate::Redacted;

/// A page of the names of a scope's estate. The pages of one version are sent in their order, and all of their names in the
/// order of their bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EstatePage {
    /// Tells this estate from every other one of the scope; empty if the scope has none.
    pub version: String,
    /// The number of this page, from zero.
    pub page: u32,
    /// The number of all pages.
    pub pages: u32,
    /// The number of the names of all pages.
    pub expected: u32,
    /// The ids of the kinds that the names have.
    pub kinds: Vec<String>,
    /// The names.
    pub names: Vec<EstateName>,
    /// The names of this page that have another placeholder than their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<RelatedName>,
}

/// A name that has the code of what it names: its place in [`EstatePage::names`], and its placeholder. An array on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelatedName(pub u32, pub String);

/// A name of an estate: the place of its kind in [`EstatePage::kinds`], the name, and whether it is recognised anywhere
/// because the user says so, whatever it looks like. An array on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EstateName(pub u16, pub Redacted, pub bool);

/// The place up to which the filter has an estate, as [`Follow::estate`](crate::Follow::estate) says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EstatePlace<'p> {
    /// It has all of this version; empty if it has no estate.
    All(&'p str),
    /// It has the pages of a version before this one.
    Before(&'p str, u32),
}

impl<'p> EstatePlace<'p> {
    /// Reads a place.
    pub fn read(text: &'p str) -> Self {
        let page = |(version, page): (&'p str, &str)| Some(Self::Before(version, page.parse().ok()?));
        text.split_once('.').and_then(page).unwrap_or(Self::All(text))
    }

    /// Writes a place.
    pub fn write(&self) -> String {
        match self {
            Self::All(version) => (*version).to_owned(),
            Self::Before(version, page) => format!("{version}.{page}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_arrives_as_it_left() {
        for (text, place) in
            [("", EstatePlace::All("")), ("a1", EstatePlace::All("a1")), ("a1.3", EstatePlace::Before("a1", 3))]
        {
            assert_eq!(EstatePlace::read(text), place);
            assert_eq!(place.write(), text);
        }
    }

    #[test]
    fn a_name_cannot_be_printed() {
        let name = EstateName(1, Redacted::new("acme-logs"), false);
        assert!(!format!("{name:?}").contains("acme"));
    }
}
