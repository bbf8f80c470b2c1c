//! The only file that names `proxy_wasm`: callbacks in, host calls out, no decision about the product.
//!
//! The contract of the hosts, each point measured: Kong 3.9 calls the body step once with the whole body and never for
//! an empty one; reads a body that it spilled to disk as `None`; truncates what is written with any size but
//! `usize::MAX`; sends two lengths if Content-Length is removed from a request, while Envoy needs just that; hangs on an
//! empty write of the last chunk. The properties of the `kong` namespace are read in the header step only: elsewhere
//! they can crash the worker.

use std::cell::RefCell;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::rc::Rc;
use std::time::{Duration, UNIX_EPOCH};

use proxy_wasm::hostcalls;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, BufferType, ContextType, LogLevel, MapType};

use crate::config::Config;
use crate::exchange::{Exchange, RequestHead, ResponseHead};
use crate::instance::{Call, Instance};
use crate::refusal::Refusal;

/// The header that tells clients and operators what was done.
const NOTE_HEADER: &str = "x-aws-masker";
const TICK: Duration = Duration::from_millis(100);
const CALL_TIMEOUT: Duration = Duration::from_secs(1);

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|_| Box::new(Root::new()));
}}

/// One entry of the filter with its configuration.
struct Root {
    instance: Rc<RefCell<Instance>>,
    /// Whether the last call to the sidecar failed, so that an outage is logged once.
    failing: bool,
}

impl Root {
    fn new() -> Self {
        let unconfigured = Config::parse(b"", |_| None);
        Self { instance: Rc::new(RefCell::new(Instance::new(unconfigured, String::new()))), failing: false }
    }

    fn outcome(&mut self, good: bool, reason: &str) {
        match (good, self.failing) {
            (false, false) => log::warn!("the sidecar does not answer as it should ({reason}); trying on"),
            (true, true) => log::warn!("the sidecar answers again"),
            _ => {}
        }
        self.failing = !good;
    }
}

impl Context for Root {
    fn on_http_call_response(&mut self, _token: u32, _headers: usize, size: usize, _trailers: usize) {
        let now = self.now();
        let status = header(MapType::HttpCallResponseHeaders, ":status").and_then(|status| status.parse().ok());
        let body = if size > 0 { read(BufferType::HttpCallResponseBody) } else { None };
        let (Some(status), Some(body)) = (status, body) else {
            self.instance.borrow_mut().failed(now);
            let status = status.map_or_else(|| "no answer".to_owned(), |status: u32| format!("status {status}, no body"));
            return self.outcome(false, &status);
        };
        let good = self.instance.borrow_mut().answered(now, status, &body);
        self.outcome(good, &format!("status {status}"));
    }
}

impl RootContext for Root {
    fn on_configure(&mut self, size: usize) -> bool {
        let json = if size > 0 { read(BufferType::PluginConfiguration) } else { None };
        let config = Config::parse(&json.unwrap_or_default(), |name| std::env::var(name).ok());
        if let Err(reason) = &config {
            // Kong would serve the route without the filter if this returned false: every request is refused instead.
            log::error!("AWS_MASKER_4001: every request is refused, the configuration is wrong: {reason}");
        }
        self.instance.replace(Instance::new(config, instance_name(self.now())));
        let _ = hostcalls::set_tick_period(TICK);
        true
    }

    fn on_tick(&mut self) {
        let now = self.now();
        let Some(Call { address, authorization, body }) = self.instance.borrow_mut().tick(now) else { return };
        let headers = vec![
            (":method", "POST"),
            (":path", contract::SYNC_PATH),
            (":authority", address.as_str()),
            ("authorization", authorization.as_str()),
            ("content-type", "application/json"),
        ];
        if hostcalls::dispatch_http_call(&address, headers, Some(&body), Vec::new(), CALL_TIMEOUT).is_err() {
            self.instance.borrow_mut().failed(now);
            self.outcome(false, "the host does not know its address");
        }
    }

    fn create_http_context(&self, _id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Http { exchange: Exchange::new(Rc::clone(&self.instance)) }))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

/// One exchange.
struct Http {
    exchange: Exchange,
}

impl Context for Http {}

impl HttpContext for Http {
    fn on_http_request_headers(&mut self, _count: usize, end_of_stream: bool) -> Action {
        let request = |name: &str| header(MapType::HttpRequestHeaders, name);
        let head = RequestHead {
            method: request(":method").unwrap_or_default(),
            content_type: request("content-type"),
            content_encoding: request("content-encoding"),
            scope: self.exchange.scope_header().and_then(|name| request(&name)),
        };
        if let Err(refusal) = self.exchange.request_headers(head) {
            return refuse(refusal);
        }
        // What upstream compresses could not be read; a header that is removed would still be sent by Kong.
        self.set_http_request_header("accept-encoding", Some("identity"));
        let is_kong = matches!(hostcalls::get_property(vec!["kong", "version"]), Ok(Some(_)));
        if !is_kong && !end_of_stream {
            self.set_http_request_header("content-length", None);
        }
        Action::Continue
    }

    fn on_http_request_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        if !end_of_stream {
            return Action::Pause;
        }
        let body = if size > 0 { read(BufferType::HttpRequestBody) } else { Some(Vec::new()) };
        if size == 0 && body.as_ref().is_some_and(Vec::is_empty) {
            return Action::Continue;
        }
        match self.exchange.request_body(body.as_deref(), now_ms(self.get_current_time())) {
            Err(refusal) => refuse(refusal),
            Ok(None) => Action::Continue,
            Ok(Some(masked)) if write(BufferType::HttpRequestBody, masked.as_bytes()) => Action::Continue,
            Ok(Some(_)) => refuse(Refusal::BodyUnreadable),
        }
    }

    fn on_http_response_headers(&mut self, _count: usize, _end_of_stream: bool) -> Action {
        let response = |name: &str| header(MapType::HttpResponseHeaders, name);
        let head = ResponseHead {
            status: response(":status").and_then(|status| status.parse().ok()).unwrap_or_default(),
            content_type: response("content-type"),
            content_encoding: response("content-encoding"),
            content_length: response("content-length").and_then(|length| length.parse().ok()),
        };
        if let Some(answering) = self.exchange.response_headers(&head) {
            self.set_http_response_header(NOTE_HEADER, Some(&answering.note));
            if answering.rewrites {
                self.set_http_response_header("content-length", None);
                self.set_http_response_header("content-encoding", None);
            }
        }
        Action::Continue
    }

    fn on_http_response_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        let chunk = if size > 0 { read(BufferType::HttpResponseBody).unwrap_or_default() } else { Vec::new() };
        if let Some(restored) = self.exchange.response_body(&chunk, end_of_stream) {
            write(BufferType::HttpResponseBody, &restored);
        }
        Action::Continue
    }
}

impl Drop for Http {
    /// Every exchange ends here; `on_log` is not called for all of them.
    fn drop(&mut self) {
        if let Some(line) = self.exchange.end() {
            log::info!("{line}");
        }
    }
}

fn refuse(refusal: Refusal) -> Action {
    log::warn!("refused a request: {} {refusal:?}", refusal.code());
    let headers = vec![("content-type", "application/json"), (NOTE_HEADER, "refused")];
    let _ = hostcalls::send_http_response(refusal.status(), headers, Some(refusal.body().as_bytes()));
    Action::Pause
}

/// A header as text; bytes that are none are replaced, where the SDK would panic.
fn header(map: MapType, name: &str) -> Option<String> {
    let value = hostcalls::get_map_value_bytes(map, name).ok()??;
    Some(String::from_utf8_lossy(&value).into_owned())
}

fn now_ms(now: std::time::SystemTime) -> u64 {
    now.duration_since(UNIX_EPOCH).ok().and_then(|since| u64::try_from(since.as_millis()).ok()).unwrap_or_default()
}

impl Root {
    fn now(&self) -> u64 {
        now_ms(self.get_current_time())
    }
}

/// Tells this instance from all others. Not a secret: the host's randomness is not fit for one.
fn instance_name(now: u64) -> String {
    format!("{now:x}-{:016x}", RandomState::new().build_hasher().finish())
}

/// The buffers of the host. The SDK's own calls panic on a status that they do not expect, as on the body of a sidecar's
/// answer that was cut: a panic takes the exchanges of all neighbours along.
mod buffer {
    #![allow(unsafe_code, reason = "two calls of the Proxy-Wasm ABI, with buffers as the ABI defines them")]

    use proxy_wasm::types::BufferType;

    #[link(wasm_import_module = "env")]
    unsafe extern "C" {
        fn proxy_get_buffer_bytes(
            buffer: BufferType,
            start: usize,
            max_size: usize,
            data: *mut *mut u8,
            size: *mut usize,
        ) -> u32;
        fn proxy_set_buffer_bytes(buffer: BufferType, start: usize, size: usize, data: *const u8, len: usize) -> u32;
    }

    /// The whole buffer; `None` if the host cannot show it.
    pub(super) fn read(buffer: BufferType) -> Option<Vec<u8>> {
        let (mut data, mut size) = (std::ptr::null_mut(), 0);
        // SAFETY: the host writes a pointer and a size, or nothing. It got the memory from `proxy_on_memory_allocate`,
        // which is this module's own allocator, and gives it away: a `Vec` of that size and capacity owns it.
        unsafe {
            let status = proxy_get_buffer_bytes(buffer, 0, usize::MAX, &raw mut data, &raw mut size);
            (status == 0 && !data.is_null()).then(|| Vec::from_raw_parts(data, size, size))
        }
    }

    /// Replaces the whole buffer. Tells whether the host did.
    pub(super) fn write(buffer: BufferType, bytes: &[u8]) -> bool {
        // SAFETY: the host reads `len` bytes at `data`, which the slice holds for the length of the call.
        unsafe { proxy_set_buffer_bytes(buffer, 0, usize::MAX, bytes.as_ptr(), bytes.len()) == 0 }
    }
}

use buffer::{read, write};
