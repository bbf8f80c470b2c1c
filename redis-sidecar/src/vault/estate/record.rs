//! The record of a source: what is known of it without its names.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use masking::Placeholder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::SourceState;
use crate::error::Error;
use crate::name::PartName;
use crate::name::SourceName;

/// Bytes of an import's id.
const ID: usize = 16;

/// Names one import: sixteen hexadecimal digits, with which each of its names is stamped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportId(String);

impl ImportId {
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == ID && text.bytes().all(|b| b.is_ascii_hexdigit())).then(|| Self(text.to_owned()))
    }

    /// One that no other import has.
    pub fn random() -> Result<Self, Error> {
        let mut id = [0; ID / 2];
        getrandom::fill(&mut id).map_err(|_| Error::Internal)?;
        Ok(Self(HEXLOWER.encode(&id)))
    }

    /// A sealed name of this import, with the sign of what it is.
    pub(super) fn stamp(&self, sealed: &[u8], entry: Entry) -> Vec<u8> {
        [self.0.as_bytes(), entry.sign(), sealed].concat()
    }

    pub(super) fn is_of(&self, stamped: &[u8]) -> bool {
        stamped.starts_with(self.0.as_bytes())
    }
}

/// What an entry of a source says of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Entry {
    /// It is listed. The entry lies under its own placeholder.
    Listed,
    /// It is listed, and recognised anywhere.
    Forced,
    /// It is the name of one resource. The entry lies under the placeholder with the code of that one's id; another entry
    /// lists the name. An older sidecar takes it for a second one that does.
    Related,
}

impl Entry {
    fn sign(self) -> &'static [u8] {
        match self {
            Self::Listed => b".",
            Self::Forced => b"!",
            Self::Related => b"=",
        }
    }

    /// The one of a stamped name.
    pub(super) fn of(stamped: &[u8]) -> Self {
        let sign = stamped.get(ID..=ID).unwrap_or_default();
        [Self::Forced, Self::Related].into_iter().find(|entry| entry.sign() == sign).unwrap_or(Self::Listed)
    }
}

/// A sealed name without its stamp.
pub(super) fn unstamped(stamped: &[u8]) -> Option<&[u8]> {
    stamped.get(ID + 1..)
}

/// What is stored of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SourceRecord {
    names: u64,
    bytes: u64,
    /// The time of the last complete import, in seconds since 1970.
    #[serde(default)]
    at: Option<u64>,
    /// A digest of what it lists, by its placeholders; empty before the first import is complete.
    #[serde(default)]
    tag: String,
    /// What was asked for it, in the last complete import.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parts: Vec<PartName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pending: Option<Pending>,
}

/// An import that is not complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) import: ImportId,
    pub(super) names: u64,
    pub(super) bytes: u64,
}

impl Pending {
    pub(super) fn new(id: &ImportId) -> Self {
        Self { import: id.clone(), names: 0, bytes: 0 }
    }
}

impl SourceRecord {
    /// The names and the bytes for which it needs room.
    pub(super) fn claims(&self) -> (u64, u64) {
        let pending = self.pending.as_ref().map_or((0, 0), |pending| (pending.names, pending.bytes));
        if self.pending.is_some() { pending } else { (self.names, self.bytes) }
    }

    pub(super) fn is_done(&self) -> bool {
        !self.tag.is_empty()
    }

    /// The record after an import that has these entries.
    pub(super) fn done(self, at: u64, parts: &[PartName], entries: impl Iterator<Item = (Placeholder, Entry)>) -> Self {
        let mut entries: Vec<(Placeholder, Entry)> = entries.collect();
        entries.sort_unstable();
        let mut digest = Sha256::new();
        for (placeholder, entry) in &entries {
            digest.update(placeholder.as_str());
            digest.update([*entry as u8]);
        }
        let bytes = self.claims().1;
        Self {
            names: entries.iter().filter(|(_, entry)| *entry != Entry::Related).count() as u64,
            bytes,
            at: Some(at),
            tag: short(digest),
            parts: parts.to_vec(),
            pending: None,
        }
    }

    /// The record after these names were struck off.
    pub(super) fn without(&self, removed: u64, placeholders: &[Placeholder]) -> Self {
        let mut digest = Sha256::new_with_prefix(&self.tag);
        placeholders.iter().for_each(|placeholder| digest.update(placeholder.as_str()));
        let tag = if self.is_done() { short(digest) } else { String::new() };
        Self { names: self.names.saturating_sub(removed), tag, ..self.clone() }
    }

    pub(super) fn state(&self, source: &SourceName, now: u64) -> SourceState {
        SourceState {
            source: source.as_str().to_owned(),
            names: self.names,
            bytes: self.bytes,
            age: self.at.map(|at| now.saturating_sub(at)),
            importing: self.pending.is_some(),
            parts: self.parts.clone(),
        }
    }
}

/// The records of a scope. One that cannot be read counts as none: its next import writes it anew.
pub(super) fn read(records: BTreeMap<String, String>) -> BTreeMap<SourceName, SourceRecord> {
    let record = |(name, record): (String, String)| {
        Some((SourceName::parse(&name)?, serde_json::from_str(&record).unwrap_or_default()))
    };
    records.into_iter().filter_map(record).collect()
}

/// Tells an estate from every other one of its scope; empty if it lists nothing.
pub(super) fn version(records: &BTreeMap<SourceName, SourceRecord>) -> String {
    let mut digest = Sha256::new();
    let mut listing = records.iter().filter(|(_, record)| record.is_done() && record.names > 0).peekable();
    if listing.peek().is_none() {
        return String::new();
    }
    for (source, SourceRecord { tag, .. }) in listing {
        digest.update(format!("{}={tag};", source.as_str()));
    }
    short(digest)
}

fn short(digest: Sha256) -> String {
    let digest = digest.finalize();
    HEXLOWER.encode(digest.first_chunk::<8>().map_or(&[], |short| short))
}
