#!/bin/sh
# Makes sure that a redis-server is installed, from Debian's packages if it is missing.
set -eu
cd "$(dirname "$0")/../.."

# Not in .venv, which may have to be removed and made again.
own=.run/bin/redis-server
command -v redis-server >/dev/null && exit 0
[ -x $own ] && exit 0

give_up() {
    echo "error: redis-server is required, but it is not installed and $1; install it (Debian: apt-get install redis-server)" >&2
    exit 1
}

# redis-tools holds the same program under another name; the package redis-server would also start a service.
program=/usr/bin/redis-check-rdb
if [ ! -x $program ]; then
    command -v apt-get >/dev/null || give_up "there is no apt-get"
    as_root=""
    [ "$(id -u)" = 0 ] || { sudo -n true 2>/dev/null && as_root="sudo -n"; } || give_up "this user may not install packages"
    echo "installing redis-tools, with apt-get (once; takes a few seconds)"
    install() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends redis-tools; }
    install >/dev/null 2>&1 || { $as_root apt-get update -qq && install >/dev/null; } || give_up "apt-get failed"
fi
mkdir -p "${own%/*}"
ln -sf $program $own
$own --version >/dev/null || give_up "the one in redis-tools does not run"
