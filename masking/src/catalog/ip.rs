//! Addresses. A range keeps its length, so that the size can still be reasoned about.

use super::{Check, Edge, KeyRule, ROW, Risk, Row, Rule, Tier};

const ADDRESS: Row = Row { risk: Risk::Topology, ..ROW };

/// An address in dotted decimals; a rule's check says which.
const IPV4: &str = r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}";

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "private_ip",
        label: "PRIVATE_IP",
        rules: &[Rule::Literal("10.|172.|192.168.", IPV4, Edge::Ip, Check::PrivateIp)],
        yes: &[
            "‹10.0.1.23›",
            "‹172.31.4.5›, ‹192.168.1.10›:8080",
            "‹10.42.0.0›/16",
            r"a\n‹10.0.1.23›\n",
            "IP ‹10.0.1.23›.443: flags",
            "‹10.0.1.1›-‹10.0.1.9›",
            "게이트웨이는 ‹10.0.0.1›을",
            "bumped the heap on ‹10.0.3.4› again",
            // What was upgraded may be a machine, and a comment may have a date.
            "We upgraded from ‹10.0.3.4› (t3.small) to ‹10.0.3.9› (m5.large)",
            "# ‹10.12.0.1› (2025-06-12) is gone",
        ],
        no: &[
            "v10.0.0.1",
            "10.0.0.1-beta",
            "\"version\": \"10.0.3.2\"",
            "버전 10.2.0.4 설치",
            "10.0.19041.3636",
            "10.0.0.256",
            "1.10.0.0.1",
            "10.0.0",
            "127.0.0.1",
            "0.0.0.0",
            "169.254.169.254",
            "192.0.2.1",
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "ver=10.1.2.3",
            "Bumps app from 10.1.0.2 to 10.2.0.4",
            "bump base 10 -> 10.2.0.4",
        ],
        ..ADDRESS
    },
    Row {
        id: "cgnat_ip",
        label: "CGNAT_IP",
        tier: Tier::Optional,
        rules: &[Rule::Literal("100.", IPV4, Edge::Ip, Check::CgnatIp)],
        yes: &["‹100.64.12.7›"],
        no: &["100.1.2.3"],
        ..ADDRESS
    },
    Row {
        id: "public_ip",
        label: "PUBLIC_IP",
        rules: &[
            Rule::PublicAddress,
            // The names that tables and columns give it.
            Rule::Key(KeyRule {
                names: "ip|ip address|ipv4|ipv4 address|cidr|cidr ip|cidr block|ip 주소|아이피",
                value: IPV4,
                check: Check::PublicIp,
            }),
        ],
        yes: &[
            "the instance ‹54.180.12.34› is down",
            "06:01:12\tICN57-P1\t2390\t‹3.36.12.9›\tGET\tshop.example.org\t/index.html\t200",
            "{\"clientIp\":\"‹3.36.12.9›\"} and ‹3.36.12.9› again",
            "‹3.36.12.9›:8443",
            "\"CidrIp\": \"‹52.218.4.6›/32\"",
            "https://‹3.36.12.9›/login",
            "ssh -i key ec2-user@‹3.36.12.9›",
            "\"sourceIPAddress\": \"‹3.4.5.6›\"",
            "public_ip = \"‹3.36.12.9›\"",
            "X-Forwarded-For: ‹18.6.9.3›, 10.1.2.3",
            "eni-0a1b2c3d4e5f60718 10.0.0.1 ‹3.36.12.9› 443",
            "10.0.0.1:5000 > ‹3.36.12.9›.443: Flags",
            "‹3.36.12.9› - - [01/Jul/2026:09:00:00 +0000] \"GET / HTTP/1.1\"",
            "* Connected to db.acme.com (‹3.36.12.9›) port 443",
            "Connection refused from ‹3.36.12.9›",
            "서버 ‹3.36.12.9›에 접속이 안 됩니다",
            "서버 IP는 ‹3.36.12.9›입니다",
            "db.acme.com. 60 IN A ‹3.36.12.9›",
            "| PublicIp | ‹3.36.12.9› |",
            "Name,Public IP,State\nweb,‹3.36.12.9›,running",
        ],
        no: &[
            "1.2.3.4",
            "server 8.8.8.8",
            "168.126.63.1",
            "4.18.0.305",
            "host 203.0.113.5",
            "127.0.0.1:8080",
            "0.0.0.0/0",
            "http://169.254.169.254/latest",
            "ip 255.255.255.0",
            "version 4.18.0.30",
            "\"EngineVersion\": \"5.7.12.100\"",
            "Chrome/120.0.6099.71",
            "Chrome/120.0.199.71 Safari",
            "10.0.19041.4349",
            "v1.2.3.5",
            "file 1.2.3.5.tar.gz",
            "pkg==4.3.2.1",
            "pkg>=54.180.12.34",
            "libfoo-54.180.12.34-1.x86_64",
            "ImageMagick 6.9.11.60",
            "ImageMagick 6.9.11.60: fixed",
            "OID 1.3.6.1.4.1.311",
            "see section 4.1.2.3 of the manual",
            "upgraded from 4.18.0.30 to 4.18.0.31",
            "agent update to 16.11.33.102",
            "versions 116.12.58.96 and up",
            "10.12.11.145.6",
            "doi=101.21.17.71/x",
            "## [2.11.4.2] - 2026-07-01",
        ],
        ..ADDRESS
    },
    Row {
        id: "ipv6",
        label: "IPV6",
        tier: Tier::Optional,
        rules: &[Rule::Literal(
            "2600:|2a05:|2406:|2400:|2404:|2620:|fd",
            "(?i:(?:2600|2a05|2406|2400|2404|2620|fd[0-9a-f]{2}):(?:[0-9a-f]{0,4}:){1,6}[0-9a-f]{0,4})",
            Edge::Compound,
            Check::Ipv6,
        )],
        yes: &["‹2600:1f13:0abc:de00::›/56"],
        no: &["12:34:56:78:9a:bc", "http://[fd00:ec2::254]/latest"],
        ..ADDRESS
    },
    Row {
        id: "mac_address",
        label: "MAC",
        tier: Tier::Optional,
        rules: &[Rule::Literal("02:|06:|0a:|0e:", "(?i:0[26ae](?::[0-9a-f]{2}){5})", Edge::Compound, Check::None)],
        yes: &["‹06:0e:aa:bb:cc:dd›"],
        no: &["12:34:56:78:9a:bc", "ff:ff:ff:ff:ff:ff"],
        ..ADDRESS
    },
];
