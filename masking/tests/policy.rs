//! What the configuration changes: families, kinds, patterns and literals of the user's own, values known before.
#![cfg(test)] // Said once more, for the lints that let tests fail by panicking.

use masking::{CustomPattern, Family, Known, Policy, Scanner, Text};

const TEXT: &str = "i-0abcdef1234567890 in vpc-0aa11bb22cc33dd44 at 10.20.3.41, s3://acme-logs-1/k, 54.180.12.34, \
                    arn:aws:rds:us-east-1:305918274610:db:orders-1, TICKET-4711";

fn values(policy: &Policy, text: &str, known: &[(&str, &str)]) -> Vec<String> {
    let scanner = Scanner::new(policy).unwrap();
    let known = Known::new(known.iter().filter_map(|(kind, value)| Some((scanner.kind_id(kind)?, *value))));
    let findings = scanner.scan(&[Text { text, key: None }], &known);
    findings.iter().map(|f| format!("{}:{}", scanner.kind(f.kind).id, text.get(f.start..f.end).unwrap())).collect()
}

fn strings(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

fn custom(label: &str, regex: &str, group: usize) -> Policy {
    let pattern = CustomPattern { label: label.to_owned(), regex: regex.to_owned(), group };
    Policy { custom: vec![pattern], ..Policy::default() }
}

#[test]
fn what_a_policy_lets_through() {
    let instance = "ec2_instance:i-0abcdef1234567890";
    let (vpc, ip) = ("vpc:vpc-0aa11bb22cc33dd44", "private_ip:10.20.3.41");
    let public = "public_ip:54.180.12.34";
    let (bucket, account, db) = ("s3_bucket:acme-logs-1", "account_id:305918274610", "rds_instance:orders-1");
    let off = |family| Policy { off: vec![family], ..Policy::default() };
    let cases: Vec<(Policy, Vec<&str>)> = vec![
        (Policy::default(), vec![instance, vpc, ip, bucket, public, account, db]),
        (off(Family::Compute), vec![vpc, ip, bucket, public, account, db]),
        (off(Family::Storage), vec![instance, vpc, ip, public, account, db]),
        (off(Family::Database), vec![instance, vpc, ip, bucket, public, account]),
        (off(Family::Ip), vec![instance, vpc, bucket, account, db]),
        (
            Policy { disable: strings(&["vpc", "account_id"]), ..Policy::default() },
            vec![instance, ip, bucket, public, db],
        ),
        (
            Policy { disable: strings(&["public_ip"]), ..Policy::default() },
            vec![instance, vpc, ip, bucket, account, db],
        ),
        (
            Policy { off: vec![Family::Ip], enable: strings(&["public_ip"]), ..Policy::default() },
            vec![instance, vpc, bucket, public, account, db],
        ),
        (Policy { on: vec![Family::Ip], ..Policy::default() }, vec![instance, vpc, ip, bucket, public, account, db]),
        (Policy { off: Family::ALL.to_vec(), enable: strings(&["vpc"]), ..Policy::default() }, vec![vpc]),
        (
            Policy { never: strings(&["10.20.0.0/16", "54.180.0.0/16", "acme-logs-1"]), ..Policy::default() },
            vec![instance, vpc, account, db],
        ),
        (Policy { off: Family::ALL.to_vec(), always: strings(&["ACME"]), ..Policy::default() }, vec!["term:acme"]),
        (Policy { off: Family::ALL.to_vec(), ..custom("TICKET", r"TICKET-(\d+)", 1) }, vec!["custom_ticket:4711"]),
    ];
    for (policy, expected) in cases {
        assert_eq!(values(&policy, TEXT, &[]), expected, "{policy:?}");
    }
}

#[test]
fn a_wrong_policy_is_refused_with_a_reason() {
    let many = |list: &str| strings(&["10.0.0.0/8", list]);
    let cases = [
        (Policy { enable: strings(&["vpc", "vcp"]), ..Policy::default() }, "kinds.enable: entry 2 is not a kind"),
        (Policy { disable: strings(&[""]), ..Policy::default() }, "kinds.disable: entry 1 is not a kind"),
        (
            Policy { enable: strings(&["vpc"]), disable: strings(&["vpc"]), ..Policy::default() },
            "kinds: entry 1 of enable is also disabled",
        ),
        (custom("acme", "x+", 0), "custom_patterns: entry 1: its label is not of the form"),
        (custom("T", "acme(", 0), "custom_patterns: entry 1: its regex has an error of syntax"),
        (custom("T", "acme", 1), "custom_patterns: entry 1: its regex does not have the group"),
        (custom("T", "(?:acme)*", 0), "custom_patterns: entry 1: its regex matches the empty text"),
        (custom("T", r"acme\w{1000}{100}", 0), "custom_patterns: entry 1: its regex is too large"),
        (custom("T", &"acme".repeat(300), 0), "custom_patterns: entry 1: its regex has more than 1000 bytes"),
        (Policy { always: strings(&["ab"]), ..Policy::default() }, "always_mask: entry 1 must have 3 to 200 bytes"),
        (Policy { always: strings(&["acme_AWS_EC2_7KQ2M9XA4TBN"]), ..Policy::default() }, "always_mask: entry 1 "),
        (Policy { never: many("10.20.30.0/33"), ..Policy::default() }, "never_mask: entry 2 is not a CIDR range"),
    ];
    for (policy, start) in cases {
        let error = Scanner::new(&policy).unwrap_err().to_string();
        assert!(error.starts_with(start), "{error}");
        assert!(!error.contains('\n'), "{error}");
        // What is written there is what must not be seen.
        for quoted in ["acme", "10.20", "vcp"] {
            assert!(!error.contains(quoted), "{error}");
        }
    }
}

#[test]
fn a_value_is_known_everywhere() {
    let off = Policy { disable: strings(&["s3_bucket"]), ..Policy::default() };
    type Values<'a> = &'a [(&'a str, &'a str)];
    let cases: &[(&Policy, &str, Values<'_>, &[&str])] = &[
        // Shown once with its context, it is found without one, before and behind.
        (&Policy::default(), "acme-logs-1? s3://acme-logs-1", &[], &["s3_bucket:acme-logs-1", "s3_bucket:acme-logs-1"]),
        // So are values of earlier exchanges; the longest of those that begin at one place.
        (
            &Policy::default(),
            "acme-logs-1.old and acme-logs-1",
            &[("s3_bucket", "acme-logs-1"), ("s3_bucket", "acme-logs-1.old")],
            &["s3_bucket:acme-logs-1.old", "s3_bucket:acme-logs-1"],
        ),
        // Another name that begins alike is not the value. One that has it among its words is masked as a whole.
        (
            &Policy::default(),
            "acme-logs-12 xacme-logs-1 acme-logs-1-b",
            &[("s3_bucket", "acme-logs-1")],
            &["s3_bucket:acme-logs-1-b"],
        ),
        (&Policy::default(), "1305918274610 3059182746101", &[("account_id", "305918274610")], &[]),
        // What is too much like a word is not looked for.
        (&Policy::default(), "the logs of production", &[("s3_bucket", "logs"), ("s3_bucket", "production")], &[]),
        // A kind that is switched off stays off, wherever its values come from.
        (&off, "acme-logs-1", &[("s3_bucket", "acme-logs-1")], &[]),
        // Of two kinds, the one that was known first.
        (
            &Policy::default(),
            "acme-1x and s3://acme-1x",
            &[("rds_instance", "acme-1x")],
            &["rds_instance:acme-1x", "s3_bucket:acme-1x"],
        ),
    ];
    for (policy, text, known, expected) in cases {
        assert_eq!(values(policy, text, known), *expected, "{text}");
    }
}

#[test]
fn the_name_of_a_member_is_a_context() {
    let cases = [
        ("Bucket", "acme", "s3_bucket:acme"),
        ("s3_bucket_name", "acme-logs", "s3_bucket:acme-logs"),
        ("Bucket", "no bucket at all", ""),
        ("AccountId", "305918274610", "account_id:305918274610"),
        ("order_id", "305918274610", ""),
        ("db_instance_identifier", "orders", "rds_instance:orders"),
        ("MasterUserPassword", "Passw0rd1", "password:Passw0rd1"),
        ("KmsKeyId", "1234abcd-12ab-34cd-56ef-1234567890ab", "kms_key_id:1234abcd-12ab-34cd-56ef-1234567890ab"),
        ("request_id", "1234abcd-12ab-34cd-56ef-1234567890ab", ""),
    ];
    let scanner = Scanner::new(&Policy::default()).unwrap();
    for (key, text, expected) in cases {
        let findings = scanner.scan(&[Text { text, key: Some(key) }], &Known::default());
        let found =
            findings.iter().map(|f| format!("{}:{}", scanner.kind(f.kind).id, text.get(f.start..f.end).unwrap()));
        assert_eq!(found.collect::<Vec<_>>().join(" "), expected, "{key}");
    }
}

#[test]
fn one_thing_has_one_kind_in_all_texts_of_an_exchange() {
    let texts = [
        "s3://acme-logs-1/k",
        "arn:aws:s3:::acme-logs-1/*",
        "acme-logs-1.s3.eu-west-1.amazonaws.com",
        "https://s3.eu-west-1.amazonaws.com/acme-logs-1/k",
        "/s3/buckets/acme-logs-1?region=eu-west-1",
        r#"{"Bucket": "acme-logs-1"}"#,
        "--bucket acme-logs-1",
        "is acme-logs-1 empty?",
    ];
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let exchange = texts.map(|text| Text { text, key: None });
    let findings = scanner.scan(&exchange, &Known::default());
    assert_eq!(findings.len(), texts.len());
    for (finding, (text, index)) in findings.iter().zip(texts.iter().zip(0..)) {
        assert_eq!((finding.text, text.get(finding.start..finding.end).unwrap()), (index, "acme-logs-1"));
        assert_eq!(scanner.kind(finding.kind).id, "s3_bucket", "{text}");
        // Prose and configuration tell this exchange alone; an ARN, a host, a URL and an API's answer tell the later ones.
        let defined = !["--bucket acme-logs-1", "is acme-logs-1 empty?"].contains(text);
        assert_eq!(finding.recognised.is_worth_knowing(), defined, "{text}");
    }
}
