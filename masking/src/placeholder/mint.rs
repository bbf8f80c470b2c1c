//! The mint of a scope: a pure function of a key, the scope, a kind and a value.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::Hasher;
use std::sync::Arc;

use hmac::Hmac;
use sha2::Sha256;
use siphasher::sip128::{Hasher128, SipHasher13};

use super::groups::{Groups, LastNetwork};
use super::identity::Identity;
use super::key::{PlaceholderKey, digest_of, keyed, update};
use super::{ALPHABET, LABEL_MAX, Names, Placeholder, TAIL};

/// What follows the label of a resource in the label of its name.
const NAME: &str = "_NAME";

/// The sort of tails that private IPv4 addresses get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AddressCodes {
    /// Four groups of three characters: addresses in the same /16, /20 and /24 have the first three, six and nine in
    /// common. This tells which addresses lie together, and never where.
    #[default]
    Grouped,
    /// The same as for any other value: they tell nothing about the network.
    Unrelated,
}

/// Mints the placeholders of one scope: a pure function of key, scope, kind and value.
#[derive(Clone)]
pub struct Mint {
    mac: Hmac<Sha256>,
    groups: Option<Groups>,
    names: Option<Arc<Names>>,
    /// The key of what is remembered of the scope.
    memory: [u8; 16],
}

impl Mint {
    /// Mints for one scope, with [`AddressCodes::Grouped`]. A value's placeholders in two scopes tell nothing
    /// about each other.
    pub fn new(key: &PlaceholderKey, scope: &str) -> Self {
        let mut mac = keyed(key.expose());
        update(&mut mac, b"aws-masker placeholder v1");
        update(&mut mac, scope.as_bytes());
        let groups = Groups::new(digest_of(&mac, &[b"groups of private addresses v1"]));
        let [memory @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = digest_of(&mac, &[b"memory key v1"]);
        Self { mac, groups: Some(groups), names: None, memory }
    }

    /// Returns the same mint with codes of this sort for private addresses.
    pub fn with_addresses(self, codes: AddressCodes) -> Self {
        Self { groups: self.groups.filter(|_| codes == AddressCodes::Grouped), ..self }
    }

    /// Returns the same mint with the placeholders that these names have instead of their own.
    pub fn with_names(self, names: Option<Arc<Names>>) -> Self {
        Self { names: names.filter(|names| !names.is_empty()), ..self }
    }

    /// Returns the placeholder of `value`. `kind` is the id that tells two kinds apart; `label` is the word that people
    /// read, and must be one that [`is_label`](super::is_label) accepts.
    pub fn placeholder(&self, kind: &str, label: &str, value: &str) -> Placeholder {
        let listed = self.listed(kind, value);
        listed.unwrap_or_else(|| Placeholder::of(label, &self.code(kind, label, value, &mut Lately::default())))
    }

    /// The placeholder of the name of a resource, which has the code of the resource's own id: `AWS_EC2_NAME_…` for that of
    /// `AWS_EC2_…`. `None` if the label has no room for the word. A resource has several names over time, and all of them
    /// have this placeholder: see [`Names`].
    pub fn name_placeholder(&self, kind: &str, label: &str, id: &str) -> Option<Placeholder> {
        let own = self.placeholder(kind, label, id);
        let code = own.as_str().as_bytes().last_chunk::<TAIL>()?;
        let label = [label, NAME].concat();
        (label.len() <= LABEL_MAX).then(|| Placeholder::of(&label, code))
    }

    /// Returns whether the codes of private addresses show which of them share a network.
    pub(super) fn groups_addresses(&self) -> bool {
        self.groups.is_some()
    }

    pub(super) fn listed(&self, kind: &str, value: &str) -> Option<Placeholder> {
        self.names.as_ref()?.placeholder(kind, value)
    }

    /// Returns a key for what is remembered of the scope, which tells nothing about its placeholders. `purpose` keeps
    /// several of them apart.
    pub(crate) fn memory_key(&self, purpose: &[u8]) -> [u8; 16] {
        let mut hasher = SipHasher13::new_with_key(&self.memory);
        hasher.write(purpose);
        hasher.finish128().as_bytes()
    }

    pub(super) fn code(&self, kind: &str, label: &str, value: &str, lately: &mut Lately) -> [u8; TAIL] {
        let identity = Identity::of(kind, label, value);
        let grouped =
            self.groups.as_ref().and_then(|groups| groups.code(identity.private_address()?, &mut lately.network));
        grouped.unwrap_or_else(|| {
            let of_kind = lately.kinds.get(identity.kind).cloned();
            let mac = of_kind.unwrap_or_else(|| {
                let mut mac = self.mac.clone();
                update(&mut mac, identity.kind.as_bytes());
                lately.kinds.insert(identity.kind.into(), mac.clone());
                mac
            });
            tail(&digest_of(&mac, &[identity.value.as_bytes()]))
        })
    }
}

/// What the codes of one scope have in common with those made before: it saves their computation.
#[derive(Default)]
pub(crate) struct Lately {
    network: LastNetwork,
    /// A MAC that was fed the kind, for each kind.
    kinds: BTreeMap<Box<str>, Hmac<Sha256>>,
}

impl fmt::Debug for Lately {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lately(…)")
    }
}

impl fmt::Debug for Mint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mint(…)")
    }
}

/// Returns 60 bits of the digest in base32. Twelve digits after a word would look like an account id, so there is
/// always a letter.
fn tail(digest: &[u8; 32]) -> [u8; TAIL] {
    let [a, b, c, d, e, f, g, h, ..] = *digest;
    let mut bits = u64::from_be_bytes([a, b, c, d, e, f, g, h]) >> 4;
    let mut tail = encode(bits);
    if tail.iter().all(u8::is_ascii_digit) {
        bits |= 1 << 59;
        tail = encode(bits);
    }
    tail
}

fn encode(bits: u64) -> [u8; TAIL] {
    std::array::from_fn(|i| {
        let shift = 5 * (TAIL - 1 - i);
        ALPHABET.get(((bits >> shift) & 31) as usize).copied().unwrap_or(b'0')
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::Hash;

    use super::*;
    use crate::placeholder::{Hashed, is_label};

    const ID: &str = "i-0123456789abcdef0";

    fn mint(scope: &str) -> Mint {
        Mint::new(&PlaceholderKey::new([7; 32]), scope)
    }

    #[test]
    fn a_token_is_a_pure_function_of_scope_kind_and_value() {
        let placeholder = mint("a").placeholder("ec2_instance", "EC2", "i-0abc");
        assert_eq!(placeholder, mint("a").placeholder("ec2_instance", "EC2", "i-0abc"));
        let others = [
            mint("b").placeholder("ec2_instance", "EC2", "i-0abc"),
            mint("a").placeholder("ec2_ami", "EC2", "i-0abc"),
            mint("a").placeholder("ec2_instance", "EC2", "i-0abd"),
            Mint::new(&PlaceholderKey::new([8; 32]), "a").placeholder("ec2_instance", "EC2", "i-0abc"),
            // Length prefixes: moving a character over a border gives another message.
            mint("a").placeholder("ec2_instancei", "EC2", "-0abc"),
        ];
        for other in others {
            assert_ne!(placeholder, other);
        }
        assert_eq!(Placeholder::parse(placeholder.as_str()), Some(placeholder));
    }

    #[test]
    fn a_minted_tail_has_a_letter_and_sixty_bits() {
        assert_eq!(&encode(0), b"000000000000");
        assert_eq!(&encode((1 << 60) - 1), b"ZZZZZZZZZZZZ");
        assert_eq!(&tail(&[0; 32]), b"G00000000000");
    }

    #[test]
    fn placeholders_of_one_network_have_hashes_of_their_own() {
        let mint = mint("a");
        let hash = |address: String| {
            let mut hasher = Hashed::default();
            mint.placeholder("private_ip", "PRIVATE_IP", &address).hash(&mut hasher);
            hasher.finish()
        };
        let hashes: Vec<u64> = (0..=255).map(|n| hash(format!("10.20.30.{n}"))).collect();
        // A table looks at the lowest bits and at the highest seven: as many differ as of random numbers, about.
        let distinct = |part: fn(u64) -> u64| hashes.iter().map(|hash| part(*hash)).collect::<HashSet<_>>().len();
        assert!(distinct(|hash| hash & 0xff) > 140, "{}", distinct(|hash| hash & 0xff));
        assert!(distinct(|hash| hash >> 57) > 100, "{}", distinct(|hash| hash >> 57));
    }

    #[test]
    fn keys_and_mints_cannot_be_printed() {
        assert_eq!(format!("{:?} {:?}", PlaceholderKey::new([9; 32]), mint("a")), "PlaceholderKey(…) Mint(…)");
    }

    #[test]
    fn a_name_has_the_code_of_its_resource() {
        let (id, name) =
            (mint("a").placeholder("ec2_instance", "EC2", ID), mint("a").name_placeholder("ec2_instance", "EC2", ID));
        let name = name.unwrap();
        assert_eq!(id.as_str().strip_prefix("AWS_EC2_"), name.as_str().strip_prefix("AWS_EC2_NAME_"));
        assert_eq!(Placeholder::parse(name.as_str()), Some(name));
        assert!(is_label("ROUTE_TABLE_NAME"));
        assert!(mint("a").name_placeholder("route_table", "ROUTE_TABLE", ID).is_some());
        assert_eq!(mint("a").name_placeholder("x", "TWELVE_CHARS", ID), None, "no room");
    }

    #[test]
    fn a_listed_name_has_that_placeholder_under_its_kind_only() {
        let other = mint("a").name_placeholder("ec2_instance", "EC2", ID).unwrap();
        let mut names = Names::default();
        assert!(names.push("ec2_instance", "zebra-a", other));
        assert!(!names.push("ec2_instance", "zebra-a", other) && !names.push("ec2_instance", "a", other));
        let with = mint("a").with_names(Some(Arc::new(names)));
        for (kind, label, value, is_other) in [
            ("ec2_instance", "EC2", "zebra-a", true),
            ("ec2_instance", "EC2", "zebra-b", false),
            ("s3_bucket", "S3_BUCKET", "zebra-a", false),
        ] {
            let own = mint("a").placeholder(kind, label, value);
            assert_eq!(with.placeholder(kind, label, value), if is_other { other } else { own }, "{kind} {value}");
        }
    }
}
