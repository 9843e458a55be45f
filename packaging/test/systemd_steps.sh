#!/bin/bash
# Runs in the machine that systemd_test.sh boots, as a unit of it: the service under a real systemd.
set -euo pipefail
# shellcheck source=checks.sh
. /test/checks.sh
unset DBACKUP_API_KEY

show() { systemctl show --property="$1" --value dbackupd; }
main_pid() { show MainPID; }
seconds() { awk '{print $1}' /proc/uptime; }
since() { awk -v from="$1" -v to="$(seconds)" 'BEGIN {printf "%.1f", to - from}'; }

within() { # within SECONDS COMMAND...: polls until it is true
    local limit=$1 from
    shift
    from=$(seconds)
    until "$@"; do
        awk -v passed="$(since "$from")" -v limit="$limit" 'BEGIN {exit passed > limit}' || return 1
        sleep 0.2
    done
}

installation() { # docs/install.md, command for command
    within 120 runuser -u postgres -- psql -qc 'SELECT 1' >/dev/null || fail "PostgreSQL does not start"
    runuser -u postgres -- createdb shop
    runuser -u postgres -- psql -q shop -c 'CREATE TABLE goods AS SELECT i AS id, md5(i::text) AS name FROM generate_series(1, 20000) AS i'
    awk '/^```sh/ {inside = 1; next} /^```/ {inside = 0} inside' /test/install.md |
        sed 's|^REPOSITORY=.*|REPOSITORY=file:///test/repository|' >/test/install.sh
    check "docs/install.md has ten commands" test "$(grep -c -E '# (10|[1-9])$' /test/install.sh)" = 10
    cd /
    # shellcheck disable=SC1091 # was just made; its variables are needed here
    . /test/install.sh
    check "the timer waits for its time" sh -c 'systemctl list-timers --all | grep -q dbackup-run@nightly.timer'
    check "the backup that the timer's unit waited for is a Success" \
        sh -c "dbackup executions --job nightly -o json | grep -q '\"Success\"'"
    check "it can be restored as the document has it" \
        dbackup restore Disk latest --job nightly --to Shop --database shop=shop_restored --wait --no-owner
}

readiness() {
    check "the unit is enabled" systemctl is-enabled --quiet dbackupd
    check "the unit is active" systemctl is-active --quiet dbackupd
    check "it says itself that it is ready (Type=notify)" test "$(show Type):$(show NotifyAccess)" = notify:main
    check "it says what it does: $(show StatusText)" test -n "$(show StatusText)"
    check "it runs as its own user" test "$(stat -c %U "/proc/$(main_pid)")" = dbackup
    systemctl restart dbackupd
    echo "  figure: start to ready $((($(show ActiveEnterTimestampMonotonic) - $(show ExecMainStartTimestampMonotonic)) / 1000)) ms," \
        "memory $(($(show MemoryCurrent) / 1048576)) MiB, $(systemd-analyze security dbackupd | tail -1 | sed 's/^[^O]*//')"
}

# shellcheck disable=SC2317 # called by within
another() { # process than BEFORE, and ready
    [ "$(main_pid)" != "$before" ] && [ "$(main_pid)" != 0 ] && systemctl is-active --quiet dbackupd
}

watchdog() {
    mkdir -p /run/systemd/system/dbackupd.service.d
    printf '[Service]\nWatchdogSec=10\n' >/run/systemd/system/dbackupd.service.d/watchdog.conf
    systemctl daemon-reload
    systemctl restart dbackupd
    local before from
    before=$(main_pid) from=$(seconds)
    kill -STOP "$before"
    check "a service that stands still is started again" within 60 another
    echo "  figure: from SIGSTOP to ready again $(since "$from") s with WatchdogSec=10"
    check "the journal tells that it was the watchdog" sh -c 'journalctl -u dbackupd | grep -q -i "watchdog timeout"'
    check "it answers again" within 30 dbackup jobs nightly
    rm -r /run/systemd/system/dbackupd.service.d
    systemctl daemon-reload
    systemctl restart dbackupd
}

reload() {
    local before
    before=$(main_pid)
    printf 'kind: Destination\nname: Second\nadapter: local-filesystem\nconfig:\n  basePath: /var/backups/dbackup/second\n' \
        >/etc/dbackup/resources.d/second.yaml
    chmod 0644 /etc/dbackup/resources.d/second.yaml
    systemctl reload dbackupd
    check "a reload applies resources.d" within 30 dbackup destinations Second
    check "the process is the same" test "$(main_pid)" = "$before"
}

stopping() {
    sed 's/destinations: \[Disk\]/destinations: [{name: Disk, bandwidthLimit: 40000}]/; s/name: nightly/name: slow/; s/^source: .*/&\ncompression: NONE/' \
        /shop.yaml >/tmp/slow.yaml
    dbackup apply -f /tmp/slow.yaml
    dbackup run slow
    check "a backup runs" within 60 sh -c "dbackup executions --job slow -o json | grep -q '\"Running\"'"
    local from
    from=$(seconds)
    systemctl stop dbackupd
    echo "  figure: systemctl stop took $(since "$from") s, as a backup was under way"
    check "the service is stopped without a fault" test "$(show Result)" = success
    systemctl start dbackupd
    check "the backup came to its end before the service did" \
        sh -c "dbackup executions --job slow -o json | grep -q '\"Success\"'"
}

sockets() {
    systemctl stop dbackupd
    systemctl start dbackupd.socket
    check "the service is not running" test "$(systemctl is-active dbackupd)" = inactive
    check "a request to the socket starts it" dbackup jobs nightly
    check "now it is active" systemctl is-active --quiet dbackupd
}

removal() {
    apt-get -qq -o Dpkg::Use-Pty=0 remove --yes dbackup-server >/dev/null
    check "removal stops the service" test -z "$(pgrep --exact dbackupd)"
    check "and its socket" test "$(systemctl is-active dbackupd.socket)" != active
    check "and leaves the backups" test -n "$(find /var/backups/dbackup -name manifest.json)"
}

for step in installation readiness watchdog reload stopping sockets removal; do
    echo "$step:"
    "$step"
done
all_passed
