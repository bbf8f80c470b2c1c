//! The rows of the tables, and the ways to recognise their kinds.

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
    /// The ways to recognise the kind.
    pub(crate) rules: &'static [Rule],
    /// Rules that join in when the configuration enables the kind by name, or names of all kinds: what people call their
    /// resources, where only a word tells that it is one.
    pub(crate) asked: &'static [Rule],
    /// Texts with the values that must be found in them between `‹` and `›`: for the tests, and for the reference.
    pub(crate) yes: &'static [&'static str],
    /// Texts without one. Only the tests read them.
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

/// A way to recognise a kind. Lists of words are written with `|` between them. Patterns are in the syntax of the
/// `regex` crate, anchored where the rule says; their groups are the values, or the whole match if they have none.
/// `{region}`, `{aws}`, `{name}`, `{bucket}`, `{uuid}`, `{account}`, `{/}`, `{options}`, `{--name}` and `{logs}` stand for the patterns in
/// [`MACROS`](super::MACROS).
#[derive(Debug)]
pub(crate) enum Rule {
    /// `prefix-tail`, found at the hyphen.
    Id(&'static str, Tail),
    /// A text that begins with one of some literals and recognises itself: a bare one is found again anyway.
    Literal(&'static str, &'static str, Edge, Check),
    /// A value that no literal begins, found by a walk of its own over the text: only for optional kinds.
    Anywhere(&'static str, Edge, Check),
    /// A value after one of some literals, which are its context. The pattern begins with the literal.
    After(&'static str, &'static str, Check),
    /// A host name and the text after it. The pattern begins where the host name does, and only host names that contain
    /// the word are tried.
    Host(&'static str, &'static str),
    /// The value of a key: see [`KeyRule`].
    Key(KeyRule),
    /// The resource of an ARN: `service:type`, with nothing after the colon where resources have no type in front.
    Arn(&'static str),
    /// The account of an ARN.
    ArnAccount,
    /// The rest of an ARN's resource, which no pattern claims.
    ArnRest,
    /// An id whose prefix is in no rule.
    AnyId,
    /// A private key in one of the forms that files have.
    PrivateKey,
    /// A public IPv4 address, if the text around it tells it from a version.
    PublicAddress,
    /// A field of lines that have a known form.
    Record(Field),
    /// A value of the Secrets Manager or the parameter store.
    Stored,
    /// The id of a resource whose type is written near it: types of Terraform without `aws_` or of CloudFormation, and
    /// the beginning of the id.
    Resource(&'static str, &'static str, Check),
    /// The value of a member that the other members of its object tell: the names of those, and its own.
    Sibling(&'static str, KeyRule),
    /// The bucket in the path of a request to S3, in a table of file systems, or in front of its key.
    Request,
    /// The password in the authority of a URL.
    UserInfo,
    /// A value without a name, near one of the kind that is named: the pattern finds it at the start of a run of
    /// base64.
    Beside(&'static str, &'static str, Check),
}

/// A value that stands under a name: `"Bucket": "b"`, `bucket = "b"`, `--bucket b`, `S3_BUCKET=b`, `| Bucket | b |`,
/// `<Bucket>b</Bucket>`, `bucket b-1` …
#[derive(Debug)]
pub(crate) struct KeyRule {
    /// The words that a name ends with, in any case and with any separators: `kms key id` is the end of `KmsKeyId`,
    /// `KMS_KEY_ID` and `--kms-key-id`. Words after `^` are the whole name, words after `=` the whole name in this very
    /// spelling, and words after `*` may stand anywhere in the name.
    pub(crate) names: &'static str,
    pub(crate) value: &'static str,
    pub(crate) check: Check,
}

/// A field of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Bucket,
    CanonicalId,
}

/// The text after the hyphen of an id.
#[derive(Debug)]
pub(crate) enum Tail {
    /// The modern form of EC2: 17 hexadecimal digits.
    Hex17,
    /// 17 of them beginning with 0, for words that are common in front of other numbers.
    ZeroHex17,
    /// The modern form or the one before 2016, with 8.
    Hex,
    /// A run of one class of characters that also passes a check.
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

/// Allowed characters on either side of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// No letter or digit on either side; a hyphen is fine, as in `ebs-vol-0abc…`.
    Word,
    /// No character of a word, path or file name: for the short ids of old.
    Legacy,
    /// No character of a hyphenated word.
    Compound,
    /// No digit, and no number that continues after a point or hyphen.
    Digits,
    /// No character that makes an address part of a version or a longer dotted number.
    Ip,
    /// No letter or digit that continues one on the left, which is the context; no letter, digit or `_` on the right.
    Right,
    /// No letter or digit, and no URL that names a user: `https://user:token@host`.
    Mailbox,
    /// Any character.
    Open,
}

/// A condition on a value beyond its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    None,
    /// It has a decimal digit.
    Digit,
    /// It has two digits, or one among letters that do not make a word.
    Scrambled,
    /// It has a digit and a letter.
    Mixed,
    /// It is a bucket's name, and not a word, region or reference.
    Bucket,
    /// It is a name, and not a word or reference.
    Name,
    /// It is a name, and not an engine of databases with its version.
    Called,
    /// It is an account, and no minute, behind the name of a stage, which names other things too.
    Staged,
    /// It could be a password: it is not a reference, code or a type.
    Password,
    /// The same, and it has the look of a password: no word of a text has so many changes between letters, digits and signs.
    Scattered,
    /// It could be a password, and an option or a variable is set to it: the name alone says too little.
    Setting,
    /// It has digits among its letters, as no word and no name with a number has.
    Irregular,
    /// It is not a word that stands for a password in examples.
    UrlPassword,
    /// It was chosen by somebody: no word for one, no reference.
    Given,
    /// It is random, with letters of both cases and digits, and not a digest in hexadecimal.
    Generated,
    /// It is base64 of a secret that is random itself.
    Encoded,
    /// It is base64 of a user and a password with a colon between them.
    Login,
    /// It is base64 of a text, or of a compressed one, in which values stand.
    UserData,
    /// It is twelve digits, not all the same.
    Account,
    /// The same in three groups with blanks between them, which stand in sentences: nothing below their name is read.
    Grouped,
    /// It is a private address that is not one of the aggregates of RFC 1918.
    PrivateIp,
    CgnatIp,
    PublicIp,
    /// It is not an address of a service of the machine itself.
    Ipv6,
    /// It is not one of AWS's own hosted zones.
    Zone,
    /// It does not name something of AWS's own.
    Customer,
    /// It is an address of a person: not of a machine, and not the user of a version control system.
    Email,
    /// It is a number that the Social Security Administration may have given.
    SocialSecurity,
    /// It has as many digits as a telephone number.
    Phone,
    /// It is the number of a card of a known issuer, with the right check digit.
    Card,
    /// Its check digits are right.
    Iban,
    /// A notation assigns it: a word that only stands in front of it may end in a name by chance.
    Version,
}

impl Check {
    /// Returns whether it tells addresses from other numbers, for which the text on either side is needed too.
    pub(crate) fn is_address(self) -> bool {
        matches!(self, Self::PrivateIp | Self::CgnatIp | Self::PublicIp)
    }
}
