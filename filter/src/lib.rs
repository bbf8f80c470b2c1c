//! The aws-masker filter: masks AWS identifiers in requests to a language model's API and restores them in the answers.
//!
//! `host` is the only file that knows the host; what it decides stands in the others, which compile and test natively.

#![warn(unreachable_pub)]
#![cfg_attr(
    not(target_family = "wasm"),
    allow(dead_code, reason = "the host file, which uses everything, is compiled for wasm only")
)]

mod config;
mod exchange;
#[cfg(target_family = "wasm")]
mod host;
mod instance;
mod refusal;
