//! A sidecar in this process, Redis servers next to it, and waits with a timeout.

use std::fmt::Debug;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use redis_sidecar::config::{Config, RawConfig};
use redis_sidecar::routes::{Peer, Routes, Sidecar};
use redis_sidecar::run;
use redis_sidecar::seats::Seats;
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) const TOKEN: &str = "a-filter-token-0123456789";
pub(crate) const TEAM_TOKEN: &str = "a-team-token-0123456789ab";
pub(crate) const OPERATOR: &str = "an-operator-token-01234567";
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct App {
    pub(crate) sidecar: Arc<Sidecar>,
    routes: Routes,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl App {
    /// With an embedded store.
    pub(crate) async fn embedded() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn on(redis: &Redis) -> Self {
        Self::with(&[("REDIS_URL", &redis.url()), ("REDIS_TIMEOUT_MS", "500")]).await
    }

    /// Variables given here win over the usual ones.
    pub(crate) async fn with(variables: &[(&str, &str)]) -> Self {
        let tokens = format!("{TOKEN} {TEAM_TOKEN};team-a,team-b");
        let usual =
            [("MASKER_TOKENS", tokens.as_str()), ("MASKER_OPERATOR_TOKEN", OPERATOR), ("MASKER_SECRETS", SECRET)];
        let raw = RawConfig::of(usual.into_iter().chain(variables.iter().copied()));
        let sidecar = Arc::new(run::sidecar(Config::parse(&raw).unwrap()).await.unwrap());
        Self { routes: Routes::new(Arc::clone(&sidecar)), sidecar }
    }

    pub(crate) async fn call(&self, request: Request<Body>) -> Answer {
        let peer = Peer::Address((Ipv4Addr::LOCALHOST, 1).into());
        let (head, body) =
            self.routes.of(peer, Arc::new(Seats::default()).take().await).oneshot(request).await.unwrap().into_parts();
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        }
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path).header("authorization", format!("Bearer {token}"));
        self.call(request.body(body.into()).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        self.call(request.body(Body::empty()).unwrap()).await
    }

    /// Syncs, and expects a sound answer.
    pub(crate) async fn sync(&self, request: &Value) -> Value {
        let answer = self.post("/v1/sync", TOKEN, request.to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// The value of a line of `/metrics`.
    pub(crate) async fn metric(&self, line: &str) -> u64 {
        let text = self.get("/metrics", TOKEN).await.text();
        let value = text.lines().find_map(|l| l.strip_prefix(line)?.strip_prefix(' '));
        value.map_or(0, |value| value.parse().unwrap())
    }
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }
}

/// An empty batch.
pub(crate) fn batch(id: u64) -> Value {
    json!({"version": 1, "instance": "w1", "batch": id, "mapping_ttl": 600})
}

/// A batch of mappings of `scope`, one a value.
pub(crate) fn mappings(id: u64, scope: &str, values: &[&str]) -> Value {
    let mapping = |value: &&str| json!({"scope": scope, "kind": "ec2_instance", "placeholder": placeholder_of(value), "value": value});
    let mut batch = batch(id);
    batch["mappings"] = values.iter().map(mapping).collect();
    batch
}

/// A batch that asks for the placeholders of some values.
pub(crate) fn wanted(id: u64, scope: &str, values: &[&str]) -> Value {
    let mut batch = batch(id);
    batch["wanted"] =
        values.iter().map(|value| json!({"scope": scope, "placeholder": placeholder_of(value)})).collect();
    batch
}

/// The values that were answered under a name, in order.
pub(crate) fn values<'a>(answer: &'a Value, field: &str) -> Vec<&'a str> {
    let mappings = answer[field].as_array().map(Vec::as_slice).unwrap_or_default();
    mappings.iter().map(|mapping| mapping["value"].as_str().unwrap()).collect()
}

/// Some placeholder for a value; the same for the same.
pub(crate) fn placeholder_of(value: &str) -> String {
    let mint = masking::Mint::new(&masking::PlaceholderKey::new([7; 32]), "any");
    mint.placeholder("ec2_instance", "EC2", value).to_string()
}

/// Asks until the answer is `Some`; names what it waited for when it never is.
pub(crate) async fn eventually<T>(what: impl Debug, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for: {what:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A directory that goes with its owner.
pub(crate) struct Temp(PathBuf);

impl Temp {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("aws-masker-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A redis-server of this test's own. Ends with it.
pub(crate) struct Redis {
    pub(crate) port: u16,
    pub(crate) temp: Temp,
    arguments: Vec<String>,
    child: Child,
}

impl Redis {
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn with(arguments: &[&str]) -> Self {
        let redis = Self::spawn(free_port(), arguments);
        redis.answers().await;
        redis
    }

    /// Without waiting for an answer, as it may take a password.
    pub(crate) fn spawn(port: u16, arguments: &[&str]) -> Self {
        let (temp, arguments) = (Temp::new(), arguments.iter().map(|&a| a.to_owned()).collect::<Vec<_>>());
        let child = launch(port, &temp, &arguments);
        Self { port, temp, arguments, child }
    }

    /// With a configuration file, which redis-server wants as its first argument.
    pub(crate) fn spawn_with_config(port: u16, config: &str, arguments: &[&str]) -> Self {
        Self::spawn(port, &[&[config], arguments].concat())
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) async fn query<T: redis::FromRedisValue>(&self, words: &[&str]) -> redis::RedisResult<T> {
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        let client = redis::Client::open(self.url())?;
        command.query_async(&mut client.get_multiplexed_async_connection().await?).await
    }

    pub(crate) async fn answers(&self) {
        let ping = async || self.query::<String>(&["PING"]).await.ok();
        eventually(("redis-server on port", self.port), ping).await;
    }

    /// kill -9.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts again on the same port and directory.
    pub(crate) async fn restart(&mut self) {
        self.kill();
        self.child = launch(self.port, &self.temp, &self.arguments);
        self.answers().await;
    }

    pub(crate) fn signal(&self, name: &str) {
        signal(self.pid(), name);
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

fn launch(port: u16, temp: &Temp, arguments: &[String]) -> Child {
    let program = std::env::var("REDIS_SERVER").unwrap_or_else(|_| "redis-server".to_owned());
    let mut command = Command::new(&program);
    let (config, arguments) = match arguments.split_first() {
        Some((first, rest)) if !first.starts_with("--") => (Some(first), rest),
        _ => (None, arguments),
    };
    command.args(config).args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--dir"]);
    command.arg(temp.path()).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap_or_else(|error| {
        panic!(
            "{program}: {error}; these tests need redis-server (apt-get install redis-server, or REDIS_SERVER=<path>)"
        )
    })
}

pub(crate) fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &pid.to_string()]).status().unwrap();
    assert!(sent.success());
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
