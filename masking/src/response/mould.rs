//! Events that are an earlier one but for their texts: they pass without being read.
//!
//! Most events of a stream have the same bytes around another text. What an event means for the stream is decided by
//! those bytes, since no text decides anything but what it says itself. So one that was read whole leaves a mould: its
//! bytes, with gaps where texts stand and numbers that nobody asks for. An event that fits continues the texts in its
//! gaps and does nothing else, as long as no placeholder may begin in them.

use std::borrow::Cow;
use std::ops::Range;

use super::spots::{self, Constant, Constants};
use crate::dialect::{self, Lane, Piece, Plan, SEQUENCE_NUMBER};
use crate::json::{self, Shape, Value};
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
    /// The gaps that are pieces of texts of a known API.
    pub(super) lanes: usize,
    /// The strings between the gaps that are remembered by their places; `None` if the API is known.
    pub(super) constants: Option<Constants>,
}

/// What may differ between two events of one mould.
#[derive(Debug, Clone)]
pub(super) enum Gap {
    /// A piece of a text of a known API.
    Lane(Lane),
    /// A string at a place that is remembered.
    Spot(usize),
    /// The number of an event.
    Sequence,
    /// A number that nobody asks for.
    Number,
    /// A string that nobody asks for.
    Idle,
}

/// The content of a gap, by its place in the event.
#[derive(Debug, Clone)]
struct Filling {
    range: Range<usize>,
    is_escaped: bool,
    /// Whether a placeholder may begin in it.
    may_begin: bool,
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
    fillings: &'m [Filling],
}

/// An event that may leave a mould: its bytes, and the offset of its data in them.
#[derive(Debug)]
pub(super) struct Draft {
    bytes: Box<[u8]>,
    data: usize,
}

impl Moulds {
    pub(super) fn new() -> Self {
        let credit = if tests_read_all() { 0 } else { CREDIT };
        Self { kept: Vec::new(), credit, has_mould: false, fillings: Vec::new() }
    }

    /// Finds the mould that an event fits in which no placeholder may begin.
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
            if self.fillings.iter().any(|filling| filling.may_begin) {
                return None;
            }
            self.credit = self.credit.saturating_add(1).min(CREDIT);
            return Some(Cast { mould: self.kept.first()?, len, fillings: &self.fillings });
        }
        None
    }

    /// Forgets the mould that was used last.
    pub(super) fn forget(&mut self) {
        self.has_mould = false;
        self.kept.drain(..1.min(self.kept.len()));
    }

    /// Begins a mould from an event that is read; `None` if it has one, or none is worth it.
    pub(super) fn draft(&mut self, event: Option<(&[u8], usize)>) -> Option<Draft> {
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
    /// Notes what stands in the gaps of the event that the bytes begin with. Returns its length; `None` if it does not
    /// fit.
    fn fit(&self, bytes: &[u8], fillings: &mut Vec<Filling>) -> Option<usize> {
        fillings.clear();
        let mut rest = bytes;
        for (before, gap) in &self.parts {
            rest = near::without(rest, before)?;
            let at = bytes.len() - rest.len();
            let filling = match gap {
                Gap::Lane(_) | Gap::Spot(_) | Gap::Idle => Filling::string(bytes, at)?,
                Gap::Number => Filling::number(at, json::number(rest)?),
                Gap::Sequence => Filling::number(at, digits(rest)?),
            };
            rest = bytes.get(filling.range.end..)?;
            fillings.push(filling);
        }
        Some(bytes.len() - near::without(rest, &self.end)?.len())
    }
}

impl Filling {
    /// The content of a string that begins there.
    fn string(event: &[u8], at: usize) -> Option<Self> {
        let rest = event.get(at..)?;
        if let Some(near::Plain { len, has_w }) = near::plain(rest) {
            let text = rest.get(..len)?;
            let may_begin =
                if has_w { placeholder::next_candidate(text).is_some() } else { placeholder::ends_in_one(text) };
            return Some(Self { range: at..at + len, is_escaped: false, may_begin });
        }
        let (len, is_escaped) = json::content(rest)?;
        let filling = Self { range: at..at + len, is_escaped, may_begin: false };
        let may_begin = placeholder::next_candidate(&filling.text(event)).is_some();
        Some(Self { may_begin, ..filling })
    }

    fn number(at: usize, len: usize) -> Self {
        Self { range: at..at + len, is_escaped: false, may_begin: false }
    }

    fn text<'e>(&self, event: &'e [u8]) -> Cow<'e, [u8]> {
        let raw = event.get(self.range.clone()).unwrap_or_default();
        if !self.is_escaped {
            return raw.into();
        }
        let text = json::unescape(std::str::from_utf8(raw).unwrap_or_default());
        text.into_owned().into_bytes().into()
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
            is_continued.then(|| (piece.slot.value.span(), Gap::Lane(piece.lane.clone())))
        };
        let gaps = plan.pieces.iter().map(gap).collect::<Option<Vec<_>>>()?;
        self.mould(event, gaps, &[])
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
            let span = self.data + span.start..self.data + span.end;
            parts.push((self.bytes.get(at..span.start)?.into(), gap));
            at = span.end;
        }
        let end: Box<[u8]> = self.bytes.get(at..)?.into();
        let is_still = parts.iter().map(|(before, _)| before).chain([&end]).all(|bytes| holds_nothing(bytes));
        let lanes = parts.iter().filter(|(_, gap)| matches!(gap, Gap::Lane(_))).count();
        is_still.then_some(Mould { parts, end, lanes, constants: None })
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

/// Returns the length of the integer that the bytes begin with, as JSON has it.
fn digits(bytes: &[u8]) -> Option<usize> {
    json::number(bytes).filter(|len| bytes.get(..*len).unwrap_or_default().iter().all(u8::is_ascii_digit))
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
