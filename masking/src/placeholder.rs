//! Placeholders: their grammar, minting and reading.
//!
//! A placeholder is `AWS_<LABEL>_<TAIL>`, for example `AWS_EC2_7KQ2M9XA4TBN`. The tail is 60 bits of an HMAC in
//! Crockford's base32, so the same value has the same placeholder in each request, worker, replica and restart, and
//! nobody without the key can guess one or confirm a guess.
//!
//! The label tells the kind of the value, the tail its identity: two kinds of name for one thing have the same tail. So
//! has a name that says nothing of what it names, if a list says whose it is: see [`Names`].
//! The tails of private IPv4 addresses show in addition which of them share a network, and [`AddressCodes`] turns that
//! off.
//!
//! A label's segments have at most eleven characters and a tail has twelve. So a reader knows where the tail is
//! without knowing the labels, and no placeholder is a prefix of another. No segment is `AWS`, so that a placeholder
//! right after a cut one is still seen.

mod groups;
pub(crate) mod identity;
mod minted;
mod names;

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrayvec::ArrayString;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use siphasher::sip128::{Hasher128, SipHasher13};

use crate::near::{self, is_any};
use groups::{Groups, LastNetwork};
use identity::Identity;
pub(crate) use minted::{Hashed, Minted, Minting};
pub use names::Names;

/// Characters of a tail.
pub const TAIL: usize = 12;
/// Maximum characters of a label.
pub const LABEL_MAX: usize = 16;
/// Maximum characters of one `_`-separated segment of a label.
pub const SEGMENT_MAX: usize = TAIL - 1;
/// Minimum bytes of a placeholder.
pub(crate) const TOKEN_MIN: usize = PREFIX.len() + 1 + 1 + 1 + TAIL;
/// Maximum bytes of a placeholder in its canonical form.
pub const TOKEN_MAX: usize = PREFIX.len() + 1 + LABEL_MAX + 1 + TAIL;
/// Maximum bytes of a placeholder in the loosest form that is still read: every separator escaped, and the beginning of
/// another right after it.
pub const WRITTEN_MAX: usize =
    PREFIX.len() + LABEL_MAX + TAIL + (LABEL_MAX / 2 + 1) * (BACKSLASHES + 1) + PREFIX.len() + BACKSLASHES;

const PREFIX: &[u8] = b"AWS";
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Markdown writes `\_`; inside a JSON text that becomes `\\_`.
const BACKSLASHES: usize = 3;

/// A placeholder in its canonical form.
#[derive(Clone, Copy, Eq, PartialOrd, Ord)]
pub struct Placeholder(ArrayString<TOKEN_MAX>);

impl Placeholder {
    /// Reads a text that is a placeholder in canonical form; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        match read(text.as_bytes(), End::Here) {
            Read::Placeholder(placeholder, len) if len == text.len() && placeholder.as_str() == text => {
                Some(placeholder)
            }
            _ => None,
        }
    }

    /// Returns the canonical form, ASCII and at most [`TOKEN_MAX`] bytes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn prefix() -> Self {
        let mut placeholder = Self(ArrayString::new());
        placeholder.extend(PREFIX);
        placeholder
    }

    fn of(label: &str, code: &[u8; TAIL]) -> Self {
        let mut placeholder = Self::prefix();
        placeholder.extend(b"_");
        placeholder.extend(label.as_bytes());
        placeholder.extend(b"_");
        placeholder.extend(code);
        placeholder
    }

    /// Appends ASCII that fits, which is always everything: the grammar is bounded.
    fn extend(&mut self, bytes: &[u8]) {
        let all = bytes.iter().try_for_each(|byte| self.0.try_push(char::from(*byte)));
        debug_assert!(all.is_ok() && bytes.is_ascii(), "a placeholder has its bounds");
    }
}

impl PartialEq for Placeholder {
    fn eq(&self, other: &Self) -> bool {
        near::is_same(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl Hash for Placeholder {
    /// The tail tells almost all placeholders apart. It is a code under a key, so nobody chooses which are alike, but
    /// codes of one network begin alike, and a character has five bits: all of them are mixed.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let bytes = self.0.as_bytes();
        let tail = bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or_default();
        let number = |bytes: Option<&[u8; 8]>| bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let mixed = number(tail.first_chunk()).rotate_left(29) ^ number(tail.last_chunk());
        let mixed = (mixed ^ mixed >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        state.write_u64(mixed ^ mixed >> 29);
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Returns whether `label` is valid in a placeholder: one or more segments of A-Z and 0-9 with `_` between them, the
/// first character a letter, and no segment `AWS`.
pub fn is_label(label: &str) -> bool {
    label.len() <= LABEL_MAX
        && label.starts_with(|c: char| c.is_ascii_uppercase())
        && label.split('_').all(|segment| {
            (1..=SEGMENT_MAX).contains(&segment.len())
                && segment.as_bytes() != PREFIX
                && segment.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        })
}

/// The key that placeholders are minted with. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PlaceholderKey([u8; 32]);

impl PlaceholderKey {
    /// Takes 32 bytes that must be random or derived from a secret.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Derives a key from a secret of any length. Keys of different purposes tell nothing about each other.
    pub fn derive(secret: &[u8], purpose: &str) -> Self {
        // The secret is hashed first: as an HMAC key it may have any length, and nothing of it stays readable.
        let mut mac = keyed(&digest(secret));
        update(&mut mac, b"aws-masker placeholder key v1");
        update(&mut mac, purpose.as_bytes());
        Self(mac.finalize().into_bytes().into())
    }

    /// Derives the key of one scope. It reveals nothing about this key, nor about the key of another scope.
    pub fn of_scope(&self, scope: &str) -> Self {
        let mut mac = keyed(&self.0);
        update(&mut mac, b"aws-masker scope key v1");
        update(&mut mac, scope.as_bytes());
        Self(mac.finalize().into_bytes().into())
    }

    /// Returns the bytes of the key. The caller is responsible for where they go.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for PlaceholderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlaceholderKey(…)")
    }
}

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
        let mut mac = keyed(&key.0);
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
    /// read, and must be one that [`is_label`] accepts.
    pub fn placeholder(&self, kind: &str, label: &str, value: &str) -> Placeholder {
        let listed = self.listed(kind, value);
        listed.unwrap_or_else(|| Placeholder::of(label, &self.code(kind, label, value, &mut Lately::default())))
    }

    fn listed(&self, kind: &str, value: &str) -> Option<Placeholder> {
        self.names.as_ref()?.placeholder(kind, value)
    }

    /// Returns a key for what is remembered of the scope, which tells nothing about its placeholders. `purpose` keeps
    /// several of them apart.
    pub(crate) fn memory_key(&self, purpose: &[u8]) -> [u8; 16] {
        let mut hasher = SipHasher13::new_with_key(&self.memory);
        hasher.write(purpose);
        hasher.finish128().as_bytes()
    }

    fn code(&self, kind: &str, label: &str, value: &str, lately: &mut Lately) -> [u8; TAIL] {
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

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // HMAC fills a short key with zeros up to the block, so this is the key itself, without a fallible length check.
    let mut block = [0; 64];
    for (slot, byte) in block.iter_mut().zip(key) {
        *slot = *byte;
    }
    Hmac::new(&block.into())
}

/// Returns the SHA-256 of some bytes.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest;
    Sha256::digest(bytes).into()
}

/// Returns the digest of some parts after those that a MAC has been fed already.
fn digest_of(mac: &Hmac<Sha256>, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = mac.clone();
    parts.iter().for_each(|part| update(&mut mac, part));
    mac.finalize().into_bytes().into()
}

/// Feeds a part with its length in front, so that no two lists of parts give the same bytes.
fn update(mac: &mut Hmac<Sha256>, part: &[u8]) {
    mac.update(&(part.len() as u64).to_be_bytes());
    mac.update(part);
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

/// The end of the bytes that are being read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// The text ends here.
    Here,
    /// More may come.
    Open,
}

/// The result of reading a placeholder at the beginning of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Read {
    /// No placeholder begins here.
    No,
    /// A placeholder may begin here; the bytes end too early to tell. At most [`WRITTEN_MAX`] bytes give this answer.
    More,
    /// A placeholder, and the number of bytes that it was written with.
    Placeholder(Placeholder, usize),
}

/// Reads a placeholder at the beginning of `bytes` as models write it: in any case, with `-` or `\_` for `_`, and with
/// the letters that Crockford's base32 takes for digits. The character after it may not continue it, unless another
/// placeholder begins there.
pub fn read(bytes: &[u8], end: End) -> Read {
    let Some(mut rest) = strip_prefix(bytes) else {
        return undecided(bytes.len() < PREFIX.len() && is_prefix_start(bytes), end);
    };
    let mut placeholder = Placeholder::prefix();
    loop {
        rest = match separator(rest) {
            Ok(rest) => rest,
            Err(read) => return if read == Read::More { undecided(true, end) } else { read },
        };
        let mut run = rest.iter().take(TAIL + 1).take_while(|b| b.is_ascii_alphanumeric()).count();
        if run > TAIL {
            // Only another placeholder may follow directly.
            match begins(rest.get(TAIL..).unwrap_or_default()) {
                Some(true) => run = TAIL,
                Some(false) => return Read::No,
                None => return undecided(true, end),
            }
        }
        let open = run == rest.len() && end == End::Open;
        let (segment, behind) = rest.split_at_checked(run).unwrap_or((rest, &[]));
        if open {
            return undecided(true, end);
        }
        if run == TAIL {
            return finish(placeholder, segment, bytes.len() - behind.len());
        }
        let label_len = placeholder.0.len() - PREFIX.len() + run;
        if run == 0 || label_len > LABEL_MAX || segment.eq_ignore_ascii_case(PREFIX) {
            return Read::No;
        }
        placeholder.extend(b"_");
        placeholder.extend(&segment.to_ascii_uppercase());
        rest = behind;
    }
}

fn undecided(possible: bool, end: End) -> Read {
    if possible && end == End::Open { Read::More } else { Read::No }
}

fn is_prefix_start(bytes: &[u8]) -> bool {
    PREFIX.get(..bytes.len()).is_some_and(|start| start.eq_ignore_ascii_case(bytes))
}

/// Returns whether the bytes begin like a placeholder; `None` if they end too early to tell.
fn begins(bytes: &[u8]) -> Option<bool> {
    match strip_prefix(bytes).map(separator) {
        Some(Ok(_)) => Some(true),
        Some(Err(Read::More)) => None,
        None if bytes.len() < PREFIX.len() && is_prefix_start(bytes) => None,
        Some(Err(_)) | None => Some(false),
    }
}

fn strip_prefix(bytes: &[u8]) -> Option<&[u8]> {
    let (start, rest) = bytes.split_at_checked(PREFIX.len())?;
    start.eq_ignore_ascii_case(PREFIX).then_some(rest)
}

/// Returns the bytes after a separator, which is `_` or `-` after at most three backslashes.
fn separator(bytes: &[u8]) -> Result<&[u8], Read> {
    let escapes = bytes.iter().take(BACKSLASHES).take_while(|b| **b == b'\\').count();
    match bytes.get(escapes) {
        Some(b'_' | b'-') => Ok(bytes.get(escapes + 1..).unwrap_or_default()),
        Some(_) => Err(Read::No),
        None => Err(Read::More),
    }
}

fn finish(mut placeholder: Placeholder, tail: &[u8], written: usize) -> Read {
    let has_label = placeholder.0.len() > PREFIX.len();
    let mut canonical = [0; TAIL];
    for (slot, byte) in canonical.iter_mut().zip(tail) {
        *slot = match byte.to_ascii_uppercase() {
            b'O' => b'0',
            b'I' | b'L' => b'1',
            other => other,
        };
    }
    let in_alphabet = canonical.iter().all(|b| is_any(ALPHABET, b));
    // Twelve digits after a word are an account id, never a placeholder.
    if !has_label || !in_alphabet || tail.iter().all(u8::is_ascii_digit) {
        return Read::No;
    }
    placeholder.extend(b"_");
    placeholder.extend(&canonical);
    Read::Placeholder(placeholder, written)
}

/// Returns the placeholders of a text with their byte ranges, in order. They may be written in any form that [`read`]
/// knows.
pub fn find_all(text: &[u8]) -> impl Iterator<Item = (std::ops::Range<usize>, Placeholder)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += next_candidate(text.get(at..)?)?;
            match read(text.get(at..)?, End::Here) {
                Read::Placeholder(placeholder, len) => {
                    let range = at..at + len;
                    at = range.end;
                    return Some((range, placeholder));
                }
                Read::No | Read::More => at += 1,
            }
        }
    })
}

/// Returns the offset at which the next placeholder may begin: at an `A` that a `W` follows, or that is the last byte.
pub fn next_candidate(bytes: &[u8]) -> Option<usize> {
    let found = memchr::memchr2_iter(b'W', b'w', bytes)
        .find_map(|w| bytes.get(w.wrapping_sub(1)).filter(|a| a.eq_ignore_ascii_case(&b'A')).map(|_| w - 1));
    found.or_else(|| ends_in_one(bytes).then(|| bytes.len() - 1))
}

/// Returns whether the last byte may be the first of a placeholder.
pub(crate) fn ends_in_one(bytes: &[u8]) -> bool {
    bytes.last().is_some_and(|a| a.eq_ignore_ascii_case(&b'A'))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

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
    fn labels() {
        for good in ["EC2", "S3_BUCKET", "A", "ABCDEFGHIJK", "A1_B2_C3"] {
            assert!(is_label(good), "{good}");
        }
        for bad in ["", "_A", "A_", "A__B", "2A", "a", "ABCDEFGHIJKL", "ABCDEFGH_ABCDEFGH", "A-B", "AWS", "A_AWS"] {
            assert!(!is_label(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_read_as_a_placeholder() {
        const T: &str = "AWS_EC2_7KQ2M9XA4TBN";
        let cases: &[(&str, Option<(&str, usize)>)] = &[
            (T, Some((T, 20))),
            ("AWS_EC2_7KQ2M9XA4TBN, and", Some((T, 20))),
            ("AWS_EC2_7KQ2M9XA4TBN_backup.tar", Some((T, 20))),
            ("AWS_EC2_7KQ2M9XA4TBN\u{c740}", Some((T, 20))),
            ("aws_ec2_7kq2m9xa4tbn", Some((T, 20))),
            ("AWS-EC2-7KQ2M9XA4TBN-1", Some((T, 20))),
            (r"AWS\_EC2\_7KQ2M9XA4TBN", Some((T, 22))),
            (r"AWS\\_EC2\\_7KQ2M9XA4TBN\\n", Some((T, 24))),
            ("AWS_S3_BUCKET_7KQ2M9XA4TBN", Some(("AWS_S3_BUCKET_7KQ2M9XA4TBN", 26))),
            // Crockford's base32 reads O as 0, I and L as 1.
            ("AWS_EC2_7KQ2M9XAOLIN", Some(("AWS_EC2_7KQ2M9XA011N", 20))),
            ("AWS_EC2_7KQ2M9XA4TBNs", None),
            ("AWS_EC2_7KQ2M9XA4TB", None),
            ("AWS_EC2_7KQ2M9XA4TBU", None),
            ("AWS_7KQ2M9XA4TBN", None),
            ("AWS_ACCOUNT_471192830564", None),
            ("AWS__7KQ2M9XA4TBN", None),
            ("AWS_ACCESS_KEY_ID", None),
            (r"AWS\\\\_EC2_7KQ2M9XA4TBN", None),
            ("AWS_ABCDEFGH_ABCDEFGH_7KQ2M9XA4TBN", None),
            ("AWS_AWS_EC2_7KQ2M9XA4TBN", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let read = match read(text.as_bytes(), End::Here) {
                Read::Placeholder(placeholder, len) => Some((placeholder.as_str().to_owned(), len)),
                Read::No | Read::More => None,
            };
            assert_eq!(read.as_ref().map(|(t, n)| (t.as_str(), *n)), *expected, "{text}");
        }
    }

    #[test]
    fn a_cut_placeholder_asks_for_more_and_never_for_too_much() {
        let written = [
            "AWS_EC2_7KQ2M9XA4TBN".to_owned(),
            r"aws\\\_a\\\_b\\\_c\\\_d\\\_e\\\_f\\\_g\\\_h\\\_7kq2m9xa4tbn".to_owned(),
        ];
        for text in &written {
            assert!(text.len() <= WRITTEN_MAX, "{text}");
            for cut in 0..=text.len() {
                assert_eq!(read(&text.as_bytes()[..cut], End::Open), Read::More, "{text} at {cut}");
            }
            let closed = format!("{text}.");
            assert!(matches!(read(closed.as_bytes(), End::Open), Read::Placeholder(_, n) if n == text.len()), "{text}");
        }
    }

    #[test]
    fn all_placeholders_of_a_text() {
        let text = b"x AWS_EC2_7KQ2M9XA4TBN awAWS_VPC_0000000000AB a";
        let found: Vec<_> = find_all(text).map(|(range, placeholder)| (range, placeholder.to_string())).collect();
        assert_eq!(found, [(2..22, "AWS_EC2_7KQ2M9XA4TBN".to_owned()), (25..45, "AWS_VPC_0000000000AB".to_owned())]);
    }

    #[test]
    fn keys_and_mints_cannot_be_printed() {
        assert_eq!(format!("{:?} {:?}", PlaceholderKey::new([9; 32]), mint("a")), "PlaceholderKey(…) Mint(…)");
    }
}
