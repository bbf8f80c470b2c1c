//! The wire between the filter and its sidecar: paths, bodies and bounds of the calls. JSON over HTTP, serde only.
//!
//! One call does everything: `POST /v1/sync` carries what the filter owes and brings what it needs.
//! It is at-least-once: a batch is sent again until it is acknowledged, so applying it twice must change nothing
//! (mappings are idempotent by nature; counters and exchanges are dropped when their `instance` and `batch` were seen).

use std::fmt;

use serde::{Deserialize, Serialize};

/// The version of this contract; the other side refuses what it does not know.
pub const VERSION: u32 = 1;

/// The path of the one call.
pub const SYNC_PATH: &str = "/v1/sync";

/// The kind of a mapping that is no value: what the provider wrote as thinking, under a placeholder of its signature.
/// It holds placeholders where values were.
pub const THINKING_KIND: &str = "thinking";

/// Bounds of one call. The filter keeps below them, the sidecar refuses what is above.
pub mod bound {
    /// Bytes of a request body.
    pub const BODY_BYTES: usize = 4 << 20;
    /// Mappings in a batch.
    pub const MAPPINGS: usize = 2_000;
    /// Summaries of exchanges in a batch.
    pub const EXCHANGES: usize = 500;
    /// Placeholders asked for in one call.
    pub const WANTED: usize = 256;
    /// Scopes whose recent values are asked for in one call.
    pub const RECALL: usize = 16;
    /// Mappings answered for one recalled scope.
    pub const RECALLED: usize = 2_000;
    /// Bytes of a value. Those of AWS have a few thousand at the most; a block of thinking may be long.
    pub const VALUE_BYTES: usize = 128 << 10;
    /// Bytes of a scope, of a kind and of a placeholder.
    pub const NAME_BYTES: usize = 128;
}

/// What the filter owes and what it asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyncRequest {
    pub version: u32,
    /// Names the filter instance (one worker, one configuration) for as long as it lives; not a secret.
    pub instance: String,
    /// Counts the batches of this instance; the answer repeats it.
    pub batch: u64,
    /// The id of the keyring that the filter holds, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyring: Option<String>,
    /// Seconds that a mapping lives after its last use.
    pub mapping_ttl: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mappings: Vec<Mapping>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<ExchangeSummary>,
    #[serde(default)]
    pub counters: Counters,
    /// Placeholders seen in a text that the filter cannot restore itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wanted: Vec<Wanted>,
    /// Scopes whose recently used context values the filter does not hold, as after a restart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recall: Vec<String>,
}

/// What the sidecar took and what it knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncResponse {
    pub version: u32,
    /// The batch that this answers.
    pub batch: u64,
    /// Whether everything in the batch is stored. If not, the filter keeps it and sends it again.
    pub acknowledged: bool,
    pub store: StoreState,
    /// Present when the filter's keyring id was another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyring: Option<MintKey>,
    /// What is known of the wanted placeholders; those missing here are unknown to the scope.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Mapping>,
    /// Whether the store could be asked, for `wanted` and for `recall`. If not, the filter asks again.
    #[serde(rename = "answered")]
    pub store_answered: bool,
    /// The context values recently used in the recalled scopes, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recalled: Vec<Mapping>,
}

/// One value and the placeholder that stands for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    pub scope: String,
    /// The kind's id in the catalogue, such as `ec2_instance`.
    pub kind: String,
    pub placeholder: String,
    pub value: Redacted,
    /// Whether the value was recognised by its context only, so that later exchanges must be told of it.
    #[serde(default, rename = "recall", skip_serializing_if = "std::ops::Not::not")]
    pub by_context: bool,
}

/// A placeholder whose value is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    pub scope: String,
    pub placeholder: String,
}

/// What one exchange did, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeSummary {
    pub scope: String,
    /// Unix time in milliseconds at which the request was masked.
    pub at_ms: u64,
    /// Bytes of the request body.
    pub request_bytes: u64,
    /// Bytes of the response body, as far as it was seen.
    pub response_bytes: u64,
    /// Occurrences masked, by kind id.
    pub masked: Vec<(String, u64)>,
    /// Occurrences restored.
    pub restored: u64,
    /// Texts of a placeholder's form that stayed as they were.
    pub unresolved: u64,
    /// The error code, when the request was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// Totals since the last acknowledged batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Counters {
    /// Requests seen, with or without a body.
    pub requests: u64,
    /// Requests refused.
    pub refused: u64,
    /// Values masked.
    pub masked: u64,
    /// Placeholders restored.
    pub restored: u64,
    /// Texts of a placeholder's form that stayed as they were.
    pub unresolved: u64,
    /// Requests masked with the fallback key.
    pub fallback_key: u64,
    /// Responses whose request this instance had not seen, and of which the host kept nothing: they stayed masked.
    pub orphaned_responses: u64,
    /// Requests that the gateway sent without showing them to the filter: they left unmasked.
    pub unmasked_requests: u64,
    /// Responses that could not be restored in full: they stayed masked from there on.
    pub degraded_responses: u64,
    /// Mappings dropped at the outbox's bound.
    pub dropped_mappings: u64,
    /// Summaries of exchanges dropped at the outbox's bound.
    pub dropped_exchanges: u64,
    /// Calls to the sidecar that failed, in whatever way.
    pub failed_calls: u64,
    /// Those among them that the host could not send.
    pub unsent_calls: u64,
}

/// The state of the sidecar's store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreState {
    /// Redis answers.
    Redis,
    /// Redis is configured and does not answer.
    RedisDown,
    /// The embedded store: mappings live as long as the sidecar.
    Memory,
}

/// The key that placeholders are minted with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MintKey {
    /// Names the key; tells nothing about it.
    pub id: String,
    /// 32 bytes in lower-case hex.
    pub placeholder_key: Redacted,
}

/// A text that must not be shown: serialised for the wire, redacted everywhere else.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Redacted(String);

impl Redacted {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn into_exposed(self) -> String {
        self.0
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redacted(…{} bytes)", self.0.len())
    }
}
