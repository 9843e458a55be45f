#!/bin/bash
# The role for Ansible configures a service, twice without a change; what the service refuses does not count.
. "$(dirname "$0")/lib.sh"
. "$root/tests/e2e/ansible_lib.sh"
grep -q "^version: $("$tree/sbin/dbackupd" --version | grep -Eo '[0-9]+\.[0-9]+\.[0-9]+')$" "$collection/galaxy.yml" ||
    fail "the collection has another version than DBackup"
sqlite3 "$work/shop.db" "CREATE TABLE t AS SELECT value FROM generate_series(1, 1000)"
conf=$work/conf
# Texts that a careless template would turn into numbers or into something else.
jq -n --arg conf "$conf" --arg key "$key" --arg shop "$work/shop.db" --arg backups "$backups" --arg state "$state" \
    --arg owner "$(id -un)" --arg group "$(id -gn)" --arg program "$tree/sbin/dbackupd" '{
    dbackup_config_dir: $conf, dbackup_owner: $owner, dbackup_group: $group, dbackup_program: $program,
    dbackup_configure: true,
    dbackup_properties: {"api.port": 0, "state.dir": $state, "resources.prune": true},
    dbackup_resources: [
        {kind: "Source", name: "1e3", adapter: "sqlite", config: {path: $shop}},
        {kind: "Destination", name: "Keller \u00fc \ud83d\udcbe", adapter: "local-filesystem", config: {basePath: $backups}},
        {kind: "Job", name: "no", source: "1e3", destinations: ["Keller \u00fc \ud83d\udcbe"], enabled: false},
        {kind: "ApiKey", name: "e2e", key: $key, permissions: ["jobs:read", "jobs:execute", "history:read"]}]}' \
    >"$work/vars.json"

note "the configuration is written once, and left alone then"
play "$work/playbook.yml"
ends_with 0 'changed=3 .*failed=0'
[ "$(stat -c %a "$conf/dbackupd.properties" "$conf/resources.d/ansible.yaml" | uniq)" = 640 ] || fail "$(ls -lR "$conf")"
play "$work/playbook.yml"
ends_with 0 'changed=0 .*failed=0'

note "a configuration that the service refuses leaves the old one"
cp "$conf/dbackupd.properties" "$work/before"
play "$work/playbook.yml" -e '{"dbackup_properties": {"api.port": 99999}}'
ends_with 2 'api\.port'
cmp "$work/before" "$conf/dbackupd.properties" || fail "the refused configuration was written"

note "the service takes it"
"$tree/sbin/dbackupd" --config-file="$conf/dbackupd.properties" </dev/null >>"$work/log" 2>&1 &
daemon=$!
eventually daemon_is_up || fail "dbackupd did not start"
url=http://127.0.0.1:$(<"$state/dbackupd.port")
expect 200 GET /jobs
[ "$(value 'map([.name, .enabled] | join(" ")) | join(",")')" = "no false" ] || fail "$body"
start_job "$(value '.[0].id')"
await_success "$execution"
stop_daemon
