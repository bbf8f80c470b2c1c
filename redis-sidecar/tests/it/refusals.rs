//! Refused calls: a 4xx with a code, and no trace in the store.

use axum::body::Body;
use axum::http::Request;
use contract::bound;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::support::{App, OPERATOR, TOKEN, batch, mappings, placeholder_of, values, wanted};

#[tokio::test]
async fn every_refusal_has_a_status_a_code_and_a_length() {
    let app = App::embedded().await;
    let bearer = format!("Bearer {TOKEN}");
    let large = "x".repeat(bound::BODY_BYTES + 1);
    let post = |path: &str| Request::post(path).header("authorization", &bearer);
    let sync = |body: &str| post("/v1/sync").body(Body::from(body.to_owned())).unwrap();
    for (what, request, status, code) in [
        ("no token", Request::post("/v1/sync").body(Body::empty()).unwrap(), 401, "7001"),
        ("the filter's token", post("/v1/restore").body(Body::empty()).unwrap(), 401, "7001"),
        ("no body", sync(""), 400, "6002"),
        ("not JSON", sync("{"), 400, "6002"),
        ("not UTF-8", post("/v1/sync").body(Body::from(b"\"\xff\"".to_vec())).unwrap(), 400, "6002"),
        ("deep", sync(&"[".repeat(100_000)), 400, "6002"),
        ("unknown field", sync(r#"{"secret-value": 1}"#), 400, "6002"),
        ("wrong type", sync(&batch(1).to_string().replace("600", "\"secret-value\"")), 400, "6002"),
        ("huge number", sync(&batch(1).to_string().replace("600", "1e999")), 400, "6002"),
        ("negative", sync(&batch(1).to_string().replace("600", "-1")), 400, "6002"),
        ("out of bounds", sync(&batch(1).to_string().replace("600", "0")), 400, "7003"),
        ("other version", sync(&batch(1).to_string().replace("\"version\":1", "\"version\":2")), 400, "7004"),
        ("too large", sync(&large), 413, "7005"),
        (
            "says too large",
            post("/v1/sync").header("content-length", "4194305").body(Body::empty()).unwrap(),
            413,
            "7005",
        ),
        ("unknown path", post("/v1/other").body(Body::empty()).unwrap(), 404, "7008"),
        ("other method", Request::get("/v1/sync").body(Body::empty()).unwrap(), 405, "7009"),
    ] {
        let answer = app.call(request).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        assert_eq!(answer.headers["content-length"], answer.body.len().to_string(), "{what}");
        let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with(&format!("AWS_MASKER_{code}: ")), "{what}: {message}");
        assert!(!message.contains("secret-value"), "{what}: {message}");
    }
}

#[tokio::test]
async fn one_bad_mapping_refuses_the_batch() {
    let app = App::embedded().await;
    let mut request = mappings(1, "a", &["i-1", "i-2"]);
    request["mappings"][1]["scope"] = json!("");
    assert_eq!(app.post("/v1/sync", TOKEN, request.to_string()).await.status, 400);
    assert_eq!(values(&app.sync(&wanted(2, "a", &["i-1"])).await, "found"), [""; 0]);
}

#[tokio::test]
async fn a_token_that_calls_too_often_is_told_so() {
    let app = App::with(&[("MASKER_RATE", "2")]).await;
    let mut statuses = Vec::new();
    for id in 0..4 {
        statuses.push(app.post("/v1/sync", TOKEN, batch(id).to_string()).await.status);
    }
    assert_eq!(statuses[..2], [200, 200]);
    assert!(statuses[2..].contains(&429), "{statuses:?}");
}

#[tokio::test]
async fn probes_are_closed_when_configured() {
    let app = App::with(&[("MASKER_PROBES", "token")]).await;
    for (path, token, status) in [
        ("/healthz", "", 200),
        ("/readyz", "", 401),
        ("/metrics", "", 401),
        ("/readyz", TOKEN, 200),
        ("/metrics", OPERATOR, 200),
    ] {
        assert_eq!(app.get(path, token).await.status, status, "{path} with {token:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_not_awaited_for_ever() {
    let app = App::embedded().await;
    let slow = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let answer = app.post("/v1/sync", TOKEN, slow).await;
    assert_eq!((answer.status, answer.text().contains("AWS_MASKER_7007")), (408, true));
}

/// A sound request with some of its values exchanged for others of any type.
fn mutated() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,40}".prop_map(Value::from),
        Just(json!([[[]]])),
        Just(json!({"a": {"b": []}})),
        proptest::collection::vec(any::<u64>(), 0..20).prop_map(Value::from),
    ];
    let places = vec![
        "/version",
        "/instance",
        "/batch",
        "/mapping_ttl",
        "/mappings",
        "/mappings/0",
        "/mappings/0/scope",
        "/mappings/0/kind",
        "/mappings/0/placeholder",
        "/mappings/0/value",
        "/exchanges",
        "/exchanges/0",
        "/exchanges/0/masked",
        "/exchanges/0/masked/0",
        "/exchanges/0/refused",
        "/counters",
        "/counters/requests",
        "/wanted",
        "/wanted/0",
        "/wanted/0/scope",
        "/wanted/0/placeholder",
        "/follow",
        "/follow/0",
        "/follow/0/scope",
        "/follow/0/after",
        "/keyring",
        "",
    ];
    let change = (proptest::sample::select(places), leaf);
    proptest::collection::vec(change, 1..4).prop_map(|changes| {
        let mut request = mappings(1, "a", &["i-1"]);
        request["keyring"] = json!("x");
        request["counters"] = json!({"requests": 1});
        request["wanted"] = json!([{"scope": "a", "placeholder": placeholder_of("i-1")}]);
        request["follow"] = json!([{"scope": "a", "after": "1-0"}]);
        request["exchanges"] = json!([{"scope": "a", "at_ms": 1, "request_bytes": 1, "response_bytes": 1,
            "masked": [["k", 1]], "restored": 0, "unresolved": 0, "refused": "AWS_MASKER_6002"}]);
        for (place, value) in changes {
            if let Some(slot) = request.pointer_mut(place) {
                *slot = value;
            }
        }
        request
    })
}

fn fuzz<T: std::fmt::Debug>(input: impl Strategy<Value = T>, status: impl AsyncFn(&App, T) -> u16) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let app = runtime.block_on(App::with(&[("MASKER_RATE", "1000000")]));
    let mut runner = TestRunner::new(Config { cases: 2_000, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&input, |input| {
        let status = runtime.block_on(status(&app, input));
        prop_assert!(status == 200 || (400..500).contains(&status), "{}", status);
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn mutated_requests_are_answered_or_refused() {
    fuzz(mutated(), async |app, request| app.post("/v1/sync", TOKEN, request.to_string()).await.status);
}

#[test]
fn noise_is_refused() {
    let paths = proptest::sample::select(vec!["/v1/sync", "/v1/lookup", "/v1/forget"]);
    let noise = (paths, any::<Vec<u8>>());
    fuzz(noise, async |app, (path, noise)| {
        let status = app.post(path, if path == "/v1/sync" { TOKEN } else { OPERATOR }, noise).await.status;
        assert_ne!(status, 200);
        status
    });
}

#[test]
fn any_text_is_restored_or_refused() {
    fuzz((any::<Vec<u8>>(), ".{0,140}"), async |app, (text, scope)| {
        let request = Request::post("/v1/restore").header("authorization", format!("Bearer {OPERATOR}"));
        let Ok(request) = request.header("x-aws-masker-scope", scope).body(Body::from(text.clone())) else {
            return 400;
        };
        let answer = app.call(request).await;
        assert!(answer.status != 200 || answer.body == text, "nothing is known, so that nothing changes");
        answer.status
    });
}
