#!/usr/bin/env bash
# What ./run and ./test share: installs Debian packages, unpacks LibTorch, builds.
#   installer/set-up.sh [--gpu] TARGET...
# Nothing is fetched that is there already; without missing things it needs no network.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { echo "$*" >&2; }
fail() { say "$*"; exit 1; }

gpu=no
if [ "${1:-}" = --gpu ]; then gpu=yes; shift; fi
if ldconfig -p 2>/dev/null | grep -q 'libcuda\.so\.1'; then gpu=yes; fi

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else fail "Debian packages are missing, and neither root nor sudo is at hand. As root: apt-get install ${missing[*]}"
    fi
}

install_packages() {
    command -v dpkg-query >/dev/null || {
        say "This isn't Debian, so nothing is installed. What installer/packages.txt lists must be there."
        return
    }
    local wanted have
    mapfile -t wanted < <(grep -v '^#' installer/packages.txt)
    have=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null || true)
    missing=()
    for package in "${wanted[@]}"; do
        grep -qxF "$package installed" <<<"$have" || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
    as_root apt-get update -qq >&2 ||
        say "The package lists could not be renewed; going on with those that are here."
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >/dev/null ||
        fail "The Debian packages could not be installed. What apt-get says above helps; then start this again."
}

# unpack LIST FOLDER: the wheels of a list, checked by SHA-256, unpacked beside each other.
unpack() {
    local list=$1 folder=$2
    [ -f "$folder/.${list##*/}" ] && return
    [ "$(uname -m)" = x86_64 ] ||
        fail "LibTorch is pinned for x86_64. On $(uname -m), let DAGUERRE_LIBTORCH name the folder of your own."
    say "Fetching LibTorch ($(grep -vc '^#' "$list") files of ${list##*/}); it is kept in $folder"
    mkdir -p "$folder"
    part=$(mktemp -d "$folder/.wheels-XXXXXX")
    trap 'rm -rf "$part"' EXIT
    local platforms=(any) glibc old
    for glibc in 2_28 2_27 2_26 2_25 2_24 2_18 2_17 2_12 2_5; do
        platforms+=("manylinux_${glibc}_x86_64")
    done
    for old in manylinux2014 manylinux2010 manylinux1; do platforms+=("${old}_x86_64"); done
    python3 -m pip download -q --disable-pip-version-check --no-deps --require-hashes \
        --only-binary=:all: --python-version 3.11 --implementation cp --abi cp311 --abi none \
        "${platforms[@]/#/--platform=}" -d "$part" -r "$list" >&2 ||
        fail "LibTorch could not be fetched. Check the network and start this again; or let DAGUERRE_LIBTORCH name the folder of a LibTorch 2.11 that you have."
    local wheel
    for wheel in "$part"/*.whl; do python3 -m zipfile -e "$wheel" "$folder"; done
    rm -rf "$part"
    trap - EXIT
    touch "$folder/.${list##*/}"
}

fetch_libtorch() {
    if [ -n "${DAGUERRE_LIBTORCH:-}" ]; then
        [ -e "$DAGUERRE_LIBTORCH/lib/libtorch_cpu.so" ] ||
            fail "DAGUERRE_LIBTORCH names “$DAGUERRE_LIBTORCH”, where there is no lib/libtorch_cpu.so."
        return
    fi
    local folder version
    local IFS=:
    for folder in ${CMAKE_PREFIX_PATH:-}; do
        [ -e "$folder/lib/libtorch_cpu.so" ] && return
    done
    version=$(sed -n 's/^torch==\([0-9.]*\).*/\1/p' installer/libtorch.txt)
    folder=${XDG_CACHE_HOME:-$HOME/.cache}/daguerre/libtorch-$version
    unset IFS
    unpack installer/libtorch.txt "$folder"
    if [ $gpu = yes ]; then unpack installer/libtorch-cuda.txt "$folder"; fi
}

build() {
    local log=build/release/set-up.log cores memory_gb jobs
    mkdir -p build/release
    [ -f build/release/build.ninja ] || say "Configuring"
    # shellcheck disable=SC2086  (several options in one variable)
    cmake --preset release ${DAGUERRE_CMAKE_OPTIONS:-} >"$log" 2>&1 ||
        { cat "$log" >&2; fail "The build could not be configured."; }
    # A file that includes LibTorch takes over 1 GB to compile.
    cores=$(nproc)
    memory_gb=$(awk '/MemAvailable/ {print int($2 / 1500000)}' /proc/meminfo)
    jobs=$((memory_gb < 1 ? 1 : memory_gb < cores ? memory_gb : cores))
    if ninja -C build/release -n "$@" | grep -q 'no work to do'; then return; fi
    say "Building; the first time takes some minutes"
    if [ -t 2 ]; then
        ninja -C build/release -j "$jobs" "$@" >&2 || fail "The build failed; the lines above say where."
    else
        ninja -C build/release -j "$jobs" "$@" >"$log" 2>&1 ||
            { tail -n 80 "$log" >&2; fail "The build failed; the lines above say where."; }
    fi
}

install_packages
fetch_libtorch
build "$@"
