#!/bin/bash
# The demo: a backup is made and restored within 10 s, and nothing is left behind; KEEP=1 leaves a folder to go on with.
. "$(dirname "$0")/lib.sh"
begin=$SECONDS
env -u KEEP "$root/scripts/demo.sh" "$tree" >"$work/output" 2>&1 || fail "$(cat "$work/output")"
[ $((SECONDS - begin)) -lt 10 ] || fail "the demo took $((SECONDS - begin)) s"
grep -q 'every row equal' "$work/output" || fail "$(cat "$work/output")"
grep -q 'stages: .*Dumping Databases.*Verifying' "$work/output" || fail "$(cat "$work/output")"
[ -z "$(ls "$TMPDIR")" ] || fail "left behind: $(ls "$TMPDIR")"

note "going on by hand"
KEEP=1 "$root/scripts/demo.sh" "$tree" >"$work/output" 2>&1 || fail "$(cat "$work/output")"
sed -n '/To go on by hand/,$s/^  //p' "$work/output" | grep -v '^#' >"$work/lines"
[ "$(wc -l <"$work/lines")" -ge 4 ] || fail "too few lines to go on: $(cat "$work/output")"
sed -n 1p "$work/lines" >"$work/start"
(echo exec; sed 's/&$/>>'"${work//\//\\/}"'\/log 2>\&1/' "$work/start") | tr '\n' ' ' >"$work/run"
bash "$work/run" &
daemon=$!
dir=$(echo "$TMPDIR"/dbackup-demo.*)
eventually test -s "$dir/state/dbackupd.port" || fail "dbackupd did not start"
sed -i 's/^curl /curl -sS --fail-with-body /' "$work/lines"
sed 1d "$work/lines" | bash -e >"$work/answers" || fail "$(cat "$work/answers")"
grep -q 'Job queued successfully' "$work/answers" || fail "$(cat "$work/answers")"
stop_daemon
