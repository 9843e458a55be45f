#!/bin/bash
# The command line in a real terminal: the progress bar, narrow windows, Ctrl-C that asks, colours and their absence.
. "$(dirname "$0")/lib.sh"
command -v tmux >/dev/null || skip "no tmux"
dbackup=$tree/bin/dbackup
export TZ=UTC DBACKUP_PROFILES=/nonexistent HOME=$work
unset DBACKUP_PROFILE NO_COLOR TMUX
start_postgres
sql postgres -c "CREATE DATABASE shop"
sql shop -c "CREATE TABLE t AS SELECT i, repeat(md5(i::text), 20) AS text FROM generate_series(1, 2000) i"
# The dump comes to a halt in its middle until the gate is open.
fake_tool pg_dump <<EOF2
"\$real" "\$@" >"$work/dump.\$\$"
head -c 200000 "$work/dump.\$\$"
until [ -e "$work/open" ]; do sleep 0.05; done
tail -c +200001 "$work/dump.\$\$"
rm "$work/dump.\$\$"
EOF2
start_daemon
export DBACKUP_URL=$url DBACKUP_API_KEY=$key
create_postgres_source server
source=$id
create_destination disk "$backups"
create_job Nightly "$source" "$id" '.databases = ["shop"] | .compression = "NONE"'

terminal() { tmux -S "$work/tmux" "$@"; }
trap 'terminal kill-server 2>/dev/null || true; ended' EXIT
open_terminal() { # COLUMNS COMMAND
    printf '%s\necho "ended with $?"\n' "$2" >"$work/command"
    terminal -f /dev/null new-session -d -x "$1" -y 20 "bash $work/command; sleep 60"
}
close_terminal() { terminal kill-server 2>/dev/null || true; }
screen() { terminal capture-pane -p "$@"; }
shows() { screen | grep -Eq -- "$1"; }
await() { # PATTERN
    eventually shows "$1" || fail "the screen never shows \"$1\" but: $(screen)"
}
newest_outcome() {
    expect 200 GET "/executions?limit=1"
    value '.data[0] | .outcome // .status'
}

note "a bar with stage, percentage and bytes, that ends in one line"
open_terminal 100 "'$dbackup' run Nightly --wait"
await 'Nightly  Dumping Databases  \[#*-*\]  +[0-9]+ %  [0-9.]+ KiB'
[ "$(screen | grep -c 'Dumping')" = 1 ] || fail "more than one line of progress: $(screen)"
note "a window that gets narrow"
for columns in 60 40 20 12; do
    terminal resize-window -x $columns -y 20
    await '[0-9]+ %'
done
terminal resize-window -x 100 -y 20
touch "$work/open"
await 'Nightly: Success, .* in [0-9.]+ s'
await 'ended with 0'
shows 'Dumping' && fail "the bar was left behind: $(screen)"
terminal capture-pane -p -e | grep -q $'\e\[32mNightly: Success' || fail "no colour: $(screen -e)"
close_terminal

note "Ctrl-C asks; Enter goes on watching, c cancels"
rm "$work/open"
open_terminal 100 "'$dbackup' run Nightly --wait"
await 'Dumping Databases'
terminal send-keys C-c
await 'Cancel the execution \[c\], detach and let it run \[d\], or keep watching \[Enter\]\?'
terminal send-keys Enter
await 'Dumping Databases  \['
terminal send-keys C-c
eventually eval '[ "$(screen | grep -c "Cancel the execution")" -ge 2 ]' || fail "$(screen)"
terminal send-keys c Enter
await 'Nightly: Cancelled'
await 'ended with 4'
[ "$(newest_outcome)" = Cancelled ] || fail "$body"
close_terminal

note "d detaches, and so does a second Ctrl-C: the backup goes on"
for answer in "d Enter" "C-c"; do
    open_terminal 100 "'$dbackup' run Nightly --wait"
    await 'Dumping Databases'
    terminal send-keys C-c
    await 'Cancel the execution'
    # shellcheck disable=SC2086
    terminal send-keys $answer
    await 'Detached. The execution goes on'
    await 'ended with 130'
    [ "$(newest_outcome)" = Running ] || fail "$body"
    touch "$work/open"
    outcome_is() { [ "$(newest_outcome)" = "$1" ]; }
    eventually outcome_is Success || fail "$body"
    rm "$work/open"
    close_terminal
done
touch "$work/open"

note "no colour where NO_COLOR is set, none in a pipe"
open_terminal 100 "NO_COLOR=1 '$dbackup' run Nightly --wait"
await 'ended with 0'
terminal capture-pane -p -e | grep -q $'\e\[3' && fail "colours in spite of NO_COLOR"
close_terminal
open_terminal 100 "'$dbackup' run Nightly --wait 2>&1 | cat -v >'$work/piped'"
await 'ended with 0'
grep -qF '^[' "$work/piped" && fail "escape sequences in a pipe: $(<"$work/piped")"
grep -q 'Nightly: Success' "$work/piped" || fail "$(<"$work/piped")"
close_terminal

note "tables fit into the window"
open_terminal 50 "'$dbackup' executions"
await 'ended with 0'
[ "$(screen | grep -c .)" -le 9 ] || fail "lines were wrapped: $(screen)"
close_terminal

note "SIGTERM without a terminal leaves the backup alone"
rm "$work/open"
"$dbackup" run Nightly --wait >"$work/out" 2>&1 &
client=$!
eventually grep -q Dumping "$work/out" || fail "$(<"$work/out")"
kill -TERM $client
code=0
wait $client || code=$?
[ $code = 130 ] || fail "ended with $code: $(<"$work/out")"
[ "$(newest_outcome)" = Running ] || fail "$body"

note "a service that restarts is waited for; the log says what became of the backup"
"$dbackup" executions Nightly --follow >"$work/out" 2>&1 &
client=$!
eventually grep -q Dumping "$work/out" || fail "$(<"$work/out")"
port=${url##*:}
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null || true
eventually grep -q "the server is away" "$work/out" || fail "$(<"$work/out")"
rm -f "$state/dbackupd.port"
start_daemon -Dapi.port="$port"
code=0
wait $client || code=$?
[ $code = 1 ] || fail "ended with $code: $(<"$work/out")"
grep -q "restart" "$work/out" || fail "$(<"$work/out")"
touch "$work/open"
stop_daemon
