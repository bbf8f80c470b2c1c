//! The configuration as the user writes it, with its defaults.

use std::fmt;
use std::marker::PhantomData;

use masking::{CustomPattern, Family, Policy};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawConfig {
    pub sidecar: Option<String>,
    pub sidecar_token: Option<String>,
    pub secret: Option<String>,
    pub scope: RawScope,
    pub direction: RawDirection,
    pub use_redis: bool,
    pub redis_fallback: bool,
    /// Whole, and within its bounds: a text on either names both.
    pub mapping_ttl: Option<f64>,
    pub log_masked_requests: bool,
    pub record_masked_bodies: bool,
    pub mask_ec2_instances: bool,
    pub mask_s3_buckets: bool,
    pub mask_rds_instances: bool,
    pub mask_private_ips: bool,
    pub mask_network: bool,
    pub mask_identity: bool,
    pub mask_secrets: bool,
    pub mask_messaging: bool,
    pub mask_containers: bool,
    pub mask_dns: bool,
    pub mask_misc: bool,
    pub mask_tokens: bool,
    pub mask_personal: bool,
    pub mask_names: bool,
    pub kinds: RawKinds,
    pub custom_patterns: Vec<RawPattern>,
    pub always_mask: Vec<String>,
    pub never_mask: Vec<String>,
    pub never_restore: Vec<String>,
    pub mode: Mode,
    pub actions: RawActions,
    pub restore_thinking: bool,
    pub restore_guard: RawGuard,
    pub restore_hosts: Option<Vec<String>>,
    pub restore: RawReaders,
    pub restore_by: Option<String>,
    pub address_groups: bool,
    pub attachments: Attachments,
    pub strict: Strict,
}

impl Default for RawConfig {
    fn default() -> Self {
        Self {
            sidecar: None,
            sidecar_token: None,
            secret: None,
            scope: RawScope::Fixed("default".into()),
            direction: RawDirection::ToProvider,
            use_redis: true,
            redis_fallback: false,
            mapping_ttl: None,
            log_masked_requests: false,
            record_masked_bodies: false,
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
            mask_tokens: true,
            mask_personal: false,
            mask_names: false,
            kinds: RawKinds::default(),
            custom_patterns: Vec::new(),
            always_mask: Vec::new(),
            never_mask: Vec::new(),
            never_restore: Vec::new(),
            mode: Mode::Mask,
            actions: RawActions::default(),
            restore_thinking: false,
            restore_guard: RawGuard::Off,
            restore_hosts: None,
            restore: RawReaders::default(),
            restore_by: None,
            address_groups: true,
            attachments: Attachments::Report,
            strict: Strict::Pass,
        }
    }
}

/// The treatment of files in requests that are not text, so that they cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attachments {
    /// They pass.
    Pass,
    /// A request with one is refused.
    Refuse,
    /// They pass, are counted, and the response tells their number.
    Report,
}

/// The treatment of requests with a value where nothing can be masked: in the names of tools, in schemas, in the path,
/// in the query and in headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strict {
    Refuse,
    /// These places are not looked at.
    Pass,
}

/// Whether anything is altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    Mask,
    /// Everything is computed and counted, and requests and responses pass as they came.
    Observe,
}

impl Mode {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mask => "mask",
            Self::Observe => "observe",
        }
    }
}

/// What is done about a value of some kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is masked, and restored.
    Mask,
    /// A request with one is refused.
    Refuse,
    /// As `Mask`, and those who watch over security are told.
    Alert,
    /// It is masked, and its placeholder stays in responses.
    OneWay,
}

/// Entries with names that the user chooses, in the order in which they are written.
pub(super) struct RawEntries<T>(pub Vec<(String, T)>);

/// Kinds and families, each with its action.
pub(super) type RawActions = RawEntries<Action>;
/// Clients, each with what it sees.
pub(super) type RawReaders = RawEntries<RawSees>;

impl<T> Default for RawEntries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// What stands in such an entry.
pub(super) trait Entry {
    /// What the entries are.
    const ARE: &'static str;
}

impl Entry for Action {
    const ARE: &'static str = "kinds or families with their actions";
}

impl Entry for RawSees {
    const ARE: &'static str = "names of clients with what they see";
}

impl<'de, T: Entry + Deserialize<'de>> Deserialize<'de> for RawEntries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Entry + Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = RawEntries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(T::ARE)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(RawEntries(entries))
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

/// What a client sees in responses.
pub(super) enum RawSees {
    Values,
    Placeholders,
    /// The values of these kinds and families.
    Kinds(Vec<String>),
}

impl<'de> Deserialize<'de> for RawSees {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rule;
        impl<'de> Visitor<'de> for Rule {
            type Value = RawSees;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`values`, `placeholders` or a list of kinds and families")
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<RawSees, E> {
                match word {
                    "values" => Ok(RawSees::Values),
                    "placeholders" => Ok(RawSees::Placeholders),
                    _ => Err(E::invalid_value(Unexpected::Str(word), &self)),
                }
            }

            /// Kong passes an empty list as `{}`.
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawSees, A::Error> {
                match map.next_key::<String>()? {
                    None => Ok(RawSees::Kinds(Vec::new())),
                    Some(_) => Err(A::Error::invalid_type(Unexpected::Map, &self)),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RawSees, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = list.next_element()? {
                    words.push(word);
                }
                Ok(RawSees::Kinds(words))
            }
        }
        deserializer.deserialize_any(Rule)
    }
}

/// The guard over what tools are called with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawGuard {
    Off,
    ToolUrls,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawKinds {
    pub enable: Vec<String>,
    pub disable: Vec<String>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPattern {
    pub label: String,
    pub regex: String,
    #[serde(default)]
    pub group: usize,
}

#[derive(Clone)]
pub(super) enum RawScope {
    Fixed(String),
    Header(String),
    From(RawPlace),
}

impl<'de> Deserialize<'de> for RawScope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rule;
        impl<'de> Visitor<'de> for Rule {
            type Value = RawScope;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name, {header: <name>}, {from: route} or {from: service}")
            }

            fn visit_str<E>(self, name: &str) -> Result<RawScope, E> {
                Ok(RawScope::Fixed(name.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawScope, A::Error> {
                match RawSource::deserialize(MapAccessDeserializer::new(map))? {
                    RawSource { header: Some(header), from: None } => Ok(RawScope::Header(header)),
                    RawSource { header: None, from: Some(place) } => Ok(RawScope::From(place)),
                    RawSource { .. } => Err(A::Error::custom("expected one of header and from")),
                }
            }
        }
        deserializer.deserialize_any(Rule)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSource {
    header: Option<String>,
    from: Option<RawPlace>,
}

#[derive(Deserialize, Clone)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawPlace {
    Route,
    Service,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawDirection {
    ToProvider,
    ToClient,
}

impl RawConfig {
    pub(super) fn policy(&self) -> Policy {
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
            (self.mask_tokens, Family::Tokens),
        ];
        let pattern = |p: &RawPattern| CustomPattern { label: p.label.clone(), regex: p.regex.clone(), group: p.group };
        Policy {
            off: families.iter().filter(|(on, _)| !on).map(|(_, family)| *family).collect(),
            on: self.mask_personal.then_some(Family::Personal).into_iter().collect(),
            names: self.mask_names,
            enable: self.kinds.enable.clone(),
            disable: self.kinds.disable.clone(),
            custom: self.custom_patterns.iter().map(pattern).collect(),
            always: self.always_mask.clone(),
            never: self.never_mask.clone(),
        }
    }
}

pub(super) fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
