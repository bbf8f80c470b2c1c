//! The thing that a value names: values of several kinds may name one, and their placeholders have one code.
//!
//! `ip-10-0-1-7` is the host of `10.0.1.7`, and `orders` the first label of the endpoint of the database `orders`. The
//! label of a placeholder tells the kind, its code the identity, so that a reader sees that they belong together.
//!
//! Within one kind no two values have the same identity: restoring relies on it. So a value has another's identity only
//! in the one form in which its kind writes it, and any other form is an identity of its own.

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
    /// The identity of a value of the kind with this id.
    pub(crate) fn of(kind: &'v str, value: &'v str) -> Self {
        // A whole endpoint has points, its first label has none.
        let label = !value.contains('.');
        let other = match kind {
            "ec2_private_dns" => address("ip-", value).map(|address| (PRIVATE_ADDRESS, address)),
            "ec2_public_dns" => address("ec2-", value).map(|address| (PUBLIC_ADDRESS, address)),
            "cgnat_ip" => Some((PRIVATE_ADDRESS, Cow::Borrowed(value))),
            "rds_cluster" => Some(("rds_instance", Cow::Borrowed(value))),
            "rds_endpoint" if label => Some(("rds_instance", Cow::Borrowed(value))),
            "redshift_endpoint" if label => Some(("redshift_cluster", Cow::Borrowed(value))),
            "eks_endpoint" if label => Some(("eks_oidc", Cow::Borrowed(value))),
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

/// The address in the name that AWS makes of one: `10.0.1.7` of `ip-10-0-1-7`.
fn address(prefix: &str, name: &str) -> Option<Cow<'static, str>> {
    let [a, b, c, d] = octets(name.strip_prefix(prefix)?, '-')?;
    Some(Cow::Owned(format!("{a}.{b}.{c}.{d}")))
}

/// Four numbers as they are written canonically: without leading zeros or signs.
fn octets(text: &str, separator: char) -> Option<[u8; 4]> {
    let mut octets = text.split(separator).map(|octet| {
        let canonical = octet.bytes().all(|b| b.is_ascii_digit()) && (octet.len() == 1 || !octet.starts_with('0'));
        octet.parse().ok().filter(|_| canonical)
    });
    let address = [octets.next()??, octets.next()??, octets.next()??, octets.next()??];
    octets.next().is_none().then_some(address)
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
            // Another form is another value of the kind, and must not have the same code.
            ("ec2_private_dns", "ip-10-0-01-7", "ec2_private_dns", "ip-10-0-01-7"),
            ("ec2_private_dns", "IP-10-0-1-7", "ec2_private_dns", "IP-10-0-1-7"),
            ("ec2_private_dns", "ip-10-0-1-+7", "ec2_private_dns", "ip-10-0-1-+7"),
            ("rds_endpoint", "orders.c9akciq32xyz", "rds_endpoint", "orders.c9akciq32xyz"),
            ("s3_bucket", "orders", "s3_bucket", "orders"),
        ];
        for (kind, value, of, name) in cases {
            assert_eq!(Identity::of(kind, value), Identity { kind: of, value: Cow::Borrowed(name) }, "{kind} {value}");
        }
    }
}
