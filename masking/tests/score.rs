//! The values of realistic texts that leak, and what is masked there for no reason.
//!
//! In `corpus/texts/*`, `‹value›` must be masked and `⟪value⟫` may be: names that people chose, keys of objects, public
//! addresses. In `corpus/nothing/*` stand lines of code, logs and prose in which nothing may be; fresh numbers make
//! 200 KB of them.
#![allow(clippy::string_slice, reason = "a test that slices wrongly should fail")]
#![cfg(test)] // Said once more, for the lints that let tests fail by panicking.

use std::ops::Range;

use masking::{Known, Policy, Scanner, Text};

/// Values that leak whole or in part, of 591. Lower it when the scan learns more.
const LEAKS_MAX: usize = 10;
/// Findings that are no value, or go over the edge of one.
const EXTRAS_MAX: usize = 5;
const NOTHING_BYTES: usize = 200_000;

struct Labelled {
    name: String,
    text: String,
    must: Vec<Range<usize>>,
    may: Vec<Range<usize>>,
}

fn files(folder: &str) -> Vec<(String, String)> {
    let folder = format!("{}/tests/corpus/{folder}", env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let name = |path: &std::path::Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

fn labelled(name: String, marked: &str) -> Labelled {
    let mut read = Labelled { name, text: String::new(), must: Vec::new(), may: Vec::new() };
    let mut start = 0;
    for c in marked.chars() {
        let at = read.text.len();
        match c {
            '‹' | '⟪' => start = at,
            '›' => read.must.push(start..at),
            '⟫' => read.may.push(start..at),
            other => read.text.push(other),
        }
    }
    read
}

fn findings(scanner: &Scanner, text: &str) -> Vec<(Range<usize>, String)> {
    let findings = scanner.scan(&[Text { text, key: None }], &Known::default());
    findings.iter().map(|f| (f.start..f.end, scanner.kind(f.kind).id.to_string())).collect()
}

fn holds(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The leaks of a text, and the findings that are no values of it.
fn faults(scanner: &Scanner, text: &Labelled) -> (Vec<String>, Vec<String>) {
    let found = findings(scanner, &text.text);
    let shown = |range: &Range<usize>| {
        let line = text.text[..range.start].lines().count().max(1);
        format!("{}:{line}: {}", text.name, &text.text[range.clone()])
    };
    let leaks = text.must.iter().filter(|value| !found.iter().any(|(range, _)| holds(range, value)));
    let meant = |range: &Range<usize>| text.must.iter().chain(&text.may).any(|value| holds(value, range));
    let extras = found.iter().filter(|(range, _)| !meant(range));
    (leaks.map(&shown).collect(), extras.map(|(range, kind)| format!("{} ({kind})", shown(range))).collect())
}

#[test]
fn little_leaks_and_little_else_is_masked() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let texts: Vec<_> = files("texts").into_iter().map(|(name, marked)| labelled(name, &marked)).collect();
    let (mut leaks, mut extras) = (Vec::new(), Vec::new());
    for text in &texts {
        let (leaked, extra) = faults(&scanner, text);
        leaks.extend(leaked);
        extras.extend(extra);
    }
    let values: usize = texts.iter().map(|text| text.must.len()).sum();
    println!("{} texts: {} of {values} values leak, {} others are masked", texts.len(), leaks.len(), extras.len());
    println!("leaks\n{}\nmasked for no reason\n{}", leaks.join("\n"), extras.join("\n"));
    assert!(leaks.len() <= LEAKS_MAX, "{} of {values} leak:\n{}", leaks.len(), leaks.join("\n"));
    assert!(extras.len() <= EXTRAS_MAX, "{} are none:\n{}", extras.len(), extras.join("\n"));
}

/// A generator of numbers that are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn run(&mut self, alphabet: &str, length: usize) -> String {
        (0..length).map(|_| char::from(alphabet.as_bytes()[self.below(alphabet.len())])).collect()
    }
}

const WORDS: [&str; 10] =
    ["walnut", "sorter", "ferry", "pigment", "gazette", "turbine", "sparrow", "mosaic", "cellar", "anchor"];

/// A line with its braces filled: `{n:4}` digits, `{hex:40}`, `{HEX:32}`, `{b64:43}`, `{uuid}`, a `{word}`.
fn filled(line: &str, numbers: &mut Numbers) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let made = after.split_once('}').and_then(|(name, after)| Some((made(name, numbers)?, after)));
        rest = match made {
            Some((value, after)) => {
                text.push_str(&value);
                after
            }
            None => {
                text.push('{');
                after
            }
        };
    }
    text + rest
}

fn made(name: &str, numbers: &mut Numbers) -> Option<String> {
    const HEX: &str = "0123456789abcdef";
    let word = WORDS[numbers.below(WORDS.len())];
    let (alphabet, length) = match name.split_once(':') {
        Some(("n", length)) => ("123456789", length),
        Some(("hex", length)) => (HEX, length),
        Some(("HEX", length)) => ("0123456789ABCDEF", length),
        Some(("b64", length)) => ("ABCDEFGHIJKLMNOPabcdefghijklmnop0123456789+/", length),
        _ => {
            return match name {
                "uuid" => Some([8, 4, 4, 4, 12].map(|length| numbers.run(HEX, length)).join("-")),
                "word" => Some(word.to_owned()),
                "Word" => Some(word[..1].to_uppercase() + &word[1..]),
                "WORD" => Some(word.to_uppercase()),
                _ => None,
            };
        }
    };
    Some(numbers.run(alphabet, length.parse().ok()?))
}

#[test]
fn nothing_is_found_where_there_is_nothing() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mut numbers = Numbers(1);
    let files = files("nothing");
    let share = NOTHING_BYTES / files.len();
    let mut wrong = Vec::new();
    for (name, lines) in &files {
        let lines: Vec<_> = lines.lines().collect();
        let mut text = String::new();
        while text.len() < share {
            text.push_str(&filled(lines[numbers.below(lines.len())], &mut numbers));
            text.push('\n');
        }
        let around = |range: &Range<usize>| text[..range.start].rsplit('\n').next().unwrap_or_default().to_owned();
        let shown = |(range, kind): &(Range<usize>, String)| {
            format!("{name}: {}‹{}› ({kind})", around(range), &text[range.clone()])
        };
        wrong.extend(findings(&scanner, &text).iter().map(shown));
    }
    println!("{} findings in {NOTHING_BYTES} bytes of nothing", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
