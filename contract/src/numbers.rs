//! Everything that is counted: numbers and names of kinds, never a value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One exchange in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeSummary {
    /// The tenant whose request it was; empty if it was never known, as of a request that was refused because of that.
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
    /// Texts in a placeholder's form that were left unchanged because nobody knew their value.
    pub unresolved: u64,
    /// Placeholders that stayed because this client, or any, may not see their value.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub withheld: u64,
    /// Placeholders that stayed because a tool would have sent their value to a host that is not on the list.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub guarded: u64,
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

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It was forwarded, with placeholders for the values that were found in it or in its response.
    Masked,
    /// It was forwarded, and no value was found.
    Clean,
    /// It was not forwarded, or its response was withheld.
    Refused,
    /// It was only observed: it left as it came, whatever would have been done.
    Observed,
}

impl Outcome {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Masked => "masked",
            Self::Clean => "clean",
            Self::Refused => "refused",
            Self::Observed => "observed",
        }
    }
}

impl ExchangeSummary {
    /// What became of the request; `None` if the filter has not seen it.
    pub fn outcome(&self) -> Option<Outcome> {
        match (&self.refused, self.response) {
            _ if self.observed => Some(Outcome::Observed),
            (Some(_), _) => Some(Outcome::Refused),
            (None, ResponseState::Orphaned) => None,
            (None, _) if self.masked.is_empty() => Some(Outcome::Clean),
            (None, _) => Some(Outcome::Masked),
        }
    }
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
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Restored => "restored",
            Self::Orphaned => "orphaned",
            Self::Degraded => "degraded",
        }
    }

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

/// Totals since the last acknowledged batch. They include the exchanges whose summaries were dropped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Counters {
    /// Requests whose exchange has ended, with or without a body: those that were refused, masked or observed, and those in
    /// which no value was found.
    pub requests: u64,
    /// Requests refused, and responses withheld.
    pub refused: u64,
    /// Those, by code.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub refused_by_code: BTreeMap<String, u64>,
    /// Requests of which a value was masked.
    pub masked_requests: u64,
    /// Values masked.
    pub masked: u64,
    /// Those, by kind id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub masked_by_kind: BTreeMap<String, u64>,
    /// Responses that were restored in full, or had nothing to restore.
    pub restored_responses: u64,
    /// Placeholders restored.
    pub restored: u64,
    /// Texts in a placeholder's form that were left unchanged because nobody knew their value.
    pub unresolved: u64,
    /// Placeholders that stayed because the client, or any, may not see their value.
    pub withheld: u64,
    /// Placeholders that stayed because a tool would have sent their value to a host that is not on the list.
    pub guarded: u64,
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

impl Counters {
    /// Requests in which no value was found.
    pub fn clean_requests(&self) -> u64 {
        [self.refused, self.masked_requests, self.observed].into_iter().fold(self.requests, u64::saturating_sub)
    }

    /// Counts an exchange that has ended, by its summary. Of one that was only observed, nothing was masked, restored or
    /// refused.
    pub fn count(&mut self, exchange: &ExchangeSummary) {
        if exchange.observed {
            self.requests += 1;
            self.observed += 1;
            return;
        }
        if let Some(outcome) = exchange.outcome() {
            self.requests += 1;
            self.masked_requests += u64::from(outcome == Outcome::Masked);
        }
        match exchange.response {
            ResponseState::Orphaned => self.orphaned_responses += 1,
            ResponseState::Degraded => self.degraded_responses += 1,
            ResponseState::Restored => {
                self.restored_responses += u64::from(exchange.refused.is_none() && exchange.status != 0);
            }
        }
        if let Some(code) = &exchange.refused {
            self.refused += 1;
            *self.refused_by_code.entry(code.clone()).or_default() += 1;
        }
        for (kind, count) in &exchange.masked {
            self.masked += count;
            *self.masked_by_kind.entry(kind.clone()).or_default() += count;
        }
        self.restored += exchange.restored;
        self.unresolved += exchange.unresolved;
        self.withheld += exchange.withheld;
        self.guarded += exchange.guarded;
        self.attachments += exchange.attachments;
        self.masked_links += exchange.masked_links;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_has_one_outcome() {
        let exchange = || ExchangeSummary { status: 200, ..ExchangeSummary::default() };
        let masked = || vec![("ec2_instance".to_owned(), 2), ("s3_bucket".to_owned(), 1)];
        let code = || Some("AWS_MASKER_6002".to_owned());
        let mut counters = Counters::default();
        for (summary, outcome) in [
            (exchange(), Some(Outcome::Clean)),
            (
                ExchangeSummary { masked: masked(), restored: 2, unresolved: 1, withheld: 3, guarded: 4, ..exchange() },
                Some(Outcome::Masked),
            ),
            (ExchangeSummary { masked: masked(), status: 0, ..exchange() }, Some(Outcome::Masked)),
            (ExchangeSummary { refused: code(), status: 400, ..exchange() }, Some(Outcome::Refused)),
            (
                ExchangeSummary { refused: code(), response: ResponseState::Degraded, masked: masked(), ..exchange() },
                Some(Outcome::Refused),
            ),
            (ExchangeSummary { response: ResponseState::Degraded, ..exchange() }, Some(Outcome::Clean)),
            (
                ExchangeSummary { observed: true, masked: masked(), refused: code(), ..exchange() },
                Some(Outcome::Observed),
            ),
            (ExchangeSummary { response: ResponseState::Orphaned, ..exchange() }, None),
        ] {
            assert_eq!(summary.outcome(), outcome, "{summary:?}");
            counters.count(&summary);
        }
        let by = |name: &str, count| BTreeMap::from([(name.to_owned(), count)]);
        let mut kinds = by("ec2_instance", 6);
        kinds.extend(by("s3_bucket", 3));
        let expected = Counters {
            requests: 7,
            observed: 1,
            refused: 2,
            refused_by_code: by("AWS_MASKER_6002", 2),
            masked_requests: 2,
            masked: 9,
            masked_by_kind: kinds,
            restored_responses: 2,
            degraded_responses: 2,
            orphaned_responses: 1,
            restored: 2,
            unresolved: 1,
            withheld: 3,
            guarded: 4,
            ..Counters::default()
        };
        assert_eq!(counters, expected);
    }
}
