//! The bodies of the one call.

use serde::{Deserialize, Serialize};

use crate::{Counters, ExchangeSummary, MintKey, Redacted};

/// Everything that the filter owes, and everything that it asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyncRequest {
    /// The sender's [`VERSION`](crate::VERSION).
    pub version: u32,
    /// Names the filter instance (one worker, one configuration) for as long as it lives; not a secret.
    pub instance: String,
    /// Counts the batches of this instance; the answer repeats it.
    pub batch: u64,
    /// The id of the [`MintKey`] that the filter holds, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyring: Option<String>,
    /// Seconds that a mapping lives after its last use, within [`MAPPING_TTL`](crate::bound::MAPPING_TTL).
    pub mapping_ttl: u64,
    /// Mappings to store.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mappings: Vec<Mapping>,
    /// Exchanges that ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<ExchangeSummary>,
    /// The numbers since the last acknowledged batch.
    #[serde(default)]
    pub counters: Counters,
    /// Placeholders in texts that the filter cannot restore itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wanted: Vec<Wanted>,
    /// Scopes whose recent values [by context](Mapping::by_context) the filter does not hold, as after a restart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recall: Vec<String>,
}

/// The sidecar's answer: what it stored, and what it knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncResponse {
    /// The sender's [`VERSION`](crate::VERSION).
    pub version: u32,
    /// The number of the batch that this answers.
    pub batch: u64,
    /// Everything in the batch is stored. If it is not, the filter keeps the batch and sends it again.
    pub acknowledged: bool,
    /// The store's state after this call.
    pub store: StoreState,
    /// The key, if the filter holds none or another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyring: Option<MintKey>,
    /// The mappings of the wanted placeholders; those that are missing here are unknown to their scope.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Mapping>,
    /// The store could be asked, for `wanted` and for `recall`. If it could not, the filter asks again.
    #[serde(rename = "answered")]
    pub store_answered: bool,
    /// The recent values by context of the recalled scopes, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recalled: Vec<Mapping>,
}

/// One value and the placeholder that stands for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The tenant that it belongs to: a [`Scope`](crate::Scope), checked by whoever reads it.
    pub scope: String,
    /// The kind's id in the catalogue, such as `ec2_instance`.
    pub kind: String,
    /// `AWS_<LABEL>_<tail>`.
    pub placeholder: String,
    /// The text that the placeholder stands for.
    pub value: Redacted,
    /// The value was recognised by its context only, so that later exchanges have to know it.
    #[serde(default, rename = "recall", skip_serializing_if = "std::ops::Not::not")]
    pub by_context: bool,
}

/// A placeholder whose value is asked for, in one scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The tenant that asks.
    pub scope: String,
    /// `AWS_<LABEL>_<tail>`.
    pub placeholder: String,
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
