//! The steps of a response: it is restored, passes unchanged, or is taken over from another context.

use log::Level;
use masking::{Media, Response, Tally};

use super::decode::{Coding, Decoder};
use super::head::{Gateway, ResponseHead};
use super::keepsake::RequestKeepsake;
use super::recovered::Recovered;
use super::restoring::Restoring;
use super::sent::Sent;
use super::{Exchange, Line, Phase};
use crate::instance::clock::TimeOfDay;
use crate::refusal::Refusal;

/// The changes to a response's headers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answering {
    /// The value of the header `x-aws-masker`.
    pub note: String,
    /// True if the body is rewritten, so that its length is not known, and uncompressed, so that it has no encoding.
    pub rewrites: bool,
    /// True if the client should open another connection for its next request.
    pub closes: bool,
}

/// The host keeps this with a request before the filter has seen it, if it keeps anything.
const KEPT_UNSEEN: &[u8] = b"unseen";
/// The host keeps this after it has refused to send a request around the filter.
const KEPT_BYPASSED: &[u8] = b"bypassed";

impl Exchange {
    /// Returns the changes to the response's headers, and a line for the log. There are none if the response is the
    /// filter's own, or Kong's. `kept` reads what the host has kept with the request.
    pub(crate) fn response_headers(
        &mut self,
        head: &ResponseHead,
        now: TimeOfDay,
        kept: impl FnOnce() -> Option<Vec<u8>>,
    ) -> (Option<Answering>, Option<Line>) {
        self.seen.status = u16::try_from(head.status).unwrap_or_default();
        let refusal = if self.has_lost_its_state() { self.take_over(kept(), now).err() } else { None };
        let answering = self.answer(head, now);
        let line = refusal.and_then(|refusal| self.refusal_line(refusal, now));
        (answering, line.or_else(|| self.alarm()))
    }

    /// Continues with what another context has left. Fails if the host has refused the request since.
    fn take_over(&mut self, kept: Option<Vec<u8>>, now: TimeOfDay) -> Result<(), Refusal> {
        let Some(kept) = kept else { return Ok(()) };
        self.gateway = Gateway::Kong;
        match kept.as_slice() {
            // It left as it came, as the configuration says.
            KEPT_UNSEEN if self.observes() => self.phase = Phase::Answered,
            KEPT_UNSEEN => self.phase = Phase::Unmasked,
            KEPT_BYPASSED => {
                self.seen.at = now;
                return Err(self.refuse(Refusal::Bypassed));
            }
            kept if self.take_over_call(kept, now) => {}
            kept => {
                if let (Some(keepsake), Some(instance)) = (RequestKeepsake::read(kept), self.root.ready()) {
                    self.phase = Phase::Sent(Sent::from_keepsake(keepsake, instance));
                }
            }
        }
        Ok(())
    }

    fn answer(&mut self, head: &ResponseHead, now: TimeOfDay) -> Option<Answering> {
        let mut sent = match std::mem::replace(&mut self.phase, Phase::Answered) {
            Phase::Sent(sent) => sent,
            // There was no body.
            Phase::Requested(requested) => Sent::without_body(requested, self.seen.at),
            // Kong answers before it asks the filter, for example for an unknown host. If any context saw the request,
            // its response is restored no matter who produced it.
            Phase::Unseen | Phase::Unmasked if head.is_gateways_own => return None,
            Phase::Unseen | Phase::Unmasked if self.withhold_unseen() => {
                return Some(Answering { note: "request-unseen".to_owned(), rewrites: true, closes: false });
            }
            Phase::ToClient(exchange) => return self.answer_call(exchange, head, now),
            Phase::Observed(mut observed) => {
                observed.response_status(self.seen.status);
                let note = observed.note();
                return Some(self.pass(Phase::Observed(observed), &note));
            }
            Phase::Unseen => return Some(self.pass(Phase::Unseen, "request-unseen")),
            Phase::Unmasked => return Some(self.pass(Phase::Unmasked, "request-unmasked")),
            other => {
                self.phase = other;
                return None;
            }
        };
        sent.facts.status = u16::try_from(head.status).unwrap_or_default();
        Some(self.restore(sent, head))
    }

    fn pass(&mut self, phase: Phase, note: &str) -> Answering {
        self.phase = phase;
        Answering { note: note.to_owned(), rewrites: false, closes: false }
    }

    /// Restores the response from now on, if its body can be read.
    fn restore(&mut self, sent: Sent, head: &ResponseHead) -> Answering {
        let (note, closes) = (sent.note(), sent.closes);
        let media = head.media(&sent.method);
        let decoder = Decoder::new(Coding::of(head.content_encoding.as_deref()));
        let (media, decoder) = match (media, decoder) {
            (Some(media), Some(decoder)) if media != Media::Opaque => (media, decoder),
            (media, decoder) => {
                let is_text = media.is_some_and(|media| media != Media::Opaque || head.is_in_other_charset());
                let degraded = is_text && (decoder.is_none() || head.is_in_other_charset());
                self.phase = Phase::Passing(sent, Tally { degraded, ..Tally::default() });
                return Answering { note, rewrites: false, closes };
            }
        };
        let options = sent.instance.borrow().options;
        let response = Response::new(media, options, Box::new(sent.lookup()));
        self.phase = Phase::Restoring(sent, Box::new(Restoring::new(head, decoder, response)));
        Answering { note, rewrites: true, closes }
    }

    /// Continues in the middle of a response, if this context has not seen its beginning. `kept` reads what the host
    /// has kept with the request and with the response. Returns a line for the log.
    pub(crate) fn recover(&mut self, kept: impl FnOnce() -> [Option<Vec<u8>>; 2]) -> Option<Line> {
        if !self.has_lost_its_state() {
            return None;
        }
        let [kept, response] = kept();
        let response = response.and_then(|kept| serde_json::from_slice(&kept).ok());
        if self.recover_call(kept.as_deref(), &response) {
            return None;
        }
        let request = kept.and_then(|kept| RequestKeepsake::read(&kept));
        if let (Some(request), Some(response), Some(instance)) = (request, response, self.root.ready()) {
            self.phase = Phase::Recovered(Box::new(Recovered::new(request, &response, instance)));
        }
        self.alarm()
    }

    /// Takes the next bytes of the response. Returns the bytes to send instead; `None` leaves them unchanged.
    pub(crate) fn response_body(&mut self, chunk: &[u8], end_of_stream: bool) -> Option<Vec<u8>> {
        let out = match &mut self.phase {
            Phase::Restoring(sent, restoring) => {
                sent.response_bytes += chunk.len() as u64;
                restoring.write(chunk, end_of_stream)
            }
            Phase::Passing(sent, _) => {
                sent.response_bytes += chunk.len() as u64;
                return None;
            }
            Phase::Observed(observed) => {
                observed.response_body(chunk);
                return None;
            }
            Phase::Recovered(recovered) => recovered.write(chunk, end_of_stream),
            Phase::ToClient(exchange) => exchange.write(Some(chunk), end_of_stream)?,
            _ => return None,
        };
        (!masking::is_same(&out, chunk)).then_some(out)
    }

    /// The host cannot show the next bytes of the response. Returns the bytes to send instead; `None` leaves them unchanged.
    pub(crate) fn response_body_unreadable(&mut self, end_of_stream: bool) -> Option<Vec<u8>> {
        match &mut self.phase {
            Phase::ToClient(exchange) => exchange.write(None, end_of_stream),
            _ => None,
        }
    }

    /// Returns a line for the log, once, if the response passes unchanged because its request was not seen.
    fn alarm(&mut self) -> Option<Line> {
        let text = match self.phase {
            Phase::Unseen => {
                self.report_orphaned();
                "left a response masked: its request was not seen by this instance of the filter"
            }
            Phase::Unmasked => {
                self.root.count(|counters| counters.unmasked_requests += 1);
                "A REQUEST LEFT UNMASKED: the gateway sent it without showing it to the filter; a plugin on its route \
                 has a `response` handler or buffers the response, and kong.conf lacks what refuses that"
            }
            _ => return None,
        };
        self.phase = Phase::Orphaned;
        Some(Line { level: Level::Error, text: text.to_owned() })
    }

    /// The data to keep with a response that is being restored; `None` if no other context could continue with it.
    pub(crate) fn response_keepsake(&self) -> Option<Vec<u8>> {
        match (self.gateway, &self.phase) {
            (Gateway::Kong, Phase::Restoring(_, restoring)) => serde_json::to_vec(&restoring.keepsake()?).ok(),
            (Gateway::Kong, Phase::ToClient(exchange)) => serde_json::to_vec(&exchange.response_keepsake()?).ok(),
            _ => None,
        }
    }
}
