#!/bin/bash
# A private PostgreSQL server for tests: its own data folder, loopback only, no fsync.
# usage: postgres.sh start|stop|status|env
#   SERVERS_ROOT   folder below which the server lives (default: dbackup-servers in $TMPDIR)
#   POSTGRES_PORT  TCP port (default: a free one, kept for later starts as long as it stays free)
#   POSTGRES_EXTRA further options of the server
#   STOP_MODE      how to stop: smart, fast (default) or immediate
# The superuser is postgres, its password is "secret"; `eval "$(postgres.sh env)"` sets PGHOST, PGPORT and so on.
set -euo pipefail

root=${SERVERS_ROOT:-${TMPDIR:-/tmp}/dbackup-servers}
data=$root/postgres
log=$root/postgres.log
password=secret

die() {
    echo "postgres.sh: $*" >&2
    exit 1
}

bin=
for folder in /usr/lib/postgresql/*/bin; do
    [ ! -x "$folder/postgres" ] || bin=$folder
done
[ -n "$bin" ] || die "there is no PostgreSQL server; install postgresql-15"

# The server refuses to run as root.
as_owner() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=postgres --regid=postgres --init-groups --reset-env env PATH="$PATH" LANG=C.UTF-8 "$@"
    else
        env LANG=C.UTF-8 "$@"
    fi
}

make_cluster() {
    mkdir -p "$root"
    if [ "$(id -u)" -eq 0 ]; then
        chmod a+x "$root"
        install -d -o postgres -g postgres -m 700 "$data"
        install -o postgres -g postgres -m 600 /dev/null "$log"
    else
        install -d -m 700 "$data"
    fi
    as_owner tee "$log" <<<"$password" >/dev/null # a file that initdb may read
    as_owner "$bin/initdb" --pgdata="$data" --username=postgres --encoding=UTF8 --locale=C.UTF-8 \
        --auth=scram-sha-256 --pwfile="$log" --no-sync >/dev/null
    as_owner tee "$log" </dev/null >/dev/null
    as_owner tee -a "$data/postgresql.conf" >/dev/null <<SETTINGS
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = 32MB
max_connections = 50
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
lc_messages = 'C'
SETTINGS
}

# Below the range from which the kernel gives ports to clients.
some_port() { echo $((20000 + (RANDOM * 32768 + RANDOM) % 12000)); }

start_at() { # PORT
    as_owner "$bin/pg_ctl" --pgdata="$data" --log="$log" --wait --timeout=60 --options="-p $1 ${POSTGRES_EXTRA:-}" start >/dev/null 2>&1 || return 1
    echo "$1" >"$root/postgres.port"
}

start() {
    [ -f "$data/PG_VERSION" ] || make_cluster
    ! is_running || return 0
    local port=${POSTGRES_PORT:-} attempt
    if [ -n "$port" ]; then
        start_at "$port" || die "the server did not start: $(tail -n 20 "$log")"
        return
    fi
    [ ! -s "$root/postgres.port" ] || ! start_at "$(<"$root/postgres.port")" || return 0
    for attempt in {1..20}; do
        ! start_at "$(some_port)" || return 0
        grep -q 'Address already in use' "$log" || break
    done
    die "the server did not start ($attempt attempts): $(tail -n 20 "$log")"
}

is_running() { as_owner "$bin/pg_ctl" --pgdata="$data" status >/dev/null 2>&1; }

stop() {
    ! is_running || as_owner "$bin/pg_ctl" --pgdata="$data" --mode="${STOP_MODE:-fast}" --wait stop >/dev/null
}

case ${1:-} in
start) start ;;
stop) stop ;;
status) is_running ;;
env) echo "export PGHOST=127.0.0.1 PGPORT=$(<"$root/postgres.port") PGUSER=postgres PGPASSWORD=$password PGDATADIR=$data PGBIN=$bin" ;;
*) die "usage: postgres.sh start|stop|status|env" ;;
esac
