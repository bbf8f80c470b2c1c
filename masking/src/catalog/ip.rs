//! Addresses. A range keeps its length, so that the size can still be reasoned about.

use super::{Check, Edge, ROW, Risk, Row, Rule, Tier};

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
        tier: Tier::Optional,
        rules: &[Rule::Literal("0|1|2|3|4|5|6|7|8|9", IPV4, Edge::Ip, Check::PublicIp)],
        yes: &["‹54.180.12.34›"],
        no: &["1.2.3.4", "8.8.8.8", "4.18.0.305", "203.0.113.5", "version 4.18.0.30"],
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
            Check::None,
        )],
        yes: &["‹2600:1f13:0abc:de00::›/56"],
        no: &["12:34:56:78:9a:bc"],
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
