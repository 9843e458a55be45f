#!/bin/bash
# Requests a second on GET /api/executions/:id with few and with many executions in the store, and accepted runs a
# second on POST /api/jobs/:id/run. usage: tests/bench/api/run.sh [BUILD_OR_INSTALLED_TREE]
#   SIZES        how many executions the store has (default: "1000 1000000")
#   POLLED       how many of them are asked for, at random (default: 1000, the same of each size)
#   CONNECTIONS  of the client (default: 64)
#   SECONDS_EACH length of one measurement (default: 15)
#   HOSTILE      the plugin with the engine that hangs, which holds the queue up (default: the build tree's)
# Fails only when an accepted run is not on disk after a kill -9. The client runs on the same cores.
. "$(dirname "$0")/../../e2e/lib.sh"
here=$root/tests/bench/api
sizes=${SIZES:-1000 1000000}
connections=${CONNECTIONS:-64}
length=${SECONDS_EACH:-15}
hostile=${HOSTILE:-$tree/tests/plugins/hostile/hostile.so}
plugins=$work/plugins
database=$state/dbackup.db
command -v wrk >/dev/null || skip "wrk is not installed"
[ -e "$hostile" ] || skip "$hostile is not built"

mkdir "$plugins"
cp "$tree"/lib/dbackup/plugins/local-filesystem.so "$hostile" "$plugins"
chmod go-w "$plugins"/*

# The targets are for a machine with two cores. Client and service get them from this shell.
[ "$(nproc)" -le 2 ] || taskset --cpu-list --pid 0-1 $$ >/dev/null
start() { start_daemon -Dplugins.dir="$plugins" -Dapi.maxConnections=$((connections + 32)); }

# load SCRIPT LENGTH [ARGUMENT...]: one line of figures
load() {
    wrk --threads 1 --connections "$connections" --duration "$2s" --timeout 10s \
        -H "$(<"$work/authorization")" --script "$here/$1.lua" "$url" -- "${@:3}" | grep '^figures ' | cut -d' ' -f2-
}

# seed COUNT: what a busy year leaves: finished executions with metadata.
seed() {
    sqlite3 "$database" >/dev/null <<SQL
PRAGMA synchronous = OFF;
BEGIN;
DELETE FROM executions;
INSERT INTO executions (id, job_id, type, status, outcome, progress, stage, queued_at, started_at, ended_at, size_bytes,
    path, error, trigger_type, trigger_label, lock, metadata, request)
WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < $1)
SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a'
        || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))),
    '$job', 'Backup', CASE WHEN i % 50 = 0 THEN 'Failed' ELSE 'Success' END,
    CASE WHEN i % 50 = 0 THEN 'Failed' ELSE 'Success' END, 100, 'Completed',
    1700000000000 + i * 30000, 1700000000500 + i * 30000, 1700000020000 + i * 30000, 123456789 + i,
    'nightly/2026-01-15_10-30-00_' || i, '', 'Api', 'pipeline', 0,
    '{"jobName":"nightly","databases":["shop","crm"],"destinations":[{"configId":"$destination","name":"disk","status":"success","size":123456789}]}',
    '{}'
FROM numbers;
COMMIT;
PRAGMA wal_checkpoint(TRUNCATE);
SQL
    sync -f "$database" # what the system writes later would take time from what is measured
    sqlite3 "$database" "SELECT id FROM executions ORDER BY random() LIMIT ${POLLED:-1000}" >"$work/ids"
}

start
create /adapters '{"name": "held up", "type": "database", "adapterId": "hostile-hang", "config": {}}'
source=$id
create_destination disk "$backups"
destination=$id
create_job nightly "$source" "$destination" '.databases = ["alpha"]'
job=$id
stop_daemon

echo "GET /api/executions/:id, $connections connections, one client on the same cores"
for size in $sizes; do
    seed "$size"
    start
    load get 3 "$work/ids" >/dev/null # warms up
    printf '%9s executions: %s\n' "$size" "$(load get "$length" "$work/ids")"
    printf '%9s %10s: %s\n' "" "not routed" "$(load unknown "$length")"
    printf '%9s %10s: %s MiB\n' "" "memory" "$(awk '/VmRSS/ {printf "%.1f", $2 / 1024}' "/proc/$daemon/status")"
    stop_daemon
done

echo "POST /api/jobs/:id/run, $connections connections, queue held up"
start
start_job "$job"
is_running() { api GET "/executions/$execution" && [ "$(value .data.status)" = Running ]; }
eventually is_running || fail "the run that holds the queue up does not begin: $body"
printf '%20s: %s\n' "accepted" "$(load run "$length" "$job" "$work/accepted")"
printf '%20s: %s\n' "fsync, one after another" "$(dd if=/dev/zero of="$state/dd" bs=4k count=1000 oflag=dsync 2>&1 |
    awk -F, '/copied/ {printf "%.0f/s", 1000 / $(NF - 1)}')"
rm "$state/dd"

load run 5 "$job" "$work/accepted-then-killed" >/dev/null &
client=$!
sleep 3
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null || true
daemon=
wait "$client" || true
cat "$work"/accepted* >"$work/all"
lost=$(sqlite3 "$database" ".mode list" "CREATE TEMP TABLE accepted (id TEXT)" ".import $work/all accepted" \
    "SELECT count(*) FROM accepted WHERE id NOT IN (SELECT id FROM executions)")
printf '%20s: %s accepted, %s lost\n' "kill -9" "$(wc -l <"$work/all")" "$lost"
[ "$lost" = 0 ] || fail "$lost accepted runs are not on disk"
