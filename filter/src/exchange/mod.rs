//! One HTTP exchange, from the request's headers to the last byte of the response. No host type, no clock: events come
//! in with the time, decisions go out.

mod decode;
pub mod head;
mod keepsake;
mod recovered;
mod restoring;
mod sent;

use log::Level;
use masking::{Media, Response, Tally};

use self::decode::{Coding, Decoder};
use self::head::{Gateway, RequestHead, ResponseHead};
use self::keepsake::RequestKeepsake;
use self::recovered::Recovered;
use self::restoring::Restoring;
use self::sent::{Requested, Sent, Shown};
use crate::config::{ScopeRule, ScopeSource};
use crate::instance::Health;
use crate::instance::clock::TimeOfDay;
use crate::instance::root::Root;
use crate::refusal::Refusal;

/// What is to be done with the response's headers.
#[derive(Debug, PartialEq, Eq)]
pub struct Answering {
    /// The value of the header `x-aws-masker`.
    pub note: String,
    /// Whether the body will be written anew, so that its length is not known; and plain, so that it has no encoding.
    pub rewrites: bool,
    /// Whether the client should open another connection for its next request.
    pub closes: bool,
}

/// A line for the log.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    pub level: Level,
    pub text: String,
}

/// One exchange.
#[derive(Debug)]
pub struct Exchange {
    root: Root,
    /// Known from the request's headers on, or from what the host has kept.
    gateway: Gateway,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    /// This context has not seen the request: the instance was rebuilt in between, or a plugin went around the request
    /// steps. It is never taken for "nothing to do".
    Unseen,
    /// No context has: the host keeps nothing of it, and would.
    Unmasked,
    /// Either, and it was said so: the response passes as it is.
    Orphaned,
    /// A part of the response is restored by what the host kept.
    Recovered(Recovered),
    Requested(Requested),
    /// The filter or the gateway answers by itself: there is nothing to restore.
    Answered,
    /// The request went on.
    Sent(Sent),
    /// The response is restored as it passes.
    Restoring(Sent, Box<Restoring>),
    /// The response passes as it is.
    Passing(Sent),
    /// The exchange is over.
    Gone,
}

/// What the host keeps with a request before the filter has seen it, where it keeps anything.
const KEPT_UNSEEN: &[u8] = b"unseen";
/// The same, once the host has refused to send the request around the filter.
const KEPT_BYPASSED: &[u8] = b"bypassed";

impl Exchange {
    pub fn new(root: Root) -> Self {
        Self { root, gateway: Gateway::Other, phase: Phase::Unseen }
    }

    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Where the scope is read; `None` if it is fixed.
    pub fn scope_source(&self) -> Option<ScopeSource> {
        match &self.root.ready()?.borrow().scope_rule {
            ScopeRule::From(source) => Some(source.clone()),
            ScopeRule::Fixed(_) => None,
        }
    }

    /// Gives what to answer, if the request asks for the filter's own health.
    pub fn request_headers(&mut self, head: RequestHead, now: TimeOfDay) -> Result<Option<Health>, Refusal> {
        self.gateway = head.gateway;
        if head.asks_for_health() {
            self.phase = Phase::Answered;
            return Ok(Some(self.root.health(now)));
        }
        self.root.count(|counters| counters.requests += 1);
        match self.admit(head) {
            Ok(requested) => self.phase = Phase::Requested(requested),
            Err(refusal) => return Err(self.refuse(refusal)),
        }
        Ok(None)
    }

    fn admit(&self, head: RequestHead) -> Result<Requested, Refusal> {
        // HTTP/2 in clear text is the same protocol, and no host changes to it in the middle of a connection.
        if head.upgrade.as_deref().is_some_and(|protocol| !protocol.trim().eq_ignore_ascii_case("h2c")) {
            return Err(Refusal::Upgrade);
        }
        let instance = self.root.ready().ok_or(Refusal::Configuration)?;
        let scope = match &instance.borrow().scope_rule {
            ScopeRule::Fixed(scope) => scope.clone(),
            ScopeRule::From(_) => {
                head.scope.clone().filter(|scope| contract::Scope::parse(scope).is_some()).ok_or(Refusal::Scope)?
            }
        };
        Ok(Requested::new(instance, head, scope))
    }

    /// Goes on between the request's headers, which another context has seen, and its body; only Kong loses contexts.
    pub fn resume(&mut self, kept: impl FnOnce() -> Option<Vec<u8>>, head: impl FnOnce(Gateway) -> RequestHead) {
        if !self.has_lost_its_state() {
            return;
        }
        self.gateway = Gateway::Kong;
        let keepsake = kept().and_then(|kept| RequestKeepsake::read(&kept)).filter(|keepsake| !keepsake.masked);
        if let (Some(keepsake), Some(instance)) = (keepsake, self.root.ready()) {
            self.phase = Phase::Requested(Requested::new(instance, head(self.gateway), keepsake.scope));
        }
    }

    /// The host has shown a part of the request's body, and holds it until the end.
    pub fn request_body_begins(&mut self) {
        if let Phase::Requested(requested) = &mut self.phase {
            requested.body = Shown::InPart;
        }
    }

    /// The whole request body, or `None` if the host cannot show it. Gives the body to send instead, if it changes.
    pub fn request_body(&mut self, body: Option<&[u8]>, now: TimeOfDay) -> Result<Option<String>, Refusal> {
        let requested = match std::mem::replace(&mut self.phase, Phase::Gone) {
            Phase::Requested(requested) => requested,
            // A body of a request whose headers this context has not seen: its configuration and scope are unknown.
            _ => return Err(self.refuse(Refusal::BodyUnreadable)),
        };
        match requested.mask(body, now) {
            Ok((sent, body)) => {
                self.phase = Phase::Sent(sent);
                Ok(body)
            }
            Err(refusal) => {
                requested.report(refusal, body, now);
                Err(self.refuse(refusal))
            }
        }
    }

    /// A part of the body was shown and not its end, and behind it come trailers.
    pub fn request_trailers(&mut self) -> Result<(), Refusal> {
        match &self.phase {
            Phase::Requested(Requested { body: Shown::InPart, .. }) => Err(self.refuse(Refusal::Trailers)),
            _ => Ok(()),
        }
    }

    /// A line for the log on a refusal, if there is something new to say.
    pub fn refusal_line(&self, refusal: Refusal, now: TimeOfDay) -> Option<Line> {
        let count = self.root.worker().borrow_mut().refused(refusal, now)?;
        let counted = if count == 1 { String::new() } else { format!(", {count} of that code in a minute") };
        let text = format!("refused a request: {} {refusal:?}{counted}", refusal.code());
        Some(Line { level: Level::Warn, text })
    }

    fn refuse(&mut self, refusal: Refusal) -> Refusal {
        self.phase = Phase::Answered;
        self.root.count(|counters| counters.refused += 1);
        refusal
    }

    /// Returns what to do with the response's headers, and a line for the log. `None`: the response is the filter's own, or
    /// Kong's, and stays as it is. `kept` is what the host has kept with the request.
    pub fn response_headers(
        &mut self,
        head: &ResponseHead,
        now: TimeOfDay,
        kept: impl FnOnce() -> Option<Vec<u8>>,
    ) -> (Option<Answering>, Option<Line>) {
        let refusal = if self.has_lost_its_state() { self.take_over(kept()).err() } else { None };
        let answering = self.answer(head);
        let line = refusal.and_then(|refusal| self.refusal_line(refusal, now));
        (answering, line.or_else(|| self.alarm()))
    }

    /// Goes on with what another context left of the request. Gives the refusal, if the host has refused it since.
    fn take_over(&mut self, kept: Option<Vec<u8>>) -> Result<(), Refusal> {
        let Some(kept) = kept else { return Ok(()) };
        self.gateway = Gateway::Kong;
        match kept.as_slice() {
            KEPT_UNSEEN => self.phase = Phase::Unmasked,
            KEPT_BYPASSED => return Err(self.refuse(Refusal::Bypassed)),
            kept => {
                if let (Some(keepsake), Some(instance)) = (RequestKeepsake::read(kept), self.root.ready()) {
                    self.phase = Phase::Sent(Sent::kept(keepsake, instance));
                }
            }
        }
        Ok(())
    }

    fn answer(&mut self, head: &ResponseHead) -> Option<Answering> {
        let sent = match std::mem::replace(&mut self.phase, Phase::Answered) {
            Phase::Sent(sent) => sent,
            // There was no body.
            Phase::Requested(requested) => Sent::without_body(requested),
            // Kong answers without a provider, and before it asks the filter: for an unknown host, for example. Of what was
            // asked for through any context the answer is restored, whoever gives it.
            Phase::Unseen | Phase::Unmasked if head.is_gateways_own => return None,
            Phase::Unseen => return Some(self.pass_unseen(Phase::Unseen, "request-unseen")),
            Phase::Unmasked => return Some(self.pass_unseen(Phase::Unmasked, "request-unmasked")),
            other => {
                self.phase = other;
                return None;
            }
        };
        Some(self.restore(sent, head))
    }

    fn pass_unseen(&mut self, phase: Phase, note: &str) -> Answering {
        self.phase = phase;
        Answering { note: note.to_owned(), rewrites: false, closes: false }
    }

    /// Restores the response from now on, if its body can be read.
    fn restore(&mut self, sent: Sent, head: &ResponseHead) -> Answering {
        let (note, closes) = (sent.note(), sent.closes);
        let media = head.media(&sent.method);
        let decoder = Decoder::new(Coding::of(head.content_encoding.as_deref())).filter(|_| media != Media::Opaque);
        let Some(decoder) = decoder else {
            self.phase = Phase::Passing(sent);
            return Answering { note, rewrites: false, closes };
        };
        let options = sent.instance.borrow().options;
        let response = Response::new(media, options, Box::new(sent.lookup()));
        self.phase = Phase::Restoring(sent, Box::new(Restoring::new(head, decoder, response)));
        Answering { note, rewrites: true, closes }
    }

    /// Goes on in the middle of a response, if this context has not seen its beginning. `kept` is what the host has kept with
    /// the request and with the response. Returns a line for the log.
    pub fn recover(&mut self, kept: impl FnOnce() -> [Option<Vec<u8>>; 2]) -> Option<Line> {
        if !self.has_lost_its_state() {
            return None;
        }
        let [request, response] = kept();
        let request = request.and_then(|kept| RequestKeepsake::read(&kept));
        let response = response.and_then(|kept| serde_json::from_slice(&kept).ok());
        if let (Some(request), Some(response), Some(instance)) = (request, response, self.root.ready()) {
            self.phase = Phase::Recovered(Recovered::new(&request, &response, instance));
        }
        self.alarm()
    }

    /// The next bytes of the response. Gives what to send instead; `None` leaves them as they are.
    pub fn response_body(&mut self, chunk: &[u8], end_of_stream: bool) -> Option<Vec<u8>> {
        let out = match &mut self.phase {
            Phase::Restoring(sent, restoring) => {
                sent.response_bytes += chunk.len() as u64;
                restoring.write(chunk, end_of_stream)
            }
            Phase::Passing(sent) => {
                sent.response_bytes += chunk.len() as u64;
                return None;
            }
            Phase::Recovered(recovered) => recovered.write(chunk, end_of_stream),
            _ => return None,
        };
        (out != chunk).then_some(out)
    }

    /// What the host is to keep of the request, for a context that takes over from this one; again after each step of it.
    pub fn request_keepsake(&self) -> Option<Vec<u8>> {
        let keepsake = match (self.gateway, &self.phase) {
            (Gateway::Kong, Phase::Requested(requested)) => requested.keepsake(),
            (Gateway::Kong, Phase::Sent(sent)) => sent.keepsake(),
            _ => return None,
        };
        serde_json::to_vec(&keepsake).ok()
    }

    /// The same of a response that is being restored; `None` if no other context could go on with it.
    pub fn response_keepsake(&self) -> Option<Vec<u8>> {
        match (self.gateway, &self.phase) {
            (Gateway::Kong, Phase::Restoring(_, restoring)) => serde_json::to_vec(&restoring.keepsake()?).ok(),
            _ => None,
        }
    }

    fn has_lost_its_state(&self) -> bool {
        matches!(self.phase, Phase::Unseen | Phase::Unmasked)
    }

    /// A line for the log when a response is left as it is because its request was not seen; once.
    fn alarm(&mut self) -> Option<Line> {
        let (count, text): (fn(&mut contract::Counters), _) = match self.phase {
            Phase::Unseen => (
                |counters| counters.orphaned_responses += 1,
                "left a response masked: its request was not seen by this instance of the filter",
            ),
            Phase::Unmasked => (
                |counters| counters.unmasked_requests += 1,
                "A REQUEST LEFT UNMASKED: the gateway sent it without showing it to the filter; a plugin on its route \
                 has a `response` handler or buffers the response, and kong.conf lacks what refuses that",
            ),
            _ => return None,
        };
        self.phase = Phase::Orphaned;
        self.root.count(count);
        Some(Line { level: Level::Error, text: text.to_owned() })
    }

    /// The exchange is over, in whatever way. Gives the counts by kind for the log, if the configuration wants it.
    pub fn end(&mut self) -> Option<String> {
        match std::mem::replace(&mut self.phase, Phase::Gone) {
            Phase::Restoring(sent, restoring) => sent.end(&restoring.tally()),
            Phase::Sent(sent) | Phase::Passing(sent) => sent.end(&Tally::default()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
