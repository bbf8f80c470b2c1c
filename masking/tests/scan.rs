//! What the scan finds in the project's own corpus (real shapes of documents, with invented values), and the laws that
//! hold there and on texts made of fragments.
#![allow(clippy::string_slice, reason = "a test that slices wrongly should fail")]
#![cfg(test)] // Said once more, for the lints that let tests fail by panicking.

mod corpus;

use std::collections::HashMap;

use masking::placeholder::{Mint, PlaceholderKey};
use masking::{Finding, Known, Policy, Scanner, Text};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn scanner() -> Scanner {
    Scanner::new(&Policy::default()).unwrap()
}

fn scan(scanner: &Scanner, text: &str) -> Vec<Finding> {
    scanner.scan(&[Text { text, key: None }], &Known::default())
}

/// The masked text, and what its placeholders stand for.
fn mask(scanner: &Scanner, text: &str) -> (String, HashMap<String, String>) {
    let mint = Mint::new(&PlaceholderKey::new([7; 32]), "test");
    let mut masked = text.to_owned();
    let mut values = HashMap::new();
    for finding in scan(scanner, text).iter().rev() {
        let value = text.get(finding.start..finding.end).unwrap();
        for part in scanner.parts(finding.kind, value).iter().rev() {
            let name = value.get(part.range.clone()).unwrap();
            let placeholder = mint.placeholder(&scanner.kind(part.kind).id, part.label, name).to_string();
            masked.replace_range(finding.start + part.range.start..finding.start + part.range.end, &placeholder);
            values.insert(placeholder, name.to_owned());
        }
    }
    (masked, values)
}

fn check_laws(scanner: &Scanner, text: &str) {
    let findings = scan(scanner, text);
    for pair in findings.windows(2) {
        assert!(pair[0].end <= pair[1].start, "findings overlap in {text:?}");
    }
    for finding in &findings {
        assert!(text.get(finding.start..finding.end).is_some_and(|value| !value.is_empty()), "borders in {text:?}");
    }
    let (masked, values) = mask(scanner, text);
    let again: Vec<_> = scan(scanner, &masked).iter().map(|f| masked.get(f.start..f.end).unwrap().to_owned()).collect();
    assert!(again.is_empty(), "masked text has findings {again:?}\nin {masked:?}\nof {text:?}");
    let restored = values.iter().fold(masked, |text, (placeholder, value)| text.replace(placeholder, value));
    assert_eq!(restored, text);
}

/// What reads on has no length at which it stops: a value behind it would go out.
#[test]
fn lists_and_runs_of_any_length() {
    let scanner = scanner();
    let list: String = (0..5_000).map(|n| format!(", team-{n}")).collect();
    let found = scan(&scanner, &format!("buckets: team-x{list}"));
    assert_eq!(found.len(), 5_001);
    let token = format!("IQoJb3JpZ2lu{}", "Ab1/".repeat(10_000));
    let found = scan(&scanner, &format!("see {token} there"));
    assert_eq!(found.iter().map(|f| f.end - f.start).collect::<Vec<_>>(), [token.len()]);
}

/// A name in a list begins a list of its own, whose elements the one before has read.
#[test]
fn a_list_that_joins_another() {
    let scanner = scanner();
    let text = "bucket: a-1, bucket: b-2, c-3";
    let found: Vec<_> = scan(&scanner, text).iter().map(|f| &text[f.start..f.end]).collect();
    assert_eq!(found, ["a-1", "b-2", "c-3"]);
}

/// A name that an array passes on is the same for each string in it, and a long one counts by its end.
#[test]
fn names_of_members() {
    let scanner = scanner();
    let long = format!("{}_password", "of-somebody-".repeat(40));
    for (key, expected) in [("password", 1), (&*long, 1), ("passwordless", 0)] {
        let texts = [Text { text: "hunter2-x", key: Some(key) }; 3];
        assert_eq!(scanner.scan(&texts, &Known::default()).len(), expected * 3, "{key}");
    }
}

#[test]
fn exactly_what_is_marked_is_found() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mut wrong = Vec::new();
    for document in corpus::documents() {
        let text = document.text.as_str();
        let findings = scanner.scan(&[Text { text, key: None }], &Known::default());
        let found: Vec<_> = findings.iter().map(|f| (f.start, f.end)).collect();
        let missed = document.spans.iter().filter(|span| !found.contains(span)).map(|span| ("missed", span));
        let extra = found.iter().filter(|span| !document.spans.contains(span)).map(|span| ("not marked", span));
        for (what, &(start, end)) in missed.chain(extra) {
            let line = text.get(..start).unwrap().lines().count();
            wrong.push(format!("{}:{line}: {what}: {}", document.name, text.get(start..end).unwrap()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn laws_hold_on_the_corpus() {
    let scanner = scanner();
    for document in corpus::documents() {
        check_laws(&scanner, &document.text);
        // A JSON string within a JSON string within one: escapes are no neighbours and never part of a value.
        let once = serde_json::to_string(&document.text).unwrap();
        check_laws(&scanner, &once);
        check_laws(&scanner, &serde_json::to_string(&once).unwrap());
    }
}

#[test]
fn masking_an_escaped_text_leaves_valid_json() {
    let scanner = scanner();
    for document in corpus::documents() {
        let (masked, _) = mask(&scanner, &serde_json::to_string(&document.text).unwrap());
        assert!(serde_json::from_str::<String>(&masked).is_ok(), "{}: {masked}", document.name);
    }
}

/// What texts are made of: values, names, quotation marks, separators, escapes, placeholders.
const FRAGMENTS: [&str; 68] = [
    "i-0abcdef1234567890",
    "vpc-1a2b3c4d",
    "sg-",
    "0abcdef1234567890",
    "10.0.1.23",
    "172.16.5.4",
    "/16",
    "/8",
    "192.168.1.1",
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "471192830564",
    "acme-prod-logs",
    "acme.logs.1",
    "s3://",
    "arn:aws:s3:::",
    "arn:aws:iam::",
    ":role/",
    "arn:aws:sts::471192830564:assumed-role/",
    "arn:aws:lambda:us-east-1:",
    ":function:",
    ".s3.us-east-1.amazonaws.com",
    ".abc1defghijk.us-east-1.rds.amazonaws.com",
    ".dkr.ecr.us-east-1.amazonaws.com/",
    "https://sqs.us-east-1.amazonaws.com/",
    "Bucket",
    "bucket_name",
    "account_id",
    "OwnerId",
    "password",
    "SecretAccessKey",
    "DBInstanceIdentifier",
    "KeyId",
    "1234abcd-12ab-34cd-56ef-1234567890ab",
    "us-east-1",
    "us-east-1_Ab3dEf9hI",
    "Passw0rd!x",
    "\"",
    "'",
    "\\\"",
    ": ",
    "=",
    " ",
    ", ",
    "\n",
    "\\n",
    "\\\\n",
    "\u{1b}[32m",
    "%2F",
    "/",
    "-",
    ".",
    "*",
    "계정은 ",
    "가",
    "AWS_EC2_7KQ2M9XA4TBN",
    "AWS_S3_BUCKET_7KQ2M9XA4TBN",
    "postgresql://app:",
    "\n1\t",
    "\n2\t",
    "\n+",
    "\n# ",
    "\napi-1  | ",
    "\nx.yml:1:",
    "\n-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEAkL9Avzkq7c3zcosFK9kpsDv0lZZ8V8Ycf9v44\n-----END PRIVATE KEY-----\n",
    "pwd='",
    "aB3;x&y,z(Q7w8",
    "-eu-west-1",
];

proptest! {
    // The same texts in each run: of those that are glued together at random, one in 100,000 has a new finding when it is
    // masked again (docs/security.md), which says nothing about the change that is tested. `make fuzz` draws others.
    #![proptest_config(ProptestConfig {
        cases: 3_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    #[test]
    fn laws_hold_on_fragments(picks in prop::collection::vec(0..FRAGMENTS.len(), 1..14)) {
        thread_local!(static CATALOGUE: Scanner = scanner());
        let text: String = picks.iter().map(|pick| FRAGMENTS[*pick]).collect();
        CATALOGUE.with(|scanner| check_laws(scanner, &text));
    }

    #[test]
    fn laws_hold_on_anything_around_a_value(before in "\\PC{0,12}", pick in 0..FRAGMENTS.len(), after in "\\PC{0,12}") {
        thread_local!(static CATALOGUE: Scanner = scanner());
        let text = format!("{before}{}{after}", FRAGMENTS[pick]);
        CATALOGUE.with(|scanner| check_laws(scanner, &text));
    }
}
