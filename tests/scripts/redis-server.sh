#!/bin/sh
# Makes sure that there is a redis-server, from Debian's packages when there is none.
set -eu
cd "$(dirname "$0")/../.."

command -v redis-server >/dev/null && exit 0
[ -x .venv/bin/redis-server ] && exit 0

give_up() {
    echo "cannot go on: redis-server is not installed and $1; install it (Debian: apt-get install redis-server)" >&2
    exit 1
}

command -v apt-get >/dev/null || give_up "there is no apt-get"
as_root=""
[ "$(id -u)" = 0 ] || { sudo -n true 2>/dev/null && as_root="sudo -n"; } || give_up "this user may not install packages"

# redis-tools holds the same program under another name; the package redis-server would also start a service.
install() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends redis-tools; }
install >/dev/null 2>&1 || { $as_root apt-get update -qq && install >/dev/null; } || give_up "apt-get failed"
mkdir -p .venv/bin
ln -sf /usr/bin/redis-check-rdb .venv/bin/redis-server
.venv/bin/redis-server --version >/dev/null || give_up "the one in redis-tools does not run"
