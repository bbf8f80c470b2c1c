//! The only file that names `proxy_wasm`: callbacks in, host calls out, no decision about the product.
//!
//! The contract of the hosts, each point measured: Kong 3.9 calls the body step once with the whole body and never for
//! an empty one; reads a body that it spilled to disk as `None`; truncates what is written with any size but
//! `usize::MAX`; sends two lengths if Content-Length is removed from a request, while Envoy needs just that; hangs on an
//! empty write of the last chunk. A property of the `kong` namespace is answered by Lua, on whichever coroutine ran last;
//! in any other step than the request's headers that is a stranger's, and the worker crashes within seconds of traffic.
//! The properties of the `ngx` namespace are nginx variables and safe wherever there is a request.

mod abi;

use std::cell::RefCell;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::rc::{Rc, Weak};
use std::time::{Duration, UNIX_EPOCH};

use proxy_wasm::hostcalls;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType, LogLevel};

use self::abi::{Buffer, Map};
use crate::config::{Config, ConfigError, ScopeSource};
use crate::exchange::{Exchange, RequestHead, ResponseHead};
use crate::instance::clock::TimeOfDay;
use crate::instance::sync::{Failure, TICK_MS};
use crate::instance::worker::Worker;
use crate::instance::{Call, Health, Instance};
use crate::refusal::Refusal;

/// The header that tells clients and operators what was done.
const NOTE_HEADER: &str = "x-aws-masker";
/// Where Kong keeps what an exchange needs if its context is lost: an nginx variable lives as long as its request, whatever
/// happens to the instance. kong.conf declares these. Other hosts do not know them, and lose no contexts.
const REQUEST_KEEPSAKE: [&str; 2] = ["ngx", "aws_masker_request"];
const RESPONSE_KEEPSAKE: [&str; 2] = ["ngx", "aws_masker_response"];
/// The environment variable by which kong.conf tells that it declares a zone for shared data: without one, asking for it
/// traps. Envoy needs none, as it destroys no memory in which other instances live.
const ZONE_VARIABLE: &str = "AWS_MASKER_ZONE";
/// Tells a worker from its neighbours.
const PROCESS: [&str; 2] = ["ngx", "pid"];
/// Kong's header on an answer of its own, and on every answer that came from upstream: a provider could send the first,
/// but Kong then adds the second.
const KONG_ANSWERS: &str = "x-kong-response-latency";
const KONG_PROXIES: &str = "x-kong-upstream-latency";
/// What only nginx answers, with or without Kong around it.
const NGINX: [&str; 2] = ["ngx", "nginx_version"];
const CALL_TIMEOUT: Duration = Duration::from_secs(1);
/// Kong's word for why a call failed. Its resolver says "ok" of a call that it could not even begin; so does a connection
/// that was closed without a byte.
const CALL_STATUS: &str = ":dispatch_status";
const UNSENT: [&str; 4] = ["bad argument", "resolver failure", "internal failure", "ok"];

thread_local! {
    /// Shared by all entries of the filter in this worker: they live in one memory.
    static WORKER: Rc<RefCell<Worker>> = Rc::default();
    /// The instances that live in it.
    static INSTANCES: RefCell<Vec<Weak<RefCell<Instance>>>> = RefCell::default();
}

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|_| Box::new(Root::new()));
}}

/// One entry of the filter with its configuration.
struct Root {
    instance: Rc<RefCell<Instance>>,
}

impl Root {
    fn new() -> Self {
        let unconfigured = configuration(b"", |_| None);
        let instance = Instance::new(unconfigured, String::new(), TimeOfDay::default(), WORKER.with(Rc::clone));
        let instance = Rc::new(RefCell::new(instance));
        INSTANCES.with_borrow_mut(|instances| {
            instances.retain(|instance| instance.strong_count() > 0);
            instances.push(Rc::downgrade(&instance));
        });
        Self { instance }
    }
}

fn configuration(json: &[u8], environment: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
    Config::parse(json, environment, |policy| WORKER.with(|worker| worker.borrow_mut().scanner(policy)))
}

/// Lets the host keep what any instance owes, while no call may be made.
fn keep_owed(now: TimeOfDay) {
    if !WORKER.with(|worker| worker.borrow_mut().is_quiet(now)) {
        return;
    }
    let instances: Vec<_> = INSTANCES.with_borrow(|instances| instances.iter().filter_map(Weak::upgrade).collect());
    for instance in instances {
        for (name, kept) in instance.borrow_mut().owed_to_keep() {
            abi::set_shared_data(&name, Some(&kept));
        }
    }
}

impl Context for Root {
    fn on_http_call_response(&mut self, _token: u32, headers: usize, size: usize, _trailers: usize) {
        let now = self.now();
        let status = if headers > 0 { abi::header(Map::CallResponse, ":status") } else { None };
        let body = if size > 0 { abi::read(Buffer::CallResponseBody) } else { None };
        let line = match (status.and_then(|status| status.parse::<u32>().ok()), body) {
            (Some(status), Some(body)) => {
                let mut instance = self.instance.borrow_mut();
                let line = instance.on_answer(now, status, &body);
                if let Some((sidecar, kept)) = instance.key_to_keep() {
                    abi::set_shared_data(sidecar.as_str(), Some(&kept));
                }
                instance.kept_in_vain().iter().for_each(|name| abi::set_shared_data(name, None));
                line
            }
            (status, _) => {
                let why = abi::header(Map::CallResponse, CALL_STATUS);
                let is_unsent = status.is_none() && why.as_deref().is_some_and(|why| UNSENT.contains(&why));
                let failure = if is_unsent { Failure::Unsent } else { Failure::Unanswered };
                let why = why.filter(|why| why != "ok").unwrap_or_else(|| "no answer, or a part of one".to_owned());
                self.instance.borrow_mut().on_failure(now, failure, &why)
            }
        };
        warn(line);
    }
}

impl RootContext for Root {
    fn on_configure(&mut self, size: usize) -> bool {
        let json = if size > 0 { abi::read(Buffer::Configuration) } else { None };
        let config = configuration(&json.unwrap_or_default(), |name| std::env::var(name).ok());
        if let Err(reason) = &config {
            // Kong would serve the route without the filter if this returned false: every request is refused instead.
            log::error!("AWS_MASKER_4001: every request is refused, the configuration is wrong: {reason}");
        }
        let (now, worker) = (self.now(), WORKER.with(Rc::clone));
        worker.borrow_mut().began(now);
        if std::env::var(ZONE_VARIABLE).is_ok_and(|zone| zone == "on") {
            worker.borrow_mut().found_zone();
        }
        self.instance.replace(Instance::new(config, instance_name(now), now, worker));
        keep_owed(now);
        let _ = hostcalls::set_tick_period(Duration::from_millis(TICK_MS));
        true
    }

    fn on_tick(&mut self) {
        let now = self.now();
        let Some(Call { address, authorization, body }) = self.instance.borrow_mut().tick(now) else { return };
        let headers = vec![
            (":method", "POST"),
            (":path", contract::SYNC_PATH),
            (":authority", address.authority()),
            ("authorization", authorization.as_str()),
        ];
        let sent = hostcalls::dispatch_http_call(address.as_str(), headers, Some(&body), Vec::new(), CALL_TIMEOUT);
        if sent.is_err() {
            warn(self.instance.borrow_mut().on_failure(now, Failure::Unsent, "the host does not know its address"));
        }
    }

    fn create_http_context(&self, _id: u32) -> Option<Box<dyn HttpContext>> {
        let instance = Rc::clone(&self.instance);
        Some(Box::new(Http {
            exchange: Exchange::new(Rc::clone(&instance)),
            instance,
            is_kong: false,
            holds_body: false,
        }))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

/// One exchange.
struct Http {
    exchange: Exchange,
    instance: Rc<RefCell<Instance>>,
    /// Known from the header step on.
    is_kong: bool,
    /// Whether the host has shown a part of the request's body.
    holds_body: bool,
}

impl Context for Http {}

impl HttpContext for Http {
    fn on_http_request_headers(&mut self, _count: usize, end_of_stream: bool) -> Action {
        self.is_kong = abi::property(&NGINX).is_some();
        self.recall();
        let scope = self.exchange.scope_source().and_then(|source| self.scope(&source));
        let head = RequestHead { scope, ..self.head() };
        match self.exchange.request_headers(head, self.now()) {
            Ok(None) => self.keep_request(),
            Ok(Some(health)) => return answer(&health),
            Err(refusal) => return self.refuse(refusal),
        }
        // What upstream compresses could not be read; a header that is removed would still be sent by Kong.
        abi::set_header(Map::Request, "accept-encoding", "identity");
        if !self.is_kong && !end_of_stream {
            abi::remove_header(Map::Request, "content-length");
        }
        Action::Continue
    }

    fn on_http_request_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        self.holds_body = true;
        if !end_of_stream {
            return Action::Pause;
        }
        if size == 0 {
            return Action::Continue;
        }
        if self.exchange.has_lost_its_state() {
            self.is_kong = true;
            self.exchange.resume(abi::property(&REQUEST_KEEPSAKE).as_deref(), self.head());
        }
        let body = abi::read(Buffer::RequestBody);
        match self.exchange.request_body(body.as_deref(), self.now()) {
            Err(refusal) => return self.refuse(refusal),
            Ok(Some(masked)) if !abi::write(Buffer::RequestBody, masked.as_bytes()) => {
                return self.refuse(Refusal::BodyUnreadable);
            }
            Ok(_) => {
                self.keep_request();
                keep_owed(self.now());
            }
        }
        Action::Continue
    }

    fn on_http_request_trailers(&mut self, _count: usize) -> Action {
        // Envoy: with trailers the end of the body is not told, and it goes on as it was after this step.
        match self.exchange.request_trailers() {
            Err(refusal) if self.holds_body => self.refuse(refusal),
            _ => Action::Continue,
        }
    }

    fn on_http_response_headers(&mut self, _count: usize, _end_of_stream: bool) -> Action {
        if self.exchange.has_lost_its_state() {
            let kept = abi::property(&REQUEST_KEEPSAKE);
            self.is_kong = kept.is_some();
            if let Err(refusal) = self.exchange.take_over(kept.as_deref()) {
                warn(self.exchange.refusal_line(refusal, self.now()));
            }
        }
        let response = |name: &str| abi::header(Map::Response, name);
        let head = ResponseHead {
            status: response(":status").and_then(|status| status.parse().ok()).unwrap_or_default(),
            content_type: response("content-type"),
            content_encoding: response("content-encoding"),
            content_length: response("content-length").and_then(|length| length.parse().ok()),
            // Of what was asked for through any context the answer is restored, whoever gives it.
            by_host: self.exchange.has_lost_its_state()
                && response(KONG_ANSWERS).is_some()
                && response(KONG_PROXIES).is_none(),
        };
        let Some(answering) = self.exchange.response_headers(&head) else { return Action::Continue };
        abi::set_header(Map::Response, NOTE_HEADER, &answering.note);
        if answering.closes {
            abi::set_header(Map::Response, "connection", "close");
        }
        if answering.rewrites {
            abi::remove_header(Map::Response, "content-length");
            abi::remove_header(Map::Response, "content-encoding");
        }
        if let Some(keepsake) = self.is_kong.then(|| self.exchange.response_keepsake()).flatten() {
            abi::set_property(&RESPONSE_KEEPSAKE, &keepsake);
        }
        self.alarm();
        Action::Continue
    }

    fn on_http_response_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        if self.exchange.has_lost_its_state() {
            let [request, response] = [REQUEST_KEEPSAKE, RESPONSE_KEEPSAKE].map(|name| abi::property(&name));
            self.exchange.recover(request.as_deref(), response.as_deref());
            self.alarm();
        }
        let chunk = if size > 0 { abi::read(Buffer::ResponseBody).unwrap_or_default() } else { Vec::new() };
        if let Some(restored) = self.exchange.response_body(&chunk, end_of_stream) {
            abi::write(Buffer::ResponseBody, &restored);
        }
        Action::Continue
    }
}

impl Http {
    /// The text that names the request's scope. Kong and Envoy know routes and services by other properties.
    fn scope(&self, source: &ScopeSource) -> Option<String> {
        let property = match (source, self.is_kong) {
            (ScopeSource::Header(name), _) => return abi::header(Map::Request, name),
            (ScopeSource::Route, true) => abi::property(&["kong", "route_name"]),
            (ScopeSource::Route, false) => abi::property(&["xds", "route_name"]),
            (ScopeSource::Service, true) => abi::property(&["kong", "service_name"]),
            (ScopeSource::Service, false) => abi::property(&["xds", "cluster_name"]),
        };
        String::from_utf8(property?).ok()
    }

    /// What the request's headers tell, but for the scope, which Kong tells in their own step only.
    fn head(&self) -> RequestHead {
        let request = |name: &str| abi::header(Map::Request, name);
        RequestHead {
            method: request(":method").unwrap_or_default(),
            path: request(":path").unwrap_or_default(),
            content_type: request("content-type"),
            content_encoding: request("content-encoding"),
            upgrade: request("upgrade"),
            scope: None,
            // Only Kong keeps every replaced body until its connection closes.
            connection: self.is_kong.then(|| abi::property(&["connection", "id"])).flatten(),
        }
    }

    /// What the next context needs, should this one be lost.
    fn keep_request(&self) {
        if let Some(keepsake) = self.is_kong.then(|| self.exchange.request_keepsake()).flatten() {
            abi::set_property(&REQUEST_KEEPSAKE, &keepsake);
        }
    }

    /// Takes over what the host kept of an instance that was lost: its key, and what it owed. In a step of a request, where
    /// Kong tells the worker's name, and where a zone that is missing after all ends in a refusal.
    fn recall(&self) {
        let mut instance = self.instance.borrow_mut();
        if let Some(sidecar) = instance.missing_key()
            && let Some(kept) = abi::shared_data(sidecar.as_str())
        {
            instance.recall_key(&sidecar, &kept, self.now());
        }
        if instance.has_to_recall() {
            let pieces = instance.recall_owed(process(), |name| {
                let kept = abi::shared_data(name);
                if kept.is_some() {
                    abi::set_shared_data(name, None);
                }
                kept
            });
            pieces.iter().for_each(|(name, kept)| abi::set_shared_data(name, Some(kept)));
        }
    }

    fn refuse(&self, refusal: Refusal) -> Action {
        warn(self.exchange.refusal_line(refusal, self.now()));
        let headers = vec![("content-type", "application/json"), (NOTE_HEADER, "refused")];
        let _ = hostcalls::send_http_response(refusal.status(), headers, Some(refusal.body().as_bytes()));
        Action::Pause
    }

    fn alarm(&mut self) {
        if let Some(alarm) = self.exchange.alarm() {
            log::error!("{alarm}");
        }
    }

    fn now(&self) -> TimeOfDay {
        time_of_day(self.get_current_time())
    }
}

impl Drop for Http {
    /// Every exchange ends here; `on_log` is not called for all of them.
    fn drop(&mut self) {
        if let Some(line) = self.exchange.end() {
            // Asked for by the configuration, and Kong's default level hides what is below a warning.
            log::warn!("{line}");
        }
    }
}

fn answer(health: &Health) -> Action {
    let headers = vec![("content-type", "application/json"), ("cache-control", "no-store")];
    let _ = hostcalls::send_http_response(health.status, headers, Some(health.body.as_bytes()));
    Action::Pause
}

fn process() -> String {
    abi::property(&PROCESS).and_then(|process| String::from_utf8(process).ok()).unwrap_or_default()
}

/// At the level that Kong shows by default.
fn warn(line: Option<String>) {
    if let Some(line) = line {
        log::warn!("{line}");
    }
}

fn time_of_day(now: std::time::SystemTime) -> TimeOfDay {
    let since = now.duration_since(UNIX_EPOCH).ok();
    TimeOfDay(since.and_then(|since| u64::try_from(since.as_millis()).ok()).unwrap_or_default())
}

impl Root {
    fn now(&self) -> TimeOfDay {
        time_of_day(self.get_current_time())
    }
}

/// Tells this instance from all others. Not a secret: the host's randomness is not fit for one.
fn instance_name(now: TimeOfDay) -> String {
    format!("{:x}-{:016x}", now.0, RandomState::new().build_hasher().finish())
}
