//! Values with characters in them that nobody sees.
#![allow(clippy::string_slice, reason = "a test that slices wrongly should fail")]
#![cfg(test)] // Said once more, for the lints that let tests fail by panicking.

use masking::{Finding, Known, Policy, Scanner, Text};

/// What must be found stands between `‹` and `›`.
const TEXTS: &[&str] = &[
    "‹vpc-0123456789abcdef0› is gone",
    "arn:aws:iam::‹471192830564›:role/‹acme-deploy-1›",
    "bucket = ‹acme-logs-1›",
    "the account ‹471192830564›",
    "‹orders.c9akciq32xyz›.eu-west-1.rds.amazonaws.com",
    "at ‹10.20.3.41›, up",
    "password: ‹Xk39abcdQ7f2›",
];

/// Characters, and how they are written in other texts.
const HIDDEN: &[&str] = &[
    "\u{200b}",
    "\u{200c}",
    "\u{200d}",
    "\u{2060}",
    "\u{feff}",
    "\u{ad}",
    "\u{200b}\u{2060}",
    r"\u200b",
    r"\\u00AD",
    "&shy;",
    "&#8203;",
    "<wbr>",
];

fn findings(scanner: &Scanner, text: &str) -> Vec<Finding> {
    scanner.scan(&[Text { text, key: None }], &Known::default())
}

fn values(scanner: &Scanner, text: &str) -> Vec<String> {
    findings(scanner, text).iter().map(|f| text.get(f.start..f.end).unwrap().to_owned()).collect()
}

#[test]
fn hidden_characters_hide_no_value() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mut wrong = Vec::new();
    for marked in TEXTS {
        let text = marked.replace(['‹', '›'], "");
        let expected: Vec<_> = marked.split('‹').skip(1).map(|part| part.split('›').next().unwrap()).collect();
        for (hidden, at) in HIDDEN.iter().flat_map(|hidden| (1..text.len()).map(move |at| (hidden, at))) {
            let text = [&text[..at], hidden, &text[at..]].concat();
            let got: Vec<_> = values(&scanner, &text).iter().map(|value| value.replace(hidden, "")).collect();
            if got != expected {
                wrong.push(format!("{text:?}: {got:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong, {}", wrong.len(), wrong.join("\n"));
}

/// JSON in a text writes the letters of other scripts as numbers, and words and particles of names with them.
#[test]
fn letters_that_json_escapes_are_read() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let cases = [
        (r#"{"text": "AWS\u30a2\u30ab\u30a6\u30f3\u30c8\uff1a370713516232"}"#, "370713516232"),
        (r#"{"text": "Parent Id \u00e8 r-af18."}"#, "r-af18"),
        (r#"{"log": "{\"a\":\"S3 \\ubc84\\ud0b7 acme-a-1\\uc5d0\\uc11c\"}"}"#, "acme-a-1"),
        (r#"{"text": "\u5bc6\u7801\u201cmWYalEfL8dX*8d\u201d"}"#, "mWYalEfL8dX*8d"),
        (r#"{"text": "\ud83d\ude00 bucket: acme-a-1 \u00e9"}"#, "acme-a-1"),
        (r#"{"name": "caf\u00e9", "text": "no value \u00e0 voir"}"#, ""),
    ];
    for (text, expected) in cases {
        assert_eq!(values(&scanner, text).join(" "), expected, "{text}");
    }
}

/// A value begins and ends where it does in a text in which every character that may have one has a hidden one.
#[test]
fn a_value_is_that_of_the_text_as_it_is_written() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let text = "x \u{200b}i-\u{ad}0123\u{200b}\u{2060}456789abcdef0\u{200b} y";
    assert_eq!(values(&scanner, text), ["i-\u{ad}0123\u{200b}\u{2060}456789abcdef0"]);
    assert_eq!(values(&scanner, "x i\u{2011}0123456789abcdef0 y"), ["i\u{2011}0123456789abcdef0"]);
    assert_eq!(values(&scanner, r"x subnet\u20110123456789abcdef0"), [r"subnet\u20110123456789abcdef0"]);
}

/// Texts that a reader sees otherwise than they are written.
const SPELLED: &[&str] = &[
    // Colours, with the escape character, written as text, and lost.
    "bucket: \"\u{1b}[32m‹acme-logs›\u{1b}[0m\", \"\u{1b}[32m‹acme-data›\u{1b}[0m\"",
    "BUCKET            AGE\n\u{1b}[1m‹acme-logs-1›\u{1b}[0m       4d\n\u{1b}[1m‹acme-logs-2›\u{1b}[0m       5d\n",
    "bucket=‹acme-\u{1b}[01;31m\u{1b}[Klogs\u{1b}[m\u{1b}[K-1›",
    "\u{1b}[2Kpassword \u{1b}[31m=\u{1b}[0m ‹Xk39abcdQ7f2›\n",
    "[0;31mERROR[0m bucket [1m‹acme-logs-1›[0m missing in account [33m‹471192830564›[0m",
    "  [32m'Bucket'[39m: [32m'‹acme-logs›'[39m,",
    "ERROR[0m‹i-0123456789abcdef0›[31mstopped",
    r"\033[1;34mdb_password\033[0m=\033[32m‹Xk39abcdQ7f2›\033[0m",
    r"^[[1mAccount:^[[0m ‹471192830564›",
    r"\\u001b[36mbucket\\u001b[39m: \\u001b[32m‹acme-logs-1›\\u001b[39m",
    "␛[33m‹10.20.3.41›␛[0m up, #033[32m‹sg-0123456789abcdef0›#033[0m",
    // Entities and escapes of signs.
    "bucket&nbsp;=&#160;‹acme-logs-1›",
    "password&#x3D;&quot;‹Xk39&amp;abcd›&quot;",
    "{&#x27;Bucket&#x27;: &#x27;‹acme-logs›&#x27;}",
    "{&apos;Bucket&apos;: &apos;‹acme-logs›&apos;}",
    "&lt;Account&gt;&lt;Id&gt;‹471192830564›&lt;/Id&gt;&lt;/Account&gt;",
    "s3:&#x2F;&#x2F;‹acme-logs›&#x2F;a",
    r"login?bucket\u003d‹acme-logs-1›\u0026x",
    "Bucket :\u{a0}‹acme-logs-1›, compte\u{a0}:\u{a0}‹471192830564›",
    // Underscores of Markdown and LaTeX.
    r"\texttt{arn:aws:iam::‹471192830564›:role/‹acme\_admin›} could be assumed",
    r"DB\_PASSWORD=‹Xk39abcdQ7f2› and **aws\_account\_id**: ‹471192830564›",
    // A mail.
    "Content-Transfer-Encoding: quoted-printable\n\naccount=3D‹471192830564› at ‹i-012345678=\n9abcdef0›\n\
     password =3D ‹Xk39=3Dabcd›\nBucket:=C2=A0‹acme-logs-1›=20\n",
];

#[test]
fn a_text_is_read_as_it_is_seen() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mut wrong = Vec::new();
    for marked in SPELLED {
        let expected: Vec<_> = marked.split('‹').skip(1).map(|part| part.split('›').next().unwrap()).collect();
        let got = values(&scanner, &marked.replace(['‹', '›'], ""));
        if got != expected {
            wrong.push(format!("{marked:?}: {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a text with hidden characters shows is found in the others too, and the other way round.
#[test]
fn what_one_text_shows_is_found_in_all() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let pair = |a, b| [Text { text: a, key: None }, Text { text: b, key: None }];
    let (plain, hidden) = ("bucket: acme-logs-1", "is acme-\u{200b}logs-1 empty?");
    for texts in [pair(plain, hidden), pair(hidden, plain)] {
        let found = scanner.scan(&texts, &Known::default());
        let values: Vec<_> = found.iter().map(|f| &texts[f.text as usize].text[f.start..f.end]).collect();
        assert!(values.contains(&"acme-logs-1") && values.contains(&"acme-\u{200b}logs-1"), "{values:?}");
    }
}

#[test]
fn what_hides_nothing_is_no_value() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    for text in [
        "👩\u{200d}💻 a family 👨\u{200d}👩\u{200d}👧",
        "\u{feff}plain text",
        "a\u{ad}ac\u{ad}count of sorts",
        "می\u{200c}خواهم",
        "[1m] and [0mi and &#9786; and &#x1F600; of [5m]",
        "prix\u{a0}: 12\u{a0}€, [31mrouge[0m",
        r"[\w\_-]+ and a\_b of max\_connections",
    ] {
        assert_eq!(values(&scanner, text), [""; 0], "{text}");
    }
}
