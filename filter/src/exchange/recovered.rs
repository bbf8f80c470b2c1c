//! The rest of a response whose beginning another context has seen.

use std::cell::RefCell;
use std::rc::Rc;

use masking::dialect::Options;
use masking::{Answer, Guard, Lookup, Media, Placeholder, Response, Secret, Tally};

use super::keepsake::{RequestKeepsake, ResponseKeepsake};
use super::sent::Sent;
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
    /// The request as far as the host has kept it.
    sent: Sent,
    /// The outcome of the parts before the current one.
    passed: Tally,
}

impl Recovered {
    pub(super) fn new(request: RequestKeepsake, kept: &ResponseKeepsake, instance: &Rc<RefCell<Instance>>) -> Self {
        let media = match Media::of(&kept.content_type) {
            // The beginning of the document is gone: the rest is not a JSON document, but still text of one.
            Media::Json | Media::Lines | Media::Undeclared => Media::Text,
            media => media,
        };
        let options = instance.borrow().options;
        let sent = Sent::from_keepsake(request, instance);
        let values = sent.lookup();
        let in_json = media == Media::Text && Media::of(&kept.content_type) != Media::Text;
        let values = KeptValues { values, in_json };
        let response = Response::from_middle(media, options, Box::new(values.clone()));
        Self { media, options, with_length: kept.with_length, values, response, sent, passed: Tally::default() }
    }

    pub(super) fn write(&mut self, chunk: &[u8], end_of_stream: bool) -> Vec<u8> {
        self.sent.response_bytes += chunk.len() as u64;
        let mut out = Vec::with_capacity(chunk.len());
        self.response.write(chunk, &mut out);
        if end_of_stream {
            self.response.end(&mut out);
        } else if self.with_length && self.media == Media::Text {
            // Any chunk may be the last, so nothing may be held back.
            self.response.end(&mut out);
            self.passed = self.tally();
            self.response = Response::from_middle(self.media, self.options, Box::new(self.values.clone()));
        }
        out
    }

    /// Ends the exchange, with the numbers of the rest: those of its beginning are lost.
    pub(super) fn end(self) -> Option<String> {
        let tally = self.tally();
        self.sent.end(&tally)
    }

    fn tally(&self) -> Tally {
        let Tally { restored, unresolved, withheld, guarded, unknown, degraded, .. } = self.response.tally().clone();
        Tally {
            restored: self.passed.restored + restored,
            unresolved: self.passed.unresolved + unresolved,
            withheld: self.passed.withheld + withheld,
            guarded: self.passed.guarded + guarded,
            unknown: self.passed.unknown.union(&unknown).copied().collect(),
            degraded: self.passed.degraded || degraded,
            ..Tally::default()
        }
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
            // What is called with it is not seen either, so a guard cannot judge it.
            Answer::Value(value) if self.in_json && (!is_plain(&value) || self.values.guard.is_some()) => {
                Answer::Withheld
            }
            answer => answer,
        }
    }

    fn guard(&self) -> Option<Rc<Guard>> {
        self.values.guard()
    }
}

/// Returns whether a value needs no escapes in a JSON string.
fn is_plain(value: &Secret) -> bool {
    value.expose().bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\')
}
