#!/bin/bash
# A PostgreSQL database by REST to a local destination, beside `pg_dump -Fc -Z0 | zstd -3 -T2 > file` with fsync, in turn.
# usage: tests/bench/throughput/run.sh [BUILD_OR_INSTALLED_TREE]
#   ROUNDS               how often each is measured (default: 5); the median counts
#   SIZES                "name:documents" (default: "small:200000 large:2200000", 200 MB and more than 2 GB)
#   DBACKUP_BENCH_DATA   folder that keeps the server's data for the next time (default: none)
# Prints figures; fails only when a backup does.
. "$(dirname "$0")/../../e2e/lib.sh"
here=$root/tests/bench/throughput
rounds=${ROUNDS:-5}
sizes=${SIZES:-small:200000 large:2200000}
if [ -n "${DBACKUP_BENCH_DATA:-}" ]; then
    mkdir -p "$DBACKUP_BENCH_DATA"
    chmod 755 "$DBACKUP_BENCH_DATA"
    SERVERS_ROOT=$(realpath "$DBACKUP_BENCH_DATA")/servers
fi
command -v zstd >/dev/null || skip "zstd is not installed"
start_postgres

now_ms() { echo $(($(date +%s%N) / 1000000)); }
median() { sort -n | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }
seconds() { awk -v ms="$1" 'BEGIN {printf "%.2f", ms / 1000}'; }
kilobytes() { awk -v name="$2:" '$1 == name {print $2}' "/proc/$1/status" 2>/dev/null; }
mebibytes() { awk -v kb="$1" 'BEGIN {printf "%.1f", kb / 1024}'; }
busy_ticks() { awk '/^cpu / {print $2 + $3 + $4 + $7 + $8}' /proc/stat; }

make_database() { # NAME DOCUMENTS
    if [ "$(sql postgres -c "SELECT count(*) FROM pg_database WHERE datname = '$1'")" = 0 ]; then
        note "making the database $1 of $2 documents"
        sql postgres -c "DROP DATABASE IF EXISTS ${1}_new" -c "CREATE DATABASE ${1}_new"
        sql "${1}_new" -v rows="$2" -f "$here/data.sql" >/dev/null
        sql postgres -c "ALTER DATABASE ${1}_new RENAME TO $1"
    fi
}

reference() { # DATABASE
    local file=$work/reference.dump.zst
    "$pg_bin/pg_dump" -Fc -Z0 "$1" | zstd -3 -T2 -q -f -o "$file"
    sync "$file"
    stored=$(stat -c %s "$file")
    rm "$file"
}

# Waits by the stream of events, which costs nothing beside the backup, and looks at the worker meanwhile: -> $peak, in KiB
ours() { # JOB
    local worker="" kb=0 waiting
    start_job "$1"
    curl -sN -H @"$work/authorization" "$url/api/executions/$execution/events" >/dev/null &
    waiting=$!
    while kill -0 "$waiting" 2>/dev/null; do
        sleep 0.1
        [ -n "$worker" ] || worker=$(pgrep -P "$daemon" -f dbackup-worker | head -n 1) || true
        if [ -n "$worker" ]; then
            kb=$(kilobytes "$worker" VmHWM) || true
            [ "${kb:-0}" -le "$peak" ] || peak=$kb
        fi
    done
    wait "$waiting" || fail "the stream of events broke"
    has_ended "$execution" || fail "the stream of events ended before the backup: $body"
    [ "$(value .data.status)" = Success ] || fail "the backup failed: $body"
    stored=$(value .data.size)
}

measure() { # NAME
    local name=$1 job=$2 began busy round
    peak=0
    : >"$work/reference.ms" && : >"$work/ours.ms" && : >"$work/reference.ticks" && : >"$work/ours.ticks"
    for ((round = 0; round <= rounds; ++round)); do # round 0 warms up
        for side in reference ours; do
            sync
            began=$(now_ms) busy=$(busy_ticks)
            if [ $side = reference ]; then reference "$name"; else ours "$job"; fi
            [ $round -eq 0 ] || {
                echo $(($(now_ms) - began)) >>"$work/$side.ms"
                echo $((($(busy_ticks) - busy) * 1000 / $(getconf CLK_TCK))) >>"$work/$side.ticks"
            }
            printf -v "${side}_stored" %s "$stored"
            rm -rf "${backups:?}"/*
        done
    done
}

report() { # NAME
    local theirs own
    theirs=$(median <"$work/reference.ms")
    own=$(median <"$work/ours.ms")
    # shellcheck disable=SC2154
    printf '%-6s %8s MB   pipe %7s s (cpu %6s s, %5s MB)   dbackup %7s s (cpu %6s s, %5s MB)   ratio %s   worker %s MiB\n' "$1" \
        $(($(sql "$1" -c "SELECT pg_database_size(current_database())") / 1000000)) \
        "$(seconds "$theirs")" "$(seconds "$(median <"$work/reference.ticks")")" $((reference_stored / 1000000)) \
        "$(seconds "$own")" "$(seconds "$(median <"$work/ours.ticks")")" $((ours_stored / 1000000)) \
        "$(awk -v a="$own" -v b="$theirs" 'BEGIN {printf "%.3f", a / b}')" "$(mebibytes "$peak")"
    printf '       pipe:%s   dbackup:%s   (ms)\n' "$(tr '\n' ' ' <"$work/reference.ms" | sed 's/^/ /')" \
        "$(tr '\n' ' ' <"$work/ours.ms" | sed 's/^/ /')"
}

for size in $sizes; do
    make_database "${size%%:*}" "${size##*:}"
done
start_daemon
sleep 3
note "idle service at its start: $(mebibytes "$(kilobytes "$daemon" VmRSS)") MiB resident"
create_postgres_source server
source=$id
create_destination disk "$backups"
destination=$id
for size in $sizes; do
    name=${size%%:*}
    create_job "$name" "$source" "$destination" ".databases = [\"$name\"]"
    measure "$name" "$id"
    report "$name"
done
sleep 3
note "idle service at its end: $(mebibytes "$(kilobytes "$daemon" VmRSS)") MiB resident"
stop_daemon
