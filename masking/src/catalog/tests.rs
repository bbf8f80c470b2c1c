//! Each row's examples are its tests.

use crate::catalog::{MACROS, Row, Rule, TABLES};
use crate::{Known, Policy, Scanner, Text, placeholder};

fn rows() -> impl Iterator<Item = &'static Row> {
    TABLES.iter().flat_map(|(_, rows)| rows.iter())
}

/// All kinds on.
fn scanner() -> Scanner {
    let enable = rows().map(|row| row.id.to_owned()).collect();
    Scanner::new(&Policy { enable, ..Policy::default() }).unwrap()
}

/// The values of one kind in a text, marked.
fn marked(scanner: &Scanner, kind: &str, text: &str) -> String {
    let findings = scanner.scan(&[Text { text, key: None }], &Known::default());
    let mut marked = text.to_owned();
    for finding in findings.iter().rev().filter(|f| scanner.kind(f.kind).id == kind) {
        marked.insert(finding.end, '›');
        marked.insert(finding.start, '‹');
    }
    marked
}

#[test]
fn examples_are_found_and_counter_examples_are_not() {
    let scanner = scanner();
    let mut wrong = Vec::new();
    for row in rows() {
        for expected in row.yes {
            let text: String = expected.chars().filter(|c| !"‹›".contains(*c)).collect();
            let got = marked(&scanner, row.id, &text);
            if got != *expected {
                wrong.push(format!("{}: expected {expected}, found {got}", row.id));
            }
        }
        for text in row.no {
            let got = marked(&scanner, row.id, text);
            if got != *text {
                wrong.push(format!("{}: should not find {got}", row.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rows_are_well_formed() {
    let mut seen = std::collections::HashSet::new();
    for row in rows() {
        assert!(seen.insert(row.id), "{} stands twice", row.id);
        assert!(placeholder::is_label(row.label), "{}: {} is no label", row.id, row.label);
        assert!(!row.yes.is_empty() && !row.no.is_empty(), "{} has no examples", row.id);
        assert!(row.yes.iter().all(|text| text.contains('‹')), "{}: an example without a value", row.id);
    }
}

/// An empty literal would stand at every place of a text, and fill the lists of those that do.
#[test]
fn no_list_has_an_empty_element() {
    for row in rows() {
        for rule in row.rules.iter().chain(row.asked) {
            let list = match rule {
                Rule::Id(list, _) | Rule::Literal(list, ..) | Rule::After(list, ..) | Rule::Host(list, _) => list,
                Rule::Beside(list, ..) | Rule::Resource(list, ..) | Rule::Sibling(list, _) => list,
                Rule::Key(key) => &key.names,
                _ => continue,
            };
            // Without a word, a rule for hosts is for all of them.
            let is_any = matches!(rule, Rule::Host("", _));
            assert!(is_any || list.split('|').all(|element| !element.is_empty()), "{}: {list}", row.id);
        }
    }
}

#[test]
fn patterns_compile_and_macros_exist() {
    for row in rows() {
        for rule in row.rules.iter().chain(row.asked) {
            let pattern = match rule {
                Rule::Literal(_, pattern, ..) | Rule::After(_, pattern, _) | Rule::Host(_, pattern) => pattern,
                Rule::Anywhere(pattern, ..) | Rule::Beside(_, pattern, _) | Rule::Resource(_, pattern, _) => pattern,
                Rule::Key(key) => key.value,
                _ => continue,
            };
            let source = MACROS.iter().fold(pattern.to_string(), |source, (name, with)| source.replace(name, with));
            assert!(regex::bytes::Regex::new(&source).is_ok(), "{}: {source}", row.id);
            let rest = ["{r", "{a", "{n", "{o", "{l", "{--"].into_iter().find(|start| source.contains(start));
            assert!(rest.is_none(), "{}: {source}", row.id);
        }
    }
}
