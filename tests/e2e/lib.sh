# Shared by the end-to-end tests, which source it. Each test is a script that runs alone:
#   tests/e2e/queueing.sh [BUILD_OR_INSTALLED_TREE]        (build/dev when none is named)
# It gets a private folder, $work, that goes with it, and everything that it started ends with it.
# shellcheck shell=bash disable=SC2034
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
tree=$(realpath "${1:-${DBACKUP_TREE:-$root/build/dev}}")
work=$(mktemp -d "${TMPDIR:-/tmp}/dbackup-e2e.XXXXXX")
work=$(realpath "$work")
chmod 711 "$work" # the PostgreSQL server runs as another user below it
state=$work/state
backups=$work/backups
postgres=$root/tests/support/servers/postgres.sh
daemon=
mkdir -m 755 "$work/tools" "$work/tmp"
export SERVERS_ROOT=$work/servers TMPDIR=$work/tmp LC_ALL=C.UTF-8
unset PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGOPTIONS http_proxy https_proxy all_proxy

note() { printf '%s\n' "-- $*"; }
fail() {
    echo "FAILED: $*" >&2
    if [ -s "$work/log" ]; then
        echo "The service's last words:" >&2
        tail -n 20 "$work/log" >&2
    fi
    exit 1
}
skip() { # the status that CTest shows as skipped
    echo "SKIPPED: $*"
    exit 77
}
ended() { # [STATUS]: where a trap does more before it
    local status=${1:-$?}
    trap - EXIT
    [ -z "$daemon" ] || kill -KILL "$daemon" 2>/dev/null || true
    [ ! -d "$SERVERS_ROOT" ] || "$postgres" stop >/dev/null 2>&1 || true
    # shellcheck disable=SC2046
    kill $(jobs -p) 2>/dev/null || true
    wait
    if [ "$status" -ne 0 ] && [ "$status" -ne 77 ] && [ -n "${KEEP:-}" ]; then
        echo "Everything is still in $work" >&2
    else
        rm -rf "$work"
    fi
    exit "$status"
}
trap ended EXIT
trap 'exit 130' INT TERM

eventually() { # COMMAND...: polls until it succeeds, at most 30 s
    local deadline=$((SECONDS + ${PATIENCE:-30}))
    until "$@"; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.05
    done
}

# --- the service ----------------------------------------------------------------------------------------------------

# start_daemon [-Dkey=value ...]: -> $daemon, $url, $key. Rate limits are off unless RATE_LIMITS=on.
start_daemon() {
    if [ ! -e "$work/authorization" ]; then
        key=$("$tree/sbin/dbackupd" keys create --name=e2e --permissions=all -Dstate.dir="$state")
        (umask 077 && echo "Authorization: Bearer $key" >"$work/authorization")
    fi
    env -u PGPASSWORD "$tree/sbin/dbackupd" -Dstate.dir="$state" -Dapi.port=0 -Dtools.path="$work/tools" \
        -Dshutdown.graceSeconds=1 "$@" </dev/null >>"$work/log" 2>&1 &
    daemon=$!
    eventually daemon_is_up || fail "dbackupd did not start"
    url=http://127.0.0.1:$(<"$state/dbackupd.port")
    if [ "${RATE_LIMITS:-off}" = off ]; then
        expect 200 PUT /settings '{"api.rateLimit.enabled":false}'
    fi
}
daemon_is_up() {
    kill -0 "$daemon" 2>/dev/null || fail "dbackupd ended at once"
    [ -s "$state/dbackupd.port" ]
}
stop_daemon() { # SIGTERM; fails unless it ends with status 0
    local status=0
    kill -TERM "$daemon"
    wait "$daemon" || status=$?
    daemon=
    [ $status -eq 0 ] || fail "dbackupd ended with status $status"
}

# --- REST -----------------------------------------------------------------------------------------------------------

# api METHOD PATH [BODY] [curl options]: -> $status, $body; the head is in $work/head
api() {
    local options=(-X "$1")
    [ -z "${3:-}" ] || options+=(--json "$3")
    status=$(curl --silent --show-error --max-time 60 --output "$work/body" --dump-header "$work/head" \
        --write-out '%{http_code}' -H @"$work/authorization" "${options[@]}" "${@:4}" "$url/api$2")
    body=$(<"$work/body")
}
expect() { # STATUS METHOD PATH [BODY]
    api "${@:2}"
    [ "$status" = "$1" ] || fail "$2 $3 answered $status, not $1: $body"
}
value() { # JQ_FILTER: of the last answer
    jq -er "$1" <<<"$body"
}
create() { # PATH BODY: -> $id
    expect 201 POST "$1" "$2"
    id=$(value .id)
}
create_destination() { # NAME FOLDER: -> $id
    create /adapters "$(jq -n --arg name "$1" --arg path "$2" \
        '{name: $name, type: "storage", adapterId: "local-filesystem", config: {basePath: $path}}')"
}
create_postgres_source() { # NAME [JQ_FILTER on the config]: -> $id
    create /adapters "$(jq -n --arg name "$1" --arg host "$PGHOST" --argjson port "$PGPORT" --arg user "$PGUSER" \
        --arg password "$pg_password" \
        '{name: $name, type: "database", adapterId: "postgres",
          config: ({host: $host, port: $port, user: $user, password: $password} | '"${2:-.}"')}')"
}
create_job() { # NAME SOURCE DESTINATION [JQ_FILTER on the body]: -> $id
    create /jobs "$(jq -n --arg name "$1" --arg source "$2" --arg destination "$3" \
        '{name: $name, schedule: "0 3 * * *", sourceId: $source, destinations: [{configId: $destination}]} | '"${4:-.}")"
}
start_job() { # JOB: -> $execution
    expect 200 POST "/jobs/$1/run"
    execution=$(value .executionId)
}
start_restore() { # DESTINATION BODY: -> $execution
    expect 202 POST "/storage/$1/restore" "$2"
    execution=$(value .executionId)
}
has_ended() { # EXECUTION: also leaves it in $body
    api GET "/executions/$1"
    [ "$status" = 200 ] || fail "GET /executions/$1 answered $status: $body"
    case $(value .data.status) in
    Success | Failed) ;;
    *) return 1 ;;
    esac
}
await_success() { # EXECUTION
    eventually has_ended "$1" || fail "execution $1 does not end: $body"
    [ "$(value .data.status)" = Success ] || fail "execution $1: $body"
}
await_failure() { # EXECUTION WORDS: Failed, its error names one of the WORDS (extended regular expression)
    eventually has_ended "$1" || fail "execution $1 does not end: $body"
    [ "$(value .data.status)" = Failed ] || fail "execution $1 must have failed: $body"
    value .data.error | grep -Eiq -- "$2" || fail "the error of execution $1 does not tell \"$2\": $body"
}
newest_backup() { # DESTINATION: -> $path
    expect 200 GET "/storage/$1/files"
    path=$(value '.[0].path')
}
nothing_stored() { # [FOLDER]: no file, not even a hidden or a temporary one
    local found
    found=$(find "${1:-$backups}" -type f 2>/dev/null) || true
    [ -z "$found" ] || fail "left behind: $found"
}
no_process_left() { # of the service's: no worker, no tool
    eventually no_child_of "$daemon" || fail "still running: $(ps -o pid,args --ppid "$daemon")"
}
no_child_of() { ! pgrep -P "$1" >/dev/null; }

no_scratch() { [ -z "$(ls -A "$state/scratch" 2>/dev/null)" ]; }

# --- vendor tools and servers ---------------------------------------------------------------------------------------

# fake_tool NAME <<TEXT: a bash script that the service finds before the real tool, whose path is in $real.
fake_tool() {
    {
        # shellcheck disable=SC2016
        printf '#!/bin/bash\nreal=%q/%q\n[ "${1:-}" != --version ] && [ "${1:-}" != -V ] || exec "$real" --version\n' \
            "$pg_bin" "$1"
        cat
    } >"$work/tools/$1.new"
    chmod 755 "$work/tools/$1.new"
    mv "$work/tools/$1.new" "$work/tools/$1"
}

# start_postgres: -> PGHOST, PGPORT, PGUSER (exported), $pg_bin, $pg_password; `sql DATABASE` is psql on it.
start_postgres() {
    [ -d "$SERVERS_ROOT" ] || mkdir -m 755 "$SERVERS_ROOT"
    "$postgres" start >"$work/postgres.log" 2>&1 ||
        { cat "$work/postgres.log" >&2; fail "PostgreSQL did not start"; }
    eval "$("$postgres" env)"
    pg_bin=$PGBIN
    pg_password=$PGPASSWORD
}
sql() { # DATABASE [psql options]: the statements come on standard input
    "$pg_bin/psql" --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 -d "$1" "${@:2}"
}
rows_of() { # DATABASE: every table with every row, in an order that depends on nothing but the data
    local table
    "$pg_bin/pg_dump" --schema-only --no-owner -d "$1" | grep -v '^--\|^\\\|^$'
    sql "$1" -c "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1" |
        while IFS= read -r table; do
            echo "-- $table"
            sql "$1" -c "SELECT t::text FROM $table t ORDER BY 1" </dev/null
        done
    sql "$1" -c "SELECT oid, md5(lo_get(oid)) FROM pg_largeobject_metadata ORDER BY oid"
}
