#!/bin/sh
# Makes sure that there is a promtool, which tests the alerts: out of Debian's package prometheus, which is not installed, as it
# would start a server. Where it cannot be had, those tests are skipped.
set -eu
cd "$(dirname "$0")/../.."

own=.run/bin/promtool
command -v promtool >/dev/null && exit 0
[ -x $own ] && exit 0

do_without() {
    echo "promtool is not installed and $1: the tests of the alerts that need it are skipped"
    exit 0
}

command -v apt-get >/dev/null || do_without "there is no apt-get"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo "fetching promtool, with apt-get (once; takes a few seconds)"
fetch() { (cd "$folder" && apt-get download -qq prometheus) >/dev/null 2>&1; }
update() { [ "$(id -u)" = 0 ] && apt-get update -qq >/dev/null 2>&1; }
fetch || { update && fetch; } || do_without "apt-get has no package prometheus"
dpkg-deb --extract "$folder"/prometheus_*.deb "$folder/files"
mkdir -p "${own%/*}"
cp "$folder/files/usr/bin/promtool" $own
$own --version >/dev/null 2>&1 || { rm $own && do_without "the one of Debian does not run"; }
