//! The texts of a stream of a known API: joins their pieces over the events, whatever the events are framed in.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::numbers::Numbers;
use super::resolver::THOUGHTS_MAX;
use super::watched::{HELD_MAX, Watched};
use crate::dialect::{Close, Envelope, Inner, Lane, Options, Piece, Plan, Reader};
use crate::guard::Guard;
use crate::json::{self, Edit, Value};
use crate::placeholder;
use crate::rewrite::{self, Last, Quoted};
use crate::unmask::{Resolve, Unmasker};

/// Maximum texts of a stream that are joined at once; of a text that holds nothing back only the way in which it began
/// is forgotten for another. If that many hold something back, a placeholder that an event cuts stays in any further
/// text.
const TEXTS_MAX: usize = 256;
/// Maximum bytes of an event that is repeated to carry what was held of its text. In a longer one, a placeholder that
/// its end cuts stays.
const REPEATED_MAX: usize = 64 << 10;
/// Maximum bytes of one block of thinking that are remembered. A longer one is forgotten, and masked as text when it is
/// sent back.
const THOUGHT_MAX: usize = 1 << 20;

/// The texts of a stream that have not ended. `M` is the manner in which its events are framed.
#[derive(Debug)]
pub(super) struct Lanes<M> {
    texts: BTreeMap<Lane, Text<M>>,
    /// Thinking by its block, if it is restored: what the provider wrote, and its signature. At most [`THOUGHTS_MAX`]
    /// blocks at once.
    thoughts: BTreeMap<String, Thought>,
    options: Options,
}

#[derive(Debug, Default)]
struct Thought {
    original: String,
    signature: String,
    length: Length,
}

/// Whether a block of thinking can be remembered.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Length {
    #[default]
    Fits,
    TooLong,
}

/// A text, and how its end leaves if nothing follows that may change it.
#[derive(Debug)]
struct Text<M> {
    state: State,
    held: Option<Held<M>>,
}

#[derive(Debug)]
enum State {
    /// What is certain leaves at once.
    Read(Unmasker),
    /// There is a guard, and the text is what a tool is called with.
    Watched(Watched, Rc<Guard>),
}

impl State {
    /// Returns whether bytes are held back.
    fn holds(&self) -> bool {
        match self {
            Self::Read(unmasker) => unmasker.holds(),
            Self::Watched(watched, _) => watched.holds(),
        }
    }

    /// The bytes that are remembered for the guard.
    fn watched(&self) -> usize {
        match self {
            Self::Read(_) => 0,
            Self::Watched(watched, _) => watched.len(),
        }
    }

    /// Returns the rest of the text, as the content of a JSON string.
    fn end(self, inner: Inner, resolver: &mut dyn Resolve) -> String {
        match self {
            Self::Read(mut unmasker) => rewrite::restore_rest(&mut unmasker, inner, resolver),
            Self::Watched(watched, guard) => rewrite::escaped(&watched.end(&guard, inner, resolver)),
        }
    }
}

#[derive(Debug)]
struct Held<M> {
    inner: Inner,
    source: Source<M>,
}

/// The event that the last piece of a text came with, as far as an event with the rest of the text needs it.
#[derive(Debug)]
pub(super) struct Source<M> {
    /// What stands around the text; `None` if that is still to be read from the event.
    pub(super) envelope: Option<Envelope>,
    /// Its data, where the envelope repeats it or is to be read from it.
    pub(super) event: Rc<str>,
    pub(super) manner: M,
}

/// An additional event, which carries what was held of a text that ends.
#[derive(Debug)]
pub(super) struct Extra<M> {
    pub(super) name: Option<String>,
    pub(super) data: String,
    pub(super) manner: M,
}

/// The result of restoring one event.
#[derive(Debug)]
pub(super) struct Restored<M> {
    /// Events that must leave before it.
    pub(super) before: Vec<Extra<M>>,
    /// Its new data; `None` if it stays as it is.
    pub(super) data: Option<String>,
}

/// An event with its data in two forms.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event<'e, 'd, 't> {
    pub(super) data: &'e str,
    pub(super) root: Value<'d, 't>,
}

impl<M: Clone> Lanes<M> {
    pub(super) fn new(options: Options) -> Self {
        Self { texts: BTreeMap::new(), thoughts: BTreeMap::new(), options }
    }

    /// The data of an event with what is certain of its text restored.
    pub(super) fn restore(
        &mut self,
        Event { data, root }: Event<'_, '_, '_>,
        plan: Plan<'_, '_>,
        manner: &M,
        numbers: &mut Numbers,
        resolver: &mut dyn Resolve,
    ) -> Restored<M> {
        let Plan { whole, pieces, signature, close } = plan;
        if let Some((thought, part)) = signature.and_then(|(block, part)| Some((self.thoughts.get_mut(&block)?, part)))
        {
            thought.push_signature(&part.string().unwrap_or_default());
        }
        let before = self.close(&close, &pieces, numbers, resolver);
        let stays = rewrite::stays(&whole, resolver);
        let mut edits: Vec<Edit> =
            whole.iter().filter_map(|slot| rewrite::restore_slot(slot, &stays, resolver)).collect();
        // Several texts of one event share what is kept of it.
        let mut kept: Option<Rc<str>> = None;
        for piece in pieces {
            let repeats = piece.envelope.repeats();
            let event = || if repeats { kept.get_or_insert_with(|| Rc::from(data)).clone() } else { Rc::default() };
            let fits = !repeats || data.len() <= REPEATED_MAX;
            let last = if fits && !ends(&close, &piece.lane) { Last::No } else { Last::Yes };
            edits.extend(self.piece(piece, event, manner, last, resolver));
        }
        edits.extend(numbers.renumber(root));
        edits.sort_by_key(|edit| edit.span.start);
        Restored { before, data: (!edits.is_empty()).then(|| json::apply(data, &edits)) }
    }

    /// Returns whether a piece of a text in which no placeholder may begin leaves as it is: the text has begun, and holds
    /// nothing back.
    pub(super) fn passes(&self, lane: &Lane) -> bool {
        self.texts.get(lane).is_some_and(|text| !text.state.holds())
    }

    /// Takes such a piece. Returns whether it left.
    pub(super) fn pass(&mut self, lane: &Lane, piece: &[u8], resolver: &mut dyn Resolve) -> bool {
        let room = match self.texts.get_mut(lane).map(|text| &mut text.state) {
            Some(State::Read(unmasker)) if !unmasker.holds() => {
                unmasker.pass(piece);
                return true;
            }
            Some(State::Watched(watched, _)) if !watched.holds() => self.room(lane),
            _ => return false,
        };
        if let Some(State::Watched(watched, _)) = self.texts.get_mut(lane).map(|text| &mut text.state) {
            watched.write(std::str::from_utf8(piece).unwrap_or_default(), room, resolver);
        }
        true
    }

    /// The bytes that may be remembered of a text for the guard.
    fn room(&self, lane: &Lane) -> usize {
        let others = self.texts.iter().filter(|(other, _)| *other != lane);
        HELD_MAX.saturating_sub(others.map(|(_, text)| text.state.watched()).sum())
    }

    /// Returns whether any text holds something back.
    pub(super) fn hold(&self) -> bool {
        self.texts.values().any(|text| text.held.is_some())
    }

    /// Ends every text.
    pub(super) fn end(&mut self, numbers: &mut Numbers, resolver: &mut dyn Resolve) -> Vec<Extra<M>> {
        self.close(&Close::All, &[], numbers, resolver)
    }

    fn piece(
        &mut self,
        piece: Piece<'_, '_>,
        event: impl FnOnce() -> Rc<str>,
        manner: &M,
        last: Last,
        resolver: &mut dyn Resolve,
    ) -> Option<Edit> {
        let Piece { slot, lane, reader, envelope } = piece;
        let piece = Quoted::of(&slot)?;
        self.think(&lane, &piece.text);
        let source = || Source { envelope: Some(envelope), event: event(), manner: manner.clone() };
        let text = self.take(&lane, reader, &piece, source, last, resolver)?;
        Some(Edit { span: slot.value.span(), text })
    }

    /// Takes the next piece of a text. Returns the new content of its string; `None` if that stays as it is.
    pub(super) fn take(
        &mut self,
        lane: &Lane,
        reader: Reader,
        piece: &Quoted<'_>,
        source: impl FnOnce() -> Source<M>,
        last: Last,
        resolver: &mut dyn Resolve,
    ) -> Option<String> {
        let begun = self.texts.remove_entry(lane).map(|(lane, text)| (lane, text.state));
        let (lane, mut state) = begun.unwrap_or_else(|| {
            let state = match resolver.guard().filter(|_| reader == Reader::Tool) {
                Some(guard) => State::Watched(Watched::default(), guard),
                None => State::Read(Unmasker::default()),
            };
            (lane.clone(), state)
        });
        let last = if self.has_room() { last } else { Last::Yes };
        let new = match &mut state {
            State::Read(unmasker) => rewrite::restore_piece(piece, unmasker, last, resolver),
            State::Watched(watched, _) => watch_piece(&piece.text, watched, self.room(&lane), resolver),
        };
        if last == Last::No {
            let held = state.holds().then(|| Held { inner: piece.inner, source: source() });
            self.texts.insert(lane, Text { state, held });
            return new;
        }
        match state {
            State::Read(_) => new,
            // What leaves of it goes into this piece.
            watched => {
                let rest = watched.end(piece.inner, resolver);
                Some(new.unwrap_or_else(|| piece.raw.to_owned()) + &rest)
            }
        }
    }

    /// Returns whether one more text can be joined, after forgetting those that hold nothing back if there are too many.
    fn has_room(&mut self) -> bool {
        if self.texts.len() >= TEXTS_MAX {
            self.texts.retain(|_, text| text.held.is_some());
        }
        self.texts.len() < TEXTS_MAX
    }

    fn think(&mut self, lane: &Lane, text: &str) {
        if let Some(block) = lane.thinking()
            && (self.thoughts.len() < THOUGHTS_MAX || self.thoughts.contains_key(block))
        {
            self.thoughts.entry(block.to_owned()).or_default().push_text(text);
        }
    }

    /// Returns what is held of the texts that end. If a piece of the text comes with the event, what is held goes into
    /// that piece.
    fn close(
        &mut self,
        close: &Close,
        pieces: &[Piece<'_, '_>],
        numbers: &mut Numbers,
        resolver: &mut dyn Resolve,
    ) -> Vec<Extra<M>> {
        if *close == Close::Nothing {
            return Vec::new();
        }
        self.end_thoughts(close, resolver);
        let spoken: BTreeSet<&Lane> = pieces.iter().map(|piece| &piece.lane).collect();
        let ending = |lane: &&Lane| ends(close, lane) && !spoken.contains(lane);
        let lanes: Vec<Lane> = self.texts.keys().filter(ending).cloned().collect();
        let options = self.options;
        let texts = lanes.iter().filter_map(|lane| self.texts.remove(lane).map(|text| (lane, text)));
        texts
            .filter_map(|(lane, Text { state, held })| {
                let Held { inner, source: Source { envelope, event, manner } } = held?;
                let envelope = envelope.or_else(|| Envelope::of(&event, lane, options))?;
                let rest = state.end(inner, resolver);
                let data = envelope.around(&event, &rest, numbers.extra());
                Some(Extra { name: envelope.name().map(str::to_owned), data, manner })
            })
            .collect()
    }
}

impl<M> Lanes<M> {
    /// Reports the thinking that ends, if there was anything to restore in it.
    fn end_thoughts(&mut self, close: &Close, resolver: &mut dyn Resolve) {
        self.thoughts.retain(|block, Thought { original, signature, length }| {
            let ends = match close {
                Close::Nothing => false,
                Close::Block(closed) => closed == block,
                Close::All => true,
            };
            let signed = *length == Length::Fits && !signature.is_empty();
            if ends && signed && placeholder::find_all(original.as_bytes()).next().is_some() {
                resolver.thought(signature, original);
            }
            !ends
        });
    }
}

impl Thought {
    fn push_text(&mut self, text: &str) {
        if self.grow(text) {
            self.original.push_str(text);
        }
    }

    fn push_signature(&mut self, part: &str) {
        if self.grow(part) {
            self.signature.push_str(part);
        }
    }

    /// Returns whether there is room for more text. What there is, is forgotten if not.
    fn grow(&mut self, text: &str) -> bool {
        if self.original.len() + self.signature.len() + text.len() > THOUGHT_MAX {
            *self = Self { length: Length::TooLong, ..Self::default() };
        }
        self.length == Length::Fits
    }
}

/// Takes a piece of a text that is watched.
fn watch_piece(text: &str, watched: &mut Watched, room: usize, resolver: &mut dyn Resolve) -> Option<String> {
    let held = watched.holds();
    let leaves = watched.write(text, room, resolver);
    (held || leaves != text).then(|| rewrite::escaped(leaves))
}

fn ends(close: &Close, lane: &Lane) -> bool {
    match close {
        Close::Nothing => false,
        Close::Block(block) => lane.is_of(block),
        Close::All => true,
    }
}
