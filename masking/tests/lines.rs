//! Values whose names stand on another line, behind whatever a tool puts in front of each line.
#![cfg(test)] // Said once more, for the lints that let tests fail by panicking.

use masking::{Catalogue, Known, Policy, Text};

/// Texts of several lines. What must be found stands between `‹` and `›`.
const BLOCKS: &[&str] = &[
    "- name: AWS_SECRET_ACCESS_KEY\n  value: \"‹wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY›\"",
    "env:\n  - name: LOG_BUCKET\n    value: ‹acme-prod-logs›\n  - name: PORT\n    value: \"8080\"",
    "account_ids:\n  - ‹471192830564›\n  - \"‹305918274610›\"\nnumber: 123123123123",
    "environment {\n  name  = \"DB_PASSWORD\"\n  value = \"‹Xk39abcdQ!7›\"\n}",
    "\"Key\": \"BucketName\",\n\"Value\": \"‹acme-prod-logs›\"",
    "buckets = [\n  \"‹acme-prod-logs›\",\n  \"‹acme-prod-data›\",\n]",
    "password:\n    ‹Xk39abcdQ!7›\nuser: app",
    "<Bucket>\n  ‹acme-prod-logs›\n</Bucket>",
    "aws s3api head-object --bucket \\\n  ‹acme-prod-logs› \\\n  --key x",
    "to = aws_s3_bucket.logs\n  id = \"‹acmelogs›\"",
    "instance ‹i-0f3a9b2c4d5e6f708›\nd: ‹d-906750513c›\n‹10.20.3.41›",
];

/// What may stand in front of each line; `#` is the line's number.
const PREFIXES: &[&str] = &[
    "",
    "#\t",
    "     #\t",
    "#→",
    "    #→",
    "# | ",
    "  # │ ",
    "#:",
    "deploy/values.yaml:#:",
    "deploy/values-2-prod.yaml-#-",
    "Makefile:#:",
    "+",
    "-",
    "      + ",
    "> ",
    "> > ",
    "## ",
    "// ",
    "    /// ",
    "; ",
    " * ",
    "│ ",
    "api-1  | ",
    "api_12  | ",
    "web  | ",
    "[pod/web-7c9d/app] ",
    "[web] ",
    "2026-07-01T09:12:44.120Z ",
    "2026-07-01 09:12:44,120 ",
    "[2026-07-01T09:12:44Z] ",
    "09:12:44 ",
    "Jul  1 09:12:44 ip host[12]: ",
    "\u{1b}[32m",
    "\u{1b}[36mapi-1  |\u{1b}[0m ",
    "#\t+## ",
    "#\t> // ",
    "2026-07-01T09:12:44.120Z [web] ## ",
];

/// A block behind a prefix.
fn wrapped(block: &str, prefix: &str) -> String {
    let line = |(at, line): (usize, &str)| {
        // The sign of a number is `#`, that of a comment `##`.
        let number = prefix.replace("##", "\0").replacen('#', &(at + 9).to_string(), 1);
        let comment = number.replace('\0', "#");
        format!("{comment}{line}")
    };
    block.lines().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

/// What a scan finds in a text without its marks, marked again.
fn found(catalogue: &Catalogue, marked: &str) -> String {
    let mut text = marked.replace(['‹', '›'], "");
    for finding in catalogue.scan(&[Text { text: &text.clone(), key: None }], &Known::default()).iter().rev() {
        text.insert(finding.end, '›');
        text.insert(finding.start, '‹');
    }
    text
}

fn check(cases: impl IntoIterator<Item = String>) {
    let catalogue = Catalogue::new(&Policy::default()).unwrap();
    let mut wrong = Vec::new();
    for expected in cases {
        let got = found(&catalogue, &expected);
        if got != expected {
            wrong.push(format!("expected {expected:?}\n   found {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} cases\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_name_on_another_line() {
    check(BLOCKS.iter().flat_map(|block| PREFIXES.iter().map(|prefix| wrapped(block, prefix))));
}

#[test]
fn with_other_line_breaks() {
    check(
        BLOCKS
            .iter()
            .filter(|block| !block.contains('\\'))
            .flat_map(|block| ["", "#\t", "> "].map(|prefix| wrapped(block, prefix).replace('\n', "\r\n"))),
    );
}

/// The lines of a string in a text: a document in a document.
#[test]
fn in_a_string_of_a_text() {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    // What a pattern reads as a whole has no escapes in it.
    let blocks = || BLOCKS.iter().filter(|block| !block.contains('\\') && !block.contains("aws_s3_bucket"));
    check(blocks().flat_map(|block| {
        ["", "#\t", "#→", "## ", "+", "x.yml:#:"]
            .map(|prefix| format!("{{\"text\": {}}}", quoted(&wrapped(block, prefix))))
    }));
    check(blocks().map(|block| quoted(&format!("{{\"text\": {}}}", quoted(&wrapped(block, "#\t"))))));
}

/// What a prefix says is no less masked than what stands behind it.
#[test]
fn values_in_prefixes() {
    check(
        [
            "‹ip-10-20-3-41›  | a\n‹ip-10-20-3-41›  | b",
            "[‹i-0f3a9b2c4d5e6f708›] a\n[‹i-0f3a9b2c4d5e6f708›] b",
            "logs/‹i-0f3a9b2c4d5e6f708›.log:12:a\nlogs/‹i-0f3a9b2c4d5e6f708›.log:13:b",
            "s3://‹acme-prod-logs›/x.yml:12:a\ns3://‹acme-prod-logs›/x.yml:13:b",
            "[account ‹471192830564›] a\n[account ‹471192830564›] b",
            "Jul  1 09:12:44 ‹ip-10-20-3-41› app: a\nJul  1 09:12:45 ‹ip-10-20-3-41› app: b",
        ]
        .map(str::to_owned),
    );
}

/// A prefix names nothing, and what it does not name stays.
#[test]
fn prefixes_are_no_values() {
    check(
        [
            "bucket-1  | buckets:\nbucket-1  | done",
            "api-1  | buckets:\napi-1  | none",
            "1\tbucket:\n2\ttrue\n3\tname: web-1",
            "# bucket:\n# web",
            "bucket_name     | ‹acme-prod-logs›\naccount_id      | ‹471192830564›",
        ]
        .map(str::to_owned),
    );
}
