#!/bin/bash
# kill -9 of pg_dump in the middle of its dump.
. "$(dirname "$0")/lib.sh"
start_postgres
sql postgres -c "CREATE DATABASE shop"
sql shop -c "CREATE TABLE orders AS SELECT i AS id FROM generate_series(1, 1000) i"
start_service
create_postgres_source server
source=$id
create_destination disk "$backups"
create_job shop "$source" "$id" '.databases = ["shop"]'
job=$id

note "pg_dump waits for a lock"
mkfifo "$work/statements"
sql shop <"$work/statements" &
exec 9>"$work/statements"
echo "BEGIN; LOCK TABLE orders;" >&9
is_locked() { [ "$(sql shop -c "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted")" -gt 0 ]; }
eventually is_locked || fail "the table is not locked"
start_job "$job"
dump_pid() { pg_dump_pid=$(pgrep -x pg_dump -g "$(pgrep -x pg_dump | while read -r pid; do
    [ "$(ps -o comm= -p "$(ps -o ppid= -p "$pid" | tr -d ' ')")" != dbackup-worker ] ||
        [ "$(ps -o ppid= -p "$(ps -o ppid= -p "$pid" | tr -d ' ')" | tr -d ' ')" != "$daemon" ] || echo "$pid"
done | head -n 1)"); }
waits_for_lock() { [ "$(sql shop -c "SELECT count(*) FROM pg_locks WHERE NOT granted")" -gt 0 ]; }
eventually waits_for_lock || fail "pg_dump does not wait for the lock"
eventually dump_pid || fail "there is no pg_dump of the service's"
kill -KILL "$pg_dump_pid"
await_failure "$execution" 'pg_dump.*killed by signal 9'
nothing_stored
no_process_left

note "the service goes on"
echo "ROLLBACK;" >&9
exec 9>&-
start_job "$job"
await_success "$execution"
await_clean
stop_daemon
