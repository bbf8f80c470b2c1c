//! Events on their ways out: the channels, the stream, the webhook, and the totals of a day.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::support::{App, OPERATOR, Redis, batch, eventually, mappings, placeholder_of};

const STREAM: &str = "aws-masker:events";

fn busy(number: u64) -> Value {
    let mut request = batch(number);
    request["counters"] = json!({"requests": 2, "refused": 1, "refused_by_code": {"AWS_MASKER_6002": 1}});
    let exchange = json!({"scope": "a", "at_ms": 1, "request_bytes": 1, "response_bytes": 1, "masked": [["ec2_instance", 2]],
        "restored": 1, "unresolved": 0, "status": 200, "masked_body": "what was sent"});
    let refused = json!({"scope": "a", "at_ms": 1, "request_bytes": 1, "response_bytes": 0, "masked": [], "restored": 0,
        "unresolved": 0, "status": 400, "refused": "AWS_MASKER_6002"});
    request["exchanges"] = json!([exchange, refused]);
    request
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap().strip_prefix("aws-masker.").unwrap()).collect()
}

async fn stream(redis: &Redis) -> Vec<Value> {
    let client = redis::Client::open(redis.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let entries: Vec<(String, HashMap<String, String>)> =
        redis::cmd("XRANGE").arg(STREAM).arg("-").arg("+").query_async(&mut connection).await.unwrap();
    entries.iter().map(|(_, fields)| serde_json::from_str(&fields["event"]).unwrap()).collect()
}

#[tokio::test]
async fn the_stream_has_every_event_once() {
    let redis = Redis::start().await;
    let app = App::on(&redis).await;
    app.sync(&busy(1)).await;
    app.sync(&busy(1)).await;
    let events = stream(&redis).await;
    assert_eq!(kinds(&events), ["masked", "restored", "refused", "counters"]);
    assert!(events.iter().all(|event| !event.to_string().contains("what was sent")));
    // Another sidecar does not know that the batch was told: it has the same ids.
    App::on(&redis).await.sync(&busy(1)).await;
    let again = stream(&redis).await;
    let ids = |events: &[Value]| events.iter().map(|event| event["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&again[4..]), ids(&events));
}

#[tokio::test]
async fn a_lookup_tells_its_reason_and_never_the_value() {
    let redis = Redis::start().await;
    let app = App::on(&redis).await;
    app.sync(&mappings(1, "a", &["i-1"])).await;
    let placeholder = placeholder_of("i-1");
    for reason in [json!("ticket 4711"), json!("what is i-1 ?"), json!(null)] {
        let asked = json!({"scope": "a", "placeholder": placeholder, "reason": reason});
        assert_eq!(app.post("/v1/lookup", OPERATOR, asked.to_string()).await.status, 200);
    }
    let events = stream(&redis).await;
    assert_eq!(kinds(&events), ["audit", "audit", "audit"]);
    let told: Vec<_> = events.iter().map(|event| (&event["data"]["placeholder"], &event["data"]["reason"])).collect();
    let withheld = json!("withheld: it holds the value");
    let (placeholder, nothing) = (json!(placeholder), json!(null));
    let reason = json!("ticket 4711");
    assert_eq!(told, [(&placeholder, &reason), (&placeholder, &withheld), (&nothing, &nothing)]);
    assert!(events.iter().all(|event| !event.to_string().contains("i-1")), "{events:?}");
}

#[tokio::test]
async fn without_a_stream_there_is_none() {
    let redis = Redis::start().await;
    let app = App::with(&[("REDIS_URL", &redis.url()), ("MASKER_EVENT_STREAM", "0")]).await;
    app.sync(&busy(1)).await;
    assert!(stream(&redis).await.is_empty());
}

async fn check_totals(app: &App) {
    app.sync(&busy(1)).await;
    app.sync(&busy(2)).await;
    let days = app.post("/v1/totals", OPERATOR, json!({"days": 30}).to_string()).await.json();
    let days = days["days"].as_object().unwrap();
    let expected =
        json!({"a": {"requests": 4, "masked": 2, "refused": 2, "values": 4, "restored": 2, "request_bytes": 4}});
    // The test may run at midnight.
    assert!(days.len() == 2 || days.values().eq([&expected]), "{days:?}");
    assert_eq!(app.post("/v1/totals", OPERATOR, json!({"days": 0}).to_string()).await.status, 400);
}

#[tokio::test]
async fn a_day_has_its_totals() {
    check_totals(&App::embedded().await).await;
    let redis = Redis::start().await;
    check_totals(&App::on(&redis).await).await;
}

/// A filter sends a batch again if it does not hear that it has arrived; another sidecar may be the one that answers then.
#[tokio::test]
async fn a_batch_counts_once_whoever_takes_it() {
    let redis = Redis::start().await;
    let (one, other) = (App::on(&redis).await, App::on(&redis).await);
    let mut of_another = busy(1);
    of_another["instance"] = json!("w2");
    for (app, request) in
        [(&one, busy(1)), (&one, busy(1)), (&other, busy(1)), (&other, busy(2)), (&one, busy(2)), (&one, of_another)]
    {
        assert_eq!(app.sync(&request).await["acknowledged"], json!(true));
    }
    // An instance is remembered by its latest batches.
    for number in 3..40 {
        one.sync(&busy(number)).await;
    }
    other.sync(&busy(39)).await;
    let days = one.post("/v1/totals", OPERATOR, json!({"days": 2}).to_string()).await.json();
    let requests = days["days"].as_object().unwrap().values().filter_map(|day| day["a"]["requests"].as_u64());
    assert_eq!(requests.sum::<u64>(), 2 * 40, "{days}");
}

#[tokio::test]
async fn a_batch_that_cannot_be_counted_is_not_acknowledged() {
    let redis = Redis::start().await;
    let app = App::on(&redis).await;
    let mut words = vec!["ACL", "SETUSER", "default", "-eval"];
    redis.query::<()>(&words).await.unwrap();
    assert_eq!(app.sync(&busy(1)).await["acknowledged"], json!(false));
    words[3] = "+eval";
    redis.query::<()>(&words).await.unwrap();
    eventually("it is counted", async || (app.sync(&busy(1)).await["acknowledged"] == true).then_some(())).await;
    assert_eq!(kinds(&stream(&redis).await).len(), 4, "what is not acknowledged is not told");
}

/// A server that takes events at the second attempt.
async fn listener() -> (String, Arc<Mutex<Vec<Value>>>) {
    let taken: Arc<Mutex<Vec<Value>>> = Arc::default();
    let (attempts, heard) = (Arc::new(Mutex::new(0)), Arc::clone(&taken));
    let take = async move |headers: HeaderMap, body: String| {
        assert_eq!(headers["content-type"], "application/cloudevents-batch+json");
        let mut attempts = attempts.lock().unwrap();
        *attempts += 1;
        if *attempts == 1 {
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        heard.lock().unwrap().extend(serde_json::from_str::<Vec<Value>>(&body).unwrap());
        StatusCode::NO_CONTENT
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/events", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/events", post(take))).await.unwrap() });
    (url, taken)
}

#[tokio::test]
async fn the_webhook_gets_batches_and_nobody_waits_for_it() {
    let (url, taken) = listener().await;
    let app = App::with(&[("MASKER_WEBHOOK_URL", &url)]).await;
    app.sync(&busy(1)).await;
    assert!(taken.lock().unwrap().is_empty(), "the answer came before the webhook took anything");
    let events = eventually("the events", async || {
        let events = taken.lock().unwrap().clone();
        (!events.is_empty()).then_some(events)
    });
    assert_eq!(kinds(&events.await), ["masked", "restored", "refused", "counters"]);
    assert_eq!(app.metric("aws_masker_dropped_events_total{to=\"webhook\"}").await, 0);
}

#[tokio::test]
async fn a_wrong_token_is_told_and_guesses_are_no_flood() {
    let redis = Redis::start().await;
    let app = App::on(&redis).await;
    let client = redis::Client::open(redis.url()).unwrap();
    let mut channels = client.get_async_pubsub().await.unwrap();
    channels.subscribe("aws-masker:alerts:security").await.unwrap();
    for _ in 0..5 {
        assert_eq!(app.post("/v1/sync", "a-wrong-token-0123456789", batch(1).to_string()).await.status, 401);
        assert_eq!(app.get("/v1/stats", "a-wrong-token-0123456789").await.status, 401);
    }
    let message = eventually("an alert", async || channels.on_message().next().await).await;
    let alert: Value = serde_json::from_str(&message.get_payload::<String>().unwrap()).unwrap();
    assert_eq!((&alert["type"], &alert["data"]["count"]), (&json!("aws-masker.wrong_tokens"), &json!(1)));
    let alerts = stream(&redis).await;
    assert_eq!(kinds(&alerts), ["wrong_tokens"]);
}
