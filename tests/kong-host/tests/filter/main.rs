//! The release build of the filter in the strict host: whole exchanges, as Kong would carry them.
//!
//! One binary, because compiling the filter's module takes longer than most of the tests.

#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "the helpers of a test fail the test")]

mod bodies;
mod bounds;
mod configurations;
mod costs;
mod dialects;
mod estate;
mod framing;
mod gateway;
mod large;
mod life;
mod numbers;
mod outages;
mod refusals;
mod shapes;
mod streams;
mod thinking;
mod to_client;
mod vault;
mod work;
