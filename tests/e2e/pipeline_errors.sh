#!/bin/bash
# trigger-and-wait.sh against a service (or a proxy before it) that answers badly: it is asked again only where that
# cannot start a second backup, and nothing that is not DBackup's answer counts.
. "$(dirname "$0")/lib.sh"
# Answers by script, one line for each request: METHOD STATUS BODY. A request that the script does not expect is told.
cat >"$work/server.py" <<'PYTHON'
import http.server, os, sys
script = [line.rstrip("\n").split(" ", 2) for line in open(sys.argv[1])]
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        method, status, body = script.pop(0) if script else ("nothing", "500", "the script is over")
        if method != self.command:
            print(f"unexpected: {self.command} instead of {method}", flush=True)
        self.send_response(int(status))
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())
    do_GET = do_POST = answer
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[3])), Handler)
open(sys.argv[2] + ".new", "w").write(str(server.server_port))
os.rename(sys.argv[2] + ".new", sys.argv[2])
server.serve_forever()
PYTHON
server=
end_server() {
    [ -n "$server" ] || return 0
    kill "$server"
    wait "$server" || true
    server=
}
serve() { # [PORT]: the script comes on standard input -> $url
    end_server
    rm -f "$work/port"
    cat >"$work/script"
    /usr/bin/python3 "$work/server.py" "$work/script" "$work/port" "${1:-0}" >"$work/unexpected" 2>&1 &
    server=$!
    eventually test -s "$work/port" || fail "$(<"$work/unexpected")"
    url=http://127.0.0.1:$(<"$work/port")
}
trigger() { # [NAME=VALUE ...]: -> $code; the output in $work/output
    code=0
    env DBACKUP_URL="$url" DBACKUP_API_KEY=dbackup_key JOB_ID=nightly DBACKUP_POLL_SECONDS=0.1 "$@" \
        "$root/integrations/trigger-and-wait.sh" >"$work/output" 2>&1 || code=$?
}
ends_with() { # STATUS WORDS
    [ "$code" = "$1" ] || fail "status $code, not $1: $(<"$work/output")"
    grep -Eq -- "$2" "$work/output" || fail "not said: $2; but: $(<"$work/output")"
    [ ! -s "$work/unexpected" ] || fail "$(<"$work/unexpected")"
}
success='{"data": {"status": "Success", "progress": 100, "stage": "Completed", "path": "p", "size": 1, "duration": 2}}'

note "what has started nothing is repeated: too many requests, a service that stops"
serve <<SCRIPT
POST 429 {"error": "Too many requests"}
POST 503 {"error": "stopping"}
POST 200 {"executionId": "e1"}
GET 200 $success
SCRIPT
trigger
ends_with 0 'Backup p complete: 1 bytes in 2 ms'

note "what may have started a backup is not"
for status in 500 502 504 408; do
    serve <<<"POST $status {\"error\": \"broken\"}"
    trigger
    ends_with 1 'could not be started: broken'
done
serve <<<'POST 200 <html>Please log in</html>'
trigger
ends_with 1 'not the answer of DBackup'

note "questions are repeated, whatever comes in between"
serve <<SCRIPT
POST 200 {"executionId": "e1"}
GET 200 <html>Please wait</html>
GET 502 Bad gateway
GET 429 {"error": "Too many requests"}
GET 200 {"data": {"status": "Running", "progress": 7, "stage": "Uploading"}}
GET 200 $success
SCRIPT
trigger DBACKUP_OUTPUT="$work/told"
ends_with 0 '^Running  7 %  Uploading'
[ "$(<"$work/told")" = "DBACKUP_EXECUTION_ID=e1
DBACKUP_STATUS=Success
DBACKUP_DURATION=2" ] || fail "$(<"$work/told")"

note "but not when the key may not ask"
serve <<SCRIPT
POST 200 {"executionId": "e1"}
GET 403 {"error": "Permission denied: history:read required"}
SCRIPT
trigger
ends_with 1 'execution e1: Permission denied'

note "a job by its name, but only by one that is clear"
serve <<SCRIPT
POST 404 {"error": "Job not found"}
GET 200 [{"id": "j1", "name": "nightly"}, {"id": "j2", "name": "weekly"}]
POST 200 {"executionId": "e1"}
GET 200 $success
SCRIPT
trigger
ends_with 0 complete
serve <<SCRIPT
POST 404 {"error": "Job not found"}
GET 200 [{"id": "j1", "name": "nightly"}, {"id": "j2", "name": "nightly"}]
SCRIPT
trigger
ends_with 1 'could not be started: Job not found'

note "a service that is not there yet is waited for"
end_server
late() {
    eventually grep -qs "connect" "$work/output"
    serve "${url##*:}" <<<"POST 200 {\"executionId\": \"e1\"}"
}
late &
trigger DBACKUP_WAIT=false
ends_with 0 'Execution e1 started'
