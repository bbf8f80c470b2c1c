//! Events on their ways out: the channels, the stream, the webhook, and the totals of a day.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::support::{App, OPERATOR, Redis, batch, eventually};

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
