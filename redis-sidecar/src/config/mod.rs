//! What the environment says, and what it means. No other file reads the environment.
//!
//! Each variable may be given as `<NAME>_FILE` instead, naming a file that holds the text, as Docker and Kubernetes
//! secrets do. An empty variable counts as none.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;

use contract::{Redacted, Scope, code};

use crate::door::{BearerToken, Scopes};
use crate::keyring::MasterSecret;

pub use redis::{Login, Node, RedisConfig, RedisTls, Topology};

mod redis;

const LISTEN: &str = "127.0.0.1:9001";
const MEMORY_BYTES: usize = 256 << 20;
const RATE: u32 = 1_000;

/// The variables as they are.
#[derive(Default)]
pub struct RawConfig {
    variables: BTreeMap<String, String>,
    /// The names that were asked for.
    known: RefCell<BTreeSet<&'static str>>,
}

/// The variables as the program means them.
#[derive(Debug)]
pub struct Config {
    /// Never empty.
    pub listen: Vec<Place>,
    pub tls: Option<Tls>,
    /// For `/v1/sync`; never empty.
    pub tokens: Vec<BearerToken>,
    /// For the operator's calls, which are closed without one.
    pub operators: Vec<BearerToken>,
    pub probes: Probes,
    /// Calls a second that one token may make.
    pub rate: u32,
    pub secrets: Secrets,
    pub store: StoreConfig,
}

/// Where the sidecar is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `host:port`.
    Address(String),
    /// The path of a Unix socket: for callers on this machine, who need no address to find it.
    Socket(PathBuf),
}

/// The master secrets.
#[derive(Debug)]
pub enum Secrets {
    Given {
        newest: MasterSecret,
        older: Vec<MasterSecret>,
    },
    /// Made at start, gone at the end: for the embedded store only, whose mappings go with it.
    Random,
}

#[derive(Debug)]
pub enum StoreConfig {
    Memory { bytes: usize },
    Redis(Box<RedisConfig>),
}

/// Who may ask for `/readyz` and `/metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probes {
    Open,
    /// Whoever holds a token of either sort.
    Token,
}

/// The listener's own certificate and, for mTLS, who signs its callers'.
#[derive(Debug)]
pub struct Tls {
    pub identity: Identity,
    pub callers: Option<Vec<u8>>,
}

/// A certificate chain and its key, in PEM.
#[derive(Debug, Clone)]
pub struct Identity {
    pub certificate: Vec<u8>,
    pub key: Redacted,
}

/// How the program logs; read before everything else, as it tells what is wrong with the rest.
#[derive(Debug)]
pub struct LogConfig {
    /// In the syntax of tracing's `EnvFilter`.
    pub filter: String,
    pub json: bool,
}

/// Whom the operator's subcommands call, and how.
#[derive(Debug)]
pub struct ClientConfig {
    /// Absent where the sidecar listens on sockets only: the commands speak HTTP over TCP.
    pub url: Option<String>,
    /// Absent for the health check.
    pub token: Option<Redacted>,
    /// Who signs the sidecar's certificate, in PEM.
    pub authority: Option<Vec<u8>>,
    pub identity: Option<Identity>,
}

/// One variable is wrong. Never quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrong {
    pub variable: &'static str,
    pub why: &'static str,
}

impl Config {
    pub fn parse(raw: &RawConfig) -> Result<Self, Wrong> {
        let store = match redis::parse(raw)? {
            Some(redis) => StoreConfig::Redis(Box::new(redis)),
            None => StoreConfig::Memory { bytes: raw.number("MASKER_MEMORY_BYTES")?.unwrap_or(MEMORY_BYTES) },
        };
        let config = Self {
            listen: places(raw)?,
            tls: tls(raw)?,
            tokens: tokens(raw, "MASKER_TOKENS", "MASKER_TOKEN")?,
            operators: tokens(raw, "MASKER_OPERATOR_TOKENS", "MASKER_OPERATOR_TOKEN")?,
            probes: probes(raw)?,
            rate: raw.number("MASKER_RATE")?.map_or(RATE, NonZeroU32::get),
            secrets: secrets(raw)?,
            store,
        };
        match (&config.store, &config.secrets) {
            _ if config.tokens.is_empty() => refuse("MASKER_TOKEN", "is needed: the token that the filter sends"),
            (StoreConfig::Redis(_), Secrets::Random) => {
                refuse("MASKER_SECRET", "is needed with Redis: without it no record opens after a restart")
            }
            _ => Ok(config),
        }
    }
}

impl LogConfig {
    pub fn parse(raw: &RawConfig) -> Result<Self, Wrong> {
        let json = match raw.text("MASKER_LOG_FORMAT")?.as_deref() {
            None | Some("text") => false,
            Some("json") => true,
            Some(_) => return refuse("MASKER_LOG_FORMAT", "is neither text nor json"),
        };
        Ok(Self { filter: raw.text("MASKER_LOG")?.unwrap_or_else(|| "info".to_owned()), json })
    }
}

impl ClientConfig {
    pub fn parse(raw: &RawConfig) -> Result<Self, Wrong> {
        let address = places(raw)?.into_iter().find_map(|place| match place {
            Place::Address(address) => Some(address),
            Place::Socket(_) => None,
        });
        let scheme = if raw.text("MASKER_TLS_CERT")?.is_some() { "https" } else { "http" };
        let tokens = raw.text("MASKER_OPERATOR_TOKENS")?.or(raw.text("MASKER_OPERATOR_TOKEN")?);
        Ok(Self {
            url: raw
                .text("MASKER_URL")?
                .or(address.map(|address| format!("{scheme}://{}", loopback_address(&address)))),
            token: tokens.and_then(|text| Some(Redacted::new(text.split([';', ' ', '\n']).next()?))),
            authority: raw.text("MASKER_CA")?.map(String::into_bytes),
            identity: identity(raw, "MASKER_CLIENT_CERT", "MASKER_CLIENT_KEY")?,
        })
    }
}

/// Where to listen: several places stand one behind the other.
fn places(raw: &RawConfig) -> Result<Vec<Place>, Wrong> {
    let text = raw.text("MASKER_LISTEN")?.unwrap_or_else(|| LISTEN.to_owned());
    let place = |word: &str| match word.strip_prefix("unix:") {
        None => Ok(Place::Address(word.to_owned())),
        Some(path) if path.starts_with('/') => Ok(Place::Socket(path.into())),
        Some(_) => refuse("MASKER_LISTEN", "has a socket without its whole path: unix:/<path>"),
    };
    text.split_whitespace().map(place).collect()
}

/// Where a listener on every address is found from the same machine.
fn loopback_address(listen: &str) -> String {
    listen.replacen("0.0.0.0:", "127.0.0.1:", 1).replacen("[::]:", "[::1]:", 1)
}

fn secrets(raw: &RawConfig) -> Result<Secrets, Wrong> {
    let secret = |text: &str| {
        let short =
            Wrong { variable: "MASKER_SECRET", why: "is too short: 16 bytes at least, 32 random ones for safety" };
        MasterSecret::new(text).ok_or(short)
    };
    let texts = raw.list("MASKER_SECRETS", "MASKER_SECRET")?;
    let secrets = texts.iter().map(|text| secret(text)).collect::<Result<Vec<_>, _>>()?;
    Ok(match secrets.split_first() {
        Some((newest, older)) => Secrets::Given { newest: newest.clone(), older: older.to_vec() },
        None => Secrets::Random,
    })
}

/// White space between tokens; `<token>;<scope>,<scope>` binds one to scopes.
fn tokens(raw: &RawConfig, many: &'static str, one: &'static str) -> Result<Vec<BearerToken>, Wrong> {
    let token = |text: &String| {
        let (secret, scopes) = match text.split_once(';') {
            Some((secret, scopes)) => {
                let scopes = scopes.split(',').map(Scope::parse).collect::<Option<_>>();
                let why = "binds a token to something that is no scope";
                (secret, Scopes::Only(scopes.ok_or(Wrong { variable: many, why })?))
            }
            None => (text.as_str(), Scopes::All),
        };
        let why = "holds a token that is short (16 characters at least) or not of [A-Za-z0-9._~+/=-]";
        BearerToken::new(secret, scopes).ok_or(Wrong { variable: many, why })
    };
    raw.list(many, one)?.iter().map(token).collect()
}

fn probes(raw: &RawConfig) -> Result<Probes, Wrong> {
    match raw.text("MASKER_PROBES")?.as_deref() {
        None | Some("open") => Ok(Probes::Open),
        Some("token") => Ok(Probes::Token),
        Some(_) => refuse("MASKER_PROBES", "is neither open nor token"),
    }
}

fn tls(raw: &RawConfig) -> Result<Option<Tls>, Wrong> {
    let callers = raw.text("MASKER_TLS_CLIENT_CA")?.map(String::into_bytes);
    match identity(raw, "MASKER_TLS_CERT", "MASKER_TLS_KEY")? {
        None if callers.is_some() => refuse("MASKER_TLS_CLIENT_CA", "needs MASKER_TLS_CERT and MASKER_TLS_KEY"),
        identity => Ok(identity.map(|identity| Tls { identity, callers })),
    }
}

fn identity(raw: &RawConfig, certificate: &'static str, key: &'static str) -> Result<Option<Identity>, Wrong> {
    match (raw.text(certificate)?, raw.text(key)?) {
        (Some(certificate), Some(key)) => {
            Ok(Some(Identity { certificate: certificate.into_bytes(), key: Redacted::new(key) }))
        }
        (None, None) => Ok(None),
        _ => refuse(certificate, "goes with a key, and the key with it"),
    }
}

impl RawConfig {
    pub fn from_env() -> Self {
        let utf8 = |(name, text): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, text.into_string().ok()?))
        };
        Self { variables: std::env::vars_os().filter_map(utf8).collect(), known: RefCell::default() }
    }

    pub fn of<'v>(variables: impl IntoIterator<Item = (&'v str, &'v str)>) -> Self {
        let owned = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
        Self { variables: variables.into_iter().map(owned).collect(), known: RefCell::default() }
    }

    /// The variables of this program's prefix that no part of it has asked for: misspelt, most likely.
    pub fn unknown(&self) -> Vec<&str> {
        let known = self.known.borrow();
        let name = |variable: &str| known.contains(variable.strip_suffix("_FILE").unwrap_or(variable));
        self.variables.keys().map(String::as_str).filter(|v| v.starts_with("MASKER_") && !name(v)).collect()
    }

    fn text(&self, name: &'static str) -> Result<Option<String>, Wrong> {
        self.known.borrow_mut().insert(name);
        let given = |name: &str| self.variables.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        match (given(name), given(&format!("{name}_FILE"))) {
            (Some(_), Some(_)) => refuse(name, "is given twice, as a text and as a file"),
            (Some(text), None) => Ok(Some(text.to_owned())),
            (None, Some(path)) => match std::fs::read_to_string(path) {
                Ok(text) if !text.trim().is_empty() => Ok(Some(text.trim().to_owned())),
                Ok(_) => refuse(name, "names a file that is empty"),
                Err(_) => refuse(name, "names a file that cannot be read"),
            },
            (None, None) => Ok(None),
        }
    }

    fn number<T: std::str::FromStr>(&self, name: &'static str) -> Result<Option<T>, Wrong> {
        let wrong = Wrong { variable: name, why: "is not a number in its bounds" };
        self.text(name)?.map(|text| text.parse().map_err(|_| wrong)).transpose()
    }

    /// The words of one variable, or the one text of the other.
    fn list(&self, many: &'static str, one: &'static str) -> Result<Vec<String>, Wrong> {
        match (self.text(many)?, self.text(one)?) {
            (Some(_), Some(_)) => refuse(many, "is given beside its singular"),
            (Some(text), None) => Ok(text.split_whitespace().map(str::to_owned).collect()),
            (None, one) => Ok(one.into_iter().collect()),
        }
    }
}

fn refuse<T>(variable: &'static str, why: &'static str) -> Result<T, Wrong> {
    Err(Wrong { variable, why })
}

impl fmt::Debug for RawConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => f.write_str(address),
            Self::Socket(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", code::CONFIGURATION, self.variable, self.why)
    }
}

impl std::error::Error for Wrong {}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: (&str, &str) = ("MASKER_TOKEN", "0123456789abcdef");
    const SECRET: (&str, &str) = ("MASKER_SECRET", "0123456789abcdef");

    fn topology(variables: &[(&str, &str)]) -> String {
        let raw = RawConfig::of([TOKEN, SECRET].into_iter().chain(variables.iter().copied()));
        match Config::parse(&raw) {
            Ok(Config { store: StoreConfig::Memory { .. }, .. }) => "memory".to_owned(),
            Ok(Config { store: StoreConfig::Redis(redis), .. }) => match redis.topology {
                Topology::Url(url) => url.expose().to_owned(),
                Topology::Single((host, port)) => format!("{host}:{port}"),
                Topology::Sentinel { nodes, primary, .. } => format!("{primary} {nodes:?}"),
                Topology::Cluster(nodes) => format!("{nodes:?}"),
            },
            Err(wrong) => wrong.variable.to_owned(),
        }
    }

    #[test]
    fn which_redis_is_meant() {
        for (variables, expected) in [
            (&[][..], "memory"),
            (&[("REDIS_URL", ""), ("REDIS_HOST", " ")], "memory"),
            // Kubernetes sets these beside a service called redis.
            (&[("REDIS_PORT", "tcp://10.0.0.1:6379"), ("REDIS_SERVICE_HOST", "10.0.0.1")], "memory"),
            (&[("REDIS_HOST", "redis"), ("REDIS_PORT", "tcp://10.0.0.1:6379")], "redis:6379"),
            (&[("REDIS_HOST", "redis"), ("REDIS_PORT", "7000")], "redis:7000"),
            (&[("REDIS_PORT", "7000")], "127.0.0.1:7000"),
            (&[("REDIS_PASSWORD", "x")], "127.0.0.1:6379"),
            (&[("REDIS_PORT", "many")], "REDIS_PORT"),
            (&[("REDIS_URL", "rediss://h:1/2")], "rediss://h:1/2"),
            (&[("REDIS_URL", "redis://h"), ("REDIS_CA", "x")], "REDIS_URL"),
            (&[("REDIS_URL", "redis://h"), ("REDIS_HOST", "h")], "REDIS_URL"),
            (&[("REDIS_HOST", "h"), ("REDIS_TLS", "yes")], "REDIS_TLS"),
            (&[("REDIS_CLUSTER", "a:1, [::1]:2 c")], r#"[("a", 1), ("::1", 2), ("c", 6379)]"#),
            (&[("REDIS_CLUSTER", "a:b")], "REDIS_CLUSTER"),
            (&[("REDIS_SENTINELS", "a"), ("REDIS_SENTINEL_PRIMARY", "p")], r#"p [("a", 26379)]"#),
            (&[("REDIS_SENTINELS", "a")], "REDIS_SENTINEL_PRIMARY"),
        ] {
            assert_eq!(topology(variables), expected, "{variables:?}");
        }
    }

    #[test]
    fn a_misspelt_variable_is_told() {
        let raw = RawConfig::of([TOKEN, ("MASKER_TLS_CLIENT_CERT", "x"), ("MASKER_SECRETS_FILE", ""), ("HOME", "x")]);
        Config::parse(&raw).unwrap();
        assert_eq!(raw.unknown(), ["MASKER_TLS_CLIENT_CERT"]);
    }

    #[test]
    fn a_client_finds_the_sidecar_beside_it() {
        for (variables, url) in [
            (&[][..], "http://127.0.0.1:9001"),
            (&[("MASKER_LISTEN", "0.0.0.0:80")], "http://127.0.0.1:80"),
            (&[("MASKER_LISTEN", "[::]:80"), ("MASKER_TLS_CERT", "x")], "https://[::1]:80"),
            (&[("MASKER_LISTEN", "0.0.0.0:80"), ("MASKER_URL", "https://masker")], "https://masker"),
            (&[("MASKER_LISTEN", "unix:/run/s.sock 0.0.0.0:80")], "http://127.0.0.1:80"),
            (&[("MASKER_LISTEN", "unix:/run/s.sock"), ("MASKER_URL", "http://masker")], "http://masker"),
        ] {
            let config = ClientConfig::parse(&RawConfig::of(variables.iter().copied())).unwrap();
            assert_eq!(config.url.as_deref(), Some(url));
        }
    }

    #[test]
    fn where_it_listens() {
        let listen = |text: &str| {
            let raw = RawConfig::of([TOKEN, ("MASKER_LISTEN", text)]);
            Config::parse(&raw).map(|config| config.listen).map_err(|wrong| wrong.variable)
        };
        let address = |text: &str| Place::Address(text.to_owned());
        assert_eq!(listen(""), Ok(vec![address("127.0.0.1:9001")]));
        let socket = Place::Socket("/run/s.sock".into());
        assert_eq!(listen("unix:/run/s.sock\n[::]:9001"), Ok(vec![socket.clone(), address("[::]:9001")]));
        assert_eq!(listen("unix:/run/s.sock"), Ok(vec![socket]));
        assert_eq!(listen("unix:s.sock"), Err("MASKER_LISTEN"));
        let nowhere = RawConfig::of([("MASKER_LISTEN", "unix:/run/s.sock")]);
        assert_eq!(ClientConfig::parse(&nowhere).unwrap().url, None);
    }

    #[test]
    fn nothing_that_is_secret_shows() {
        let raw = RawConfig::of([TOKEN, SECRET, ("REDIS_URL", "redis://:0123456789abcdef@h")]);
        let shown = format!("{raw:?} {:?} {:?}", Config::parse(&raw), ClientConfig::parse(&raw));
        assert!(!shown.contains("0123456789"), "{shown}");
    }
}
