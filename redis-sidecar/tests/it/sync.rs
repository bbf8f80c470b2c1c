//! The one call, on both stores.

use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::support::{
    App, OPERATOR, Redis, SECRET, TEAM_TOKEN, batch, eventually, mappings, placeholder_of, values, wanted,
};

const OLD: &str = "an-old-secret-of-many-bytes-0001";

/// Holds for every store.
async fn check(app: &App, store: &str) {
    let answer = app.sync(&batch(1)).await;
    assert_eq!(answer["acknowledged"], true);
    assert_eq!(answer["answered"], true);
    assert_eq!(answer["store"], store);
    assert_eq!(answer["batch"], 1);
    let id = answer["keyring"]["id"].as_str().unwrap().to_owned();
    assert_eq!(answer["keyring"]["keys"]["root"].as_str().unwrap().len(), 64);

    let mut held = mappings(2, "a", &["i-1", "i-2"]);
    held["keyring"] = json!(id);
    held["mappings"][1]["known"] = json!(true);
    let answer = app.sync(&held).await;
    assert_eq!(answer.get("keyring"), None, "the filter holds this one");
    assert_eq!(answer["acknowledged"], true);

    let answer = app.sync(&wanted(3, "a", &["i-2", "unknown", "i-1"])).await;
    assert_eq!(values(&answer, "found"), ["i-2", "i-1"]);
    assert_eq!(answer["found"][0]["kind"], "ec2_instance");
    assert_eq!(answer["found"][0]["placeholder"], placeholder_of("i-2"));
    assert_eq!(values(&app.sync(&wanted(4, "b", &["i-1", "i-2"])).await, "found"), [""; 0], "another scope");

    for (scope, known) in [("a", vec!["i-2"]), ("b", vec![])] {
        let answer = app.sync(&follow(5, scope, None)).await;
        assert_eq!(values(&answer["news"][0], "known"), known, "{scope}");
    }
}

/// A batch that follows a scope.
fn follow(id: u64, scope: &str, after: Option<&str>) -> Value {
    let mut request = batch(id);
    request["follow"] = json!([{"scope": scope}]);
    if let Some(after) = after {
        request["follow"][0]["after"] = json!(after);
    }
    request
}

/// Mappings that their scope knows from now on.
fn known(id: u64, scope: &str, values: &[&str]) -> Value {
    let mut request = mappings(id, scope, values);
    request["mappings"].as_array_mut().unwrap().iter_mut().for_each(|mapping| mapping["known"] = json!(true));
    request
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
    request["counters"] = json!({"requests": 3, "masked_requests": 1, "refused": 1, "masked": 2,
        "refused_by_code": {"AWS_MASKER_6002": 1}, "masked_by_kind": {"ec2_instance": 2}});
    request["exchanges"] = json!([{"scope": "a", "at_ms": 1, "request_bytes": 1, "response_bytes": 1,
        "masked": [["ec2_instance", 2]], "restored": 1, "unresolved": 0}]);
    for _ in 0..3 {
        assert_eq!(app.sync(&request).await["acknowledged"], true);
    }
    let requests = async |outcome: &str, code: &str| {
        app.metric(&format!("aws_masker_requests_total{{outcome=\"{outcome}\",code=\"{code}\"}}")).await
    };
    let counted = [requests("masked", "").await, requests("clean", "").await];
    assert_eq!((counted, requests("refused", "AWS_MASKER_6002").await), ([1, 1], 1));
    assert_eq!(app.metric("aws_masker_masked_values_total{kind=\"ec2_instance\"}").await, 2);
    request["instance"] = json!("w2");
    app.sync(&request).await;
    assert_eq!(requests("clean", "").await, 2);
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
    app.sync(&known(1, "team-c", &["i-9"])).await;
    for (request, foreign) in [
        (mappings(1, "team-a", &["i-1"]), None),
        (mappings(2, "team-c", &["i-1"]), Some("team-c")),
        (wanted(3, "team-b", &["i-1"]), None),
        (wanted(4, "team-c", &["i-9"]), Some("team-c")),
        (follow(5, "team-a", None), None),
        (follow(6, "team-c", None), Some("team-c")),
        (exchange("team-a"), None),
        (exchange("team-c"), Some("team-c")),
        (batch(7), None),
    ] {
        let answer = app.post("/v1/sync", TEAM_TOKEN, request.to_string()).await.json();
        let refused = foreign.map(|scope| json!([{"scope": scope, "code": "AWS_MASKER_7002", "stored": 0}]));
        assert_eq!(answer.get("refused"), refused.as_ref(), "{request}");
        assert_eq!(answer["acknowledged"], true, "{request}");
        let news = answer["news"].as_array().map_or(0, Vec::len);
        assert_eq!(
            (answer.get("found"), news),
            (None, usize::from(request["follow"][0]["scope"] == "team-a")),
            "{request}"
        );
    }
    assert_eq!(values(&app.sync(&wanted(8, "team-c", &["i-1"])).await, "found"), [""; 0], "nothing was stored");
}

/// A team's own token gives the keys of its scopes: with them it can test no guess about another scope's values.
#[tokio::test]
async fn a_token_of_a_team_gives_the_keys_of_its_scopes_only() {
    let app = App::embedded().await;
    let all = app.sync(&batch(1)).await["keyring"].clone();
    let own = app.post("/v1/sync", TEAM_TOKEN, batch(1).to_string()).await.json()["keyring"].clone();
    let scopes = own["keys"]["scopes"].as_object().unwrap();
    assert_eq!(scopes.keys().collect::<Vec<_>>(), ["team-a", "team-b"]);
    assert_eq!((own["keys"].get("root"), own["id"] == all["id"]), (None, false));
    let root: [u8; 32] =
        data_encoding::HEXLOWER.decode(all["keys"]["root"].as_str().unwrap().as_bytes()).unwrap().try_into().unwrap();
    let root = masking::PlaceholderKey::new(root);
    for (scope, key) in scopes {
        assert_eq!(key.as_str().unwrap(), data_encoding::HEXLOWER.encode(root.of_scope(scope).expose()), "{scope}");
    }
    // A filter that holds them is not sent them again.
    let mut held = batch(2);
    held["keyring"] = own["id"].clone();
    assert_eq!(app.post("/v1/sync", TEAM_TOKEN, held.to_string()).await.json().get("keyring"), None);
}

/// Holds for every store.
async fn check_quotas(variables: &[(&str, &str)]) {
    let quotas = [("MASKER_QUOTA_MAPPINGS", "10"), ("MASKER_QUOTA_KNOWN", "3")];
    let app = App::with(&[&quotas, variables].concat()).await;
    let many: Vec<String> = (0..25).map(|n| format!("i-{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let over = |scope: &str, stored: u64| json!([{"scope": scope, "code": "AWS_MASKER_1006", "stored": stored}]);
    // Two tenants in one batch: one floods, the other notices nothing.
    let mut request = mappings(1, "flood", &many);
    request["mappings"]
        .as_array_mut()
        .unwrap()
        .extend(mappings(1, "calm", &["i-1", "i-2"])["mappings"].as_array().unwrap().clone());
    let answer = app.sync(&request).await;
    assert_eq!((&answer["acknowledged"], &answer["refused"]), (&json!(true), &over("flood", 10)));
    assert_eq!(values(&app.sync(&wanted(2, "flood", &many)).await, "found"), many[..10]);
    assert_eq!(values(&app.sync(&wanted(3, "calm", &["i-1", "i-2"])).await, "found"), ["i-1", "i-2"]);
    assert_eq!(app.metric("aws_masker_quota_refused_mappings_total{scope=\"flood\",quota=\"mappings\"}").await, 15);
    // What is stored may be renewed; there is room again when something is forgotten.
    assert_eq!(app.sync(&mappings(4, "flood", &many[..10])).await.get("refused"), None);
    app.post("/v1/forget", OPERATOR, json!({"scope": "flood", "placeholder": placeholder_of("i-0")}).to_string()).await;
    assert_eq!(app.sync(&mappings(5, "flood", &["i-20", "i-21"])).await["refused"], over("flood", 1));
    assert_eq!(app.sync(&known(6, "calm", &["k-1", "k-2", "k-3", "k-4"])).await["refused"], over("calm", 3));
    let stats = app.get("/v1/stats", OPERATOR).await.json()["stats"]["usage"].clone();
    assert_eq!((&stats["flood"]["mappings"], &stats["calm"]["known"]), (&json!(10), &json!(3)), "{stats}");
}

#[tokio::test]
async fn a_quota_holds_on_the_embedded_store() {
    check_quotas(&[]).await;
}

#[tokio::test]
async fn a_quota_holds_on_redis() {
    let redis = Redis::start().await;
    check_quotas(&[("REDIS_URL", &redis.url())]).await;
}

#[tokio::test]
async fn bytes_and_new_mappings_have_quotas_too() {
    for (quota, name, stored) in
        [("MASKER_QUOTA_BYTES", "bytes", 3), ("MASKER_QUOTA_NEW_PER_MINUTE", "new_per_minute", 1_000)]
    {
        let app = App::with(&[(quota, "1000")]).await;
        let many: Vec<String> = (0..1_500).map(|n| format!("i-{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(app.sync(&mappings(1, "a", &many)).await["refused"][0]["stored"], stored, "{quota}");
        let line = format!("aws_masker_quota_refused_mappings_total{{scope=\"a\",quota=\"{name}\"}}");
        assert_eq!(app.metric(&line).await, 1_500 - stored);
    }
}

/// Two sidecars on one Redis: what one filter learns, another hears of with its next call, and so it is with what the
/// operator forgets.
#[tokio::test]
async fn what_is_learned_through_one_sidecar_is_heard_of_through_another() {
    let redis = Redis::start().await;
    let [one, other] = [App::on(&redis).await, App::on(&redis).await];
    let mut place = other.sync(&follow(1, "a", None)).await["news"][0]["until"].as_str().unwrap().to_owned();
    let mut hear = async || {
        let news = other.sync(&follow(2, "a", Some(&place))).await["news"][0].clone();
        place = news["until"].as_str().unwrap().to_owned();
        news
    };
    one.sync(&known(1, "a", &["bucket-1", "bucket-2"])).await;
    assert_eq!(values(&hear().await, "known"), ["bucket-1", "bucket-2"]);
    assert_eq!(hear().await.get("known"), None);
    one.post("/v1/forget", OPERATOR, json!({"value": "bucket-1", "scope": "a"}).to_string()).await;
    assert_eq!(hear().await["forgotten"], json!([placeholder_of("bucket-1")]));
    one.sync(&known(2, "a", &["bucket-3"])).await;
    let listed = one.post("/v1/known", OPERATOR, json!({"scope": "a"}).to_string()).await.json();
    assert_eq!(values(&listed, "known"), ["bucket-3", "bucket-2"], "the newest first");
    one.post("/v1/forget", OPERATOR, json!({"scope": "a"}).to_string()).await;
    let news = hear().await;
    assert_eq!((&news["erased"], news.get("known")), (&json!(true), None));
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
async fn what_is_known_fits_into_an_answer() {
    let app = App::embedded().await;
    let value = "x".repeat((16 << 10) - 8);
    for id in 0..3 {
        let mut request = batch(id);
        let big = |n: u64| {
            let value = format!("{value}{:08}", 100 * id + n);
            json!({"scope": "a", "kind": "k", "placeholder": placeholder_of(&value), "value": value, "known": true})
        };
        request["mappings"] = (0..100).map(big).collect();
        app.sync(&request).await;
    }
    let answer = app.sync(&follow(9, "a", None)).await;
    let told = values(&answer["news"][0], "known");
    assert!((200..300).contains(&told.len()), "{}", told.len());
    assert!(answer.to_string().len() < contract::bound::BODY_BYTES + (1 << 20));
}
