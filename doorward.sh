#!/bin/sh
# Doorward from a checkout. `test` runs every test; all other words (`demo`, `serve` …) go to the product.
# What it needs is installed once into .venv beside this file, from lock files with hashes; no Python is ever downloaded.
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")
env=$here/.venv
locks=requirements.lock
[ "${1-}" != test ] || locks="$locks requirements-test.lock"

say() { echo "doorward.sh: $*" >&2; }

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" >/dev/null 2>&1; }

install_package() { # where this is root on Debian; once more with fresh lists, as the old ones may name what is gone
    [ "$(id -u)" = 0 ] || return 1
    command -v apt-get >/dev/null || return 1
    apt_get install -y --no-install-recommends "$1" && return
    apt_get update || return 1
    apt_get install -y --no-install-recommends "$1"
}

find_python() { # puts the newest Python that has module $1 into $python
    for python in python3.14 python3.13 python3.12 python3.11 python3; do
        "$python" -Ic "import sys, $1; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && return
    done
    return 1
}

stamp_of() { # what an installed lock file is compared by: where it lies, which Python, which bytes
    (cd "$here" && pwd && "$env/bin/python" -V && cksum "$1") 2>&1
}

make_env() {
    find_python sys || { say "Python 3.11 or later is needed and is not here"; exit 1; }
    find_python ensurepip || install_package python3-venv || true
    find_python ensurepip || { say "Python's venv is missing; as root: apt-get install python3-venv"; exit 1; }
    "$python" -Im venv --clear "$env"
}

for lock in $locks; do
    [ "$(stamp_of "$lock")" != "$(cat "$env/$lock.stamp" 2>/dev/null)" ] || continue
    say "installing what $lock names into .venv"
    "$env/bin/python" -Im pip -V >/dev/null 2>&1 || make_env
    "$env/bin/python" -Im pip install -q --disable-pip-version-check --require-hashes --only-binary :all: -r "$here/$lock" >&2
    packages=$("$env/bin/python" -Ic 'import sysconfig; print(sysconfig.get_path("purelib"))')
    echo "$here/src" >"$packages/doorward.pth"
    stamp_of "$lock" >"$env/$lock.stamp"
done
[ "${1-}" = test ] || exec "$env/bin/python" -Pm doorward "$@"

shift
for tool in chromium oathtool; do
    command -v "$tool" >/dev/null || install_package "$tool" ||
        say "$tool is missing and cannot be installed: its tests are skipped"
done
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || install_package postgresql ||
    say "PostgreSQL is missing and cannot be installed: its tests are skipped"
exec "$env/bin/python" "$here/tools/test.py" "$@"
