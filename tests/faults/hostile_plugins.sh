#!/bin/bash
# Plugins that crash, throw what nobody knows, hang, write for ever, leak, or lie: each ends its own execution with a
# reason that a person understands, nothing is left at the destination, no process stays, and the service goes on.
. "$(dirname "$0")/lib.sh"
start_service -Dworker.memoryLimitMb=1024
create_destination disk "$backups"
destination=$id
pid=$daemon

start_hostile() { # COMPONENT: -> $execution
    create_hostile_source "$1"
    create_job "$1" "$id" "$destination"
    start_job "$id"
}
is_over() { # nothing stays, and the service is the same
    nothing_stored
    no_process_left
    kill -0 "$pid" || fail "the service is gone"
}
fails_with() { # COMPONENT WORDS
    note "$1"
    start_hostile "$1"
    await_failure "$execution" "$2"
    is_over
}
cancelled() { # COMPONENT: does not end by itself
    note "$1"
    start_hostile "$1"
    await_stage "$execution" "Dumping Databases"
    expect 200 POST "/executions/$execution/cancel"
    await_failure "$execution" 'Execution was cancelled by'
    [ "$(value .data.outcome)" = Cancelled ] || fail "not Cancelled: $body"
    is_over
}
fails_with hostile-crash 'The worker crashed: killed by signal 11 \(Segmentation fault\) while in stage.*hostile-crash'
fails_with hostile-throw-int 'hostile.*unknown type'
fails_with hostile-throw-string 'hostile.*unknown type'
fails_with hostile-create-int 'hostile.*failed to start: it threw an exception of type int'
fails_with hostile-create-standard 'no luck today'
fails_with hostile-empty 'empty|no byte|without a byte'
fails_with hostile-unfinished 'finish|complete|end'
# A sanitizer's shadow memory leaves no room for a limit.
sanitized || fails_with hostile-leak 'ran out of memory: its limit is 1024 MiB'
cancelled hostile-hang
cancelled hostile-endless

note "one that hangs is found by the watchdog"
expect 200 PUT /settings '{"execution.stallTimeoutSeconds":2}'
start_hostile_again() {
    expect 200 GET /jobs
    start_job "$(value '.[] | select(.name == "hostile-hang") | .id')"
}
start_hostile_again
await_failure "$execution" "Stalled in stage 'Dumping Databases'"
is_over

note "the service goes on"
create_scripted_source quick '{"bytes": 300000}'
create_job quick "$id" "$destination"
start_job "$id"
await_success "$execution"
await_clean
stop_daemon
