#!/bin/bash
# The action for GitHub and the template for GitLab: their scripts run as the runners run them, with inputs and outputs.
. "$(dirname "$0")/lib.sh"
/usr/bin/python3 -c 'import yaml' 2>/dev/null || skip "python3 has no yaml"
script_of=$root/tests/e2e/pipeline_script.py
action=$root/integrations/github/action.yml
template=$root/integrations/gitlab/templates/backup.yml
sqlite3 "$work/shop.db" "CREATE TABLE t AS SELECT value FROM generate_series(1, 1000)"
start_daemon
create /adapters "$(jq -n --arg path "$work/shop.db" \
    '{name: "shop", type: "database", adapterId: "sqlite", config: {path: $path}}')"
source=$id
create /adapters '{"name": "gone", "type": "database", "adapterId": "sqlite", "config": {"path": "/nowhere/gone.db"}}'
gone=$id
create_destination disk "$backups"
destination=$id
create_job nightly "$source" "$destination"
job=$id
create_job "not /there" "$gone" "$destination"

run() { # SCRIPT [NAME=VALUE ...]: as a runner does, in an empty folder -> $code; the output in $work/output
    code=0
    rm -rf "$work/checkout"
    mkdir "$work/checkout"
    (cd "$work/checkout" && env "${@:2}" bash "$1") >"$work/output" 2>&1 || code=$?
    ! grep -q "$key" "$work/output" || fail "the key is in the output"
}
ends_with() { # STATUS WORDS
    [ "$code" = "$1" ] || fail "status $code, not $1: $(<"$work/output")"
    grep -q -- "$2" "$work/output" || fail "not said: $2; but: $(<"$work/output")"
}
locked_backups() {
    expect 200 GET "/storage/$destination/files"
    value '[.[] | select(.locked)] | length'
}

github() { # [INPUT=VALUE ...]: -> $code, $outputs
    "$script_of" github "$action" url="$url" api-key="$key" poll-seconds=0.1 "$@" >"$work/script"
    : >"$work/github-output"
    run "$work/script" GITHUB_OUTPUT="$work/github-output" GITHUB_ACTIONS=true
    outputs=
    [ ! -s "$work/github-output" ] || outputs=$("$script_of" outputs "$action" "$work/github-output")
}
note "GitHub: success, with outputs"
github job="$job"
ends_with 0 '^Success  100 %  Completed'
execution=$(sed -n 's/^execution-id=//p' <<<"$outputs")
has_ended "$execution" || fail "$body"
[ "$outputs" = "execution-id=$execution
status=Success
duration=$(value .data.duration)" ] || fail "$outputs"
[ "$(locked_backups)" = 0 ] || fail "locked: $body"
note "GitHub: by name, locked"
github job=nightly lock=true
ends_with 0 'complete: .* bytes'
[ "$(locked_backups)" = 1 ] || fail "not one locked: $body"
note "GitHub: a failed backup fails the step; its name needs quoting"
github job="not /there"
ends_with 1 '^::error title=DBackup::Backup failed: .*gone.db'
[[ $outputs = *status=Failed* ]] || fail "$outputs"
note "GitHub: unknown job, no waiting"
github job=none
ends_with 1 '^::error.*Job not found'
[ -z "$outputs" ] || fail "$outputs"
github job="$job" wait=false
ends_with 0 '^Execution .* started'
[[ $outputs = *status=Pending* ]] || fail "$outputs"
await_success "$(sed -n 's/^execution-id=//p' <<<"$outputs")"

gitlab() { # [INPUT=VALUE ...]: -> $code; the variables of the project are the url and the key, and some that must not count
    DBACKUP_URL=$url "$script_of" gitlab "$template" poll-seconds=0.1 "$@" >"$work/script"
    run "$work/script" DBACKUP_API_KEY="$key" DBACKUP_URL="$url" JOB_ID=none DBACKUP_AUTO_LOCK=1
}
note "GitLab: the script is trigger-and-wait.sh"
gitlab job="$job"
sed "1,/<<'TRIGGER_AND_WAIT'/d; /^TRIGGER_AND_WAIT\$/,\$d" "$work/script" | diff "$root/integrations/trigger-and-wait.sh" - ||
    fail "the template has another script than integrations/trigger-and-wait.sh: copy it over"
note "GitLab: success, with the variables for later jobs"
ends_with 0 'complete: .* bytes'
grep -q '^DBACKUP_STATUS=Success$' "$work/checkout/dbackup.env" || fail "$(<"$work/checkout/dbackup.env")"
[ "$(locked_backups)" = 1 ] || fail "locked without being told: $body"
note "GitLab: other inputs; a failed backup fails the job"
gitlab url="$url/" job=nightly lock=true name=before-deploy stage=backup
ends_with 0 'complete: .* bytes'
[ "$(locked_backups)" = 2 ] || fail "not locked: $body"
gitlab job="not /there"
ends_with 1 'Backup failed: .*gone.db'
grep -q '^DBACKUP_STATUS=Failed$' "$work/checkout/dbackup.env" || fail "$(<"$work/checkout/dbackup.env")"
stop_daemon
