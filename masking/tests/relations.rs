//! What placeholders show of how things belong together, and that they show no more.
#![allow(clippy::string_slice, reason = "a test that slices wrongly should fail")]
#![cfg(test)] // Said once more, for the lints that let tests fail by panicking.

use std::collections::{HashMap, HashSet};

use masking::dialect::Options;
use masking::placeholder::{self, AddressCodes};
use masking::{Format, Known, Masked, Masker, Mint, NoThoughts, PlaceholderKey, Policy, Scanner};
use proptest::prelude::*;

fn mint(scope: &str) -> Mint {
    Mint::new(&PlaceholderKey::new([7; 32]), scope)
}

fn mask(text: &str) -> Masked {
    let (scanner, mint) = (Scanner::new(&Policy::default()).unwrap(), mint("tests"));
    let known = Known::default();
    let masker =
        Masker { scanner: &scanner, known: &known, mint: &mint, options: Options::default(), thoughts: &NoThoughts };
    masker.mask(Format::Text, text.as_bytes()).unwrap()
}

/// The code of an address: its four groups of three characters.
fn code(mint: &Mint, address: [u8; 4]) -> String {
    let [a, b, c, d] = address;
    let placeholder = mint.placeholder("private_ip", "PRIVATE_IP", &format!("{a}.{b}.{c}.{d}"));
    placeholder.as_str()["AWS_PRIVATE_IP_".len()..].to_owned()
}

/// How many of the first groups two codes have in common.
fn shared(one: &str, other: &str) -> usize {
    (1..=4).take_while(|groups| one[..3 * groups] == other[..3 * groups]).count()
}

fn expected(one: [u8; 4], other: [u8; 4]) -> usize {
    let nibbles =
        |[a, b, c, d]: [u8; 4]| [u16::from_be_bytes([a, b]), u16::from(c >> 4), u16::from(c & 15), u16::from(d)];
    nibbles(one).iter().zip(nibbles(other)).take_while(|(one, other)| **one == *other).count()
}

fn private() -> impl Strategy<Value = [u8; 4]> {
    let network = prop_oneof![
        any::<u8>().prop_map(|b| [10, b]),
        (16..=31_u8).prop_map(|b| [172, b]),
        Just([192, 168]),
        (64..=127_u8).prop_map(|b| [100, b]),
    ];
    (network, any::<[u8; 2]>()).prop_map(|([a, b], [c, d])| [a, b, c, d])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Two random addresses of one network have the same chance as two of any to be near, so that each depth is seen.
    #[test]
    fn addresses_share_as_many_groups_as_prefixes(one in private(), other in private(), near in 0..=4_usize) {
        let [a, b, c, d] = one;
        let [e, f, g, h] = other;
        let other = match near {
            0 => other,
            1 => [a, b, g, h],
            2 => [a, b, c & 0xf0 | g & 0x0f, h],
            3 => [a, b, c, h],
            _ => [e, f, c, d],
        };
        let mint = mint("tests");
        prop_assert_eq!(shared(&code(&mint, one), &code(&mint, other)), expected(one, other), "{:?} {:?}", one, other);
    }

    #[test]
    fn codes_depend_on_scope_and_key(address in private()) {
        let one = code(&mint("tests"), address);
        for other in [mint("others"), Mint::new(&PlaceholderKey::new([8; 32]), "tests")] {
            prop_assert_ne!(&one, &code(&other, address));
        }
        let written = "AWS_PRIVATE_IP_".to_owned() + &one;
        prop_assert!(placeholder::Placeholder::parse(&written).is_some());
    }
}

#[test]
fn no_two_addresses_of_a_network_share_a_code() {
    let mint = mint("tests");
    let codes: HashSet<String> = (0..=u16::MAX)
        .map(|low| {
            let [c, d] = low.to_be_bytes();
            code(&mint, [10, 42, c, d])
        })
        .collect();
    assert_eq!(codes.len(), 1 << 16);
    assert_eq!(codes.iter().map(|code| &code[..3]).collect::<HashSet<_>>().len(), 1, "one /16");
    assert_eq!(codes.iter().map(|code| &code[..6]).collect::<HashSet<_>>().len(), 16, "/20s");
    assert_eq!(codes.iter().map(|code| &code[..9]).collect::<HashSet<_>>().len(), 256, "/24s");
}

/// The same octets look different in another network, and nothing orders the networks.
#[test]
fn a_group_tells_nothing_of_another_network() {
    let mint = mint("tests");
    let last = |network: [u8; 3]| {
        let [a, b, c] = network;
        (0..=255).map(|d| code(&mint, [a, b, c, d])[9..].to_owned()).collect::<Vec<_>>()
    };
    let (one, other) = (last([10, 0, 0]), last([10, 0, 1]));
    let same = one.iter().zip(&other).filter(|(one, other)| one == other).count();
    assert!(same <= 2, "{same} of 256 addresses have the same last group in two networks");
    let networks: Vec<String> = (0..=255).map(|b| code(&mint, [10, b, 0, 1])[..3].to_owned()).collect();
    let ascending = networks.windows(2).filter(|pair| pair[0] < pair[1]).count();
    assert!((90..=165).contains(&ascending), "{ascending} of 255 networks follow the one before");
}

#[test]
fn without_groups_addresses_have_nothing_in_common() {
    let mint = mint("tests").with_addresses(AddressCodes::Unrelated);
    let codes: Vec<String> = (0..=255).map(|d| code(&mint, [10, 0, 0, d])).collect();
    assert_eq!(codes.iter().collect::<HashSet<_>>().len(), 256);
    let near = codes.windows(2).filter(|pair| shared(&pair[0], &pair[1]) > 0).count();
    assert!(near <= 1, "{near} neighbours share a group");
    // The host of an address is still the host of that address.
    let host = mint.placeholder("ec2_private_dns", "PRIVATE_DNS", "ip-10-0-0-7");
    assert!(host.as_str().ends_with(&codes[7]), "{host}");
}

/// In the masked text each number stands for one code, wherever it stands; everything else is as it is.
const SHAPES: &[(&str, &str)] = &[
    // Two names of one thing.
    (
        "aws rds describe-db-instances --db-instance-identifier orders-1 # orders-1.c9akciq32xyz.eu-west-1.rds.amazonaws.com",
        "aws rds describe-db-instances --db-instance-identifier RDS(1) # RDS_HOST(1).RDS_DOMAIN(2).eu-west-1.rds.amazonaws.com",
    ),
    (
        "orders-1.cluster-c9akciq32xyz.eu-west-1.rds.amazonaws.com orders-1.cluster-ro-c9akciq32xyz.eu-west-1.rds.amazonaws.com",
        "RDS_HOST(1).cluster-RDS_DOMAIN(2).eu-west-1.rds.amazonaws.com RDS_HOST(1).cluster-ro-RDS_DOMAIN(2).eu-west-1.rds.amazonaws.com",
    ),
    (
        "orders-1.c9akciq32xyz.eu-west-1.rds.amazonaws.com orders-1.cabcdefgh123.us-east-1.rds.amazonaws.com",
        "RDS_HOST(1).RDS_DOMAIN(2).eu-west-1.rds.amazonaws.com RDS_HOST(1).RDS_DOMAIN(3).us-east-1.rds.amazonaws.com",
    ),
    ("ip-10-0-1-7.ec2.internal is 10.0.1.7", "PRIVATE_DNS(1).ec2.internal is PRIVATE_IP(1)"),
    (
        "node-10-0-1-7 and 7.1.0.10.in-addr.arpa and 10-0-1-7.default.pod.cluster.local are 10.0.1.7",
        "node-IP_HYPHENS(1) and IP_REVERSED(1).in-addr.arpa and IP_HYPHENS(1).default.pod.cluster.local are PRIVATE_IP(1)",
    ),
    (
        "ec2-3-36-12-9.ap-northeast-2.compute.amazonaws.com has IP 3.36.12.9",
        "PUBLIC_DNS(1).ap-northeast-2.compute.amazonaws.com has IP PUBLIC_IP(1)",
    ),
    (
        "https://A1B2C3D4E5F60718293A4B5C6D7E8F90.gr7.us-east-1.eks.amazonaws.com oidc.eks.us-east-1.amazonaws.com/id/A1B2C3D4E5F60718293A4B5C6D7E8F90",
        "https://EKS_HOST(1).gr7.us-east-1.eks.amazonaws.com oidc.eks.us-east-1.amazonaws.com/id/OIDC(1)",
    ),
    (
        "vpce-0f89a33420c1931d7 vpce-0f89a33420c1931d7-bluzidnv.s3.us-east-1.vpce.amazonaws.com",
        "VPCE(1) VPCE(1)-VPCE_DNS(2).s3.us-east-1.vpce.amazonaws.com",
    ),
    // Qualifiers.
    (
        "arn:aws:lambda:eu-west-1:123456789012:function:acme-1:7 arn:aws:lambda:eu-west-1:123456789012:function:acme-1",
        "arn:aws:lambda:eu-west-1:ACCOUNT(1):function:LAMBDA(2):7 arn:aws:lambda:eu-west-1:ACCOUNT(1):function:LAMBDA(2)",
    ),
    (
        "arn:aws:lambda:eu-west-1:123456789012:function:acme-1:$LATEST acme-1",
        "arn:aws:lambda:eu-west-1:ACCOUNT(1):function:LAMBDA(2):$LATEST LAMBDA(2)",
    ),
    (
        "arn:aws:ecs:eu-west-1:123456789012:task-definition/acme-task:12",
        "arn:aws:ecs:eu-west-1:ACCOUNT(1):task-definition/ECS_TASK(2):12",
    ),
    (
        "arn:aws:ecs:eu-west-1:123456789012:service/prod-1/web arn:aws:ecs:eu-west-1:123456789012:cluster/prod-1",
        "arn:aws:ecs:eu-west-1:ACCOUNT(1):service/ECS(2)/ECS_SERVICE(3) arn:aws:ecs:eu-west-1:ACCOUNT(1):cluster/ECS(2)",
    ),
    (
        "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web-1/50dc6c495c0c9188 \
         arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/web-1/50dc6c495c0c9188/f2f7dc8efc522ab2 \
         internal-web-1-1881996775.eu-west-1.elb.amazonaws.com",
        "arn:aws:elasticloadbalancing:eu-west-1:ACCOUNT(1):loadbalancer/app/ELB(2)/ELB(3) \
         arn:aws:elasticloadbalancing:eu-west-1:ACCOUNT(1):listener/app/ELB(2)/ELB(3)/ELB(4) \
         internal-ELB(2)-ELB(5).eu-west-1.elb.amazonaws.com",
    ),
    (
        "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/index/by-date arn:aws:dynamodb:eu-west-1:123456789012:table/orders",
        "arn:aws:dynamodb:eu-west-1:ACCOUNT(1):table/TABLE(2)/index/TABLE(3) arn:aws:dynamodb:eu-west-1:ACCOUNT(1):table/TABLE(2)",
    ),
    (
        "arn:aws:iam::123456789012:role/team-a/deploy arn:aws:sts::123456789012:assumed-role/deploy/jane.doe",
        "arn:aws:iam::ACCOUNT(1):role/IAM_PATH(2)/IAM_ROLE(3) arn:aws:sts::ACCOUNT(1):assumed-role/IAM_ROLE(3)/SESSION(4)",
    ),
    ("arn:aws:iam::123456789012:role/deploy/deploy", "arn:aws:iam::ACCOUNT(1):role/IAM_PATH(2)/IAM_ROLE(3)"),
    // What is AWS's own.
    (
        "arn:aws:iam::123456789012:role/aws-service-role/es.amazonaws.com/AWSServiceRoleForAmazonOpenSearchService",
        "arn:aws:iam::ACCOUNT(1):role/aws-service-role/es.amazonaws.com/AWSServiceRoleForAmazonOpenSearchService",
    ),
    (
        "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Acme_0123456789abcdef",
        "arn:aws:iam::ACCOUNT(1):role/aws-reserved/sso.amazonaws.com/eu-west-1/IAM_ROLE(2)",
    ),
    // A network keeps its length.
    ("10.20.0.0/20", "PRIVATE_IP(1)/20"),
    (
        "{\"arn\": \"arn:aws:ecs:eu-west-1:123456789012:task-definition\\/acme-task:12\"}",
        "{\"arn\": \"arn:aws:ecs:eu-west-1:ACCOUNT(1):task-definition\\/ECS_TASK(2):12\"}",
    ),
];

/// The text with the codes of its placeholders by numbers, in the order of their first appearance.
fn numbered(masked: &str) -> String {
    let (mut out, mut at, mut numbers) = (String::new(), 0, HashMap::new());
    for (range, placeholder) in placeholder::find_all(masked.as_bytes()) {
        let (label, code) = placeholder.as_str()["AWS_".len()..].rsplit_once('_').unwrap();
        let next = numbers.len() + 1;
        let number = *numbers.entry(code.to_owned()).or_insert(next);
        out += &masked[at..range.start];
        out += &format!("{label}({number})");
        at = range.end;
    }
    out + &masked[at..]
}

#[test]
fn what_belongs_together_is_seen_and_comes_back() {
    for (text, expected) in SHAPES {
        let masked = mask(text);
        let body = masked.body.unwrap();
        assert_eq!(numbered(&body), *expected, "{text}");
        assert_eq!(mask(&body).body, None, "masked text has a finding: {body}");
        let restored = masking::restore(body.as_bytes(), &mut All(&masked.replaced)).unwrap();
        assert_eq!(String::from_utf8(restored).unwrap(), *text);
    }
}

#[test]
fn a_network_shows_what_its_addresses_share() {
    let body = mask("10.20.16.0/20 holds 10.20.17.3 and 10.20.31.254, and not 10.20.32.1").body.unwrap();
    let codes: Vec<String> = placeholder::find_all(body.as_bytes())
        .map(|(_, placeholder)| placeholder.as_str()["AWS_PRIVATE_IP_".len()..].to_owned())
        .collect();
    let [network, one, other, outside] = codes.as_slice() else { panic!("{body}") };
    assert!(body.contains(&format!("{network}/20 ")), "{body}");
    assert_eq!([shared(network, one), shared(network, other), shared(network, outside)], [2, 2, 1], "{body}");
}

/// Names that differ in case are different values, and each comes back as it was.
#[test]
fn a_value_comes_back_in_its_case() {
    let text = "db instance Orders-1 and db instance orders-1 at Orders-1.c9akciq32xyz.eu-west-1.rds.amazonaws.com";
    let masked = mask(text);
    let body = masked.body.unwrap();
    assert_eq!(
        numbered(&body),
        "db instance RDS(1) and db instance RDS(2) at RDS_HOST(1).RDS_DOMAIN(3).eu-west-1.rds.amazonaws.com"
    );
    let restored = masking::restore(body.as_bytes(), &mut All(&masked.replaced)).unwrap();
    assert_eq!(String::from_utf8(restored).unwrap(), text);
}

struct All<'v>(&'v masking::Replaced);

impl masking::Resolve for All<'_> {
    fn resolve(&mut self, placeholder: &masking::Placeholder) -> Option<masking::Secret> {
        self.0.get(placeholder).map(|entry| entry.value.clone())
    }
}

/// The console writes an account with hyphens, and people with blanks: the label tells the form, the code that it is the
/// same account.
#[test]
fn an_account_in_groups_has_the_code_of_the_plain_one() {
    for (written, label) in [("4711-9283-0564", "AWS_ACCOUNT_DASH_"), ("4711 9283 0564", "AWS_ACCOUNT_SPACE_")] {
        is_of_the_plain_one(written, label);
    }
}

fn is_of_the_plain_one(written: &str, label: &str) {
    let masked = mask(&format!("account {written} and 471192830564 and account 718204593316"));
    let text = masked.body.unwrap();
    let codes: Vec<_> = placeholder::find_all(text.as_bytes())
        .map(|(range, placeholder)| {
            (text[range].to_owned(), placeholder.as_str()[placeholder.as_str().len() - 12..].to_owned())
        })
        .collect();
    assert_eq!(codes.len(), 3, "{text}");
    assert!(codes[0].0.starts_with(label) && codes[1].0.starts_with("AWS_ACCOUNT_"), "{text}");
    assert_eq!(codes[0].1, codes[1].1, "{text}");
    assert_ne!(codes[0].1, codes[2].1, "{text}");
}
