//! An exchange with a trusted upstream, such as an MCP server: it is the client that must not see values. The placeholders
//! of its request are restored, and the values of the response are masked before any byte of them leaves.
//!
//! Nothing of a response passes unread: what cannot be masked is withheld, and an error in JSON-RPC takes its place.

mod call;
mod event;
mod returned;
mod rpc;
mod text;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

pub(super) use self::call::restored;
use self::call::{Call, CallKeepsake};
use self::returned::Returned;
use super::head::{Gateway, RequestHead, ResponseHead};
use super::keepsake::ResponseKeepsake;
use super::response::Answering;
use super::sent::{Requested, Shown};
use super::{Exchange, Phase, Seen};
use crate::instance::Instance;
use crate::instance::clock::TimeOfDay;
use crate::refusal::Refusal;
use filter_config::Direction;

/// The phases of such an exchange.
#[derive(Debug)]
pub(super) enum ToClient {
    /// The request's headers were accepted.
    Asked(Requested),
    /// The request was refused: the ids of the calls in it.
    Refused(Vec<String>),
    /// The request was forwarded.
    Called(Call),
    /// The response is masked as it passes.
    Returning(Call, Box<Returned>),
    /// The response is withheld: no context knows to whom its values belong.
    Lost(Box<Returned>),
}

impl ToClient {
    /// Accepts a request by its headers. One whose response could not be masked now is refused before its body has come.
    pub(super) fn ask(requested: Requested, now: TimeOfDay) -> Result<Self, Refusal> {
        requested.instance.borrow_mut().check(now)?;
        Ok(Self::Asked(requested))
    }

    pub(super) fn body_begins(&mut self) {
        if let Self::Asked(requested) = self {
            requested.body = Shown::InPart;
        }
    }

    /// Returns whether the host has shown a part of the request's body, but not its end.
    pub(super) fn waits_for_body(&self) -> bool {
        matches!(self, Self::Asked(Requested { body: Shown::InPart, .. }))
    }

    /// Takes the whole request body, or `None` if the host cannot show it. Returns the body to send instead, if it
    /// changes.
    pub(super) fn call(self, body: Option<&[u8]>, now: TimeOfDay) -> (Self, Result<Option<Vec<u8>>, Refusal>) {
        let Self::Asked(requested) = self else { return (self, Err(Refusal::BodyUnreadable)) };
        let plain = body.ok_or(Refusal::BodyUnreadable).and_then(|body| requested.plain(body));
        let ids = plain.as_ref().ok().and_then(|plain| plain.as_deref().or(body)).map(rpc::ids).unwrap_or_default();
        match plain.and_then(|plain| Call::of(&requested, body.unwrap_or_default(), plain, &ids, now)) {
            Ok((call, body)) => (Self::Called(call), Ok(body)),
            Err(refusal) => (Self::Refused(ids), Err(refusal)),
        }
    }

    fn answer(self, head: &ResponseHead, now: TimeOfDay) -> (Self, Option<Answering>) {
        let mut call = match self {
            Self::Called(call) => call,
            // There was no body.
            Self::Asked(requested) => Call::without_body(&requested, now),
            other => return (other, None),
        };
        call.facts.status = u16::try_from(head.status).unwrap_or_default();
        let returned = Returned::new(head, &call.method, call.ids.clone());
        let answering = Answering { note: call.note(), rewrites: returned.rewrites(), closes: call.closes };
        (Self::Returning(call, Box::new(returned)), Some(answering))
    }

    /// Takes the next bytes of the response, or `None` if the host cannot show them. Returns those for the client.
    pub(super) fn write(&mut self, chunk: Option<&[u8]>, end_of_stream: bool) -> Option<Vec<u8>> {
        match self {
            Self::Returning(call, returned) => {
                call.response_bytes += chunk.map_or(0, |chunk| chunk.len() as u64);
                Some(returned.write(chunk, end_of_stream, &mut |format, text| call.mask(format, text)))
            }
            Self::Lost(returned) => Some(returned.write(chunk, end_of_stream, &mut |_, _| Err(Refusal::ResponseLost))),
            Self::Asked(_) | Self::Refused(_) | Self::Called(_) => None,
        }
    }

    pub(super) fn request_took(&mut self, took: Duration) {
        if let Self::Called(call) = self {
            call.facts.request_took = Some(took);
        }
    }

    pub(super) fn response_took(&mut self, took: Duration) {
        if let Self::Returning(call, _) = self {
            call.facts.add_response(took);
        }
    }

    /// Ends the exchange. Returns a line for the log, if one is due.
    pub(super) fn end(self) -> Option<String> {
        match self {
            Self::Called(call) => call.end(None),
            Self::Returning(call, returned) => call.end(returned.withheld()),
            Self::Asked(_) | Self::Refused(_) | Self::Lost(_) => None,
        }
    }

    /// The data to keep with the request for a context that takes over.
    pub(super) fn request_keepsake(&self) -> Option<CallKeepsake> {
        match self {
            Self::Asked(requested) => Some(CallKeepsake::of_asked(requested)),
            Self::Called(call) => Some(call.keepsake()),
            Self::Refused(_) | Self::Returning(..) | Self::Lost(_) => None,
        }
    }

    pub(super) fn response_keepsake(&self) -> Option<ResponseKeepsake> {
        match self {
            Self::Returning(_, returned) => returned.keepsake(),
            _ => None,
        }
    }
}

impl Exchange {
    /// The body of the answer to a refused request, in the form that its client reads.
    pub(crate) fn refusal_body(&self, refusal: Refusal) -> String {
        match &self.phase {
            Phase::ToClient(ToClient::Refused(ids)) => rpc::error(refusal, ids),
            _ if self.is_to_client() => rpc::error(refusal, &[]),
            _ => refusal.body(),
        }
    }

    /// The content type of the response, if an error takes its place.
    pub(crate) fn replaced_type(&self) -> Option<&'static str> {
        match &self.phase {
            Phase::ToClient(ToClient::Returning(_, returned) | ToClient::Lost(returned)) => returned.replaced_type(),
            _ => None,
        }
    }

    fn is_to_client(&self) -> bool {
        self.root.ready().is_some_and(|instance| instance.borrow().direction == Direction::ToClient)
    }

    /// Continues a request whose headers another context has seen.
    pub(super) fn resume_call(
        &mut self,
        kept: &[u8],
        instance: &Rc<RefCell<Instance>>,
        head: impl FnOnce() -> RequestHead,
    ) {
        if let Some(keepsake) = CallKeepsake::read(kept).filter(|keepsake| !keepsake.called) {
            self.seen = Seen::kept(&keepsake.scope, &keepsake.facts.route, instance.borrow().time_of_day());
            let (content_encoding, route) = (keepsake.content_encoding, keepsake.facts.route);
            let head = RequestHead { content_encoding, route, ..head() };
            self.phase = Phase::ToClient(ToClient::Asked(Requested::new(instance, head, keepsake.scope)));
        }
    }

    /// Takes the whole request body.
    pub(super) fn call(
        &mut self,
        exchange: ToClient,
        body: Option<&[u8]>,
        now: TimeOfDay,
    ) -> Result<Option<Vec<u8>>, Refusal> {
        let (exchange, body) = exchange.call(body, now);
        self.phase = Phase::ToClient(exchange);
        if let Err(refusal) = &body {
            self.report_refusal(*refusal);
        }
        body
    }

    /// Continues with a response whose request another context has seen. Returns whether it is such an exchange.
    pub(super) fn take_over_call(&mut self, kept: &[u8], now: TimeOfDay) -> bool {
        let Some(keepsake) = CallKeepsake::read(kept) else { return false };
        self.phase = Phase::ToClient(match self.root.ready() {
            Some(instance) => ToClient::Called(Call::from_keepsake(keepsake, instance, now)),
            None => ToClient::Lost(Box::new(Returned::lost(keepsake.ids, None))),
        });
        true
    }

    /// Continues in the middle of a response. Returns whether it is such an exchange.
    pub(super) fn recover_call(&mut self, request: Option<&[u8]>, response: &Option<ResponseKeepsake>) -> bool {
        let Some(keepsake) = request.and_then(CallKeepsake::read) else { return self.withhold_unseen() };
        self.gateway = Gateway::Kong;
        let returned = Box::new(Returned::lost(keepsake.ids.clone(), response.as_ref()));
        self.phase = Phase::ToClient(match self.root.ready() {
            Some(instance) => {
                let now = instance.borrow().time_of_day();
                ToClient::Returning(Call::from_keepsake(keepsake, instance, now), returned)
            }
            None => ToClient::Lost(returned),
        });
        true
    }

    /// Withholds a response whose request no context has seen, if its client must not see values. Returns whether it does.
    pub(super) fn withhold_unseen(&mut self) -> bool {
        let withholds = self.is_to_client();
        if withholds {
            self.report_orphaned();
            self.phase = Phase::ToClient(ToClient::Lost(Box::new(Returned::lost(Vec::new(), None))));
        }
        withholds
    }

    /// Takes the headers of the response.
    pub(super) fn answer_call(&mut self, exchange: ToClient, head: &ResponseHead, now: TimeOfDay) -> Option<Answering> {
        let (exchange, answering) = exchange.answer(head, now);
        self.phase = Phase::ToClient(exchange);
        answering
    }
}

#[cfg(test)]
mod tests;
