//! Secrets without a name that stand near what they belong to: `ak=AKIA… sk=…`, a row of a CSV file, two lines of a
//! prompt.

use std::ops::Range;

use crate::catalog::{Check, Edge, KindId};

use crate::scan::check;
use crate::scan::edge;
use crate::scan::pattern::Pattern;
use crate::scan::pick::{Evidence, Hit, Source};

/// A rule for values near those of another kind.
#[derive(Debug)]
pub(crate) struct Beside {
    pub(crate) kind: KindId,
    /// The kind near which they stand.
    pub(crate) of: KindId,
    pub(crate) pattern: Pattern,
    pub(crate) check: Check,
}

/// Bytes on either side in which the values are looked for: a few lines of a file.
const REACH: usize = 400;

impl Beside {
    /// Adds the values near the hits of the other kind. Places where two of those are near are read once.
    pub(crate) fn add(&self, text: &[u8], hits: &mut Vec<Hit>) {
        let mut near: Vec<(usize, usize)> =
            hits.iter().filter(|hit| hit.kind == self.of).map(|hit| (hit.start, hit.end)).collect();
        near.sort_unstable();
        let mut read = 0;
        for (start, end) in near {
            let part = start.saturating_sub(REACH).max(read)..text.len().min(end + REACH);
            read = read.max(self.runs(text, part, |range| {
                hits.push(Hit::new(range, self.kind, Source::Rule, Evidence::Context));
            }));
        }
    }

    /// Reports the values that begin in a part of a text. Returns how far was read.
    fn runs(&self, text: &[u8], part: Range<usize>, mut found: impl FnMut(Range<usize>)) -> usize {
        let mut at = part.start;
        while at < part.end {
            let run = run_len(text, at);
            let inside = edge::previous(text, at).is_some_and(in_run) && at == part.start;
            if run >= RUN_MIN && !inside {
                let start = edge::word_start(text, at, at + run.min(ESCAPE_MAX));
                let start = start + usize::from(edge::begins_inside_escape(text, start));
                // `AKIA…/…`: both are one run.
                let glued = run == KEY_LEN + 1 + SECRET_LEN && text.get(start + KEY_LEN) == Some(&b'/');
                let start = start + if glued { KEY_LEN + 1 } else { 0 };
                self.value(text, start).into_iter().for_each(&mut found);
            }
            at += run.max(1);
        }
        at
    }

    fn value(&self, text: &[u8], start: usize) -> Option<Range<usize>> {
        let value = self.pattern.values(text, start).next()?;
        let whole = edge::right(Edge::Right, text, value.end) && !text.get(value.end).is_some_and(|b| in_run(*b));
        (whole && check::passes(self.check, text.get(value.clone())?)).then_some(value)
    }
}

/// Bytes of an access key and of its secret.
const KEY_LEN: usize = 20;
const SECRET_LEN: usize = 40;
/// Minimum bytes of a secret: shorter runs are not looked at.
const RUN_MIN: usize = 28;
/// Bytes of an escape sequence that may be glued to a value.
const ESCAPE_MAX: usize = 6;

/// Returns the length of the run of base64 that begins at `at`, including the signs in it that are escaped.
fn run_len(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let mut len = 0;
    while let Some(byte) = rest.get(len) {
        let escaped = matches!(byte, b'\\' | b'%') && len > 0 && is_escaped_sign(rest.get(len..).unwrap_or_default());
        if !in_run(*byte) && !escaped {
            break;
        }
        len += 1;
    }
    len
}

fn in_run(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// `\/`, `\\u002B`, `%2F`
fn is_escaped_sign(text: &[u8]) -> bool {
    let escapes = text.iter().take(8).take_while(|b| **b == b'\\').count();
    match text.get(escapes..).unwrap_or_default() {
        [b'/', ..] => escapes > 0,
        [b'u', b'0', b'0', b'2', b'b' | b'B' | b'f' | b'F', ..] => escapes > 0,
        [b'%', b'2', b'b' | b'B' | b'f' | b'F', ..] => true,
        _ => false,
    }
}
