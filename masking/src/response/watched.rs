//! One text of a stream that a tool is called with: it is judged whole, so from its first placeholder on it waits for its
//! end. What uses it waits for that, too.

use std::ops::Range;

use crate::dialect::Inner;
use crate::guard::Guard;
use crate::placeholder::{self, End, Read};
use crate::rewrite;
use crate::unmask::{self, Part, Resolve, Unmasker};

/// Maximum bytes of all such texts of a stream. What is longer passes with its placeholders.
pub(crate) const HELD_MAX: usize = 4 << 20;

/// One such text.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    text: String,
    /// The bytes of it that have left.
    left: usize,
    state: State,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It leaves but for what may be the beginning of a placeholder.
    #[default]
    Passing,
    /// A placeholder has come.
    Held,
    /// It was too long to be judged.
    GivenUp,
}

impl Watched {
    /// Returns whether something is held back.
    pub(crate) fn holds(&self) -> bool {
        self.left < self.text.len()
    }

    /// The bytes that are remembered.
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// Takes the next piece, for which there is this much room. Returns what leaves now.
    pub(crate) fn write(&mut self, piece: &str, room: usize, resolver: &mut dyn Resolve) -> &str {
        if self.state != State::GivenUp && piece.len() > room {
            self.state = State::GivenUp;
        }
        if self.state == State::GivenUp {
            self.text.drain(..self.left);
            self.left = 0;
        }
        self.text.push_str(piece);
        let from = self.left;
        match self.state {
            State::Held => return "",
            State::GivenUp => {
                unmask::guarded(self.text.as_bytes(), resolver);
                self.left = self.text.len();
                return &self.text;
            }
            State::Passing => self.left = self.certain(from, resolver),
        }
        self.text.get(from..self.left).unwrap_or_default()
    }

    /// How far the text can leave. It is held from the first placeholder that has a value.
    fn certain(&mut self, from: usize, resolver: &dyn Resolve) -> usize {
        let mut at = from;
        while let Some(rest) = self.text.as_bytes().get(at..) {
            let Some(candidate) = placeholder::next_candidate(rest).map(|offset| at + offset) else { break };
            match placeholder::read(self.text.as_bytes().get(candidate..).unwrap_or_default(), End::Open) {
                Read::No => {}
                Read::More => return candidate,
                Read::Placeholder(placeholder, _) if resolver.value(&placeholder).is_some() => {
                    self.state = State::Held;
                    return candidate;
                }
                Read::Placeholder(..) => {}
            }
            at = candidate + 1;
        }
        self.text.len()
    }

    /// Ends the text, and returns the rest of it restored, except for what the guard keeps.
    pub(crate) fn end(self, guard: &Guard, inner: Inner, resolver: &mut dyn Resolve) -> String {
        let rest = self.left..self.text.len();
        if rest.is_empty() {
            return String::new();
        }
        let stays: Vec<Range<usize>> = guard.text(&self.text, inner, &|placeholder| resolver.value(placeholder));
        let mut restored = String::with_capacity(rest.len());
        let mut unmasker = Unmasker::default();
        unmasker.pass(self.text.as_bytes().get(..rest.start).unwrap_or_default());
        let text = self.text.get(rest.clone()).unwrap_or_default();
        let within =
            |range: &Range<usize>| range.start.saturating_sub(rest.start)..range.end.saturating_sub(rest.start);
        let stays: Vec<_> = stays.iter().map(within).filter(|range| !range.is_empty()).collect();
        let mut sink = |part: Part<'_>| match part {
            Part::Same(range) => restored.push_str(text.get(range).unwrap_or_default()),
            Part::Carried(bytes) => restored.push_str(&String::from_utf8_lossy(bytes)),
            Part::Value(value, around) => restored.push_str(&rewrite::written(&value, inner, around)),
        };
        unmasker.write_but(text.as_bytes(), &stays, resolver, &mut sink);
        unmasker.end(resolver, &mut sink);
        restored
    }
}
