//! The names that come over the wire. Whoever holds one holds a checked one.

use contract::bound;
use masking::Placeholder;

/// The tenant that a mapping belongs to. Nothing of one scope is ever answered in another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(String);

/// The catalogue's id of what a value is, such as `ec2_instance`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Kind(String);

/// Where a record lies, and what its seal is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    pub scope: Scope,
    pub placeholder: Placeholder,
}

impl Scope {
    /// One to 128 of `[A-Za-z0-9._:@-]`: nothing that Redis reads as a pattern or as a hash tag.
    pub fn parse(text: &str) -> Option<Self> {
        named(text, b"._:@-").then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Kind {
    pub fn parse(text: &str) -> Option<Self> {
        named(text, b"._:-").then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn named(text: &str, punctuation: &[u8]) -> bool {
    (1..=bound::NAME_BYTES).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || punctuation.contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_right_form_are_taken() {
        let long = "a".repeat(bound::NAME_BYTES + 1);
        for (text, scope, kind) in [
            ("default", true, true),
            ("team-a.prod:eu@1", true, false),
            ("ec2_instance", true, true),
            ("", false, false),
            ("a b", false, false),
            ("a*", false, false),
            ("{a}", false, false),
            ("a\n", false, false),
            ("ä", false, false),
            (long.as_str(), false, false),
        ] {
            assert_eq!(Scope::parse(text).is_some(), scope, "scope {text:?}");
            assert_eq!(Kind::parse(text).is_some(), kind, "kind {text:?}");
        }
    }
}
