#!/bin/bash
# The command line against a real service: verbs, names and ids, formats, exit codes, where the server and the key come from.
. "$(dirname "$0")/lib.sh"
export HOME=$work/home
mkdir "$HOME"
unset NO_COLOR XDG_CONFIG_HOME "${!DBACKUP_@}"
dbackup=$tree/bin/dbackup
sqlite3 "$work/shop.db" "CREATE TABLE t AS SELECT value, hex(value * value) AS x FROM generate_series(1, 5000)"
start_daemon
create_sqlite_source() { # NAME FILE: -> $id
    create /adapters "$(jq -n --arg name "$1" --arg path "$work/$2" \
        '{name: $name, type: "database", adapterId: "sqlite", config: {path: $path}}')"
}
create_sqlite_source shop shop.db
source=$id
create_sqlite_source copy copy.db
create_sqlite_source gone gone.db
gone=$id
create_destination disk "$backups"
disk=$id
ln -s /dev/null "$work/no-folder"
create_destination full "$work/no-folder"
full=$id
create_job "Nightly shop" "$source" "$disk"
job=$id
create_job broken "$gone" "$disk"
create_job half "$source" "$disk" ".destinations += [{configId: \"$full\"}]"
export DBACKUP_URL=$url DBACKUP_API_KEY=$key

# ends CODE ARGUMENTS...: what it printed is in $work/out and $work/err
ends() {
    local code=0
    "$dbackup" "${@:2}" >"$work/out" 2>"$work/err" </dev/null || code=$?
    [ $code = "$1" ] || fail "dbackup ${*:2}: exit code $code, not $1: $(cat "$work/out" "$work/err")"
}
prints() { grep -Eq -- "$1" "$work/out" || fail "not printed: $1; but: $(cat "$work/out")"; }
remarks() { grep -Eq -- "$1" "$work/err" || fail "not remarked: $1; but: $(cat "$work/err")"; }
json() { jq -e "$1" <"$work/out" >/dev/null || fail "JSON has not $1: $(cat "$work/out")"; }

note "jobs, by name, by id, in three formats"
ends 0 jobs
prints '^Nightly shop +shop +disk +0 3 \* \* \* +yes +never$'
ends 0 jobs "$job"
prints '^Name: +Nightly shop$'
ends 0 jobs "nightly SHOP" -o json
json ".id == \"$job\""
ends 0 jobs -o yaml
prints '^ +name: Nightly shop$'
ends 5 jobs "Nightly shp"
remarks 'did you mean "Nightly shop"'

note "run"
ends 0 run "Nightly shop" --wait
prints '^Nightly shop: Success, .* in '
remarks '[0-9] %'
! grep -q $'\033' "$work/out" "$work/err" || fail "colours or cursor movements in a pipe"
[ -s "$(find "$backups" -name manifest.json)" ] || fail "no backup on the destination"
ends 0 run "$job" --lock --wait -o json
json '.outcome == "Success" and .triggerType == "Api"'
ends 0 backups disk -o json
json 'length == 2 and .[0].locked and (.[1].locked | not) and .[0].destination == "disk"'
ends 1 run broken --wait
prints '^broken: Failed .*no database file'
ends 3 run half --wait
prints '^half: Partial'
ends 5 run nothing
ends 0 run "$job" -o json
json '.executionId'
await_success "$(jq -r .executionId "$work/out")"

note "executions and logs"
ends 0 executions --job "$job"
[ "$(grep -c 'Nightly shop .*Success' "$work/out")" = 3 ] || fail "not three: $(cat "$work/out")"
ends 0 executions --status Failed -o json
json 'map(.jobName) == ["half", "broken"]'
execution=$(jq -r '.[1].id' "$work/out")
ends 0 logs "${execution:0:8}"
prints 'error: .*no database file'
ends 1 executions "$execution" --follow
prints '^broken: Failed'
ends 1 logs broken --follow
prints 'Job queued'
code=0
timeout --signal=INT 2 "$dbackup" executions --follow >"$work/out" || code=$?
[ $code = 124 ] || fail "following ended by itself: $code" # what timeout says when it had to interrupt
prints 'Nightly shop  Success'
prints 'half  Partial'
ends 8 cancel "$execution"
ends 5 logs no-such-execution

note "restore: the same rows, and nothing replaced unasked"
ends 0 restore disk latest --job "Nightly shop" --to copy --wait
[ "$(sqlite3 "$work/copy.db" .dump)" = "$(sqlite3 "$work/shop.db" .dump)" ] || fail "other rows were restored"
ends 1 restore disk latest --to copy --wait
prints 'has data'
ends 0 restore disk latest --to copy --overwrite --wait
ends 5 restore disk no-such-backup --to copy
ends 5 restore disk latest --to nowhere

note "verify and download"
path=$(cd "$backups" && find . -name manifest.json -path '*Nightly*' | sort | head -n 1)
path=$(dirname "${path#./}")
ends 0 verify disk "$path"
ends 0 download disk "$path" -O "$work/download"
[ -s "$work/download" ] || fail "nothing was downloaded"
ends 9 download disk "$path" -O "$work/download"
object=$(find "$backups/$path" -type f ! -name manifest.json | head -n 1)
printf X | dd of="$object" bs=1 seek=40 conv=notrunc status=none
ends 1 verify disk "$path"

note "connections"
ends 0 sources shop --test
ends 1 sources gone --test
ends 0 sources shop --databases
prints '^shop.db$'
ends 0 destinations
prints '^disk +local-filesystem +'

note "keys: one that may read jobs, and no more"
ends 0 keys create reader --permissions jobs:read
reader=$(<"$work/out")
DBACKUP_API_KEY=$reader ends 0 jobs
DBACKUP_API_KEY=$reader ends 6 run "$job"
ends 0 keys -o json
json 'map(.name) | contains(["reader"])'
ends 0 keys disable reader
DBACKUP_API_KEY=$reader ends 6 jobs
ends 0 keys rotate reader
[ "$(<"$work/out")" != "$reader" ] || fail "the same key once more"
ends 0 keys delete reader
ends 5 keys delete reader
DBACKUP_API_KEY='' ends 6 jobs
remarks 'API key'

note "settings, plugins, doctor"
ends 0 settings maxConcurrentJobs=3
ends 0 settings maxConcurrentJobs
prints '^3$'
ends 8 settings maxConcurrentJobs=many
ends 5 settings no.such.setting
ends 0 plugins
prints '^sqlite .*loaded$'
ends 1 doctor
prints '^ok +API key'
prints '^ok +source shop: '
prints '^fault +source gone: .*no database file'

note "wrong usage"
ends 2
ends 2 no-such-verb
ends 2 run
ends 2 jobs -o xml
ends 0 --version
ends 0 run --help
prints 'Keep the backup'

note "completion and manual"
"$dbackup" complete -- run Ni >"$work/out"
[ "$(<"$work/out")" = "Nightly shop" ] || fail "completed with: $(<"$work/out")"
for shell in bash zsh fish; do
    ends 0 completion $shell
    ! command -v $shell >"$work/where" || $shell -n "$work/out" || fail "$shell does not understand its script"
done
(
    PATH=$(dirname "$dbackup"):$PATH
    eval "$("$dbackup" completion bash)"
    COMP_WORDS=(dbackup run Ni) COMP_CWORD=2
    _dbackup
    [ "${COMPREPLY[*]}" = 'Nightly\ shop' ]
) || fail "bash does not complete the name of a job"
ends 0 man "$work/man"
for page in dbackup dbackup-run; do
    grep -q '^\.SH SYNOPSIS' "$work/man/$page.1" || fail "no manual page of $page"
    ! command -v man >"$work/where" || [ -z "$(man --warnings -l "$work/man/$page.1" 2>&1 >"$work/out")" ] ||
        fail "man complains of the page of $page"
done

note "profiles: each with its key, which nobody else can read"
mkdir -p "$HOME/.config/dbackup"
(umask 077 && printf '%s\n' "$key" >"$HOME/.config/dbackup/key")
profiles=$HOME/.config/dbackup/profiles.yaml
cat >"$profiles" <<TEXT
default: here
profiles:
  here: {url: "$url", apiKeyFile: key}
  away: {url: "http://127.0.0.1:1"}
TEXT
unset DBACKUP_URL DBACKUP_API_KEY
ends 2 jobs
remarks 'chmod 600'
chmod 600 "$profiles"
ends 0 jobs
ends 7 jobs --profile away
remarks 'nothing listens there'
DBACKUP_PROFILE=away ends 7 jobs
ends 2 jobs --profile nowhere
ends 6 jobs --url "$url/" # the key of a profile goes to no other address, however alike
DBACKUP_URL=$url DBACKUP_API_KEY=$key ends 0 jobs
rm "$profiles"
export DBACKUP_URL=$url DBACKUP_API_KEY=$key

note "too many requests are waited for"
ends 0 settings api.rateLimit.enabled=true api.rateLimit.read.points=2 api.rateLimit.read.windowSeconds=1
for _ in 1 2 3 4 5 6; do
    ends 0 jobs
    cat "$work/err" >>"$work/remarks"
done
grep -q 'too many requests; going on in 1 s' "$work/remarks" || fail "never told to wait: $(<"$work/remarks")"
ends 0 settings api.rateLimit.enabled=false

note "HTTPS"
stop_daemon
ends 7 jobs
rm -f "$state/dbackupd.port"
"$tree/sbin/dbackupd" -Dstate.dir="$state" -Dapi.port=0 -Dapi.tls.mode=on </dev/null >>"$work/log" 2>&1 &
daemon=$!
eventually daemon_is_up || fail "dbackupd did not start with TLS"
DBACKUP_URL=https://127.0.0.1:$(<"$state/dbackupd.port")
certificate=$(find "$state" -name '*.pem' -exec grep -l CERTIFICATE {} + | head -n 1)
ends 7 jobs
remarks 'certificate'
ends 0 jobs --ca-file "$certificate"
DBACKUP_SKIP_TLS_VERIFY=1 ends 0 run "$job" --wait
stop_daemon
