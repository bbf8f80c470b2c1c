#!/bin/sh
# Makes sure that Chromium is installed, from Debian's packages if it is missing: the tests of the sidecar's page drive it.
set -eu
cd "$(dirname "$0")/../.."

command -v chromium >/dev/null && exit 0

give_up() {
    echo "error: Chromium is required, but it is not installed and $1; install it (Debian: apt-get install chromium)" >&2
    exit 1
}

command -v apt-get >/dev/null || give_up "there is no apt-get"
as_root=""
[ "$(id -u)" = 0 ] || { sudo -n true 2>/dev/null && as_root="sudo -n"; } || give_up "this user may not install packages"
echo "installing chromium, with apt-get (once; takes about a minute)"
# The font is the first that the page asks for; without any, the pictures of the page would look like nobody's screen.
install() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium fonts-inter; }
install >/dev/null 2>&1 || { $as_root apt-get update -qq && install >/dev/null; } || give_up "apt-get failed"
chromium --version >/dev/null 2>&1 || give_up "the one that was installed does not run"
