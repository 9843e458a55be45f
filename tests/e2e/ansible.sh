#!/bin/bash
# The role for Ansible configures a service, twice without a change, and runs backups; one that fails fails the play.
. "$(dirname "$0")/lib.sh"
command -v ansible-playbook >/dev/null || skip "ansible-playbook is not installed"
collection=$root/integrations/ansible
grep -q "^version: $("$tree/sbin/dbackupd" --version | grep -Eo '[0-9]+\.[0-9]+\.[0-9]+')$" "$collection/galaxy.yml" ||
    fail "the collection has another version than DBackup"
sqlite3 "$work/shop.db" "CREATE TABLE t AS SELECT value FROM generate_series(1, 1000)"
conf=$work/conf
key=dbackup_$(openssl rand -hex 30)
(umask 077 && echo "Authorization: Bearer $key" >"$work/authorization")
cat >"$work/playbook.yml" <<'PLAYBOOK'
- name: DBackup
  hosts: localhost
  gather_facts: false
  roles: [dbackup]
PLAYBOOK
# $${ is DBackup's plain ${; the password and the name have to stay texts.
jq -n --arg conf "$conf" --arg key "$key" --arg shop "$work/shop.db" --arg backups "$backups" --arg state "$state" \
    --arg owner "$(id -un)" --arg group "$(id -gn)" --arg program "$tree/sbin/dbackupd" '{
    dbackup_config_dir: $conf, dbackup_owner: $owner, dbackup_group: $group, dbackup_program: $program,
    dbackup_configure: true, dbackup_poll_seconds: 1,
    dbackup_properties: {"api.port": 0, "state.dir": $state, "resources.prune": true, "log.level": "info"},
    dbackup_resources: [
        {kind: "Source", name: "1e3", adapter: "sqlite", config: {path: $shop}},
        {kind: "Source", name: "gone", adapter: "sqlite", config: {path: "/nowhere/gone.db"}},
        {kind: "Destination", name: "Keller \u00fc \ud83d\udcbe", adapter: "local-filesystem", config: {basePath: $backups}},
        {kind: "Job", name: "nightly", source: "1e3", destinations: ["Keller \u00fc \ud83d\udcbe"], enabled: false},
        {kind: "Job", name: "broken", source: "gone", destinations: ["Keller \u00fc \ud83d\udcbe"]},
        {kind: "ApiKey", name: "e2e", key: $key, permissions: ["jobs:read", "jobs:execute", "history:read", "storage:read",
            "destinations:read", "settings:write"]}]}' >"$work/vars.json"

play() { # [-e NAME=VALUE ...]: -> $code; the output in $work/output
    code=0
    env HOME="$work/tmp" ANSIBLE_ROLES_PATH="$collection/roles" ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_NOCOLOR=1 \
        ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3 DBACKUP_API_KEY="$key" \
        ansible-playbook "$work/playbook.yml" -e @"$work/vars.json" "$@" >"$work/output" 2>&1 || code=$?
    ! grep -q "$key" "$work/output" || fail "the key is in Ansible's output: $(<"$work/output")"
}
ends_with() { # STATUS WORDS
    [ "$code" = "$1" ] || fail "status $code, not $1: $(<"$work/output")"
    grep -Eq -- "$2" "$work/output" || fail "not said: $2; but: $(<"$work/output")"
}

note "the configuration: written once, and left alone then"
play
ends_with 0 'changed=3 .*failed=0'
[ "$(stat -c %a "$conf/dbackupd.properties" "$conf/resources.d/ansible.yaml" | uniq)" = 640 ] || fail "$(ls -lR "$conf")"
play
ends_with 0 'changed=0 .*failed=0'
note "a configuration that the service refuses leaves the old one"
cp "$conf/dbackupd.properties" "$work/before"
play -e '{"dbackup_properties": {"api.port": 99999}}'
ends_with 2 'api\.port'
cmp "$work/before" "$conf/dbackupd.properties" || fail "the refused configuration was written"

note "the service starts with it"
"$tree/sbin/dbackupd" --config-file="$conf/dbackupd.properties" </dev/null >>"$work/log" 2>&1 &
daemon=$!
eventually daemon_is_up || fail "dbackupd did not start"
url=http://127.0.0.1:$(<"$state/dbackupd.port")

note "a backup by the job's name"
play -e dbackup_url="$url" -e dbackup_job=nightly -e dbackup_lock=true
ends_with 0 'nightly/.* bytes'
ends_with 0 'changed=1 .*failed=0'
expect 200 GET /executions?limit=1
[ "$(value '.data[0] | [.triggerType, .triggerLabel, .outcome] | join(" ")')" = "Api e2e Success" ] || fail "$body"
note "a backup that fails; no such job; a key that is none"
play -e dbackup_url="$url" -e dbackup_job=broken -e dbackup_configure=false
ends_with 2 'Backup failed: .*gone.db'
play -e dbackup_url="$url" -e dbackup_job=nightlyy -e dbackup_configure=false
ends_with 2 'There is no job nightlyy'
play -e dbackup_url="$url" -e dbackup_job=nightly -e dbackup_configure=false -e dbackup_api_key=dbackup_wrong
ends_with 2 'could not be started: Unauthorized'
stop_daemon
