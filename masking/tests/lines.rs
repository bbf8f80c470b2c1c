//! Values whose names stand on another line, behind whatever a tool puts in front of each line.
#![cfg(test)] // Said once more, for the lints that let tests fail by panicking.

use masking::{Known, Policy, Scanner, Text};

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

/// Values that go over the end of a line, and texts that end in the same way and do not.
const WRAPPED: &[&str] = &[
    "VpcId    ‹vpc-0c9f2a1b3d›     The VPC\n         ‹4e5f607›\n",
    "|  ‹subnet-0c9f2a1b›  | a |\n|  ‹3d4e5f607›        |   |\n",
    "in ‹vpc-0c9f2a1›\n‹b3d4e5f607› of",
    "> User: arn:aws:sts::‹471192830564›:assumed-role/\n> ‹deployer-1›/‹ci-7› may not\n",
    "> on arn:aws:s3:::\n> ‹acme-raw-1›/x\n",
    "arn:aws:lambda:eu-west-1:‹471192830564›:function:‹acme-resize-›\n‹Fn1a2b3c›\n",
    "│ arn:aws:iam::‹471192830564› │ x │\n│ :root                     │   │\n",
    "roles begin with arn:aws:iam::‹471192830564›:role/\nThe names follow.",
    "a vpc-\nsubnet-0c9f of",
];

#[test]
fn values_go_over_the_end_of_a_line() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mut wrong = Vec::new();
    for expected in WRAPPED {
        let mut text = expected.replace(['‹', '›'], "");
        for finding in scanner.scan(&[Text { text: &text.clone(), key: None }], &Known::default()).iter().rev() {
            text.insert(finding.end, '›');
            text.insert(finding.start, '‹');
        }
        if text != *expected {
            wrong.push(format!("expected {expected}\n   found {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

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
    // Of no known form: what successive lines begin with.
    "web-6d4f api ",
    "default/web-0 [api] ",
    "I0302 08:14:11.00012#       1 main.go:4#] ",
    "03-02 08:14:11.#  4411  4422 D Cfg: ",
    "Jin Park: ",
    "<14>1 2026-03-02T08:14:1#Z host app - - - ",
    "build\tRun tests\t2026-03-02T08:14:11.#Z ",
    "E       ",
    "REM ",
    "mysql> ",
    "#) ",
    "ok: [web1] => ",
    "    remote: ",
    "• ",
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
fn found(scanner: &Scanner, marked: &str) -> String {
    let mut text = marked.replace(['‹', '›'], "");
    for finding in scanner.scan(&[Text { text: &text.clone(), key: None }], &Known::default()).iter().rev() {
        text.insert(finding.end, '›');
        text.insert(finding.start, '‹');
    }
    text
}

fn check(cases: impl IntoIterator<Item = String>) {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mut wrong = Vec::new();
    for expected in cases {
        let got = found(&scanner, &expected);
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

/// Lines of keys: what stands around them, and what of them is masked behind a prefix.
const KEYS: &[&str] = &[
    "-----BEGIN RSA PRIVATE KEY-----\n\
     ‹MIIEpAIBAAKCAQEAkL/Avzkq7c3zcosFK9kpsDv0lZZ8V8Ycf9v44Lpicj+Qx1R2›\n\
     ‹+8s/k29XbT0dVQyW3nGm1ZpR7uHcLe5fSjA4oKxYvBqMt6NwEiCrDhUgJlPzOaF9›\n\
     ‹//4Q2w8Kd0c=›\n\
     -----END RSA PRIVATE KEY-----",
    "-----BEGIN RSA PRIVATE KEY-----\n\
     Proc-Type: 4,ENCRYPTED\n\
     DEK-Info: AES-256-CBC,4D5C1A2B3C4D5E6F708192A3B4C5D6E7\n\
     \n\
     ‹MIIEpAIBAAKCAQEAkL/Avzkq7c3zcosFK9kpsDv0lZZ8V8Ycf9v44Lpicj+Qx1R2›\n\
     -----END RSA PRIVATE KEY-----",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\
     Version: GnuPG v2\n\
     \n\
     ‹lQOYBF2hWHYBCADLQm9vYmFyYmF6cXV4Y29yZ2VncmF1bHRnYXJwbHl3YWxkb2ZyZ›\n\
     ‹dXhjb3JnZWdyYXVsdA==›\n\
     ‹=njUN›\n\
     -----END PGP PRIVATE KEY BLOCK-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----\n\
     ‹b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2›\n\
     ‹gtZWQyNTUxOQAAACB0Zm9vYmFyYmF6cXV4Y29yZ2VncmF1bHRnYXJwbHl3YWxkb2Zy›",
];

#[test]
fn private_keys() {
    let whole = |key: &str| {
        let end = key.rfind('›').unwrap();
        let end = key.rfind("-----END").map_or(end, |_| key.len());
        format!("‹{}›{}", key.get(..end).unwrap().replace(['‹', '›'], ""), key.get(end..).unwrap().replace('›', ""))
    };
    check(KEYS.iter().map(|key| format!("key = {}\nthe prose behind it\n", whole(key))));
    let prefixes = || PREFIXES.iter().filter(|prefix| !prefix.is_empty() && !prefix.starts_with('\u{1b}'));
    check(
        KEYS.iter()
            .flat_map(|key| prefixes().map(move |prefix| wrapped(&format!("{key}\nthe prose behind it"), prefix))),
    );
}

/// The other forms in which a key is written down.
#[test]
fn private_keys_in_strings() {
    let line = "MIIEpAIBAAKCAQEAkL9Avzkq7c3zcosFK9kpsDv0lZZ8V8Ycf9v44LpicjQx1R2a";
    let (begin, end) = ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----");
    let text = format!("{begin}\n{line}\n{line}\n{end}\n");
    let escaped = text.replace('\n', "\\n");
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &text);
    let marked = |text: &str| text.replace(line, &format!("‹{line}›"));
    let lines = |before: &str, behind: &str| {
        marked(&[begin, line, line, end].map(|line| format!("{before}{line}{behind}")).join("\n"))
    };
    check([
        format!("{{\"KeyMaterial\": \"‹{}›\\n\"}}", escaped.trim_end_matches("\\n")),
        format!("key: |\n  ‹{}›\n", text.trim_end().replace('\n', "\n  ")),
        format!("private_key=‹{begin} {line} {line} {end}›"),
        format!("[\n{}\n]", lines("  \"", "\",")),
        lines("    \"", "\\n\" +"),
        lines("    '", "\\n' ."),
        lines("  \"", "\\n\""),
        format!(
            "  tls.key: ‹{encoded}›\n  tls.crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUVwQUlCQUFLQ0FRRUFrTDlBdnprcQ==\n"
        ),
        lines("2026-01-09T08:00:00Z app[1]: ", ""),
        lines("build\tdeploy\t2026-01-09T08:00:00.1234567Z ", ""),
        lines("null_resource.a[0] (remote-exec): ", ""),
        lines("| ", " |"),
        format!("{begin}<br>‹{line}›<br>‹{line}›<br>{end}"),
        format!("‹{begin}\n{line}›\nThis is where it is cut and words go on\n"),
        format!("‹{begin}\n{line}\nMIIEpAIBAAKCAQEA7c›\nThe rest\n"),
        format!(
            "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nPublic-Lines: 1\n{line}\nPrivate-Lines: 2\n\
             ‹{line}\nAAAAB3NzaC1=›\nPrivate-MAC: 1a2b3c\n"
        ),
    ]);
}

#[test]
fn what_is_no_private_key() {
    check(
        [
            "grep -rl -- \"-----BEGIN RSA PRIVATE KEY-----\" /etc /srv /home /root /opt /usr/local/share",
            "starts with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY-----",
            "-----BEGIN PUBLIC KEY-----\nMIIEpAIBAAKCAQEAkL9Avzkq7c3zcosFK9kpsDv0lZZ8V8Ycf9v44Lpicj\n-----END PUBLIC KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----",
        ]
        .map(str::to_owned),
    );
}
