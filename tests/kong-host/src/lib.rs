//! A strict Proxy-Wasm 0.2.1 host that behaves as one nginx worker of Kong 3.9.1 does.
//!
//! Kong is not Envoy: several ordinary habits of a filter silently forward unmasked data there, corrupt requests, hang
//! the client or crash the worker. No registry has Kong, so this host stands in for it in tests: it runs a compiled
//! filter through whole exchanges and reports what arrived upstream, what the client got, and, as a [`Fault`] with a
//! sentence, everything that Kong would have punished.
//!
//! ```no_run
//! # fn main() -> Result<(), kong_host::Error> {
//! use kong_host::{Filter, Meter, Request, Response, Route, Settings, Worker};
//!
//! let filter = Filter::load("target/wasm32-wasip1/release/aws_masker.wasm", Meter::Off)?;
//! let route = Route::new("v1", [r#"{"sidecar": "127.0.0.1:9001"}"#]);
//! let mut worker = Worker::start(&filter, Settings::default(), [route])?;
//! let outcome = worker.exchange(Request::post("/v1/messages", "{}"), |upstream| {
//!     Response::json(200, upstream.body.clone())
//! });
//! assert!(outcome.faults.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! Where Kong's behaviour depends on chance (a property read at the wrong time crashes some workers, sometimes), this
//! host always reports it. Where the behaviour is only seen under load, this host looks for its cause instead.
//!
//! What is not modelled: TLS, HTTP/2 framing, trailers, gRPC, and Lua plugins other than by what they leave behind
//! (see [`Request::bypassed_by_a_plugin`]).

mod abi;
mod exchange;
mod fault;
mod filter;
mod guest;
mod headers;
mod kong_conf;
mod message;
mod metrics;
mod properties;
mod sidecar;
mod step;
mod wasi;
mod worker;
mod world;

pub use exchange::{Client, Ending, ExchangeId, Outcome};
pub use fault::Fault;
pub use filter::{Filter, Meter};
pub use headers::Headers;
pub use message::{Request, Response, Upstream};
pub use metrics::Metric;
pub use sidecar::{Call, Reply};
pub use step::Step;
pub use wasmtime::Error;
pub use worker::{Route, Worker, as_kong_sends};
pub use world::{LogLevel, LogLine, Settings};
