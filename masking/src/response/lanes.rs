//! The texts of a stream of a known API: joins their pieces over the events, whatever the events are framed in.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::THOUGHTS_MAX;
use super::numbers::Numbers;
use crate::dialect::{Close, Envelope, Inner, Lane, Piece, Plan};
use crate::json::{self, Edit, Value};
use crate::placeholder;
use crate::rewrite::{self, Last};
use crate::unmask::{Resolve, Unmasker};

/// Maximum texts of a stream that are joined at once; of a text that holds nothing back only the way in which it began
/// is forgotten for another. If that many hold something back, a placeholder that an event cuts stays in any further
/// text.
const TEXTS_MAX: usize = 256;
/// Maximum bytes of an event that is repeated to carry what was held of its text. In a longer one, a placeholder that
/// its end cuts stays.
const REPEATED_MAX: usize = 64 << 10;

/// The texts of a stream that have not ended. `M` is the manner in which its events are framed.
#[derive(Debug)]
pub(super) struct Lanes<M> {
    texts: BTreeMap<Lane, Text<M>>,
    /// Thinking by its block, if it is restored: what the provider wrote, and its signature. At most [`THOUGHTS_MAX`]
    /// blocks at once.
    thoughts: BTreeMap<String, Thought>,
}

#[derive(Debug, Default)]
struct Thought {
    original: String,
    signature: String,
}

/// A text, and how its end leaves if that may be the beginning of a placeholder and nothing follows.
#[derive(Debug)]
struct Text<M> {
    unmasker: Unmasker,
    held: Option<Held<M>>,
}

#[derive(Debug)]
struct Held<M> {
    inner: Inner,
    envelope: Envelope,
    /// The data of the event that the last piece came with, where the envelope repeats it, and its manner.
    event: Rc<str>,
    manner: M,
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
    pub(super) fn new() -> Self {
        Self { texts: BTreeMap::new(), thoughts: BTreeMap::new() }
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
            thought.signature.push_str(&part.string().unwrap_or_default());
        }
        let before = self.close(&close, &pieces, numbers, resolver);
        let mut edits: Vec<Edit> = whole.iter().filter_map(|slot| rewrite::restore_slot(slot, resolver)).collect();
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
        let Piece { slot, lane, envelope } = piece;
        self.think(&lane, || slot.value.string().unwrap_or_default().into_owned());
        let mut unmasker = self.texts.remove(&lane).map(|text| text.unmasker).unwrap_or_default();
        let last = if self.has_room() { last } else { Last::Yes };
        let edit = rewrite::restore_piece(&slot, &mut unmasker, last, resolver);
        if last == Last::No {
            let held =
                unmasker.holds().then(|| Held { inner: slot.inner, envelope, event: event(), manner: manner.clone() });
            self.texts.insert(lane, Text { unmasker, held });
        }
        edit
    }

    /// Returns whether one more text can be joined, after forgetting those that hold nothing back if there are too many.
    fn has_room(&mut self) -> bool {
        if self.texts.len() >= TEXTS_MAX {
            self.texts.retain(|_, text| text.held.is_some());
        }
        self.texts.len() < TEXTS_MAX
    }

    fn think(&mut self, lane: &Lane, text: impl FnOnce() -> String) {
        if let Some(block) = lane.thinking()
            && (self.thoughts.len() < THOUGHTS_MAX || self.thoughts.contains_key(block))
        {
            self.thoughts.entry(block.to_owned()).or_default().original.push_str(&text());
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
        let texts = lanes.iter().filter_map(|lane| self.texts.remove(lane));
        texts
            .filter_map(|Text { mut unmasker, held }| {
                let Held { inner, envelope, event, manner } = held?;
                let rest = rewrite::restore_rest(&mut unmasker, inner, resolver);
                let data = envelope.around(&event, &rest, numbers.extra());
                Some(Extra { name: envelope.name().map(str::to_owned), data, manner })
            })
            .collect()
    }
}

impl<M> Lanes<M> {
    /// Reports the thinking that ends, if there was anything to restore in it.
    fn end_thoughts(&mut self, close: &Close, resolver: &mut dyn Resolve) {
        self.thoughts.retain(|block, Thought { original, signature }| {
            let ends = match close {
                Close::Nothing => false,
                Close::Block(closed) => closed == block,
                Close::All => true,
            };
            if ends && !signature.is_empty() && placeholder::find_all(original.as_bytes()).next().is_some() {
                resolver.thought(signature, original);
            }
            !ends
        });
    }
}

fn ends(close: &Close, lane: &Lane) -> bool {
    match close {
        Close::Nothing => false,
        Close::Block(block) => lane.is_of(block),
        Close::All => true,
    }
}
