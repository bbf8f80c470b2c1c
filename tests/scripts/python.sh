#!/bin/sh
# Prints the path of a Python that is new enough. Not that of .venv, which may have to be made again.
set -eu
cd "$(dirname "$0")/../.."

PATH=$(printf %s "$PATH" | sed "s|^$PWD/.venv/bin:||")
python=$(command -v "${PYTHON:-python3}") &&
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    echo "error: Python 3.11 or later is required (set PYTHON=…)" >&2
    exit 1
}
echo "$python"
