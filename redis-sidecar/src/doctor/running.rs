//! What runs: the sidecar, its store and its token, and the gateway from a client's side.

use contract::path;
use serde_json::Value;

use super::{Finding, member};
use crate::client::{Client, Http};
use crate::selfcheck::{Checker, Fault};

/// The filter answers this path itself, on any route.
const READY: &str = "/aws-masker/readyz";

#[derive(Debug)]
pub struct Running {
    pub client: Client,
    pub http: Http,
}

impl Running {
    pub(super) fn sidecar(&self) -> Vec<Finding> {
        if let Err(error) = self.client.get(path::HEALTH) {
            return vec![Finding::bad(error.to_string(), "start it, or set MASKER_URL to where it listens")];
        }
        let mut findings = vec![Finding::good("the sidecar answers")];
        findings.push(match self.client.get(path::STATS) {
            Ok(_) => Finding::good("the operator's token is good"),
            Err(error) => Finding::doubtful(
                format!("the operator's token is missing, or not for all scopes: {error}"),
                "MASKER_OPERATOR_TOKEN as the sidecar has it",
            ),
        });
        match self.client.get(path::READY).map(|body| serde_json::from_str::<Value>(&body).unwrap_or_default()) {
            Ok(health) => findings.extend(store(&health)),
            Err(error) => findings
                .push(Finding::doubtful(format!("the store's health is not told: {error}"), "MASKER_OPERATOR_TOKEN")),
        }
        findings
    }

    pub(super) fn gateway(&self, url: &str, selfcheck: Option<&str>) -> Vec<Finding> {
        let url = url.trim_end_matches('/');
        let mut findings = match self.http.get(&format!("{url}{READY}")) {
            Err(error) => {
                vec![Finding::bad(format!("the gateway cannot be reached: {error}"), "its address, as clients have it")]
            }
            Ok(answer) => filter(&serde_json::from_str(&answer.body).unwrap_or_default()),
        };
        if let Some(path) = selfcheck {
            findings.push(canary(Checker::new(&format!("{url}{path}"), self.http.clone()).check()));
        }
        findings
    }
}

fn store(health: &Value) -> Vec<Finding> {
    let state = match member(health, "store").as_str() {
        Some("redis") => Finding::good("Redis answers"),
        Some("memory") => {
            Finding::doubtful("mappings are in the sidecar's memory and end with it", "REDIS_HOST or REDIS_URL")
        }
        _ => {
            Finding::bad("Redis does not answer", "REDIS_HOST, REDIS_PORT, REDIS_PASSWORD; the sidecar's log says why")
        }
    };
    let eviction = match (member(health, "store").as_str(), member(health, "eviction").as_str()) {
        (Some("memory"), _) => None,
        (_, Some("may_evict")) => {
            Some(Finding::bad("Redis may evict mappings that are in use", "maxmemory-policy noeviction"))
        }
        (_, Some("never")) => Some(Finding::good("Redis evicts no mapping")),
        _ => {
            Some(Finding::doubtful("Redis does not tell whether it may evict mappings", "maxmemory-policy noeviction"))
        }
    };
    std::iter::once(state).chain(eviction).collect()
}

fn filter(health: &Value) -> Vec<Finding> {
    let Some(ready) = member(health, "ready").as_bool() else {
        return vec![Finding::bad(
            format!("{READY} of the gateway is not answered by the filter"),
            "the route, and that the filter is on it",
        )];
    };
    let code = member(health, "refuses_with").as_str().unwrap_or("nothing");
    let mut findings = vec![if ready {
        Finding::good("the filter serves requests")
    } else {
        Finding::bad(format!("the filter refuses requests with {code}"), mend(code))
    }];
    if member(health, "mode") == "observe" {
        findings.push(Finding::bad("the filter only observes: values leave", "mode: mask"));
    }
    if member(health, "vault") == "down" {
        findings.push(Finding::bad("the filter does not reach its sidecar", "sidecar in the filter's configuration"));
    }
    if member(health, "vault") == "rejecting" {
        findings.push(Finding::bad(
            "the sidecar does not know the filter's token",
            "sidecar_token or AWS_MASKER_TOKEN of the gateway as one of the sidecar's MASKER_TOKENS",
        ));
    }
    if member(health, "unsent_calls").as_u64().unwrap_or_default() > 0 {
        findings.push(Finding::doubtful(
            "calls to the sidecar could not be sent",
            "the address of the sidecar, by no name",
        ));
    }
    findings
}

fn mend(code: &str) -> &'static str {
    match code {
        "AWS_MASKER_1004" => "the sidecar's address in the filter's configuration; the gateway's log says more",
        "AWS_MASKER_1007" => "one token for the filter and its sidecar",
        "AWS_MASKER_1001" => "the sidecar and its Redis",
        "AWS_MASKER_4001" => "the filter's configuration; the gateway's log says what is wrong",
        _ => "see the table of codes in the README",
    }
}

fn canary(outcome: Result<(), Fault>) -> Finding {
    match outcome {
        Ok(()) => Finding::good("invented values are masked upstream, and restored in text, tools and streams"),
        Err(fault @ Fault::Unmasked(_)) => Finding::bad(fault.to_string(), "the filter on that route, with mode: mask"),
        Err(fault @ Fault::Unrestored(_)) => Finding::bad(
            fault.to_string(),
            "response_buffering: false, and no never_restore or one_way for those kinds",
        ),
        Err(fault) => Finding::bad(fault.to_string(), "the route of the self-check: see redis-sidecar/README.md"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_filter_and_the_store_tell() {
        let worst = |findings: Vec<Finding>| findings.iter().map(|finding| finding.verdict as u8).max();
        for (health, expected) in [
            (json!({"ready": true, "mode": "mask", "vault": "up", "unsent_calls": 0}), Verdict::Good),
            (json!({"ready": true, "mode": "mask", "vault": "up", "unsent_calls": 3}), Verdict::Doubtful),
            (json!({"ready": true, "mode": "observe", "vault": "up"}), Verdict::Bad),
            (json!({"ready": true, "mode": "mask", "vault": "down"}), Verdict::Bad),
            (json!({"ready": false, "refuses_with": "AWS_MASKER_1004"}), Verdict::Bad),
            (json!({"ready": false, "refuses_with": "AWS_MASKER_1007", "vault": "rejecting"}), Verdict::Bad),
            (json!({"message": "no Route matched"}), Verdict::Bad),
        ] {
            assert_eq!(worst(filter(&health)), Some(expected as u8), "{health}");
        }
        for (health, expected) in [
            (json!({"store": "redis", "eviction": "never"}), Verdict::Good),
            (json!({"store": "redis", "eviction": "unknown"}), Verdict::Doubtful),
            (json!({"store": "redis", "eviction": "may_evict"}), Verdict::Bad),
            (json!({"store": "redis_down", "eviction": "unknown"}), Verdict::Bad),
            (json!({"store": "memory", "eviction": "never"}), Verdict::Doubtful),
        ] {
            assert_eq!(worst(store(&health)), Some(expected as u8), "{health}");
        }
    }
}
