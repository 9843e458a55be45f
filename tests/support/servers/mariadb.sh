#!/bin/bash
# A private MariaDB server for tests: its own data folder, loopback only, no fsync, binary log on.
# usage: mariadb.sh start|stop|kill|status|env
#   SERVERS_ROOT   folder below which the server lives (default: dbackup-servers in $TMPDIR)
#   MARIADB_PORT   TCP port (default: a free one, kept for later starts as long as it stays free)
#   MARIADB_EXTRA  more options of the server, separated by spaces
# The accounts are root (by socket, no password) and admin with the password "secret", who may do everything by TCP.
# `kill` ends the server as a crash would; `eval "$(mariadb.sh env)"` sets MARIADB_PORT and so on.
set -euo pipefail

root=${SERVERS_ROOT:-${TMPDIR:-/tmp}/dbackup-servers}
data=$root/mariadb
log=$root/mariadb.log
socket=$data/server.sock
password=secret

die() {
    echo "mariadb.sh: $*" >&2
    exit 1
}

command -v mariadbd >/dev/null || die "there is no MariaDB server; install mariadb-server"

# A server that starts removes all temporary tables it finds, those of a running one among them: each has a folder of its own.
export TMPDIR=$root/tmp

# The server gives up root's rights itself.
user=()
[ "$(id -u)" -ne 0 ] || user=(--user=mysql)

install_data() {
    mariadb-install-db --no-defaults "${user[@]}" --datadir="$data" --skip-test-db \
        --auth-root-authentication-method=normal >"$root/install.log" 2>&1
}

make_data() {
    mkdir -p "$root"
    if [ "$(id -u)" -eq 0 ]; then
        chmod a+x "$root"
        install -d -o mysql -g mysql -m 700 "$data"
        install -d -o mysql -g mysql -m 700 "$TMPDIR"
        install -o mysql -g mysql -m 600 /dev/null "$log"
    else
        install -d -m 700 "$data" "$TMPDIR"
    fi
    install_data && return
    # Seen once on a busy machine: it gave up without a word about why.
    find "$data" -mindepth 1 -delete
    install_data || die "the data folder was not made: $(grep -i 'error' "$root/install.log" || cat "$root/install.log")"
}

# Below the range from which the kernel gives ports to clients.
some_port() { echo $((20000 + (RANDOM * 32768 + RANDOM) % 12000)); }

as_root() { mariadb --no-defaults --user=root --socket="$socket" "$@"; }

server_pid() { [ -s "$data/server.pid" ] && head -n 1 "$data/server.pid"; }

is_running() {
    local pid
    pid=$(server_pid) && [ -d "/proc/$pid" ] && [ "$(<"/proc/$pid/comm")" = mariadbd ] &&
        ! grep -q '^State:[[:space:]]*Z' "/proc/$pid/status"
}

wait_until_ready() { # PID
    local attempt
    for attempt in {1..1200}; do
        if as_root --execute='SELECT 1' >/dev/null 2>&1 && [ "$(server_pid)" = "$1" ]; then
            return 0
        fi
        [ -d "/proc/$1" ] || return 1
        sleep 0.05
    done
    die "the server was not ready after $attempt looks: $(tail -n 20 "$log")"
}

start_at() { # PORT
    rm -f "$data/server.pid"
    # shellcheck disable=SC2086 # several options
    setsid mariadbd --no-defaults "${user[@]}" --datadir="$data" --port="$1" --bind-address=127.0.0.1 \
        --socket="$socket" --pid-file="$data/server.pid" --log-error="$log" --log-bin="$data/binlog" --server-id=1 \
        --expire-logs-days=1 --innodb-buffer-pool-size=128M --innodb-flush-log-at-trx-commit=0 --sync-binlog=0 \
        --innodb-flush-method=nosync --skip-name-resolve --character-set-server=utf8mb4 --event-scheduler=ON \
        ${MARIADB_EXTRA:-} </dev/null >/dev/null 2>&1 &
    wait_until_ready $! || return 1
    echo "$1" >"$root/mariadb.port"
    as_root <<SQL
CREATE USER IF NOT EXISTS admin@'127.0.0.1' IDENTIFIED BY '$password';
GRANT ALL ON *.* TO admin@'127.0.0.1' WITH GRANT OPTION;
SQL
}

start() {
    [ -d "$data/mysql" ] || make_data
    ! is_running || return 0
    local port=${MARIADB_PORT:-} attempt
    if [ -n "$port" ]; then
        start_at "$port" || die "the server did not start: $(tail -n 20 "$log")"
        return
    fi
    [ ! -s "$root/mariadb.port" ] || ! start_at "$(<"$root/mariadb.port")" || return 0
    for attempt in {1..20}; do
        ! start_at "$(some_port)" || return 0
        grep -q 'Address already in use' "$log" || break
    done
    die "the server did not start ($attempt attempts): $(tail -n 20 "$log")"
}

stop() { # SIGNAL
    is_running || return 0
    local pid attempt
    pid=$(server_pid)
    kill "-$1" "$pid"
    for attempt in {1..1200}; do
        is_running || return 0
        sleep 0.05
    done
    die "the server did not stop ($attempt looks): $(tail -n 20 "$log")"
}

case ${1:-} in
start) start ;;
stop) stop TERM ;;
kill) stop KILL ;;
status) is_running ;;
env) echo "export MARIADB_PORT=$(<"$root/mariadb.port") MARIADB_SOCKET=$socket MARIADB_DATA=$data" ;;
*) die "usage: mariadb.sh start|stop|kill|status|env" ;;
esac
