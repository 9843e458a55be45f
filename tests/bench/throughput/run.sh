#!/bin/bash
# A PostgreSQL database by REST to a local destination, beside `pg_dump -Fc -Z0 | zstd -3 -T2 > file` with fsync, in turn.
# usage: tests/bench/throughput/run.sh [BUILD_OR_INSTALLED_TREE]
#   ROUNDS               how often each is measured (default: 5); the median counts
#   SIZES                "name:documents" (default: "small:200000 large:2200000", 200 MB and more than 2 GB)
#   DBACKUP_BENCH_DATA   folder that keeps the server's data for the next time (default: none)
# Prints figures; fails only when a backup does.
. "$(dirname "$0")/../../e2e/lib.sh"
. "$(dirname "$0")/../side_by_side.sh"
here=$root/tests/bench/throughput
sizes=${SIZES:-small:200000 large:2200000}
if [ -n "${DBACKUP_BENCH_DATA:-}" ]; then
    mkdir -p "$DBACKUP_BENCH_DATA"
    chmod 755 "$DBACKUP_BENCH_DATA"
    SERVERS_ROOT=$(realpath "$DBACKUP_BENCH_DATA")/servers
fi
command -v zstd >/dev/null || skip "zstd is not installed"
start_postgres

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
    measure "$id" reference "$name"
    report "$name" $(($(sql "$name" -c "SELECT pg_database_size(current_database())") / 1000000))
done
sleep 3
note "idle service at its end: $(mebibytes "$(kilobytes "$daemon" VmRSS)") MiB resident"
stop_daemon
