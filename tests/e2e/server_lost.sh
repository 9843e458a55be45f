#!/bin/bash
# PostgreSQL is stopped in mid-dump: the execution is Failed, says so, leaves nothing, and the next one works.
. "$(dirname "$0")/lib.sh"
start_postgres
sql postgres -c "CREATE DATABASE shop"
sql shop -c "CREATE TABLE orders AS SELECT i AS id, md5(i::text) AS item FROM generate_series(1, 400000) i"
# The dump waits in its middle, so that the server is surely stopped before its end.
fake_tool pg_dump <<EOF2
"\$real" "\$@" | { head -c 2000000; touch "$work/half"; while [ ! -e "$work/go" ]; do sleep 0.02; done; cat; }
exit "\${PIPESTATUS[0]}"
EOF2
start_daemon
create_postgres_source server
source=$id
create_destination disk "$backups"
create_job nightly "$source" "$id" '.databases = ["shop"]'
job=$id

for mode in immediate fast; do
    note "stopped: $mode"
    rm -f "$work/half" "$work/go"
    start_job "$job"
    eventually test -e "$work/half" || fail "the dump did not begin"
    api GET "/executions/$execution"
    [ "$(value '.data | [.status, .stage] | join(" ")')" = "Running Dumping Databases" ] || fail "$body"
    STOP_MODE=$mode "$postgres" stop >/dev/null
    touch "$work/go"
    await_failure "$execution" 'server closed the connection|terminating connection|connection'
    nothing_stored
    no_process_left
    start_postgres
    # The fixture may have taken another port.
    expect 200 PUT "/adapters/$source" "$(jq -n --arg host "$PGHOST" --argjson port "$PGPORT" --arg user "$PGUSER" \
        '{config: {host: $host, port: $port, user: $user}}')"
done

note "the server is back"
start_job "$job"
await_success "$execution"

note "the server is not there at all"
"$postgres" stop >/dev/null
rm -rf "$backups"
start_job "$job"
await_failure "$execution" 'refused|connect'
nothing_stored
stop_daemon
