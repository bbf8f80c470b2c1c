//! The names that have the code of what they name: `AWS_EC2_NAME_…` of the instance `AWS_EC2_…`.

use crate::placeholder::{LABEL_MAX, Mint, Placeholder, TAIL};

/// What follows the label of a resource in the label of its name.
const NAME: &str = "_NAME";
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

impl Mint {
    /// The placeholder of the name of a resource, which has the code of the resource's own id: `AWS_EC2_NAME_…` for that of
    /// `AWS_EC2_…`. `None` if the label has no room for the word. A resource has several names over time, and all of them
    /// have this placeholder: see [`Names`].
    pub fn name_placeholder(&self, kind: &str, label: &str, id: &str) -> Option<Placeholder> {
        let own = self.placeholder(kind, label, id);
        let code = own.as_str().as_bytes().last_chunk::<TAIL>()?;
        let label = [label, NAME].concat();
        (label.len() <= LABEL_MAX).then(|| Placeholder::of(&label, code))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::placeholder::{PlaceholderKey, is_label};

    const ID: &str = "i-0123456789abcdef0";

    fn mint() -> Mint {
        Mint::new(&PlaceholderKey::new([7; 32]), "a")
    }

    #[test]
    fn a_name_has_the_code_of_its_resource() {
        let (id, name) =
            (mint().placeholder("ec2_instance", "EC2", ID), mint().name_placeholder("ec2_instance", "EC2", ID));
        let name = name.unwrap();
        assert_eq!(id.as_str().strip_prefix("AWS_EC2_"), name.as_str().strip_prefix("AWS_EC2_NAME_"));
        assert_eq!(Placeholder::parse(name.as_str()), Some(name));
        assert!(is_label("ROUTE_TABLE_NAME"));
        assert!(mint().name_placeholder("route_table", "ROUTE_TABLE", ID).is_some());
        assert_eq!(mint().name_placeholder("x", "TWELVE_CHARS", ID), None, "no room");
    }

    #[test]
    fn a_listed_name_has_that_placeholder_under_its_kind_only() {
        let other = mint().name_placeholder("ec2_instance", "EC2", ID).unwrap();
        let mut names = Names::default();
        assert!(names.push("ec2_instance", "zebra-a", other));
        assert!(!names.push("ec2_instance", "zebra-a", other) && !names.push("ec2_instance", "a", other));
        let with = mint().with_names(Some(Arc::new(names)));
        for (kind, label, value, is_other) in [
            ("ec2_instance", "EC2", "zebra-a", true),
            ("ec2_instance", "EC2", "zebra-b", false),
            ("s3_bucket", "S3_BUCKET", "zebra-a", false),
        ] {
            let own = mint().placeholder(kind, label, value);
            assert_eq!(with.placeholder(kind, label, value), if is_other { other } else { own }, "{kind} {value}");
        }
    }
}
