//! The aws-masker filter: masks AWS identifiers in requests to a language model's API and restores them in the
//! responses.
//!
//! Only `host.rs` and the files in `host/` know the host; every decision is made in the others, which compile and are
//! tested natively.

#![warn(unreachable_pub)]
#![cfg_attr(
    not(target_family = "wasm"),
    allow(dead_code, reason = "the host file, which uses everything, is compiled for wasm only")
)]

mod exchange;
#[cfg(target_family = "wasm")]
mod host;
mod instance;
mod refusal;
