//! What outlives a context. Kong destroys the contexts of a worker when its configuration changes or a neighbour traps;
//! what was kept with the request lets the next context go on with its response.
//!
//! What the lost context held back (a part of a placeholder, a JSON document that had not ended) is lost with it.

use std::cell::RefCell;
use std::rc::Rc;

use contract::Value;
use masking::dialect::Options;
use masking::{Answer, Entry, Lookup, Media, Placeholder, Recognised, Replaced, Response, Scanner, Secret};
use serde::{Deserialize, Serialize};

use crate::instance::clock::TimeOfDay;
use crate::instance::{Instance, ScopeLookup};

/// What is kept of a request that went on.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct RequestKeepsake {
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
pub struct Kept(String, String, Value, bool, u64);

/// What is kept of the head of a response that is restored as it passes.
#[derive(Debug, Serialize, Deserialize)]
pub struct ResponseKeepsake {
    pub content_type: String,
    /// Whether the length of the response was known: then the host does not tell where it ends.
    pub with_length: bool,
}

impl RequestKeepsake {
    pub fn with_values(self, replaced: &Replaced, scanner: &Scanner) -> Self {
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
    pub fn replaced(&self, scanner: &Scanner) -> Replaced {
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

/// The rest of a response whose beginning another context has seen.
#[derive(Debug)]
pub struct Recovered {
    media: Media,
    options: Options,
    with_length: bool,
    values: KeptValues,
    response: Response,
}

impl Recovered {
    pub fn new(request: &RequestKeepsake, kept: &ResponseKeepsake, instance: &Rc<RefCell<Instance>>) -> Option<Self> {
        let media = match Media::of(&kept.content_type) {
            // The beginning of the document is gone: what follows is no JSON, but still the text of one.
            Media::Json | Media::Lines => Media::Text,
            media => media,
        };
        let (replaced, options) = {
            let instance = instance.borrow();
            let config = instance.config.as_ref().ok()?;
            (Rc::new(request.replaced(&config.scanner)), config.options)
        };
        let values = ScopeLookup { instance: Rc::clone(instance), scope: request.scope.clone(), replaced };
        let in_json = media == Media::Text && Media::of(&kept.content_type) != Media::Text;
        let values = KeptValues { values, in_json };
        let response = Response::new(media, options, Box::new(values.clone()));
        Some(Self { media, options, with_length: kept.with_length, values, response })
    }

    pub fn write(&mut self, chunk: &[u8], end_of_stream: bool) -> Vec<u8> {
        let mut out = Vec::with_capacity(chunk.len());
        self.response.write(chunk, &mut out);
        if end_of_stream {
            self.response.end(&mut out);
        } else if self.with_length && self.media == Media::Text {
            // No chunk is known to be the last, so nothing may be held back.
            self.response.end(&mut out);
            self.response = Response::new(self.media, self.options, Box::new(self.values.clone()));
        }
        out
    }
}

/// The values of the rest of a response.
#[derive(Debug, Clone)]
struct KeptValues {
    values: ScopeLookup,
    /// The rest is that of a JSON document, read as text: a value that would have to be escaped stays masked.
    in_json: bool,
}

impl Lookup for KeptValues {
    fn lookup(&self, placeholder: &Placeholder) -> Answer {
        match self.values.lookup(placeholder) {
            Answer::Value(value) if self.in_json && !is_plain(&value) => Answer::Withheld,
            answer => answer,
        }
    }
}

/// Whether a value is the same inside of a JSON string.
fn is_plain(value: &Secret) -> bool {
    value.expose().bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\')
}
