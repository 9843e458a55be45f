#!/bin/bash
# Configuration as code: diff, apply, export, prune and the folder of the service. All or nothing, and twice is once.
. "$(dirname "$0")/lib.sh"
dbackup=$tree/bin/dbackup
export TZ=UTC DBACKUP_PROFILES=/nonexistent HOME=$work SHOP_PASSWORD=hunter2-very-secret
unset DBACKUP_PROFILE DBACKUP_SKIP_TLS_VERIFY

cli() { # ARGUMENTS...: -> $out, $err, $code
    code=0
    "$dbackup" "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
    out=$(<"$work/out")
    err=$(<"$work/err")
}
ends_with() { # CODE ARGUMENTS...
    local expected=$1
    cli "${@:2}"
    [ "$code" = "$expected" ] || fail "dbackup ${*:2} ended with $code, not $expected: $out $err"
}
says() { grep -qF -- "$1" <<<"$out
$err" || fail "\"$1\" is not in: $out $err"; }
says_not() { if grep -qF -- "$1" <<<"$out
$err"; then fail "\"$1\" is in: $out $err"; fi; }
everything() { # all objects, for comparing
    local type
    for type in database storage; do
        expect 200 GET "/adapters?type=$type"
        value 'map(del(.updatedAt))'
    done
    expect 200 GET /jobs && value 'map(del(.updatedAt))'
    expect 200 GET /api-keys && value '.data | map(del(.lastUsedAt))'
    expect 200 GET /settings && value .data
}

sqlite3 "$work/shop.db" "CREATE TABLE t (a); INSERT INTO t VALUES (1);"
start_daemon
export DBACKUP_URL=$url DBACKUP_API_KEY=$key
mkdir -p "$work/conf/sub"
cat >"$work/conf/10-places.yaml" <<EOF2
kind: Source
name: Shop
adapter: sqlite
config: {path: $work/shop.db}
---
kind: Source
name: Orders
adapter: postgres
config:
  host: db.example.com
  user: backup
  password: \${env:SHOP_PASSWORD}
---
kind: Destination
name: NAS
adapter: local-filesystem
config:
  basePath: $backups
EOF2
cat >"$work/conf/sub/20-jobs.yml" <<'EOF2'
kind: Job
name: Nightly
schedule: 0 3 * * *
source: Shop
destinations: [NAS]
---
kind: ApiKey
name: ci
permissions: [jobs:execute, history:read]
---
kind: Settings
settings:
  maxConcurrentJobs: 2
EOF2

note "diff says what would be, and changes nothing"
everything >"$work/before"
ends_with 10 diff -f "$work/conf"
says "+ Source Shop"
says "+ Job Nightly"
says "5 to create, 1 to update, 0 to delete."
says_not "$SHOP_PASSWORD"
everything | diff "$work/before" - || fail "diff has changed something"

note "apply does it; the key that was made is shown; the job works"
ends_with 0 apply -f "$work/conf"
says "5 created, 1 updated, 0 deleted."
says_not "$SHOP_PASSWORD"
ci_key=$(grep -o 'dbackup_[0-9a-f]\{60\}' "$work/out")
DBACKUP_API_KEY=$ci_key ends_with 6 jobs
ends_with 0 run Nightly --wait
everything >"$work/applied"

note "applied again, it changes nothing"
ends_with 0 diff -f "$work/conf"
says "Nothing would change."
ends_with 0 apply -f "$work/conf"
says "Nothing has changed."
everything | diff "$work/applied" - || fail "a second apply has changed something"

note "what is exported and applied changes nothing, where secrets are kept"
ends_with 0 export
cp "$work/out" "$work/exported.yaml"
# shellcheck disable=SC2016
says 'password: ${env:DBACKUP_ORDERS_PASSWORD}'
says_not "$SHOP_PASSWORD"
ends_with 0 diff -f "$work/exported.yaml" --keep-secrets
ends_with 9 diff -f "$work/exported.yaml"
says "the environment has no variable DBACKUP_ORDERS_PASSWORD"
DBACKUP_ORDERS_PASSWORD=other ends_with 10 diff -f "$work/exported.yaml"
says "config.password: (secret changes)"
ends_with 0 -o json export --kind Job
[ "$(jq -r '.[0].destinations[0].name' <<<"$out")" = NAS ] || fail "$out"

note "one fault among many: nothing happens, every fault is told with its place"
sed -i 's/0 3 \* \* \*/0 4 * * */' "$work/conf/sub/20-jobs.yml"
cat >"$work/conf/30-bad.yaml" <<'EOF2'
kind: Job
name: Weekly
source: Shpo
destinations: [NAS]
shedule: 0 3 * * 0
---
kind: Source
name: More
adapter: postgres
config: {user: u, port: 99999}
---
kind: Jbo
name: x
EOF2
ends_with 8 apply -f "$work/conf"
says "nothing was changed"
says '30-bad.yaml:1: source: there is no source "Shpo"'
says "30-bad.yaml:1: shedule"
says "30-bad.yaml:7: config.port"
says "30-bad.yaml:12: kind"
everything | diff "$work/applied" - || fail "a failed apply has changed something"
rm "$work/conf/30-bad.yaml"

note "a change shows its old and its new value"
ends_with 10 diff -f "$work/conf"
says 'schedule: "0 3 * * *" -> "0 4 * * *"'
ends_with 0 apply -f "$work/conf"

note "a line that is gone is a default again; prune removes what is gone, and nothing that was made otherwise"
create_destination ByHand "$work/other"
sed -i '/^schedule/d' "$work/conf/sub/20-jobs.yml"
sed -i '/^kind: ApiKey/,/^---/d' "$work/conf/sub/20-jobs.yml"
ends_with 10 diff -f "$work/conf" --prune
says "- ApiKey ci"
says_not ByHand
says_not "ApiKey e2e"
ends_with 0 apply -f "$work/conf" --prune
expect 200 GET /jobs
[ "$(value '.[0].schedule | length')" = 0 ] || fail "$body"
DBACKUP_API_KEY=$ci_key ends_with 6 executions
ends_with 0 apply -f "$work/conf" --prune
says "Nothing has changed."

note "prune leaves what is still needed, and says by whom"
create_job Mine "$(curl -sS -H @"$work/authorization" "$url/api/adapters?type=database" | jq -r '.[] | select(.name == "Shop").id')" \
    "$(curl -sS -H @"$work/authorization" "$url/api/adapters?type=storage" | jq -r '.[] | select(.name == "NAS").id')"
mkdir "$work/empty"
ends_with 8 apply -f "$work/empty" --prune
says "still used by a job"
everything >"$work/applied"
expect 200 DELETE "/jobs/$id"
ends_with 0 apply -f "$work/empty" --prune
says "0 created, 0 updated, 4 deleted."

note "who may not write a kind may not apply it"
ends_with 0 keys create reader --permissions jobs:read,jobs:write,sources:view
reader=$out
DBACKUP_API_KEY=$reader ends_with 6 diff -f "$work/conf"
DBACKUP_API_KEY=$reader ends_with 0 export
says "left out"

note "the schema names every plugin"
ends_with 0 export --schema
jq -e '[.oneOf[].properties.adapter.const] | index("sqlite") != null and index("local-filesystem") != null' <<<"$out" >/dev/null || fail "$out"
stop_daemon

note "the service applies its folder at start and at SIGHUP; with a fault in it, it goes on as it is"
chmod -R go-w "$work/conf"
start_daemon -Dresources.dir="$work/conf" -Dresources.prune=true
export DBACKUP_URL=$url
ends_with 0 jobs Nightly
ends_with 0 diff -f "$work/conf" --set resources.dir
hup() {
    kill -HUP "$daemon"
}
sed -i 's/^kind: Job$/kind: Job\nschedule: 0 5 * * */' "$work/conf/sub/20-jobs.yml"
hup
has_schedule() {
    api GET /jobs
    [ "$(value '.[0].schedule')" = "$1" ]
}
eventually has_schedule "0 5 * * *" || fail "$body"
echo "kind: [" >"$work/conf/99-broken.yaml"
chmod go-w "$work/conf/99-broken.yaml"
hup
eventually grep -q "99-broken.yaml" "$work/log" || fail "the log says nothing of the fault"
has_schedule "0 5 * * *" || fail "$body"
rm "$work/conf/99-broken.yaml" "$work/conf/sub/20-jobs.yml"
hup
no_jobs() {
    api GET /jobs
    [ "$body" = "[]" ]
}
eventually no_jobs || fail "$body"
if grep -qF "$SHOP_PASSWORD" "$work/log"; then fail "the log has a secret"; fi
stop_daemon
