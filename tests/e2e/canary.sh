#!/bin/bash
# A password is on no command line, in no readable environment, in no log, answer, error or file outside the sealed store,
# while a backup and a restore run and after they failed.
. "$(dirname "$0")/lib.sh"
start_postgres
canary="canary$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n')"
(umask 077 && echo "$canary" >"$work/needle") # grep gets it from a file: this test must not betray it itself
sql postgres <<SQL
CREATE ROLE keeper SUPERUSER LOGIN PASSWORD '$canary';
CREATE DATABASE shop;
SQL
sql shop -c "CREATE TABLE orders AS SELECT i AS id, md5(i::text) AS item FROM generate_series(1, 20000) i"
# The tools wait, so that there is time to look at them; and one of them tells all that it knows.
for tool in pg_dump pg_restore; do
    fake_tool $tool <<EOF2
touch "$work/waiting"
until [ -e "$work/open" ]; do sleep 0.02; done
[ ! -e "$work/chatty" ] || { cat "\${PGPASSFILE:-/dev/null}" >&2; echo "password=\${PGPASSWORD:-}" >&2; exit 1; }
exec "\$real" "\$@"
EOF2
done
start_daemon -Dlog.level=debug
PGUSER=keeper pg_password=$canary create_postgres_source server
source=$id
create_destination disk "$backups"
destination=$id
create_job nightly "$source" "$destination" '.databases = ["shop"]'
job=$id

answers=$work/answers
ask() { # METHOD PATH [BODY]: whatever the answer is, it is searched later
    api "$@"
    { cat "$work/head" "$work/body" && echo; } >>"$answers"
}
search_processes() {
    local found
    # A process may end while it is looked at.
    found=$(grep -l -a -F -f "$work/needle" /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null) || true
    [ -z "$found" ] || fail "the password is in: $found"
}
search_files() {
    local found
    found=$(grep -r -l -a -F -f "$work/needle" "$work" --exclude=needle --exclude-dir=servers) || true
    [ -z "$found" ] || fail "the password is in: $found"
}
look() { # while EXECUTION runs
    eventually test -e "$work/waiting" || fail "no tool was started"
    search_processes
    ask GET "/executions/$1?includeLogs=true"
    search_files
    touch "$work/open"
}

note "the search finds what is there"
env NEEDLE="$canary" sleep 60 &
sleeper=$!
finds() { grep -q -a -F -f "$work/needle" "/proc/$sleeper/environ"; }
eventually finds || fail "the search does not find anything"
if (search_processes) 2>/dev/null; then fail "the search does not find anything"; fi
kill $sleeper

note "while a backup runs"
start_job "$job"
look "$execution"
await_success "$execution"
backup=$execution
newest_backup "$destination"

note "while a restore runs"
rm "$work/open" "$work/waiting"
start_restore "$destination" "$(jq -n --arg file "$path" --arg target "$source" \
    '{file: $file, targetSourceId: $target, databaseMapping: {shop: "shop again"}}')"
look "$execution"
await_success "$execution"

note "when a tool tells all that it knows"
rm "$work/waiting"
touch "$work/chatty"
start_job "$job"
await_failure "$execution" pg_dump
rm "$work/chatty"

note "in answers"
ask GET "/adapters?type=database"
ask GET "/adapters/$source"
ask PUT "/adapters/$source" '{"name":"server"}'
ask GET "/adapters/$source/databases"
config=$(jq -n --arg host "$PGHOST" --argjson port "$PGPORT" '{host: $host, port: $port, user: "keeper"}')
ask POST /adapters/test-connection "$(jq -n --argjson config "$config" --arg id "$source" \
    '{adapterId: "postgres", config: $config, configId: $id}')"
[ "$(value .success)" = true ] || fail "$body"
ask POST /adapters/test-connection "$(jq -n --argjson config "$config" --rawfile password "$work/needle" \
    '{adapterId: "postgres", config: ($config + {user: "nobody", password: ($password | rtrimstr("\n"))})}')"
ask POST /adapters "$(jq -n --rawfile password "$work/needle" \
    '{name: "x", type: "database", adapterId: "postgres", config: {port: "no number", password: ($password | rtrimstr("\n"))}}')"
ask GET /jobs
ask GET "/jobs/$job"
ask GET /executions
ask GET /history
for execution in "$backup" "$execution"; do
    for part in "?includeLogs=true" /stages /artifacts /logs; do
        ask GET "/executions/$execution$part"
    done
done
ask GET "/storage/$destination/files"
ask GET /settings
ask GET /plugins
# That the search finds what is there is part of the test.
grep -q '"user"' "$answers" || fail "the answers are not what this test thinks"
search_files
no_process_left
stop_daemon
search_files
