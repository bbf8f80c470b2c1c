//! A request whose placeholders were restored, on its way to a trusted upstream.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use contract::ResponseState;
use masking::dialect::Dialect;
use masking::json::Document;
use masking::{Answer, Format, Lookup, MaskError, Media, Mint, Placeholder, Response, Tally};
use serde::{Deserialize, Serialize};

use super::super::facts::Facts;
use super::super::line::log_line;
use super::super::sent::Requested;
use crate::instance::Instance;
use crate::instance::clock::TimeOfDay;
use crate::instance::mask::Reading;
use crate::refusal::Refusal;

/// A request that was forwarded.
#[derive(Debug)]
pub(crate) struct Call {
    instance: Rc<RefCell<Instance>>,
    scope: String,
    pub method: String,
    /// The ids of the calls in it.
    pub ids: Vec<String>,
    /// The placeholders for the values of the response, or the reason for which it has to be withheld.
    mint: Result<Mint, Refusal>,
    /// The outcome for the placeholders of the request.
    tally: Tally,
    /// The number of values of each kind that were masked in the response.
    masked: BTreeMap<String, u64>,
    pub facts: Facts,
    at: TimeOfDay,
    request_bytes: u64,
    pub response_bytes: u64,
    /// The client's connection, if the host holds the replaced body until it closes.
    connection: Option<Vec<u8>>,
    /// True if the client should open another connection.
    pub closes: bool,
}

/// The state kept for such a request, by which another context masks its response.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CallKeepsake {
    pub scope: String,
    method: String,
    /// The coding in which the body arrives: the header states another one by now.
    pub content_encoding: Option<String>,
    /// True if it was forwarded with its body.
    pub called: bool,
    pub ids: Vec<String>,
    restored: u64,
    at: TimeOfDay,
    request_bytes: u64,
    closes: bool,
    #[serde(default)]
    pub facts: Facts,
}

impl Call {
    /// Restores a request's body, which is `plain` if it arrived in a coding. Returns the body to send instead, if it
    /// changes.
    pub(super) fn of(
        requested: &Requested,
        body: &[u8],
        plain: Option<Vec<u8>>,
        ids: &[String],
        now: TimeOfDay,
    ) -> Result<(Self, Option<Vec<u8>>), Refusal> {
        let mint = requested.instance.borrow_mut().mint(&requested.scope, now)?.0;
        // A server of tools takes no files.
        let Reading::Plain(format) = requested.check(now)? else { return Err(Refusal::MediaType) };
        let (restored, tally) = restored(requested, format, plain.as_deref().unwrap_or(body), now)?;
        let changed = restored.map(String::into_bytes).or(plain);
        if let (Some(header), true) = (requested.head.digest, changed.is_some()) {
            return Err(Refusal::Digest(header));
        }
        let mut instance = requested.instance.borrow_mut();
        instance.want(&requested.scope, &tally.unknown);
        if !tally.unknown.is_empty() {
            return Err(Refusal::UnknownPlaceholder);
        }
        let connection = requested.head.connection.clone().filter(|_| changed.is_some());
        let closes = match (&connection, &changed) {
            (Some(connection), Some(body)) => instance.worker.borrow_mut().hold(connection, body.len() as u64, now),
            _ => false,
        };
        let call = Self {
            ids: ids.to_vec(),
            facts: Facts { dialect: Dialect::Mcp.as_str().into(), ..Facts::of_route(&requested.head.route) },
            tally,
            at: now,
            request_bytes: body.len() as u64,
            connection,
            closes,
            ..Self::new(&requested.instance, requested.scope.clone(), requested.head.method.clone(), Ok(mint))
        };
        Ok((call, changed))
    }

    pub(super) fn without_body(requested: &Requested, now: TimeOfDay) -> Self {
        let mint = requested.instance.borrow_mut().mint(&requested.scope, now).map(|(mint, _)| mint);
        let (scope, method) = (requested.scope.clone(), requested.head.method.clone());
        let facts = Facts::of_route(&requested.head.route);
        Self { at: now, facts, ..Self::new(&requested.instance, scope, method, mint) }
    }

    /// A request that another context sent.
    pub(super) fn from_keepsake(kept: CallKeepsake, instance: &Rc<RefCell<Instance>>, now: TimeOfDay) -> Self {
        let mint = instance.borrow_mut().mint(&kept.scope, now).map(|(mint, _)| mint);
        Self {
            ids: kept.ids,
            tally: Tally { restored: kept.restored, ..Tally::default() },
            at: kept.at,
            request_bytes: kept.request_bytes,
            closes: kept.closes,
            facts: kept.facts,
            ..Self::new(instance, kept.scope, kept.method, mint)
        }
    }

    fn new(instance: &Rc<RefCell<Instance>>, scope: String, method: String, mint: Result<Mint, Refusal>) -> Self {
        Self {
            instance: Rc::clone(instance),
            scope,
            method,
            ids: Vec::new(),
            mint,
            tally: Tally::default(),
            masked: BTreeMap::new(),
            facts: Facts::default(),
            at: TimeOfDay::default(),
            request_bytes: 0,
            response_bytes: 0,
            connection: None,
            closes: false,
        }
    }

    pub(super) fn keepsake(&self) -> CallKeepsake {
        CallKeepsake {
            scope: self.scope.clone(),
            method: self.method.clone(),
            content_encoding: None,
            called: true,
            ids: self.ids.clone(),
            restored: self.tally.restored,
            at: self.at,
            request_bytes: self.request_bytes,
            closes: self.closes,
            facts: self.facts.clone(),
        }
    }

    /// The numbers of the exchange that clients and operators may see.
    pub(super) fn note(&self) -> String {
        let mut note = format!("restored={}", self.tally.restored);
        if self.tally.unresolved > 0 {
            note.push_str(&format!("; unknown={}", self.tally.unresolved));
        }
        note
    }

    /// Masks the response, or a part of it. Returns what to send instead; `None` if nothing changes.
    pub(super) fn mask(&mut self, format: Format, text: &[u8]) -> Result<Option<String>, Refusal> {
        let mint = self.mint.as_ref().map_err(|refusal| *refusal)?;
        let mut instance = self.instance.borrow_mut();
        let masked = instance.mask_response(mint, &self.scope, format, text)?;
        for (kind, count) in instance.kinds(&masked.replaced) {
            *self.masked.entry(kind).or_default() += count;
        }
        Ok(masked.body)
    }

    /// Ends the exchange. Returns a line for the log, if one is due.
    pub(super) fn end(self, withheld: Option<Refusal>) -> Option<String> {
        let mut instance = self.instance.borrow_mut();
        if let Some(connection) = &self.connection {
            instance.worker.borrow_mut().end_exchange(connection, self.closes);
        }
        let tally = Tally { degraded: withheld.is_some(), ..self.tally.clone() };
        instance.take_tally(&self.scope, None, &tally);
        let facts = self.facts.clone().summary();
        let summary = contract::ExchangeSummary {
            scope: self.scope.clone(),
            at_ms: self.at.0,
            request_bytes: self.request_bytes,
            response_bytes: self.response_bytes,
            masked: self.masked.clone().into_iter().collect(),
            restored: tally.restored,
            unresolved: tally.unresolved,
            refused: withheld.map(|refusal| refusal.code().into()),
            response: if withheld.is_some() { ResponseState::Degraded } else { ResponseState::Restored },
            // What is restored here is the request, and what is masked the response.
            mask_us: facts.restore_us,
            restore_us: facts.mask_us,
            ..facts
        };
        let now = instance.time_of_day();
        let withheld = withheld.and_then(|refusal| {
            let count = instance.worker.borrow_mut().count_refusal(refusal, now)?;
            Some(format!("withheld a response: {} {refusal:?} ({count} with that code)", refusal.code()))
        });
        let line = instance.log_masked_requests.then(|| log_line(&summary));
        instance.report(summary);
        withheld.or(line)
    }
}

impl CallKeepsake {
    pub(super) fn of_asked(requested: &Requested) -> Self {
        Self {
            scope: requested.scope.clone(),
            method: requested.head.method.clone(),
            content_encoding: requested.head.content_encoding.clone(),
            called: false,
            ids: Vec::new(),
            restored: 0,
            at: TimeOfDay::default(),
            request_bytes: 0,
            closes: false,
            facts: Facts::of_route(&requested.head.route),
        }
    }

    /// Reads what the host kept; `None` if it is of an exchange in the other direction.
    pub(super) fn read(kept: &[u8]) -> Option<Self> {
        serde_json::from_slice(kept).ok()
    }
}

/// Restores a text of this format. It has no value that must be hidden from the upstream, but one that cannot be read could
/// not be restored either. Returns the new text, if it changes, and the outcome for its placeholders.
pub(crate) fn restored(
    requested: &Requested,
    format: Format,
    body: &[u8],
    now: TimeOfDay,
) -> Result<(Option<String>, Tally), Refusal> {
    let refuse = |error| Refusal::Mask(format, error);
    let text = std::str::from_utf8(body).map_err(|_| refuse(MaskError::Encoding))?;
    let media = match format {
        Format::Json => {
            Document::parse(text).map_err(|error| refuse(error.into()))?;
            Media::Json
        }
        Format::Lines => Media::Lines,
        Format::Text => Media::Text,
    };
    let (instance, scope) = (Rc::clone(&requested.instance), requested.scope.clone());
    let options = instance.borrow().options;
    let mut response = Response::new(media, options, Box::new(Sought { instance, scope, now }));
    let mut restored = Vec::with_capacity(body.len());
    response.write(body, &mut restored);
    response.end(&mut restored);
    let restored = String::from_utf8(restored).map_err(|_| refuse(MaskError::Encoding))?;
    Ok(((restored != text).then_some(restored), response.tally().clone()))
}

/// The values of a scope's placeholders, which other exchanges have replaced.
#[derive(Debug)]
struct Sought {
    instance: Rc<RefCell<Instance>>,
    scope: String,
    now: TimeOfDay,
}

impl Lookup for Sought {
    fn lookup(&self, placeholder: &Placeholder) -> Answer {
        // The borrow fails only within a call of the instance itself, which restores nothing.
        let Ok(mut instance) = self.instance.try_borrow_mut() else { return Answer::Unknown };
        instance.seek(&self.scope, placeholder, self.now)
    }
}
