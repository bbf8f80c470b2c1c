//! One HTTP exchange, from the request's headers to the last byte of the response. No host type, no clock: events come
//! in with the time, decisions go out.

mod decode;
mod head;
mod keepsake;
mod restoring;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use masking::{Masker, Media, Mint, Replaced, Response, Tally};

use self::decode::{Coding, Decoder};
pub use self::head::{RequestHead, ResponseHead};
use self::keepsake::{Recovered, RequestKeepsake};
use self::restoring::Restoring;
use crate::config::{ScopeRule, ScopeSource, is_scope};
use crate::instance::clock::TimeOfDay;
use crate::instance::{Health, Instance, KeySource, Means, ScopeLookup, ScopeThoughts, thought_placeholder};
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

/// One exchange.
#[derive(Debug)]
pub struct Exchange {
    instance: Rc<RefCell<Instance>>,
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
    Requested(RequestHead, String),
    Refused,
    /// The request went on.
    Sent(Sent),
    /// The response is restored as it passes.
    Restoring(Sent, Box<Restoring>),
    /// The response passes as it is.
    Passing(Sent),
}

/// What is known of a request that went on.
#[derive(Debug, Default)]
struct Sent {
    scope: String,
    method: String,
    replaced: Rc<Replaced>,
    foreign: u64,
    key: Option<KeySource>,
    mint: Option<Mint>,
    at: TimeOfDay,
    request_bytes: u64,
    response_bytes: u64,
    /// The client's connection, if the host holds the replaced body until it closes.
    connection: Option<Vec<u8>>,
    /// Whether the client should open another connection.
    closes: bool,
}

/// What the host keeps with a request before the filter has seen it, where it keeps anything.
const KEPT_UNSEEN: &[u8] = b"unseen";
/// The same, once the host has refused to send the request around the filter.
const KEPT_BYPASSED: &[u8] = b"bypassed";

impl Sent {
    fn keepsake(&self) -> RequestKeepsake {
        RequestKeepsake {
            scope: self.scope.clone(),
            method: self.method.clone(),
            masked: self.key.is_some(),
            fallback: self.key == Some(KeySource::Fallback),
            foreign: self.foreign,
            at: self.at,
            request_bytes: self.request_bytes,
            closes: self.closes,
            ..RequestKeepsake::default()
        }
    }

    /// What another context sent.
    fn of(kept: &RequestKeepsake, replaced: Replaced) -> Self {
        let key = if kept.fallback { KeySource::Fallback } else { KeySource::Regular };
        Self {
            scope: kept.scope.clone(),
            method: kept.method.clone(),
            replaced: Rc::new(replaced),
            foreign: kept.foreign,
            key: kept.masked.then_some(key),
            at: kept.at,
            request_bytes: kept.request_bytes,
            closes: kept.closes,
            ..Self::default()
        }
    }

    fn summary(self, masked: BTreeMap<String, u64>, tally: &Tally) -> contract::Exchange {
        contract::Exchange {
            scope: self.scope,
            at_ms: self.at.0,
            request_bytes: self.request_bytes,
            response_bytes: self.response_bytes,
            masked: masked.into_iter().collect(),
            restored: tally.restored,
            unresolved: tally.unresolved,
            refused: None,
        }
    }
}

impl Exchange {
    pub fn new(instance: Rc<RefCell<Instance>>) -> Self {
        Self { instance, phase: Phase::Unseen }
    }

    /// Where the scope is read; `None` if it is fixed.
    pub fn scope_source(&self) -> Option<ScopeSource> {
        match &self.instance.borrow().config.as_ref().ok()?.scope {
            ScopeRule::From(source) => Some(source.clone()),
            ScopeRule::Fixed(_) => None,
        }
    }

    /// Gives what to answer, if the request asks for the filter's own health.
    pub fn request_headers(&mut self, head: RequestHead, now: TimeOfDay) -> Result<Option<Health>, Refusal> {
        if head.asks_for_health() {
            self.phase = Phase::Refused;
            return Ok(Some(self.instance.borrow_mut().health(now)));
        }
        let scope = self.scope(&head);
        self.instance.borrow_mut().count(|counters| counters.requests += 1);
        match scope {
            Ok(scope) => self.phase = Phase::Requested(head, scope),
            Err(refusal) => return Err(self.refuse(refusal)),
        }
        Ok(None)
    }

    fn scope(&self, head: &RequestHead) -> Result<String, Refusal> {
        let instance = self.instance.borrow();
        // HTTP/2 in clear text is the same protocol, and no host changes to it in the middle of a connection.
        if head.upgrade.as_deref().is_some_and(|protocol| !protocol.trim().eq_ignore_ascii_case("h2c")) {
            return Err(Refusal::Upgrade);
        }
        match &instance.config.as_ref().map_err(|_| Refusal::Configuration)?.scope {
            ScopeRule::Fixed(scope) => Ok(scope.clone()),
            ScopeRule::From(_) => head.scope.clone().filter(|scope| is_scope(scope)).ok_or(Refusal::Scope),
        }
    }

    /// Goes on between the request's headers, which another context has seen, and its body.
    pub fn resume(&mut self, kept: Option<&[u8]>, head: RequestHead) {
        let keepsake = kept.and_then(|kept| serde_json::from_slice::<RequestKeepsake>(kept).ok());
        if let Some(keepsake) = keepsake.filter(|keepsake| !keepsake.masked) {
            self.phase = Phase::Requested(head, keepsake.scope);
        }
    }

    /// The whole request body, or `None` if the host cannot show it. Gives the body to send instead, if it changes.
    pub fn request_body(&mut self, body: Option<&[u8]>, now: TimeOfDay) -> Result<Option<String>, Refusal> {
        let (head, scope) = match std::mem::replace(&mut self.phase, Phase::Refused) {
            Phase::Requested(head, scope) => (head, scope),
            // A body of a request whose headers this context has not seen: its configuration and scope are unknown.
            _ => return Err(self.refuse(Refusal::BodyUnreadable)),
        };
        match self.mask(&head, &scope, body, now) {
            Ok((sent, body)) => {
                self.phase = Phase::Sent(sent);
                Ok(body)
            }
            Err(refusal) => {
                let request_bytes = body.map_or(0, |body| body.len() as u64);
                self.report_refused(Sent { scope, at: now, request_bytes, ..Sent::default() }, refusal);
                Err(self.refuse(refusal))
            }
        }
    }

    /// A part of the body was shown and not its end, and behind it come trailers.
    pub fn request_trailers(&mut self) -> Result<(), Refusal> {
        match self.phase {
            Phase::Requested(..) => Err(self.refuse(Refusal::Trailers)),
            _ => Ok(()),
        }
    }

    fn report_refused(&self, sent: Sent, refusal: Refusal) {
        let summary = sent.summary(BTreeMap::new(), &Tally::default());
        self.instance.borrow_mut().report(contract::Exchange { refused: Some(refusal.code().into()), ..summary });
    }

    fn mask(
        &self,
        head: &RequestHead,
        scope: &str,
        body: Option<&[u8]>,
        now: TimeOfDay,
    ) -> Result<(Sent, Option<String>), Refusal> {
        let mut instance = self.instance.borrow_mut();
        let Means { mint, known, key } = instance.means(scope, now)?;
        let body = body.ok_or(Refusal::BodyUnreadable)?;
        if Coding::of(head.content_encoding.as_deref()) != Coding::Identity {
            return Err(Refusal::Encoding);
        }
        let format = head.format().ok_or(Refusal::MediaType)?;
        let config = instance.config.as_ref().map_err(|_| Refusal::Configuration)?;
        let thoughts = ScopeThoughts { memory: &instance.memory, scope, mint: &mint };
        let (scanner, options) = (&config.scanner, config.options);
        let masker = Masker { scanner, known: &known, mint: &mint, options, thoughts: &thoughts };
        let masked = masker.mask(format, body).map_err(|error| Refusal::Mask(format, error))?;
        instance.replaced(scope, &masked.replaced, now);
        let forgotten = masked.forgotten.iter().map(|signature| thought_placeholder(&mint, signature));
        instance.want(scope, &masked.foreign.iter().copied().chain(forgotten).collect());
        instance.count(|counters| {
            counters.masked += masked.replaced.occurrences();
            counters.fallback_key += u64::from(key == KeySource::Fallback);
        });
        let sent = Sent {
            scope: scope.to_owned(),
            method: head.method.clone(),
            foreign: masked.foreign.len() as u64,
            replaced: Rc::new(masked.replaced),
            key: Some(key),
            mint: Some(mint),
            at: now,
            request_bytes: body.len() as u64,
            response_bytes: 0,
            connection: head.connection.clone().filter(|_| masked.body.is_some()),
            closes: false,
        };
        let closes = match (&sent.connection, &masked.body) {
            (Some(connection), Some(body)) => instance.worker.borrow_mut().replaced(connection, body.len() as u64, now),
            _ => false,
        };
        Ok((Sent { closes, ..sent }, masked.body))
    }

    /// A line for the log on a refusal, if there is something new to say.
    pub fn refusal_line(&self, refusal: Refusal, now: TimeOfDay) -> Option<String> {
        let count = self.instance.borrow().worker.borrow_mut().refused(refusal, now)?;
        let counted = if count == 1 { String::new() } else { format!(", {count} of that code in a minute") };
        Some(format!("refused a request: {} {refusal:?}{counted}", refusal.code()))
    }

    fn refuse(&mut self, refusal: Refusal) -> Refusal {
        self.phase = Phase::Refused;
        self.instance.borrow_mut().count(|counters| counters.refused += 1);
        refusal
    }

    /// `None`: the response is the filter's own, or Kong's, and stays as it is.
    pub fn response_headers(&mut self, head: &ResponseHead) -> Option<Answering> {
        let sent = match std::mem::replace(&mut self.phase, Phase::Refused) {
            Phase::Refused => return None,
            Phase::Sent(sent) => sent,
            // There was no body.
            Phase::Requested(head, scope) => Sent { scope, method: head.method, ..Sent::default() },
            // Kong answers without a provider, and before it asks the filter: for an unknown host, for example.
            Phase::Unseen | Phase::Unmasked if head.by_host => return None,
            unseen => {
                let note = if matches!(unseen, Phase::Unmasked) { "request-unmasked" } else { "request-unseen" };
                self.phase = unseen;
                return Some(Answering { note: note.into(), rewrites: false, closes: false });
            }
        };
        let (note, closes) = (self.note(&sent), sent.closes);
        let media = head.media(&sent.method);
        let decoder = Decoder::new(Coding::of(head.content_encoding.as_deref())).filter(|_| media != Media::Opaque);
        let Some(decoder) = decoder else {
            self.phase = Phase::Passing(sent);
            return Some(Answering { note, rewrites: false, closes });
        };
        let options = self.instance.borrow().config.as_ref().map(|config| config.options).unwrap_or_default();
        let values = ScopeLookup {
            instance: Rc::clone(&self.instance),
            scope: sent.scope.clone(),
            replaced: Rc::clone(&sent.replaced),
        };
        let response = Response::new(media, options, Box::new(values));
        self.phase = Phase::Restoring(sent, Box::new(Restoring::new(head, decoder, response)));
        Some(Answering { note, rewrites: true, closes })
    }

    /// What clients and operators may know of the exchange: numbers.
    fn note(&self, sent: &Sent) -> String {
        let mut note = format!("masked={}", sent.replaced.occurrences());
        if sent.key == Some(KeySource::Fallback) {
            note.push_str("; key=fallback");
        }
        if sent.foreign > 0 {
            note.push_str(&format!("; unknown={}", sent.foreign));
        }
        note
    }

    /// The next bytes of the response. Gives what to send instead; `None` leaves them as they are.
    pub fn response_body(&mut self, chunk: &[u8], end_of_stream: bool) -> Option<Vec<u8>> {
        match &mut self.phase {
            Phase::Restoring(sent, restoring) => {
                sent.response_bytes += chunk.len() as u64;
                let out = restoring.write(chunk, end_of_stream);
                (out != chunk).then_some(out)
            }
            Phase::Passing(sent) => {
                sent.response_bytes += chunk.len() as u64;
                None
            }
            Phase::Recovered(recovered) => {
                let out = recovered.write(chunk, end_of_stream);
                (out != chunk).then_some(out)
            }
            _ => None,
        }
    }

    /// What the host may keep of the request, for a context that takes over from this one; again after each step of it.
    pub fn request_keepsake(&self) -> Option<Vec<u8>> {
        let instance = self.instance.borrow();
        let scanner = &instance.config.as_ref().ok()?.scanner;
        let keepsake = match &self.phase {
            Phase::Requested(head, scope) => {
                RequestKeepsake { scope: scope.clone(), method: head.method.clone(), ..RequestKeepsake::default() }
            }
            Phase::Sent(sent) => sent.keepsake().with_values(&sent.replaced, scanner),
            _ => return None,
        };
        serde_json::to_vec(&keepsake).ok()
    }

    /// The same of a response that is being restored; `None` if no other context could go on with it.
    pub fn response_keepsake(&self) -> Option<Vec<u8>> {
        let Phase::Restoring(_, restoring) = &self.phase else { return None };
        serde_json::to_vec(&restoring.keepsake()?).ok()
    }

    pub fn has_lost_its_state(&self) -> bool {
        matches!(self.phase, Phase::Unseen | Phase::Unmasked)
    }

    /// Goes on with what another context left of the request. Gives the refusal, if the host has refused it since.
    pub fn take_over(&mut self, kept: Option<&[u8]>) -> Result<(), Refusal> {
        match kept {
            Some(KEPT_UNSEEN) => self.phase = Phase::Unmasked,
            Some(KEPT_BYPASSED) => return Err(self.refuse(Refusal::Bypassed)),
            Some(kept) => {
                let instance = self.instance.borrow();
                let keepsake = serde_json::from_slice::<RequestKeepsake>(kept).ok();
                if let (Some(keepsake), Ok(config)) = (keepsake, &instance.config) {
                    self.phase = Phase::Sent(Sent::of(&keepsake, keepsake.replaced(&config.scanner)));
                }
            }
            None => {}
        }
        Ok(())
    }

    /// Goes on in the middle of the response.
    pub fn recover(&mut self, request: Option<&[u8]>, response: Option<&[u8]>) {
        let request = request.and_then(|kept| serde_json::from_slice::<RequestKeepsake>(kept).ok());
        let response = response.and_then(|kept| serde_json::from_slice(kept).ok());
        if let (Some(request), Some(response)) = (request, response) {
            let recovered = Recovered::new(&request, &response, &self.instance);
            self.phase = recovered.map_or(Phase::Unseen, Phase::Recovered);
        }
    }

    /// A line for the log when a response is left as it is because its request was not seen; once.
    pub fn alarm(&mut self) -> Option<&'static str> {
        let (count, line): (fn(&mut contract::Counters), _) = match self.phase {
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
        self.instance.borrow_mut().count(count);
        Some(line)
    }

    /// The exchange is over, in whatever way. Gives the counts by kind for the log, if the configuration wants it.
    pub fn end(&mut self) -> Option<String> {
        let (sent, tally) = match std::mem::replace(&mut self.phase, Phase::Unseen) {
            Phase::Restoring(sent, restoring) => (sent, restoring.tally()),
            Phase::Sent(sent) | Phase::Passing(sent) => (sent, Tally::default()),
            _ => return None,
        };
        let mut instance = self.instance.borrow_mut();
        if let Some(connection) = &sent.connection {
            instance.worker.borrow_mut().ended(connection, sent.closes);
        }
        instance.want(&sent.scope, &tally.unknown);
        for (signature, original) in &tally.thoughts {
            if let Some(mint) = &sent.mint {
                instance.thought(&sent.scope, thought_placeholder(mint, signature), original);
            }
        }
        instance.count(|counters| {
            counters.restored += tally.restored;
            counters.unresolved += tally.unresolved;
            counters.degraded_responses += u64::from(tally.degraded);
        });
        let config = instance.config.as_ref().ok()?;
        let mut masked = BTreeMap::<String, u64>::new();
        for (_, entry) in sent.replaced.entries() {
            *masked.entry(config.scanner.kind(entry.kind).id.to_string()).or_default() += entry.count;
        }
        let idle = masked.is_empty() && tally.restored == 0 && tally.unresolved == 0;
        let log = (config.log_masked_requests && !idle).then(|| {
            let kinds: Vec<_> = masked.iter().map(|(kind, count)| format!("{kind}={count}")).collect();
            let kinds = if kinds.is_empty() { "nothing".to_owned() } else { kinds.join(" ") };
            format!("masked {kinds}; restored={} unresolved={}", tally.restored, tally.unresolved)
        });
        if sent.key.is_some() {
            instance.report(sent.summary(masked, &tally));
        }
        log
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::configuration;
    use masking::json::JsonError;
    use masking::{Format, MaskError};

    const NOW: TimeOfDay = TimeOfDay(1);
    const VALUE: &str = "i-0123456789abcdef0";

    fn instance(more: &str) -> Rc<RefCell<Instance>> {
        let json = format!(r#"{{"use_redis":false,"secret":"0123456789abcdef"{more}}}"#);
        Rc::new(RefCell::new(Instance::new(configuration(json.as_bytes()), "test".into(), NOW, Rc::default())))
    }

    fn post(content_type: &str) -> RequestHead {
        RequestHead { method: "POST".into(), content_type: Some(content_type.into()), ..RequestHead::default() }
    }

    fn ok(content_type: &str) -> ResponseHead {
        ResponseHead { status: 200, content_type: Some(content_type.into()), ..ResponseHead::default() }
    }

    /// An exchange whose request went on, and the placeholder that stands for [`VALUE`] in it.
    fn sent(instance: &Rc<RefCell<Instance>>) -> (Exchange, String) {
        let mut exchange = Exchange::new(Rc::clone(instance));
        exchange.request_headers(post("application/json"), NOW).unwrap();
        let body = exchange.request_body(Some(format!("[\"{VALUE}\"]").as_bytes()), NOW).unwrap().unwrap();
        (exchange, body.trim_matches(['[', ']', '"']).to_owned())
    }

    #[test]
    fn what_is_refused() {
        let json = |error| Refusal::Mask(Format::Json, error);
        let encoded = RequestHead { content_encoding: Some("gzip".into()), ..post("application/json") };
        let cases: Vec<(RequestHead, Option<&[u8]>, Refusal)> = vec![
            (post("application/json"), None, Refusal::BodyUnreadable),
            (post("application/json"), Some(b"{"), json(MaskError::Json(JsonError::Syntax { at: 1 }))),
            (post("application/json"), Some(b"\"\xff\""), json(MaskError::Encoding)),
            (RequestHead::default(), Some(b"text"), json(MaskError::Json(JsonError::Syntax { at: 0 }))),
            (post("multipart/form-data; boundary=x"), Some(b"x"), Refusal::MediaType),
            (post("application/x-www-form-urlencoded"), Some(b"x"), Refusal::MediaType),
            (encoded, Some(b"{}"), Refusal::Encoding),
        ];
        for (head, body, refusal) in cases {
            let mut exchange = Exchange::new(instance(""));
            exchange.request_headers(head, NOW).unwrap();
            assert_eq!(exchange.request_body(body, NOW), Err(refusal));
            // Nothing is done to the refusal on its way out.
            assert_eq!(exchange.response_headers(&ok("application/json")), None);
            assert_eq!(exchange.response_body(b"x", true), None);
        }
        let mut wrong = Exchange::new(instance(r#","nonsense":1"#));
        assert_eq!(wrong.request_headers(post("application/json"), NOW), Err(Refusal::Configuration));
        let mut upgrade = Exchange::new(instance(""));
        let head = RequestHead { upgrade: Some("websocket".into()), ..RequestHead::default() };
        assert_eq!(upgrade.request_headers(head, NOW), Err(Refusal::Upgrade));
        let mut unseen = Exchange::new(instance(""));
        assert_eq!(unseen.request_body(Some(b"{}"), NOW), Err(Refusal::BodyUnreadable));
    }

    #[test]
    fn a_body_with_trailers_is_refused_before_it_goes_on() {
        let mut exchange = Exchange::new(instance(""));
        exchange.request_headers(post("application/json"), NOW).unwrap();
        assert_eq!(exchange.request_trailers(), Err(Refusal::Trailers));
        assert_eq!(sent(&instance("")).0.request_trailers(), Ok(()));
    }

    #[test]
    fn the_scope_of_a_header() {
        let instance = instance(r#","scope":{"header":"X-Tenant"}"#);
        let mut placeholders = Vec::new();
        for (scope, accepted) in
            [(Some("a"), true), (Some("b"), true), (None, false), (Some(""), false), (Some("a b"), false)]
        {
            let mut exchange = Exchange::new(Rc::clone(&instance));
            assert_eq!(exchange.scope_source(), Some(ScopeSource::Header("x-tenant".into())));
            let head = RequestHead { scope: scope.map(str::to_owned), ..post("text/plain") };
            assert_eq!(exchange.request_headers(head, NOW), if accepted { Ok(None) } else { Err(Refusal::Scope) });
            placeholders.extend(accepted.then(|| exchange.request_body(Some(VALUE.as_bytes()), NOW).unwrap().unwrap()));
        }
        assert_ne!(placeholders[0], placeholders[1]);
    }

    #[test]
    fn what_is_restored_and_what_passes() {
        let instance = instance("");
        let restored = format!("[\"{VALUE}\"]");
        let length = |n| ResponseHead { content_length: Some(n), ..ok("application/json") };
        let compress = ResponseHead { content_encoding: Some("compress".into()), ..ok("application/json") };
        let identity = ResponseHead { content_encoding: Some("identity".into()), ..ok("application/json") };
        let cases = [
            (ok("application/json; charset=utf-8"), true),
            (ok("text/event-stream"), true),
            (length(24), true),
            (identity, true),
            (length(0), false),
            (compress, false),
            (ok("image/png"), false),
            (ResponseHead { status: 204, ..ok("application/json") }, false),
            (ResponseHead { status: 200, ..ResponseHead::default() }, false),
        ];
        for (head, rewrites) in cases {
            let (mut exchange, placeholder) = sent(&instance);
            let answering = exchange.response_headers(&head).unwrap();
            assert_eq!((answering.note.as_str(), answering.rewrites), ("masked=1", rewrites), "{head:?}");
            if head.content_type.as_deref().is_some_and(|kind| kind.contains("json")) {
                let got = exchange.response_body(format!("[\"{placeholder}\"]").as_bytes(), true);
                assert_eq!(got, rewrites.then(|| restored.clone().into_bytes()), "{head:?}");
            }
        }
    }

    #[test]
    fn a_response_of_known_length_ends_when_its_bytes_have_come() {
        let (mut exchange, placeholder) = sent(&instance(""));
        let body = format!("[\"{placeholder}\"]");
        let head = ResponseHead { content_length: Some(body.len() as u64), ..ok("application/json") };
        exchange.response_headers(&head).unwrap();
        let (first, second) = body.split_at(9);
        assert_eq!(exchange.response_body(first.as_bytes(), false), Some(Vec::new()));
        assert_eq!(exchange.response_body(second.as_bytes(), false), Some(format!("[\"{VALUE}\"]").into_bytes()));
    }

    #[test]
    fn the_last_piece_is_never_emptied() {
        let (mut exchange, _) = sent(&instance(""));
        let gzip = ResponseHead { content_encoding: Some("gzip".into()), ..ok("application/json") };
        exchange.response_headers(&gzip).unwrap();
        // The header is whole, and there is nothing behind it.
        let header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0];
        let got = exchange.response_body(&header, true).unwrap_or_else(|| header.to_vec());
        assert!(!got.is_empty());
    }

    #[test]
    fn a_body_that_is_not_what_its_encoding_says_passes() {
        for size in [1, 5, 100] {
            let (mut exchange, placeholder) = sent(&instance(""));
            let gzip = ResponseHead { content_encoding: Some("gzip".into()), ..ok("application/json") };
            exchange.response_headers(&gzip).unwrap();
            let body = format!("[\"{placeholder}\"]");
            let mut got = Vec::new();
            for chunk in body.as_bytes().chunks(size) {
                got.extend(exchange.response_body(chunk, false).unwrap_or_else(|| chunk.to_vec()));
            }
            got.extend(exchange.response_body(b"", true).unwrap_or_default());
            assert_eq!(String::from_utf8(got).unwrap(), format!("[\"{VALUE}\"]"), "{size}");
        }
    }

    #[test]
    fn a_context_that_has_not_seen_its_request_leaves_the_response_masked() {
        let instance = instance("");
        let (_, placeholder) = sent(&instance);
        let mut fresh = Exchange::new(instance);
        let answering = fresh.response_headers(&ok("application/json")).unwrap();
        assert_eq!(answering, Answering { note: "request-unseen".into(), rewrites: false, closes: false });
        assert!(fresh.alarm().is_some() && fresh.alarm().is_none(), "once");
        assert_eq!(fresh.response_body(placeholder.as_bytes(), true), None);
    }

    #[test]
    fn what_the_host_answers_by_itself_is_no_alarm() {
        let mut fresh = Exchange::new(instance(""));
        assert_eq!(fresh.response_headers(&ResponseHead { by_host: true, ..ok("application/json") }), None);
        assert_eq!(fresh.alarm(), None);
        let instance = instance("");
        let (mut asked, _) = sent(&instance);
        let answering = asked.response_headers(&ResponseHead { by_host: true, ..ok("application/json") }).unwrap();
        assert!(answering.rewrites, "a request that was seen is restored, whoever answers");
    }

    #[test]
    fn a_context_that_takes_over_restores_by_what_was_kept() {
        let instance = instance("");
        for (kind, length) in [("application/json", None), ("application/json", Some(60)), ("text/event-stream", None)]
        {
            let (mut lost, placeholder) = sent(&instance);
            let request = lost.request_keepsake().unwrap();
            lost.response_headers(&ResponseHead { content_length: length, ..ok(kind) }).unwrap();
            let kept = lost.response_keepsake().unwrap();
            let mut fresh = Exchange::new(Rc::clone(&instance));
            assert!(fresh.has_lost_its_state());
            fresh.recover(Some(&request), Some(&kept));
            assert_eq!(fresh.alarm(), None);
            let rest = format!("data: \"of {placeholder}\"\n\n");
            let (first, second) = rest.split_at(30);
            let mut got = Vec::new();
            for (chunk, end) in [(first, false), (second, length.is_none())] {
                got.extend(fresh.response_body(chunk.as_bytes(), end).unwrap_or_else(|| chunk.into()));
            }
            assert_eq!(String::from_utf8(got).unwrap(), format!("data: \"of {VALUE}\"\n\n"), "{kind} {length:?}");
        }
        let mut fresh = Exchange::new(instance);
        fresh.recover(Some(b"nonsense"), Some(b"nonsense"));
        fresh.recover(None, None);
        assert!(fresh.alarm().is_some());
    }

    #[test]
    fn a_context_that_takes_over_before_the_response_restores_all_of_it() {
        let instance = instance("");
        let (lost, placeholder) = sent(&instance);
        let kept = lost.request_keepsake().unwrap();
        let mut fresh = Exchange::new(Rc::clone(&instance));
        fresh.take_over(Some(&kept)).unwrap();
        let answering = fresh.response_headers(&ok("application/json")).unwrap();
        assert_eq!(answering, Answering { note: "masked=1".into(), rewrites: true, closes: false });
        let got = fresh.response_body(format!("[\"{placeholder}\"]").as_bytes(), true).unwrap();
        assert_eq!(String::from_utf8(got).unwrap(), format!("[\"{VALUE}\"]"));

        // Between the headers and the body the next context masks as the lost one would have.
        let mut headers = Exchange::new(Rc::clone(&instance));
        headers.request_headers(post("application/json"), NOW).unwrap();
        for (kept, masks) in [(headers.request_keepsake(), true), (lost.request_keepsake(), false), (None, false)] {
            let mut fresh = Exchange::new(Rc::clone(&instance));
            fresh.resume(kept.as_deref(), post("application/json"));
            let body = fresh.request_body(Some(format!("[\"{VALUE}\"]").as_bytes()), NOW);
            assert_eq!(body.is_ok(), masks);
        }

        // Before the body there is nothing to restore, and it is still no alarm.
        let mut headers = Exchange::new(Rc::clone(&instance));
        headers.request_headers(RequestHead { method: "GET".into(), ..RequestHead::default() }, NOW).unwrap();
        let mut fresh = Exchange::new(Rc::clone(&instance));
        fresh.take_over(headers.request_keepsake().as_deref()).unwrap();
        assert_eq!(
            (fresh.response_headers(&ok("text/plain")).unwrap().note.as_str(), fresh.alarm()),
            ("masked=0", None)
        );
    }

    #[test]
    fn what_a_host_that_keeps_requests_tells_of_one_that_was_not_seen() {
        let take_over = |kept: Option<&[u8]>| {
            let mut fresh = Exchange::new(instance(""));
            let taken = fresh.take_over(kept);
            let note = fresh.response_headers(&ok("application/json")).map(|answering| answering.note);
            (taken, note.unwrap_or_default(), fresh.alarm().is_some_and(|line| line.contains("LEFT UNMASKED")))
        };
        assert_eq!(take_over(Some(b"unseen")), (Ok(()), "request-unmasked".into(), true));
        assert_eq!(take_over(Some(b"bypassed")), (Err(Refusal::Bypassed), String::new(), false));
        assert_eq!(take_over(Some(b"")), (Ok(()), "request-unseen".into(), false));
        assert_eq!(take_over(None), (Ok(()), "request-unseen".into(), false));
    }

    #[test]
    fn the_path_of_the_health_is_answered_on_any_route() {
        let ask = |method: &str, path: &str| {
            let mut exchange = Exchange::new(instance(r#","scope":{"header":"x-tenant"}"#));
            let head = RequestHead { method: method.into(), path: path.into(), ..RequestHead::default() };
            let health = exchange.request_headers(head, NOW);
            (health.map(|health| health.map(|health| health.status)), exchange.response_headers(&ok("text/plain")))
        };
        for path in ["/v1/aws-masker/readyz", "/aws-masker/readyz?verbose"] {
            assert_eq!(ask("GET", path), (Ok(Some(200)), None), "{path}");
        }
        assert_eq!(ask("POST", "/v1/aws-masker/readyz").0, Err(Refusal::Scope));
        assert_eq!(ask("GET", "/v1/aws-masker/readyz/x").0, Err(Refusal::Scope));
    }

    #[test]
    fn a_request_without_a_body_passes_and_its_answer_is_looked_through() {
        let mut exchange = Exchange::new(instance(""));
        exchange.request_headers(RequestHead { method: "GET".into(), ..RequestHead::default() }, NOW).unwrap();
        let answering = exchange.response_headers(&ok("application/json")).unwrap();
        assert_eq!(answering, Answering { note: "masked=0".into(), rewrites: true, closes: false });
        let mut head = Exchange::new(instance(""));
        head.request_headers(RequestHead { method: "HEAD".into(), ..RequestHead::default() }, NOW).unwrap();
        assert!(!head.response_headers(&ok("application/json")).unwrap().rewrites);
    }

    #[test]
    fn a_connection_is_closed_before_the_host_holds_too_much_for_it() {
        let instance = instance("");
        let body = format!("{VALUE} {}", "word ".repeat(2 << 20));
        let mut closes = Vec::new();
        for turn in 0..8 {
            let mut exchange = Exchange::new(Rc::clone(&instance));
            let connection = Some(vec![b'0' + turn % 2]);
            exchange.request_headers(RequestHead { connection, ..post("text/plain") }, NOW).unwrap();
            exchange.request_body(Some(body.as_bytes()), NOW).unwrap();
            closes.push(exchange.response_headers(&ok("text/plain")).unwrap().closes);
            exchange.end();
        }
        assert_eq!(closes, [false, false, false, false, false, false, true, true]);
    }

    #[test]
    fn restored_thinking_goes_back_as_it_came() {
        let instance = instance(r#","restore_thinking":true"#);
        let (mut exchange, placeholder) = sent(&instance);
        exchange.response_headers(&ok("application/json")).unwrap();
        let message = |text: &str| {
            format!(r#"{{"type":"message","content":[{{"type":"thinking","thinking":"{text}","signature":"s"}}]}}"#)
        };
        let wrote = placeholder.to_lowercase();
        let shown = exchange.response_body(message(&wrote).as_bytes(), true).unwrap();
        assert_eq!(String::from_utf8(shown).unwrap(), message(VALUE));
        exchange.end();
        let mut next = Exchange::new(instance);
        next.request_headers(post("application/json"), NOW).unwrap();
        let request = |text: &str| format!(r#"{{"messages":[{}]}}"#, message(text));
        let sent = next.request_body(Some(request(VALUE).as_bytes()), NOW).unwrap();
        assert_eq!(sent, Some(request(&wrote)));
    }

    #[test]
    fn kinds_that_are_never_restored() {
        let (mut exchange, placeholder) = sent(&instance(r#","never_restore":["ec2_instance"]"#));
        exchange.response_headers(&ok("text/plain")).unwrap();
        assert_eq!(exchange.response_body(format!("{placeholder}.").as_bytes(), true), None);
    }

    #[test]
    fn the_log_line_has_counts_only() {
        let (mut exchange, placeholder) = sent(&instance(r#","log_masked_requests":true"#));
        exchange.response_headers(&ok("text/plain")).unwrap();
        exchange.response_body(format!("{placeholder}.").as_bytes(), true);
        assert_eq!(exchange.end().as_deref(), Some("masked ec2_instance=1; restored=1 unresolved=0"));
        assert_eq!(sent(&instance("")).0.end(), None);
    }
}
