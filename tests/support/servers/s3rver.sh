#!/bin/bash
# A small S3 server of Node.js (npm package @20minutes/s3rver) for quick tests: signatures are checked, data lie in a folder. Loopback only.
# usage: s3rver.sh install|start|stop|env
#   S3RVER_FOLDER  where npm installs it (kept; needed by all commands but env)
#   SERVERS_ROOT   folder below which the server lives (default: dbackup-servers in $TMPDIR)
# `install` ends with 77 when npm cannot get it. `eval "$(s3rver.sh env)"` sets S3_ENDPOINT, S3_KEY and S3_SECRET.
set -euo pipefail

root=${SERVERS_ROOT:-${TMPDIR:-/tmp}/dbackup-servers}/s3rver
package=@20minutes/s3rver@5.0.0

die() {
    echo "s3rver.sh: $*" >&2
    exit 1
}

is_installed() { [ -f "$S3RVER_FOLDER/node_modules/@20minutes/s3rver/package.json" ]; }

install_once() {
    ! is_installed || return 0
    mkdir -p "$S3RVER_FOLDER"
    [ -f "$S3RVER_FOLDER/package.json" ] || echo '{"private": true}' >"$S3RVER_FOLDER/package.json"
    if ! command -v npm >/dev/null || ! npm install --prefix "$S3RVER_FOLDER" --no-audit --no-fund --fetch-retries=1 \
        --fetch-timeout=20000 "$package" >"$S3RVER_FOLDER/install.log" 2>&1; then
        echo "s3rver.sh: npm cannot get $package here, so tests that use it are left out" >&2
        exit 77
    fi
}

some_port() { echo $((20000 + (RANDOM * 32768 + RANDOM) % 12000)); }
is_listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
is_alive() { [ -d "/proc/$1" ] && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status"; }

start_at() { # PORT
    local pid
    ! is_listening "$1" || return 1
    setsid node -e 'const S = require(process.argv[1]);
        new S({address: "127.0.0.1", port: +process.argv[2], directory: process.argv[3], silent: true, vhostBuckets: false,
            configureBuckets: [{name: "backups"}]}).run()' \
        "$S3RVER_FOLDER/node_modules/@20minutes/s3rver" "$1" "$root/data" </dev/null >"$root/log" 2>&1 &
    pid=$!
    echo $pid >"$root/pid"
    for _ in {1..400}; do
        is_alive $pid || return 1
        if is_listening "$1"; then
            echo "$1" >"$root/port"
            return 0
        fi
        sleep 0.05
    done
    return 1
}

start() {
    is_installed || die "it is not installed: s3rver.sh install"
    mkdir -p "$root/data"
    for _ in {1..10}; do
        ! start_at "$(some_port)" || return 0
    done
    die "the server did not start: $(tail -n 20 "$root/log")"
}

stop() {
    local pid
    [ -s "$root/pid" ] || return 0
    pid=$(<"$root/pid")
    ! is_alive "$pid" || kill "$pid" || return 0
    for _ in {1..200}; do
        is_alive "$pid" || return 0
        sleep 0.05
    done
    die "the server did not stop"
}

case ${1:-} in
install) install_once ;;
start) start ;;
stop) stop ;;
env) echo "export S3_ENDPOINT=http://127.0.0.1:$(<"$root/port") S3_KEY=S3RVER S3_SECRET=S3RVER" ;;
*) die "usage: s3rver.sh install|start|stop|env" ;;
esac
