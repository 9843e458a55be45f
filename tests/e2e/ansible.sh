#!/bin/bash
# Ansible starts a backup and waits for its end; a backup that fails fails the playbook.
. "$(dirname "$0")/lib.sh"
command -v ansible-playbook >/dev/null || skip "ansible-playbook is not installed"
start_postgres
sql postgres -c "CREATE DATABASE shop"
start_daemon
create_postgres_source server
source=$id
create_destination disk "$backups"
destination=$id
create_job nightly "$source" "$destination" '.databases = ["shop"]'
job=$id
create_job broken "$source" "$destination" '.databases = ["no such database"]'
broken=$id

play() { # JOB: the output in $work/output
    env HOME="$work/tmp" ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_NOCOLOR=1 DBACKUP_API_KEY="$key" \
        ansible-playbook "$root/etc/examples/ansible-playbook.yml" -e dbackup_url="$url" -e job_id="$1" \
        -e dbackup_poll_seconds=1 >"$work/output" 2>&1
}
play "$job" || fail "$(cat "$work/output")"
grep -q 'nightly/.* bytes' "$work/output" || fail "$(cat "$work/output")"
grep -q 'failed=0' "$work/output" || fail "$(cat "$work/output")"
if play "$broken"; then fail "the playbook did not fail: $(cat "$work/output")"; fi
grep -q 'Backup failed: .*no such database' "$work/output" || fail "$(cat "$work/output")"
if grep -q "$key" "$work/output"; then fail "the key is in Ansible's output"; fi
stop_daemon
