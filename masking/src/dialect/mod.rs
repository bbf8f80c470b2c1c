//! The strings of a document that are text, for the APIs of language models and for JSON of any other shape.
//!
//! The APIs are Anthropic's Messages, OpenAI's Chat Completions and Responses, and Bedrock's InvokeModel and Converse.

mod grammar;
mod stream;

pub use grammar::{Inner, Options, Side, Slot, event_slots, slots};
pub use stream::{Close, Envelope, Lane, Piece, Plan, SEQUENCE_NUMBER, plan};
