//! What the user wrote, and what the filter makes of it.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::rc::Rc;

use masking::dialect::Options;
use masking::{AddressCodes, CustomPattern, Family, KindId, PlaceholderKey, Policy, PolicyError, Scanner};
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, de};

/// The environment variable that holds the token, so that no secret stands in kong.yml.
pub const TOKEN_VARIABLE: &str = "AWS_MASKER_TOKEN";
/// The environment variable that holds the secret of a filter without a sidecar.
pub const SECRET_VARIABLE: &str = "AWS_MASKER_SECRET";
/// Bytes that a secret and a token must have: shorter ones can be guessed.
const SECRET_MIN: usize = 16;
/// Bytes of the path of a Unix socket: what the kernel's structure holds, less the zero at its end.
const SOCKET_PATH_MAX: usize = 107;
const TTL_DEFAULT: u64 = 604_800;
const TTL_RANGE: std::ops::RangeInclusive<u64> = 60..=31_536_000;

/// What the filter does, checked.
#[derive(Debug)]
pub struct Config {
    pub keys: Keys,
    pub scope: Scope,
    /// Seconds that a mapping lives after its last use.
    pub mapping_ttl: u64,
    pub log_masked_requests: bool,
    /// Shared by all entries with the same policy: a compiled one takes megabytes.
    pub scanner: Rc<Scanner>,
    pub never_restore: HashSet<KindId>,
    pub addresses: AddressCodes,
    pub options: Options,
}

/// Where the key comes from that placeholders are minted with.
#[derive(Debug)]
pub enum Keys {
    /// From the sidecar, which also keeps the mappings.
    Sidecar { address: Address, token: BearerToken, on_outage: OnOutage },
    /// From a secret of the configuration; there is no sidecar, and mappings live as long as their exchange.
    Own(PlaceholderKey),
}

/// Where the sidecar is called: `host:port`, or `unix:/<path>` of its Unix socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);

impl Address {
    fn parse(text: &str) -> Option<Self> {
        let printable = |byte: u8| byte.is_ascii_graphic() && byte != b':';
        let fits = match text.strip_prefix("unix:") {
            Some(path) => path.starts_with('/') && path.len() <= SOCKET_PATH_MAX && path.bytes().all(printable),
            None => is_host_and_port(text),
        };
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a call to it names as its host.
    pub fn authority(&self) -> &str {
        if self.0.starts_with("unix:") { "localhost" } else { &self.0 }
    }
}

/// What becomes of requests while the vault does not answer.
#[derive(Debug)]
pub enum OnOutage {
    Refuse,
    /// They go on; before the first answer they are masked with this key.
    GoOn(PlaceholderKey),
}

/// The bearer token for the sidecar. It cannot be printed.
pub struct BearerToken(String);

impl BearerToken {
    pub fn header(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// The token itself. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken(…)")
    }
}

/// Whose values a request holds: what is masked in one scope is never restored in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Fixed(String),
    /// What the host tells of each request.
    From(ScopeSource),
}

/// Where a request's scope is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeSource {
    /// This request header, which a plugin in front of the filter must set for each request.
    Header(String),
    /// The name of the request's route.
    Route,
    /// The name of the service that the request goes to.
    Service,
}

/// Why a configuration is refused. The text is for its author and quotes no secret.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Config {
    /// Reads the configuration; `environment` knows the variables that the host exports to the filter, `compile` makes the
    /// scanner of a policy or has it already.
    pub fn parse(
        json: &[u8],
        environment: impl Fn(&str) -> Option<String>,
        compile: impl FnOnce(Policy) -> Result<Rc<Scanner>, PolicyError>,
    ) -> Result<Self, ConfigError> {
        let json = if json.iter().all(u8::is_ascii_whitespace) { b"{}" } else { json };
        let raw: RawConfig = serde_json::from_slice(json).map_err(|e| ConfigError(explain(&e)))?;
        let keys = raw.keys(environment)?;
        let scanner = compile(raw.policy()).map_err(|e| ConfigError(e.to_string()))?;
        let never_restore = raw.never_restore.0.iter().map(|kind| {
            scanner.kind_id(kind).ok_or_else(|| ConfigError(format!("never_restore: there is no kind {kind:?}")))
        });
        Ok(Self {
            never_restore: never_restore.collect::<Result<_, _>>()?,
            keys,
            scope: raw.scope.clone().check()?,
            mapping_ttl: raw.ttl()?,
            log_masked_requests: raw.log_masked_requests,
            scanner,
            addresses: if raw.address_groups { AddressCodes::Grouped } else { AddressCodes::Unrelated },
            options: Options { thinking: raw.restore_thinking },
        })
    }
}

/// What is wrong with the JSON. A text of the wrong type is quoted by the parser, and it may be a secret.
fn explain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if text.starts_with("invalid") {
        format!("a value has the wrong type at line {} column {}", error.line(), error.column())
    } else {
        text
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawConfig {
    sidecar: Option<String>,
    sidecar_token: Option<String>,
    secret: Option<String>,
    scope: RawScope,
    use_redis: bool,
    redis_fallback: bool,
    mapping_ttl: Option<serde_json::Number>,
    log_masked_requests: bool,
    mask_ec2_instances: bool,
    mask_s3_buckets: bool,
    mask_rds_instances: bool,
    mask_private_ips: bool,
    mask_network: bool,
    mask_identity: bool,
    mask_secrets: bool,
    mask_messaging: bool,
    mask_containers: bool,
    mask_dns: bool,
    mask_misc: bool,
    kinds: RawKinds,
    custom_patterns: List<RawPattern>,
    always_mask: List<String>,
    never_mask: List<String>,
    never_restore: List<String>,
    restore_thinking: bool,
    address_groups: bool,
}

impl Default for RawConfig {
    fn default() -> Self {
        Self {
            sidecar: None,
            sidecar_token: None,
            secret: None,
            scope: RawScope::Fixed("default".into()),
            use_redis: true,
            redis_fallback: false,
            mapping_ttl: None,
            log_masked_requests: false,
            mask_ec2_instances: true,
            mask_s3_buckets: true,
            mask_rds_instances: true,
            mask_private_ips: true,
            mask_network: true,
            mask_identity: true,
            mask_secrets: true,
            mask_messaging: true,
            mask_containers: true,
            mask_dns: true,
            mask_misc: true,
            kinds: RawKinds::default(),
            custom_patterns: List::default(),
            always_mask: List::default(),
            never_mask: List::default(),
            never_restore: List::default(),
            restore_thinking: false,
            address_groups: true,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RawKinds {
    enable: List<String>,
    disable: List<String>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct RawPattern {
    label: String,
    regex: String,
    #[serde(default)]
    group: usize,
}

#[derive(Deserialize, Clone)]
#[serde(untagged)]
enum RawScope {
    Fixed(String),
    Header(RawHeader),
    From(RawFrom),
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct RawHeader {
    header: String,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct RawFrom {
    from: RawPlace,
}

#[derive(Deserialize, Clone)]
#[serde(rename_all = "snake_case")]
enum RawPlace {
    Route,
    Service,
}

/// A list, which Kong gives as `{}` when it is empty: its configuration passes through Lua tables.
#[derive(Clone)]
struct List<T>(Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written<T> {
            List(Vec<T>),
            Empty(BTreeMap<String, de::IgnoredAny>),
        }
        match Written::deserialize(deserializer)? {
            Written::List(list) => Ok(Self(list)),
            Written::Empty(map) if map.is_empty() => Ok(Self::default()),
            Written::Empty(_) => Err(D::Error::custom("expected a list")),
        }
    }
}

impl RawConfig {
    fn policy(&self) -> Policy {
        let families = [
            (self.mask_ec2_instances, Family::Compute),
            (self.mask_s3_buckets, Family::Storage),
            (self.mask_rds_instances, Family::Database),
            (self.mask_private_ips, Family::Ip),
            (self.mask_network, Family::Network),
            (self.mask_identity, Family::Identity),
            (self.mask_secrets, Family::Secrets),
            (self.mask_messaging, Family::Messaging),
            (self.mask_containers, Family::Containers),
            (self.mask_dns, Family::Dns),
            (self.mask_misc, Family::Misc),
        ];
        let pattern = |p: &RawPattern| CustomPattern { label: p.label.clone(), regex: p.regex.clone(), group: p.group };
        Policy {
            off: families.iter().filter(|(on, _)| !on).map(|(_, family)| *family).collect(),
            enable: self.kinds.enable.0.clone(),
            disable: self.kinds.disable.0.clone(),
            custom: self.custom_patterns.0.iter().map(pattern).collect(),
            always: self.always_mask.0.clone(),
            never: self.never_mask.0.clone(),
        }
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
        Ok(Keys::Sidecar { address, token: BearerToken(token), on_outage })
    }

    fn ttl(&self) -> Result<u64, ConfigError> {
        let Some(ttl) = &self.mapping_ttl else { return Ok(TTL_DEFAULT) };
        // Lua knows one type of number: 604800 may arrive as 604800.0 and 1.0 as 1.
        let whole = ttl.as_u64().or_else(|| ttl.as_f64().filter(|n| n.fract() == 0.0 && *n >= 0.0).map(|n| n as u64));
        let rule = || ConfigError(format!("mapping_ttl: {} to {} seconds", TTL_RANGE.start(), TTL_RANGE.end()));
        whole.filter(|ttl| TTL_RANGE.contains(ttl)).ok_or_else(rule)
    }
}

impl RawScope {
    fn check(self) -> Result<Scope, ConfigError> {
        match self {
            Self::Fixed(scope) if is_scope(&scope) => Ok(Scope::Fixed(scope)),
            Self::Fixed(_) => Err(ConfigError("scope: 1 to 128 characters of A-Z, a-z, 0-9, . _ : @ -".into())),
            Self::Header(RawHeader { header }) if is_header_name(&header) => {
                Ok(Scope::From(ScopeSource::Header(header.to_lowercase())))
            }
            Self::From(RawFrom { from: RawPlace::Route }) => Ok(Scope::From(ScopeSource::Route)),
            Self::From(RawFrom { from: RawPlace::Service }) => Ok(Scope::From(ScopeSource::Service)),
            Self::Header(_) => Err(ConfigError("scope.header: expected the name of a header".into())),
        }
    }
}

/// Whether a text may name a scope: it stands in keys of the store.
pub fn is_scope(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'@' | b'-'))
}

/// Names one connection pool and nothing else: the host would trap on what it cannot read.
fn is_host_and_port(address: &str) -> bool {
    let host =
        |host: &str| !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-[]:".contains(&b));
    address.rsplit_once(':').is_some_and(|(name, port)| host(name) && port.parse::<u16>().is_ok_and(|port| port > 0))
}

fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A configuration by itself, without an environment.
#[cfg(test)]
pub fn configuration(json: &[u8]) -> Result<Config, ConfigError> {
    Config::parse(json, |_| None, |policy| Scanner::new(&policy).map(Rc::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<Config, ConfigError> {
        let environment = |name: &str| (name == TOKEN_VARIABLE).then(|| "0123456789abcdef".to_owned());
        Config::parse(json.as_bytes(), environment, |policy| Scanner::new(&policy).map(Rc::new))
    }

    #[test]
    fn what_is_accepted() {
        let cases = [
            r#"{"sidecar":"sidecar:9001"}"#,
            r#"{"sidecar":"unix:/run/aws-masker/sidecar.sock"}"#,
            r#"{"sidecar":"[::1]:9001"}"#,
            r#"{"sidecar":"127.0.0.1:9001","sidecar_token":"abcdefghijklmnop","redis_fallback":true}"#,
            r#"{"use_redis":false,"secret":"abcdefghijklmnop"}"#,
            r#"{"sidecar":"s:1","mapping_ttl":3600.0,"custom_patterns":{},"kinds":{"enable":{},"disable":{}},"never_mask":[]}"#,
            r#"{"sidecar":"s:1","scope":{"header":"X-Consumer-ID"},"mask_s3_buckets":false}"#,
            r#"{"sidecar":"s:1","scope":{"from":"route"}}"#,
            r#"{"sidecar":"s:1","scope":{"from":"service"}}"#,
        ];
        for json in cases {
            assert!(parse(json).is_ok(), "{json}: {:?}", parse(json).err());
        }
        let config = parse(r#"{"sidecar":"s:1"}"#).unwrap();
        assert_eq!((config.scope, config.mapping_ttl), (Scope::Fixed("default".into()), 604_800));
        assert!(matches!(config.keys, Keys::Sidecar { on_outage: OnOutage::Refuse, .. }));
        assert_eq!(config.addresses, AddressCodes::Grouped);
        let config = parse(r#"{"sidecar":"s:1","address_groups":false}"#).unwrap();
        assert_eq!(config.addresses, AddressCodes::Unrelated);
    }

    #[test]
    fn what_is_refused() {
        let cases = [
            ("", "sidecar (host:port) is not set"),
            ("{", "EOF while parsing"),
            (r#"{"sidecar":"s:1","mask_everything":true}"#, "unknown field `mask_everything`"),
            (r#"{"sidecar":"s"}"#, "sidecar: expected host:port"),
            (r#"{"sidecar":"s:0"}"#, "sidecar: expected host:port"),
            (r#"{"sidecar":"unix:sidecar.sock"}"#, "sidecar: expected host:port, or unix:/"),
            (r#"{"sidecar":"unix:/a b"}"#, "sidecar: expected host:port, or unix:/"),
            (r#"{"sidecar":"unix:/a:80"}"#, "sidecar: expected host:port, or unix:/"),
            (r#"{"sidecar":"s:1","sidecar_token":"short"}"#, "sidecar_token: at least 16"),
            (r#"{"use_redis":false}"#, "neither secret nor AWS_MASKER_SECRET is set"),
            (r#"{"sidecar":"s:1","scope":""}"#, "scope: 1 to 128"),
            (r#"{"sidecar":"s:1","scope":"a b"}"#, "scope: 1 to 128"),
            (r#"{"sidecar":"s:1","scope":{"header":"a b"}}"#, "scope.header: expected"),
            (r#"{"sidecar":"s:1","scope":{"from":"client"}}"#, "did not match any variant"),
            (r#"{"sidecar":"s:1","mapping_ttl":1.5}"#, "mapping_ttl: 60 to"),
            (r#"{"sidecar":"s:1","mapping_ttl":1}"#, "mapping_ttl: 60 to"),
            (r#"{"sidecar":"s:1","never_restore":["no_such_kind"]}"#, "never_restore: there is no kind"),
            (r#"{"sidecar":"s:1","never_mask":{"a":1}}"#, "expected a list"),
            (r#"{"sidecar":"s:1","redis_fallback":"hunter2hunter2"}"#, "a value has the wrong type at line 1"),
        ];
        for (json, reason) in cases {
            let error = parse(json).err().map(|e| e.to_string()).unwrap_or_default();
            assert!(error.contains(reason), "{json}: {error}");
        }
    }

    #[test]
    fn no_secret_is_printed() {
        let config = parse(r#"{"sidecar":"s:1","sidecar_token":"abcdefghijklmnop","redis_fallback":true}"#).unwrap();
        assert!(!format!("{config:?}").contains("abcdefghijklmnop"));
    }
}
