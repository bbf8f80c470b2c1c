//! Which strings of a document are text, for the APIs of language models and for JSON of any other shape.

mod grammar;
mod stream;

pub use grammar::{Inner, Options, Side, Slot, slots};
pub use stream::{Close, Envelope, Lane, Piece, Plan, plan};
