//! The configuration: the environment (`raw`, which alone reads it) and what it means.
//!
//! Each variable may be given as `<NAME>_FILE` instead, naming a file that holds the text, as Docker and Kubernetes
//! secrets do. An empty variable counts as none.

mod client;
mod estate;
mod log;
mod otlp;
mod raw;
mod redis;

use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;

use contract::{Redacted, Scope, bound};

pub use self::client::ClientConfig;
pub use self::estate::EstateConfig;
pub use self::log::LogConfig;
pub use self::otlp::OtlpConfig;
use self::raw::refuse;
pub use self::raw::{InvalidVariable, RawConfig};
pub use self::redis::{Login, Node, RedisConfig, RedisTls, Topology};
use crate::door::{BearerToken, Scopes};
use crate::keyring::MasterSecret;
use crate::quota::Quotas;

const LISTEN: &str = "127.0.0.1:9001";
const MEMORY_BYTES: usize = 256 << 20;
const RATE: u32 = 1_000;
const QUOTA_MAPPINGS: u64 = 500_000;
const QUOTA_BYTES: u64 = 128 << 20;
const QUOTA_FRESH: u64 = 60_000;
const QUOTA_KNOWN: u64 = 20_000;
const QUOTA_ESTATE: u64 = 50_000;
const UNRESOLVED_MAX: u64 = 20;

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
    /// Calls per second that one token may make.
    pub rate: u32,
    /// Of each scope.
    pub quotas: Quotas,
    pub secrets: Secrets,
    pub store: StoreConfig,
    /// The place of the upstream for checks: `host:port`.
    pub echo: Option<Place>,
    /// The address of the gateway to which a check is sent every minute.
    pub selfcheck: Option<String>,
    pub events: EventsConfig,
    /// The schedule by which the AWS account is asked for its estate.
    pub estate: Option<EstateConfig>,
}

/// What is told of events.
#[derive(Debug)]
pub struct EventsConfig {
    /// Where they are posted.
    pub webhook: Option<String>,
    /// Unresolved placeholders in one response above which there is an alert.
    pub unresolved_max: u64,
}

/// A place at which the sidecar is called.
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
    /// Generated at the start and lost at the end: for the embedded store only, whose mappings are lost as well.
    Random,
}

#[derive(Debug)]
pub enum StoreConfig {
    Memory { bytes: usize },
    Redis(Box<RedisConfig>),
}

/// The callers that may read `/readyz` and `/metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probes {
    Open,
    /// The holders of a token of either sort.
    Token,
}

/// The listener's own certificate and, for mTLS, the authority that signs its callers'.
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

impl Config {
    pub fn parse(raw: &RawConfig) -> Result<Self, InvalidVariable> {
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
            quotas: quotas(raw)?,
            secrets: secrets(raw)?,
            store,
            echo: raw.text("MASKER_ECHO_LISTEN")?.map(Place::Address),
            selfcheck: selfcheck(raw)?,
            events: events(raw)?,
            estate: estate::parse(raw)?,
        };
        match (&config.store, &config.secrets) {
            _ if config.tokens.is_empty() => refuse("MASKER_TOKEN", "is required: the token that the filter sends"),
            (StoreConfig::Redis(_), Secrets::Random) => {
                refuse("MASKER_SECRET", "is required with Redis: without it no record can be opened after a restart")
            }
            _ => Ok(config),
        }
    }
}

fn selfcheck(raw: &RawConfig) -> Result<Option<String>, InvalidVariable> {
    match raw.text("MASKER_SELFCHECK_URL")? {
        Some(url) if !url.starts_with("http://") && !url.starts_with("https://") => {
            refuse("MASKER_SELFCHECK_URL", "is not an address such as http://localhost:8000/aws-masker/selfcheck")
        }
        url => Ok(url),
    }
}

/// The places to listen at, separated by white space.
fn places(raw: &RawConfig) -> Result<Vec<Place>, InvalidVariable> {
    let text = raw.text("MASKER_LISTEN")?.unwrap_or_else(|| LISTEN.to_owned());
    let place = |word: &str| match word.strip_prefix("unix:") {
        None => Ok(Place::Address(word.to_owned())),
        Some(path) if path.starts_with('/') => Ok(Place::Socket(path.into())),
        Some(_) => refuse("MASKER_LISTEN", "needs the socket's absolute path: unix:/<path>"),
    };
    text.split_whitespace().map(place).collect()
}

fn secrets(raw: &RawConfig) -> Result<Secrets, InvalidVariable> {
    let secret = |text: &str| {
        let short = InvalidVariable {
            variable: "MASKER_SECRET",
            why: "is too short: use at least 16 bytes, preferably 32 random ones",
        };
        MasterSecret::new(text).ok_or(short)
    };
    let texts = raw.list("MASKER_SECRETS", "MASKER_SECRET")?;
    let secrets = texts.iter().map(|text| secret(text)).collect::<Result<Vec<_>, _>>()?;
    Ok(match secrets.split_first() {
        Some((newest, older)) => Secrets::Given { newest: newest.clone(), older: older.to_vec() },
        None => Secrets::Random,
    })
}

fn events(raw: &RawConfig) -> Result<EventsConfig, InvalidVariable> {
    let webhook = raw.text("MASKER_WEBHOOK_URL")?;
    match webhook.as_deref() {
        Some(url) if !url.starts_with("http://") && !url.starts_with("https://") => {
            refuse("MASKER_WEBHOOK_URL", "must begin with http:// or https://")
        }
        _ => {
            let unresolved_max = raw.number("MASKER_ALERT_UNRESOLVED")?.unwrap_or(UNRESOLVED_MAX);
            Ok(EventsConfig { webhook, unresolved_max })
        }
    }
}

fn quotas(raw: &RawConfig) -> Result<Quotas, InvalidVariable> {
    Ok(Quotas {
        mappings: raw.number("MASKER_QUOTA_MAPPINGS")?.map_or(QUOTA_MAPPINGS, NonZeroU64::get),
        bytes: raw.number("MASKER_QUOTA_BYTES")?.map_or(QUOTA_BYTES, NonZeroU64::get),
        fresh: raw.number("MASKER_QUOTA_NEW_PER_MINUTE")?.map_or(QUOTA_FRESH, NonZeroU64::get),
        known: raw.number("MASKER_QUOTA_KNOWN")?.map_or(QUOTA_KNOWN, NonZeroU64::get),
        estate: match raw.number("MASKER_QUOTA_ESTATE")?.map_or(QUOTA_ESTATE, NonZeroU64::get) {
            names if names <= bound::ESTATE_NAMES as u64 => names,
            _ => return refuse("MASKER_QUOTA_ESTATE", "must be at most 100000"),
        },
    })
}

/// White space between tokens; `<token>;<scope>,<scope>` binds one to scopes.
fn tokens(raw: &RawConfig, many: &'static str, one: &'static str) -> Result<Vec<BearerToken>, InvalidVariable> {
    let token = |text: &String| {
        let (secret, scopes) = match text.split_once(';') {
            Some((secret, scopes)) => {
                let scopes = scopes.split(',').map(Scope::parse).collect::<Option<_>>();
                let why = "binds a token to an invalid scope";
                (secret, Scopes::Only(scopes.ok_or(InvalidVariable { variable: many, why })?))
            }
            None => (text.as_str(), Scopes::All),
        };
        let why = "holds an invalid token: use at least 16 characters of A-Z, a-z, 0-9, . _ ~ + / = -";
        BearerToken::new(secret, scopes).ok_or(InvalidVariable { variable: many, why })
    };
    raw.list(many, one)?.iter().map(token).collect()
}

fn probes(raw: &RawConfig) -> Result<Probes, InvalidVariable> {
    match raw.text("MASKER_PROBES")?.as_deref() {
        None | Some("open") => Ok(Probes::Open),
        Some("token") => Ok(Probes::Token),
        Some(_) => refuse("MASKER_PROBES", "must be open or token"),
    }
}

fn tls(raw: &RawConfig) -> Result<Option<Tls>, InvalidVariable> {
    let callers = raw.text("MASKER_TLS_CLIENT_CA")?.map(String::into_bytes);
    match identity(raw, "MASKER_TLS_CERT", "MASKER_TLS_KEY")? {
        None if callers.is_some() => refuse("MASKER_TLS_CLIENT_CA", "requires MASKER_TLS_CERT and MASKER_TLS_KEY"),
        identity => Ok(identity.map(|identity| Tls { identity, callers })),
    }
}

fn identity(
    raw: &RawConfig,
    certificate: &'static str,
    key: &'static str,
) -> Result<Option<Identity>, InvalidVariable> {
    match (raw.text(certificate)?, raw.text(key)?) {
        (Some(certificate), Some(key)) => {
            Ok(Some(Identity { certificate: certificate.into_bytes(), key: Redacted::new(key) }))
        }
        (None, None) => Ok(None),
        _ => refuse(certificate, "must be set together with its key"),
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

#[cfg(test)]
mod tests;
