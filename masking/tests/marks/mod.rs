//! Texts with marks around what is found in them, as the tables of the tests write them.

use masking::{Known, Scanner, Text};

/// Returns a text with `‹` and `›` around each of its values.
pub fn marked(scanner: &Scanner, text: &str) -> String {
    let mut marked = text.to_owned();
    for finding in scanner.scan(&[Text { text, key: None }], &Known::default()).iter().rev() {
        marked.insert(finding.end, '›');
        marked.insert(finding.start, '‹');
    }
    marked
}
