//! The page: its session, what it is told, and what it may not do.

use std::io::Read;
use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, Request};
use futures_util::StreamExt;
use redis_sidecar::journal::unix_ms;
use redis_sidecar::routes::{Peer, Routes};
use redis_sidecar::seats::Seats;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{Answer, App, OPERATOR, Redis, TOKEN, batch, eventually, mappings, placeholder_of};

const TEAM_OPERATOR: &str = "a-team-operator-token-012345";

/// The application as a browser uses it: with a cookie, and with the headers that browsers set themselves.
struct Browser<'a> {
    app: &'a App,
    cookie: String,
}

impl<'a> Browser<'a> {
    async fn sign_in(app: &'a App, token: &str) -> Self {
        let answer = app.call(signing_in(token).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        Self { app, cookie: cookie(&answer.headers) }
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        self.app.call(self.request(method, path).body(Body::from(body.to_string())).unwrap()).await
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let request = Request::builder().method(method).uri(path).header("cookie", &self.cookie).header("host", "h:1");
        request.header("sec-fetch-site", "same-origin").header("content-type", "application/json")
    }

    /// Listens, and returns the reports as they come.
    async fn listen(&self) -> Reports {
        let routes = Routes::new(Arc::clone(&self.app.sidecar));
        let peer = Peer::Address((Ipv4Addr::LOCALHOST, 1).into());
        let calls = routes.of(peer, Arc::new(Seats::default()).take().await);
        let response = calls.oneshot(self.request("GET", "/v1/live").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["cache-control"]),
            (200, &"no-store".parse().unwrap())
        );
        Reports(response.into_body().into_data_stream())
    }
}

struct Reports(BodyDataStream);

impl Reports {
    async fn next(&mut self) -> Option<Value> {
        let event = String::from_utf8(self.0.next().await?.ok()?.to_vec()).unwrap();
        assert!(event.starts_with("event: report\n"), "{event}");
        let data = event.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
        Some(serde_json::from_str(data).unwrap())
    }
}

fn signing_in(token: &str) -> axum::http::request::Builder {
    let request = Request::post("/v1/session").header("authorization", format!("Bearer {token}"));
    request.header("content-type", "application/json").header("origin", "http://h:1").header("host", "h:1")
}

fn cookie(headers: &HeaderMap) -> String {
    headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

fn exchanges(id: u64, scope: &str, exchange: Value) -> Value {
    let mut batch = batch(id);
    let mut whole = json!({"scope": scope, "at_ms": unix_ms(), "request_bytes": 10, "response_bytes": 20,
        "masked": [["ec2_instance", 2]], "restored": 2, "unresolved": 0});
    whole.as_object_mut().unwrap().extend(exchange.as_object().unwrap().clone());
    batch["exchanges"] = json!([whole]);
    batch
}

async fn with_team() -> App {
    let operators = format!("{OPERATOR} {TEAM_OPERATOR};team-a");
    App::with(&[("MASKER_OPERATOR_TOKEN", ""), ("MASKER_OPERATOR_TOKENS", &operators)]).await
}

#[tokio::test]
async fn a_token_opens_a_session_and_the_cookie_is_for_this_page_alone() {
    let app = App::embedded().await;
    for (token, status) in [(OPERATOR, 200), (TOKEN, 401), ("", 401)] {
        let answer = app.call(signing_in(token).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, status, "{token}");
        assert_eq!(answer.headers.contains_key("set-cookie"), status == 200);
    }
    let answer = app.call(signing_in(OPERATOR).body(Body::empty()).unwrap()).await;
    let set = answer.headers["set-cookie"].to_str().unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Secure"), "without TLS the browser would drop it: {set}");
    assert!(set.starts_with("aws_masker_session1="), "another sidecar of this host has another port: {set}");
    assert!(!answer.text().contains(OPERATOR));
    let browser = Browser { app: &app, cookie: cookie(&answer.headers) };
    assert_eq!(browser.call("GET", "/v1/session", json!(null)).await.json()["signed_in"], json!(true));
    assert_eq!(browser.call("GET", "/v1/usage", json!(null)).await.status, 200);
    assert_eq!(browser.call("POST", "/v1/sync", batch(1)).await.status, 401);
    assert_eq!(browser.call("DELETE", "/v1/session", json!(null)).await.status, 204);
    assert_eq!(browser.call("GET", "/v1/usage", json!(null)).await.status, 401);
    assert_eq!(browser.call("GET", "/v1/session", json!(null)).await.json()["signed_in"], json!(false));
}

#[tokio::test]
async fn calls_that_another_page_makes_are_refused() {
    let app = App::embedded().await;
    app.sync(&mappings(1, "a", &["i-1"])).await;
    let browser = Browser::sign_in(&app, OPERATOR).await;
    let forget = json!({"scope": "a"}).to_string();
    let json_type = ("content-type", "application/json");
    for (what, method, path, headers) in [
        ("another port of this host", "POST", "/v1/forget", vec![json_type, ("sec-fetch-site", "same-site")]),
        ("another host", "POST", "/v1/forget", vec![json_type, ("sec-fetch-site", "cross-site")]),
        ("typed into the address bar", "POST", "/v1/forget", vec![json_type, ("sec-fetch-site", "none")]),
        ("a foreign origin", "POST", "/v1/forget", vec![json_type, ("origin", "http://evil")]),
        ("an opaque origin", "POST", "/v1/forget", vec![json_type, ("origin", "null")]),
        ("says nothing", "POST", "/v1/forget", vec![json_type]),
        ("a form", "POST", "/v1/forget", vec![("content-type", "text/plain"), ("sec-fetch-site", "same-origin")]),
        ("listens from elsewhere", "GET", "/v1/live", vec![("sec-fetch-site", "same-site")]),
        ("signs out from elsewhere", "DELETE", "/v1/session", vec![("sec-fetch-site", "same-site")]),
    ] {
        let mut request =
            Request::builder().method(method).uri(path).header("cookie", &browser.cookie).header("host", "h:1");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = app.call(request.body(Body::from(forget.clone())).unwrap()).await;
        assert_eq!(answer.status, 403, "{what}: {}", answer.text());
        assert!(answer.text().contains("AWS_MASKER_7010"), "{what}");
    }
    let foreign = Request::post("/v1/session").header("authorization", format!("Bearer {OPERATOR}"));
    let foreign = foreign.header("sec-fetch-site", "same-site").header("content-type", "application/json");
    assert_eq!(app.call(foreign.body(Body::empty()).unwrap()).await.status, 403);
    assert_eq!(browser.call("POST", "/v1/forget", json!({"scope": "a"})).await.json(), json!({"forgotten": 1}));
}

#[tokio::test]
async fn a_page_shows_one_value_at_a_time_and_only_with_a_reason() {
    let app = App::embedded().await;
    let mut learned = mappings(1, "a", &["acme-lake"]);
    learned["mappings"][0]["known"] = json!(true);
    app.sync(&learned).await;
    let browser = Browser::sign_in(&app, OPERATOR).await;
    let placeholder = placeholder_of("acme-lake");
    for (path, body, status) in [
        ("/v1/lookup", json!({"scope": "a", "placeholder": placeholder}), 400),
        ("/v1/lookup", json!({"scope": "a", "placeholder": placeholder, "reason": " x "}), 400),
        ("/v1/lookup", json!({"scope": "a", "placeholder": placeholder, "reason": "one\ntwo"}), 400),
        ("/v1/lookup", json!({"scope": "a", "placeholder": placeholder, "reason": "x".repeat(201)}), 400),
        ("/v1/known", json!({"scope": "a"}), 403),
        ("/v1/restore", json!({"scope": "a"}), 400),
    ] {
        let answer = browser.call("POST", path, body.clone()).await;
        assert_eq!(answer.status, status, "{path} {body}");
        assert!(!answer.text().contains("acme-lake"));
    }
    let known = browser.call("POST", "/v1/known", json!({"scope": "a", "values": false})).await;
    assert_eq!(known.json(), json!({"known": [{"placeholder": placeholder, "kind": "ec2_instance"}]}));
    let asked = json!({"scope": "a", "placeholder": placeholder, "reason": "ticket 4711"});
    let shown = browser.call("POST", "/v1/lookup", asked).await;
    assert_eq!(shown.json()["mapping"]["value"], json!("acme-lake"));
    assert_eq!(shown.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn a_listener_is_told_what_happens() {
    let app = App::embedded().await;
    let browser = Browser::sign_in(&app, OPERATOR).await;
    let mut reports = browser.listen().await;
    let first = reports.next().await.unwrap();
    assert_eq!((&first["exchanges"], &first["truth"]["state"]), (&json!([]), &json!("waiting")));
    let watch = Arc::clone(&app.sidecar);
    let watch = tokio::spawn(async move { watch.live.run(&watch.journal, watch.vault.store()).await });
    app.sync(&exchanges(1, "a", json!({"route": "anthropic", "mask_us": 400, "masked_body": "AWS_EC2_7KQ2M9XA4TBN"})))
        .await;
    // Sent again, it is not counted again.
    app.sync(&exchanges(1, "a", json!({}))).await;
    let mut told = Vec::new();
    eventually("protecting", async || {
        let report = reports.next().await.unwrap();
        told.extend(report["exchanges"].as_array().unwrap().clone());
        (report["truth"]["state"] == "protecting").then_some(())
    })
    .await;
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["route"], &told[0]["has_body"]), (&json!("anthropic"), &json!(true)));
    assert_eq!(told[0].get("masked_body"), None);
    let body = browser.call("GET", &format!("/v1/bodies/{}", told[0]["id"]), json!(null)).await;
    assert_eq!(body.json(), json!({"body": "AWS_EC2_7KQ2M9XA4TBN"}));
    assert_eq!(browser.call("GET", "/v1/bodies/99", json!(null)).await.json(), json!({"body": null}));
    assert_eq!(browser.call("GET", "/v1/bodies/x", json!(null)).await.status, 400);
    // Signing out ends what listens.
    browser.call("DELETE", "/v1/session", json!(null)).await;
    eventually("the end", async || reports.next().await.is_none().then_some(())).await;
    watch.abort();
}

#[tokio::test]
async fn a_listener_goes_when_the_sidecar_ends() {
    let app = App::embedded().await;
    let browser = Browser::sign_in(&app, OPERATOR).await;
    let mut reports = browser.listen().await;
    reports.next().await.unwrap();
    app.sidecar.live.end();
    assert!(reports.next().await.is_none());
}

#[tokio::test]
async fn a_bound_token_sees_its_scopes_only() {
    let app = with_team().await;
    app.sync(&exchanges(1, "team-a", json!({"masked_body": "of a"}))).await;
    app.sync(&exchanges(2, "team-b", json!({"masked_body": "of b"}))).await;
    let team = Browser::sign_in(&app, TEAM_OPERATOR).await;
    let told = team.listen().await.next().await.unwrap();
    assert_eq!(told["exchanges"].as_array().unwrap().len(), 1);
    assert_eq!((&told["scopes"], &told["seconds"][0]["requests"]), (&json!(["team-a"]), &json!(1)));
    assert!(!told.to_string().contains("team-b"), "{told}");
    assert_eq!(team.call("GET", "/v1/bodies/1", json!(null)).await.json(), json!({"body": "of a"}));
    assert_eq!(team.call("GET", "/v1/bodies/2", json!(null)).await.json(), json!({"body": null}));
    let usage = team.call("GET", "/v1/usage", json!(null)).await.json();
    assert_eq!(usage["usage"].as_object().unwrap().keys().collect::<Vec<_>>(), ["team-a"]);
    assert_eq!(team.call("POST", "/v1/forget", json!({"scope": "team-b"})).await.status, 403);
    let all = Browser::sign_in(&app, OPERATOR).await.listen().await.next().await.unwrap();
    assert_eq!(all["scopes"], json!(["team-a", "team-b"]));
}

#[tokio::test]
async fn the_line_of_truth_turns_when_redis_stops_and_back() {
    let mut redis = Redis::start().await;
    let app = App::on(&redis).await;
    let watch = Arc::clone(&app.sidecar);
    let watch = tokio::spawn(async move { watch.live.run(&watch.journal, watch.vault.store()).await });
    app.sync(&batch(1)).await;
    let browser = Browser::sign_in(&app, OPERATOR).await;
    let mut reports = browser.listen().await;
    let mut turned = async |state: &str| {
        eventually(state, async || (reports.next().await.unwrap()["truth"]["state"] == state).then_some(())).await;
    };
    turned("protecting").await;
    redis.kill();
    turned("refusing").await;
    redis.restart().await;
    turned("protecting").await;
    watch.abort();
}

#[tokio::test]
async fn whoever_guesses_tokens_has_to_wait() {
    let app = App::embedded().await;
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(app.call(signing_in("a-wrong-token-0123456789").body(Body::empty()).unwrap()).await.status);
    }
    assert_eq!((statuses[9], statuses[10]), (401, 429), "{statuses:?}");
    assert_eq!(app.call(signing_in(OPERATOR).body(Body::empty()).unwrap()).await.status, 429);
    // Calls with a token are another matter.
    assert_eq!(app.get("/v1/usage", OPERATOR).await.status, 200);
}

#[tokio::test]
async fn every_file_of_the_page_is_guarded_and_asked_for_anew() {
    let app = App::embedded().await;
    for asset in redis_sidecar::page::assets() {
        let plain = app.call(Request::get(asset.path).body(Body::empty()).unwrap()).await;
        let expected = if asset.bytes.is_empty() { asset.packed } else { asset.bytes };
        assert_eq!((plain.status, plain.body.as_slice()), (200, expected), "{}", asset.path);
        let asked = Request::get(asset.path).header("accept-encoding", "br, gzip;q=0.8");
        let answer = app.call(asked.body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status, &answer.headers["content-encoding"]), (200, &"gzip".parse().unwrap()));
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(answer.body.as_slice()).read_to_end(&mut unpacked).unwrap();
        assert!(asset.bytes.is_empty() || unpacked == asset.bytes, "{}", asset.path);
        assert!(asset.bytes.is_empty() || answer.headers["etag"] != plain.headers["etag"], "{}", asset.path);
        let refused = Request::get(asset.path).header("accept-encoding", "gzip;q=0");
        assert_eq!(app.call(refused.body(Body::empty()).unwrap()).await.body, plain.body);
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"), "{policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        for (name, value) in
            [("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer"), ("cache-control", "no-cache")]
        {
            assert_eq!(answer.headers[name], value, "{}", asset.path);
        }
        let again = Request::get(asset.path).header("if-none-match", &answer.headers["etag"]);
        let again = again.header("accept-encoding", "gzip");
        assert_eq!(app.call(again.body(Body::empty()).unwrap()).await.status, 304, "{}", asset.path);
    }
    let refused = app.call(Request::get("/page/../Cargo.toml").body(Body::empty()).unwrap()).await;
    assert_eq!(refused.status, 404);
}
