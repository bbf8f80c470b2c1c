#!/bin/sh
# Makes tests/node/node_modules hold what its lock file pins.
set -eu
cd "$(dirname "$0")/../node"

command -v npm >/dev/null || {
    echo "cannot go on: Node 20 or later with npm is needed for the tests of the Node SDKs" >&2
    exit 1
}
npm ci --silent --no-audit --no-fund || {
    echo "cannot go on: npm could not install tests/node/package-lock.json" >&2
    exit 1
}
touch node_modules/installed
