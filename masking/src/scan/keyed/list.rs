//! The values of a list: how it goes on after each.

use std::ops::Range;

use crate::catalog::Check;
use crate::near::is_any;
use crate::scan::edge;
use crate::scan::keyed::Keyed;
use crate::scan::member;
use crate::scan::nested;
use crate::scan::notation::{self, Element, Joint, PlaceKind, ValuePlace};
use crate::scan::places;
use crate::scan::reading::Reading;

/// What tells how the elements of a list are separated.
#[derive(Clone, Copy, Debug)]
struct List {
    /// `PASSWORDS=('…' '…')` of a shell.
    array: bool,
    /// `for bucket in b-1 b-2; do`
    loops: bool,
    formal: bool,
}

impl List {
    /// The list whose first element stands at `place`.
    fn of(text: &[u8], place: ValuePlace, formal: bool) -> Self {
        let before = text.get(..place.start - usize::from(place.start > 0)).unwrap_or_default();
        let near = text.get(place.start.saturating_sub(LOOP_MAX)..place.start).unwrap_or_default();
        Self {
            array: place.quoted && before.trim_ascii_end().ends_with(b"("),
            loops: near.ends_with(b" in ") && edge::last_line(near).trim_ascii_start().starts_with(b"for "),
            formal,
        }
    }
}

impl Keyed {
    /// The value at `place`, and those that follow it in a list.
    pub(crate) fn list(
        &self,
        text: &[u8],
        place: ValuePlace,
        formal: bool,
        reading: &mut Reading,
        mut found: impl FnMut(Range<usize>),
    ) {
        let place = if self.is_of_accounts() { notation::skip_arns(text, place) } else { place };
        let (mut place, mut first, mut joint) = (place, true, Joint::Comma);
        let list = List::of(text, place, formal);
        let mut misses = 0;
        loop {
            let value = self.value(text, place, formal, reading);
            let Some(value) = value else {
                // `buckets: {chunks: logs, ruler: acme-ruler-7}`: a word may be anything, and what follows is a name.
                let next = match place {
                    ValuePlace { kind: PlaceKind::Item, tight: true, end: Some(end), .. } => {
                        places::next_item_of_list(text, end)
                    }
                    place => self.after_word(text, place),
                };
                let next = next.filter(|_| misses < MISSES_MAX);
                match next.filter(|next| reading.element(self.index, *next, formal)) {
                    Some(next) => (place, first, misses) = (next, false, misses + 1),
                    None => return,
                }
                continue;
            };
            let end = value.end;
            let last = joint == Joint::And && !self.is_of_accounts();
            // `ExternalId=a-1,SnsRegion=us-west-2`: another member.
            if !first
                && !place.quoted
                && self.is_of_names()
                && text.get(value.clone()).is_some_and(|v| v.contains(&b'='))
            {
                return;
            }
            // What stands on a line of its own was seen to end there.
            let alone =
                matches!(place.kind, PlaceKind::Item | PlaceKind::Answer | PlaceKind::Record | PlaceKind::Choice);
            if !first && !alone && (joint == Joint::Comma || last) && !notation::ends_element(text, end) {
                // `the buckets acme-a1 and acme-b2 are public`
                self.doubt(text, value, reading);
                return;
            }
            found(value);
            // `密码还是 x 吗？⏎赵敏：已经换成 y`
            if first
                && self.check == Check::Password
                && place.kind == PlaceKind::Said
                && let Some(value) =
                    places::answer_to(text, end).and_then(|next| self.value(text, next, false, reading))
            {
                found(value);
            }
            let same = |next: &Element| self.goes_on(text, place, list, next);
            use PlaceKind::{Answer, Choice, Item, Map, Members, Object, Record};
            if matches!(place.kind, Object | Map | Members | Item | Answer | Record | Choice) {
                let next = next_place(text, place, end);
                // `accounts.allowed=471192830564,582203941675`: the value of a member is a list itself.
                let next = next.map(|next| (next, Joint::Comma)).or_else(|| {
                    let next =
                        notation::next_element(text, end).filter(|next| next.joint == Joint::Comma && same(next))?;
                    Some((next.place, next.joint))
                });
                match next.filter(|(next, _)| reading.element(self.index, *next, formal)) {
                    Some((next, _)) => (place, first) = (next, false),
                    None => return,
                }
                continue;
            }
            // A list that joins one which was read before ends there: the rest of it is found already.
            let next = next_of_php(text, end).or_else(|| notation::next_element(text, end));
            match next.filter(|next| same(next) && !is_one(text, place)) {
                Some(next) if reading.element(self.index, next.place, formal) => {
                    (place, first, joint) = (next.place, false, next.joint)
                }
                _ => return,
            }
        }
    }

    /// The next member of a map, or item of a list, after one that is a short word.
    fn after_word(&self, text: &[u8], place: ValuePlace) -> Option<ValuePlace> {
        const WORD_MAX: usize = 64;
        let named = matches!(self.check, Check::Bucket | Check::Name);
        let dash = || {
            let head = text.get(..place.start).unwrap_or_default();
            let head = if place.quoted { head.get(..head.len().saturating_sub(1)).unwrap_or_default() } else { head };
            place.kind == PlaceKind::Assigned && head.ends_with(b"- ")
        };
        let member = matches!(place.kind, PlaceKind::Members);
        // `Bucket names: mercury, acme-logs and acme-backup`
        let comma = || {
            let head = text.get(..place.start).unwrap_or_default();
            let begins = [b"s: ".as_slice(), b", ", b"s: ["].iter().any(|begins| head.ends_with(begins));
            place.kind == PlaceKind::Assigned && !place.quoted && begins
        };
        (named && (member || dash() || comma())).then_some(())?;
        let rest = text.get(place.start..text.len().min(place.start + WORD_MAX))?;
        // `[*b, acme-logs]`: an alias of YAML.
        let alias = usize::from(rest.starts_with(b"*"));
        let word = rest.get(alias..)?;
        let len = word.iter().take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || is_any(b".-", b)).count();
        let end = place.start + alias + len;
        let closed = notation::skip_quote(text, end).filter(|_| place.quoted).unwrap_or(end);
        let ends = matches!(text.get(closed), Some(b'\n' | b'\r' | b',')) && len > 0;
        let next = if member {
            member::next_in_map(text, end, place.kind)
        } else {
            let joint = if dash() { Joint::Dash } else { Joint::Comma };
            notation::next_element(text, end).filter(|next| next.joint == joint).map(|next| next.place)
        };
        next.filter(|next| ends && is_inner(text, place, *next))
    }

    /// Returns whether the next element belongs to the list in which a value stands at `place`.
    fn goes_on(&self, text: &[u8], place: ValuePlace, list: List, next: &Element) -> bool {
        match next.joint {
            // An item of its own, of variables with their values: the next one is another variable.
            Joint::Dash => !place.tight,
            Joint::Arrow | Joint::Tag => true,
            Joint::Cell => {
                let head = text.get(..place.start - usize::from(place.quoted)).unwrap_or_default();
                head.trim_ascii_end().ends_with(b"|")
            }
            Joint::Blank if self.is_of_accounts() => {
                // `%w[471192830564 582203941675]`
                let bracket = edge::previous(text, place.start) == Some(b'[') || place.kind == PlaceKind::Cell;
                next.place.quoted == place.quoted && (list.formal || place.quoted || bracket)
            }
            Joint::Blank if list.array => next.place.quoted,
            Joint::Blank if list.loops => !place.quoted && !self.is_of_passwords(),
            Joint::Blank => list.formal && !place.quoted && !place.tight && !self.is_of_passwords(),
            // A comma also separates `password=a,bucket=b`.
            Joint::Comma | Joint::And if self.is_of_passwords() => next.place.quoted && place.quoted,
            Joint::Comma | Joint::And => next.place.quoted == place.quoted || self.is_of_accounts(),
        }
    }
}

/// The next element of an array that PHP prints.
fn next_of_php(text: &[u8], end: usize) -> Option<Element> {
    let close = notation::skip_quote(text, end).unwrap_or(end);
    let next = places::next_of_array(text, close)?;
    Some(Element { place: ValuePlace::after(text, next, PlaceKind::Assigned), joint: Joint::Dash })
}

/// Returns whether nothing that follows a value belongs to its name too.
fn is_one(text: &[u8], place: ValuePlace) -> bool {
    // What an option is for follows its default: `flag.String("bucket", "b", "…")`.
    let default =
        || text.get(..place.start.saturating_sub(1)).is_some_and(|head| head.trim_ascii_end().ends_with(b","));
    matches!(place.kind, PlaceKind::Before | PlaceKind::Cell | PlaceKind::Piped)
        || place.kind == PlaceKind::Called && default()
}

/// The next value of an object, a map or a list of items, after one that ends at `end`.
fn next_place(text: &[u8], place: ValuePlace, end: usize) -> Option<ValuePlace> {
    match place.kind {
        PlaceKind::Item => places::next_item_of_list(text, end),
        PlaceKind::Answer => places::next_answer(text, end).map(|next| ValuePlace { leads: place.leads, ..next }),
        PlaceKind::Record => places::next_record(text, end),
        PlaceKind::Choice => places::next_option(text, end),
        kind @ (PlaceKind::Map | PlaceKind::Members) => {
            member::next_in_map(text, end, kind).filter(|next| is_inner(text, place, *next))
        }
        kind => member::next_object(text, end).map(|next| ValuePlace { kind, ..next }),
    }
}

/// Returns whether a member stands in the same map as the one before it: what stands further out belongs to something else.
fn is_inner(text: &[u8], before: ValuePlace, next: ValuePlace) -> bool {
    nested::indent_of(text, next.start) >= nested::indent_of(text, before.start)
}

/// Bytes of the head of a loop in front of what it goes through.
const LOOP_MAX: usize = 64;

/// Maximum words in front of the next name of a map or list.
const MISSES_MAX: usize = 4;
