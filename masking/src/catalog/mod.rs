//! The catalogue of AWS identifiers, with packs of other secrets and of personal data: one table per family, one row per kind, one rule per way to recognise it.
//!
//! All rules of one row find the same thing, so it has one placeholder wherever it stands. Adding a kind is adding a
//! row; its examples are its tests. Formats are those of AWS's own models and documentation (botocore, the IAM
//! service reference, the CloudFormation resource schemas, the AWS CLI's examples).

mod compute;
mod containers;
mod database;
mod dns;
mod identity;
mod ip;
mod kind;
mod messaging;
mod misc;
mod network;
mod personal;
mod reference;
mod rule;
mod secrets;
mod storage;
mod tokens;

use sha2::{Digest, Sha256};

pub use kind::{Family, Kind, KindId, Risk, Tier};
pub use reference::{Described, reference};
pub(crate) use rule::{Check, Class, Edge, Field, KeyRule, ROW, Row, Rule, Tail};

/// The version of the catalogue: the number of its kinds, and a digest of their tables.
pub fn version() -> String {
    let mut digest = Sha256::new();
    let (mut kinds, rows) = (0, TABLES.iter().flat_map(|(_, rows)| *rows));
    for Row { id, label, risk, tier, rules, asked, .. } in rows {
        kinds += 1;
        digest.update(format!("{id}/{label}/{risk:?}/{tier:?}/{rules:?}/{asked:?}"));
    }
    let code: String = digest.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{kinds}-{code}")
}

/// The ids of all kinds, and the names of their families: the words by which a configuration may name kinds.
pub fn words() -> (impl Iterator<Item = &'static str>, impl Iterator<Item = &'static str>) {
    let ids = TABLES.iter().flat_map(|(_, rows)| rows.iter().map(|row| row.id));
    (ids, TABLES.iter().map(|(family, _)| family.name()))
}

/// Every kind of the product. Where two rules find the same bytes, the earlier row wins.
pub(crate) const TABLES: [(Family, &[Row]); 13] = [
    (Family::Secrets, secrets::ROWS),
    (Family::Tokens, tokens::ROWS),
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
    (Family::Personal, personal::ROWS),
];

macro_rules! versions {
    () => {
        "version|release|build|firmware|revision|versión|versão|versione|wersja|wersji|sürüm|sürümü|версия|сборка|сборки|phiên bản|버전|버젼|릴리스|バージョン|版本"
    };
}

/// Words in front of a version, with those that end other names too: `server`.
pub(crate) const VERSION_WORDS: &str = concat!(versions!(), "|ver|fassung|빌드|section|chapter|clause|tag|§");

/// Numbers with three points under the name of a version: addresses look the same.
pub(crate) const VERSIONS: KeyRule = KeyRule {
    names: concat!(versions!(), "|=tag|image tag"),
    value: "[0-9]{1,5}(?:\\.[0-9]{1,5}){3}",
    check: Check::Version,
};

macro_rules! areas {
    () => {
        "us|eu|ap|sa|ca|me|af|il|mx|cn|eusc"
    };
}

macro_rules! account {
    () => {
        "AWS_ACCOUNT_"
    };
}

/// The words that names of regions begin with.
pub(crate) const AREAS: &str = areas!();
/// The beginning of an account's placeholder, which is as good as the account where one is expected.
pub(crate) const ACCOUNT: &str = account!();

/// The patterns that names in braces stand for.
pub(crate) const MACROS: [(&str, &str); 10] = [
    ("{region}", concat!("(?:", areas!(), "|us-gov|us-iso[bef]?|eu-isoe)-[a-z]{2,12}(?:-[a-z]{2,10})?-[0-9]")),
    ("{aws}", r"(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws|on\.aws|c2s\.ic\.gov|sc2s\.sgov\.gov)"),
    ("{name}", "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"),
    ("{bucket}", "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
    ("{uuid}", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    // A placeholder is as good as the account that it stands for.
    ("{account}", concat!("(?:[0-9]{12}|", account!(), "[0-9A-Z]{12})")),
    // A slash, also as JSON may escape it (at any depth) and as URLs do.
    ("{/}", r"(?:\\{0,7}/|%2[Ff])"),
    // What stands between a command and the option that holds a name, on its line, and the option `--name` up to the name.
    ("{options}", r"[^\n|;&]{0,160}?"),
    ("{--name}", r#" -{1,2}(?i:names?)[ =]["']?"#),
    // What services put in front of the names of their log groups.
    (
        "{logs}",
        "(?:aws/(?:lambda|rds/(?:instance|cluster)|eks|ecs/containerinsights|codebuild|apigateway|vendedlogs)|ecs)",
    ),
];

/// Ends of host names under which customers have theirs.
pub(crate) const DOMAINS: &str = "amazonaws.com|amazonaws.com.cn|amazonaws.eu|api.aws|on.aws|c2s.ic.gov|sc2s.sgov.gov|\
    cloudfront.net|cloudfront.cn|elasticbeanstalk.com|awsglobalaccelerator.com|awsapprunner.com|amplifyapp.com|\
    amazoncognito.com|awsapps.com|sagemaker.aws|connect.aws|signin.aws.amazon.com|console.aws.amazon.com|live-video.net|-s3alias|--ol-s3|\
    --x-s3|pod.cluster.local|in-addr.arpa";

#[cfg(test)]
mod tests;
