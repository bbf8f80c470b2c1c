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

/// A value begins and ends where it does in a text in which every character that may have one has a hidden one.
#[test]
fn a_value_is_that_of_the_text_as_it_is_written() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let text = "x \u{200b}i-\u{ad}0123\u{200b}\u{2060}456789abcdef0\u{200b} y";
    assert_eq!(values(&scanner, text), ["i-\u{ad}0123\u{200b}\u{2060}456789abcdef0"]);
    assert_eq!(values(&scanner, "x i\u{2011}0123456789abcdef0 y"), ["i\u{2011}0123456789abcdef0"]);
    assert_eq!(values(&scanner, r"x subnet\u20110123456789abcdef0"), [r"subnet\u20110123456789abcdef0"]);
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
    ] {
        assert_eq!(values(&scanner, text), [""; 0], "{text}");
    }
}
