//! What an event that fits a mould does: it continues the texts in its gaps, and its number is the next one.

use std::rc::Rc;

use super::gap::Gap;
use super::lanes::{Lanes, Source};
use super::mould::Cast;
use super::numbers::Numbers;
use super::spots::Texts;
use super::values;
use crate::rewrite::Last;
use crate::unmask::Resolve;

/// An event that was not read: its bytes as they came, and the new ones if they change.
#[derive(Debug)]
pub(super) struct Passed<'e> {
    pub(super) event: &'e [u8],
    pub(super) new: Option<Vec<u8>>,
}

impl Passed<'_> {
    /// The bytes that leave.
    pub(super) fn bytes(&self) -> &[u8] {
        self.new.as_deref().unwrap_or(self.event)
    }
}

/// What the events of a stream continue.
#[derive(Debug)]
pub(super) struct Continued<'s, M> {
    pub(super) lanes: &'s mut Lanes<M>,
    pub(super) numbers: &'s mut Numbers,
    pub(super) texts: &'s mut Texts,
}

impl<M: Clone> Continued<'_, M> {
    /// Takes an event that has these bytes. `manner` is asked for if some of its text is held back.
    pub(super) fn take<'e>(
        &mut self,
        cast: &Cast<'_>,
        event: &'e [u8],
        manner: impl Fn(&[u8]) -> M,
        resolver: &mut dyn Resolve,
    ) -> Passed<'e> {
        let new = if self.leave(cast, event, resolver) { None } else { self.restore(cast, event, manner, resolver) };
        Passed { event, new }
    }

    /// Takes an event that leaves as it came. Returns whether it is one: nothing is held back, and no placeholder may
    /// begin in it.
    fn leave(&mut self, cast: &Cast<'_>, event: &[u8], resolver: &mut dyn Resolve) -> bool {
        let passes = |gap: &Gap| match gap {
            // A single one is asked for when it is continued: that it holds something back is rare.
            Gap::Lane { lane, .. } => cast.mould.lanes == 1 || self.lanes.passes(lane),
            Gap::Sequence => self.numbers.keeps_its_own(),
            Gap::Spot { .. } | Gap::Number | Gap::Idle => true,
        };
        if cast.may_begin || !cast.gaps().all(passes) {
            return false;
        }
        for (gap, text) in cast.texts(event) {
            match gap {
                Gap::Lane { lane, .. } if self.lanes.pass(lane, &text(), resolver) => {}
                // A number that was taken before is taken again when the event is restored.
                Gap::Lane { .. } => return false,
                Gap::Spot { index, .. } => self.texts.pass(*index, &text()),
                Gap::Sequence => self.numbers.pass(&text()),
                Gap::Number | Gap::Idle => {}
            }
        }
        true
    }

    /// The event with what is certain of its text restored; `None` if it stays as it is.
    fn restore(
        &mut self,
        cast: &Cast<'_>,
        event: &[u8],
        manner: impl Fn(&[u8]) -> M,
        resolver: &mut dyn Resolve,
    ) -> Option<Vec<u8>> {
        let source = || Source { envelope: None, event: Rc::from(cast.data(event)), manner: manner(event) };
        cast.rewritten(event, |gap, filling| match gap {
            Gap::Lane { lane, reader, inner } => {
                self.lanes.take(lane, *reader, &filling.quoted(event, *inner), source, Last::No, resolver)
            }
            Gap::Spot { index, holds } => {
                let (raw, text) = (filling.raw(event), filling.text(event));
                values::restore_alone(raw, &text, *holds, self.texts.at(*index)?, resolver)
            }
            Gap::Sequence => self.numbers.next(filling.raw(event)),
            Gap::Number | Gap::Idle => None,
        })
    }
}
