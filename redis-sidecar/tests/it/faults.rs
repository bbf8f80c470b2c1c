//! Redis at its worst. What is acknowledged is there afterwards; what is not is said not to be.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use redis_sidecar::store::Breaker;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{App, Redis, batch, eventually, mappings, values, wanted};

/// Longer than one call's patience (500 ms) twice over, shorter than a filter would wait.
const SOON: Duration = Duration::from_secs(3);

/// A sync while Redis is down: answered soon, with the keyring, without an acknowledgement.
async fn check_down(app: &App, request: &Value) {
    let start = Instant::now();
    let answer = app.sync(request).await;
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    assert_eq!(answer["acknowledged"], false);
    assert_eq!(answer["answered"], false);
    assert_eq!(answer["store"], "redis_down");
    assert!(answer["keyring"]["keys"]["root"].is_string());
}

/// Sends a batch again, as the filter does, until it is acknowledged.
async fn owed(app: &App, request: &Value) -> Value {
    eventually("an acknowledgement", async || {
        let answer = app.sync(request).await;
        (answer["acknowledged"] == true).then_some(answer)
    })
    .await
}

#[tokio::test]
async fn redis_killed_and_restarted_with_its_volume() {
    let mut redis = Redis::with(&["--appendonly", "yes", "--appendfsync", "always"]).await;
    let app = App::on(&redis).await;
    owed(&app, &mappings(1, "a", &["i-1"])).await;
    redis.kill();
    let mut request = mappings(2, "a", &["i-2"]);
    request["counters"] = serde_json::json!({"requests": 1});
    check_down(&app, &request).await;
    check_down(&app, &batch(3)).await;
    assert_eq!(app.metric("aws_masker_store_up").await, 0);
    assert_eq!(
        app.metric("aws_masker_requests_total{outcome=\"clean\",code=\"\"}").await,
        0,
        "not counted before it is kept"
    );
    redis.restart().await;
    owed(&app, &request).await;
    assert_eq!(app.metric("aws_masker_requests_total{outcome=\"clean\",code=\"\"}").await, 1);
    assert_eq!(values(&app.sync(&wanted(4, "a", &["i-1", "i-2"])).await, "found"), ["i-1", "i-2"]);
}

#[tokio::test]
async fn redis_stopped_for_a_while() {
    let redis = Redis::start().await;
    let app = App::on(&redis).await;
    owed(&app, &mappings(1, "a", &["i-1"])).await;
    redis.signal("STOP");
    for id in 2..8 {
        check_down(&app, &mappings(id, "a", &["i-2"])).await;
    }
    assert_ne!(app.sidecar.vault.store().health().breaker, Breaker::Closed);
    redis.signal("CONT");
    owed(&app, &mappings(9, "a", &["i-2"])).await;
    assert_eq!(app.sidecar.vault.store().health().breaker, Breaker::Closed);
    assert_eq!(values(&app.sync(&wanted(10, "a", &["i-1", "i-2"])).await, "found"), ["i-1", "i-2"]);
}

#[tokio::test]
async fn the_wrong_password_until_it_is_the_right_one() {
    let redis = Redis::start().await;
    let url = format!("redis://:right@127.0.0.1:{}", redis.port);
    redis.query::<()>(&["CONFIG", "SET", "requirepass", "other"]).await.unwrap();
    let app = App::with(&[("REDIS_URL", &url)]).await;
    check_down(&app, &mappings(1, "a", &["i-1"])).await;
    let client = redis::Client::open(format!("redis://:other@127.0.0.1:{}", redis.port)).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut command = redis::cmd("CONFIG");
    command.arg(&["SET", "requirepass", "right"]);
    command.query_async::<()>(&mut connection).await.unwrap();
    owed(&app, &mappings(1, "a", &["i-1"])).await;
}

#[tokio::test]
async fn two_sidecars_on_one_redis() {
    let redis = Redis::start().await;
    let [one, other] = [App::on(&redis).await, App::on(&redis).await];
    let keyring = one.sync(&mappings(1, "a", &["i-1"])).await["keyring"].clone();
    let answer = other.sync(&wanted(1, "a", &["i-1"])).await;
    assert_eq!(answer["keyring"], keyring);
    assert_eq!(values(&answer, "found"), ["i-1"]);
}

/// The answers of servers that cannot do their work.
#[derive(Clone, Copy, Debug)]
enum Mood {
    Says(&'static str),
    Closes,
    Hangs,
    Works,
}

#[tokio::test]
async fn a_redis_that_answers_and_does_not_store() {
    for mood in [
        Mood::Says("-OOM command not allowed when used memory > 'maxmemory'.\r\n"),
        Mood::Says("-READONLY You can't write against a read only replica.\r\n"),
        Mood::Says("-LOADING Redis is loading the dataset in memory\r\n"),
        Mood::Says("-MISCONF Errors writing to the AOF file\r\n"),
        Mood::Says("-NOPERM this user has no permissions to run the 'set' command\r\n"),
        Mood::Says("garbage\r\n"),
        Mood::Closes,
        Mood::Hangs,
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("redis://{}", listener.local_addr().unwrap());
        let current = Arc::new(Mutex::new(mood));
        let server = tokio::spawn(pretend(listener, Arc::clone(&current)));
        let app = App::with(&[("REDIS_URL", &url), ("REDIS_TIMEOUT_MS", "200")]).await;
        for _ in 0..3 {
            check_down(&app, &mappings(1, "a", &["i-1"])).await;
        }
        *current.lock().unwrap() = Mood::Works;
        owed(&app, &mappings(1, "a", &["i-1"])).await;
        server.abort();
    }
}

/// A Redis that is well until something is to be written.
async fn pretend(listener: TcpListener, mood: Arc<Mutex<Mood>>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(pretend_one(stream, Arc::clone(&mood)));
    }
}

async fn pretend_one(stream: TcpStream, mood: Arc<Mutex<Mood>>) {
    let mut stream = BufReader::new(stream);
    while let Some(words) = words(&mut stream).await {
        let mood = *mood.lock().unwrap();
        let answer = match (words.first().map(Vec::as_slice), mood) {
            (Some(b"PING"), _) => "+PONG\r\n",
            (Some(b"SET"), Mood::Says(text)) => text,
            (Some(b"SET"), Mood::Closes) => return,
            (Some(b"SET"), Mood::Hangs) => continue,
            (Some(b"SET"), Mood::Works) => "$-1\r\n",
            (Some(b"PTTL" | b"EXISTS" | b"ZCARD" | b"ZREMRANGEBYSCORE" | b"HINCRBY" | b"EXPIRE"), _) => ":0\r\n",
            (Some(b"HGETALL"), _) => "*0\r\n",
            _ => "+OK\r\n",
        };
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The next command: an array of bulk strings.
async fn words(stream: &mut BufReader<TcpStream>) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    for _ in 0..number(stream).await? {
        let mut word = vec![0; number(stream).await? + 2];
        stream.read_exact(&mut word).await.ok()?;
        word.truncate(word.len() - 2);
        words.push(word);
    }
    Some(words)
}

async fn number(stream: &mut BufReader<TcpStream>) -> Option<usize> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    line.get(1..)?.trim().parse().ok()
}
