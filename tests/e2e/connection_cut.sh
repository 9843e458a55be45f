#!/bin/bash
# The connection to PostgreSQL breaks after a random number of bytes, by a close or by a reset: the execution is always
# Failed, its error names the server or the connection, and nothing is left at the destination.
# ROUNDS=200 SEED=1 tests/e2e/connection_cut.sh
. "$(dirname "$0")/lib.sh"
rounds=${ROUNDS:-25}
SEED=${SEED:-$RANDOM}
RANDOM=$SEED
note "seed $SEED, $rounds rounds"
start_postgres
sql postgres -c "CREATE DATABASE shop" -c "CREATE DATABASE depot"
for name in shop depot; do
    sql $name -c "CREATE TABLE orders AS SELECT i AS id, md5(i::text) AS item FROM generate_series(1, 20000) i" \
        -c "CREATE TABLE small AS SELECT i FROM generate_series(1, 10) i"
done

coproc PROXY { exec /usr/bin/python3 "$root/tests/e2e/cut_proxy.py" "$PGHOST" "$PGPORT"; }
read -r proxy_port <&"${PROXY[0]}"
proxy() { # COMMAND: -> $answer
    echo "$*" >&"${PROXY[1]}"
    read -r answer <&"${PROXY[0]}"
}

start_daemon
create_postgres_source server ".port = $proxy_port"
source=$id
create_destination disk "$backups"
create_job cut "$source" "$id" '.databases = ["shop", "depot"]'
job=$id
proxy pass
start_job "$job"
await_success "$execution"
proxy count
total=$answer
note "a whole backup takes $total bytes from the server"
[ "$total" -gt 1000000 ] || fail "too few bytes went through the proxy"
rm -rf "$backups"

# Two runs differ by some bytes (process ids, snapshots); 1 % off the end is surely before the end.
last=$((total * 99 / 100))
for ((round = 1; round <= rounds; ++round)); do
    after=$(((RANDOM * 32768 + RANDOM) % last))
    # Every fourth breaks early, where the connection is made and the catalogue is read.
    ((round % 4)) || after=$((after % 100000))
    manner=fin
    ((RANDOM % 2)) || manner=rst
    proxy cut "$after" "$manner"
    start_job "$job"
    await_failure "$execution" 'connection|connect|server closed|terminat|reset|EOF'
    [ "$(value .data.outcome)" = Failed ] || fail "outcome after $after bytes, $manner: $body"
    nothing_stored
done
no_process_left

note "and it works again afterwards"
proxy pass
start_job "$job"
await_success "$execution"
stop_daemon
