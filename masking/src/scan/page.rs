//! The logical text: the lines of a text without the prefixes that a tool put in front of them.
//!
//! A prefix is overwritten by blanks in a view of the same length, so that an offset in the one is an offset in the
//! other, and every rule that steps over blanks between a name and its value steps over line numbers, signs of a diff
//! and comments at no cost. Values in the prefixes themselves are looked for in the text as it was written.

use std::borrow::Cow;
use std::ops::Range;

use crate::near;
use crate::scan::prefix::Prefix;

/// A text with its view.
#[derive(Debug)]
pub(crate) struct Page<'t> {
    pub(crate) raw: &'t [u8],
    /// The text with blanks for its prefixes. Borrowed where it has none.
    pub(crate) view: Cow<'t, [u8]>,
    /// The ranges of the prefixes.
    pub(crate) prefixes: Vec<Range<usize>>,
}

/// Maximum prefixes of one line: a number in front of a sign of a diff in front of a comment.
const DEPTH: usize = 3;
/// Bytes before a place in which the prefix of its line is looked for.
const LINE_MAX: usize = 256;

/// The prefixes of a line, and which of them are blank: those that a neighbour of it has too.
#[derive(Clone, Debug, Default)]
struct Line {
    levels: [Option<(Prefix, bool)>; DEPTH],
}

impl<'t> Page<'t> {
    /// One walk over the breaks of a text: real ones, and those that are escaped in a string of it.
    pub(crate) fn new(text: &'t str) -> Self {
        let raw = text.as_bytes();
        let mut page = Self { raw, view: Cow::Borrowed(raw), prefixes: Vec::new() };
        let (mut outer, mut inner) = (Line::default(), None);
        let (mut start, mut at) = (0, 0);
        while let Some(mark) = raw.get(at..).and_then(|rest| near::two(b'\n', b'\\', rest)).map(|n| at + n) {
            let escapes = raw.get(mark..).unwrap_or_default().iter().take_while(|b| **b == b'\\').count();
            at = mark + escapes.max(1);
            match raw.get(mark + escapes) {
                Some(b'\n') if escapes == 0 => {
                    page.line(start..mark, inner.as_mut().unwrap_or(&mut outer));
                    (start, inner) = (at, None);
                }
                // A command continues after the end of its line.
                Some(b'\n') if escapes == 1 => {
                    page.line(start..mark, inner.as_mut().unwrap_or(&mut outer));
                    at += 1;
                    (start, inner) = (at, None);
                    page.blank(mark..at);
                }
                Some(b'n') if escapes > 0 => {
                    // The first break of a string: the text before the string is the rest of a line of its own.
                    let first = if inner.is_none() { string_start(raw, start..mark, escapes) } else { start };
                    if first > start {
                        page.line(start..first, &mut outer);
                    }
                    page.line(first..mark, inner.get_or_insert_default());
                    at += 1;
                    start = at;
                }
                _ => {}
            }
        }
        page.line(start..raw.len(), inner.as_mut().unwrap_or(&mut outer));
        page.prefixes.sort_unstable_by_key(|prefix| prefix.start);
        page
    }

    /// Returns whether the line has a prefix in front of the text at `at`.
    pub(crate) fn is_prefixed(&self, at: usize) -> bool {
        let head = self.raw.get(at.saturating_sub(LINE_MAX)..at).unwrap_or_default();
        let line = at - head.len() + memchr::memrchr(b'\n', head).map_or(0, |newline| newline + 1);
        self.raw.get(line..at) != self.view.get(line..at)
    }

    /// Reads the prefixes of a line. `last` is the line before it, and becomes this one.
    fn line(&mut self, line: Range<usize>, last: &mut Line) {
        let mut first = Prefix::read(&self.view, line.clone());
        // Most lines have none, like the line before.
        if first.is_none() && last.levels.iter().all(Option::is_none) {
            return;
        }
        let mut now = Line::default();
        let mut at = line.start;
        let mut joined = true;
        for ((slot, before), level) in now.levels.iter_mut().zip(&mut last.levels).zip(0..) {
            let prefix = if level == 0 { first.take() } else { Prefix::read(&self.view, at..line.end) };
            let Some(prefix) = prefix else {
                // A line that a diff leaves unchanged does not end it.
                let same = self.view.get(at) == Some(&b' ');
                *slot = before.take().filter(|(prefix, _)| same && prefix.has_context());
                break;
            };
            joined = joined && before.as_ref().is_some_and(|(before, _)| prefix.follows(before, self.raw));
            if let Some((before, blank)) = before.as_mut().filter(|_| joined) {
                if !std::mem::replace(blank, true) {
                    self.prefix(before);
                }
                self.prefix(&prefix);
            }
            at = prefix.end;
            *slot = Some((prefix, joined));
        }
        let empty = line.len() <= 2 && now.levels.iter().all(Option::is_none);
        if !empty {
            *last = now;
        }
    }

    fn prefix(&mut self, prefix: &Prefix) {
        for part in prefix.parts() {
            self.blank(part.clone());
            self.prefixes.push(part);
        }
    }

    fn blank(&mut self, range: Range<usize>) {
        if let Some(bytes) = self.view.to_mut().get_mut(range) {
            bytes.fill(b' ');
        }
    }
}

/// Returns the start of the string that holds the escaped break at the end of `line`: after the last quotation mark
/// that is less escaped than the break.
fn string_start(text: &[u8], line: Range<usize>, escapes: usize) -> usize {
    let bytes = text.get(line.clone()).unwrap_or_default();
    let opens = |quote: &usize| {
        bytes.get(..*quote).unwrap_or_default().iter().rev().take(escapes).take_while(|b| **b == b'\\').count()
            < escapes
    };
    memchr::memrchr_iter(b'"', bytes).find(opens).map_or(line.start, |quote| line.start + quote + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The view, with a point for each byte that belongs to a prefix, or is blank and was not before.
    fn view(text: &str) -> String {
        let page = Page::new(text);
        let prefix = |at: usize| page.prefixes.iter().any(|prefix| prefix.contains(&at));
        let bytes = page.view.iter().zip(text.bytes()).enumerate();
        let shown = bytes.map(|(at, (view, raw))| if *view == raw && !prefix(at) { raw } else { b'.' });
        String::from_utf8_lossy(&shown.collect::<Vec<_>>()).into_owned()
    }

    #[test]
    fn prefixes_are_blank_where_a_neighbour_has_the_same() {
        let cases = [
            ("1\ta\n2\tb\n", "..a\n..b\n"),
            ("     9→a\n    10→b", ".........a\n.........b"),
            ("8 | a\n9 | b", "... a\n... b"),
            ("x.tf:8:a\nx.tf-9-b", ".......a\n.......b"),
            ("src/main.rs:8:a\nsrc/lib.rs:3:b", "..............a\n.............b"),
            ("8:a\n9-b", "..a\n..b"),
            (".b-1-a\n.b-2-b", ".....a\n.....b"),
            ("+a\n-b\n c\n+d", ".a\n.b\n c\n.d"),
            ("@@ -1 +1 @@\n+a\n b", "@@ -1 +1 @@\n.a\n b"),
            ("      + a = 1\n      ~ b = 2\n      - c = 3", "....... a = 1\n....... b = 2\n....... c = 3"),
            ("> a\n> > b", ". a\n... b"),
            ("# a\n# b", ". a\n. b"),
            ("  // a\n  // b", ".... a\n.... b"),
            ("│ a   │\n│ b   │", "... a   ...\n... b   ..."),
            ("api-1  | a\napi-1  | b", "........ a\n........ b"),
            ("api-1  | a\nweb-12 | b", "........ a\n........ b"),
            ("web  | a\nweb  | b", "...... a\n...... b"),
            ("[pod/web-1/app] a\n[pod/web-1/app] b", "............... a\n............... b"),
            (
                "2026-07-01T09:12:44.120Z a\n2026-07-01 09:12:45,001 b",
                "........................ a\n....................... b",
            ),
            (
                "Jul  1 09:12:44 host app[7]: a\nJul  1 09:12:44 host app[7]: b",
                "............................ a\n............................ b",
            ),
            ("1\t+# a\n2\t+# b", ".... a\n.... b"),
            ("a \\\n  b", "a ..  b"),
            // Of strings, at any depth of escapes.
            (r#"{"a": "1\tx\n2\ty\n"}"#, r#"{"a": "...x\n...y\n"}"#),
            (r#""{\"a\": \"1\\tx\\n2\\ty\\n\"}""#, r#""{\"a\": \"....x\\n....y\\n\"}""#),
        ];
        let wrong: Vec<_> = cases.iter().filter(|(text, expected)| view(text) != *expected).collect();
        assert!(wrong.is_empty(), "{:#?}", wrong.iter().map(|(text, e)| (e, view(text))).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_no_prefix_stays() {
        let cases = [
            "1\ta\nb",
            "- a\n- b",
            "  - a: 1\n  - b: 2",
            "--bucket a\n--key b",
            "-----BEGIN A-----\n-----END A-----",
            "| a | b |\n| c | d |",
            "bucket_name | a\naccount_id | b",
            "+-----+\n+-----+",
            "9:a\n8:b",
            "127.0.0.1 - a\n127.0.0.1 - b",
            "#!/bin/sh\n#!/bin/sh",
            "123456789012\ta\n123456789013\tb",
        ];
        for text in cases {
            assert_eq!(view(text), text);
            assert!(matches!(Page::new(text).view, Cow::Borrowed(_)), "{text}");
        }
    }
}
