//! The sidecar of aws-masker: holds the keyring and the mappings, so that no call stands in a request's way.
//!
//! `config` says what to do, `listen` and `routes` take the calls, `door` lets them in, `batch` checks them, `vault`
//! answers them. The vault seals what it holds (`keyring`, `seal`) and lays it into a `store`.

pub mod batch;
pub mod cli;
pub mod client;
pub mod config;
pub mod door;
pub mod error;
pub mod events;
pub mod keyring;
pub mod listen;
pub mod metrics;
pub mod name;
pub mod operator;
pub mod routes;
pub mod run;
pub mod seal;
pub mod store;
pub mod vault;
