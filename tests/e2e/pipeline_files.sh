#!/bin/bash
# The example pipelines for GitHub Actions and GitLab CI: their shell steps run as the runners run them.
. "$(dirname "$0")/lib.sh"
/usr/bin/python3 -c 'import yaml' 2>/dev/null || skip "python3 has no yaml"
sqlite3 "$work/shop.db" "CREATE TABLE t AS SELECT value FROM generate_series(1, 1000)"
start_daemon
create /adapters "$(jq -n --arg path "$work/shop.db" \
    '{name: "shop", type: "database", adapterId: "sqlite", config: {path: $path}}')"
source=$id
create_destination disk "$backups"
create_job nightly "$source" "$id"
job=$id

steps() { # FILE EXPRESSION: text at a place of a YAML file
    /usr/bin/python3 -c 'import sys, yaml; y = yaml.safe_load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$@"
}
note "GitHub Actions"
file=$root/etc/examples/github-actions.yml
export DBACKUP_URL=$url DBACKUP_API_KEY=$key JOB_ID=$job DBACKUP_POLL_SECONDS=0.1 GITHUB_OUTPUT=$work/github-output
[ "$(steps "$file" "sorted(y['jobs']['backup']['env'])")" = "['DBACKUP_API_KEY', 'DBACKUP_URL', 'JOB_ID']" ] ||
    fail "the job's environment is not what this test sets"
steps "$file" "y['jobs']['backup']['steps'][0]['run']" >"$work/start"
steps "$file" "y['jobs']['backup']['steps'][1]['run']" >"$work/wait"
bash -e -o pipefail "$work/start" # as the runner's shell does
EXECUTION=$(sed -n 's/^execution=//p' "$GITHUB_OUTPUT")
export EXECUTION
bash -e -o pipefail "$work/wait" | tee "$work/output"
grep -q '^Success  100 %  Completed' "$work/output" || fail "no success"
if JOB_ID=none bash -e -o pipefail "$work/start" >"$work/output"; then fail "an unknown job was started"; fi
grep -q '^::error::.*Job not found' "$work/output" || fail "$(cat "$work/output")"

note "GitLab CI"
mkdir "$work/repository" "$work/repository/ci"
cp "$root/etc/examples/trigger-and-wait.sh" "$work/repository/ci"
steps "$root/etc/examples/gitlab-ci.yml" "'\n'.join(y['backup']['script'])" >"$work/script"
(cd "$work/repository" && bash -e "$work/script") | tee "$work/output"
grep -q 'complete: .* bytes' "$work/output" || fail "no success"
stop_daemon
