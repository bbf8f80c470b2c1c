//! The strings of a document that are text, for the APIs of language models and for JSON of any other shape.
//!
//! The APIs are Anthropic's Messages, OpenAI's Chat Completions and Responses, and Bedrock's InvokeModel and Converse,
//! and the Model Context Protocol.

mod api;
mod embedded;
mod grammar;
mod mcp;
mod place;
mod stream;
mod usage;

pub use api::Dialect;
pub use embedded::Coding;
pub(crate) use embedded::{Declared, Embedded};
pub use grammar::{
    Apis, Calls, FileRef, Inner, Kept, KeptPlace, KeptStrings, Options, Side, Slot, Strings, event_slots, request,
    slots,
};
pub use mcp::request_ids;
pub use stream::{Close, Envelope, Lane, Piece, Plan, Reader, SEQUENCE_NUMBER, plan};
pub use usage::{Usage, is_counted, usage};
