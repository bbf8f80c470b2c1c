//! Values under a name: whether what stands there is one, and where it ends.

use std::ops::Range;

use crate::catalog::KindId;
use crate::catalog::{Check, Edge, KeyRule};
use crate::scan::check;
use crate::scan::edge;
use crate::scan::key::{self, Name, PlaceKind, ValuePlace};
use crate::scan::pattern::Pattern;
use crate::scan::quoted;
use crate::scan::reading::{Reader, Reading};

/// A rule for names.
#[derive(Debug)]
pub(crate) struct Keyed {
    pub(crate) kind: KindId,
    /// Its place in the table.
    index: usize,
    names: Vec<&'static str>,
    pattern: Pattern,
    check: Check,
    /// What is found grants access.
    secret: bool,
}

impl Keyed {
    /// The rule at `index` of the table.
    pub(crate) fn new(kind: KindId, index: usize, key: &'static KeyRule, secret: bool) -> Self {
        let names = key.names.split('|').collect();
        Self { kind, index, names, pattern: Pattern::new(key.value), check: key.check, secret }
    }

    /// The values of the longest name around the word at `word` that has one. Returns where the name ends.
    pub(crate) fn find(
        &self,
        text: &[u8],
        word: Range<usize>,
        reading: &mut Reading,
        mut found: impl FnMut(Range<usize>),
    ) -> usize {
        let mut last = word.end;
        for name in key::names(text, word.start, word.end) {
            last = last.max(name.end);
            let Some(place) = Some(name).filter(|name| self.has(*name)).and_then(|name| name.value(text)) else {
                continue;
            };
            let mut any = false;
            self.list(text, place, name.is_formal(place), reading, |value| {
                any = true;
                found(value);
            });
            if any {
                break;
            }
        }
        last
    }

    pub(crate) fn has(&self, name: Name<'_>) -> bool {
        self.names.iter().any(|rule| name.is(rule))
    }

    /// The value at `place`, and those that follow it in a list.
    pub(crate) fn list(
        &self,
        text: &[u8],
        place: ValuePlace,
        formal: bool,
        reading: &mut Reading,
        mut found: impl FnMut(Range<usize>),
    ) {
        let (mut place, mut first) = (place, true);
        while let Some(value) = self.value(text, place, formal, reading) {
            let end = value.end;
            if !first && !key::ends_element(text, end) {
                return;
            }
            found(value);
            let same = |next: &ValuePlace| next.quoted == place.quoted || self.check == Check::Account;
            // A list that joins one which was read before ends there: the rest of it is found already.
            match key::next_element(text, end).filter(same) {
                Some(next) if reading.element(self.index, next, formal) => (place, first) = (next, false),
                _ => return,
            }
        }
    }

    fn value(&self, text: &[u8], place: ValuePlace, formal: bool, reading: &mut Reading) -> Option<Range<usize>> {
        // What a notation encloses is a password or none, whatever characters it is made of.
        if self.check == Check::Password && (place.kind != PlaceKind::Near || formal) {
            let enclosed = quoted::value(text, place).or_else(|| quoted::line(text, place, formal));
            if let Some(value) = enclosed {
                return Some(value).filter(|value| text.get(value.clone()).is_some_and(check::is_enclosed_password));
            }
        }
        let run = self.pattern.is_run();
        if run && !reading.is_new(Reader::Run(self.index), place.start) {
            return None;
        }
        let value = self.pattern.values(text, place.start).next()?;
        if run {
            reading.read(Reader::Run(self.index), value.end);
        }
        let value = if self.secret && place.quoted { quoted::widened(text, value) } else { value };
        let bytes = text.get(value.clone())?;
        let whole = edge::right(Edge::Right, text, value.end) && edge::left(Edge::Right, text, value.start);
        (whole && check::passes(self.check, bytes) && self.is_meant(text, &value, bytes, place, formal))
            .then_some(value)
    }

    /// Whether what stands there is a value rather than the next word of a sentence or of a program.
    fn is_meant(&self, text: &[u8], value: &Range<usize>, bytes: &[u8], place: ValuePlace, formal: bool) -> bool {
        match self.check {
            Check::Bucket | Check::Name if place.quoted => {
                key::ends_quoted(text, value.end) && (check::is_distinctive(bytes) || !key::is_name(text, value.end))
            }
            Check::Bucket | Check::Name => {
                let called = place.kind == PlaceKind::Called;
                let parenthesis = !called || text.get(value.end) == Some(&b')');
                let next = text.get(value.end);
                let alone = next.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'&' | b'\\'));
                let bare = check::is_distinctive(bytes) || formal || called || place.tight && alone && bytes.len() >= 6;
                let bare = bare && (place.kind != PlaceKind::Near || !bytes.contains(&b'.'));
                bare && parenthesis && !key::goes_on(text, value.end)
            }
            // Without quotation marks, a symbol may be code's.
            Check::Password if place.kind == PlaceKind::Near => formal,
            Check::Password => {
                let plain = check::has_digit(bytes) && !check::is_code(bytes);
                place.kind != PlaceKind::Called && (place.quoted || plain)
            }
            _ => true,
        }
    }
}
