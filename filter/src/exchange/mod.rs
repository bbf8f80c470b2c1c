//! One HTTP exchange, from the request's headers to the last byte of the response. No host type, no clock: events
//! come in with the time, decisions go out.

mod decode;
pub(crate) mod facts;
pub(crate) mod head;
mod keepsake;
mod line;
pub(crate) mod mirrored;
mod observed;
mod recovered;
pub(crate) mod response;
mod restoring;
mod sent;
mod to_client;

use std::time::Duration;

use contract::{ExchangeSummary, ResponseState};
use log::Level;
use masking::Tally;

use self::head::{Follows, Gateway, RequestHead};
use self::keepsake::RequestKeepsake;
use self::observed::Observed;
use self::recovered::Recovered;
use self::restoring::Restoring;
use self::sent::{Requested, Sent, Shown};
use self::to_client::ToClient;
use crate::instance::Health;
use crate::instance::clock::TimeOfDay;
use crate::instance::root::Root;
use crate::refusal::Refusal;
use filter_config::{Direction, Mode, ScopeRule, ScopeSource, Strict};

/// A line for the log.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub level: Level,
    pub text: String,
}

/// One exchange.
#[derive(Debug)]
pub(crate) struct Exchange {
    root: Root,
    /// Known after the request's headers, or from data that the host has kept.
    gateway: Gateway,
    phase: Phase,
    seen: Seen,
}

/// What is known of an exchange, should it be refused.
#[derive(Debug, Default)]
struct Seen {
    /// Empty until it is known.
    scope: String,
    route: String,
    at: TimeOfDay,
    request_bytes: u64,
    status: u16,
}

impl Seen {
    /// What another context has kept of the headers.
    fn kept(scope: &str, route: &str, at: TimeOfDay) -> Self {
        Self { scope: scope.to_owned(), route: route.to_owned(), at, ..Self::default() }
    }
}

#[derive(Debug)]
enum Phase {
    /// This context has not seen the request: the instance was rebuilt in between, or a plugin bypassed the request
    /// steps. This never means "nothing to do".
    Unseen,
    /// No context has seen it: the host would have kept data for one that was seen.
    Unmasked,
    /// One of these, and it has been logged: the response passes unchanged.
    Orphaned,
    /// The rest of the response is restored with data that the host kept.
    Recovered(Box<Recovered>),
    Requested(Requested),
    /// The filter or the gateway itself generates the response: there is nothing to restore.
    Answered,
    /// The request was forwarded.
    Sent(Sent),
    /// The response is restored as it passes.
    Restoring(Sent, Box<Restoring>),
    /// The response passes unchanged: it is not text, or it is text that cannot be read, which the tally says.
    Passing(Sent, Tally),
    /// Nothing is altered.
    Observed(Observed),
    /// The upstream is trusted, and the client is not.
    ToClient(ToClient),
    /// The exchange is over.
    Gone,
}

impl Phase {
    /// The phase of a request whose headers were accepted.
    fn requested(requested: Requested, now: TimeOfDay) -> Result<Self, Refusal> {
        let (direction, mode) = {
            let instance = requested.instance.borrow();
            (instance.direction, instance.mode)
        };
        match (direction, mode) {
            (Direction::ToProvider, Mode::Observe) => Ok(Self::Observed(Observed::Asked(Box::new(requested)))),
            (Direction::ToProvider, Mode::Mask) => Ok(Self::Requested(requested)),
            (Direction::ToClient, _) => ToClient::ask(requested, now).map(Self::ToClient),
        }
    }
}

impl Exchange {
    pub(crate) fn new(root: Root) -> Self {
        Self { root, gateway: Gateway::Other, phase: Phase::Unseen, seen: Seen::default() }
    }

    pub(crate) fn root(&self) -> &Root {
        &self.root
    }

    /// The place from which the scope is read; `None` if it is fixed.
    pub(crate) fn scope_source(&self) -> Option<ScopeSource> {
        match &self.root.ready()?.borrow().scope_rule {
            ScopeRule::From(source) => Some(source.clone()),
            ScopeRule::Fixed(_) => None,
        }
    }

    /// Returns the header that tells the client of a request, if that decides what it sees.
    pub(crate) fn client_header(&self) -> Option<String> {
        Some(self.root.ready()?.borrow().readers.as_ref()?.header.clone())
    }

    /// Returns whether requests and responses pass as they came.
    pub(crate) fn observes(&self) -> bool {
        self.root.observes()
    }

    /// Returns whether all headers of the request are searched for values.
    pub(crate) fn searches_headers(&self) -> bool {
        self.root.ready().is_some_and(|instance| instance.borrow().strict == Strict::Refuse)
    }

    /// Returns the health to answer with, if the request asks for it.
    pub(crate) fn request_headers(&mut self, head: RequestHead, now: TimeOfDay) -> Result<Option<Health>, Refusal> {
        self.gateway = head.gateway;
        if head.asks_for_health() {
            self.phase = Phase::Answered;
            return Ok(Some(self.root.health(now)));
        }
        self.seen = Seen { route: head.route.clone(), at: now, ..Seen::default() };
        let observes = self.observes();
        match self.admit(head, now).and_then(|requested| Phase::requested(requested, now)) {
            Ok(phase) => self.phase = phase,
            Err(refusal) if observes => self.phase = Phase::Observed(Observed::Refused(refusal)),
            Err(refusal) => return Err(self.refuse(refusal)),
        }
        Ok(None)
    }

    fn admit(&mut self, head: RequestHead, now: TimeOfDay) -> Result<Requested, Refusal> {
        // HTTP/2 in clear text carries the same requests, and no host switches to it in the middle of a connection.
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
        let follows = head.follows;
        self.seen.scope.clone_from(&scope);
        let requested = Requested::new(instance, head, scope);
        requested.check_head()?;
        if follows == Follows::Body {
            requested.check(now)?;
        }
        Ok(requested)
    }

    /// Continues after the request's headers, if another context has seen them. Only Kong loses contexts.
    pub(crate) fn resume(&mut self, kept: impl FnOnce() -> Option<Vec<u8>>, head: impl FnOnce(Gateway) -> RequestHead) {
        if !self.has_lost_its_state() {
            return;
        }
        self.gateway = Gateway::Kong;
        let (Some(kept), Some(instance)) = (kept(), self.root.ready().cloned()) else { return };
        if let Some(keepsake) = RequestKeepsake::read(&kept).filter(|keepsake| !keepsake.masked) {
            self.seen = Seen::kept(&keepsake.scope, &keepsake.facts.route, instance.borrow().time_of_day());
            let (content_encoding, route) = (keepsake.content_encoding, keepsake.facts.route);
            let client = keepsake.client;
            let head = RequestHead { content_encoding, route, client, ..head(self.gateway) };
            self.phase = Phase::Requested(Requested::new(&instance, head, keepsake.scope));
        } else {
            self.resume_call(&kept, &instance, || head(Gateway::Kong));
        }
    }

    /// Returns whether the request's body is sent on without the coding in which it arrives.
    pub(crate) fn decodes_request(&self) -> bool {
        match &self.phase {
            Phase::Requested(requested) | Phase::ToClient(ToClient::Asked(requested)) => requested.decodes(),
            _ => false,
        }
    }

    /// The host has shown a part of the request's body, and holds it until the end.
    pub(crate) fn request_body_begins(&mut self) {
        match &mut self.phase {
            Phase::Requested(requested) => requested.body = Shown::InPart,
            Phase::ToClient(exchange) => exchange.body_begins(),
            _ => {}
        }
    }

    /// Takes the whole request body, or `None` if the host cannot show it. Returns the body to send instead, if it
    /// changes.
    pub(crate) fn request_body(&mut self, body: Option<&[u8]>, now: TimeOfDay) -> Result<Option<Vec<u8>>, Refusal> {
        self.seen.at = now;
        self.seen.request_bytes = body.map_or(0, |body| body.len() as u64);
        let requested = match std::mem::replace(&mut self.phase, Phase::Gone) {
            Phase::Requested(requested) => requested,
            Phase::ToClient(exchange) => return self.call(exchange, body, now),
            Phase::Observed(observed) => {
                self.phase = Phase::Observed(observed.body(body, now));
                return Ok(None);
            }
            _ if self.observes() => return Ok(None),
            // This context has not seen the request's headers, so its scope is unknown.
            _ => return Err(self.refuse(Refusal::BodyUnreadable)),
        };
        match requested.mask(body, now) {
            Ok((sent, body)) => {
                self.phase = Phase::Sent(sent);
                Ok(body)
            }
            Err(refusal) => Err(self.refuse(refusal)),
        }
    }

    /// The body is followed by trailers: the host shows a part of it, but not its end.
    pub(crate) fn request_trailers(&mut self) -> Result<(), Refusal> {
        match &self.phase {
            Phase::Requested(Requested { body: Shown::InPart, .. }) => Err(self.refuse(Refusal::Trailers)),
            Phase::ToClient(exchange) if exchange.waits_for_body() => Err(self.refuse(Refusal::Trailers)),
            _ => Ok(()),
        }
    }

    /// Returns a line for the log on a refusal, if it is due.
    pub(crate) fn refusal_line(&self, refusal: Refusal, now: TimeOfDay) -> Option<Line> {
        let count = self.root.worker().borrow_mut().count_refusal(refusal, now)?;
        let counted = if count == 1 { String::new() } else { format!(", {count} with that code in a minute") };
        let text = format!("refused a request: {} {refusal:?}{counted}", refusal.code());
        Some(Line { level: Level::Warn, text })
    }

    fn refuse(&mut self, refusal: Refusal) -> Refusal {
        self.phase = Phase::Answered;
        self.report_refusal(refusal);
        refusal
    }

    fn report_refusal(&mut self, refusal: Refusal) {
        let (code, status) = (refusal.code().to_owned(), u16::try_from(refusal.status()).unwrap_or_default());
        let summary = self.summary();
        self.root.report(ExchangeSummary { refused: Some(code), status, ..summary });
    }

    /// A summary of what is known without the request.
    fn summary(&mut self) -> ExchangeSummary {
        let Seen { scope, route, at, request_bytes, status } = std::mem::take(&mut self.seen);
        ExchangeSummary { scope, route, at_ms: at.0, request_bytes, status, ..ExchangeSummary::default() }
    }

    /// The response stays masked: its request was not seen.
    fn report_orphaned(&mut self) {
        if let Some(instance) = self.root.ready() {
            self.seen.at = instance.borrow().time_of_day();
        }
        let summary = self.summary();
        self.root.report(ExchangeSummary { response: ResponseState::Orphaned, ..summary });
    }

    /// The step of the request's body took this long, by the host's clock.
    pub(crate) fn request_took(&mut self, took: Duration) {
        match &mut self.phase {
            Phase::Sent(sent) => sent.facts.request_took = Some(took),
            Phase::Observed(Observed::Sent(sent)) => sent.facts.request_took = Some(took),
            Phase::ToClient(exchange) => exchange.request_took(took),
            _ => {}
        }
    }

    /// A step of the response's body took this long, by the host's clock.
    pub(crate) fn response_took(&mut self, took: Duration) {
        match &mut self.phase {
            Phase::Restoring(sent, _) => sent.facts.add_response(took),
            Phase::ToClient(exchange) => exchange.response_took(took),
            _ => {}
        }
    }

    /// The data to keep with the request for a context that takes over from this one; again after each step of the
    /// request.
    pub(crate) fn request_keepsake(&self) -> Option<Vec<u8>> {
        let keepsake = match (self.gateway, &self.phase) {
            (Gateway::Kong, Phase::Requested(requested)) => requested.keepsake(),
            (Gateway::Kong, Phase::Sent(sent)) => sent.keepsake(),
            (Gateway::Kong, Phase::ToClient(exchange)) => {
                return serde_json::to_vec(&exchange.request_keepsake()?).ok();
            }
            _ => return None,
        };
        serde_json::to_vec(&keepsake).ok()
    }

    /// Returns whether this context has not seen the exchange from its beginning.
    pub(crate) fn has_lost_its_state(&self) -> bool {
        matches!(self.phase, Phase::Unseen | Phase::Unmasked)
    }

    /// Ends the exchange. Returns the counts by kind for the log, if the configuration asks for them.
    pub(crate) fn end(&mut self) -> Option<String> {
        match std::mem::replace(&mut self.phase, Phase::Gone) {
            Phase::Restoring(sent, restoring) => sent.end(&restoring.tally()),
            Phase::Passing(sent, tally) => sent.end(&tally),
            Phase::Sent(sent) => sent.end(&Tally::default()),
            // No response came, or the client has left before the end of its request.
            Phase::Requested(requested) => Sent::without_body(requested, self.seen.at).end(&Tally::default()),
            Phase::Recovered(recovered) => recovered.end(),
            Phase::Observed(Observed::Refused(refusal)) => {
                let summary =
                    ExchangeSummary { observed: true, refused: Some(refusal.code().to_owned()), ..self.summary() };
                self.root.report(summary);
                None
            }
            Phase::Observed(observed) => observed.end(self.seen.at),
            Phase::ToClient(exchange) => exchange.end(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
