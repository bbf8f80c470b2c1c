//! What outlives a context. Kong destroys the contexts of a worker when its configuration changes or a neighbour traps;
//! what was kept with the request lets the next context go on with its response.
//!
//! What the lost context held back (a part of a placeholder, a JSON document that had not ended) is lost with it.

use contract::Value;
use masking::{Entry, Placeholder, Recognised, Replaced, Scanner, Secret};
use serde::{Deserialize, Serialize};

use crate::instance::clock::TimeOfDay;

/// What is kept of a request that went on.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct RequestKeepsake {
    pub scope: String,
    pub method: String,
    /// Whether it was masked with the fallback key.
    pub fallback: bool,
    /// Whether there was a body to mask.
    pub masked: bool,
    pub foreign: u64,
    pub at: TimeOfDay,
    pub request_bytes: u64,
    pub closes: bool,
    pub values: Vec<Kept>,
}

/// One value: its placeholder, its kind, the text, whether it was recognised by its context only, how often it stood there.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept(String, String, Value, bool, u64);

/// What is kept of the head of a response that is restored as it passes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ResponseKeepsake {
    pub content_type: String,
    /// Whether the length of the response was known: then the host does not tell where it ends.
    pub with_length: bool,
}

impl RequestKeepsake {
    pub(super) fn read(kept: &[u8]) -> Option<Self> {
        serde_json::from_slice(kept).ok()
    }

    pub(super) fn with_values(self, replaced: &Replaced, scanner: &Scanner) -> Self {
        let kept = |(placeholder, entry): (&Placeholder, &Entry)| {
            let kind = scanner.kind(entry.kind).id.to_string();
            Kept(
                placeholder.to_string(),
                kind,
                Value::new(entry.value.expose()),
                entry.recognised.is_by_context(),
                entry.count,
            )
        };
        Self { values: replaced.entries().map(kept).collect(), ..self }
    }

    /// The values, as the scanner of this instance knows their kinds. One whose kind it does not know any more is left
    /// out, and stays masked.
    pub(super) fn to_replaced(&self, scanner: &Scanner) -> Replaced {
        let mut replaced = Replaced::default();
        for Kept(placeholder, kind, value, by_context, count) in &self.values {
            if let (Some(placeholder), Some(kind)) = (Placeholder::parse(placeholder), scanner.kind_id(kind)) {
                let value = Secret::new(value.expose());
                replaced
                    .take(placeholder, Entry { kind, value, recognised: Recognised::of(*by_context), count: *count });
            }
        }
        replaced
    }
}
