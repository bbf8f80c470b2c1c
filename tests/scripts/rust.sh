#!/bin/sh
# Makes sure that everything rust-toolchain.toml names is installed: the toolchain, its targets and its components. Quiet,
# and without the network, if it is. rustup would install it by itself only where RUSTUP_AUTO_INSTALL allows that, and reads
# the names from that file only since 1.28, so they are spelled out.
set -eu
cd "$(dirname "$0")/../.."

give_up() {
    echo "error: $1" >&2
    exit 1
}

named() { sed -n "s/^$1 = //p" rust-toolchain.toml | tr -d '[]",'; }
targets=$(named targets)
components=$(named components)
# cargo uses the caller's choice, if there is one.
toolchain=${RUSTUP_TOOLCHAIN:-$(named channel)}

# Looking must not install anything: rustup would, silently and for minutes.
look() { RUSTUP_AUTO_INSTALL=0 rustc "$@" 2>/dev/null; }

has_targets() {
    for target in $targets; do
        library=$(look --print target-libdir --target "$target") && [ -d "$library" ] || return 1
    done
}

has_components() {
    programs=$(look --print sysroot)/bin
    for component in $components; do
        [ -x "$programs/$component" ] || [ -x "$programs/cargo-$component" ] || return 1
    done
}

command -v cargo >/dev/null ||
    give_up "there is no cargo in PATH: install Rust (https://rustup.rs), or open a new shell if you just did"
command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null ||
    give_up "Rust needs a C compiler to link with (Debian: apt-get install gcc libc6-dev)"

if ! command -v rustup >/dev/null; then
    # A distribution's Rust. Only `make lint` needs the components, and cargo itself names a missing one.
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    found=$(rustc --version | cut -d ' ' -f 2)
    [ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -n 1)" = "$wanted" ] ||
        give_up "Rust $wanted or later is required, but this is $found; rustup installs the right one (https://rustup.rs)"
    has_targets || give_up "this Rust cannot build for $targets and there is no rustup to add it (https://rustup.rs)"
    exit 0
fi

# An older rustup may install a toolchain as soon as rustc is called, but never when it only lists the installed ones.
listed() { rustup toolchain list | grep -Eq "^$toolchain(-| |\$)"; }

export RUST_BACKTRACE=0
if ! listed; then
    echo "installing Rust $toolchain, with rustup (once; takes about half a minute)"
    rustup toolchain install "$toolchain" --no-self-update --profile minimal ||
        give_up "rustup could not install Rust $toolchain; see the reason above"
fi
# An installed toolchain is only added to: other projects may use it too.
has_targets || rustup target add --toolchain "$toolchain" $targets ||
    give_up "rustup could not add $targets to Rust $toolchain; see the reason above"
has_components || rustup component add --toolchain "$toolchain" $components ||
    give_up "rustup could not add $components to Rust $toolchain; see the reason above"
has_targets && has_components ||
    give_up "Rust $toolchain is installed, but cargo uses another toolchain here (see rustup show)"
