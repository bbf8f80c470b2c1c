//! Names that arrive over the wire. A value of these types is checked; the scope's name is the contract's own.

use contract::{Scope, is_name};
use masking::Placeholder;
use serde::{Deserialize, Serialize};

/// The catalogue's id of what a value is, such as `ec2_instance`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KindName(String);

/// The place of a record, to which its seal is bound.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RecordKey {
    pub scope: Scope,
    pub placeholder: Placeholder,
}

impl KindName {
    /// One to 128 characters of `[A-Za-z0-9._:-]`.
    pub fn parse(text: &str) -> Option<Self> {
        is_name(text, b"._:-").then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a source of an estate.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceName(String);

impl SourceName {
    /// One to 128 characters of `[A-Za-z0-9._-]`.
    pub fn parse(text: &str) -> Option<Self> {
        is_name(text, b"._-").then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A question whose answers are a part of a source: what was asked, and where, such as `tagging.eu-central-1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartName(String);

impl PartName {
    /// One to 128 characters of `[A-Za-z0-9._-]`.
    pub fn parse(text: &str) -> Option<Self> {
        is_name(text, b"._-").then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use contract::bound;

    use super::*;

    #[test]
    fn only_names_of_the_right_form_are_taken() {
        let long = "a".repeat(bound::NAME_BYTES + 1);
        for (text, is_kind) in [
            ("ec2_instance", true),
            ("custom:ticket-1.a", true),
            ("a@b", false),
            ("", false),
            ("a b", false),
            ("a*", false),
            ("a\n", false),
            ("ä", false),
            (long.as_str(), false),
        ] {
            assert_eq!(KindName::parse(text).is_some(), is_kind, "{text:?}");
        }
    }
}
