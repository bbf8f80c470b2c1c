//! Masks AWS identifiers in text by stable placeholders, and puts them back.
//!
//! Pure: no I/O, no clock, no randomness, no log. The same crate runs in the filter (wasm32) and natively.
//!
//! - [`Masker`] takes the body of a request and gives the masked body and a [`Replaced`]: what was replaced by what.
//! - [`Response`] takes the body of the answer as it arrives and gives it back with those values in it.
//!
//! The laws, each of which a test holds:
//!
//! 1. A response that repeats the masked text is restored to the original byte for byte, however it is cut.
//! 2. Masked text holds none of the values that were found in it; masking it again changes nothing.
//! 3. Of a JSON document only the masked spans change.
//! 4. The placeholder of a value is a function of key, scope, kind and value alone. Its code is one of key, scope and
//!    identity, so that two names of one thing share it; two values of one kind never do.
//! 5. What is held back of a stream is never more than one placeholder and the event that is still arriving.

pub mod catalog;
pub mod dialect;
pub mod json;
mod mask;
pub mod placeholder;
mod policy;
mod replaced;
mod response;
mod rewrite;
mod scan;
pub mod sse;
mod unmask;

pub use catalog::{Family, Kind, KindId, Risk, Tier};

pub use mask::{FOREIGN_MAX, Format, MaskError, Masked, Masker, NoThoughts, Thoughts};
pub use placeholder::{AddressCodes, Mint, Placeholder, PlaceholderKey};
pub use policy::{CustomPattern, Policy, PolicyError};
pub use replaced::{Collision, Entry, Replaced, Secret};
pub use response::{Answer, Lookup, Media, Response, Tally};
pub use scan::{Finding, Known, Part, Recognised, Scanner, Text};
pub use unmask::{Resolve, restore};
