//! A memory of earlier exchanges changes nothing: with it and without it, the same body has the same result, whatever
//! was masked before, in whatever order, and whatever is known by then.

use masking::dialect::Options;
use masking::{Format, History, Known, Masked, Masker, Mint, NoThoughts, PlaceholderKey, Policy, Scanner};
use proptest::prelude::*;
use serde_json::json;

/// Texts that show values, texts that hold them without a context, and texts that look like either.
const TEXTS: [&str; 22] = [
    "aws s3 ls s3://acme-orders-01/2026/ --recursive",
    "copied to acme-orders-01 and to acme-orders-01.old, not acme-orders-011",
    "role arn:aws:iam::471192830564:role/app-live/deployer-1 was assumed",
    "the account 471192830564 belongs to deployer-1",
    "\"DBInstanceIdentifier\": \"orders-live-1\", \"Engine\": \"postgres\"",
    "orders-live-1.c9akciq32xyz.eu-west-1.rds.amazonaws.com refused orders-live-1",
    "instance i-0f3a9b2c4d5e6f708 at 10.20.3.41 in vpc-0aa11bb22cc33dd44",
    "bucket_name = \"acme-orders-01\"\nbucket = acme-logs-7\n",
    "see acme-logs-7/x and acme-logs-7.acme-orders-01/y",
    "PASSWORD=h4Rk9-xQ2vLm8 was set, and h4Rk9-xQ2vLm8 is in the log",
    "nothing of anybody's stands in this line of prose",
    "masked before: AWS_S3_BUCKET_7KQ2M9XA4TBN-acme-orders-01 and AWS_EC2_7KQ2M9XA4TBN",
    "version 10.20.3.41 of the driver, released",
    "stack arn:aws:cloudformation:eu-west-1:471192830564:stack/Billing/8ff84582-0000-11ee-be56-0242ac120002",
    "| Billing | deployer-1 | \"Billing\" |",
    "role: Billing\nname: Deployer\n",
    "arn:aws:iam::471192830564:role/Deployer",
    "\"Deployer\" and `Deployer`, Deployer",
    "10.20.3.41 10.20.3.42 ip-10-20-3-41.eu-west-1.compute.internal",
    "471192830564",
    "acme",
    "1\tbucket: acme-orders-01\n2\tbucket: acme-logs-7\n",
];
const NAMES: [&str; 6] = ["text", "Bucket", "SecretString", "note", "AccountId", "version"];
/// What the vault may have told, with a kind.
const KNOWN: [(&str, &str); 7] = [
    ("s3_bucket", "acme-orders-01"),
    ("rds_instance", "acme-orders-01"),
    ("s3_bucket", "acme-orders-01.old"),
    ("rds_instance", "orders-live-1"),
    ("s3_bucket", "acme-logs-7"),
    ("account_id", "471192830564"),
    ("iam_role", "deployer-1"),
];

/// One request: its texts with their names, and the values that are known when it comes.
type Turn = (Vec<Named>, Vec<Value>);
/// A name and the text under it.
type Named = (&'static str, &'static str);
/// A kind and a value of it.
type Value = (&'static str, &'static str);

fn texts() -> impl Strategy<Value = Vec<Named>> {
    prop::collection::vec((prop::sample::select(&NAMES[..]), prop::sample::select(&TEXTS[..])), 1..7)
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    prop::collection::vec((texts(), prop::collection::vec(prop::sample::select(&KNOWN[..]), 0..5)), 1..7)
}

fn body(texts: &[Named]) -> String {
    let texts = texts.iter().map(|(name, text)| json!({ *name: text }));
    json!({ "messages": [{ "role": "user", "content": texts.collect::<Vec<_>>() }] }).to_string()
}

fn known(scanner: &Scanner, values: &[Value]) -> Known {
    Known::new(values.iter().filter_map(|(kind, value)| Some((scanner.kind_id(kind)?, *value))))
}

/// All that a caller sees of a result.
fn shown(masked: Masked) -> String {
    let mut entries: Vec<String> = masked
        .replaced
        .entries()
        .map(|(placeholder, entry)| {
            let (value, kind, count) = (entry.value.expose(), entry.kind, entry.count);
            format!("{placeholder} {value} {kind:?} {:?} {count}", entry.recognised)
        })
        .collect();
    entries.sort();
    let mut foreign: Vec<String> = masked.foreign.iter().map(ToString::to_string).collect();
    foreign.sort();
    format!("{:?}\n{entries:#?}\n{foreign:?}", masked.body)
}

proptest! {
    #[test]
    fn a_memory_changes_nothing(turns in turns()) {
        let policies = [Policy::default(), Policy { disable: vec!["s3_bucket".to_owned()], ..Policy::default() }];
        let scanners = policies.map(|policy| Scanner::new(&policy).unwrap());
        let mints = ["a", "b"].map(|scope| Mint::new(&PlaceholderKey::derive(b"key", "test"), scope));
        // All scopes and policies of a worker share one memory.
        let mut history = History::default();
        for (texts, values) in &turns {
            let body = body(texts);
            for (scanner, mint) in scanners.iter().zip(&mints).chain(scanners.iter().rev().zip(&mints)) {
                let known = known(scanner, values);
                let masker = Masker { scanner, known: &known, mint, options: Options::default(), thoughts: &NoThoughts };
                let plain = masker.mask(Format::Json, body.as_bytes()).unwrap();
                let again = masker.mask_again(&mut history, Format::Json, body.as_bytes()).unwrap();
                prop_assert_eq!(shown(again), shown(plain), "{}", body);
            }
        }
    }

    #[test]
    fn the_order_in_which_values_were_learned_changes_nothing(
        texts in texts(),
        values in Just(KNOWN.to_vec()).prop_shuffle(),
    ) {
        let scanner = Scanner::new(&Policy::default()).unwrap();
        let mint = Mint::new(&PlaceholderKey::derive(b"key", "test"), "a");
        let body = body(&texts);
        let mask = |values: &[Value]| {
            let (known, options) = (known(&scanner, values), Options::default());
            let masker = Masker { scanner: &scanner, known: &known, mint: &mint, options, thoughts: &NoThoughts };
            shown(masker.mask(Format::Json, body.as_bytes()).unwrap())
        };
        prop_assert_eq!(mask(&values), mask(&KNOWN), "{}", body);
    }
}
