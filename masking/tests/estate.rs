//! The names of an estate: found where they stand, and nowhere that a word stands.
#![cfg(test)] // Said once more, for the lints that let tests fail by panicking.

use std::sync::Arc;

use masking::{Clarity, Estate, Known, Policy, Scanner, Text};

const NAMES: &[(&str, &str)] = &[
    ("/acme/api/orders", "log_group"),
    ("acme-prod", "eks_cluster"),
    ("acme-prod-logs", "s3_bucket"),
    ("acme-prod-logs.eu", "s3_bucket"),
    ("billing_worker", "lambda_function"),
    ("payroll", "eks_cluster"),
    ("production", "eks_cluster"),
    ("zollstock", "dynamodb_table"),
];

fn scanner() -> Scanner {
    Scanner::new(&Policy::default()).unwrap()
}

fn estate(scanner: &Scanner, names: &[(&str, &str)], forced: &[&str]) -> Known {
    let mut estate = Estate::new("1", names.len());
    for (name, kind) in names {
        assert!(estate.push(scanner, scanner.kind_id(kind).unwrap(), name, forced.contains(name)), "{name}");
    }
    Known::default().with_estate(Some(Arc::new(estate)))
}

/// The text with its findings in brackets, and their kinds.
fn marked(scanner: &Scanner, known: &Known, text: &str) -> (String, Vec<String>) {
    let findings = scanner.scan(&[Text { text, key: None }], known);
    let mut marked = text.to_owned();
    for finding in findings.iter().rev() {
        marked.insert(finding.end, '›');
        marked.insert(finding.start, '‹');
    }
    (marked, findings.iter().map(|finding| scanner.kind(finding.kind).id.to_string()).collect())
}

#[test]
fn a_name_is_found_where_it_stands() {
    let scanner = scanner();
    let known = estate(&scanner, NAMES, &[]);
    for (text, kinds) in [
        ("the job writes to ‹acme-prod-logs›, then stops", vec!["s3_bucket"]),
        ("‹acme-prod-logs.eu› and ‹acme-prod› are not one", vec!["s3_bucket", "eks_cluster"]),
        ("‹acme-prod-logs›.us", vec!["s3_bucket"]),
        ("line one\\n‹acme-prod-logs›\\tx", vec!["s3_bucket"]),
        ("a%2F‹acme-prod-logs›", vec!["s3_bucket"]),
        ("\\u001b[32m‹acme-prod-logs›", vec!["s3_bucket"]),
        ("see ‹/acme/api/orders› for it", vec!["log_group"]),
        ("‹billing_worker›: timeout", vec!["lambda_function"]),
        // An instance with a number of its own.
        ("‹acme-prod-logs-2›", vec!["s3_bucket"]),
        // Another name.
        ("acme-prod-logsx, xacme-prod-logs, acme-prod-logs-eu, my-acme-prod", vec![]),
        ("billing_worker_2", vec![]),
        // A word: where it stands alone, in a path, beside a word for its kind.
        ("payroll is due, and payroll runs on Friday", vec![]),
        ("the ‹payroll› cluster", vec!["eks_cluster"]),
        ("a cluster named ‹payroll›", vec!["eks_cluster"]),
        ("clusters: ‹payroll›", vec!["eks_cluster"]),
        ("use \"‹payroll›\"", vec!["eks_cluster"]),
        ("infra/‹payroll›/main.tf", vec!["eks_cluster"]),
        ("scan ‹zollstock› table", vec!["dynamodb_table"]),
        // A word that everybody has: beside a word for its kind only.
        ("deploy to production with \"production\" in src/production/x", vec![]),
        ("the ‹production› cluster", vec!["eks_cluster"]),
        ("", vec![]),
        ("acme", vec![]),
    ] {
        let plain = text.replace(['‹', '›'], "");
        assert_eq!(marked(&scanner, &known, &plain), (text.to_owned(), kinds.into_iter().map(str::to_owned).collect()));
    }
}

#[test]
fn the_user_decides_on_a_word() {
    let scanner = scanner();
    let known = estate(&scanner, NAMES, &["payroll", "production"]);
    let text = "‹payroll› is due in ‹production›";
    assert_eq!(marked(&scanner, &known, &text.replace(['‹', '›'], "")).0, text);
}

#[test]
fn what_a_rule_finds_keeps_its_kind() {
    let scanner = scanner();
    let known = estate(&scanner, NAMES, &[]);
    let (text, kinds) = marked(&scanner, &known, "arn:aws:lambda:us-east-1:471192830564:function:acme-prod");
    assert_eq!(text, "arn:aws:lambda:us-east-1:‹471192830564›:function:‹acme-prod›");
    assert_eq!(kinds, ["account_id", "lambda_function"]);
}

#[test]
fn names_come_in_their_order() {
    let scanner = scanner();
    let kind = scanner.kind_id("s3_bucket").unwrap();
    let mut estate = Estate::new("1", 2);
    assert!(estate.push(&scanner, kind, "acme-b", false));
    assert!(!estate.push(&scanner, kind, "acme-a", false));
    assert!(!estate.push(&scanner, kind, "acme-b", false));
    assert_eq!((estate.len(), estate.version()), (1, "1"));
}

#[test]
fn names_are_judged() {
    for (name, expected) in [
        ("acme-prod-logs", Clarity::Clear),
        ("acme7", Clarity::Clear),
        ("471192830564", Clarity::Clear),
        ("payroll", Clarity::Word),
        ("Deployer", Clarity::Word),
        ("Production Database", Clarity::Word),
        ("acme web 7", Clarity::Clear),
        ("production", Clarity::Common),
        ("python3.11", Clarity::Common),
        ("default", Clarity::Own),
        ("aws/lambda", Clarity::Own),
        ("AWSServiceRoleForRDS", Clarity::Own),
        ("AWSReservedSSO_Admin_0a1b2c3d4e5f6071", Clarity::Own),
        ("OrganizationAccountAccessRole", Clarity::Own),
        ("kube-system", Clarity::Own),
        ("default.postgres15", Clarity::Own),
        ("db", Clarity::Unfit),
        ("", Clarity::Unfit),
        (&"a".repeat(257), Clarity::Unfit),
    ] {
        assert_eq!(Clarity::of(name), expected, "{name}");
    }
}

/// What is remembered of a text holds for one estate.
#[test]
fn another_estate_is_looked_for_in_texts_that_were_seen() {
    use masking::dialect::Options;
    use masking::{Format, History, Masker, Mint, NoThoughts, PlaceholderKey};
    let scanner = scanner();
    let mint = Mint::new(&PlaceholderKey::derive(b"0123456789abcdef", "test"), "a");
    let mut history = History::default();
    let body = br#"{"messages":[{"role":"user","content":"the job writes to acme-prod-logs and stops"}]}"#;
    let versions = [("1", &NAMES[..0]), ("2", NAMES), ("2", NAMES), ("3", &NAMES[..2]), ("", &NAMES[..0])];
    for (version, names) in versions {
        let mut estate = Estate::new(version, names.len());
        names.iter().for_each(|(name, kind)| _ = estate.push(&scanner, scanner.kind_id(kind).unwrap(), name, false));
        let known = Known::default().with_estate(Some(Arc::new(estate)));
        let (options, thoughts) = (Options::default(), &NoThoughts);
        let masker = Masker { scanner: &scanner, known: &known, mint: &mint, options, thoughts };
        let masked = masker.mask_again(&mut history, Format::Json, body).unwrap();
        assert_eq!(masked.body.is_some(), names.len() == NAMES.len(), "version {version:?}");
    }
}
