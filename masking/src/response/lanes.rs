//! The texts of a stream: joins their pieces over the events, whatever the events are framed in.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::THOUGHTS_MAX;
use crate::dialect::{self, Close, Envelope, Inner, Lane, Options, Piece, Plan};
use crate::json::{self, Document, Edit};
use crate::placeholder;
use crate::rewrite::{self, Last};
use crate::unmask::{self, Resolve, Unmasker};

/// Maximum texts of a stream of which something is held back. In any further text a placeholder that an event cuts
/// stays.
const HELD_MAX: usize = 256;

/// The parts of a stream's texts that are held back. `F` is whatever a frame needs in addition to its data.
#[derive(Debug)]
pub(super) struct Lanes<F> {
    held: BTreeMap<Lane, Held<F>>,
    /// Thinking by its block, if it is restored: what the provider wrote, and its signature. At most [`THOUGHTS_MAX`]
    /// blocks at once.
    thoughts: BTreeMap<String, Thought>,
    options: Options,
}

#[derive(Debug, Default)]
struct Thought {
    original: String,
    signature: String,
}

/// The end of a text that may be the beginning of a placeholder, and how it leaves if nothing follows.
#[derive(Debug)]
struct Held<F> {
    unmasker: Unmasker,
    inner: Inner,
    envelope: Envelope,
    /// The data of the event that the last piece came with, where the envelope repeats it, and its frame.
    event: Rc<str>,
    frame: F,
}

/// An additional event, which carries what was held of a text that ends.
#[derive(Debug)]
pub(super) struct Extra<F> {
    pub(super) name: Option<String>,
    pub(super) data: String,
    pub(super) frame: F,
}

/// The result of restoring one event.
#[derive(Debug)]
pub(super) struct Restored<F> {
    /// Events that must leave before it.
    pub(super) before: Vec<Extra<F>>,
    /// Its new data; `None` if it stays as it is.
    pub(super) data: Option<String>,
}

impl<F: Clone> Lanes<F> {
    pub(super) fn new(options: Options) -> Self {
        Self { held: BTreeMap::new(), thoughts: BTreeMap::new(), options }
    }

    /// The data of an event with what is certain of its text restored.
    pub(super) fn restore(&mut self, data: &str, frame: &F, resolver: &mut dyn Resolve) -> Restored<F> {
        let Ok(document) = Document::parse(data) else {
            let before = if data.trim() == "[DONE]" { self.end(resolver) } else { Vec::new() };
            let text = unmask::restore(data.as_bytes(), resolver);
            return Restored { before, data: text.and_then(|text| String::from_utf8(text).ok()) };
        };
        let Plan { whole, pieces, signature, close } = dialect::plan(document.root(), self.options);
        if let Some((thought, part)) = signature.and_then(|(block, part)| Some((self.thoughts.get_mut(&block)?, part)))
        {
            thought.signature.push_str(&part.string().unwrap_or_default());
        }
        let before = self.close(&close, &pieces, resolver);
        let mut edits: Vec<Edit> = whole.iter().filter_map(|slot| rewrite::restore_slot(slot, resolver)).collect();
        // Several texts of one event share what is kept of it.
        let mut kept: Option<Rc<str>> = None;
        for piece in pieces {
            let repeats = piece.envelope.repeats();
            let event = || if repeats { kept.get_or_insert_with(|| Rc::from(data)).clone() } else { Rc::default() };
            edits.extend(self.piece(piece, event, frame, &close, resolver));
        }
        edits.sort_by_key(|edit| edit.span.start);
        Restored { before, data: (!edits.is_empty()).then(|| json::apply(data, &edits)) }
    }

    /// Ends every text.
    pub(super) fn end(&mut self, resolver: &mut dyn Resolve) -> Vec<Extra<F>> {
        self.close(&Close::All, &[], resolver)
    }

    fn piece(
        &mut self,
        piece: Piece<'_, '_>,
        event: impl FnOnce() -> Rc<str>,
        frame: &F,
        close: &Close,
        resolver: &mut dyn Resolve,
    ) -> Option<Edit> {
        let Piece { slot, lane, envelope } = piece;
        if let Some(block) = lane.thinking()
            && (self.thoughts.len() < THOUGHTS_MAX || self.thoughts.contains_key(block))
        {
            let thought = self.thoughts.entry(block.to_owned()).or_default();
            thought.original.push_str(&slot.value.string().unwrap_or_default());
        }
        let mut unmasker = self.held.remove(&lane).map(|held| held.unmasker).unwrap_or_default();
        let last = if ends(close, &lane) || self.held.len() >= HELD_MAX { Last::Yes } else { Last::No };
        let edit = rewrite::restore_piece(&slot, &mut unmasker, last, resolver);
        if unmasker.holds() {
            let (event, frame) = (event(), frame.clone());
            self.held.insert(lane, Held { unmasker, inner: slot.inner, envelope, event, frame });
        }
        edit
    }

    /// Returns what is held of the texts that end. If a piece of the text comes with the event, what is held goes into
    /// that piece.
    fn close(&mut self, close: &Close, pieces: &[Piece<'_, '_>], resolver: &mut dyn Resolve) -> Vec<Extra<F>> {
        if *close == Close::Nothing {
            return Vec::new();
        }
        self.end_thoughts(close, resolver);
        let spoken: BTreeSet<&Lane> = pieces.iter().map(|piece| &piece.lane).collect();
        let ending = |lane: &&Lane| ends(close, lane) && !spoken.contains(lane);
        let lanes: Vec<Lane> = self.held.keys().filter(ending).cloned().collect();
        let held = lanes.iter().filter_map(|lane| self.held.remove(lane));
        held.map(|Held { mut unmasker, inner, envelope, event, frame }| {
            let rest = rewrite::restore_rest(&mut unmasker, inner, resolver);
            Extra { name: envelope.name().map(str::to_owned), data: envelope.around(&event, &rest), frame }
        })
        .collect()
    }
}

impl<F> Lanes<F> {
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
