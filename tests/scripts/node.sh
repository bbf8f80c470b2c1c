#!/bin/sh
# Installs the packages that the lock file of tests/node pins, or of tests/$1, which are $2. Quiet, and without the network, if they are
# there already. The stamp, a copy of that file, is written last, and npm empties the folder first: an incomplete folder is
# made again.
set -eu
folder=${1:-node}
what=${2:-the Node SDKs}
cd "$(dirname "$0")/../$folder"

give_up() {
    echo "error: $1" >&2
    exit 1
}

stamp=node_modules/installed
command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null ||
    give_up "Node 20 or later with npm is required for the tests of the Node SDKs"
cmp -s package-lock.json $stamp && exit 0

echo "installing $what into tests/$folder/node_modules (once; takes a few seconds)"
npm ci --loglevel error --no-audit --no-fund >&2 ||
    give_up "npm could not install tests/$folder/package-lock.json; see the reason above"
cp package-lock.json $stamp
