# Shared by the fault tests, which source it. Each is a script that runs alone, like the end-to-end tests:
#   HOSTILE_PLUGIN=FILE tests/faults/killed_daemon.sh [BUILD_TREE]
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh"

mkdir "$work/plugins"
cp "$tree"/lib/dbackup/plugins/*.so "${HOSTILE_PLUGIN:?the file of the hostile plugin}" "$work/plugins/"

start_service() { # [-Dkey=value ...]: with the hostile plugins
    start_daemon -Dplugins.dir="$work/plugins" "$@"
}
create_scripted_source() { # NAME [JSON]: -> $id
    local default='{}'
    create /adapters "$(jq -n --arg name "$1" --argjson config "${2:-$default}" \
        '{name: $name, type: "database", adapterId: "scripted", config: $config}')"
}
create_hostile_source() { # COMPONENT: -> $id
    create /adapters "$(jq -n --arg name "$1" '{name: $name, type: "database", adapterId: $name, config: {}}')"
}
is_in_stage() { # EXECUTION STAGE
    api GET "/executions/$1"
    [ "$(value .data.stage)" = "$2" ] && [ "$(value .data.status)" = Running ]
}
await_stage() { # EXECUTION STAGE
    eventually is_in_stage "$1" "$2" || fail "execution $1 does not come to $2: $body"
}
has_stored_something() { [ -n "$(find "$backups" -type f 2>/dev/null)" ]; }
kill_daemon() { # -9; with it go its workers
    local workers
    workers=$(pgrep -P "$daemon") || true
    kill -KILL "$daemon"
    wait "$daemon" 2>/dev/null || true
    daemon=
    for pid in $workers; do
        eventually is_gone "$pid" || fail "worker $pid outlives the service"
    done
    rm -f "$state/dbackupd.port"
}
is_gone() { # PID
    local process
    process=$(ps -o stat= -p "$1") || return 0
    [ "${process:0:1}" = Z ]
}
is_clean() { # nothing is stored but whole backups, each with its manifest
    local folder
    [ -z "$(find "$backups" -name '.*' -type f 2>/dev/null)" ] || return 1
    while IFS= read -r folder; do
        [ -e "$folder/manifest.json" ] || return 1
    done < <(find "$backups" -mindepth 2 -maxdepth 2 -type d 2>/dev/null)
    [ -z "$(find "$backups" -mindepth 1 -type d -empty 2>/dev/null)" ]
}
await_clean() { eventually is_clean || fail "left behind: $(find "$backups")"; }
sanitized() { grep -q __asan_init "$tree/libexec/dbackup/dbackup-worker"; }
