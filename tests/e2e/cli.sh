#!/bin/bash
# The command line against a real service with a SQLite database: every verb, its exit codes, its outputs for people and
# for programs.
. "$(dirname "$0")/lib.sh"
dbackup=$tree/bin/dbackup
golden=$root/tests/golden/cli
export TZ=UTC DBACKUP_PROFILES=$work/profiles.yaml HOME=$work
unset DBACKUP_URL DBACKUP_API_KEY DBACKUP_PROFILE DBACKUP_SKIP_TLS_VERIFY

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
says() { # WORDS: in what went to standard output or standard error
    grep -qF -- "$1" <<<"$out
$err" || fail "\"$1\" is not in: $out $err"
}
quiet() { [ -z "$err" ] || fail "standard error has: $err"; }
same_as_golden() { # NAME: $out, with ids, times and this test's folder and figures taken out
    sed -E -e "s#$work#WORK#g" \
        -e 's/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/ID/g' \
        -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}([T_ ])[0-9]{2}[-:][0-9]{2}[-:][0-9]{2}(\.[0-9]+Z)?[^ ]*/TIME/g' \
        -e 's/ +/ /g' <<<"$out" >"$work/shown"
    [ -z "${UPDATE_GOLDEN:-}" ] || cp "$work/shown" "$golden/$1.txt"
    diff -u "$golden/$1.txt" "$work/shown" || fail "the output $1 has changed"
}

sqlite3 "$work/shop.db" "CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO orders SELECT i, hex(randomblob(50)) FROM n;"
start_daemon
printf 'default: here\nprofiles:\n  here:\n    url: %s\n    apiKey: %s\n  away: {url: "http://127.0.0.1:1"}\n' \
    "$url" "${key}" >"$work/profiles.yaml"

note "a profile file that others can read is refused"
chmod 644 "$work/profiles.yaml"
ends_with 2 jobs
says "other users may read"
chmod 600 "$work/profiles.yaml"

note "empty lists"
ends_with 0 jobs
says "There are no jobs."
ends_with 0 -o json jobs
[ "$(jq -c . <<<"$out")" = "[]" ] || fail "$out"

create /adapters "$(jq -n --arg path "$work/shop.db" '{name: "Shop", type: "database", adapterId: "sqlite", config: {path: $path}}')"
source=$id
create_destination NAS "$backups"
create_job Nightly "$source" "$id"
job=$id

note "lists for people, for programs, one object by name, by id and by its name in other letters"
ends_with 0 jobs
same_as_golden jobs
ends_with 0 sources
same_as_golden sources
ends_with 0 destinations
same_as_golden destinations
ends_with 0 jobs Nightly
same_as_golden job
ends_with 0 jobs -o json nightly
[ "$(jq -r .id <<<"$out")" = "$job" ] || fail "$out"
ends_with 0 -o yaml jobs "$job"
says "name: Nightly"
ends_with 5 jobs Nihgtly
says 'did you mean "Nightly"?'
ends_with 0 sources Shop --test
says "Shop:"
ends_with 0 sources Shop --databases
ends_with 0 destinations NAS --test

note "run: queued, waited for, its outcome as exit code"
ends_with 0 run Nightly
says "Nightly was started: execution"
ends_with 0 run Nightly --wait
says "Nightly: Success, "
says "% " # plain progress on standard error
grep -q $'\e' "$work/out" "$work/err" && fail "escape sequences in a pipe"
ends_with 0 run --wait --lock -o json "$job"
[ "$(jq -r .outcome <<<"$out")" = Success ] || fail "$out"
execution=$(jq -r .id <<<"$out")
ends_with 5 run Weekly

note "executions and logs"
ends_with 0 executions
[ "$(wc -l <"$work/out")" = 4 ] || fail "$out"
ends_with 0 executions --job Nightly --status success -n 1
[ "$(wc -l <"$work/out")" = 2 ] || fail "$out"
ends_with 0 executions "$execution"
says "Nightly: Success"
ends_with 0 executions "${execution:0:8}" -o json
[ "$(jq -r .id <<<"$out")" = "$execution" ] || fail "$out"
ends_with 0 executions Nightly --follow
ends_with 0 logs Nightly
says "completed"
ends_with 0 logs "$execution" --follow
says "Nightly: Success"
ends_with 8 cancel "$execution"
says "Cannot cancel execution with status: Success"

note "backups and restore"
ends_with 0 backups
[ "$(wc -l <"$work/out")" = 4 ] || fail "$out"
says locked
ends_with 0 backups NAS --job Nightly -o json
path=$(jq -r '.[1].path' <<<"$out")
rm "$work/shop.db"
ends_with 0 restore NAS "$path" --to Shop --wait
says "Restore: Success"
[ "$(sqlite3 "$work/shop.db" 'SELECT count(*) FROM orders')" = 2000 ] || fail "rows are missing"
ends_with 1 restore NAS latest --job Nightly --to Shop --wait
ends_with 0 restore NAS latest --job Nightly --to Shop --wait --overwrite
ends_with 5 restore NAS nothing --to Shop
ends_with 2 restore NAS latest

note "a backup that fails ends with 1, its reason is told"
mv "$work/shop.db" "$work/gone.db"
ends_with 1 run Nightly --wait
says "Nightly: Failed"
ends_with 1 sources Shop --test
ends_with 1 doctor
says "fault   source Shop"
mv "$work/gone.db" "$work/shop.db"

note "keys, and what a key may not do"
ends_with 0 keys create ci --permissions jobs:read,history:read
new_key=$out
[[ $new_key == dbackup_* && ${#new_key} = 68 ]] || fail "not a key alone: $out"
ends_with 0 keys
says "jobs:read, history:read"
says ci
printf '%s\n' "$new_key" >"$work/ci.key"
chmod 600 "$work/ci.key"
ends_with 0 --api-key-file "$work/ci.key" jobs
ends_with 6 --api-key-file "$work/ci.key" run Nightly
says "Permission denied: jobs:execute required"
ends_with 0 keys disable ci
ends_with 6 --api-key-file "$work/ci.key" jobs
says "API key is disabled"
ends_with 0 keys enable ci
ends_with 0 keys rotate ci
[ "$out" != "$new_key" ] || fail "the same key"
ends_with 6 --api-key-file "$work/ci.key" jobs
ends_with 0 keys delete ci
ends_with 5 keys delete ci

note "settings, plugins, doctor, completion"
ends_with 0 settings maxConcurrentJobs
[ "$out" = 1 ] || fail "$out"
ends_with 0 settings maxConcurrentJobs=3
ends_with 0 settings maxConcurrentJobs
[ "$out" = 3 ] || fail "$out"
ends_with 8 settings maxConcurrentJobs=99
says maxConcurrentJobs
ends_with 5 settings nonsense
ends_with 0 plugins
says local-filesystem
ends_with 0 doctor
says "ok      source Shop"
says "free for the history"
ends_with 0 complete -- run Ni
[ "$out" = Nightly ] || fail "$out"
ends_with 0 complete -- -p ""
[ "$out" = "away
here" ] || fail "$out"
# shellcheck disable=SC2016
bash -c 'eval "$("$1" completion bash)"; PATH=$(dirname "$1"):$PATH
    COMP_WORDS=(dbackup restore N) COMP_CWORD=2; _dbackup; [ "${COMPREPLY[*]}" = NAS ]' - "$dbackup" || fail "bash completion"

note "a server that is away, and one that asks to wait"
ends_with 7 -p away jobs
says "nothing listens there"
ends_with 2 -p moon jobs
expect 200 PUT /settings '{"api.rateLimit.enabled":true,"api.rateLimit.read.points":3,"api.rateLimit.read.windowSeconds":2}'
for _ in 1 2 3 4 5; do ends_with 0 jobs; done
ends_with 0 logs Nightly
expect 200 PUT /settings '{"api.rateLimit.enabled":false}'

note "start to first answer"
times=()
for _ in 1 2 3 4 5; do
    begin=$(date +%s%N)
    "$dbackup" jobs >/dev/null
    times+=($((($(date +%s%N) - begin) / 1000000)))
done
fastest=$(printf '%s\n' "${times[@]}" | sort -n | head -n 1)
echo "   $fastest ms (of ${times[*]})"
[ -n "${ASAN_OPTIONS:-}" ] || [ "$fastest" -lt 150 ] || fail "the first answer took $fastest ms"

note "the manual is what the help says"
"$dbackup" man "$work/man"
[ -s "$work/man/dbackup-run.1" ] && [ -s "$work/man/dbackup.1" ] || fail "no pages"
if command -v groff >/dev/null; then
    [ -z "$(groff -man -Tutf8 -ww -z "$work"/man/*.1 2>&1)" ] || fail "groff: $(groff -man -Tutf8 -ww -z "$work"/man/*.1 2>&1)"
fi
stop_daemon
