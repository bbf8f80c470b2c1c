//! The configuration that the user wrote, and the checked one that the filter makes of it.

mod actions;
mod address;
mod raw;

use std::fmt;
use std::rc::Rc;

use contract::bound;
use masking::dialect::{Apis, KeptStrings, Options};
use masking::{AddressCodes, PlaceholderKey, Policy, PolicyError, Scanner};

pub(crate) use self::actions::Actions;
pub(crate) use self::address::{Address, BearerToken};
pub(crate) use self::raw::{Action, Attachments, Mode, Strict};
use self::raw::{RawConfig, RawDirection, RawFrom, RawHeader, RawPlace, RawScope};

/// The environment variable that holds the token, so that kong.yml contains no secret.
pub(crate) const TOKEN_VARIABLE: &str = "AWS_MASKER_TOKEN";
/// The environment variable that holds the secret of a filter without a sidecar.
pub(crate) const SECRET_VARIABLE: &str = "AWS_MASKER_SECRET";
/// Bytes that a secret and a token must have: shorter ones can be guessed.
const SECRET_MIN: usize = bound::TOKEN_BYTES_MIN;
const TTL_DEFAULT: u64 = 604_800;

/// The checked configuration.
#[derive(Debug)]
pub(crate) struct Config {
    pub keys: Keys,
    pub scope: ScopeRule,
    pub direction: Direction,
    pub log_masked_requests: bool,
    pub record_masked_bodies: bool,
    /// Shared by all entries with the same policy: a compiled scanner takes megabytes.
    pub scanner: Rc<Scanner>,
    pub mode: Mode,
    pub actions: Actions,
    pub addresses: AddressCodes,
    pub options: Options,
    pub attachments: Attachments,
    pub strict: Strict,
}

/// The source of the key with which placeholders are minted.
#[derive(Debug)]
pub(crate) enum Keys {
    /// From the sidecar, which also keeps the mappings.
    Sidecar(SidecarConfig),
    /// From a secret of the configuration; there is no sidecar, and mappings live as long as their exchange.
    Own(PlaceholderKey),
}

#[derive(Debug)]
pub(crate) struct SidecarConfig {
    pub address: Address,
    pub token: BearerToken,
    pub on_outage: OnOutage,
    /// Seconds that a mapping lives after its last use.
    pub mapping_ttl: u64,
}

/// The treatment of requests while the vault does not answer.
#[derive(Debug)]
pub(crate) enum OnOutage {
    Refuse,
    /// They are forwarded; before the first answer they are masked with this key.
    GoOn(PlaceholderKey),
}

/// The rule by which the scope of a request is found: what is masked in one scope is never restored in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ScopeRule {
    Fixed(String),
    /// Read from each request.
    From(ScopeSource),
}

/// The side that must not see values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The upstream: requests are masked, and responses restored.
    ToProvider,
    /// The client: requests are restored, and responses masked.
    ToClient,
}

/// The place from which a request's scope is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ScopeSource {
    /// This request header, which a plugin in front of the filter must set for each request.
    Header(String),
    /// The name of the request's route.
    Route,
    /// The name of the service to which the request is routed.
    Service,
}

/// The reason for which a configuration is refused. The text is for its author and quotes no secret.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Config {
    /// Reads the configuration; `environment` returns the variables that the host exports to the filter, `compile` the
    /// scanner of a policy.
    pub(crate) fn parse(
        json: &[u8],
        environment: impl Fn(&str) -> Option<String>,
        compile: impl FnOnce(Policy) -> Result<Rc<Scanner>, PolicyError>,
    ) -> Result<Self, ConfigError> {
        let json = if json.iter().all(u8::is_ascii_whitespace) { b"{}" } else { json };
        let raw: RawConfig = serde_json::from_slice(json).map_err(|e| ConfigError(explain(&e)))?;
        let keys = raw.keys(environment)?;
        let scanner = compile(raw.policy()).map_err(|e| ConfigError(e.to_string()))?;
        let actions = Actions::read(&raw.actions.0, &raw.never_restore.0, &scanner)?;
        let direction = raw.direction()?;
        let apis = match direction {
            Direction::ToProvider => Apis::All,
            Direction::ToClient => Apis::Mcp,
        };
        Ok(Self {
            keys,
            mode: raw.mode,
            actions,
            scope: raw.scope.clone().check()?,
            direction,
            log_masked_requests: raw.log_masked_requests,
            record_masked_bodies: raw.record_masked_bodies,
            scanner,
            addresses: if raw.address_groups { AddressCodes::Grouped } else { AddressCodes::Unrelated },
            options: Options {
                thinking: raw.restore_thinking,
                apis,
                kept: if raw.strict == Strict::Refuse { KeptStrings::Search } else { KeptStrings::Pass },
            },
            attachments: raw.attachments,
            strict: raw.strict,
        })
    }
}

/// The text on an error in the JSON. The parser quotes a text of the wrong type, and the name of an unknown member:
/// either may be a value that was written in the wrong place. Names of settings are words with underscores, which are
/// quoted up to a length at which they say nothing else.
fn explain(error: &serde_json::Error) -> String {
    const QUOTED_MAX: usize = 32;
    let text = error.to_string();
    let (line, column) = (error.line(), error.column());
    let quoted = text.split('`').nth(1).unwrap_or_default();
    let is_word = |b: u8| b.is_ascii_lowercase() || b == b'_';
    if text.starts_with("invalid") {
        format!("a value has the wrong type at line {line} column {column}")
    } else if quoted.len() > QUOTED_MAX || !quoted.bytes().all(is_word) {
        format!("a member is unknown or wrong at line {line} column {column}")
    } else {
        text
    }
}

impl RawConfig {
    fn keys(&self, environment: impl Fn(&str) -> Option<String>) -> Result<Keys, ConfigError> {
        let find = |written: &Option<String>, variable: &str, name: &str| {
            let found = written.clone().or_else(|| environment(variable)).filter(|secret| !secret.is_empty());
            let found = found.ok_or_else(|| ConfigError(format!("neither {name} nor {variable} is set")))?;
            let long = found.len() >= SECRET_MIN && found.bytes().all(|b| b.is_ascii_graphic());
            let rule = || ConfigError(format!("{name}: at least {SECRET_MIN} printable ASCII characters"));
            long.then_some(found).ok_or_else(rule)
        };
        if !self.use_redis {
            self.ttl()?;
            let secret = find(&self.secret, SECRET_VARIABLE, "secret")?;
            return Ok(Keys::Own(PlaceholderKey::derive(secret.as_bytes(), "own")));
        }
        let written = self.sidecar.as_deref().ok_or_else(|| ConfigError("sidecar (host:port) is not set".into()))?;
        let rule = || ConfigError("sidecar: expected host:port, or unix:/ and the path of its socket".into());
        let address = Address::parse(written).ok_or_else(rule)?;
        let token = find(&self.sidecar_token, TOKEN_VARIABLE, "sidecar_token")?;
        let on_outage = if self.redis_fallback {
            OnOutage::GoOn(PlaceholderKey::derive(token.as_bytes(), "fallback"))
        } else {
            OnOutage::Refuse
        };
        let mapping_ttl = self.ttl()?;
        Ok(Keys::Sidecar(SidecarConfig { address, token: BearerToken::new(token), on_outage, mapping_ttl }))
    }

    fn direction(&self) -> Result<Direction, ConfigError> {
        match self.direction {
            RawDirection::ToClient if self.mode == Mode::Observe => Err(ConfigError(
                "mode: observe is for direction: to_provider, as an agent without its values does other work".into(),
            )),
            RawDirection::ToProvider => Ok(Direction::ToProvider),
            RawDirection::ToClient if self.use_redis => Ok(Direction::ToClient),
            RawDirection::ToClient => Err(ConfigError(
                "direction: to_client restores what other exchanges masked, so it needs a sidecar".into(),
            )),
        }
    }

    fn ttl(&self) -> Result<u64, ConfigError> {
        let Some(ttl) = &self.mapping_ttl else { return Ok(TTL_DEFAULT) };
        // Lua has one type of number: 604800 may arrive as 604800.0 and 1.0 as 1.
        let whole = ttl.as_u64().or_else(|| ttl.as_f64().filter(|n| n.fract() == 0.0 && *n >= 0.0).map(|n| n as u64));
        let range = bound::MAPPING_TTL;
        let rule = || ConfigError(format!("mapping_ttl: {} to {} seconds", range.start(), range.end()));
        whole.filter(|ttl| range.contains(ttl)).ok_or_else(rule)
    }
}

impl RawScope {
    fn check(self) -> Result<ScopeRule, ConfigError> {
        match self {
            Self::Fixed(scope) if contract::Scope::parse(&scope).is_some() => Ok(ScopeRule::Fixed(scope)),
            Self::Fixed(_) => Err(ConfigError(format!("scope: {}", contract::Scope::GRAMMAR))),
            Self::Header(RawHeader { header }) if is_header_name(&header) => {
                Ok(ScopeRule::From(ScopeSource::Header(header.to_lowercase())))
            }
            Self::From(RawFrom { from: RawPlace::Route }) => Ok(ScopeRule::From(ScopeSource::Route)),
            Self::From(RawFrom { from: RawPlace::Service }) => Ok(ScopeRule::From(ScopeSource::Service)),
            Self::Header(_) => Err(ConfigError("scope.header: expected the name of a header".into())),
        }
    }
}

fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Reads a configuration without an environment.
#[cfg(test)]
pub(crate) fn configuration(json: &[u8]) -> Result<Config, ConfigError> {
    Config::parse(json, |_| None, |policy| Scanner::new(&policy).map(Rc::new))
}

#[cfg(test)]
mod tests;
