//! The state that outlives a context. Kong destroys the contexts of a worker when its configuration changes or a
//! neighbour traps; with the state that it keeps with a request, the next context continues with the response.
//!
//! Text that the lost context held back (a part of a placeholder, a JSON document that had not ended) is lost with it.

use std::borrow::Cow;

use masking::{Entry, Placeholder, Recognised, Replaced, Scanner, Secret};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::facts::Facts;
use super::head::Client;
use crate::instance::clock::TimeOfDay;

/// The state kept for a request that was forwarded.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct RequestKeepsake {
    pub scope: String,
    #[serde(default)]
    pub client: Client,
    pub method: String,
    /// The coding in which the body arrives: the header states another one by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    /// True if it was masked with the fallback key.
    pub fallback: bool,
    /// True if there was a body to mask.
    pub masked: bool,
    pub foreign: u64,
    #[serde(default)]
    pub attachments: u64,
    #[serde(default)]
    pub masked_links: u64,
    pub at: TimeOfDay,
    pub request_bytes: u64,
    pub closes: bool,
    #[serde(default)]
    pub facts: Facts,
    pub values: Vec<Kept>,
}

/// One value: its placeholder, its kind, the text, whether later exchanges should know it, its number of
/// occurrences. Nothing of it is copied before it is written.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept(
    #[serde(serialize_with = "write_placeholder", deserialize_with = "read_placeholder")] Placeholder,
    Cow<'static, str>,
    #[serde(serialize_with = "write_value", deserialize_with = "read_value")] Secret,
    bool,
    u64,
);

fn write_placeholder<S: Serializer>(placeholder: &Placeholder, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(placeholder.as_str())
}

fn read_placeholder<'d, D: Deserializer<'d>>(from: D) -> Result<Placeholder, D::Error> {
    let text = String::deserialize(from)?;
    Placeholder::parse(&text).ok_or_else(|| D::Error::custom("no placeholder"))
}

fn write_value<S: Serializer>(value: &Secret, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(value.expose())
}

fn read_value<'d, D: Deserializer<'d>>(from: D) -> Result<Secret, D::Error> {
    String::deserialize(from).map(|text| Secret::new(&text))
}

/// The state kept for a response that is restored as it passes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ResponseKeepsake {
    pub content_type: String,
    /// True if the length of the response was known: then the host does not report its end.
    pub with_length: bool,
}

impl RequestKeepsake {
    pub(super) fn read(kept: &[u8]) -> Option<Self> {
        serde_json::from_slice(kept).ok()
    }

    pub(super) fn with_values(self, replaced: &Replaced, scanner: &Scanner) -> Self {
        let kept = |(placeholder, entry): (&Placeholder, &Entry)| {
            let kind = scanner.kind(entry.kind).id.clone();
            Kept(*placeholder, kind, entry.value.clone(), entry.recognised.is_worth_knowing(), entry.count)
        };
        Self { values: replaced.entries().map(kept).collect(), ..self }
    }

    /// The values, with the kinds of this instance's scanner. A value of a kind that it no longer knows is left out,
    /// and stays masked.
    pub(super) fn to_replaced(&self, scanner: &Scanner) -> Replaced {
        let mut replaced = Replaced::default();
        for Kept(placeholder, kind, value, known, count) in &self.values {
            if let Some(kind) = scanner.kind_id(kind) {
                let entry = Entry { kind, value: value.clone(), recognised: Recognised::of(*known), count: *count };
                replaced.take(*placeholder, entry);
            }
        }
        replaced
    }
}
