#!/bin/bash
# From the start of dbackupd to its first answer over HTTP, beside the same of `python3 -m http.server`, in turn: with a new
# state folder, and with one that is there.
# usage: tests/bench/start/run.sh [BUILD_OR_INSTALLED_TREE]      ROUNDS: how often each (default: 15); the median counts
# Prints figures; fails only when there is no answer.
. "$(dirname "$0")/../../e2e/lib.sh"
rounds=${ROUNDS:-15}
command -v python3 >/dev/null || skip "python3 is not installed"

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
# first_answer PATH COMMAND...: -> $took (microseconds). "PORT" in the command is a free port.
first_answer() {
    local port process begin path=$1
    shift
    port=$(free_port)
    begin=${EPOCHREALTIME/./}
    "${@//PORT/$port}" </dev/null >>"$work/log" 2>&1 &
    process=$!
    until answers "$port" "$path"; do
        sleep 0.002
        kill -0 $process 2>/dev/null || fail "$1 ended at once"
    done
    took=$((${EPOCHREALTIME/./} - begin))
    kill -TERM $process
    wait $process || true
}
answers() { # PORT PATH: without a process for each try
    local line
    exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf 'GET %s HTTP/1.0\r\n\r\n' "$2" >&3
    read -r line <&3 && [[ $line == *" 200 "* ]]
    local found=$?
    exec 3>&-
    return $found
} 2>/dev/null
median() { sort -n | sed -n "$(((rounds + 1) / 2))p"; }
milliseconds() { printf '%d.%d ms' $(($1 / 1000)) $(($1 % 1000 / 100)); }

service() { first_answer /api/health "$tree/sbin/dbackupd" -Dstate.dir="$state" -Dapi.port=PORT; }
reference() { first_answer / python3 -m http.server --bind 127.0.0.1 --directory "$work/tmp" PORT; }
compare() { # NAME [COMMAND before each start]
    local round
    : >"$work/ours"
    : >"$work/theirs"
    for ((round = 0; round < rounds; ++round)); do
        "${@:2}"
        service
        echo "$took" >>"$work/ours"
        reference
        echo "$took" >>"$work/theirs"
    done
    printf '%-32s dbackupd %s, python3 -m http.server %s\n' "$1" "$(milliseconds "$(median <"$work/ours")")" \
        "$(milliseconds "$(median <"$work/theirs")")"
}

note "median of $rounds starts, from the start of the process to its first answer"
compare "new state folder" rm -rf "$state"
compare "state folder is there"
