#!/bin/bash
# Runs in a bare Debian tree (chroot_test.sh): the packages in /test/debs are installed, used as their unit would, upgraded to those in
# /test/next beneath the running service, removed, purged. There is no systemd that runs.
set -euo pipefail

unit=/lib/systemd/system/dbackupd.service
# shellcheck source=checks.sh
. /test/checks.sh

as_service() { # as the unit's User= and Environment= have it
    local user
    user=$(sed -n 's/^User=//p' "$unit")
    runuser -u "$user" -- env HOME=/var/lib/dbackup "$@"
}

apt() {
    apt-get -qq -o Dpkg::Use-Pty=0 --yes --no-install-recommends -o Dpkg::Options::=--force-confold "$@" >/tmp/apt.log 2>&1 || {
        cat /tmp/apt.log >&2
        fail "apt-get $*"
    }
}

answers() { (exec 3<>/dev/tcp/127.0.0.1/8484) 2>/dev/null; }

within_20s() { # polls until it is true
    for _ in $(seq 200); do
        ! "$@" || return 0
        sleep 0.1
    done
    return 1
}

start() {
    local start
    start=$(sed -n 's/^ExecStart=//p' "$unit")
    as_service "$start" >>/tmp/dbackupd.log 2>&1 &
    within_20s answers || fail "the service does not answer"
}

stop() {
    pkill --exact --uid dbackup dbackupd
    wait
}

rows() { sqlite3 "$1" 'SELECT count(*), sum(price) FROM goods'; }

installed() {
    apt install /test/debs/*.deb sqlite3 procps
    check "no library is missing" test -z "$(ldd /usr/sbin/dbackupd /usr/bin/dbackup* /usr/libexec/dbackup/* /usr/lib/dbackup/plugins/*.so | grep 'not found')"
    echo "  installed size without vendor tools: $(dpkg-query -W -f '${Installed-Size}\n' dbackup dbackup-server dbackup-cli libdbackup-sdk1 \
        'dbackup-plugin-*' | awk '{sum += $1} END {printf "%.1f MiB\n", sum / 1024}')"
}

used() {
    check "dbackup has an account of its own" getent passwd dbackup
    check "the state folder is its own alone" test "$(stat -c '%U %a' /var/lib/dbackup)" = "dbackup 700"
    check "the configuration is valid" as_service dbackupd check-config
    install -d -o dbackup -g dbackup /srv/shop
    sqlite3 /srv/shop/shop.db 'CREATE TABLE goods(id INTEGER PRIMARY KEY, price INTEGER);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<50000) INSERT INTO goods SELECT i, i*7%1000 FROM n'
    chown dbackup: /srv/shop/shop.db
    start
    check "the service runs as its own user" test "$(ps -o user= -C dbackupd | sort -u)" = dbackup
    (umask 077 && as_service dbackupd keys create --name=test --permissions=all >/etc/dbackup/test.key)
    DBACKUP_API_KEY=$(cat /etc/dbackup/test.key)
    export DBACKUP_API_KEY
    check "apply takes the example folder" dbackup apply -f /test/resources
    check "a second apply changes nothing" dbackup diff -f /test/resources
    check "run --wait ends with Success" dbackup run --wait nightly
    check "every plugin was accepted" sh -c "dbackup plugins -o json >/tmp/plugins; ! grep -q '\"refused\"' /tmp/plugins &&
        [ \$(grep -c '\"loaded\"' /tmp/plugins) = $(find /usr/lib/dbackup/plugins -name '*.so' | wc -l) ]"
    rows /srv/shop/shop.db >/test/rows
    sed -i 's/^#log.level = info$/log.level = warning/' /etc/dbackup/dbackupd.properties
}

upgraded() { # beneath the running service
    apt install /test/next/*.deb
    check "the new version is installed" sh -c "dpkg -s dbackup-server | grep -q '^Version: .*+next'"
    check "the service outlived the upgrade" pgrep --exact dbackupd
    stop
    check "the changed configuration was kept" grep -qx 'log.level = warning' /etc/dbackup/dbackupd.properties
    start
    check "the history was kept" sh -c 'dbackup executions -o json | grep -q Success'
    check "run --wait ends with Success after the upgrade" dbackup run --wait nightly
    rm -f /srv/shop/shop.db
    check "the backup of the new version is restored" dbackup restore Disk latest --job nightly --to Shop --wait
    check "what was restored is what was backed up" test "$(rows /srv/shop/shop.db)" = "$(cat /test/rows)"
    stop
}

# As packaging/container has it: nothing can be written but two folders and /tmp, no capability, no root.
contained() {
    # shellcheck disable=SC2016 # for the inner shell
    unshare --mount --propagation unchanged bash -euc '
        mount --bind / /mnt
        for folder in /var/lib/dbackup /var/backups/dbackup; do mount --bind "$folder" "/mnt$folder"; done
        mount --rbind /dev /mnt/dev
        mount -t proc proc /mnt/proc
        mount -t tmpfs tmpfs /mnt/tmp
        mount -o remount,bind,ro /mnt
        exec chroot /mnt setpriv --reuid=dbackup --regid=dbackup --clear-groups --bounding-set=-all --no-new-privs \
            env HOME=/var/lib/dbackup dbackupd -Dapi.address=0.0.0.0 -Dlog.level=info' >/tmp/dbackupd.log 2>&1 &
    within_20s bash /test/health.sh || fail "the container's health check does not pass"
    local pid
    pid=$(pgrep --exact dbackupd)
    check "the root is read-only for the service" test ! -w "/proc/${pid}/root/etc"
    check "run --wait ends with Success as in a container" \
        dbackup --url https://127.0.0.1:8484 --skip-tls-verify run --wait nightly
    stop
    check "the health check fails without the service" sh -c '! bash /test/health.sh'
}

removed() {
    apt remove dbackup dbackup-server dbackup-cli dbackup-dev libdbackup-sdk1 'dbackup-plugin-*'
    check "the programs are gone" test ! -e /usr/sbin/dbackupd -a ! -e /usr/bin/dbackup -a ! -e /usr/lib/dbackup
    check "configuration and state are still there" test -s /etc/dbackup/dbackupd.properties -a -s /var/lib/dbackup/dbackup.db
}

purged() {
    rm /etc/dbackup/test.key
    dpkg --purge dbackup-server >/dev/null
    check "configuration and state are gone" test ! -e /var/lib/dbackup -a ! -e /etc/dbackup/dbackupd.properties
    check "no file is left anywhere but the backups and what was made by hand" \
        test -z "$(find / -xdev -name '*dbackup*' -not -path '/proc/*' -not -path '/test/*' -not -path '/tmp/*' \
            -not -path '/var/backups/*' -not -path '/etc/dbackup' -not -path '/var/log/*' -print)"
    check "dpkg knows none of the packages any more" test -z "$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' '*dbackup*' 2>/dev/null | grep -v '^un')"
    check "the backups are still there" test -n "$(find /var/backups/dbackup -name manifest.json)"
}

export DBACKUP_URL=http://127.0.0.1:8484
for step in installed used upgraded contained removed purged; do
    echo "$step:"
    "$step"
done
all_passed
