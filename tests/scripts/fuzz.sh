#!/bin/sh
# Runs each coverage-guided target for a minute. They need a nightly compiler and cargo-fuzz; without these, cargo's tests
# have at least run the laws on the corpora (masking/tests/guided).
set -eu

if ! command -v cargo-fuzz >/dev/null || ! rustup run nightly rustc --version >/dev/null 2>&1; then
    echo "not guided by coverage: that needs a nightly compiler and cargo-fuzz (cargo install --locked cargo-fuzz)"
    exit 0
fi
for target in mask_restore streams; do
    echo "guided by coverage: $target"
    cargo +nightly fuzz run "$target" -- -max_total_time=60 -max_len=4096 -verbosity=0 -print_final_stats=1
done
