#!/bin/bash
# One object by the SFTP target beside OpenSSH's sftp and scp, in turn, on loopback and with a delay, to one server.
# usage: tests/bench/targets/sftp.sh [BUILD_TREE]
#   ROUNDS    how often each is measured (default: 5); the median counts
#   MEGABYTES of the object (default: 1000)
#   DELAY_MS  of the long wire, in each direction (default: 20)
# Prints figures; fails only when a transfer does.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
program=${1:-$root/build/dev}/tests/sftp_bench
[ -x "$program" ] || { echo "sftp.sh: there is no $program; build the target sftp_bench" >&2 && exit 77; }
rounds=${ROUNDS:-5} megabytes=${MEGABYTES:-1000} delay=${DELAY_MS:-20}
work=$(mktemp -d)
ended() {
    [ -z "${server_input:-}" ] || exec {server_input}>&-
    [ -z "${server:-}" ] || wait "$server" || true
    rm -rf "$work"
}
trap ended EXIT

mkfifo "$work/input" "$work/output"
"$program" serve "$work" "$delay" <"$work/input" >"$work/output" &
server=$!
exec {server_input}>"$work/input"
# shellcheck disable=SC2034 # near and far are read by their names
read -r user near far home <"$work/output"
chmod 600 "$work/key"
openssl enc -aes-128-ctr -nosalt -pass pass:1 -in /dev/zero 2>/dev/null | head -c "${megabytes}000000" >"$work/object" || true

options=(-q -F none -i "$work/key" -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o "UserKnownHostsFile=$work/known"
    -o BatchMode=yes)
by_sftp() { # put|get near|far
    local port=${!2}
    if [ "$1" = put ]; then echo "put $work/object $home/object"; else echo "get $home/object $work/back"; fi >"$work/batch"
    set -- sftp "${options[@]}" -P "$port" -b "$work/batch" "$user@127.0.0.1"
    measured "$@"
}
by_scp() { # put|get near|far
    local port=${!2} there=$user@127.0.0.1:$home/object
    if [ "$1" = put ]; then set -- "$work/object" "$there"; else set -- "$there" "$work/back"; fi
    measured scp "${options[@]}" -P "$port" "$@"
}
by_dbackup() { # put|get near|far
    if [ "$1" = put ]; then set -- put "$2" object; else set -- get "$2" back; fi
    measured "$program" "$1" "$work/$2.json" "$work/$3" object
}
measured() { # COMMAND...: prints milliseconds and KiB of its largest process
    /usr/bin/python3 - "$@" <<'PY'
import os, resource, subprocess, sys, time
began = time.monotonic()
status = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode
took = time.monotonic() - began
if status:
    sys.exit(f"{sys.argv[1]} failed with status {status}")
print(int(took * 1000), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
PY
}
median() { sort -n | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }

for wire in near far; do
    for way in put get; do
        rm -f "$work"/*.figures
        for ((round = 0; round <= rounds; ++round)); do # round 0 warms up
            for tool in sftp scp dbackup; do
                [ $way = get ] || rm -f "$home/object"
                rm -f "$work/back"
                figures=$("by_$tool" $way $wire)
                [ $round -eq 0 ] || echo "$figures" >>"$work/$tool.figures"
            done
        done
        [ $way = put ] || cmp "$work/object" "$work/back"
        for tool in sftp scp dbackup; do
            ms=$(cut -d ' ' -f 1 "$work/$tool.figures" | median)
            kb=$(cut -d ' ' -f 2 "$work/$tool.figures" | sort -n | tail -n 1)
            awk -v wire="$wire" -v way="$way" -v tool="$tool" -v ms="$ms" -v kb="$kb" -v mb="$megabytes" 'BEGIN {
                printf "%-4s %s  %-8s %7.2f s  %7.1f MB/s  %6.1f MiB\n", wire, way, tool, ms / 1000, mb * 1000 / ms, kb / 1024}'
        done
    done
done
