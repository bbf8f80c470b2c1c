//! Redis as people run it: `REDIS_URL`, or a host, or sentinels, or the nodes of a cluster.

use std::time::Duration;

use contract::Redacted;

use super::raw::{InvalidVariable, RawConfig, refuse};
use super::{Identity, identity};

const PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26379;
const PATIENCE_MS: u64 = 1_000;
const EVENT_STREAM: u64 = 100_000;

#[derive(Debug)]
pub struct RedisConfig {
    pub topology: Topology,
    pub login: Login,
    pub tls: Option<RedisTls>,
    /// The timeout of one call, and of one attempt to connect.
    pub patience: Duration,
    /// About as many events as the stream of events has at most; 0 for none.
    pub event_stream: u64,
}

#[derive(Debug)]
pub enum Topology {
    /// `redis://` or `rediss://`, perhaps with a password in it.
    Url(Redacted),
    Single(Node),
    Sentinel {
        nodes: Vec<Node>,
        primary: String,
        login: Login,
    },
    Cluster(Vec<Node>),
}

/// Host and port.
pub type Node = (String, u16);

#[derive(Debug, Default)]
pub struct Login {
    /// The ACL user; without one, Redis' default user.
    pub username: Option<String>,
    pub password: Option<Redacted>,
    pub db: Option<i64>,
}

#[derive(Debug)]
pub struct RedisTls {
    /// The authority that signs the server's certificate, in PEM; without it, the system's own authorities count.
    pub authority: Option<Vec<u8>>,
    pub client: Option<Identity>,
}

/// `None` without any variable of Redis: the embedded store.
pub(super) fn parse(raw: &RawConfig) -> Result<Option<RedisConfig>, InvalidVariable> {
    let login = Login {
        username: raw.text("REDIS_USERNAME")?,
        password: raw.text("REDIS_PASSWORD")?.map(Redacted::new),
        db: raw.number("REDIS_DB")?,
    };
    let Some(topology) = topology(raw, login.password.is_some())? else { return Ok(None) };
    let patience = Duration::from_millis(raw.number("REDIS_TIMEOUT_MS")?.unwrap_or(PATIENCE_MS).clamp(10, 60_000));
    let event_stream = raw.number("MASKER_EVENT_STREAM")?.unwrap_or(EVENT_STREAM);
    Ok(Some(RedisConfig { tls: tls(raw, &topology)?, topology, login, patience, event_stream }))
}

fn topology(raw: &RawConfig, password: bool) -> Result<Option<Topology>, InvalidVariable> {
    let [url, host] = [raw.text("REDIS_URL")?, raw.text("REDIS_HOST")?];
    let [sentinels, cluster] = [raw.text("REDIS_SENTINELS")?, raw.text("REDIS_CLUSTER")?];
    let port = port(raw)?;
    match (url, host, sentinels, cluster) {
        (Some(url), None, None, None) => Ok(Some(Topology::Url(Redacted::new(url)))),
        (None, None, Some(nodes), None) => sentinel(raw, &nodes).map(Some),
        (None, None, None, Some(list)) => Ok(Some(Topology::Cluster(nodes("REDIS_CLUSTER", &list, PORT)?))),
        (None, None, None, None) if port.is_none() && !password => Ok(None),
        (None, host, None, None) => {
            let host = host.unwrap_or_else(|| "127.0.0.1".to_owned());
            Ok(Some(Topology::Single((host, port.unwrap_or(PORT)))))
        }
        _ => refuse(
            "REDIS_URL",
            "cannot be combined with REDIS_HOST, REDIS_SENTINELS or REDIS_CLUSTER, nor can these: set one of the four",
        ),
    }
}

/// Kubernetes sets `REDIS_PORT=tcp://…` for a service that is called redis; nobody meant that one.
fn port(raw: &RawConfig) -> Result<Option<u16>, InvalidVariable> {
    match raw.text("REDIS_PORT")? {
        Some(text) if text.starts_with("tcp://") => Ok(None),
        _ => raw.number("REDIS_PORT"),
    }
}

fn sentinel(raw: &RawConfig, list: &str) -> Result<Topology, InvalidVariable> {
    let login = Login {
        username: raw.text("REDIS_SENTINEL_USERNAME")?,
        password: raw.text("REDIS_SENTINEL_PASSWORD")?.map(Redacted::new),
        db: None,
    };
    match raw.text("REDIS_SENTINEL_PRIMARY")? {
        Some(primary) => {
            Ok(Topology::Sentinel { nodes: nodes("REDIS_SENTINELS", list, SENTINEL_PORT)?, primary, login })
        }
        None => refuse(
            "REDIS_SENTINEL_PRIMARY",
            "is required with REDIS_SENTINELS: the name by which they know the primary",
        ),
    }
}

/// `host[:port]`, separated by commas or white space.
fn nodes(variable: &'static str, list: &str, port: u16) -> Result<Vec<Node>, InvalidVariable> {
    let node = |text: &str| match text.rsplit_once(':') {
        Some((host, port)) => Some((host.trim_matches(['[', ']']).to_owned(), port.parse().ok()?)),
        None => Some((text.to_owned(), port)),
    };
    let words = list.split([',', ' ', '\n', '\t']).filter(|word| !word.is_empty());
    words.map(node).collect::<Option<Vec<_>>>().ok_or(InvalidVariable { variable, why: "is not a list of host:port" })
}

fn tls(raw: &RawConfig, topology: &Topology) -> Result<Option<RedisTls>, InvalidVariable> {
    let authority = raw.text("REDIS_CA")?.map(String::into_bytes);
    let client = identity(raw, "REDIS_CERT", "REDIS_KEY")?;
    let wanted = match raw.text("REDIS_TLS")?.as_deref() {
        Some("true") => true,
        Some("false") => false,
        Some(_) => return refuse("REDIS_TLS", "must be true or false"),
        None => authority.is_some() || client.is_some(),
    };
    match topology {
        Topology::Url(url) if !url.expose().starts_with("rediss:") => match wanted {
            true => refuse("REDIS_URL", "begins with redis:, but TLS is configured: use rediss:"),
            false => Ok(None),
        },
        Topology::Url(_) => Ok(Some(RedisTls { authority, client })),
        _ => Ok(wanted.then_some(RedisTls { authority, client })),
    }
}
