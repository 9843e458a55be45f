#!/bin/bash
# Shows DBackup at work: a service of its own on a free loopback port, in a temporary folder, backs a sample database
# up and restores it, all over REST with curl. usage: scripts/demo.sh [BUILD_OR_INSTALLED_TREE]
# KEEP=1 leaves the folder, so that one can go on by hand.
set -euo pipefail
cd "$(dirname "$0")/.."
tree=$(realpath "${1:-build/dev}")
dir=$(mktemp -d "${TMPDIR:-/tmp}/dbackup-demo.XXXXXX")
daemon=

say() { printf '\n\e[1m%s\e[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n%s\n' "$*"; }
fail() {
    echo "demo: $*" >&2
    [ ! -s "$dir/log" ] || { echo "The service's last words:" && tail -n 20 "$dir/log"; } >&2
    exit 1
}

stop() { # the service, cleanly
    [ -n "$daemon" ] || return 0
    local status=0
    kill -TERM "$daemon" 2>/dev/null || true
    wait "$daemon" || status=$?
    daemon=
    return $status
}
leave() {
    stop || true
    [ -n "${KEEP:-}" ] || rm -rf "$dir"
}
trap leave EXIT
trap 'exit 130' INT TERM

call() { # METHOD PATH [BODY]: prints the answer, fails on any status but 2xx. The key is on no command line.
    local body=()
    [ $# -lt 3 ] || body=(--json "$3")
    curl --silent --show-error --fail-with-body --max-time 60 -H @"$dir/authorization" -X "$1" "${body[@]}" "$url/api$2" ||
        fail "$1 /api$2 was refused"
}
create() { # PATH BODY: prints the new object's id
    call POST "$1" "$2" | jq -er .id
}
follow() { # EXECUTION: shows its stages as they pass, fails unless it ends as Success
    local answer line last=
    while :; do
        answer=$(call GET "/executions/$1")
        line=$(jq -r '.data | "\(.progress // 0)\t\(.stage // "-")\t\(.status)"' <<<"$answer")
        if [ "$line" != "$last" ]; then
            last=$line
            printf '  %3d %%  %-20s %s\n' "${line%%$'\t'*}" "$(cut -f2 <<<"$line")" "$(cut -f3 <<<"$line")"
        fi
        case $(cut -f3 <<<"$line") in
        Success) break ;;
        Failed) fail "execution $1 failed: $(jq -r .data.error <<<"$answer")" ;;
        esac
        sleep 0.1
    done
    call GET "/executions/$1/stages" |
        jq -r '[.data[] | "\(.name) \(.duration // 0) ms"] | "  stages: " + join(", ")'
}

[ -x "$tree/sbin/dbackupd" ] || fail "there is no $tree/sbin/dbackupd; run \`make demo\`, which builds it"

say "A sample database"
sqlite3 "$dir/shop.db" >/dev/null <<'SQL'
PRAGMA journal_mode = WAL;
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE, balance REAL, photo BLOB);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customers, item TEXT, price NUMERIC);
CREATE VIEW spent AS SELECT customer, sum(price) AS total FROM orders GROUP BY customer;
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
INSERT INTO customers SELECT i, 'Zoë ' || i, 'c' || i || '@example.org', i * 1.25, randomblob(64) FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
INSERT INTO orders SELECT i, 1 + i * 7 % 2000, iif(i % 9, 'item ' || i % 50, NULL), i % 997 / 100.0 FROM n;
COMMIT;
SQL
rows="SELECT (SELECT count(*) FROM customers) || ' customers, ' || (SELECT count(*) FROM orders) || ' orders'"
echo "  shop.db: $(sqlite3 "$dir/shop.db" "$rows")"

say "The service, its history in SQLite, on a free loopback port"
key=$("$tree/sbin/dbackupd" keys create --name=demo --permissions=all -Dstate.dir="$dir/state")
(umask 077 && echo "Authorization: Bearer $key" >"$dir/authorization")
"$tree/sbin/dbackupd" -Dstate.dir="$dir/state" -Dapi.port=0 </dev/null >"$dir/log" 2>&1 &
daemon=$!
until [ -s "$dir/state/dbackupd.port" ]; do
    kill -0 "$daemon" 2>/dev/null || fail "dbackupd did not start"
    sleep 0.01
done
url=http://127.0.0.1:$(cat "$dir/state/dbackupd.port")
echo "  dbackupd listens at $url"

say "A source, a destination, a job"
source=$(create /adapters "$(jq -n --arg path "$dir/shop.db" \
    '{name: "Shop", type: "database", adapterId: "sqlite", config: {path: $path}}')")
destination=$(create /adapters "$(jq -n --arg path "$dir/backups" \
    '{name: "Disk", type: "storage", adapterId: "local-filesystem", config: {basePath: $path}}')")
job=$(create /jobs "$(jq -n --arg source "$source" --arg destination "$destination" \
    '{name: "Nightly shop", schedule: "0 3 * * *", sourceId: $source, destinations: [{configId: $destination}]}')")
echo "  job $job"

say "A backup: POST /api/jobs/$job/run"
backup=$(call POST "/jobs/$job/run" | jq -er .executionId)
follow "$backup"
files=$(call GET "/storage/$destination/files")
jq -r '.[] | "  \(.path)  \(.size) bytes", (.objects[].volumes[] | "    \(.name)  sha256 \(.sha256)")' <<<"$files"
path=$(jq -er '.[0].path' <<<"$files")

say "The restore, into a new file"
target=$(create /adapters "$(jq -n --arg path "$dir/restored.db" \
    '{name: "Shop, restored", type: "database", adapterId: "sqlite", config: {path: $path}}')")
restore=$(call POST "/storage/$destination/restore" "$(jq -n --arg file "$path" --arg target "$target" \
    '{file: $file, targetSourceId: $target}')" | jq -er .executionId)
follow "$restore"
for name in shop restored; do
    sqlite3 "$dir/$name.db" .dump >"$dir/$name.sql"
done
cmp "$dir/shop.sql" "$dir/restored.sql" || fail "the restored database differs from the original"
echo "  restored.db: $(sqlite3 "$dir/restored.db" "$rows"), every row equal"

stop || fail "dbackupd did not stop cleanly: status $?"
say "Done; the service has stopped. To go on by hand:"
if [ -n "${KEEP:-}" ]; then
    echo "  # everything is in $dir; remove that folder when you have done"
else
    echo "  # KEEP=1 make demo leaves the service's folder, so that these lines work with its names"
fi
cat <<LINES
  $tree/sbin/dbackupd -Dstate.dir=$dir/state -Dapi.port=${url##*:} &
  curl -H @$dir/authorization $url/api/jobs
  curl -H @$dir/authorization -X POST $url/api/jobs/$job/run
  curl -H @$dir/authorization "$url/api/executions/$backup?includeLogs=true"
  curl -H @$dir/authorization $url/api/storage/$destination/files
LINES
