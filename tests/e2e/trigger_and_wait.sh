#!/bin/bash
# A pipeline starts a backup of PostgreSQL with the example scripts and sees how it ends: well, badly, not at all.
. "$(dirname "$0")/lib.sh"
start_postgres
sql postgres -c "CREATE DATABASE shop"
sql shop -c "CREATE TABLE orders AS SELECT i AS id, md5(i::text) AS item FROM generate_series(1, 20000) i"
start_daemon
create_postgres_source server
source=$id
create_destination disk "$backups"
destination=$id
create_job nightly "$source" "$destination" '.databases = ["shop"]'
job=$id
create_job broken "$source" "$destination" '.databases = ["no such database"]'
broken=$id

expect 201 POST /api-keys '{"name":"ci","permissions":["jobs:execute","history:read"]}'
ci_key=$(value '.key // .data.key')
pipeline() { # JOB COMMAND...: as a pipeline calls it; the output in $work/output
    env DBACKUP_URL="$url/" DBACKUP_API_KEY="${KEY:-$ci_key}" JOB_ID="$1" DBACKUP_POLL_SECONDS=0.1 \
        "${@:2}" >"$work/output" 2>&1
}
said() { grep -q -- "$1" "$work/output" || fail "not said: $1; but: $(cat "$work/output")"; }

note "success"
pipeline "$job" "$root/integrations/trigger-and-wait.sh" || fail "$(cat "$work/output")"
said "Backup nightly/.* complete"
said "Success  100 %  Completed"
newest_backup "$destination"
[ -s "$backups/$path/manifest.json" ] || fail "no manifest at $path"
expect 200 GET "/executions?limit=1"
[ "$(value '.data[0] | [.triggerType, .triggerLabel, .outcome] | join(" ")')" = "Api ci Success" ] || fail "$body"

note "before a deploy: the backup is locked"
pipeline "$job" "$root/integrations/pre-deploy-backup.sh" || fail "$(cat "$work/output")"
said "Safe to deploy"
expect 200 GET "/storage/$destination/files"
[ "$(value '.[0].locked')" = true ] || fail "not locked: $body"

note "a backup that fails"
status=0
pipeline "$broken" "$root/integrations/trigger-and-wait.sh" || status=$?
[ $status -eq 1 ] || fail "exit status $status"
said "Backup failed: .*no such database"
if pipeline "$broken" "$root/integrations/pre-deploy-backup.sh"; then fail "a deploy without a backup"; fi
said "No backup, no deploy"

note "no such job, a wrong key"
status=0
pipeline no-such-job "$root/integrations/trigger-and-wait.sh" || status=$?
[ $status -eq 1 ] || fail "exit status $status"
said "Job not found"
status=0
KEY=dbackup_wrong pipeline "$job" "$root/integrations/trigger-and-wait.sh" || status=$?
[ $status -eq 1 ] || fail "exit status $status"
said "Unauthorized"

note "it does not end in time"
fake_tool pg_dump <<<'sleep 60'
status=0
DBACKUP_TIMEOUT=1 pipeline "$job" "$root/integrations/trigger-and-wait.sh" || status=$?
[ $status -eq 2 ] || fail "exit status $status: $(cat "$work/output")"
said "did not end within 1 seconds"
stop_daemon
