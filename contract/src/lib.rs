//! The wire between the filter and its sidecar: calls, bodies, rules and bounds. JSON over HTTP, serde only.
//!
//! One call does everything: `POST /v1/sync` carries what the filter owes and brings what it needs.
//! It is at-least-once: a batch is sent again until it is acknowledged, so applying it twice must change nothing
//! (mappings are idempotent by nature; counters and exchanges are dropped when their `instance` and `batch` were seen).
//!
//! Rules that both sides keep are defined here and nowhere else: [`Scope`], the [`bound`]s, the error [`code`]s and the
//! [`ErrorBody`], the [`path`]s, the [`header`]s, and how a [`MintKey`] is written.

#![forbid(unsafe_code)]
#![deny(missing_docs, unreachable_pub)]

pub mod bound;
pub mod code;
pub mod header;
pub mod path;

mod error;
mod estate;
mod key;
mod numbers;
mod redacted;
mod scope;
mod sync;

pub use error::{ErrorBody, ErrorType};
pub use estate::{EstateName, EstatePage, EstatePlace, RelatedName};
pub use key::{Keyring, MintKey, MintKeys};
pub use numbers::{Counters, ExchangeSummary, Outcome, ResponseState};
pub use redacted::Redacted;
pub use scope::{Scope, is_name};
pub use sync::{Follow, Mapping, RefusedScope, ScopeNews, StoreState, SyncRequest, SyncResponse, Wanted};

/// The version of this contract; the other side refuses any other.
pub const VERSION: u32 = 1;

/// The kind of a mapping whose value is a block of thinking as the provider wrote it, under a placeholder of its
/// signature. The block holds placeholders where values were.
pub const THINKING_KIND: &str = "thinking";
