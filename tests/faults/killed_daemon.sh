#!/bin/bash
# kill -9 of the service while executions are Running and Pending: the next start fails the first with the reason, runs
# the others, and leaves nothing of the first at its destination.
. "$(dirname "$0")/lib.sh"
start_service
create_destination disk "$backups"
destination=$id
create_scripted_source slow '{"bytes": 100000000, "chunkDelayMs": 20}'
create_job slow "$id" "$destination"
slow=$id
create_scripted_source quick '{"bytes": 300000}'
create_job quick "$id" "$destination"
quick=$id
start_job "$slow"
running=$execution
start_job "$quick"
first=$execution
start_job "$quick"
second=$execution
await_stage "$running" "Dumping Databases"
eventually has_stored_something || fail "the running backup stores nothing"
kill_daemon

note "the next start"
start_service
expect 200 GET "/executions/$running"
[ "$(value .data.status)" = Failed ] || fail "after the restart: $body"
value .data.error | grep -q 'interrupted by a restart of the service' || fail "the error tells no reason: $body"
await_success "$first"
await_success "$second"
await_clean
[ "$(find "$backups" -name manifest.json | wc -l)" = 2 ] || fail "two backups must be there: $(find "$backups")"
expect 200 GET "/executions/$running?includeLogs=true"
value '.data.logs[] | select(.stage == "Recovery" and .level == "error") | .message' >/dev/null
no_process_left
stop_daemon
