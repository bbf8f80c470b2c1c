//! What outlives a context. Kong destroys the contexts of a worker when its configuration changes or a neighbour traps;
//! what was kept with the request lets the next context restore the rest of the response.
//!
//! What the lost context held back (a part of a placeholder, a JSON document that had not ended) is lost with it.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use contract::Value;
use masking::dialect::Options;
use masking::{Answer, KindId, Lookup, Media, Response, Secret, Token, Vault};
use serde::{Deserialize, Serialize};

use crate::instance::Instance;

#[derive(Debug, Serialize, Deserialize)]
pub struct Keepsake {
    content_type: String,
    /// Whether the length of the response was known: then the host does not tell where it ends.
    with_length: bool,
    values: Vec<(String, Value)>,
}

impl Keepsake {
    /// `with_length`: whether the length of the response was known.
    pub fn new(content_type: &str, with_length: bool, vault: &Vault, never: &HashSet<KindId>) -> Self {
        let restored = vault.entries().filter(|(_, entry)| !never.contains(&entry.kind));
        Self {
            content_type: content_type.to_owned(),
            with_length,
            values: restored.map(|(token, entry)| (token.to_string(), Value::new(entry.value.expose()))).collect(),
        }
    }

    pub fn encode(&self) -> Option<Vec<u8>> {
        serde_json::to_vec(self).ok()
    }

    pub fn decode(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

/// The rest of a response whose beginning another context has seen.
#[derive(Debug)]
pub struct Recovered {
    media: Media,
    options: Options,
    with_length: bool,
    values: Values,
    response: Response,
}

impl Recovered {
    pub fn new(keepsake: Keepsake, instance: &RefCell<Instance>) -> Self {
        let media = match Media::of(&keepsake.content_type) {
            // The beginning of the document is gone: what follows is no JSON, but still the text of one.
            Media::Json | Media::Lines => Media::Text,
            media => media,
        };
        let plain = media == Media::Text && Media::of(&keepsake.content_type) != Media::Text;
        let read = |(token, value): (String, Value)| Some((Token::parse(&token)?, Secret::new(value.expose())));
        let values = keepsake.values.into_iter().filter_map(read).filter(|(_, value)| !plain || is_plain(value));
        let values = Values(Rc::new(values.collect()));
        let options = instance.borrow().config.as_ref().map(|config| config.options).unwrap_or_default();
        let response = Response::new(media, options, Box::new(values.clone()));
        Self { media, options, with_length: keepsake.with_length, values, response }
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

/// Whether a value is the same inside of a JSON string.
fn is_plain(value: &Secret) -> bool {
    value.expose().bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\')
}

#[derive(Debug, Clone)]
struct Values(Rc<HashMap<Token, Secret>>);

impl Lookup for Values {
    fn lookup(&self, token: &Token) -> Answer {
        self.0.get(token).map_or(Answer::Unknown, |value| Answer::Value(value.clone()))
    }
}
