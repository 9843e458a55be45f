#!/bin/bash
# Service and workers are killed at random moments, again and again. No accepted run is lost, none is a false success,
# and nothing lies at the destination but whole backups.
#   ROUNDS=15  SEED=1
. "$(dirname "$0")/lib.sh"
rounds=${ROUNDS:-15}
RANDOM=${SEED:-1}
start_service
create_destination disk "$backups"
destination=$id
jobs=()
for size in 1000 700000 3000000; do
    create_scripted_source "size $size" "{\"bytes\": $size, \"chunkDelayMs\": 6, \"databases\": [\"a\", \"b\"]}"
    create_job "size $size" "$id" "$destination" '.compression = "NONE"'
    jobs+=("$id")
done
expect 200 PUT /settings '{"maxConcurrentJobs":2}'
accepted=()
for ((round = 1; round <= rounds; ++round)); do
    for ((i = 0; i < 3; ++i)); do
        start_job "${jobs[RANDOM % 3]}"
        accepted+=("$execution")
    done
    sleep "0.$(printf '%03d' $((RANDOM % 500)))"
    if [ $((RANDOM % 3)) -eq 0 ]; then
        pkill -KILL -P "$daemon" -x dbackup-worker || true
    else
        kill_daemon
        start_service
    fi
done

for execution in "${accepted[@]}"; do
    eventually has_ended "$execution" || fail "execution $execution does not end: $body"
    path=$(value '.data.path // ""')
    case $(value .data.status) in
    Success) [ -e "$backups/$path/manifest.json" ] || fail "no backup of a success: $body" ;;
    *) [ -z "$path" ] || fail "a failed execution has a path: $body" ;;
    esac
done
no_process_left
await_clean
expect 200 GET "/storage/$destination/files"
[ "$(value '[.[] | select(.fault != null and .fault != "")] | length')" = 0 ] || fail "damaged backups: $body"
successes=0
for execution in "${accepted[@]}"; do
    expect 200 GET "/executions/$execution"
    [ "$(value .data.status)" != Success ] || successes=$((successes + 1))
done
note "$successes of ${#accepted[@]} executions succeeded in $rounds rounds"
[ $successes -gt 0 ] || fail "not one execution succeeded"
stop_daemon
