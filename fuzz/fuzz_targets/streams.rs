#![no_main]

#[path = "../../masking/tests/guided/laws.rs"]
mod laws;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| laws::streams(bytes));
