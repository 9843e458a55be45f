#!/bin/bash
# The role for Ansible starts backups and waits for their end; one that fails fails the play.
. "$(dirname "$0")/lib.sh"
. "$root/tests/e2e/ansible_lib.sh"
sqlite3 "$work/shop.db" "CREATE TABLE t AS SELECT value FROM generate_series(1, 1000)"
mkdir -m 755 "$work/resources.d"
cat >"$work/resources.d/all.yaml" <<RESOURCES
{kind: Source, name: shop, adapter: sqlite, config: {path: $work/shop.db}}
---
{kind: Source, name: gone, adapter: sqlite, config: {path: /nowhere/gone.db}}
---
{kind: Destination, name: disk, adapter: local-filesystem, config: {basePath: $backups}}
---
{kind: Job, name: nightly, source: shop, destinations: [disk]}
---
{kind: Job, name: broken, source: gone, destinations: [disk]}
---
{kind: ApiKey, name: e2e, key: $key, permissions: ["jobs:read", "jobs:execute", "history:read", "storage:read",
  "destinations:read", "settings:write"]}
---
{kind: ApiKey, name: narrow, key: ${key/dbackup_??????/dbackup_123456}, permissions: ["jobs:execute"]}
RESOURCES
chmod 640 "$work/resources.d/all.yaml"
start_daemon -Dresources.dir="$work/resources.d"
jq -n --arg url "$url" '{dbackup_url: $url, dbackup_poll_seconds: 1, dbackup_timeout: 20}' >"$work/vars.json"

note "a backup by the job's name, locked"
play "$work/playbook.yml" -e dbackup_job=nightly -e dbackup_lock=true
ends_with 0 'nightly/.* bytes'
ends_with 0 'changed=1 .*failed=0'
expect 200 GET /executions?limit=1
[ "$(value '.data[0] | [.triggerType, .triggerLabel, .outcome] | join(" ")')" = "Api e2e Success" ] || fail "$body"
expect 200 GET /jobs
job=$(value '.[] | select(.name == "nightly").id')
expect 200 GET "/storage/$(value '.[0].destinations[0].configId')/files"
[ "$(value 'map(.locked) | join(" ")')" = true ] || fail "not locked: $body"

note "a backup that fails"
play "$work/playbook.yml" -e dbackup_job=broken
ends_with 2 'Backup failed: .*gone.db'

note "no such job; a key that neither may look for jobs nor at what it started"
cat >"$work/refused.yml" <<'PLAYBOOK'
- name: DBackup
  hosts: localhost
  gather_facts: false
  tasks:
    - block: [include_role: {name: dbackup}]
      vars: {dbackup_job: nightlyy}
      rescue: [debug: {msg: "first {{ ansible_failed_result.msg }}"}]
    - include_role: {name: dbackup}
      vars: {dbackup_job: "{{ job }}"}
PLAYBOOK
play "$work/refused.yml" -e dbackup_api_key="${key/dbackup_??????/dbackup_123456}" -e job="$job"
ends_with 2 'Nothing can be learned about execution .*Permission denied: history:read'
ends_with 2 'first The job nightlyy could not be started: Job not found'
stop_daemon
