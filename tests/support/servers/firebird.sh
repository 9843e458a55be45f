#!/bin/bash
# A private Firebird server for tests: its own root folder and security database, loopback only.
# usage: firebird.sh start|stop|kill|status|env
#   SERVERS_ROOT    folder below which the server lives (default: dbackup-servers in $TMPDIR)
#   FIREBIRD_PORT   TCP port (default: a free one, kept for later starts as long as it stays free)
#   FIREBIRD_EXTRA  more lines of its firebird.conf
# The account is SYSDBA with the password "secret". `kill` ends the server as a crash would; `eval "$(firebird.sh env)"` sets
# FIREBIRD_PORT and FIREBIRD_DATA, the folder for databases.
set -euo pipefail

root=${SERVERS_ROOT:-${TMPDIR:-/tmp}/dbackup-servers}/firebird
data=$root/data
installed=/usr/lib/x86_64-linux-gnu/firebird/3.0
password=secret

die() {
    echo "firebird.sh: $*" >&2
    exit 1
}

[ -x /usr/sbin/firebird ] || die "there is no Firebird server; install firebird3.0-server"
command -v isql-fb >/dev/null || die "there is no isql-fb; install firebird3.0-utils"

# FIREBIRD is where the server looks for everything that is its own.
as_server=(env FIREBIRD="$root/home" FIREBIRD_LOCK="$root/lock" FIREBIRD_TMP="$root/tmp")
[ "$(id -u)" -ne 0 ] || as_server=(setpriv --reuid=firebird --regid=firebird --init-groups "${as_server[@]}")

configure() { # PORT
    cat >"$root/home/firebird.conf" <<CONF
${FIREBIRD_EXTRA:-}
RemoteServicePort = $1
RemoteBindAddress = 127.0.0.1
ServerMode = Super
SecurityDatabase = $data/security3.fdb
DatabaseAccess = Full
IpcName = DBACKUP_TEST_$1
AuthServer = Srp
UserManager = Srp
CONF
}

make_home() {
    mkdir -p "$root"
    if [ "$(id -u)" -eq 0 ]; then
        chmod a+x "$root" "$(dirname "$root")"
        chown firebird: "$root"
        install -d -o firebird -g firebird -m 755 "$data" "$root"/{home,lock,tmp}
    else
        install -d -m 755 "$data" "$root"/{home,lock,tmp}
    fi
    local part
    for part in "$installed"/*; do
        ln -sfn "$part" "$root/home/$(basename "$part")"
    done
    rm "$root/home/firebird.conf" "$root/home/databases.conf" "$root/home/intl"
    # Where that is a link, the server knows no character sets but its own few.
    cp -r "$installed/intl" "$root/home/intl"
    printf 'an_alias = %s/aliased.fdb\n' "$data" >"$root/home/databases.conf"
    configure 3050
    # The engine inside of isql asks for no password.
    "${as_server[@]}" isql-fb -q -user SYSDBA >"$root/install.log" 2>&1 <<SQL
create database '$data/security3.fdb';
exit;
SQL
    "${as_server[@]}" isql-fb -q -user SYSDBA "$data/security3.fdb" >>"$root/install.log" 2>&1 <<SQL
create user SYSDBA password '$password';
commit;
exit;
SQL
    touch "$root/made"
}

# Below the range from which the kernel gives ports to clients.
some_port() { echo $((20000 + (RANDOM * 32768 + RANDOM) % 12000)); }

server_pid() { [ -s "$root/server.pid" ] && head -n 1 "$root/server.pid"; }

is_running() {
    local pid
    pid=$(server_pid) && [ -d "/proc/$pid" ] && [ "$(<"/proc/$pid/comm")" = firebird ] &&
        ! grep -q '^State:[[:space:]]*Z' "/proc/$pid/status"
}

answers() { # PORT
    echo 'show version;' |
        isql-fb -q -bail -user SYSDBA -password "$password" "127.0.0.1/$1:$data/security3.fdb" >/dev/null 2>&1
}

start_at() { # PORT
    local attempt
    configure "$1"
    "${as_server[@]}" setsid /usr/sbin/firebird -p "$1" </dev/null >"$root/server.log" 2>&1 &
    echo $! >"$root/server.pid"
    for attempt in {1..600}; do
        [ -d "/proc/$!" ] || return 1
        if answers "$1"; then
            echo "$1" >"$root/port"
            return 0
        fi
        sleep 0.05
    done
    stop KILL
    die "the server was not ready after $attempt looks: $(tail -n 20 "$root/server.log")"
}

start() {
    [ -f "$root/made" ] || make_home
    ! is_running || return 0
    local port=${FIREBIRD_PORT:-} attempt
    if [ -n "$port" ]; then
        start_at "$port" || die "the server did not start: $(tail -n 20 "$root/server.log")"
        return
    fi
    [ ! -s "$root/port" ] || ! start_at "$(<"$root/port")" || return 0
    for attempt in {1..10}; do
        ! start_at "$(some_port)" || return 0
    done
    die "the server did not start ($attempt attempts): $(tail -n 20 "$root/server.log" "$root/home/firebird.log")"
}

stop() { # SIGNAL
    is_running || return 0
    local pid attempt
    pid=$(server_pid)
    kill "-$1" "$pid"
    for attempt in {1..600}; do
        is_running || return 0
        sleep 0.05
    done
    die "the server did not stop ($attempt looks)"
}

case ${1:-} in
start) start ;;
stop) stop TERM ;;
kill) stop KILL ;;
status) is_running ;;
env) echo "export FIREBIRD_PORT=$(<"$root/port") FIREBIRD_DATA=$data" ;;
*) die "usage: firebird.sh start|stop|kill|status|env" ;;
esac
