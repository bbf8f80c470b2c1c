#!/bin/sh
# Runs each coverage-guided target for a minute, from the seeds in fuzz/corpus. What they find is kept in .run/fuzz, and a
# breach of a law there too; a breach becomes a seed, which every `cargo test` runs (masking/tests/guided).
set -eu
cd "$(dirname "$0")/../.."

# The version is part of what was tested.
version=0.13.2
root=$PWD/.run
found=$root/fuzz
seconds=${FUZZ_SECONDS:-60}
PATH=$root/bin:$PATH

skip() {
    echo "not guided by coverage: $1"
    exit 0
}

command -v c++ >/dev/null || command -v g++ >/dev/null || skip "libFuzzer needs a C++ compiler (Debian: apt-get install g++)"
if ! command -v cargo-fuzz >/dev/null; then
    echo "installing cargo-fuzz $version, with cargo (once; takes about a minute)"
    cargo install --quiet --locked --root "$root" --target-dir target/cargo-fuzz --version $version cargo-fuzz ||
        skip "cargo could not install cargo-fuzz $version; see the reason above"
fi

# The instrumentation is a flag that rustc keeps for nightly compilers; this variable lets the pinned one take it. There is
# no unsafe code that a sanitizer could watch.
export RUSTC_BOOTSTRAP=1
for target in mask_restore streams; do
    echo "guided by coverage: $target, for $seconds seconds"
    mkdir -p "$found/$target"
    cargo fuzz run --sanitizer none --target-dir target/fuzz "$target" "$found/$target" "fuzz/corpus/$target" -- \
        -max_total_time="$seconds" -max_len=4096 -timeout=10 -verbosity=0 -print_funcs=0 -print_final_stats=1 \
        -artifact_prefix="$found/$target-"
done
