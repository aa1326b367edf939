#!/bin/sh
# Doorward from a checkout. `test` runs every test; all other words (`demo`, `serve` …) go to the product.
# What it needs is installed once into .venv beside this file, from lock files with hashes; no Python is ever downloaded.
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")
env=$here/.venv
locks=requirements.lock
[ "${1-}" != test ] || locks="$locks requirements-test.lock"

say() { echo "doorward.sh: $*" >&2; }
apt() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && for _ in 1 2; do
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$1" >/dev/null 2>&1 && return
    apt-get update -qq >/dev/null 2>&1; done; false; }
python() { for python in python3.14 python3.13 python3.12 python3.11 python3; do # the newest that has module $1
    "$python" -Ic "import sys, $1; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && return; done; false; }
want() { (cd "$here" && pwd && "$env/bin/python" -V && cksum "$1") 2>&1; }

for lock in $locks; do
    [ "$(want "$lock")" != "$(cat "$env/$lock.stamp" 2>/dev/null)" ] || continue
    say "installing what $lock names into .venv"
    if ! "$env/bin/python" -Im pip -V >/dev/null 2>&1; then
        python sys || { say "Python 3.11 or later is needed and is not here"; exit 1; }
        python ensurepip || { apt python3-venv && python ensurepip; } ||
            { say "Python's venv is missing; as root: apt-get install python3-venv"; exit 1; }
        "$python" -Im venv --clear "$env"
    fi
    "$env/bin/python" -Im pip install -q --disable-pip-version-check --require-hashes --only-binary :all: -r "$here/$lock" >&2
    echo "$here/src" >"$("$env/bin/python" -Ic 'import sysconfig; print(sysconfig.get_path("purelib"))')/doorward.pth"
    want "$lock" >"$env/$lock.stamp"
done
[ "${1-}" = test ] || exec "$env/bin/python" -Pm doorward "$@"
shift
for tool in chromium oathtool; do
    command -v "$tool" >/dev/null || apt "$tool" || say "$tool is missing and cannot be installed: its tests are skipped"
done
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || apt postgresql ||
    say "PostgreSQL is missing and cannot be installed: its tests are skipped"
exec "$env/bin/python" "$here/tools/test.py" "$@"
