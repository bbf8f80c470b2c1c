//! The values of a text of which each event of a stream has a part.

use std::ops::Range;

use super::written::{Form, Holds, Walk, Written};
use crate::json::{self, Edit, Progress};
use crate::placeholder::{self, End, Read};
use crate::replaced::Secret;
use crate::unmask::{Around, Resolve};

/// Reports the values of a text's placeholders, where `progress` is how far the text before it has come. Returns the
/// offset at which the text may continue in the next event; `None` if it does not have to.
pub(super) fn values(
    text: &[u8],
    progress: &mut Progress,
    resolver: &mut dyn Resolve,
    out: &mut dyn FnMut(Range<usize>, &Secret, Around),
) -> Option<usize> {
    let (mut at, mut plain) = (0, 0);
    while let Some(candidate) = candidate(text, at) {
        let found = match read_now(text.get(candidate..).unwrap_or_default()) {
            Read::No => None,
            Read::Placeholder(placeholder, len) => Some((placeholder, len)),
            Read::More => {
                progress.read(text.get(plain..candidate).unwrap_or_default());
                return Some(candidate);
            }
        };
        at = match found.and_then(|(placeholder, len)| Some((resolver.resolve(&placeholder)?, len))) {
            None => candidate + 1,
            Some((value, len)) => {
                progress.read(text.get(plain..candidate).unwrap_or_default());
                plain = candidate + len;
                out(candidate..plain, &value, Around::of(progress));
                plain
            }
        };
    }
    progress.read(text.get(plain..).unwrap_or_default());
    None
}

/// Returns whether a text may have to wait for what continues it in the next event.
pub(super) fn may_wait(text: &[u8]) -> bool {
    let mut at = 0;
    while let Some(candidate) = candidate(text, at) {
        if read_now(text.get(candidate..).unwrap_or_default()) == Read::More {
            return true;
        }
        at = candidate + 1;
    }
    false
}

/// Restores a string of JSON that does not wait. Returns its new content; `None` if it stays as it is.
pub(super) fn restore_alone(
    raw: &str,
    text: &[u8],
    holds: Holds,
    progress: &mut Progress,
    resolver: &mut dyn Resolve,
) -> Option<String> {
    let string = Written { span: 0..raw.len(), form: Form::Json, holds };
    let (mut walk, mut edits) = (Walk::new(&string, raw), Vec::new());
    values(text, progress, resolver, &mut |range, value, around| {
        let mut text = String::new();
        string.push_value(value, around, &mut text);
        edits.push(Edit { span: walk.span(range), text });
    });
    (!edits.is_empty()).then(|| json::apply(raw, &edits))
}

/// The next offset at which a placeholder may begin.
fn candidate(text: &[u8], at: usize) -> Option<usize> {
    placeholder::next_candidate(text.get(at..)?).map(|offset| at + offset)
}

/// Reads a placeholder, of which one that is whole is not waited for.
fn read_now(bytes: &[u8]) -> Read {
    match placeholder::read(bytes, End::Open) {
        Read::More => match placeholder::read(bytes, End::Here) {
            Read::No => Read::More,
            read => read,
        },
        read => read,
    }
}
