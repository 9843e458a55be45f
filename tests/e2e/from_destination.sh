#!/bin/bash
# Everything is lost but the destination: another installation finds the backup there, checks it and restores it.
. "$(dirname "$0")/lib.sh"
start_postgres
sql postgres -c "CREATE DATABASE shop"
sql shop -c "CREATE TABLE orders AS SELECT i AS id, md5(i::text) AS item FROM generate_series(1, 20000) i"
rows_of shop >"$work/before"
start_daemon
create_postgres_source server
source=$id
create_destination disk "$backups"
create_job nightly "$source" "$id" '.databases = ["shop"]'
start_job "$id"
await_success "$execution"
stop_daemon

note "the service's state is lost, and so is the database"
rm -rf "$state" "$work/authorization"
sql postgres -c "DROP DATABASE shop"
start_daemon
expect 200 GET /jobs
[ "$body" = "[]" ] || fail "the new installation knows jobs: $body"
create_postgres_source "another name"
source=$id
create_destination "found again" "$backups"
destination=$id
newest_backup "$destination"
[ "$(value '.[0].jobName')" = nightly ] || fail "$body"
start_restore "$destination" "$(jq -n --arg file "$path" --arg target "$source" '{file: $file, targetSourceId: $target}')"
await_success "$execution"
rows_of shop >"$work/after"
cmp "$work/before" "$work/after" || fail "what was restored is not what was backed up"
stop_daemon
