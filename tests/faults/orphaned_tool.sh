#!/bin/bash
# kill -9 of the worker, and of the service itself, while pg_dump is in the middle of a dump: it goes with them, and nothing
# is stored.
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

mkfifo "$work/statements"
sql shop <"$work/statements" &
exec 9>"$work/statements"
echo "BEGIN; LOCK TABLE orders;" >&9
is_locked() { [ "$(sql shop -c "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted")" -gt 0 ]; }
waits_for_lock() { [ "$(sql shop -c "SELECT count(*) FROM pg_locks WHERE NOT granted")" -gt 0 ]; }
eventually is_locked || fail "the table is not locked"

start_waiting_dump() { # -> $worker, $tool
    start_job "$job"
    eventually waits_for_lock || fail "pg_dump does not wait for the lock"
    worker=$(pgrep -P "$daemon" -x dbackup-worker)
    tool=$(pgrep -P "$worker" -x pg_dump) || fail "the worker has no pg_dump: $(ps -o pid,args --ppid "$worker")"
}

note "the worker is killed"
start_waiting_dump
kill -KILL "$worker"
eventually is_gone "$tool" || fail "pg_dump ($tool) outlives its worker"
await_failure "$execution" 'killed by signal 9'
nothing_stored
no_process_left
# The server does not notice that its client is gone before it gets the lock.
sql shop -c "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted" >"$work/terminated"

note "the service is killed"
start_waiting_dump
kill_daemon
eventually is_gone "$tool" || fail "pg_dump ($tool) outlives the service"
start_service
await_failure "$execution" 'restart|interrupted'
nothing_stored

note "the service goes on"
echo "ROLLBACK;" >&9
exec 9>&-
start_job "$job"
await_success "$execution"
await_clean
stop_daemon
