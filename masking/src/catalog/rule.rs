//! The rows of the tables, and the ways to recognise what they name.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use crate::catalog::kind::{Family, Kind, Risk, Tier};

/// A row of the catalogue.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) id: &'static str,
    pub(crate) label: &'static str,
    pub(crate) risk: Risk,
    pub(crate) tier: Tier,
    /// How the kind is recognised.
    pub(crate) rules: &'static [Rule],
    /// Rules that join in when the configuration enables the kind by name: names under a key that says no more than
    /// "a name".
    pub(crate) asked: &'static [Rule],
    /// Texts with the values that must be found in them between `‹` and `›`. Only the tests read them.
    #[cfg_attr(not(test), allow(dead_code))]
    pub(crate) yes: &'static [&'static str],
    /// Texts without one.
    #[cfg_attr(not(test), allow(dead_code))]
    pub(crate) no: &'static [&'static str],
}

/// The rest of a row.
pub(crate) const ROW: Row =
    Row { id: "", label: "", risk: Risk::Identifier, tier: Tier::Default, rules: &[], asked: &[], yes: &[], no: &[] };

impl Row {
    pub(crate) fn kind(&self, family: Family) -> Kind {
        let Row { id, label, risk, tier, .. } = *self;
        Kind { id: Cow::Borrowed(id), label: Cow::Borrowed(label), family, risk, tier }
    }
}

/// A way to recognise a kind. Lists of words are written with `|` between them. Patterns are in the syntax of the `regex` crate, anchored where the rule says; their
/// groups are the values, or the whole match if they have none. `{region}`, `{aws}`, `{name}`, `{bucket}`, `{uuid}`,
/// `{account}` and `{/}` stand for the patterns in [`MACROS`](super::MACROS).
#[derive(Debug)]
pub(crate) enum Rule {
    /// `prefix-tail`, found at the hyphen.
    Id(&'static str, Tail),
    /// A text that begins with one of some literals and recognises itself: a bare one is found again anyway.
    Literal(&'static str, &'static str, Edge, Check),
    /// A value behind one of some literals, which are its context. The pattern begins with the literal.
    After(&'static str, &'static str, Check),
    /// A host name and what follows it. The pattern begins where the host name does, and only host names that contain
    /// the word are tried.
    Host(&'static str, &'static str),
    /// The value of a key: see [`KeyRule`].
    Key(KeyRule),
    /// The resource of an ARN: `service:type`, and nothing behind the colon where resources have no type in front.
    Arn(&'static str),
    /// The account of an ARN.
    ArnAccount,
    /// What no pattern claims of an ARN's resource.
    ArnRest,
    /// An id whose prefix is in no rule.
    AnyId,
    /// A private key in one of the forms that files have.
    PrivateKey,
    /// A public IPv4 address where what stands around it tells it from a version.
    PublicAddress,
    /// A field of lines whose form says what it is.
    Record(Field),
    /// A value of the Secrets Manager or the parameter store.
    Stored,
    /// The id of a resource, where its type is written: types of Terraform without `aws_` or of CloudFormation, and what
    /// the id begins with.
    Resource(&'static str, &'static str, Check),
    /// A value without a name, near one of the kind that is named: the pattern finds it at the start of a run of base64.
    Beside(&'static str, &'static str, Check),
}

/// A value that stands under a name: `"Bucket": "b"`, `bucket = "b"`, `--bucket b`, `S3_BUCKET=b`, `| Bucket | b |`,
/// `<Bucket>b</Bucket>`, `bucket b-1` …
#[derive(Debug)]
pub(crate) struct KeyRule {
    /// The words that a name ends with, whatever their case and what separates them: `kms key id` is the end of
    /// `KmsKeyId`, `KMS_KEY_ID` and `--kms-key-id`. In front, a `^`: what the name is; a `=`: what it is, as it is
    /// written; a `*`: what it contains.
    pub(crate) names: &'static str,
    pub(crate) value: &'static str,
    pub(crate) check: Check,
}

impl KeyRule {
    /// The words at which names are looked for: of each name the longest, because it is the rarest, and of one in another
    /// script its last. What is short and means itself only as it is written is looked for with what stands in front.
    pub(crate) fn anchors(&self) -> Vec<&'static str> {
        let mut anchors: Vec<&'static str> = Vec::new();
        for name in self.names.split('|') {
            if name == "=ID" {
                anchors.extend(["\"id", "<id", "'id"]);
                continue;
            }
            let words = name.trim_start_matches(['^', '*', '=']).split(' ');
            let foreign = words.clone().rev().find(|word| word.chars().any(|c| c >= '\u{1100}'));
            anchors.extend(foreign.or_else(|| words.rev().max_by_key(|word| word.len())));
        }
        anchors.sort_unstable();
        anchors.dedup();
        anchors
    }
}

/// A field of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Bucket,
    CanonicalId,
}

/// What follows the hyphen of an id.
#[derive(Debug)]
pub(crate) enum Tail {
    /// The modern form of EC2: 17 hexadecimal digits.
    Hex17,
    /// 17 of them beginning with 0, for words that are common in front of other numbers.
    ZeroHex17,
    /// The modern form or the one before 2016, with 8.
    Hex,
    /// A run of one class of characters, and what else must hold.
    Run(Class, RangeInclusive<usize>, Check),
    Uuid,
    /// A private IPv4 address with hyphens.
    Address,
    /// A public one.
    PublicAddress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Hex,
    UpperHex,
    Lower,
    Upper,
    Alnum,
}

impl Class {
    pub(crate) fn has(self, byte: u8) -> bool {
        match self {
            Self::Hex => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            Self::UpperHex => byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte),
            Self::Lower => byte.is_ascii_digit() || byte.is_ascii_lowercase(),
            Self::Upper => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
            Self::Alnum => byte.is_ascii_alphanumeric(),
        }
    }
}

/// What may stand around a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// No letter or digit on either side; a hyphen is fine, as in `ebs-vol-0abc…`.
    Word,
    /// No character of a word, path or file name: for the short ids of old.
    Legacy,
    /// No character of a hyphenated word.
    Compound,
    /// No digit, and no number that goes on behind a point or hyphen.
    Digits,
    /// No character that makes an address part of a version or a longer dotted number.
    Ip,
    /// No letter or digit that goes on in one on the left, which is the context; no letter, digit or `_` on the right.
    Right,
    /// Nothing said.
    Open,
}

/// What must hold of a value beyond its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    None,
    /// It has a decimal digit.
    Digit,
    /// It has two, or one among letters that make no word.
    Scrambled,
    /// It has a digit and a letter.
    Mixed,
    /// It is a bucket's name, and no word, region or reference.
    Bucket,
    /// It is a name, and no word or reference.
    Name,
    /// It could be a password: no reference, no code, no type.
    Password,
    /// It is no word that stands for a password in examples.
    UrlPassword,
    /// It is random, and not a digest in hexadecimal.
    Random,
    /// It is random, with letters of both cases and digits.
    Generated,
    /// It is base64 of a secret that is random itself.
    Encoded,
    /// It is twelve digits, not all the same.
    Account,
    /// It is a private address that is not one of the aggregates of RFC 1918.
    PrivateIp,
    CgnatIp,
    PublicIp,
    /// It is no address of a service of the machine itself.
    Ipv6,
    /// It is no hosted zone of AWS's own.
    Zone,
    /// It does not name something of AWS's own.
    Customer,
    /// A notation assigns it: a word that only stands in front of it may end in a name by chance.
    Version,
}

impl Check {
    /// Whether it tells addresses, which need a look at what stands around them too.
    pub(crate) fn is_address(self) -> bool {
        matches!(self, Self::PrivateIp | Self::CgnatIp | Self::PublicIp)
    }
}
