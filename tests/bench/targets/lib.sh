# Shared by the benchmarks of targets, which source it: one stream to a target and by the usual tools, in turn, to one server.
#   tests/bench/targets/webdav.sh [BUILD_TREE]
#   ROUNDS     how often each is measured (default: 5); the median counts
#   MEGABYTES  length of the stream (default: 1000); it cannot be compressed
# All files, the servers' too, are in memory (/dev/shm) when three times the stream fits there: the disk under a protocol is not what is
# measured. TMPDIR names another place. Figures are printed; only a transfer that fails or writes something else is a failure.
# shellcheck shell=bash disable=SC2034,SC2154
megabytes=${MEGABYTES:-1000}
if [ -z "${TMPDIR:-}" ] && [ "$(df --output=avail -BMB /dev/shm 2>/dev/null | tr -dc 0-9)" -gt $((megabytes * 3)) ]; then
    TMPDIR=/dev/shm
fi
. "$(dirname "${BASH_SOURCE[0]}")/../../e2e/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../side_by_side.sh"
unset AWS_CA_BUNDLE # rclone 1.60 cannot go on with it
export RCLONE_CONFIG=/dev/null

need() { # PROGRAM...
    local program
    for program in "$@" openssl; do
        command -v "$program" >/dev/null || skip "$program is not installed"
    done
    for program in target_transfer bench_server; do
        [ -x "$tree/tests/$program" ] || skip "there is no $tree/tests/$program; build the target $program"
    done
}

# start_server ssh|webdav|samba|rclone: -> what bench_server prints, as variables; it ends with the script
start_server() {
    mkfifo "$work/input" "$work/output"
    "$tree/tests/bench_server" "$1" "$work" "${DELAY_MS:-20}" <"$work/input" >"$work/output" &
    server=$!
    trap 'ended_after stop_server' EXIT
    exec {server_input}>"$work/input"
    local line
    read -r line <"$work/output" || fail "the server did not start"
    eval "$line"
}
stop_server() {
    [ -z "${server_input:-}" ] || exec {server_input}>&-
    wait "$server"
}
ended_after() { # COMMAND...: what stops a server, at the script's end; the script's own status stays
    local status=$?
    "$@" || true
    (exit $status) || ended
    ended
}

make_stream() { # -> $work/stream and $checksum
    { openssl enc -aes-128-ctr -nosalt -pass pass:1 -in /dev/zero 2>/dev/null || true; } |
        head -c $((megabytes * 1000000)) >"$work/stream"
    checksum=$(cksum <"$work/stream")
}

# Runs a command on the stream and notes milliseconds and KiB, the most that one of its processes took, in $work/SIDE.figures.
timed() { # SIDE COMMAND...
    /usr/bin/python3 - "$work/$1.figures" "$work/stream" "${@:2}" <<'PY'
import resource, subprocess, sys, time
with open(sys.argv[2], "rb") as stream:
    began = time.monotonic()
    done = subprocess.run(sys.argv[3:], stdin=stream, check=False)
    took = time.monotonic() - began
if done.returncode != 0:
    sys.exit("failed: " + " ".join(sys.argv[3:]))
with open(sys.argv[1], "a") as figures:
    figures.write(f"{took * 1000:.0f} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}\n")
PY
}
# transfer put|get PLUGIN [COMPONENT]: ours, with $settings or $work/settings.json
transfer() {
    timed dbackup "$tree/tests/target_transfer" "$1" "$tree/lib/dbackup/plugins/$2.so" "${3:-$2}" "${settings:-$work/settings.json}" stream
}

# What a side has left behind, and how to remove it. Scripts whose server has no folder have their own.
arrived() { cat "$home/stream"; }
forget() { rm -f "$home/stream"; }

# compare NAME TOOL...: by_TOOL and by_dbackup in turn; the better tool is what ours is held against
compare() {
    local name=$1 sides=("${@:2}" dbackup) round side
    rm -f "$work"/*.figures
    for ((round = 0; round <= rounds; ++round)); do # round 0 warms up
        for side in "${sides[@]}"; do
            sync -f "$work"
            "by_$side"
            [ $round -gt 0 ] || rm "$work/$side.figures"
            [ "$(arrived | cksum)" = "$checksum" ] || fail "$name: $side wrote something else"
            forget
        done
    done
    for side in "${sides[@]}"; do
        tell "$name" "$side"
    done
    verdict "$name" "${@:2}"
}
median_ms() { cut -d ' ' -f 1 "$work/$1.figures" | median; }
most_kb() { cut -d ' ' -f 2 "$work/$1.figures" | sort -n | tail -n 1; }
tell() { # NAME SIDE
    local ms
    ms=$(median_ms "$2")
    printf '%-14s %-10s %5s MB  %7s s  %5s MB/s  %6s MiB at most   (ms: %s)\n' "$1" "$2" "$megabytes" "$(seconds "$ms")" \
        $((megabytes * 1000 / ms)) "$(mebibytes "$(most_kb "$2")")" "$(cut -d ' ' -f 1 "$work/$2.figures" | tr '\n' ' ')"
}
verdict() { # NAME TOOL...
    local tool best=$2
    for tool in "${@:3}"; do
        [ "$(median_ms "$tool")" -ge "$(median_ms "$best")" ] || best=$tool
    done
    printf '%-14s ratio to %s: %s\n' "$1" "$best" \
        "$(awk -v ours="$(median_ms dbackup)" -v theirs="$(median_ms "$best")" 'BEGIN {printf "%.3f", ours / theirs}')"
}
