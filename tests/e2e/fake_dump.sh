#!/bin/bash
# A dump tool that writes some bytes and exits 3, exits 0 with a truncated dump, writes nothing, or dies: never Success.
# shellcheck disable=SC2016
# ROUNDS=167 tests/e2e/fake_dump.sh      rounds of each kind
. "$(dirname "$0")/lib.sh"
rounds=${ROUNDS:-5}
RANDOM=${SEED:-7}
start_postgres
sql postgres -c "CREATE DATABASE shop"
sql shop -c "CREATE TABLE orders AS SELECT i AS id, md5(i::text) AS item FROM generate_series(1, 3000) i" \
    -c "CREATE TABLE last_one AS SELECT 'x' AS x"
start_daemon
expect 200 PUT /settings '{"maxConcurrentJobs":2}'
create_postgres_source server
source=$id
create_destination disk "$backups"
destination=$id
jobs=() sizes=()
for format in dump sql; do
    create_job "$format" "$source" "$destination" ".databases = [\"shop\"] | .format = \"$format\""
    jobs+=("$id")
    start_job "$id"
    await_success "$execution"
    expect 200 GET "/executions/$execution/artifacts"
    sizes+=("$(value '.data[] | select(.contents == "database") | .originalSize')")
done
rm -rf "$backups"
note "a whole dump has ${sizes[0]} bytes as dump, ${sizes[1]} as sql"

failures() { # NAME WORDS: $rounds runs of each job fail with an error that matches WORDS
    local executions=() i
    for ((i = 0; i < rounds; ++i)); do
        for job in "${jobs[@]}"; do
            start_job "$job"
            executions+=("$execution")
        done
    done
    for execution in "${executions[@]}"; do
        PATIENCE=300 await_failure "$execution" "$2"
    done
    nothing_stored
    note "$1: Failed in ${#executions[@]} of ${#executions[@]} runs"
}

fake_tool pg_dump <<<'"$real" "$@" | head -c $((RANDOM * 3 + 1)); exit 3'
failures "some bytes, exit 3" "pg_dump.*(3|status)"

fake_tool pg_dump <<<'"$real" "$@"; exit 3'
failures "the whole dump, exit 3" "pg_dump.*(3|status)"

# Anywhere in the shorter of the two dumps, and right before the end.
shortest=$((sizes[0] < sizes[1] ? sizes[0] : sizes[1]))
fake_tool pg_dump <<EOF2
cut=\$((1 + (RANDOM * 32768 + RANDOM) % ($shortest - 1)))
"\$real" "\$@" | head -c \$cut
EOF2
failures "truncated, exit 0" "incomplete|truncated|end|cut|complete"

fake_tool pg_dump <<<'"$real" "$@" | head -c -$((1 + RANDOM % 20))'
failures "the last bytes are missing, exit 0" "incomplete|truncated|end|cut|complete"

fake_tool pg_dump <<<'exit 0'
failures "nothing, exit 0" "nothing|no data|empty|incomplete|truncated|end"

fake_tool pg_dump <<<'"$real" "$@" | head -c 5000; kill -KILL $$'
failures "killed" "pg_dump.*(SIGKILL|signal|killed)"

rm "$work/tools/pg_dump"
start_job "${jobs[0]}"
await_success "$execution"
no_process_left
stop_daemon
