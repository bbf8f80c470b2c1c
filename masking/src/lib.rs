//! Masks AWS identifiers in text with stable placeholders, and puts them back.
//!
//! Pure: no I/O, no clock, no randomness, no log. The same crate runs in the filter (wasm32) and natively.
//!
//! - [`Masker`] takes the body of a request and returns the masked body and a [`Replaced`]: each placeholder with its
//!   value.
//! - [`Response`] takes the body of the answer as it arrives and returns it with those values in it.
//!
//! ```
//! use masking::dialect::Options;
//! use masking::{Format, Known, Masker, Media, Mint, NoThoughts, PlaceholderKey, Policy, Response, Scanner};
//!
//! let scanner = Scanner::new(&Policy::default()).unwrap();
//! let mint = Mint::new(&PlaceholderKey::derive(b"a secret of the deployment", "example"), "tenant-1");
//! let (known, options) = (Known::default(), Options::default());
//! let masker = Masker { scanner: &scanner, known: &known, mint: &mint, options, thoughts: &NoThoughts };
//!
//! let request = r#"{"messages":[{"role":"user","content":"Why is i-0123456789abcdef0 down?"}]}"#;
//! let masked = masker.mask(Format::Json, request.as_bytes()).unwrap();
//! assert!(!masked.body.unwrap().contains("i-0123456789abcdef0"));
//!
//! // The model repeats the placeholder, and the network cuts the answer in the middle of it.
//! let (placeholder, _) = masked.replaced.entries().next().unwrap();
//! let answer = format!("Restart {placeholder} first.");
//! let (first, second) = answer.as_bytes().split_at("Restart AWS_EC2_".len());
//! let mut response = Response::new(Media::Text, options, Box::new(masked.replaced));
//! let mut restored = Vec::new();
//! response.write(first, &mut restored);
//! assert_eq!(restored, b"Restart "); // The beginning of a placeholder waits for the next chunk.
//! response.write(second, &mut restored);
//! response.end(&mut restored);
//! assert_eq!(restored, b"Restart i-0123456789abcdef0 first.");
//! ```
//!
//! The laws, each of which a test holds:
//!
//! 1. A response that repeats the masked text is restored to the original byte for byte, however it is cut.
//! 2. Masked text holds none of the values that were found in it. Masking it again changes nothing.
//! 3. Of a JSON document only the masked spans change.
//! 4. The placeholder of a value is a function of key, scope, kind and value alone. Its code is one of key, scope and
//!    identity, so that two names of one thing share it; two values of one kind never do.
//! 5. Of a stream at most one placeholder per text, and the event that is still arriving, are held back; of a stream whose
//!    API is not known, the events in which a placeholder may be cut, and at most eight between two pieces of it.

#![forbid(unsafe_code)]
#![deny(missing_docs, unreachable_pub)]

mod budget;
pub mod catalog;
pub mod dialect;
mod form;
mod guard;
mod history;
pub mod json;
mod mask;
mod near;
pub mod placeholder;
mod policy;
mod replaced;
mod response;
mod rewrite;
mod scan;
pub mod sse;
mod unmask;

pub use budget::{BYTES_MAX, Budget, FINDINGS_MAX, VALUES_MAX};
pub use catalog::{Family, Kind, KindId, Risk, Tier};

pub use form::{Boundary, FormError};
pub use guard::{Guard, Hosts};
pub use history::History;
pub use mask::{FOREIGN_MAX, Files, Format, MaskError, Masked, Masker, NoThoughts, Thoughts};
pub use near::is_same;
pub use placeholder::{AddressCodes, Mint, Names, Placeholder, PlaceholderKey};
pub use policy::{CustomError, CustomPattern, Policy, PolicyError};
pub use replaced::{Collision, Entry, Replaced, Secret};
pub use response::{Answer, Lookup, Media, Response, Tally, is_like_ascii};
pub use scan::{Clarity, Estate, Finding, Known, Part, Recognised, Scanner, Text};
pub use unmask::{Resolve, restore};
