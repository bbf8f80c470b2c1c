//! The sidecar from outside: through its router, its binary, and real Redis servers.
#![cfg(test)] // Said once more, for the lints that let tests fail by panicking.

mod binary;
mod costs;
mod estate;
mod events;
mod faults;
mod memory;
mod operator;
mod page;
mod refusals;
mod related;
mod store;
mod support;
mod sync;
mod topology;
mod wire;
