//! The bodies of the one call.

use serde::{Deserialize, Serialize};

use crate::{Counters, EstatePage, ExchangeSummary, Keyring, Redacted};

/// Everything that the filter owes, and everything that it asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyncRequest {
    /// The sender's [`VERSION`](crate::VERSION).
    pub version: u32,
    /// Names the filter instance (one worker, one configuration) for as long as it lives; not a secret.
    pub instance: String,
    /// The release of the filter, such as `0.1.0`, for people who compare it with the sidecar's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub release: String,
    /// The filter alters nothing: it only observes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub observes: bool,
    /// Counts the batches of this instance; the answer repeats it.
    pub batch: u64,
    /// The id of the [`Keyring`] that the filter holds, if any.
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
    /// Mappings that are still owed after this batch.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub owed: u64,
    /// Placeholders in texts that the filter cannot restore itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wanted: Vec<Wanted>,
    /// The scopes that the filter serves, each with the place up to which the filter knows the scope's values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follow: Vec<Follow>,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A scope whose known values the filter follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Follow {
    /// The tenant.
    pub scope: String,
    /// The [`ScopeNews::until`] of the last answer; without it, the newest values are answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The [`EstatePlace`](crate::EstatePlace) up to which the filter has the scope's estate; without it, none is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estate: Option<String>,
}

/// The sidecar's answer: what it stored, and what it knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncResponse {
    /// The sender's [`VERSION`](crate::VERSION).
    pub version: u32,
    /// The number of the batch that this answers.
    pub batch: u64,
    /// Everything in the batch is stored, apart from `refused`. If it is not, the filter keeps the batch and sends it
    /// again.
    pub acknowledged: bool,
    /// The scopes for which not all of the batch was stored, although the store answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedScope>,
    /// The store's state after this call.
    pub store: StoreState,
    /// The keys, if the filter holds none or others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyring: Option<Keyring>,
    /// The mappings of the wanted placeholders; those that are missing here are unknown to their scope.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Mapping>,
    /// The store could be asked, for `wanted` and for `follow`. If it could not, the filter asks again.
    #[serde(rename = "answered")]
    pub store_answered: bool,
    /// News of the followed scopes. A scope that is missing here had no room left in this answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub news: Vec<ScopeNews>,
}

/// A scope for which the sidecar did not store everything. The rest is still owed, and other scopes are not affected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedScope {
    /// The tenant.
    pub scope: String,
    /// [`QUOTA`](crate::code::QUOTA), or [`FORBIDDEN`](crate::code::FORBIDDEN) if the token is not for the scope.
    pub code: String,
    /// The number of the batch's mappings of this scope that are stored: the first ones.
    pub stored: u64,
}

/// The changes of the values that a scope knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeNews {
    /// The tenant.
    pub scope: String,
    /// The place up to which the filter knows the values now.
    pub until: String,
    /// Everything that was known before is forgotten.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
    /// Placeholders of single values that are forgotten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forgotten: Vec<String>,
    /// The values that were learned or used again, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<Mapping>,
    /// The next page of the scope's estate, if the filter does not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estate: Option<EstatePage>,
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
    /// A definition showed the value, which has no form of its own, so that later exchanges of the scope know it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub known: bool,
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
