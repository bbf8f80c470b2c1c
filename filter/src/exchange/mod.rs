//! One HTTP exchange, from the request's headers to the last byte of the response. No host type, no clock: events come
//! in with the time, decisions go out.

mod decode;
pub(crate) mod head;
mod keepsake;
mod recovered;
pub(crate) mod response;
mod restoring;
mod sent;

use log::Level;
use masking::Tally;

use self::head::{Gateway, RequestHead};
use self::keepsake::RequestKeepsake;
use self::recovered::Recovered;
use self::restoring::Restoring;
use self::sent::{Requested, Sent, Shown};
use crate::config::{ScopeRule, ScopeSource, is_scope};
use crate::instance::Health;
use crate::instance::clock::TimeOfDay;
use crate::instance::root::Root;
use crate::refusal::Refusal;

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

impl Exchange {
    pub(crate) fn new(root: Root) -> Self {
        Self { root, gateway: Gateway::Other, phase: Phase::Unseen }
    }

    pub(crate) fn root(&self) -> &Root {
        &self.root
    }

    /// Where the scope is read; `None` if it is fixed.
    pub(crate) fn scope_source(&self) -> Option<ScopeSource> {
        match &self.root.ready()?.borrow().scope_rule {
            ScopeRule::From(source) => Some(source.clone()),
            ScopeRule::Fixed(_) => None,
        }
    }

    /// Gives what to answer, if the request asks for the filter's own health.
    pub(crate) fn request_headers(&mut self, head: RequestHead, now: TimeOfDay) -> Result<Option<Health>, Refusal> {
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
            ScopeRule::From(_) => head.scope.clone().filter(|scope| is_scope(scope)).ok_or(Refusal::Scope)?,
        };
        Ok(Requested::new(instance, head, scope))
    }

    /// Goes on between the request's headers, which another context has seen, and its body; only Kong loses contexts.
    pub(crate) fn resume(&mut self, kept: impl FnOnce() -> Option<Vec<u8>>, head: impl FnOnce(Gateway) -> RequestHead) {
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
    pub(crate) fn request_body_begins(&mut self) {
        if let Phase::Requested(requested) = &mut self.phase {
            requested.body = Shown::InPart;
        }
    }

    /// The whole request body, or `None` if the host cannot show it. Gives the body to send instead, if it changes.
    pub(crate) fn request_body(&mut self, body: Option<&[u8]>, now: TimeOfDay) -> Result<Option<String>, Refusal> {
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
                requested.report_refusal(refusal, body, now);
                Err(self.refuse(refusal))
            }
        }
    }

    /// A part of the body was shown and not its end, and behind it come trailers.
    pub(crate) fn request_trailers(&mut self) -> Result<(), Refusal> {
        match &self.phase {
            Phase::Requested(Requested { body: Shown::InPart, .. }) => Err(self.refuse(Refusal::Trailers)),
            _ => Ok(()),
        }
    }

    /// A line for the log on a refusal, if there is something new to say.
    pub(crate) fn refusal_line(&self, refusal: Refusal, now: TimeOfDay) -> Option<Line> {
        let count = self.root.worker().borrow_mut().count_refusal(refusal, now)?;
        let counted = if count == 1 { String::new() } else { format!(", {count} with that code in a minute") };
        let text = format!("refused a request: {} {refusal:?}{counted}", refusal.code());
        Some(Line { level: Level::Warn, text })
    }

    fn refuse(&mut self, refusal: Refusal) -> Refusal {
        self.phase = Phase::Answered;
        self.root.count(|counters| counters.refused += 1);
        refusal
    }

    /// What the host is to keep of the request, for a context that takes over from this one; again after each step of it.
    pub(crate) fn request_keepsake(&self) -> Option<Vec<u8>> {
        let keepsake = match (self.gateway, &self.phase) {
            (Gateway::Kong, Phase::Requested(requested)) => requested.keepsake(),
            (Gateway::Kong, Phase::Sent(sent)) => sent.keepsake(),
            _ => return None,
        };
        serde_json::to_vec(&keepsake).ok()
    }

    fn has_lost_its_state(&self) -> bool {
        matches!(self.phase, Phase::Unseen | Phase::Unmasked)
    }

    /// The exchange is over, in whatever way. Gives the counts by kind for the log, if the configuration wants it.
    pub(crate) fn end(&mut self) -> Option<String> {
        match std::mem::replace(&mut self.phase, Phase::Gone) {
            Phase::Restoring(sent, restoring) => sent.end(&restoring.tally()),
            Phase::Sent(sent) | Phase::Passing(sent) => sent.end(&Tally::default()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
