//! The places at which the value of a name may stand.

mod answers;
mod assigned;
mod before;
mod cells;
mod forms;
mod items;
mod php;
mod said;
mod selected;

use crate::near::is_any;
use crate::placeholder;
use crate::scan::computed;
use crate::scan::edge;
use crate::scan::member::{self, Opening};
use crate::scan::name::Name;
use crate::scan::notation::{BLANKS_MAX, ValuePlace};

use answers::{answer, printed, reply};
pub(crate) use answers::{answer_to, next_answer};
use assigned::{assigned, expected, holds, looked_up};
use before::{before, explained};
use cells::{last_cell, letters, piped, row, tuple};
pub(crate) use forms::next_option;
use forms::{content, form};
pub(crate) use items::next_item_of_list;
use items::{item, next_item, next_line};
pub(crate) use php::next_of_array;
pub(crate) use selected::{heading, next_record};

/// A place of a name's value, and whether a placeholder stands there: both are the same for all rules.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NamePlace {
    pub(crate) place: ValuePlace,
    pub(crate) masked: bool,
}

impl NamePlace {
    fn new(text: &[u8], place: ValuePlace) -> Self {
        Self { place, masked: is_masked(text, place.start) }
    }
}

/// Returns whether a placeholder stands for what stood at a place, or for a part of it.
fn is_masked(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..text.len().min(at + MASKED_MAX)).unwrap_or_default();
    let run = rest.iter().position(|b| *b <= b' ').unwrap_or(rest.len());
    run >= placeholder::TOKEN_MIN && rest.get(..run).is_some_and(|run| placeholder::find_all(run).next().is_some())
}

/// Bytes of a value in which a placeholder is looked for.
const MASKED_MAX: usize = 96;

/// Adds the places at which the value of a name may stand, the likeliest first. `opening` is what follows the name.
pub(crate) fn places(name: &Name<'_>, opening: Opening, text: &[u8], found: &mut Vec<NamePlace>) {
    let mut add = |place: Option<ValuePlace>| found.extend(place.map(|place| NamePlace::new(text, place)));
    add(assigned(name, opening, text));
    add(member::of_parent(name, opening, text));
    add(member::after_name(name, text));
    add(member::before_name(name, text));
    add(member::of_label(name, text));
    add(member::of_map(name, opening, text));
    add(php::serialized(name, text));
    add(php::first_of_array(name, text));
    add(tuple(name, text));
    add(row(name, text));
    add(last_cell(name, text));
    add(answer(name, text).or_else(|| printed(name, text)));
    add(next_item(name, text));
    add(item(name, text));
    add(next_line(name, text));
    add(content(name, text));
    add(form(name, text));
    add(before(name, text).or_else(|| explained(name, text)));
    add(expected(name, text));
    add(opening.inside(text).and_then(|at| computed::expression(at, text)));
    add(computed::environment(name, text));
    add(computed::returned(name, text));
    add(computed::option(name, text));
    add(computed::field(name, text));
    add(looked_up(name, text));
    add(piped(name, text).or_else(|| letters(name, text)));
    add(reply(name, text));
    add(selected::recorded(name, text));
}

/// Returns whether nothing but blanks stands in front of a name on its line.
fn first_of_line(name: &Name<'_>, text: &[u8]) -> bool {
    let head = text.get(name.start.saturating_sub(BLANKS_MAX)..name.start).unwrap_or_default();
    head.iter().rev().find(|b| **b != b' ').is_none_or(|b| *b == b'\n')
}

/// Returns whether what touches a name on both sides tells that no value can stand near it, and that it heads no column:
/// `keys.get(key)`. Most names of code are shut in, and nothing else of them is read.
pub(crate) fn is_shut(name: &Name<'_>, text: &[u8]) -> bool {
    // The partition of an ARN: `arn:aws:…`.
    if text.get(name.end) == Some(&b':') && text.get(..name.start).is_some_and(|head| head.ends_with(b"arn:")) {
        return true;
    }
    // With none of these signs a notation of `places`, `member` or `table` goes on.
    let after = match text.get(name.end..) {
        // `expect(x.bucket).toBe("b")`
        Some([b')', b'.', b't', b'o', b'B' | b'E' | b'S' | b'.' | b' ', ..] | [b')', b'.', b'i', b's', b'E', ..]) => {
            false
        }
        Some([b'}', b' ', b'=' | b' ' | b'|', ..]) => false,
        // `> nonsensitive(var.db_password)⏎"…"`
        Some([b')', b'\n', b'"', ..]) => false,
        // `외부 ID(ExternalId)는`
        Some([b')', 0xeb..=0xed, ..]) => false,
        Some([b')' | b'}' | b'/' | b'!' | b'#', ..]) => true,
        Some([b'.', next, ..]) => next.is_ascii_alphabetic() || *next == b'_',
        _ => false,
    };
    // `[bucket.config]` is the head of a table.
    let table = || text.get(..name.start).is_some_and(|head| matches!(head, [b'['] | [.., b'\n', b'[']));
    // `acme-logs-1 (bucket)`
    let explains = || text.get(..name.start).is_some_and(|head| head.ends_with(b" ("));
    after && edge::previous(text, name.start).is_some_and(|b| is_any(b".([/+!#&$@", &b)) && !table() && !explains()
}

/// Returns whether an ARN goes on at the end of `head`.
fn is_in_arn(head: &[u8]) -> bool {
    let near = head.get(head.len().saturating_sub(ARN_MAX)..).unwrap_or_default();
    let run = near.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'-' | b'*')).count();
    holds(near.get(near.len() - run..).unwrap_or_default(), b"arn:")
}

/// Bytes of an ARN in front of its resource.
const ARN_MAX: usize = 96;
