//! The operator's calls.

use axum::body::Body;
use axum::http::Request;
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::support::{Answer, App, OPERATOR, Redis, eventually, mappings, placeholder_of, values, wanted};

async fn restore(app: &App, scope: &str, text: &str) -> Answer {
    let request = Request::post("/v1/restore").header("authorization", format!("Bearer {OPERATOR}"));
    app.call(request.header("x-aws-masker-scope", scope).body(Body::from(text.to_owned())).unwrap()).await
}

async fn ask(app: &App, path: &str, body: Value) -> Value {
    let answer = app.post(path, OPERATOR, body.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_text_is_restored_within_its_scope() {
    let app = App::embedded().await;
    app.sync(&mappings(1, "a", &["i-1", "i-2"])).await;
    let [one, two, other] = ["i-1", "i-2", "unknown"].map(placeholder_of);
    let escaped = two.replace('_', "\\_");
    for (scope, text, restored, counts) in [
        ("a", format!("{one}, {two}\n{other} {one}"), format!("i-1, i-2\n{other} i-1"), "restored=3; unknown=1"),
        ("a", format!("{escaped} {}", one.to_lowercase()), "i-2 i-1".to_owned(), "restored=2; unknown=0"),
        ("a", "nothing".to_owned(), "nothing".to_owned(), "restored=0; unknown=0"),
        ("b", one.clone(), one.clone(), "restored=0; unknown=1"),
    ] {
        let answer = restore(&app, scope, &text).await;
        assert_eq!((answer.status, answer.text()), (200, restored), "{text} in {scope}");
        assert_eq!(answer.headers["x-aws-masker"], counts, "{text} in {scope}");
    }
}

#[tokio::test]
async fn a_short_text_does_not_become_an_endless_one() {
    let app = App::embedded().await;
    let value = "x".repeat(contract::bound::VALUE_BYTES);
    app.sync(&mappings(1, "a", &[&value])).await;
    let text = format!("{} ", placeholder_of(&value)).repeat(10_000);
    assert_eq!(restore(&app, "a", &text).await.status, 413);
}

#[tokio::test]
async fn a_placeholder_is_looked_up() {
    let app = App::embedded().await;
    app.sync(&mappings(1, "a", &["i-1"])).await;
    for (scope, expected) in [("a", json!("i-1")), ("b", Value::Null)] {
        let answer = ask(&app, "/v1/lookup", json!({"scope": scope, "placeholder": placeholder_of("i-1")})).await;
        assert_eq!(answer["mapping"]["value"], expected, "{scope}");
    }
}

/// Forgets, and expects so many mappings to be gone and these to be left.
async fn check_forget(app: &App, what: Value, count: u64, left: [&[&str]; 2]) {
    app.sync(&mappings(1, "a", &["i-1", "i-2", "i-3"])).await;
    app.sync(&mappings(2, "a:b", &["i-1", "i-2"])).await;
    assert_eq!(ask(app, "/v1/forget", what.clone()).await["forgotten"], count, "{what}");
    for (scope, left) in ["a", "a:b"].into_iter().zip(left) {
        let found = app.sync(&wanted(3, scope, &["i-1", "i-2", "i-3"])).await;
        assert_eq!(values(&found, "found"), left, "{what} in {scope}");
        ask(app, "/v1/forget", json!({"scope": scope})).await;
    }
}

async fn check_all_forgets(app: &App) {
    let all: [&[&str]; 2] = [&["i-1", "i-2", "i-3"], &["i-1", "i-2"]];
    check_forget(app, json!({"scope": "a"}), 3, [&[], all[1]]).await;
    check_forget(app, json!({"scope": "other"}), 0, all).await;
    check_forget(app, json!({"scope": "a", "placeholder": placeholder_of("i-1")}), 1, [&["i-2", "i-3"], all[1]]).await;
    check_forget(app, json!({"value": "i-2"}), 2, [&["i-1", "i-3"], &["i-1"]]).await;
    check_forget(app, json!({"value": "i-2", "scope": "a:b"}), 1, [all[0], &["i-1"]]).await;
    check_forget(app, json!({"value": "i-"}), 0, all).await;
}

#[tokio::test]
async fn what_is_forgotten_is_gone_from_memory() {
    check_all_forgets(&App::embedded().await).await;
}

#[tokio::test]
async fn what_is_forgotten_is_gone_from_redis() {
    let redis = Redis::start().await;
    check_all_forgets(&App::on(&redis).await).await;
    let keys: Vec<String> = redis.query(&["KEYS", "*"]).await.unwrap();
    // Counts and placeholders stay for a while; no record does.
    let prefixes = ["aws-masker-feed:", "aws-masker-usage:", "aws-masker-totals:"];
    // The stream of events has no value, and a bound by its length.
    for key in keys.into_iter().filter(|key| key != "aws-masker:events") {
        assert!(prefixes.iter().any(|prefix| key.starts_with(prefix)), "{key}");
        let left: i64 = redis.query(&["TTL", &key]).await.unwrap();
        assert!(left > 0, "{key}");
    }
}

#[tokio::test]
async fn mappings_are_counted_by_scope_and_key() {
    let redis = Redis::start().await;
    let app = App::on(&redis).await;
    let many: Vec<_> = (0..1_500).map(|n| format!("i-{n}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    app.sync(&mappings(1, "a", &many)).await;
    app.sync(&mappings(2, "b", &["i-1"])).await;
    let answer = app.get("/v1/stats", OPERATOR).await.json();
    let stats = &answer["stats"];
    assert_eq!(stats["mappings"], 1_501);
    assert_eq!(stats["scopes"], json!({"a": 1_500, "b": 1}));
    assert_eq!(stats["sealed_by"], json!({stats["sealing"].as_str().unwrap(): 1_501}));
    assert_eq!(
        answer["health"],
        json!({"store": "redis", "breaker": "closed", "eviction": "never", "selfcheck": null})
    );
}

#[tokio::test]
async fn a_bound_operator_stays_in_his_scopes() {
    let app = App::with(&[("MASKER_OPERATOR_TOKEN", &format!("{OPERATOR};a"))]).await;
    for (path, body, status) in [
        ("/v1/forget", json!({"scope": "a"}), 200),
        ("/v1/forget", json!({"scope": "b"}), 403),
        ("/v1/forget", json!({"value": "i-1", "scope": "a"}), 200),
        ("/v1/forget", json!({"value": "i-1"}), 403),
        ("/v1/lookup", json!({"scope": "b", "placeholder": placeholder_of("i-1")}), 403),
        ("/v1/lookup", json!({"scope": "b"}), 400),
        ("/v1/forget", json!({"scope": "b", "placeholder": placeholder_of("i-1"), "value": "x"}), 400),
        ("/v1/forget", json!({}), 400),
    ] {
        assert_eq!(app.post(path, OPERATOR, body.to_string()).await.status, status, "{path} {body}");
    }
    assert_eq!(restore(&app, "b", "x").await.status, 403);
    assert_eq!(restore(&app, "", "x").await.status, 400);
    assert_eq!(app.get("/v1/stats", OPERATOR).await.status, 403);
}

#[tokio::test]
async fn without_an_operator_token_the_calls_are_closed() {
    let app = App::with(&[("MASKER_OPERATOR_TOKEN", "")]).await;
    assert_eq!(app.get("/v1/stats", OPERATOR).await.status, 401);
}

#[tokio::test]
async fn the_alerts_channel_hears_of_an_operator() {
    let redis = Redis::start().await;
    let app = App::on(&redis).await;
    let client = redis::Client::open(redis.url()).unwrap();
    let mut channels = client.get_async_pubsub().await.unwrap();
    channels.subscribe("aws-masker:alerts:security").await.unwrap();
    ask(&app, "/v1/forget", json!({"value": "i-1"})).await;
    let message = eventually("an alert", async || channels.on_message().next().await).await;
    let alert: Value = serde_json::from_str(&message.get_payload::<String>().unwrap()).unwrap();
    assert_eq!((&alert["data"]["call"], &alert["data"]["count"]), (&json!("/v1/forget"), &json!(0)));
}
