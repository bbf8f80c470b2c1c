//! The JSON of the wire, letter by letter: filters and sidecars of two versions may meet while they are replaced.

use std::fmt::Debug;

use contract::{Counters, ErrorBody, ErrorType, SyncRequest, SyncResponse, code};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The JSON is read, and written again as it was.
fn check<T: DeserializeOwned + Serialize + Debug>(json: &Value) {
    let read: T = serde_json::from_value(json.clone()).unwrap_or_else(|error| panic!("{error}: {json}"));
    assert_eq!(serde_json::to_value(&read).unwrap(), *json, "{read:?}");
}

fn mapping() -> Value {
    json!({"scope": "a", "kind": "ec2_instance", "placeholder": "AWS_EC2_7KQ2M9XA4TBN", "value": "i-0"})
}

#[test]
fn a_request_is_written_as_it_always_was() {
    let counters = serde_json::to_value(Counters::default()).unwrap();
    let mut known = mapping();
    known["known"] = json!(true);
    let exchange = json!({"scope": "a", "at_ms": 1, "request_bytes": 2, "response_bytes": 3,
        "masked": [["ec2_instance", 4]], "restored": 5, "unresolved": 6});
    let whole = json!({"scope": "a", "at_ms": 1, "request_bytes": 2, "response_bytes": 3, "masked": [], "restored": 5,
        "unresolved": 6, "attachments": 1, "masked_links": 1, "route": "r", "dialect": "openai_chat", "status": 200,
        "observed": true, "response": "degraded", "mask_us": 7, "restore_us": 8, "input_tokens": 9,
        "cache_read_tokens": 1, "masked_body": "b"});
    let mut counters = counters;
    let mut refused = exchange.clone();
    refused["refused"] = json!("AWS_MASKER_6002");
    check::<SyncRequest>(
        &json!({"version": 1, "instance": "w", "batch": 7, "mapping_ttl": 600, "counters": counters.clone()}),
    );
    counters["refused_by_code"] = json!({"AWS_MASKER_6002": 1});
    counters["masked_by_kind"] = json!({"ec2_instance": 4});
    check::<SyncRequest>(
        &json!({"version": 1, "instance": "w", "release": "0.1.0", "batch": 7, "keyring": "k", "mapping_ttl": 600,
        "mappings": [mapping(), known], "exchanges": [exchange, refused, whole], "counters": counters,
        "wanted": [{"scope": "a", "placeholder": "AWS_EC2_7KQ2M9XA4TBN"}], "follow": [{"scope": "a"}, {"scope": "b", "after": "1-0"}]}),
    );
}

#[test]
fn an_answer_is_written_as_it_always_was() {
    for store in ["redis", "redis_down", "memory"] {
        check::<SyncResponse>(
            &json!({"version": 1, "batch": 7, "acknowledged": true, "store": store, "answered": false}),
        );
    }
    check::<SyncResponse>(&json!({"version": 1, "batch": 7, "acknowledged": false, "store": "redis", "answered": true,
        "refused": [{"scope": "b", "code": "AWS_MASKER_1006", "stored": 3}],
        "keyring": {"id": "k", "keys": {"root": "07".repeat(32)}}, "found": [mapping()],
        "news": [{"scope": "a", "until": "1-0"}, {"scope": "b", "until": "2-0", "erased": true,
            "forgotten": ["AWS_EC2_7KQ2M9XA4TBN"], "known": [mapping()]}]}));
    check::<SyncResponse>(&json!({"version": 1, "batch": 7, "acknowledged": true, "store": "redis", "answered": true,
        "keyring": {"id": "k", "keys": {"scopes": {"a": "07".repeat(32)}}}}));
}

#[test]
fn the_counters_have_their_names() {
    let Value::Object(counters) = serde_json::to_value(Counters::default()).unwrap() else { panic!("not an object") };
    let names: Vec<_> = counters.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "attachments",
            "degraded_responses",
            "dropped_exchanges",
            "dropped_mappings",
            "failed_calls",
            "fallback_key",
            "guarded",
            "masked",
            "masked_links",
            "masked_requests",
            "observed",
            "orphaned_responses",
            "refused",
            "requests",
            "restored",
            "restored_responses",
            "unmasked_requests",
            "unresolved",
            "unsent_calls",
            "withheld"
        ]
    );
}

#[test]
fn an_error_has_the_shape_of_the_api() {
    let body = ErrorBody::new(ErrorType::RequestTooLarge, code::TOO_LARGE, "the \"body\" is too large");
    assert_eq!(
        serde_json::to_string(&body).unwrap(),
        r#"{"type":"error","error":{"type":"request_too_large","message":"AWS_MASKER_7005: the \"body\" is too large"}}"#
    );
}
