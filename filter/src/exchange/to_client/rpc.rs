//! Errors in JSON-RPC 2.0, by which the client of a refused or withheld call learns of it.

use masking::dialect;
use masking::json::Document;

use crate::refusal::Refusal;

/// Maximum calls of one request that are told of an error.
const IDS_MAX: usize = 100;
/// Maximum bytes of an id: a longer one counts as none.
const ID_MAX: usize = 256;

/// The ids of the calls in a request, as they are written in it.
pub(super) fn ids(body: &[u8]) -> Vec<String> {
    let document = std::str::from_utf8(body).ok().and_then(|text| Document::parse(text).ok());
    let ids = document.map(|document| dialect::request_ids(document.root())).unwrap_or_default();
    ids.into_iter().filter(|id| id.len() <= ID_MAX).take(IDS_MAX).collect()
}

/// The document that answers these calls with an error: a batch if there are several.
pub(super) fn error(refusal: Refusal, ids: &[String]) -> String {
    match ids {
        [] => message(refusal, "null"),
        [id] => message(refusal, id),
        ids => format!("[{}]", messages(refusal, ids).collect::<Vec<_>>().join(",")),
    }
}

/// The events that answer these calls with an error; a comment if there are none.
pub(super) fn error_events(refusal: Refusal, ids: &[String]) -> String {
    if ids.is_empty() {
        return format!(": {}\n\n", refusal.code());
    }
    messages(refusal, ids).map(|message| format!("event: message\ndata: {message}\n\n")).collect()
}

fn messages(refusal: Refusal, ids: &[String]) -> impl Iterator<Item = String> {
    ids.iter().map(move |id| message(refusal, id))
}

fn message(refusal: Refusal, id: &str) -> String {
    let text = serde_json::Value::from(refusal.text());
    format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"error\":{{\"code\":{},\"message\":{text}}}}}", code(refusal))
}

/// The codes of the JSON-RPC specification for an invalid request and for an internal error.
fn code(refusal: Refusal) -> i32 {
    if refusal.status() < 500 { -32_600 } else { -32_603 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_is_answered_by_its_id() {
        let body = br#"[{"jsonrpc":"2.0","id":1,"method":"a"},{"jsonrpc":"2.0","id":"x\n","method":"b"}]"#;
        let answer: serde_json::Value = serde_json::from_str(&error(Refusal::UnknownPlaceholder, &ids(body))).unwrap();
        assert_eq!((&answer[0]["id"], &answer[1]["id"]), (&1.into(), &"x\n".into()));
        let first = &answer[0]["error"];
        assert_eq!((first["code"].as_i64(), answer[0]["jsonrpc"].as_str()), (Some(-32_603), Some("2.0")));
        assert!(first["message"].as_str().unwrap().starts_with("AWS_MASKER_3001: "));
        let events = error_events(Refusal::MediaType, &ids(body));
        assert_eq!(events.matches("\n\n").count(), 2);
        assert!(
            events.starts_with("event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32600,"),
            "{events}"
        );
    }

    #[test]
    fn without_an_id_nobody_waits() {
        for body in [&b"{"[..], b"\xff", br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#] {
            assert!(ids(body).is_empty());
        }
        let long = format!(r#"{{"id":"{}","method":"a"}}"#, "x".repeat(ID_MAX));
        assert!(ids(long.as_bytes()).is_empty());
        assert!(error(Refusal::Scope, &[]).contains(r#""id":null"#));
        assert_eq!(error_events(Refusal::ResponseLost, &[]), ": AWS_MASKER_3002\n\n");
    }
}
