#!/bin/sh
# Installs into .venv the packages that tests/requirements.lock pins; or into $2 those of $1/requirements.lock, which are $3.
# Quiet, and without the network, if they are there already. The stamp is written last and records the folder and the
# packages: an environment that is incomplete, or whose folder or Python moved, is made again.
set -eu
cd "$(dirname "$0")/../.."
folder=${1:-tests}
venv=${2:-.venv}
what=${3:-Envoy, the SDKs and pytest}

give_up() {
    echo "error: $1" >&2
    exit 1
}

stamp=$venv/installed
wanted=$(pwd && cat "$folder/requirements.txt" "$folder/requirements.lock")
held=$(cat "$stamp" 2>/dev/null) || held=""

# The programs in it name their Python by its absolute path, so a folder that was moved cannot be used.
usable() { [ "${held%%
*}" = "$PWD" ] && "$venv/bin/python" -c 'import pip' 2>/dev/null; }

if usable; then
    [ "$held" != "$wanted" ] || exit 0
    echo "installing the packages that changed in $folder/requirements.lock into $venv"
else
    python=$(tests/scripts/python.sh)
    [ ! -e "$venv" ] || echo "$venv is incomplete or was made somewhere else: making it again"
    echo "installing $what into $venv (once; takes about a minute)"
    rm -rf "$venv"
    mkdir -p "$(dirname "$venv")"
    "$python" -m venv "$venv" >&2 ||
        give_up "this Python could not make $venv; see the reason above (Debian: apt-get install python3-venv)"
fi
rm -f "$stamp"
install() {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$folder/requirements.txt" \
        -c "$folder/requirements.lock"
}
# A registry that does not answer once looks like packages that conflict, so it is asked again.
if ! install; then
    echo "pip failed; trying once more"
    sleep 5
    install || give_up "pip could not install $folder/requirements.txt into $venv; see the reason above"
fi
echo "$wanted" >"$stamp"
