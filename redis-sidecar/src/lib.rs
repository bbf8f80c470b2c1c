//! The sidecar of aws-masker: it holds the keyring and the mappings, so that no request waits for a store.
//!
//! `listen` and `routes` take the calls as `config` says, `door` admits them, `batch` checks them, `vault` answers them.
//! `page` shows it at work: what `journal` remembers, told as `live` beats.
//! The vault seals its records (`keyring`, `seal`) and keeps them in a `store`, as far as the `quota`s of their scope allow.

#![warn(unreachable_pub)]

pub mod aws;
pub mod batch;
pub mod catalogue;
pub mod check;
pub mod cli;
pub mod client;
pub mod config;
pub mod doctor;
pub mod door;
pub mod error;
pub mod estate;
pub mod events;
pub mod journal;
pub mod keyring;
pub mod learn;
pub mod listen;
pub mod live;
pub mod metrics;
pub mod name;
pub mod operator;
pub mod otlp;
pub mod outside;
pub mod page;
pub mod publisher;
pub mod quota;
pub mod routes;
pub mod run;
pub mod scan;
pub mod schedule;
pub mod seal;
pub mod seats;
pub mod selfcheck;
pub mod session;
pub mod store;
pub mod vault;
