//! The one call, on both stores.

use futures_util::StreamExt;
use serde_json::json;

use crate::support::{App, Redis, SECRET, TEAM_TOKEN, batch, eventually, mappings, placeholder_of, values, wanted};

const OLD: &str = "an-old-secret-of-many-bytes-0001";

/// Holds for every store.
async fn check(app: &App, store: &str) {
    let answer = app.sync(&batch(1)).await;
    assert_eq!(answer["acknowledged"], true);
    assert_eq!(answer["answered"], true);
    assert_eq!(answer["store"], store);
    assert_eq!(answer["batch"], 1);
    let id = answer["keyring"]["id"].as_str().unwrap().to_owned();
    assert_eq!(answer["keyring"]["placeholder_key"].as_str().unwrap().len(), 64);

    let mut held = mappings(2, "a", &["i-1", "i-2"]);
    held["keyring"] = json!(id);
    held["mappings"][1]["recall"] = json!(true);
    let answer = app.sync(&held).await;
    assert_eq!(answer.get("keyring"), None, "the filter holds this one");
    assert_eq!(answer["acknowledged"], true);

    let answer = app.sync(&wanted(3, "a", &["i-2", "unknown", "i-1"])).await;
    assert_eq!(values(&answer, "found"), ["i-2", "i-1"]);
    assert_eq!(answer["found"][0]["kind"], "ec2_instance");
    assert_eq!(answer["found"][0]["placeholder"], placeholder_of("i-2"));
    assert_eq!(values(&app.sync(&wanted(4, "b", &["i-1", "i-2"])).await, "found"), [""; 0], "another scope");

    for (scope, recalled) in [("a", vec!["i-2"]), ("b", vec![])] {
        let mut recall = batch(5);
        recall["recall"] = json!([scope]);
        assert_eq!(values(&app.sync(&recall).await, "recalled"), recalled, "{scope}");
    }
}

#[tokio::test]
async fn on_the_embedded_store() {
    check(&App::embedded().await, "memory").await;
}

#[tokio::test]
async fn on_redis() {
    let redis = Redis::start().await;
    check(&App::on(&redis).await, "redis").await;
}

#[tokio::test]
async fn a_batch_is_counted_once() {
    let app = App::embedded().await;
    let mut request = mappings(7, "a", &["i-1"]);
    request["counters"] = json!({"requests": 3});
    request["exchanges"] = json!([{"scope": "a", "at_ms": 1, "request_bytes": 1, "response_bytes": 1,
        "masked": [["ec2_instance", 2]], "restored": 1, "unresolved": 0}]);
    for _ in 0..3 {
        assert_eq!(app.sync(&request).await["acknowledged"], true);
    }
    assert_eq!(app.metric("aws_masker_filter_total{event=\"requests\"}").await, 3);
    assert_eq!(app.metric("aws_masker_masked_values_total{kind=\"ec2_instance\"}").await, 2);
    request["instance"] = json!("w2");
    app.sync(&request).await;
    assert_eq!(app.metric("aws_masker_filter_total{event=\"requests\"}").await, 6);
}

#[tokio::test]
async fn counters_at_their_largest_do_no_harm() {
    let app = App::embedded().await;
    for id in 0..3 {
        let mut request = batch(id);
        request["counters"] =
            json!({"requests": u64::MAX, "orphaned_responses": u64::MAX, "dropped_mappings": u64::MAX});
        request["exchanges"] = json!([{"scope": "a", "at_ms": u64::MAX, "request_bytes": u64::MAX,
            "response_bytes": u64::MAX, "masked": [["x", u64::MAX]], "restored": u64::MAX, "unresolved": u64::MAX}]);
        app.sync(&request).await;
    }
}

#[tokio::test]
async fn a_token_of_a_team_reaches_its_scopes_only() {
    let app = App::embedded().await;
    let exchange = |scope: &str| {
        let mut request = batch(1);
        request["exchanges"] = json!([{"scope": scope, "at_ms": 1, "request_bytes": 1, "response_bytes": 1,
            "masked": [], "restored": 0, "unresolved": 0}]);
        request
    };
    let recall = |scope: &str| json!({"version": 1, "instance": "w", "batch": 1, "mapping_ttl": 60, "recall": [scope]});
    for (request, status) in [
        (mappings(1, "team-a", &["i-1"]), 200),
        (mappings(1, "team-c", &["i-1"]), 403),
        (wanted(1, "team-b", &["i-1"]), 200),
        (wanted(1, "team-c", &["i-1"]), 403),
        (recall("team-a"), 200),
        (recall("default"), 403),
        (exchange("team-a"), 200),
        (exchange("team-c"), 403),
        (batch(1), 200),
    ] {
        let answer = app.post("/v1/sync", TEAM_TOKEN, request.to_string()).await;
        assert_eq!(answer.status, status, "{request}");
    }
}

#[tokio::test]
async fn a_rotated_secret_loses_nothing() {
    let redis = Redis::start().await;
    let with = async |secrets: &str| App::with(&[("REDIS_URL", &redis.url()), ("MASKER_SECRETS", secrets)]).await;
    let old = with(OLD).await.sync(&mappings(1, "a", &["i-1"])).await;

    let rotated = with(&format!("{SECRET}\n{OLD}")).await;
    let answer = rotated.sync(&wanted(2, "a", &["i-1"])).await;
    assert_ne!(answer["keyring"], old["keyring"], "new placeholders are minted with the new secret");
    assert_eq!(values(&answer, "found"), ["i-1"], "and the old ones still open");

    let forgotten = with(SECRET).await;
    assert_eq!(values(&forgotten.sync(&wanted(3, "a", &["i-1"])).await, "found"), [""; 0]);
    assert_eq!(forgotten.metric("aws_masker_records_unopenable_total").await, 1);
}

#[tokio::test]
async fn redis_shows_neither_a_value_nor_a_way_to_confirm_one() {
    let redis = Redis::start().await;
    let app = App::on(&redis).await;
    app.sync(&mappings(1, "a", &["i-0123456789abcdef0"])).await;
    let name = format!("aws-masker:a:{}", placeholder_of("i-0123456789abcdef0"));
    let first: Vec<u8> = redis.query(&["GET", &name]).await.unwrap();
    assert!(!first.windows(8).any(|window| b"i-0123456789abcdef0".windows(8).any(|part| part == window)));
    app.sync(&mappings(2, "a", &["i-0123456789abcdef0"])).await;
    let second: Vec<u8> = redis.query(&["GET", &name]).await.unwrap();
    assert_ne!(first, second, "the same value is sealed anew each time");
}

#[tokio::test]
async fn events_go_to_their_channels_without_values() {
    let redis = Redis::start().await;
    let app = App::on(&redis).await;
    let client = redis::Client::open(redis.url()).unwrap();
    let mut channels = client.get_async_pubsub().await.unwrap();
    channels.psubscribe("aws-masker:*").await.unwrap();
    let mut request = mappings(1, "a", &["i-0123456789abcdef0"]);
    request["counters"] = json!({"requests": 1});
    request["exchanges"] = json!([{"scope": "a", "at_ms": 1, "request_bytes": 1, "response_bytes": 1,
        "masked": [["ec2_instance", 2]], "restored": 1, "unresolved": 0, "refused": "AWS_MASKER_6002"}]);
    app.sync(&request).await;
    let mut messages = channels.on_message();
    let mut heard = Vec::new();
    while heard.len() < 4 {
        let message = eventually("a message", async || messages.next().await).await;
        let payload: String = message.get_payload().unwrap();
        assert!(!payload.contains("i-0123"), "{payload}");
        heard.push(message.get_channel_name().to_owned());
    }
    let channels = ["events:masking", "events:unmasking", "alerts:security", "metrics:performance"];
    assert_eq!(heard, channels.map(|channel| format!("aws-masker:{channel}")));
}

#[tokio::test]
async fn an_eviction_policy_that_may_drop_mappings_is_told() {
    for (arguments, expected) in [
        (vec![], "never"),
        (vec!["--maxmemory", "64mb"], "never"),
        (vec!["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"], "may_evict"),
        (vec!["--maxmemory", "64mb", "--maxmemory-policy", "volatile-ttl"], "may_evict"),
    ] {
        let redis = Redis::with(&arguments).await;
        let app = App::on(&redis).await;
        assert_eq!(app.get("/readyz", "").await.json()["eviction"], expected, "{arguments:?}");
        let line = format!("aws_masker_eviction{{state=\"{expected}\"}}");
        assert_eq!(app.metric(&line).await, 1, "{arguments:?}");
    }
}

#[tokio::test]
async fn a_recall_fits_into_an_answer() {
    let app = App::embedded().await;
    let value = "x".repeat((16 << 10) - 8);
    for id in 0..3 {
        let mut request = batch(id);
        let big = |n: u64| {
            let value = format!("{value}{:08}", 100 * id + n);
            json!({"scope": "a", "kind": "k", "placeholder": placeholder_of(&value), "value": value, "recall": true})
        };
        request["mappings"] = (0..100).map(big).collect();
        app.sync(&request).await;
    }
    let mut recall = batch(9);
    recall["recall"] = json!(["a"]);
    let answer = app.sync(&recall).await;
    let recalled = values(&answer, "recalled");
    assert!((200..300).contains(&recalled.len()), "{}", recalled.len());
    assert!(answer.to_string().len() < contract::bound::BODY_BYTES + (1 << 20));
}
