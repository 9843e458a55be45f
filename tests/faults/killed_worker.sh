#!/bin/bash
# kill -9 of the worker: its execution fails with the reason, nothing is left, and the service goes on.
. "$(dirname "$0")/lib.sh"
start_service
create_destination disk "$backups"
destination=$id
create_scripted_source slow '{"bytes": 100000000, "chunkDelayMs": 20}'
create_job slow "$id" "$destination"
start_job "$id"
await_stage "$execution" "Dumping Databases"
eventually has_stored_something || fail "the running backup stores nothing"
pkill -KILL -P "$daemon" -x dbackup-worker
await_failure "$execution" 'ended from outside: killed by signal 9 \(Killed\) while in stage .Dumping Databases'
nothing_stored
no_process_left

note "the service goes on"
create_scripted_source quick '{"bytes": 300000}'
create_job quick "$id" "$destination"
start_job "$id"
await_success "$execution"
await_clean
stop_daemon
