//! The name of a tenant.

use crate::bound;

/// The tenant that a mapping belongs to, as a checked name. Nothing of one scope is ever answered in another.
///
/// The name stands in keys of the store, so that it holds nothing that Redis reads as a pattern or as a hash tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(String);

impl Scope {
    /// The grammar of a name, for whoever wrote one that does not follow it.
    pub const GRAMMAR: &str = "1 to 128 characters of A-Z, a-z, 0-9, . _ : @ -";

    /// `None` if the text does not follow the [grammar](Self::GRAMMAR).
    pub fn parse(text: &str) -> Option<Self> {
        is_name(text, b"._:@-").then(|| Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns whether a text is a name: letters, digits and these signs, within [`bound::NAME_BYTES`].
pub fn is_name(text: &str, signs: &[u8]) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || signs.contains(&b);
    (1..=bound::NAME_BYTES).contains(&text.len()) && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_right_form_are_taken() {
        let longest = "a".repeat(bound::NAME_BYTES);
        let too_long = "a".repeat(bound::NAME_BYTES + 1);
        for (text, is_scope) in [
            ("default", true),
            ("team-a.prod:eu@1", true),
            ("ec2_instance", true),
            (longest.as_str(), true),
            ("", false),
            ("a b", false),
            ("a*", false),
            ("{a}", false),
            ("a\n", false),
            ("ä", false),
            (too_long.as_str(), false),
        ] {
            assert_eq!(Scope::parse(text).is_some(), is_scope, "{text:?}");
        }
        assert!(Scope::GRAMMAR.contains(&bound::NAME_BYTES.to_string()));
    }
}
