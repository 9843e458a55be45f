#!/bin/bash
# The command line on a terminal: a bar that fits the window, Ctrl-C that asks, colours and when there are none.
. "$(dirname "$0")/lib.sh"
command -v tmux >/dev/null || skip "no tmux"
export HOME=$work TERM=xterm-256color SHELL=/bin/sh
unset NO_COLOR TMUX
dbackup=$tree/bin/dbackup
# What does not shrink takes a while.
sqlite3 "$work/large.db" "PRAGMA journal_mode=WAL; CREATE TABLE t AS SELECT randomblob(1000000) AS b FROM generate_series(1, 60)" >"$work/sqlite"
start_daemon
create /adapters "$(jq -n --arg path "$work/large.db" '{name: "large", type: "database", adapterId: "sqlite", config: {path: $path}}')"
source=$id
create_destination disk "$backups"
create_job large "$source" "$id"

terminal() { tmux -S "$work/terminal" "$@"; }
terminal -f /dev/null -D >"$work/terminal.log" 2>&1 &
eventually test -S "$work/terminal" || fail "no tmux: $(<"$work/terminal.log")"
# opened COLUMNS COMMAND: a window in which a shell runs this; then the exit code can be read there
opened() {
    eventually terminal new-session -d -s window -x "$1" -y 20 \
        -e DBACKUP_URL="$url" -e DBACKUP_API_KEY="$key" "trap : INT; $2"'; echo "code $?"; sleep 600' ||
        fail "no terminal"
}
closed() { terminal kill-session -t window; }
screen() { terminal capture-pane -J -p -t window; } # lines that were broken are whole again
shows() { screen | grep -Eq -- "$1"; }
must_show() { eventually shows "$1" || fail "not shown: $1; but: $(screen)"; }
# While its worker stands still, an execution neither moves nor ends.
hold() { eventually held || fail "no worker to hold: $(screen)"; }
held() { worker=$(pgrep -P "$daemon" -f dbackup-worker | head -n 1) && [ -n "$worker" ] && kill -STOP "$worker"; }
release() { kill -CONT "$worker"; }

note "a bar, Ctrl-C, keep watching, to the end"
opened 100 "$dbackup run large --wait"
hold
must_show 'large  [A-Z][A-Za-z ]+  \[#*-*\] +[0-9]+ %'
terminal send-keys -t window C-c
must_show 'Cancel the execution \[c\], detach and let it run \[d\], or keep watching \[Enter\]\?'
terminal send-keys -t window Enter
release
must_show 'large: Success'
must_show '^code 0'
! shows ' % ' || fail "the bar is still there: $(screen)"
terminal capture-pane -e -p -t window | grep -q $'\033\\[32m.*large: Success' || fail "not in green"
closed

note "Ctrl-C, cancel"
opened 100 "$dbackup run large --wait"
hold
must_show '\['
terminal send-keys -t window C-c
must_show 'detach and let it run'
terminal send-keys -t window c Enter
must_show 'Cancelling'
release
must_show '^code 4'
must_show 'large: Cancelled'
closed

note "Ctrl-C twice: detached, and the execution goes on"
opened 100 "$dbackup run large --wait"
hold
must_show '\['
terminal send-keys -t window C-c
must_show 'detach and let it run'
terminal send-keys -t window C-c
must_show '^code 130'
must_show 'The execution goes on'
expect 200 GET "/executions?limit=1"
[ "$(value '.data[0].status')" = Running ] || fail "not running: $body"
execution=$(value '.data[0].id')
release
await_success "$execution"
closed

note "a narrow window: one line, whatever is left out; and no colours when they are not wanted"
opened 30 "NO_COLOR=1 $dbackup run large --wait"
hold
must_show '^large .*[0-9]+ %$'
[ "$(terminal capture-pane -p -t window | grep -c ' %$')" = 1 ] || fail "the line broke: $(screen)"
terminal resize-window -t window -x 20 -y 20
release
must_show '^code 0'
! terminal capture-pane -e -p -t window | grep -q $'\033\\[3' || fail "colours in spite of NO_COLOR"
closed
terminal kill-server
stop_daemon
