//! The operator's calls: to restore a text, to look up a placeholder, to list what is known, to forget, to count.

mod estate;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use contract::{Mapping, Redacted, Scope, bound};
use data_encoding::HEXLOWER;
use masking::{Placeholder, Resolve, Secret, restore};
use serde::{Deserialize, Serialize};

use crate::batch::{key, scope};
use crate::error::Error;
use crate::events::totals::{DAYS, days};
use crate::name::{RecordKey, SourceName};
use crate::quota::Usage;
use crate::store::{Change, Cursor, Store};
use crate::vault::estate::{Import, Imported, SourceState};
use crate::vault::{Vault, mapping};

/// The header that carries the scope of a text to restore.
pub const SCOPE_HEADER: &str = "x-aws-masker-scope";

/// Records opened at a time.
const STEP: usize = 256;
/// Bytes of a restored text: a short placeholder may stand for a long value, many times over.
const RESTORED_BYTES: usize = 8 * bound::BODY_BYTES;
/// Characters of a reason.
const REASON_CHARS: std::ops::RangeInclusive<usize> = 3..=200;
/// Scopes that are counted by name.
const SCOPES: usize = 1_000;

/// One call of the operator.
#[derive(Debug)]
pub enum Call {
    Restore {
        scope: Scope,
        text: Vec<u8>,
    },
    Lookup {
        key: RecordKey,
        /// Why it is asked, for the audit record.
        reason: Option<String>,
    },
    Known {
        scope: Scope,
        show: Show,
    },
    Forget(Erasure),
    Estate(Import),
    Sources(Scope),
    Stats,
    /// Of so many days, today the last.
    Totals(u16),
}

/// What is shown of a mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    Values,
    /// Its placeholder and its kind.
    Names,
}

/// The mappings to forget.
#[derive(Debug)]
pub enum Erasure {
    Scope(Scope),
    Placeholder(RecordKey),
    /// The names of a source, with their record.
    Source {
        scope: Scope,
        source: SourceName,
    },
    /// In one scope, or in all; only mappings of exactly this value, not of one that contains it.
    Value {
        value: Redacted,
        scope: Option<Scope>,
    },
}

#[derive(Debug)]
pub enum Outcome {
    Restored {
        text: Vec<u8>,
        restored: u64,
        unknown: u64,
    },
    Found(Option<Mapping>),
    /// The newest first.
    Known(Vec<Mapping>),
    /// The same without their values.
    Named(Vec<Name>),
    Forgotten(u64),
    Imported(Imported),
    Sources(Vec<SourceState>),
    Stats(Stats),
    /// By day and scope.
    Totals(serde_json::Map<String, serde_json::Value>),
}

/// A mapping without its value.
#[derive(Debug, Serialize)]
pub struct Name {
    pub placeholder: String,
    pub kind: String,
}

#[derive(Debug, Default, Serialize)]
pub struct Stats {
    pub mappings: u64,
    pub scopes: BTreeMap<String, u64>,
    /// The usage of each scope, against its quotas.
    pub usage: BTreeMap<String, Usage>,
    /// Records by the id of the key that sealed them: an old secret may be dropped when it has none left.
    pub sealed_by: BTreeMap<String, u64>,
    /// The key that seals now.
    pub sealing: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    scope: Option<String>,
    placeholder: Option<String>,
    value: Option<Redacted>,
    source: Option<String>,
    reason: Option<String>,
    values: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Days {
    days: u16,
}

impl Call {
    pub fn restore(in_scope: Option<&str>, text: &[u8]) -> Result<Self, Error> {
        Ok(Self::Restore { scope: scope(in_scope.unwrap_or_default())?, text: text.to_vec() })
    }

    pub fn lookup(_: Option<&str>, body: &[u8]) -> Result<Self, Error> {
        match serde_json::from_slice(body)? {
            Asked {
                scope: Some(scope),
                placeholder: Some(placeholder),
                value: None,
                reason,
                values: None,
                source: None,
            } => {
                let reason = reason.as_deref().map(reason_of).transpose()?;
                Ok(Self::Lookup { key: key(&scope, &placeholder)?, reason })
            }
            _ => Err(Error::Invalid("scope and placeholder")),
        }
    }

    pub fn known(_: Option<&str>, body: &[u8]) -> Result<Self, Error> {
        match serde_json::from_slice(body)? {
            Asked { scope: Some(of), placeholder: None, value: None, reason: None, values, source: None } => {
                let show = if values.unwrap_or(true) { Show::Values } else { Show::Names };
                Ok(Self::Known { scope: scope(&of)?, show })
            }
            _ => Err(Error::Invalid("scope")),
        }
    }

    pub fn forget(_: Option<&str>, body: &[u8]) -> Result<Self, Error> {
        let erasure = match serde_json::from_slice(body)? {
            asked if asked.reason.is_some() || asked.values.is_some() => {
                return Err(Error::Invalid("reason or values"));
            }
            Asked { scope: Some(whole), placeholder: None, value: None, source: None, .. } => {
                Erasure::Scope(scope(&whole)?)
            }
            Asked { scope: Some(of), placeholder: None, value: None, source: Some(source), .. } => {
                Erasure::Source { scope: scope(&of)?, source: estate::source(&source)? }
            }
            Asked { scope: Some(scope), placeholder: Some(placeholder), value: None, source: None, .. } => {
                Erasure::Placeholder(key(&scope, &placeholder)?)
            }
            Asked { scope: within, placeholder: None, value: Some(value), source: None, .. } => {
                Erasure::Value { value, scope: within.as_deref().map(scope).transpose()? }
            }
            _ => return Err(Error::Invalid("one of scope, scope and placeholder, scope and source, value")),
        };
        Ok(Self::Forget(erasure))
    }

    pub fn stats(_: Option<&str>, _: &[u8]) -> Result<Self, Error> {
        Ok(Self::Stats)
    }

    pub fn totals(_: Option<&str>, body: &[u8]) -> Result<Self, Error> {
        match serde_json::from_slice(body)? {
            Days { days } if (1..=DAYS).contains(&days) => Ok(Self::Totals(days)),
            Days { .. } => Err(Error::Invalid("days")),
        }
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::Restore { .. } => "restore",
            Self::Lookup { .. } => "lookup",
            Self::Known { .. } => "known",
            Self::Forget(_) => "forget",
            Self::Estate(_) => "estate",
            Self::Sources(_) => "sources",
            Self::Stats => "stats",
            Self::Totals(_) => "totals",
        }
    }

    /// The scope that the call stays in; `None` if it goes through all.
    pub fn scope(&self) -> Option<&Scope> {
        match self {
            Self::Restore { scope, .. } | Self::Known { scope, .. } | Self::Forget(Erasure::Scope(scope)) => {
                Some(scope)
            }
            Self::Lookup { key, .. } | Self::Forget(Erasure::Placeholder(key)) => Some(&key.scope),
            Self::Estate(Import { scope, .. }) | Self::Sources(scope) => Some(scope),
            Self::Forget(Erasure::Source { scope, .. }) => Some(scope),
            Self::Forget(Erasure::Value { scope, .. }) => scope.as_ref(),
            Self::Stats | Self::Totals(_) => None,
        }
    }
}

impl Outcome {
    /// The number of mappings that were shown or forgotten.
    pub fn count(&self) -> u64 {
        match self {
            Self::Restored { restored, .. } => *restored,
            Self::Found(mapping) => u64::from(mapping.is_some()),
            Self::Known(known) => known.len() as u64,
            Self::Named(known) => known.len() as u64,
            Self::Forgotten(count) => *count,
            Self::Imported(imported) => imported.added + imported.removed,
            Self::Sources(sources) => sources.len() as u64,
            Self::Stats(_) | Self::Totals(_) => 0,
        }
    }
}

pub async fn operate(vault: &Vault, call: &Call) -> Result<Outcome, Error> {
    match call {
        Call::Restore { scope, text } => restore_text(vault, scope, text).await,
        Call::Lookup { key, .. } => {
            let plain = vault.open(std::slice::from_ref(key), None).await?.pop().flatten();
            Ok(Outcome::Found(plain.map(|plain| mapping(key, plain))))
        }
        Call::Known { scope, show: Show::Values } => known(vault, scope).await.map(Outcome::Known),
        Call::Known { scope, show: Show::Names } => known(vault, scope).await.map(named),
        Call::Forget(erasure) => forget(vault, erasure).await.map(Outcome::Forgotten),
        Call::Estate(import) => vault.import(import).await.map(Outcome::Imported),
        Call::Sources(scope) => vault.sources(scope).await.map(Outcome::Sources),
        Call::Stats => count(vault).await.map(Outcome::Stats),
        Call::Totals(count) => totals(vault, *count).await.map(Outcome::Totals),
    }
}

async fn restore_text(vault: &Vault, scope: &Scope, text: &[u8]) -> Result<Outcome, Error> {
    let mut named = Named::default();
    restore(text, &mut named);
    let keys: Vec<_> =
        named.0.iter().map(|placeholder| RecordKey { scope: scope.clone(), placeholder: *placeholder }).collect();
    let mut known = Values { room: RESTORED_BYTES.saturating_sub(text.len()), ..Values::default() };
    // Each value occurs in the text at least once, so the bytes read are bounded by those that may be answered.
    let mut room = known.room;
    for keys in keys.chunks(STEP) {
        let opened = vault.open(keys, None).await?;
        for (key, plain) in keys.iter().zip(opened) {
            let Some(value) = plain.map(|plain| Secret::new(plain.value.expose())) else { continue };
            room = room.checked_sub(value.expose().len()).ok_or(Error::TooLarge)?;
            known.values.insert(key.placeholder, value);
        }
    }
    let text = restore(text, &mut known).unwrap_or_else(|| text.to_vec());
    match known {
        Values { full: true, .. } => Err(Error::TooLarge),
        Values { restored, unknown, .. } => Ok(Outcome::Restored { text, restored, unknown }),
    }
}

/// Days on which nothing happened are left out.
async fn totals(vault: &Vault, count: u16) -> Result<serde_json::Map<String, serde_json::Value>, Error> {
    let days = days(count);
    let totals = vault.store().totals(&days).await?;
    let held = days.into_iter().zip(totals).filter(|(_, totals)| !totals.is_empty());
    Ok(held.map(|(day, totals)| (day, totals.by_scope())).collect())
}

async fn known(vault: &Vault, scope: &Scope) -> Result<Vec<Mapping>, Error> {
    let placeholders = vault.store().known(scope).await?;
    let keys: Vec<_> =
        placeholders.into_iter().map(|placeholder| RecordKey { scope: scope.clone(), placeholder }).collect();
    let (mut known, mut room) = (Vec::new(), RESTORED_BYTES);
    for keys in keys.chunks(STEP) {
        for (key, plain) in keys.iter().zip(vault.open(keys, None).await?) {
            let Some(plain) = plain else { continue };
            room = room.checked_sub(plain.value.expose().len()).ok_or(Error::TooLarge)?;
            known.push(mapping(key, plain));
        }
    }
    Ok(known)
}

fn named(known: Vec<Mapping>) -> Outcome {
    let name = |mapping: Mapping| Name { placeholder: mapping.placeholder, kind: mapping.kind };
    Outcome::Named(known.into_iter().map(name).collect())
}

/// One line of a few words: it stands in the log.
fn reason_of(text: &str) -> Result<String, Error> {
    let text = text.trim();
    let fits = REASON_CHARS.contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(Error::Invalid("reason")) }
}

/// What is forgotten is forgotten by the filters too, with their next calls.
async fn forget(vault: &Vault, erasure: &Erasure) -> Result<u64, Error> {
    let store = vault.store();
    let (scope, value) = match erasure {
        Erasure::Placeholder(key) => return vault.forget(std::slice::from_ref(key)).await,
        Erasure::Source { scope, source } => return vault.forget_source(scope, source).await,
        Erasure::Scope(scope) => (Some(scope), None),
        Erasure::Value { value, scope } => (scope.as_ref(), Some(value)),
    };
    let mut count = match (scope, value) {
        (_, Some(value)) => vault.strike_value(scope, value).await?,
        (Some(scope), None) => vault.forget_estate(scope).await?,
        (None, None) => 0,
    };
    let mut walk = Walk::default();
    while let Some(keys) = walk.next(store, scope).await? {
        for keys in keys.chunks(STEP) {
            count += match value {
                None => store.forget(keys).await?,
                Some(value) => vault.forget(&keys_holding(vault, keys, value).await?).await?,
            };
        }
    }
    if let (Some(scope), None) = (scope, value) {
        store.tell(&[(scope.clone(), Change::Erased)]).await?;
    }
    Ok(count)
}

async fn keys_holding(vault: &Vault, keys: &[RecordKey], value: &Redacted) -> Result<Vec<RecordKey>, Error> {
    let opened = vault.open(keys, None).await?;
    let held = keys.iter().zip(opened).filter(|(_, plain)| plain.as_ref().is_some_and(|plain| plain.value == *value));
    Ok(held.map(|(key, _)| key.clone()).collect())
}

async fn count(vault: &Vault) -> Result<Stats, Error> {
    let mut stats = Stats { sealing: HEXLOWER.encode(&vault.sealing()), ..Stats::default() };
    let mut walk = Walk::default();
    while let Some(keys) = walk.next(vault.store(), None).await? {
        for keys in keys.chunks(STEP) {
            let records = vault.store().get(keys, None).await?;
            for (key, record) in keys.iter().zip(records) {
                let Some(id) = record.as_deref().and_then(|record| record.first_chunk::<4>()) else { continue };
                stats.mappings += 1;
                *stats.sealed_by.entry(HEXLOWER.encode(id)).or_default() += 1;
                let room = stats.scopes.len() < SCOPES || stats.scopes.contains_key(key.scope.as_str());
                let scope = if room { key.scope.as_str() } else { "*" };
                *stats.scopes.entry(scope.to_owned()).or_default() += 1;
            }
        }
    }
    let scopes: Vec<Scope> = stats.scopes.keys().filter_map(|scope| Scope::parse(scope)).collect();
    let usages = vault.store().usage(&scopes).await?;
    stats.usage = scopes.into_iter().map(|scope| scope.as_str().to_owned()).zip(usages).collect();
    Ok(stats)
}

/// A walk through all keys of a store.
#[derive(Default)]
struct Walk {
    from: Cursor,
    ended: bool,
}

impl Walk {
    async fn next(&mut self, store: &dyn Store, scope: Option<&Scope>) -> Result<Option<Vec<RecordKey>>, Error> {
        if self.ended {
            return Ok(None);
        }
        let page = store.page(scope, self.from).await?;
        self.ended = page.next.is_none();
        self.from = page.next.unwrap_or_default();
        Ok(Some(page.keys))
    }
}

/// Knows no value, and remembers the placeholders that it was asked for.
#[derive(Default)]
struct Named(BTreeSet<Placeholder>);

impl Resolve for Named {
    fn resolve(&mut self, placeholder: &Placeholder) -> Option<Secret> {
        self.0.insert(*placeholder);
        None
    }
}

/// Knows the values of one text, as long as there is room for them.
#[derive(Default)]
struct Values {
    values: HashMap<Placeholder, Secret>,
    room: usize,
    full: bool,
    restored: u64,
    unknown: u64,
}

impl Resolve for Values {
    fn resolve(&mut self, placeholder: &Placeholder) -> Option<Secret> {
        let Some(value) = self.values.get(placeholder) else {
            self.unknown += 1;
            return None;
        };
        let Some(room) = self.room.checked_sub(value.expose().len()) else {
            self.full = true;
            return None;
        };
        self.room = room;
        self.restored += 1;
        Some(value.clone())
    }
}
