//! The thing that a value names: values of several kinds may name one, and their placeholders have one code.
//!
//! `ip-10-0-1-7` is the host of `10.0.1.7`, and `orders` the first label of the endpoint of the database `orders`. The
//! label of a placeholder tells the kind, its code the identity, so that a reader sees that they belong together.
//!
//! Under one label no two values have the same identity: restoring relies on it. So a value has another's identity only
//! in the one form that its label writes, and any other form has an identity of its own.

use core::net::Ipv4Addr;
use std::borrow::Cow;

/// An identity: the kind that names the thing first, and its name there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Identity<'v> {
    pub(crate) kind: &'v str,
    pub(crate) value: Cow<'v, str>,
}

/// The kind whose values are private addresses.
pub(crate) const PRIVATE_ADDRESS: &str = "private_ip";
const PUBLIC_ADDRESS: &str = "public_ip";

impl<'v> Identity<'v> {
    /// The identity of a value of the kind with this id, under a label.
    pub(crate) fn of(kind: &'v str, label: &str, value: &'v str) -> Self {
        // A whole endpoint has points, its first label has none.
        let first = !value.contains('.');
        let surrounding = SURROUNDINGS.iter().find(|surrounding| **surrounding == label);
        let other = match kind {
            _ if surrounding.is_some() => surrounding.map(|label| (*label, Cow::Borrowed(value))),
            "ec2_private_dns" => form(label).address(value).map(|address| (PRIVATE_ADDRESS, address)),
            "ec2_public_dns" => PUBLIC_HOST.address(value).map(|address| (PUBLIC_ADDRESS, address)),
            "account_id" if label == ACCOUNT_HYPHENS => grouped(value, '-').map(|account| ("account_id", account)),
            "account_id" if label == ACCOUNT_BLANKS => grouped(value, ' ').map(|account| ("account_id", account)),
            "cgnat_ip" => Some((PRIVATE_ADDRESS, Cow::Borrowed(value))),
            "rds_cluster" => Some(("rds_instance", Cow::Borrowed(value))),
            "rds_endpoint" if first => Some(("rds_instance", Cow::Borrowed(value))),
            "redshift_endpoint" if first => Some(("redshift_cluster", Cow::Borrowed(value))),
            // `/aws/lambda/orders` is the log of the function `orders`.
            "log_group" if !value.contains('/') => Some(("lambda_function", Cow::Borrowed(value))),
            // `cluster_name` does not tell of which service it is.
            "eks_cluster" => Some(("ecs_cluster", Cow::Borrowed(value))),
            "eks_endpoint" if first => Some(("eks_oidc", Cow::Borrowed(value))),
            _ => None,
        };
        let (kind, value) = other.unwrap_or((kind, Cow::Borrowed(value)));
        Self { kind, value }
    }

    /// The private address that it is.
    pub(crate) fn private_address(&self) -> Option<[u8; 4]> {
        octets(&self.value, '.').filter(|_| self.kind == PRIVATE_ADDRESS)
    }
}

/// The hash of account and region under which the endpoints of databases lie.
pub(crate) const RDS_DOMAIN: &str = "RDS_DOMAIN";
pub(crate) const REDSHIFT_DOMAIN: &str = "REDSHIFT_DOMAIN";
/// The path in front of the name of a principal.
pub(crate) const IAM_PATH: &str = "IAM_PATH";
/// Labels of texts around a name that are not names themselves: each has an identity of its own, whatever the kind.
const SURROUNDINGS: [&str; 3] = [RDS_DOMAIN, REDSHIFT_DOMAIN, IAM_PATH];

/// The form in which a name holds an address.
#[derive(Debug)]
struct Form {
    prefix: &'static str,
    sign: char,
    /// From the last octet to the first one.
    reversed: bool,
}

/// `ec2-3-36-12-9`
const PUBLIC_HOST: Form = Form { prefix: "ec2-", sign: '-', reversed: false };

/// The labels of hosts in whose names a private address stands without EC2's prefix: `node-10-0-1-7`, `ip_10_0_1_7`,
/// `7.1.0.10.in-addr.arpa`.
pub(crate) const HYPHENS: &str = "IP_HYPHENS";
pub(crate) const UNDERSCORES: &str = "IP_SCORES";
pub(crate) const REVERSED: &str = "IP_REVERSED";

/// The labels of accounts in groups, with hyphens as the console writes them, and with blanks: `1234-5678-9012`,
/// `1234 5678 9012`.
pub(crate) const ACCOUNT_HYPHENS: &str = "ACCOUNT_DASH";
pub(crate) const ACCOUNT_BLANKS: &str = "ACCOUNT_SPACE";

/// The twelve digits of an account that is written in three groups of four.
fn grouped(value: &str, sign: char) -> Option<Cow<'static, str>> {
    let groups: Vec<&str> = value.split(sign).collect();
    let digits = |group: &&str| group.len() == 4 && group.bytes().all(|b| b.is_ascii_digit());
    (groups.len() == 3 && groups.iter().all(digits)).then(|| Cow::Owned(groups.concat()))
}

/// Returns the way in which a label's hosts write an address. The label of the kind itself is that of `ip-10-0-1-7`.
fn form(label: &str) -> Form {
    match label {
        HYPHENS => Form { prefix: "", sign: '-', reversed: false },
        UNDERSCORES => Form { prefix: "", sign: '_', reversed: false },
        REVERSED => Form { prefix: "", sign: '.', reversed: true },
        _ => Form { prefix: "ip-", sign: '-', reversed: false },
    }
}

impl Form {
    /// The address in dotted decimals.
    fn address(&self, name: &str) -> Option<Cow<'static, str>> {
        let [a, b, c, d] = octets(name.strip_prefix(self.prefix)?, self.sign)?;
        Some(Cow::Owned(if self.reversed { format!("{d}.{c}.{b}.{a}") } else { format!("{a}.{b}.{c}.{d}") }))
    }
}

/// Four numbers as they are written canonically: without leading zeros or signs.
pub(crate) fn octets(text: &str, separator: char) -> Option<[u8; 4]> {
    let mixed = separator != '.' && text.contains('.');
    let dotted = text.replace(separator, ".");
    dotted.parse().ok().filter(|_| !mixed).as_ref().map(Ipv4Addr::octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities() {
        let cases = [
            ("ec2_private_dns", "ip-10-0-1-7", "private_ip", "10.0.1.7"),
            ("private_ip", "10.0.1.7", "private_ip", "10.0.1.7"),
            ("cgnat_ip", "100.64.1.7", "private_ip", "100.64.1.7"),
            ("ec2_public_dns", "ec2-3-36-12-9", "public_ip", "3.36.12.9"),
            ("rds_endpoint", "orders", "rds_instance", "orders"),
            ("rds_cluster", "orders", "rds_instance", "orders"),
            ("eks_endpoint", "A1B2", "eks_oidc", "A1B2"),
            ("log_group", "orders", "lambda_function", "orders"),
            ("log_group", "/orders/api", "log_group", "/orders/api"),
            ("eks_cluster", "orders", "ecs_cluster", "orders"),
            // Another form is another value of the kind, and must not have the same code.
            ("ec2_private_dns", "ip-10-0-01-7", "ec2_private_dns", "ip-10-0-01-7"),
            ("ec2_private_dns", "IP-10-0-1-7", "ec2_private_dns", "IP-10-0-1-7"),
            ("ec2_private_dns", "ip-10-0-1-+7", "ec2_private_dns", "ip-10-0-1-+7"),
            ("rds_endpoint", "orders.c9akciq32xyz", "rds_endpoint", "orders.c9akciq32xyz"),
            ("s3_bucket", "orders", "s3_bucket", "orders"),
        ];
        for (kind, value, of, name) in cases {
            let identity = Identity::of(kind, "", value);
            assert_eq!(identity, Identity { kind: of, value: Cow::Borrowed(name) }, "{kind} {value}");
        }
        for (label, value) in [(HYPHENS, "10-0-1-7"), (UNDERSCORES, "10_0_1_7"), (REVERSED, "7.1.0.10")] {
            let identity = Identity::of("ec2_private_dns", label, value);
            assert_eq!(identity, Identity { kind: PRIVATE_ADDRESS, value: Cow::Borrowed("10.0.1.7") }, "{label}");
            assert_eq!(Identity::of("ec2_private_dns", "", value).value, value, "under the label of the kind");
        }
    }
}
