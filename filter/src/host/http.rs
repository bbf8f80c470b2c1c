//! The steps of one exchange, as the host calls them.

use std::time::{Duration, SystemTime};

use contract::header;
use proxy_wasm::hostcalls;
use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types::Action;

use super::abi::{self, Buffer, Map};
use super::shared::{ENTRIES, IS_KONG, SharedData, time_of_day, warn};
use crate::exchange::facts::route_name;
use crate::exchange::head::{Client, Follows, Gateway, RequestHead, ResponseHead, every, pairs, the_only};
use crate::exchange::{Exchange, Line, mirrored};
use crate::instance::Health;
use crate::instance::clock::TimeOfDay;
use crate::instance::root::Root;
use crate::refusal::Refusal;
use filter_config::ScopeSource;

/// In Kong, these nginx variables keep the data that an exchange needs if its context is lost: they live as long as the
/// request, whatever happens to the instance. kong.conf declares them. Other hosts have none, and lose no contexts.
const REQUEST_KEEPSAKE: [&str; 2] = ["ngx", "aws_masker_request"];
const RESPONSE_KEEPSAKE: [&str; 2] = ["ngx", "aws_masker_response"];
/// A property that only nginx has, with or without Kong around it.
const NGINX: [&str; 2] = ["ngx", "nginx_version"];

/// One exchange.
pub(super) struct Http {
    exchange: Exchange,
    clock: HostClock,
}

/// The host's clock within a callback. That of Kong stands still there, so that it tells no durations.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HostClock {
    Unknown,
    Moves,
    Stands,
}

impl Context for Http {}

impl HttpContext for Http {
    fn on_http_request_headers(&mut self, _count: usize, end_of_stream: bool) -> Action {
        let gateway = if abi::property(&NGINX).is_some() { Gateway::Kong } else { Gateway::Other };
        IS_KONG.set(gateway == Gateway::Kong);
        // This is done in a step of a request, in which Kong knows the worker's name, and in which a trap for a missing
        // zone ends in a refusal.
        self.exchange.root().recall(self.now(), &SharedData);
        let scope = self.exchange.scope_source().and_then(|source| scope(gateway, &source));
        let client = self.exchange.client_header().map(|name| client(&name)).unwrap_or_default();
        let head = RequestHead { scope, client, route: route(gateway), ..head(gateway) };
        let head = match gateway {
            Gateway::Kong => head,
            Gateway::Other => {
                RequestHead { follows: if end_of_stream { Follows::Nothing } else { Follows::Body }, ..head }
            }
        };
        let searched = self.exchange.searches_headers().then(|| abi::headers(Map::Request)).flatten();
        let headers = searched.and_then(|headers| every(&headers));
        let head = RequestHead { headers, ..head };
        let follows = head.follows;
        match self.exchange.request_headers(head, self.now()) {
            Ok(None) => {}
            Ok(Some(health)) => return answer(&health),
            Err(refusal) => return self.refuse(refusal, follows),
        }
        if let Err(refusal) = self.mirror() {
            return self.refuse(refusal, follows);
        }
        self.keep_request();
        if !self.exchange.observes() {
            self.change_request_headers(gateway, follows);
        }
        Action::Continue
    }

    fn on_http_request_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        if !end_of_stream {
            self.exchange.request_body_begins();
            return Action::Pause;
        }
        if size == 0 {
            return Action::Continue;
        }
        self.exchange.resume(|| abi::property(&REQUEST_KEEPSAKE), head);
        let body = abi::read(Buffer::RequestBody);
        let timer = self.timer();
        let masked = self.exchange.request_body(body.as_deref(), self.now());
        if let Some(took) = self.took(timer) {
            self.exchange.request_took(took);
        }
        match masked {
            Err(refusal) => return self.refuse(refusal, Follows::Nothing),
            Ok(Some(masked)) if !abi::write(Buffer::RequestBody, &masked) => {
                return self.refuse(Refusal::BodyUnreadable, Follows::Nothing);
            }
            Ok(_) => {
                self.keep_request();
                ENTRIES.with_borrow(|entries| entries.keep_owed(self.now(), &SharedData));
            }
        }
        Action::Continue
    }

    fn on_http_request_trailers(&mut self, _count: usize) -> Action {
        // In Envoy, the end of a body with trailers is not reported, and the original body is sent after this step.
        match self.exchange.request_trailers() {
            Err(refusal) => self.refuse(refusal, Follows::Nothing),
            Ok(()) => Action::Continue,
        }
    }

    fn on_http_response_headers(&mut self, _count: usize, _end_of_stream: bool) -> Action {
        self.recall_key();
        let head = ResponseHead::read(|name| abi::header(Map::Response, name));
        let (answering, line) = self.exchange.response_headers(&head, self.now(), || abi::property(&REQUEST_KEEPSAKE));
        log(line);
        let Some(answering) = answering else { return Action::Continue };
        abi::set_header(Map::Response, header::NOTE, &answering.note);
        if answering.closes {
            abi::set_header(Map::Response, "connection", "close");
        }
        if answering.rewrites {
            abi::remove_header(Map::Response, "content-length");
            abi::remove_header(Map::Response, "content-encoding");
        }
        if let Some(content_type) = self.exchange.replaced_type() {
            abi::set_header(Map::Response, "content-type", content_type);
        }
        if let Some(keepsake) = self.exchange.response_keepsake() {
            abi::set_property(&RESPONSE_KEEPSAKE, &keepsake);
        }
        Action::Continue
    }

    fn on_http_response_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        self.recall_key();
        log(self.exchange.recover(|| [REQUEST_KEEPSAKE, RESPONSE_KEEPSAKE].map(|name| abi::property(&name))));
        let chunk = if size > 0 { abi::read(Buffer::ResponseBody) } else { Some(Vec::new()) };
        let timer = self.timer();
        let changed = match chunk {
            Some(chunk) => self.exchange.response_body(&chunk, end_of_stream),
            None => self.exchange.response_body_unreadable(end_of_stream),
        };
        if let Some(took) = self.took(timer) {
            self.exchange.response_took(took);
        }
        if let Some(changed) = changed {
            abi::write(Buffer::ResponseBody, &changed);
        }
        Action::Continue
    }
}

impl Http {
    pub(super) fn new(root: Root) -> Self {
        Self { exchange: Exchange::new(root), clock: HostClock::Unknown }
    }

    /// The time before a step, unless the clock is known to stand still.
    fn timer(&self) -> Option<SystemTime> {
        (self.clock != HostClock::Stands).then(|| self.get_current_time())
    }

    /// The time that a step took; `None` if the clock stood still meanwhile, or was set back.
    fn took(&mut self, timer: Option<SystemTime>) -> Option<Duration> {
        let took = self.get_current_time().duration_since(timer?).ok().filter(|took| !took.is_zero());
        if self.clock == HostClock::Unknown {
            self.clock = if took.is_some() { HostClock::Moves } else { HostClock::Stands };
        }
        took
    }

    /// Lets the host keep the data for the next context, in case this one is lost.
    fn keep_request(&self) {
        if let Some(keepsake) = self.exchange.request_keepsake() {
            abi::set_property(&REQUEST_KEEPSAKE, &keepsake);
        }
    }

    /// Lets an entry whose memory was lost take over its key, with which the rest of a response may have to be masked.
    fn recall_key(&self) {
        if self.exchange.has_lost_its_state() {
            self.exchange.root().recall(self.now(), &SharedData);
        }
    }

    /// Changes the headers that repeat a part of the body.
    fn mirror(&mut self) -> Result<(), Refusal> {
        if abi::header(Map::Request, mirrored::METHOD).is_some() {
            let now = self.now();
            let headers = abi::headers(Map::Request).unwrap_or_default();
            for (name, value) in self.exchange.mirror(&pairs(&headers).unwrap_or_default(), now)? {
                abi::set_header(Map::Request, &name, &value);
            }
        }
        Ok(())
    }

    /// The headers go on before the body is seen.
    fn change_request_headers(&self, gateway: Gateway, follows: Follows) {
        // A compressed response could not be restored.
        abi::set_header(Map::Request, "accept-encoding", "identity");
        // Kong would still send a header that is removed, and two lengths if that were the removed one.
        let decodes = self.exchange.decodes_request();
        match gateway {
            Gateway::Kong if decodes => abi::set_header(Map::Request, "content-encoding", "identity"),
            Gateway::Kong => {}
            Gateway::Other => {
                if follows == Follows::Body {
                    abi::remove_header(Map::Request, "content-length");
                }
                if decodes {
                    abi::remove_header(Map::Request, "content-encoding");
                }
            }
        }
    }

    /// Answers a request with the refusal. Where a body still follows, the client's next request goes over another
    /// connection, and does not wait for the rest of this one.
    fn refuse(&self, refusal: Refusal, follows: Follows) -> Action {
        log(self.exchange.refusal_line(refusal, self.now()));
        let mut headers = vec![("content-type", "application/json"), (header::NOTE, "refused")];
        headers.extend(refusal.protocol().map(|protocol| ("upgrade", protocol)));
        if follows == Follows::Body {
            headers.push(("connection", "close"));
        }
        headers.extend(refusal.retry_after().map(|seconds| ("retry-after", seconds)));
        let body = self.exchange.refusal_body(refusal);
        let _ = hostcalls::send_http_response(refusal.status(), headers, Some(body.as_bytes()));
        Action::Pause
    }

    fn now(&self) -> TimeOfDay {
        time_of_day(self.get_current_time())
    }
}

impl Drop for Http {
    /// Every exchange ends here; `on_log` is not called for all of them.
    fn drop(&mut self) {
        // The configuration asks for the line, and Kong's default level hides everything below a warning.
        warn(self.exchange.end());
    }
}

/// The request's headers, without the scope, which Kong resolves only in their own step.
fn head(gateway: Gateway) -> RequestHead {
    // Only Kong keeps every replaced body until its connection closes.
    let connection = if gateway == Gateway::Kong { abi::property(&["connection", "id"]) } else { None };
    RequestHead { connection, ..RequestHead::read(gateway, |name| abi::header(Map::Request, name)) }
}

/// The host's name of the request's route; empty if it tells none.
fn route(gateway: Gateway) -> String {
    let name = abi::property(&route_property(gateway));
    name.map(|name| route_name(&String::from_utf8_lossy(&name))).unwrap_or_default()
}

fn route_property(gateway: Gateway) -> [&'static str; 2] {
    match gateway {
        Gateway::Kong => ["kong", "route_name"],
        Gateway::Other => ["xds", "route_name"],
    }
}

/// The client of the request.
fn client(header: &str) -> Client {
    abi::headers(Map::Request).map_or(Client::Unclear, |headers| Client::read(&headers, header))
}

/// The text that names the request's scope. Kong and Envoy know routes and services by other properties.
fn scope(gateway: Gateway, source: &ScopeSource) -> Option<String> {
    let property = match (source, gateway) {
        (ScopeSource::Header(name), _) => return the_only(&abi::headers(Map::Request)?, name),
        (ScopeSource::Route, gateway) => abi::property(&route_property(gateway)),
        (ScopeSource::Service, Gateway::Kong) => abi::property(&["kong", "service_name"]),
        (ScopeSource::Service, Gateway::Other) => abi::property(&["xds", "cluster_name"]),
    };
    String::from_utf8(property?).ok()
}

fn answer(health: &Health) -> Action {
    let headers = vec![("content-type", "application/json"), ("cache-control", "no-store")];
    let _ = hostcalls::send_http_response(health.status, headers, Some(health.body.as_bytes()));
    Action::Pause
}

fn log(line: Option<Line>) {
    if let Some(Line { level, text }) = line {
        log::log!(level, "{text}");
    }
}
