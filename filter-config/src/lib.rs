//! The configuration that the user wrote, and the checked one that the filter makes of it. The filter reads it with this
//! crate, and so does whoever checks a file before a gateway starts with it: what is taken here is taken there.
//!
//! `written` is the text, `read` makes the types of `raw` of it, and this file what the program means.

#![warn(unreachable_pub)]

mod actions;
mod address;
mod error;
mod near;
mod raw;
mod read;
mod restoring;
mod written;

use std::rc::Rc;

use contract::bound;
use masking::dialect::{Apis, KeptStrings, Options};
use masking::{AddressCodes, Guard, PlaceholderKey, Policy, PolicyError, Scanner};
use serde::Deserialize;

pub use self::actions::Actions;
pub use self::address::{Address, BearerToken};
pub use self::error::ConfigError;
use self::near::kinds_near;
pub use self::raw::{Action, Attachments, Mode, Strict};
use self::raw::{RawConfig, RawDirection, RawGuard, RawPlace, RawScope, is_header_name};
use self::read::Reader;
pub use self::restoring::{Readers, Sees};
pub use self::written::Written;

/// The environment variable that holds the token, so that kong.yml contains no secret.
pub const TOKEN_VARIABLE: &str = "AWS_MASKER_TOKEN";
/// The environment variable that holds the secret of a filter without a sidecar.
pub const SECRET_VARIABLE: &str = "AWS_MASKER_SECRET";
/// Bytes that a secret and a token must have: shorter ones can be guessed.
const SECRET_MIN: usize = bound::TOKEN_BYTES_MIN;
const TTL_DEFAULT: u64 = 604_800;

/// The checked configuration.
#[derive(Debug)]
pub struct Config {
    pub keys: Keys,
    pub scope: ScopeRule,
    pub direction: Direction,
    pub log_masked_requests: bool,
    pub record_masked_bodies: bool,
    /// Shared by all entries with the same policy: a compiled scanner takes megabytes.
    pub scanner: Rc<Scanner>,
    pub mode: Mode,
    pub actions: Actions,
    /// `None` if everybody sees values.
    pub readers: Option<Readers>,
    /// `None` if tools may be called with any value.
    pub guard: Option<Rc<Guard>>,
    pub addresses: AddressCodes,
    pub options: Options,
    pub attachments: Attachments,
    pub strict: Strict,
}

/// The source of the key with which placeholders are minted.
#[derive(Debug)]
pub enum Keys {
    /// From the sidecar, which also keeps the mappings.
    Sidecar(SidecarConfig),
    /// From a secret of the configuration; there is no sidecar, and mappings live as long as their exchange.
    Own(PlaceholderKey),
}

#[derive(Debug)]
pub struct SidecarConfig {
    pub address: Address,
    pub token: BearerToken,
    pub on_outage: OnOutage,
    /// Seconds that a mapping lives after its last use.
    pub mapping_ttl: u64,
}

/// The treatment of requests while the vault does not answer.
#[derive(Debug)]
pub enum OnOutage {
    Refuse,
    /// They are forwarded; before the first answer they are masked with this key.
    GoOn(PlaceholderKey),
}

/// The rule by which the scope of a request is found: what is masked in one scope is never restored in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeRule {
    Fixed(String),
    /// Read from each request.
    From(ScopeSource),
}

/// The side that must not see values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The upstream: requests are masked, and responses restored.
    ToProvider,
    /// The client: requests are restored, and responses masked.
    ToClient,
}

/// The place from which a request's scope is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeSource {
    /// This request header, which a plugin in front of the filter must set for each request.
    Header(String),
    /// The name of the request's route.
    Route,
    /// The name of the service to which the request is routed.
    Service,
}

impl Config {
    /// Reads the configuration; `environment` returns the variables that the host exports to the filter, `compile` the
    /// scanner of a policy.
    pub fn parse(
        json: &[u8],
        environment: impl Fn(&str) -> Option<String>,
        compile: impl FnOnce(Policy) -> Result<Rc<Scanner>, PolicyError>,
    ) -> Result<Self, ConfigError> {
        let json = if json.iter().all(u8::is_ascii_whitespace) { b"{}" } else { json };
        // A message on what is not JSON holds nothing of it.
        let written = serde_json::from_slice(json).map_err(|e| ConfigError(e.to_string()))?;
        Self::read(&written, environment, compile)
    }

    /// The same, of what has been read from another format.
    pub fn read(
        written: &Written,
        environment: impl Fn(&str) -> Option<String>,
        compile: impl FnOnce(Policy) -> Result<Rc<Scanner>, PolicyError>,
    ) -> Result<Self, ConfigError> {
        let raw = RawConfig::deserialize(Reader(written)).map_err(|wrong| ConfigError(wrong.to_string()))?;
        let keys = raw.keys(environment)?;
        let scanner = compile(raw.policy()).map_err(|e| ConfigError(format!("{e}{}", raw.meant(e))))?;
        let actions = Actions::read(&raw.actions.0, &raw.never_restore, &scanner)?;
        let direction = raw.direction()?;
        let readers = Readers::read(&raw.restore.0, raw.restore_by.as_deref(), &scanner)?;
        let guard = restoring::guard(raw.restore_guard, raw.restore_hosts.as_deref())?;
        let apis = match direction {
            Direction::ToProvider => Apis::All,
            Direction::ToClient => Apis::Mcp,
        };
        Ok(Self {
            keys,
            mode: raw.mode,
            actions,
            readers,
            guard,
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
                ..Options::default()
            },
            attachments: raw.attachments,
            strict: raw.strict,
        })
    }
}

impl RawConfig {
    /// The kinds that an unknown one may stand for.
    fn meant(&self, error: PolicyError) -> String {
        let PolicyError::UnknownKind { list, at } = error else { return String::new() };
        let words = if list == "enable" { &self.kinds.enable } else { &self.kinds.disable };
        words.get(at.saturating_sub(1)).map(|word| kinds_near(word, false)).unwrap_or_default()
    }

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
            RawDirection::ToClient if !self.restore.0.is_empty() || self.restore_guard != RawGuard::Off => Err(ConfigError(
                "restore and restore_guard are for direction: to_provider, where clients and their tools get values".into(),
            )),
            RawDirection::ToProvider => Ok(Direction::ToProvider),
            RawDirection::ToClient if self.use_redis => Ok(Direction::ToClient),
            RawDirection::ToClient => Err(ConfigError(
                "direction: to_client restores what other exchanges masked, so it needs a sidecar".into(),
            )),
        }
    }

    fn ttl(&self) -> Result<u64, ConfigError> {
        let Some(ttl) = self.mapping_ttl else { return Ok(TTL_DEFAULT) };
        let range = bound::MAPPING_TTL;
        let whole = (ttl.fract() == 0.0 && ttl >= 0.0).then_some(ttl as u64).filter(|ttl| range.contains(ttl));
        whole.ok_or_else(|| {
            ConfigError(format!(
                "mapping_ttl: expected a whole number of seconds, {} to {}",
                range.start(),
                range.end()
            ))
        })
    }
}

impl RawScope {
    fn check(self) -> Result<ScopeRule, ConfigError> {
        match self {
            Self::Fixed(scope) if contract::Scope::parse(&scope).is_some() => Ok(ScopeRule::Fixed(scope)),
            Self::Fixed(_) => Err(ConfigError(format!("scope: {}", contract::Scope::GRAMMAR))),
            Self::Header(header) if is_header_name(&header) => {
                Ok(ScopeRule::From(ScopeSource::Header(header.to_lowercase())))
            }
            Self::From(RawPlace::Route) => Ok(ScopeRule::From(ScopeSource::Route)),
            Self::From(RawPlace::Service) => Ok(ScopeRule::From(ScopeSource::Service)),
            Self::Header(_) => Err(ConfigError("scope.header: expected the name of a header".into())),
        }
    }
}

#[cfg(test)]
mod tests;
