#!/bin/sh
# Checks the dependencies against deny.toml, if cargo-deny is installed. Advisories are checked only if their database can
# be fetched, so that the lints work without a network.
set -eu
cd "$(dirname "$0")/../.."

# Seconds for the database: a network that does not answer must not hold up the lints.
patience=60

command -v cargo-deny >/dev/null || {
    echo "dependencies not checked: cargo-deny is not installed (cargo install --locked cargo-deny)"
    exit 0
}

checks="licenses bans sources"
if timeout "$patience" cargo deny --locked fetch db >/dev/null 2>&1; then
    checks="$checks advisories"
else
    echo "advisories not checked: their database could not be fetched"
fi
# The words are separate arguments.
exec cargo deny --locked check $checks
