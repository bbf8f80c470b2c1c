//! A request, before and after it is forwarded.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use contract::ResponseState;
use masking::{Files, Mint, Replaced, Tally, Text};

use super::decode::{self, Coding, Undecodable};
use super::facts::{Facts, excerpt};
use super::head::{Client, RequestHead};
use super::keepsake::RequestKeepsake;
use super::line::{alert_line, guard_line, log_line};
use crate::instance::Instance;
use crate::instance::clock::TimeOfDay;
use crate::instance::lookup::ScopeLookup;
use crate::instance::mask::Reading;
use crate::instance::sidecar::UsedKey;
use crate::refusal::Refusal;
use filter_config::{Mode, Strict};

/// A request whose body has not been masked yet.
#[derive(Debug)]
pub(super) struct Requested {
    pub instance: Rc<RefCell<Instance>>,
    pub head: RequestHead,
    pub scope: String,
    pub body: Shown,
}

/// The part of a request's body that the host has shown.
#[derive(Debug)]
pub(super) enum Shown {
    Nothing,
    InPart,
}

/// A request that was forwarded.
#[derive(Debug)]
pub(super) struct Sent {
    pub instance: Rc<RefCell<Instance>>,
    scope: String,
    client: Client,
    pub method: String,
    replaced: Rc<Replaced>,
    foreign: u64,
    files: Files,
    /// `None` if there was no body to mask.
    key: Option<UsedKey>,
    mint: Option<Mint>,
    at: TimeOfDay,
    request_bytes: u64,
    pub response_bytes: u64,
    pub facts: Facts,
    /// The client's connection, if the host holds the replaced body until it closes.
    connection: Option<Vec<u8>>,
    /// True if the client should open another connection.
    pub closes: bool,
    /// True if nothing is altered: what was replaced is what would have been.
    observed: bool,
}

impl Requested {
    pub(super) fn new(instance: &Rc<RefCell<Instance>>, head: RequestHead, scope: String) -> Self {
        Self { instance: Rc::clone(instance), head, scope, body: Shown::Nothing }
    }

    /// Fails if the body will be refused whatever it is. Then the host has not begun to send the request.
    pub(super) fn check(&self, now: TimeOfDay) -> Result<Reading, Refusal> {
        self.instance.borrow_mut().check(now)?;
        if self.head.coding() == Coding::Unknown {
            return Err(Refusal::Encoding);
        }
        self.head.reading().ok_or(Refusal::MediaType)
    }

    /// Fails if the head has a value, and by the configuration no such request is forwarded.
    pub(super) fn check_head(&self) -> Result<(), Refusal> {
        let mut instance = self.instance.borrow_mut();
        if instance.strict == Strict::Pass {
            return Ok(());
        }
        if self.head.headers.is_none() {
            return Err(Refusal::Headers);
        }
        let texts = self.head.texts();
        let searched: Vec<Text<'_>> = texts.iter().map(|(_, text, key)| Text { text, key: *key }).collect();
        match instance.find(&self.scope, &searched).and_then(|index| texts.get(index)) {
            Some((place, ..)) => Err(Refusal::Exposed(*place)),
            None => Ok(()),
        }
    }

    /// Returns whether a body is sent on without the coding in which it arrives.
    pub(super) fn decodes(&self) -> bool {
        self.head.coding() != Coding::Identity
    }

    /// Masks the body; `None` if the host cannot show it. Returns the body to send instead, if it changes.
    pub(super) fn mask(&self, body: Option<&[u8]>, now: TimeOfDay) -> Result<(Sent, Option<Vec<u8>>), Refusal> {
        let reading = self.check(now)?;
        let body = body.ok_or(Refusal::BodyUnreadable)?;
        let plain = self.plain(body)?;
        let masked = self.instance.borrow_mut().mask(&self.scope, reading, plain.as_deref().unwrap_or(body), now)?;
        let changed = masked.body.or(plain);
        if let (Some(header), true) = (self.head.digest, changed.is_some()) {
            return Err(Refusal::Digest(header));
        }
        let is_replaced = changed.is_some() && self.instance.borrow().mode == Mode::Mask;
        let connection = self.head.connection.clone().filter(|_| is_replaced);
        let closes = match (&connection, &changed) {
            (Some(connection), Some(body)) => {
                let worker = Rc::clone(&self.instance.borrow().worker);
                worker.borrow_mut().hold(connection, body.len() as u64, now)
            }
            _ => false,
        };
        let dialect = masked.dialect.map_or("", |shape| shape.at(&self.head.path).as_str());
        let records = self.instance.borrow().record_masked_bodies;
        let masked_body = records.then(|| excerpt(changed.as_deref().unwrap_or(body)));
        let facts = Facts { dialect: dialect.into(), masked_body, ..Facts::of_route(&self.head.route) };
        let sent = Sent {
            facts,
            replaced: masked.replaced,
            foreign: masked.foreign,
            files: masked.files,
            key: Some(masked.key),
            mint: Some(masked.mint),
            at: now,
            request_bytes: body.len() as u64,
            connection,
            closes,
            ..Sent::new(&self.instance, self.scope.clone(), self.head.client.clone(), self.head.method.clone())
        };
        Ok((sent, changed))
    }

    /// The decoded body; `None` if it arrived without a coding.
    pub(super) fn plain(&self, body: &[u8]) -> Result<Option<Vec<u8>>, Refusal> {
        if !self.decodes() {
            return Ok(None);
        }
        decode::request(self.head.coding(), body).map(Some).map_err(|undecodable| match undecodable {
            Undecodable::Garbled => Refusal::Garbled,
            Undecodable::TooLong => Refusal::TooLong,
        })
    }

    pub(super) fn keepsake(&self) -> RequestKeepsake {
        let (scope, client, method) = (self.scope.clone(), self.head.client.clone(), self.head.method.clone());
        let content_encoding = self.head.content_encoding.clone();
        let facts = Facts::of_route(&self.head.route);
        RequestKeepsake { scope, client, method, content_encoding, facts, ..RequestKeepsake::default() }
    }
}

impl Sent {
    fn new(instance: &Rc<RefCell<Instance>>, scope: String, client: Client, method: String) -> Self {
        Self {
            instance: Rc::clone(instance),
            scope,
            client,
            method,
            replaced: Rc::default(),
            foreign: 0,
            files: Files::default(),
            key: None,
            mint: None,
            at: TimeOfDay::default(),
            request_bytes: 0,
            response_bytes: 0,
            facts: Facts::default(),
            connection: None,
            closes: false,
            observed: instance.borrow().mode == Mode::Observe,
        }
    }

    pub(super) fn without_body(requested: Requested, at: TimeOfDay) -> Self {
        let facts = Facts::of_route(&requested.head.route);
        let RequestHead { client, method, .. } = requested.head;
        Self { facts, at, ..Self::new(&requested.instance, requested.scope, client, method) }
    }

    /// A request that another context sent.
    pub(super) fn from_keepsake(kept: RequestKeepsake, instance: &Rc<RefCell<Instance>>) -> Self {
        let key = if kept.fallback { UsedKey::Fallback } else { UsedKey::Regular };
        let replaced = kept.to_replaced(&instance.borrow().scanner);
        Self {
            replaced: Rc::new(replaced),
            foreign: kept.foreign,
            files: Files { attachments: kept.attachments, masked_links: kept.masked_links },
            key: kept.masked.then_some(key),
            at: kept.at,
            request_bytes: kept.request_bytes,
            closes: kept.closes,
            facts: kept.facts,
            ..Self::new(instance, kept.scope, kept.client, kept.method)
        }
    }

    pub(super) fn keepsake(&self) -> RequestKeepsake {
        let keepsake = RequestKeepsake {
            scope: self.scope.clone(),
            client: self.client.clone(),
            method: self.method.clone(),
            masked: self.key.is_some(),
            fallback: self.key == Some(UsedKey::Fallback),
            foreign: self.foreign,
            attachments: self.files.attachments,
            masked_links: self.files.masked_links,
            at: self.at,
            request_bytes: self.request_bytes,
            closes: self.closes,
            facts: Facts { masked_body: None, ..self.facts.clone() },
            ..RequestKeepsake::default()
        };
        keepsake.with_values(&self.replaced, &self.instance.borrow().scanner)
    }

    /// The values by which the response is restored.
    pub(super) fn lookup(&self) -> ScopeLookup {
        ScopeLookup {
            instance: Rc::clone(&self.instance),
            scope: self.scope.clone(),
            replaced: Rc::clone(&self.replaced),
            sees: self.client.sees(self.instance.borrow().readers.as_ref()),
            guard: self.instance.borrow().guard.clone(),
        }
    }

    /// The numbers of the exchange that clients and operators may see.
    pub(super) fn note(&self) -> String {
        let what = if self.observed { "would-mask" } else { "masked" };
        let mut note = format!("{what}={}", self.replaced.occurrences());
        if self.key == Some(UsedKey::Fallback) {
            note.push_str("; key=fallback");
        }
        if self.foreign > 0 {
            note.push_str(&format!("; unknown={}", self.foreign));
        }
        let Files { attachments, masked_links } = self.files;
        for (name, count) in [("attachments", attachments), ("masked_links", masked_links)] {
            if count > 0 {
                note.push_str(&format!("; {name}={count}"));
            }
        }
        note
    }

    /// Ends the exchange. Returns the counts by kind for the log, if the configuration asks for them.
    pub(super) fn end(self, tally: &Tally) -> Option<String> {
        let instance = Rc::clone(&self.instance);
        let mut instance = instance.borrow_mut();
        if let Some(connection) = &self.connection {
            instance.worker.borrow_mut().end_exchange(connection, self.closes);
        }
        instance.take_tally(&self.scope, self.mint.as_ref(), tally);
        let masked = instance.kinds(&self.replaced);
        let alerts = instance.alerts(&masked);
        let guarded = (tally.guarded > 0).then(|| guard_line(tally.guarded));
        let alert = guarded.or_else(|| (!alerts.is_empty()).then(|| alert_line(&masked, &alerts)));
        let summary = contract::ExchangeSummary { alerts, ..self.summary(masked, tally) };
        let line = instance.log_masked_requests.then(|| log_line(&summary));
        instance.report(summary);
        alert.or(line)
    }

    fn summary(self, masked: BTreeMap<String, u64>, tally: &Tally) -> contract::ExchangeSummary {
        contract::ExchangeSummary {
            scope: self.scope,
            at_ms: self.at.0,
            request_bytes: self.request_bytes,
            response_bytes: self.response_bytes,
            masked: masked.into_iter().collect(),
            restored: tally.restored,
            unresolved: tally.unresolved,
            withheld: tally.withheld,
            guarded: tally.guarded,
            attachments: self.files.attachments,
            masked_links: self.files.masked_links,
            observed: self.observed,
            response: if tally.degraded { ResponseState::Degraded } else { ResponseState::Restored },
            input_tokens: tally.usage.input_tokens,
            cache_read_tokens: tally.usage.cache_read_tokens,
            ..self.facts.summary()
        }
    }
}
