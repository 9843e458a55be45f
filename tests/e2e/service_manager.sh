#!/bin/bash
# What a service manager sees and gives: readiness, watchdog, reload (configuration, certificate, plugins), a socket that it has
# opened, a master key that it keeps.
. "$(dirname "$0")/lib.sh"
notified=$work/notified
python3 - "$work/notify" "$notified" <<'PYTHON' &
import socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
with open(sys.argv[2], "a") as told:
    while True:
        told.write(listener.recv(65536).decode() + "\n")
        told.flush()
PYTHON
eventually test -S "$work/notify" || fail "no notification socket"
told() { grep -qs -- "$1" "$notified"; }
certificate() { # NAME
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj "/CN=$1" -addext subjectAltName=IP:127.0.0.1 \
        -keyout "$work/tls.key" -out "$work/tls.pem" 2>"$work/openssl.log" || fail "$(<"$work/openssl.log")"
}
served_certificate() {
    openssl s_client -connect "127.0.0.1:$(<"$state/dbackupd.port")" </dev/null 2>/dev/null | openssl x509 -noout -subject
}

note "readiness and watchdog"
certificate first
mkdir "$work/plugins" "$work/credentials"
cp "$tree/lib/dbackup/plugins/local-filesystem.so" "$work/plugins/"
printf '%064d\n' 7 >"$work/credentials/dbackup.master-key"
chmod 600 "$work/credentials/dbackup.master-key"
cat >"$work/dbackupd.properties" <<CONFIGURATION
api.port = 0
api.tls.mode = on
api.tls.certificate = $work/tls.pem
api.tls.key = $work/tls.key
state.dir = $state
plugins.dir = $work/plugins
shutdown.graceSeconds = 1
CONFIGURATION
key=$(CREDENTIALS_DIRECTORY=$work/credentials "$tree/sbin/dbackupd" keys create --name=e2e --permissions=all -Dstate.dir="$state")
NOTIFY_SOCKET=$work/notify WATCHDOG_USEC=400000 CREDENTIALS_DIRECTORY=$work/credentials \
    "$tree/sbin/dbackupd" --config-file="$work/dbackupd.properties" </dev/null >>"$work/log" 2>&1 &
daemon=$!
eventually told READY=1 || fail "it was not told that the service is ready"
eventually told "STATUS=Listening on https://127.0.0.1:" || fail "no status: $(<"$notified")"
pings() { [ "$(grep -c WATCHDOG=1 "$notified")" -ge "$1" ]; }
eventually pings 3 || fail "the watchdog is not told"
kill -STOP "$daemon"
sleep 0.5
before=$(grep -c WATCHDOG=1 "$notified")
sleep 0.6
[ "$(grep -c WATCHDOG=1 "$notified")" = "$before" ] || fail "a stopped service says that it is alive"
kill -CONT "$daemon"
eventually pings $((before + 2)) || fail "the watchdog is not told any more"
[ ! -e "$state/master.key" ] || fail "there is a master key in the state folder beside the manager's"

note "reload: certificate, plugins, level; what needs a restart is named"
[[ $(served_certificate) = *first* ]] || fail "not the first certificate: $(served_certificate)"
certificate second
cp "$tree/lib/dbackup/plugins/sqlite.so" "$work/plugins/"
sed -i 's/^api.port = 0/api.port = 1234/; $a log.level = debug' "$work/dbackupd.properties"
kill -HUP "$daemon"
eventually told RELOADING=1 || fail "it was not told of the reload"
serves_second() { [[ $(served_certificate) = *second* ]]; }
eventually serves_second || fail "not the second certificate: $(served_certificate)"
has_sqlite() {
    curl --silent --insecure -H "Authorization: Bearer $key" "https://127.0.0.1:$(<"$state/dbackupd.port")/api/plugins" |
        jq -e '[.data[].name] | contains(["sqlite"])' >/dev/null
}
eventually has_sqlite || fail "the new plugin is not there"
grep -q "only a restart makes it count: api.port" "$work/log" || fail "nothing said of api.port"

note "a reload that fails leaves everything as it was"
echo "no.such.key = 1" >>"$work/dbackupd.properties"
kill -HUP "$daemon"
failed_reload() { grep -q "the reload failed.*no.such.key" "$work/log"; }
eventually failed_reload || fail "nothing said of the wrong key"
has_sqlite || fail "the service does not answer any more"
stop_daemon
told STOPPING=1 || fail "it was not told of the stop"

note "a socket that the manager has opened"
python3 - "$tree/sbin/dbackupd" "$work/activated.port" -Dstate.dir="$work/state2" <<'PYTHON' >>"$work/log" 2>&1 &
import os, socket, sys
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(64)
with open(sys.argv[2] + ".new", "w") as port:
    port.write(str(listener.getsockname()[1]))
os.rename(sys.argv[2] + ".new", sys.argv[2])
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[1], sys.argv[1:2] + sys.argv[3:])
PYTHON
daemon=$!
answers() { curl --silent --fail --max-time 5 "http://127.0.0.1:$(<"$work/activated.port")/api/health" >"$work/health"; }
eventually test -s "$work/activated.port" || fail "no socket"
eventually answers || fail "the service does not answer on the manager's socket"
[ "$(jq -r .status "$work/health")" = healthy ] || fail "$(<"$work/health")"
stop_daemon
