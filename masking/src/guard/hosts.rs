//! The hosts to which a tool may send values.

use core::net::IpAddr;

/// A list of hosts: names, `*.` with a name for all hosts below it, addresses, networks, and words for many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts(Vec<Rule>);

/// The words that stand for many hosts.
const WORDS: [(&str, Rule); 3] = [("aws", Rule::Aws), ("loopback", Rule::Loopback), ("private", Rule::Private)];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    /// The endpoints of AWS's services and its consoles.
    Aws,
    /// This machine.
    Loopback,
    /// Private addresses, names without a dot, and names that only resolve inside of a network.
    Private,
    Name(String),
    Below(String),
    Network(Network),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    bits: u8,
}

/// The domains of AWS's services and consoles.
const AWS: [&str; 7] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "api.aws",
    "aws.amazon.com",
    "amazonaws-us-gov.com",
    "awsapps.com",
];
/// Labels of hosts in these domains that are servers of a customer, and so of anybody.
const CUSTOMERS: [&str; 5] = ["compute", "compute-1", "elb", "execute-api", "vpce"];
/// The label with which hosts of websites in buckets begin, which are anybody's too.
const WEBSITE: &str = "s3-website";
/// The last labels of names that no public resolver knows.
const INTERNAL: [&str; 8] = ["corp", "home", "internal", "intranet", "lan", "local", "private", "svc"];
const PRIVATE: [&str; 7] =
    ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"];
const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1"];

impl Default for Hosts {
    fn default() -> Self {
        Self(WORDS.map(|(_, rule)| rule).to_vec())
    }
}

impl Hosts {
    /// What an entry of the list may be.
    pub const GRAMMAR: &str = "aws, loopback, private, the name of a host, *. and a name for all below it, an address, or a network such as \
         198.51.100.0/24";

    /// Reads the list.
    ///
    /// # Errors
    ///
    /// Fails with the index of the first entry that is none.
    pub fn parse<S: AsRef<str>>(entries: &[S]) -> Result<Self, usize> {
        let rule = |(index, entry): (usize, &S)| Rule::parse(entry.as_ref()).ok_or(index);
        entries.iter().enumerate().map(rule).collect::<Result<_, _>>().map(Self)
    }

    /// Returns whether a host is on the list. What cannot be a host is not.
    pub(crate) fn have(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok().map(plain);
        match address {
            Some(address) => self.0.iter().any(|rule| rule.has_address(address)),
            None => is_name(&host) && self.0.iter().any(|rule| rule.has_name(&host)),
        }
    }
}

/// An IPv4 address that is written as one of IPv6 is that address.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// A name whose last label is not a number: programs read those as addresses in many ways.
fn is_name(host: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    host.split('.').all(is_label) && last.starts_with(|c: char| c.is_ascii_lowercase()) && !last.starts_with("0x")
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|sub| sub.ends_with('.'))
}

impl Rule {
    fn parse(entry: &str) -> Option<Self> {
        let entry = entry.trim_end_matches('.').to_ascii_lowercase();
        if let Some((_, rule)) = WORDS.iter().find(|(word, _)| *word == entry) {
            return Some(rule.clone());
        }
        if let Some(network) = Network::parse(&entry) {
            return Some(Self::Network(network));
        }
        match entry.strip_prefix("*.") {
            Some(domain) => is_name(domain).then(|| Self::Below(domain.to_owned())),
            None => is_name(&entry).then(|| Self::Name(entry.clone())),
        }
    }

    fn has_name(&self, host: &str) -> bool {
        match self {
            Self::Aws => AWS.iter().any(|domain| host == *domain || is_below(host, domain)) && !is_customers(host),
            Self::Loopback => host == "localhost" || is_below(host, "localhost"),
            Self::Private => !host.contains('.') || INTERNAL.iter().any(|last| is_below(host, last)),
            Self::Name(name) => host == name,
            Self::Below(domain) => is_below(host, domain),
            Self::Network(_) => false,
        }
    }

    fn has_address(&self, address: IpAddr) -> bool {
        let within = |networks: &[&str]| networks.iter().filter_map(|it| Network::parse(it)).any(|it| it.has(address));
        match self {
            Self::Loopback => within(&LOOPBACK),
            Self::Private => within(&PRIVATE),
            Self::Network(network) => network.has(address),
            Self::Aws | Self::Name(_) | Self::Below(_) => false,
        }
    }
}

fn is_customers(host: &str) -> bool {
    host.split('.').any(|label| CUSTOMERS.contains(&label) || label.starts_with(WEBSITE))
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address = address.parse::<IpAddr>().ok()?;
        let max = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(max), |bits| bits.parse().ok().filter(|bits| *bits <= max))?;
        Some(Self { address, bits })
    }

    fn has(&self, address: IpAddr) -> bool {
        let differ = match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            _ => return false,
        };
        differ >= u32::from(self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_has_what_is_the_users_own() {
        let hosts = Hosts::default();
        for host in [
            "localhost",
            "127.0.0.1",
            "127.8.8.8",
            "[::1]",
            "10.1.2.3",
            "172.31.0.9",
            "192.168.1.1",
            "169.254.169.254",
            "[fd00::1]",
            "[::ffff:10.0.0.1]",
            "db",
            "postgres-1",
            "ip-10-0-3-17.eu-west-1.compute.internal",
            "a.svc",
            "printer.local",
            "sts.amazonaws.com",
            "b.s3.eu-west-1.amazonaws.com",
            "d.abc.eu-west-1.rds.amazonaws.com",
            "ec2.api.aws",
            "eu-west-1.console.aws.amazon.com",
            "S3.AMAZONAWS.COM",
            "s3.amazonaws.com.",
        ] {
            assert!(hosts.have(host), "{host}");
        }
        for host in [
            "example.com",
            "amazonaws.com.example.com",
            "xamazonaws.com",
            "8.8.8.8",
            "172.32.0.1",
            "[2001:db8::1]",
            "ec2-203-0-113-9.eu-west-1.compute.amazonaws.com",
            "x.execute-api.eu-west-1.amazonaws.com",
            "my.elb.amazonaws.com",
            "b.s3-website-eu-west-1.amazonaws.com",
            "x.lambda-url.eu-west-1.on.aws",
            "2130706433",
            "0x7f.1",
            "0x7f000001",
            "127.1",
            "10.1",
            "",
            ".",
            "a..b",
            "ex%61mple.com",
            "exämple",
            "a b",
            "${host}",
        ] {
            assert!(!hosts.have(host), "{host}");
        }
    }

    #[test]
    fn a_list_has_what_it_says() {
        let hosts =
            Hosts::parse(&["api.example.com", "*.corp.example", "198.51.100.0/24", "2001:db8::/32", "203.0.113.9"])
                .unwrap();
        for host in ["api.example.com", "a.b.corp.example", "198.51.100.7", "[2001:db8:1::1]", "203.0.113.9"] {
            assert!(hosts.have(host), "{host}");
        }
        for host in [
            "example.com",
            "x.api.example.com",
            "corp.example",
            "198.51.101.7",
            "203.0.113.10",
            "localhost",
            "10.0.0.1",
        ] {
            assert!(!hosts.have(host), "{host}");
        }
        for (entries, wrong) in
            [(&["aws", "https://x.example"][..], 1), (&["10.0.0.0/33"], 0), (&["*"], 0), (&["a b"], 0), (&[""], 0)]
        {
            assert_eq!(Hosts::parse(entries), Err(wrong), "{entries:?}");
        }
        assert_eq!(Hosts::parse::<&str>(&[]).map(|none| none.have("localhost")), Ok(false));
    }
}
