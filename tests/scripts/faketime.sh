#!/bin/sh
# Makes sure that libfaketime is installed, from Debian's packages if it is missing. Prints its path.
set -eu

find_it() {
    for library in /usr/lib/*/faketime/libfaketimeMT.so.1; do
        if [ -e "$library" ]; then
            echo "$library"
            exit 0
        fi
    done
}

give_up() {
    echo "clock steps are not tested: libfaketime is not installed and $1 (Debian: apt-get install libfaketime)" >&2
    exit 1
}

find_it
command -v apt-get >/dev/null || give_up "there is no apt-get"
as_root=""
[ "$(id -u)" = 0 ] || { sudo -n true 2>/dev/null && as_root="sudo -n"; } || give_up "this user may not install packages"

# The tests can do without it, so a package server that does not answer is given up on quickly.
apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Acquire::http::Timeout=10 -o Acquire::Retries=0 "$@"; }
install() { apt install --no-install-recommends libfaketime; }
install >/dev/null 2>&1 || { apt update && install; } >/dev/null 2>&1 || give_up "apt-get failed"
find_it
give_up "its package has no library for this machine"
