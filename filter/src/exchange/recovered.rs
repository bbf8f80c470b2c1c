//! The rest of a response whose beginning another context has seen.

use std::cell::RefCell;
use std::rc::Rc;

use masking::dialect::Options;
use masking::{Answer, Lookup, Media, Placeholder, Response, Secret};

use super::keepsake::{RequestKeepsake, ResponseKeepsake};
use crate::instance::Instance;
use crate::instance::lookup::ScopeLookup;

/// The rest of a response whose beginning another context has seen.
#[derive(Debug)]
pub(super) struct Recovered {
    media: Media,
    options: Options,
    with_length: bool,
    values: KeptValues,
    response: Response,
}

impl Recovered {
    pub(super) fn new(request: &RequestKeepsake, kept: &ResponseKeepsake, instance: &Rc<RefCell<Instance>>) -> Self {
        let media = match Media::of(&kept.content_type) {
            // The beginning of the document is gone: the rest is not a JSON document, but still text of one.
            Media::Json | Media::Lines | Media::Undeclared => Media::Text,
            media => media,
        };
        let (replaced, options) = {
            let instance = instance.borrow();
            (Rc::new(request.to_replaced(&instance.scanner)), instance.options)
        };
        let values = ScopeLookup { instance: Rc::clone(instance), scope: request.scope.clone(), replaced };
        let in_json = media == Media::Text && Media::of(&kept.content_type) != Media::Text;
        let values = KeptValues { values, in_json };
        let response = Response::from_middle(media, options, Box::new(values.clone()));
        Self { media, options, with_length: kept.with_length, values, response }
    }

    pub(super) fn write(&mut self, chunk: &[u8], end_of_stream: bool) -> Vec<u8> {
        let mut out = Vec::with_capacity(chunk.len());
        self.response.write(chunk, &mut out);
        if end_of_stream {
            self.response.end(&mut out);
        } else if self.with_length && self.media == Media::Text {
            // Any chunk may be the last, so nothing may be held back.
            self.response.end(&mut out);
            self.response = Response::from_middle(self.media, self.options, Box::new(self.values.clone()));
        }
        out
    }
}

/// The values by which the rest of a response is restored.
#[derive(Debug, Clone)]
struct KeptValues {
    values: ScopeLookup,
    /// True if the rest is that of a JSON document, read as text: then a value that would have to be escaped stays
    /// masked.
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

/// Returns whether a value needs no escapes in a JSON string.
fn is_plain(value: &Secret) -> bool {
    value.expose().bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\')
}
