#!/bin/bash
# A pipeline starts a backup over HTTPS: with the service's certificate, without a check when told so, and not otherwise.
. "$(dirname "$0")/lib.sh"
sqlite3 "$work/app.sqlite" "CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT); INSERT INTO t (word) VALUES ('one'), ('two')"
start_daemon
create /adapters "$(jq -n --arg path "$work/app.sqlite" '{name: "app", type: "database", adapterId: "sqlite", config: {path: $path}}')"
source=$id
create_destination disk "$backups"
destination=$id
create_job nightly "$source" "$destination"
job=$id
stop_daemon

rm -f "$state/dbackupd.port"
"$tree/sbin/dbackupd" -Dstate.dir="$state" -Dapi.port=0 -Dapi.tls.mode=on </dev/null >>"$work/log" 2>&1 &
daemon=$!
eventually daemon_is_up || fail "dbackupd did not start with TLS"
pipeline() { # [NAME=VALUE ...]: the exit status
    env DBACKUP_URL="https://127.0.0.1:$(<"$state/dbackupd.port")" DBACKUP_API_KEY="$key" JOB_ID="$job" DBACKUP_POLL_SECONDS=0.1 \
        "$@" "$root/integrations/trigger-and-wait.sh" >"$work/output" 2>&1
}
certificate=$(find "$state" -name '*.pem' -exec grep -l CERTIFICATE {} + | head -n 1)
[ -n "$certificate" ] || fail "no certificate in $state: $(ls "$state")"
! pipeline || fail "a certificate that nobody knows was trusted"
grep -q "certificate" "$work/output" || fail "$(<"$work/output")"
pipeline DBACKUP_CA="$certificate" || fail "with the certificate: $(<"$work/output")"
pipeline DBACKUP_SKIP_TLS_VERIFY=1 || fail "without the check: $(<"$work/output")"
[ "$(find "$backups" -name manifest.json | wc -l)" = 2 ] || fail "not two backups: $(find "$backups")"
! curl --silent --max-time 5 "http://127.0.0.1:$(<"$state/dbackupd.port")/api/health" >"$work/plain" || [ ! -s "$work/plain" ] ||
    fail "plain HTTP was answered: $(<"$work/plain")"
stop_daemon
