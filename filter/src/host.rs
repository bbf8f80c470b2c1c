//! With the files in `host/` the only one that names `proxy_wasm`: callbacks in, host calls out, no decision about the
//! product.
//!
//! The contract of the hosts, each point measured: Kong 3.9 calls the body step once with the whole body and never for
//! an empty one; reads a body that it spilled to disk as `None`; truncates what is written with any size but
//! `usize::MAX`; sends two lengths if Content-Length is removed from a request, while Envoy needs just that; answers with
//! 101 if the header `connection: upgrade` is set; hangs on an empty write of the last chunk. Properties of the `kong` namespace are resolved by Lua on whichever coroutine ran
//! last; in any step other than the request's headers that is another request's, and the worker crashes within seconds
//! of traffic. The properties of the `ngx` namespace are nginx variables and safe wherever there is a request.

mod abi;
mod http;
mod metrics;
mod shared;

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use proxy_wasm::hostcalls;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{ContextType, LogLevel};

use self::abi::{Buffer, Map};
use self::http::Http;
use self::shared::{ENTRIES, IS_KONG, SharedData, time_of_day, warn};
use crate::instance::clock::TimeOfDay;
use crate::instance::root::{Entries, Root};
use crate::instance::sidecar::{Call, Reply};
use crate::instance::sync::turn::TICK_MS;

const CALL_TIMEOUT: Duration = Duration::from_secs(1);
/// Kong's word for why a call failed.
const CALL_STATUS: &str = ":dispatch_status";

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|_| Box::new(Entry { root: ENTRIES.with_borrow(Entries::begin) }));
}}

/// One entry of the filter with its configuration.
struct Entry {
    root: Root,
}

impl Context for Entry {
    fn on_http_call_response(&mut self, _token: u32, headers: usize, size: usize, _trailers: usize) {
        let reply = Reply {
            status: if headers > 0 { abi::header(Map::CallResponse, ":status") } else { None },
            body: if size > 0 { abi::read(Buffer::CallResponseBody) } else { None },
            host_word: &|| abi::header(Map::CallResponse, CALL_STATUS),
        };
        warn(self.root.on_reply(self.now(), &reply, &SharedData));
    }
}

impl RootContext for Entry {
    fn on_configure(&mut self, size: usize) -> bool {
        let json = if size > 0 { abi::read(Buffer::Configuration) } else { None };
        let (now, json) = (self.now(), json.unwrap_or_default());
        let environment = |name: &str| std::env::var(name).ok();
        let complaint = ENTRIES.with_borrow_mut(|entries| {
            let complaint = entries.configure(&mut self.root, &json, environment, instance_name(now), now);
            entries.keep_owed(now, &SharedData);
            complaint
        });
        if let Some(complaint) = complaint {
            log::error!("{complaint}");
        }
        if self.root.observes() {
            log::warn!("mode: observe: requests leave as they came, with their values");
        }
        let _ = hostcalls::set_tick_period(Duration::from_millis(TICK_MS));
        // If this were false, Kong would serve the route without the filter; every request is refused instead.
        true
    }

    fn on_tick(&mut self) {
        let now = self.now();
        let counted = std::mem::take(&mut self.root.worker().borrow_mut().counted);
        metrics::show(&counted, IS_KONG.get());
        let Some(Call { address, authorization, body }) = self.root.tick(now) else { return };
        let headers = vec![
            (":method", "POST"),
            (":path", contract::path::SYNC),
            (":authority", address.authority()),
            (contract::header::AUTHORIZATION, authorization.as_str()),
        ];
        let sent = hostcalls::dispatch_http_call(address.as_str(), headers, Some(&body), Vec::new(), CALL_TIMEOUT);
        if sent.is_err() {
            warn(self.root.on_unsent(now));
        }
    }

    fn create_http_context(&self, _id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Http::new(self.root.clone())))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

impl Entry {
    fn now(&self) -> TimeOfDay {
        time_of_day(self.get_current_time())
    }
}

/// A name that no other instance has. It is not a secret: the host's randomness is not good enough for one.
fn instance_name(now: TimeOfDay) -> String {
    format!("{:x}-{:016x}", now.0, RandomState::new().build_hasher().finish())
}
