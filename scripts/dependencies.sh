#!/bin/bash
# Installs the Debian packages that building and testing need, and only those that are missing.
# usage: scripts/dependencies.sh [build|demo|test|bench|lint|packages ...]     without a group: all but bench and packages
set -euo pipefail

build=(g++ cmake ninja-build ccache pkg-config catch2 json-schema-test-suite libpoco-dev libboost1.81-dev libzstd-dev zlib1g-dev
    libssl-dev libsodium-dev libarchive-dev libmariadb-dev libpq-dev libsqlite3-dev
    libcurl4-openssl-dev libssh-dev libcli11-dev libyaml-cpp-dev libsystemd-dev)
demo=(curl jq sqlite3)
test=("${demo[@]}" acl ansible-core apache2-bin attr ca-certificates ceph-common ceph-mgr ceph-mon ceph-osd firebird3.0-server
    firebird3.0-utils gcovr iproute2 libpam-pwdfile mariadb-backup mariadb-client mariadb-server openssh-client openssh-server openssl
    postgresql-15 postgresql-client-15 postgresql-contrib
    procps python3 python3-yaml radosgw rclone redis-server redis-tools rsync samba smbclient tmux vsftpd wrk zstd)
bench=(awscli) # beside what the tests need
lint=(abigail-tools ansible-lint clang-format-14 clang-tidy-14 python3 shellcheck)
packaging=(apt-utils debootstrap dpkg-dev e2fsprogs gnupg lintian piuparts qemu-system-x86 rpm rpmlint)

die() {
    echo "dependencies: $*" >&2
    exit 1
}

packages=()
[ $# -gt 0 ] || set -- build demo test lint
for group in "$@"; do
    case $group in
    build) packages+=("${build[@]}") ;;
    demo) packages+=("${demo[@]}") ;;
    test) packages+=("${test[@]}") ;;
    bench) packages+=("${bench[@]}") ;;
    lint) packages+=("${lint[@]}") ;;
    packages) packages+=("${packaging[@]}") ;;
    *) die "no group is called \"$group\"; there are build, demo, test, bench, lint and packages" ;;
    esac
done

command -v apt-get >/dev/null ||
    die "this system has no apt-get. Install what Debian calls: ${packages[*]}"

installed=" $(dpkg-query --show --showformat='${db:Status-Status}:${Package} ' | tr -s ' ') "
missing=()
for package in "${packages[@]}"; do
    case $installed in
    *" installed:$package "*) ;;
    *) missing+=("$package") ;;
    esac
done
[ ${#missing[@]} -gt 0 ] || exit 0

root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
        die "neither root nor sudo. Have root run: apt-get install --no-install-recommends ${missing[*]}"
    root=(sudo)
fi
apt() { # apt-get without questions, quiet unless it fails
    local log
    log=$(mktemp)
    if ! "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
apt update || die "apt-get update failed; its words are above"
# --no-remove: rather stop than take away what somebody else needs (libboost-dev excludes libboost1.81-dev).
apt install --yes --no-install-recommends --no-remove "${missing[@]}" ||
    die "apt-get install failed; its words are above. Debian 12 (bookworm) has all of these packages"
