//! Which strings of a document are text, for the APIs of language models and for JSON of any other shape.

mod grammar;
mod stream;

pub use grammar::{Inner, Side, Slot, slots};
pub use stream::{Close, Envelope, Lane, Options, Piece, Plan, plan};
