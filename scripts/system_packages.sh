#!/usr/bin/env bash
# Installs the system packages that the tests run for real (only those missing); starts no service.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
need() {  # need PACKAGE PATTERN…: the package is there when one of the programs is
    local package=$1 program
    shift
    for program in "$@"; do
        if [ -x "$program" ] || command -v "$program" >/dev/null; then return; fi
    done
    missing+=("$package")
}

need postgresql /usr/lib/postgresql/*/bin/initdb initdb
need openssl openssl
need sox sox
need baresip-core baresip
playwrights="${HOME:-}/.cache/ms-playwright"
need chromium chromium chromium-browser google-chrome "$playwrights"/chromium-*/chrome-linux*/chrome

if [ ${#missing[@]} = 0 ]; then exit 0; fi
if [ "$(id -u)" != 0 ]; then
    echo "The tests need system packages. Type: sudo apt-get install ${missing[*]}" >&2
    exit 1
fi
if ! command -v apt-get >/dev/null; then
    echo "The tests need these programs, and there is no apt-get to install them: ${missing[*]}" >&2
    exit 1
fi

# Debian asks this script before it starts a service that it installed; 101 forbids it. One that is there is respected.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
fi

export DEBIAN_FRONTEND=noninteractive
echo "Installing ${missing[*]}"
log=$(mktemp)
quietly() { "$@" >>"$log" 2>&1; }
install() { quietly apt-get install -y -qq --no-install-recommends "$@"; }
install_afresh() {
    quietly apt-get update -qq
    if [[ " ${missing[*]} " == *" chromium "* && -z $(apt-cache madison chromium) ]]; then
        # Ubuntu has Chromium as a snap only, which containers cannot run; Playwright brings a build of its own.
        quietly .venv/bin/python -m playwright install --with-deps chromium || return
        read -ra missing <<<"${missing[*]/chromium/}"
    fi
    [ ${#missing[@]} = 0 ] || install "${missing[@]}"
}
if ! install "${missing[@]}" && ! install_afresh; then
    cat "$log" >&2
    exit 1
fi
rm -f "$log"
