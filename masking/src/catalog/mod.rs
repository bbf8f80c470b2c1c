//! The catalogue of AWS identifiers: one table a family, one row a kind, one rule a way to recognise it.
//!
//! All rules of one row find the same thing, so it has one placeholder wherever it stands. Adding a kind is adding a
//! row; its examples are its tests. Formats are those of AWS's own models and documentation (botocore, the IAM
//! service reference, the CloudFormation resource schemas, the AWS CLI's examples).

use std::borrow::Cow;
use std::ops::RangeInclusive;

mod compute;
mod containers;
mod database;
mod dns;
mod identity;
mod ip;
mod messaging;
mod misc;
mod network;
mod secrets;
mod storage;

/// Every kind of the product. Where two rules find the same bytes, the earlier row wins.
pub(crate) const TABLES: [(Family, &[Row]); 11] = [
    (Family::Secrets, secrets::ROWS),
    (Family::Compute, compute::ROWS),
    (Family::Network, network::ROWS),
    (Family::Storage, storage::ROWS),
    (Family::Database, database::ROWS),
    (Family::Identity, identity::ROWS),
    (Family::Messaging, messaging::ROWS),
    (Family::Containers, containers::ROWS),
    (Family::Dns, dns::ROWS),
    (Family::Ip, ip::ROWS),
    (Family::Misc, misc::ROWS),
];

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

/// A way to recognise a kind. Lists of words are written with `|` between them. Patterns are in the syntax of the `regex` crate, anchored where the rule says; their
/// groups are the values, or the whole match if they have none. `{region}`, `{aws}`, `{name}`, `{bucket}`, `{uuid}`,
/// `{account}` and `{/}` stand for the patterns in [`MACROS`].
#[derive(Debug)]
pub(crate) enum Rule {
    /// `prefix-tail`, found at the hyphen.
    Id(&'static str, Tail),
    /// A text that begins with one of some literals and recognises itself: a bare one is found again anyway.
    Token(&'static str, &'static str, Edge, Check),
    /// A value behind one of some literals, which are its context. The pattern begins with the literal.
    After(&'static str, &'static str, Check),
    /// A host name and what follows it. The pattern begins where the host name does, and only host names that contain
    /// the word are tried.
    Host(&'static str, &'static str),
    /// The value of a key: see [`Key`].
    Key(Key),
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
}

/// A value that stands under a name: `"Bucket": "b"`, `bucket = "b"`, `--bucket b`, `S3_BUCKET=b`, `| Bucket | b |`,
/// `<Bucket>b</Bucket>`, `bucket b-1` …
#[derive(Debug)]
pub(crate) struct Key {
    /// Words of which each name holds one, as they are written.
    pub(crate) at: &'static str,
    /// What the name ends with, in lower case and without separators. In front, a `^`: what the name is;
    /// a `=`: what it is, as it is written; a `*`: what it contains.
    pub(crate) names: &'static str,
    pub(crate) value: &'static str,
    pub(crate) check: Check,
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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Hex,
    UpperHex,
    Lower,
    Upper,
    Alnum,
}

/// What may stand around a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// No letter or digit on either side; a hyphen is fine, as in `ebs-vol-0abc…`.
    Hex,
    /// No character of a word, path or file name: for the short ids of old.
    Legacy,
    /// No character of a hyphenated word.
    Token,
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
    /// It has two.
    TwoDigits,
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
    /// It is twelve digits, not all the same.
    Account,
    /// It is a private address that is not one of the aggregates of RFC 1918.
    PrivateIp,
    CgnatIp,
    PublicIp,
    /// It is no hosted zone of AWS's own.
    Zone,
    /// It does not name something of AWS's own.
    Customer,
}

impl Check {
    /// Whether it tells addresses, which need a look at what stands around them too.
    pub(crate) fn is_address(self) -> bool {
        matches!(self, Self::PrivateIp | Self::CgnatIp | Self::PublicIp)
    }
}

/// What the names in braces stand for in patterns.
pub(crate) const MACROS: [(&str, &str); 7] = [
    (
        "{region}",
        "(?:us|eu|ap|sa|ca|me|af|il|mx|cn|us-gov|us-iso[bef]?|eu-isoe|eusc)-[a-z]{2,12}(?:-[a-z]{2,10})?-[0-9]",
    ),
    ("{aws}", r"(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws|on\.aws|c2s\.ic\.gov|sc2s\.sgov\.gov)"),
    ("{name}", "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"),
    ("{bucket}", "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
    ("{uuid}", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    // A placeholder is as good as the account that it stands for.
    ("{account}", "(?:[0-9]{12}|AWS_ACCOUNT_[0-9A-Z]{12})"),
    // A slash, also as JSON may escape it (at any depth) and as URLs do.
    ("{/}", r"(?:\\{0,7}/|%2[Ff])"),
];

/// Ends of host names under which AWS puts those of its customers.
pub(crate) const DOMAINS: &str = "amazonaws.com|amazonaws.com.cn|amazonaws.eu|api.aws|on.aws|c2s.ic.gov|sc2s.sgov.gov|\
    cloudfront.net|cloudfront.cn|elasticbeanstalk.com|awsglobalaccelerator.com|awsapprunner.com|amplifyapp.com|\
    amazoncognito.com|awsapps.com|sagemaker.aws|connect.aws|signin.aws.amazon.com";

/// A kind of identifier: what its placeholders are called, and how it is switched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The stable name, for example `s3_bucket`: part of the placeholder's message, of the configuration and of reports.
    pub id: Cow<'static, str>,
    /// The word in its placeholders, for example `S3_BUCKET`.
    pub label: Cow<'static, str>,
    pub family: Family,
    pub risk: Risk,
    pub tier: Tier,
}

/// A group of kinds that is switched as one, by `mask_<family>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    Compute,
    Network,
    Storage,
    Database,
    Identity,
    Secrets,
    Messaging,
    Containers,
    Dns,
    Ip,
    Misc,
    /// What the configuration itself names: custom patterns and literals. Always on.
    Custom,
}

/// What knowing a value gives away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Risk {
    /// It grants access.
    Secret,
    /// It names one resource or account.
    Identifier,
    /// It shows how a network is built.
    Topology,
}

/// Whether a kind is masked unless the configuration says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Masked by default.
    Default,
    /// Masked when enabled: names that people chose, and forms that ordinary text shares.
    Optional,
}

impl Family {
    /// The families that have a switch.
    pub const ALL: [Self; 11] = [
        Self::Compute,
        Self::Network,
        Self::Storage,
        Self::Database,
        Self::Identity,
        Self::Secrets,
        Self::Messaging,
        Self::Containers,
        Self::Dns,
        Self::Ip,
        Self::Misc,
    ];

    /// The configuration key that switches the family off. Four of them are those of the plugin that this one replaces.
    pub fn switch(self) -> &'static str {
        match self {
            Self::Compute => "mask_ec2_instances",
            Self::Network => "mask_network",
            Self::Storage => "mask_s3_buckets",
            Self::Database => "mask_rds_instances",
            Self::Identity => "mask_identity",
            Self::Secrets => "mask_secrets",
            Self::Messaging => "mask_messaging",
            Self::Containers => "mask_containers",
            Self::Dns => "mask_dns",
            Self::Ip => "mask_private_ips",
            Self::Misc => "mask_misc",
            Self::Custom => "custom_patterns",
        }
    }
}

#[cfg(test)]
mod tests;
