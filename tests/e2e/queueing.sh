#!/bin/bash
# maxConcurrentJobs: who waits is Pending and comes in turn; a job never runs beside itself; what waits can be cancelled.
. "$(dirname "$0")/lib.sh"
start_postgres
sql postgres -c "CREATE DATABASE shop"
sql shop -c "CREATE TABLE orders AS SELECT i AS id FROM generate_series(1, 100) i"
# Every dump waits for its gate.
fake_tool pg_dump <<EOF2
until [ -e "$work/open" ]; do sleep 0.02; done
exec "\$real" "\$@"
EOF2
start_daemon
create_postgres_source server
source=$id
create_destination disk "$backups"
destination=$id
jobs=() started=() ends=()
for name in a b c; do
    create_job $name "$source" "$destination" '.databases = ["shop"]'
    jobs+=("$id")
done
start_all() { # JOB...: -> ${executions[@]}
    executions=()
    for job in "$@"; do
        start_job "$job"
        executions+=("$execution")
    done
}
statuses() { # one letter for each execution
    local letters=
    for execution in "${executions[@]}"; do
        expect 200 GET "/executions/$execution"
        letters+=$(value '.data.status[:1]')
    done
    echo "$letters"
}
statuses_are() { [ "$(statuses)" = "$1" ]; }
await_statuses() { eventually statuses_are "$1" || fail "statuses are $(statuses), not $1"; }
dumping() { # EXECUTION
    api GET "/executions/$1"
    [ "$(value .data.stage)" = "Dumping Databases" ]
}

note "one at a time, in their order"
start_all "${jobs[@]}"
eventually dumping "${executions[0]}" || fail "the first does not begin: $body"
[ "$(statuses)" = RPP ] || fail "statuses are $(statuses)"
expect 200 GET "/executions/${executions[1]}"
[ "$(value '.data | [.startedAt, .duration, .size, .path, .outcome, .endedAt] | all(. == null)')" = true ] || fail "$body"
[ "$(value .data.stage)" = Queued ] || fail "$body"
touch "$work/open"
for execution in "${executions[@]}"; do
    await_success "$execution"
    started+=("$(value .data.startedAt)")
    ends+=("$(value .data.endedAt)")
done
# ISO times compare as text.
[[ ! ${started[1]} < ${ends[0]} && ! ${started[2]} < ${ends[1]} ]] || fail "started ${started[*]}, ended ${ends[*]}"

note "three at a time, but no job beside itself"
rm "$work/open"
expect 200 PUT /settings '{"maxConcurrentJobs":3}'
start_all "${jobs[0]}" "${jobs[0]}" "${jobs[1]}" "${jobs[2]}"
await_statuses RPRR

note "one that waits is cancelled, one that runs is cancelled"
expect 200 POST "/executions/${executions[1]}/cancel"
[ "$(value .message)" = "Pending execution cancelled" ] || fail "$body"
expect 200 POST "/executions/${executions[2]}/cancel"
[ "$(value .message)" = "Cancellation signal sent" ] || fail "$body"
await_statuses RFFR
expect 200 GET "/executions/${executions[2]}"
[ "$(value .data.outcome)" = Cancelled ] || fail "$body"
expect 400 POST "/executions/${executions[2]}/cancel"
[ "$(value .error)" = "Cannot cancel execution with status: Failed" ] || fail "$body"
touch "$work/open"
await_statuses SFFS

note "a stop keeps what waits for the next start"
rm "$work/open"
expect 200 PUT /settings '{"maxConcurrentJobs":1}'
start_all "${jobs[0]}" "${jobs[1]}"
eventually dumping "${executions[0]}" || fail "the first does not begin: $body"
kill -TERM "$daemon"
kill -TERM "$daemon" # the second one cancels at once
wait "$daemon" || fail "dbackupd ended with status $?"
daemon=
touch "$work/open"
start_daemon
await_success "${executions[1]}"
expect 200 GET "/executions/${executions[0]}"
[ "$(value '.data | [.status, .outcome] | join(" ")')" = "Failed Cancelled" ] || fail "$body"
no_process_left
stop_daemon
