//! Everything that is counted: numbers and names of kinds, never a value.

use serde::{Deserialize, Serialize};

/// One exchange in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeSummary {
    /// The tenant whose request it was.
    pub scope: String,
    /// Unix time in milliseconds at which the request was masked.
    pub at_ms: u64,
    /// Bytes of the request body.
    pub request_bytes: u64,
    /// Bytes of the response body that were seen.
    pub response_bytes: u64,
    /// Occurrences masked, by kind id.
    pub masked: Vec<(String, u64)>,
    /// Occurrences restored.
    pub restored: u64,
    /// Texts in a placeholder's form that were left unchanged.
    pub unresolved: u64,
    /// Files of the request that are not text, so that they were not read.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub attachments: u64,
    /// Addresses of files in the request in which a value was masked, so that the provider cannot load them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub masked_links: u64,
    /// The error code, if the request was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The kinds among those masked for which the configuration asks for an alert.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<String>,
    /// The name of the host's route, if the host tells it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub route: String,
    /// The API whose texts were recognised, such as `anthropic_messages`; empty if it is not one of those known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub dialect: String,
    /// The status of the response; 0 if none came.
    #[serde(default, skip_serializing_if = "is_none")]
    pub status: u16,
    /// Nothing was altered: `masked` counts what would have been, and `refused` tells the code of a refusal that was none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub observed: bool,
    /// What became of the response.
    #[serde(default, skip_serializing_if = "ResponseState::is_restored")]
    pub response: ResponseState,
    /// Microseconds in which the request was masked; missing if the host's clock stands still meanwhile, as Kong's does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask_us: Option<u64>,
    /// Microseconds in which the response was restored, the time between its parts not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore_us: Option<u64>,
    /// Tokens of the request that the provider reports in the response, with those that it read from its cache.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub input_tokens: u64,
    /// Those of them that the provider read from its cache.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cache_read_tokens: u64,
    /// The body as the provider received it, cut to a bound; only if the configuration asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub masked_body: Option<String>,
}

/// What became of a response.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseState {
    /// Restored in full, or there was nothing to restore.
    #[default]
    Restored,
    /// Its request was not seen and the host had kept nothing: it stayed masked.
    Orphaned,
    /// It could not be restored in full: it stayed masked from there on.
    Degraded,
}

impl ResponseState {
    fn is_restored(&self) -> bool {
        *self == Self::Restored
    }
}

fn is_none(status: &u16) -> bool {
    *status == 0
}

fn is_zero(count: &u64) -> bool {
    *count == 0
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
    /// Texts in a placeholder's form that were left unchanged.
    pub unresolved: u64,
    /// Files of requests that are not text, so that they were not read.
    pub attachments: u64,
    /// Addresses of files in which a value was masked, so that the provider cannot load them.
    pub masked_links: u64,
    /// Requests that were only observed: they left as they came.
    pub observed: u64,
    /// Requests masked with the fallback key.
    pub fallback_key: u64,
    /// Responses whose request this instance had not seen, and for which the host had kept nothing: they stayed masked.
    pub orphaned_responses: u64,
    /// Requests that the gateway sent without showing them to the filter: they left unmasked.
    pub unmasked_requests: u64,
    /// Responses that could not be restored in full: they stayed masked from there on.
    pub degraded_responses: u64,
    /// Mappings dropped at the outbox's bound.
    pub dropped_mappings: u64,
    /// Summaries of exchanges dropped at the outbox's bound.
    pub dropped_exchanges: u64,
    /// Calls to the sidecar that failed for any reason.
    pub failed_calls: u64,
    /// Failed calls that the host could not even send.
    pub unsent_calls: u64,
}
