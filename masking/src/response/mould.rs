//! Events that are an earlier one but for their texts: they pass without being read.
//!
//! Most events of a stream have the same bytes around another text. What an event means for the stream is decided by
//! those bytes, since no text decides anything but what it says itself. So one that was read whole leaves a mould: its
//! bytes, with gaps where texts stand and numbers that nobody asks for. An event that fits continues the texts in its
//! gaps and does nothing else, as long as no placeholder may begin in them.

use std::borrow::Cow;
use std::ops::Range;

use super::gap::{Filling, Gap};
use super::spots::{self, Constant, Constants};
use super::values;
use crate::dialect::{self, Piece, Plan, SEQUENCE_NUMBER};
use crate::json::{Shape, Value};
use crate::near;
use crate::placeholder;

/// Maximum moulds of a stream. The one that was used longest ago is forgotten for another.
const KEPT_MAX: usize = 8;
/// Maximum bytes of an event that leaves a mould; a longer one costs more for what it says.
const BYTES_MAX: usize = 4 << 10;
/// Maximum bytes of an event that is compared with a mould. What a longer one means depends on its length, too.
const FIT_MAX: usize = 16 << 10;
/// Maximum gaps of a mould. What else an event has must be the same in the next one.
const GAPS_MAX: usize = 32;
/// Moulds that are made and not used before a stream's events count as all different. Each use allows one more.
const CREDIT: u8 = 32;

/// The moulds of a stream, the one that was used last in front.
#[derive(Debug)]
pub(super) struct Moulds {
    kept: Vec<Mould>,
    credit: u8,
    /// True if the event that is read now fits one, and is read for what its texts hold.
    has_mould: bool,
    /// What the last event that fitted has in its gaps.
    fillings: Vec<Filling>,
}

#[derive(Debug)]
pub(super) struct Mould {
    /// What stands before each gap, and the gap.
    parts: Vec<(Box<[u8]>, Gap)>,
    end: Box<[u8]>,
    /// The bytes that stand around the data.
    before: usize,
    behind: usize,
    /// The gaps that are pieces of texts of a known API.
    pub(super) lanes: usize,
    /// The strings between the gaps that are remembered by their places; `None` if the API is known.
    pub(super) constants: Option<Constants>,
}

/// How much of some bytes an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    All,
    Beginning,
}

/// An event that fits a mould.
#[derive(Debug)]
pub(super) struct Cast<'m> {
    pub(super) mould: &'m Mould,
    pub(super) len: usize,
    /// Whether a placeholder may begin in one of its texts.
    pub(super) may_begin: bool,
    fillings: &'m [Filling],
}

/// An event that may leave a mould: its bytes, and the place of its data in them.
#[derive(Debug)]
pub(super) struct Draft {
    bytes: Box<[u8]>,
    data: Range<usize>,
}

impl Moulds {
    pub(super) fn new() -> Self {
        let credit = if tests_read_all() { 0 } else { CREDIT };
        Self { kept: Vec::new(), credit, has_mould: false, fillings: Vec::new() }
    }

    /// Finds the mould that an event fits in which no placeholder may begin but in texts that are restored in their gaps.
    pub(super) fn find(&mut self, bytes: &[u8], extent: Extent) -> Option<Cast<'_>> {
        self.has_mould = false;
        let is_short = bytes.len() <= FIT_MAX || extent == Extent::Beginning;
        let bytes = bytes.get(..FIT_MAX).unwrap_or(bytes);
        for index in 0..if is_short { self.kept.len() } else { 0 } {
            let Some(len) = self.kept.get(index)?.fit(bytes, &mut self.fillings) else { continue };
            if extent == Extent::All && len != bytes.len() {
                continue;
            }
            self.kept.get_mut(..=index)?.rotate_right(1);
            self.has_mould = true;
            let (mould, fillings) = (self.kept.first()?, self.fillings.as_slice());
            let may_begin = fillings.iter().any(|filling| filling.may_begin);
            if may_begin && !mould.restores(bytes, fillings) {
                return None;
            }
            self.credit = self.credit.saturating_add(1).min(CREDIT);
            return Some(Cast { mould, len, may_begin, fillings });
        }
        None
    }

    /// Forgets the mould that was used last.
    pub(super) fn forget(&mut self) {
        self.has_mould = false;
        self.kept.drain(..1.min(self.kept.len()));
    }

    /// Begins a mould from an event that is read; `None` if it has one, or none is worth it.
    pub(super) fn draft(&mut self, event: Option<(&[u8], Range<usize>)>) -> Option<Draft> {
        let is_worth_it = self.credit > 0 && !std::mem::take(&mut self.has_mould);
        let (bytes, data) = event.filter(|(bytes, _)| is_worth_it && bytes.len() <= BYTES_MAX)?;
        self.credit -= 1;
        Some(Draft { bytes: bytes.into(), data })
    }

    pub(super) fn keep(&mut self, mould: Option<Mould>) {
        if let Some(mould) = mould {
            self.kept.truncate(KEPT_MAX - 1);
            self.kept.insert(0, mould);
        }
    }
}

impl Cast<'_> {
    /// The data of the event.
    pub(super) fn data<'e>(&self, event: &'e [u8]) -> &'e str {
        let data = event.get(self.mould.before..self.len.saturating_sub(self.mould.behind));
        data.and_then(|data| std::str::from_utf8(data).ok()).unwrap_or_default()
    }

    /// Writes the event with other contents in its gaps, those that `new` returns. `None` if all stay.
    pub(super) fn rewritten(
        &self,
        event: &[u8],
        mut new: impl FnMut(&Gap, &Filling) -> Option<String>,
    ) -> Option<Vec<u8>> {
        let (mut out, mut at) = (Vec::new(), 0);
        for (gap, filling) in self.gaps().zip(self.fillings) {
            let Some(content) = new(gap, filling) else { continue };
            out.reserve(self.len + content.len());
            out.extend_from_slice(event.get(at..filling.range.start).unwrap_or_default());
            out.extend_from_slice(content.as_bytes());
            at = filling.range.end;
        }
        if at == 0 {
            return None;
        }
        out.extend_from_slice(event.get(at..self.len).unwrap_or_default());
        Some(out)
    }

    /// The gaps of the event, and what stands in them.
    pub(super) fn texts<'e>(&self, event: &'e [u8]) -> impl Iterator<Item = (&Gap, impl Fn() -> Cow<'e, [u8]>)> {
        self.gaps().zip(self.fillings).map(move |(gap, filling)| (gap, move || filling.text(event)))
    }

    /// The gaps of the event.
    pub(super) fn gaps(&self) -> impl Iterator<Item = &Gap> {
        self.mould.parts.iter().map(|(_, gap)| gap)
    }
}

impl Mould {
    /// Returns whether each text in which a placeholder may begin can be restored in its gap. One that a later event may
    /// continue waits for that at a place that is remembered.
    fn restores(&self, event: &[u8], fillings: &[Filling]) -> bool {
        self.parts.iter().zip(fillings).filter(|(_, filling)| filling.may_begin).all(|((_, gap), filling)| match gap {
            Gap::Lane { .. } => true,
            Gap::Spot { .. } => !values::may_wait(&filling.text(event)),
            Gap::Sequence | Gap::Number | Gap::Idle => false,
        })
    }

    /// Notes what stands in the gaps of the event that the bytes begin with. Returns its length; `None` if it does not
    /// fit.
    fn fit(&self, bytes: &[u8], fillings: &mut Vec<Filling>) -> Option<usize> {
        fillings.clear();
        let mut rest = bytes;
        for (before, gap) in &self.parts {
            rest = near::without(rest, before)?;
            let filling = Filling::of(gap, bytes, bytes.len() - rest.len())?;
            rest = bytes.get(filling.range.end..)?;
            fillings.push(filling);
        }
        Some(bytes.len() - near::without(rest, &self.end)?.len())
    }
}

impl Draft {
    /// The mould of an event of a known API; `None` if such an event does more than to continue texts.
    pub(super) fn of_plan(self, event: Value<'_, '_>, plan: &Plan<'_, '_>) -> Option<Mould> {
        if plan.close != dialect::Close::Nothing || plan.signature.is_some() {
            return None;
        }
        let gap = |piece: &Piece<'_, '_>| {
            let is_continued = piece.slot.value.shape() == Shape::String && piece.lane.thinking().is_none();
            let Piece { slot, lane, reader, .. } = piece;
            let gap = || Gap::Lane { lane: lane.clone(), reader: *reader, inner: slot.inner };
            is_continued.then(|| (slot.value.span(), gap()))
        };
        let gaps = plan.pieces.iter().map(gap).collect::<Option<Vec<_>>>()?;
        // The pieces are taken in the order of the event.
        let is_in_order = gaps.is_sorted_by_key(|(span, _)| span.start);
        if is_in_order { self.mould(event, gaps, &[]) } else { None }
    }

    /// The mould of an event of no known API, with the gaps and the constants that its strings are.
    pub(super) fn of_strings(
        self,
        event: Value<'_, '_>,
        gaps: Vec<(Range<usize>, Gap)>,
        constants: Vec<(Range<usize>, Constant)>,
        generation: u32,
    ) -> Option<Mould> {
        let (spans, constants): (Vec<_>, _) = constants.into_iter().unzip();
        let constants = Some(Constants { constants, generation });
        Some(Mould { constants, ..self.mould(event, gaps, &spans)? })
    }

    fn mould(
        self,
        event: Value<'_, '_>,
        mut gaps: Vec<(Range<usize>, Gap)>,
        constants: &[Range<usize>],
    ) -> Option<Mould> {
        if gaps.len() > GAPS_MAX {
            return None;
        }
        let number = event.field(SEQUENCE_NUMBER).map(|number| number.span());
        idle(event, "", &mut |span, gap| {
            let gap = if number.as_ref() == Some(&span) { Gap::Sequence } else { gap };
            let is_taken = constants.contains(&span) || gaps.iter().any(|(other, _)| *other == span);
            if gaps.len() < GAPS_MAX && !is_taken {
                gaps.push((span, gap));
            }
        });
        gaps.sort_by_key(|(span, _)| span.start);
        let (mut parts, mut at) = (Vec::with_capacity(gaps.len()), 0);
        for (span, gap) in gaps {
            let span = self.data.start + span.start..self.data.start + span.end;
            parts.push((self.bytes.get(at..span.start)?.into(), gap));
            at = span.end;
        }
        let end: Box<[u8]> = self.bytes.get(at..)?.into();
        let is_still = parts.iter().map(|(before, _)| before).chain([&end]).all(|bytes| holds_nothing(bytes));
        let lanes = parts.iter().filter(|(_, gap)| matches!(gap, Gap::Lane { .. })).count();
        let (before, behind) = (self.data.start, self.bytes.len().saturating_sub(self.data.end));
        is_still.then_some(Mould { parts, end, before, behind, lanes, constants: None })
    }
}

/// Returns whether there is no placeholder in what is the same in all events of a mould. An escape might hide one.
fn holds_nothing(bytes: &[u8]) -> bool {
    memchr::memchr(b'\\', bytes).is_none() && placeholder::find_all(bytes).next().is_none()
}

/// Strings that no API reads, or that are text and nothing else.
const IDLE: [&str; 4] = ["obfuscation", "p", "text", "thinking"];

/// Finds the numbers and strings of an event that nobody asks for.
fn idle(value: Value<'_, '_>, name: &str, found: &mut dyn FnMut(Range<usize>, Gap)) {
    match value.shape() {
        Shape::Array => value.items().for_each(|item| idle(item, name, found)),
        Shape::Object => value.members().for_each(|(name, member)| idle(member, name.raw(), found)),
        Shape::Number if !spots::decides(name) && !dialect::is_counted(name) => found(value.span(), Gap::Number),
        // An empty string is not asked for because it is empty.
        Shape::String if IDLE.contains(&name) && !value.raw().is_empty() => found(value.span(), Gap::Idle),
        Shape::Number | Shape::String | Shape::Literal => {}
    }
}

#[cfg(test)]
thread_local! {
    /// True while the tests want every event to be read.
    pub(super) static READ_ALL: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    /// The events that passed.
    pub(super) static PASSED: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
fn tests_read_all() -> bool {
    READ_ALL.get()
}

#[cfg(not(test))]
const fn tests_read_all() -> bool {
    false
}
