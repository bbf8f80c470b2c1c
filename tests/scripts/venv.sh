#!/bin/sh
# Makes .venv hold what tests/requirements.lock pins. Quiet, and without the network, when it does. The stamp is written
# last and tells for what: a .venv that a first run left half made, or whose folder or Python moved, is made again.
set -eu
cd "$(dirname "$0")/../.."

give_up() {
    echo "error: $1" >&2
    exit 1
}

stamp=.venv/installed
wanted=$(pwd && cat tests/requirements.txt tests/requirements.lock)
held=$(cat $stamp 2>/dev/null) || held=""

# Its programs name their Python by the whole path, so a folder that was moved is of no use.
usable() { [ "${held%%
*}" = "$PWD" ] && .venv/bin/python -c 'import pip' 2>/dev/null; }

if usable; then
    [ "$held" != "$wanted" ] || exit 0
    echo "installing what changed in tests/requirements.lock into .venv"
else
    python=$(tests/scripts/python.sh)
    [ ! -e .venv ] || echo ".venv is incomplete or was made in another place: making it again"
    echo "installing Envoy, the SDKs and pytest into .venv (once; takes about a minute)"
    rm -rf .venv
    "$python" -m venv .venv >&2 ||
        give_up "this Python could not make .venv, for the reason above (Debian: apt-get install python3-venv)"
fi
rm -f $stamp
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt -c tests/requirements.lock ||
    give_up "pip could not install tests/requirements.txt into .venv, for the reason above"
echo "$wanted" >$stamp
