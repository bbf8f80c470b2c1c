#!/bin/sh
# Makes .venv hold what tests/requirements.lock pins. Called by make when a file is newer than the stamp.
set -eu
cd "$(dirname "$0")/../.."

python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    echo "cannot go on: Python 3.11 or later is needed (set PYTHON=…)" >&2
    exit 1
}
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt -c tests/requirements.lock || {
    echo "cannot go on: pip could not install tests/requirements.txt into .venv" >&2
    exit 1
}
touch .venv/installed
