//! What a call costs Redis, in commands: docs/scaling.md and its simulation (filter/examples/scale) reckon with these.

use serde_json::{Value, json};

use crate::support::{App, Redis, batch, mappings};

/// The commands that Redis ran for a call, those of scripts among them.
async fn commands(redis: &Redis, app: &App, request: &Value) -> u64 {
    redis.query::<()>(&["CONFIG", "RESETSTAT"]).await.unwrap();
    assert_eq!(app.sync(request).await["acknowledged"], json!(true));
    let stats: String = redis.query(&["INFO", "commandstats"]).await.unwrap();
    let count = |line: &str| {
        let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
        let calls: u64 = rest.split(',').next()?.parse().ok()?;
        (!name.starts_with("config") && name != "info").then_some(calls)
    };
    stats.lines().filter_map(count).sum()
}

/// So many mappings of a scope that it did not have.
fn new(id: u64, count: usize, known: bool) -> Value {
    let values: Vec<String> = (0..count).map(|n| format!("i-{id}-{n}")).collect();
    let mut request = mappings(id, "a", &values.iter().map(String::as_str).collect::<Vec<_>>());
    for mapping in request["mappings"].as_array_mut().unwrap() {
        mapping["known"] = json!(known);
    }
    request
}

fn with_exchanges(id: u64, count: usize) -> Value {
    let mut request = batch(id);
    let exchange = json!({"scope": "a", "at_ms": 1, "request_bytes": 1, "response_bytes": 1,
        "masked": [["ec2_instance", 2]], "restored": 1, "unresolved": 0, "status": 200});
    request["exchanges"] = vec![exchange; count].into();
    request
}

fn following(id: u64, after: Option<&str>) -> Value {
    let mut request = batch(id);
    request["follow"] = json!([{"scope": "a", "after": after, "estate": "0"}]);
    if after.is_none() {
        request["follow"][0].as_object_mut().unwrap().remove("after");
    }
    request
}

#[tokio::test]
async fn what_a_call_costs_redis() {
    let redis = Redis::start().await;
    let app = App::on(&redis).await;
    // The first calls of a connection, and of an instance, have some of their own.
    for request in [batch(1), with_exchanges(2, 1)] {
        commands(&redis, &app, &request).await;
    }
    let first = app.sync(&following(3, None)).await;
    let place = first["news"][0]["until"].as_str().unwrap().to_owned();
    for (what, request, expected) in [
        ("a heartbeat", batch(4), 1),
        ("a scope with mappings, 7, and each of them, 3", new(5, 1, false), 7 + 3),
        ("ten of them", new(6, 10, false), 7 + 10 * 3),
        ("a scope that learns, 2, and each value that is known, 2", new(7, 10, true), 7 + 10 * 3 + 2 + 10 * 2),
        ("exchanges, 5 and 5 of a scope, and two events of each, 2", with_exchanges(8, 1), 1 + 5 + 5 + 4),
        ("ten of them", with_exchanges(9, 10), 1 + 5 + 5 + 10 * 4),
        ("a scope that is followed, 2, and each value that is new, 1", following(10, Some(&place)), 1 + 2 + 2 + 10),
    ] {
        assert_eq!(commands(&redis, &app, &request).await, expected, "{what}");
    }
    let place = app.sync(&following(11, None)).await["news"][0]["until"].as_str().unwrap().to_owned();
    assert_eq!(commands(&redis, &app, &following(12, Some(&place))).await, 1 + 2, "nothing new");
}
