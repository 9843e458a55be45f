#!/bin/bash
# A whole tiny Ceph (one monitor, one manager, one OSD that keeps everything in memory, one gateway) for tests: an S3 server that checks
# signatures. Loopback only. It takes some 13 seconds to start.
# What was removed gives its space back within half a minute; as it comes, the gateway looks once an hour, and a full store
# answers nothing at all.
# usage: radosgw.sh start|stop|env
#   SERVERS_ROOT  folder below which the server lives (default: dbackup-servers in $TMPDIR)
#   DISK_BYTES    objects lie in a file of this size below it (default: in memory)
# `eval "$(radosgw.sh env)"` sets S3_ENDPOINT, S3_TLS_ENDPOINT (the same with a certificate for 127.0.0.1, its own authority,
# S3_CERTIFICATE), S3_KEY and S3_SECRET (an account), S3_POOR_KEY and S3_POOR_SECRET (one whose buckets may
# hold 1 MiB), S3_KMS_KEY (a key for SSE-KMS).
set -euo pipefail

root=${SERVERS_ROOT:-${TMPDIR:-/tmp}/dbackup-servers}/radosgw
export CEPH_CONF=$root/ceph.conf
memory_bytes=3221225472
key=TESTACCESSKEY0000001 secret=testsecretkeytestsecretkeytestsecretkey1
poor_key=POORACCESSKEY0000001 poor_secret=poorsecretkeypoorsecretkeypoorsecretkey1

die() {
    echo "radosgw.sh: $*" >&2
    exit 1
}
for program in ceph ceph-mon ceph-mgr ceph-osd radosgw radosgw-admin openssl; do
    command -v $program >/dev/null || die "there is no $program; install radosgw ceph-mon ceph-mgr ceph-osd ceph-common openssl"
done

eventually() { # SECONDS COMMAND...
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.05
    done
}

# Below the range from which the kernel gives ports to clients.
some_port() { echo $((20000 + (RANDOM * 32768 + RANDOM) % 12000)); }
is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
free_port() {
    local port
    for _ in {1..50}; do
        port=$(some_port)
        if is_free "$port" && is_free $((port + 1)) && is_free $((port + 2)) && is_free $((port + 3)); then
            echo "$port"
            return
        fi
    done
    die "there are no free ports"
}

configure() { # PORT
    rm -rf "$root"
    install -d -m 755 "$root"/{mon,mgr,osd,rgw,run,log}
    echo "$1" >"$root/port"
    cat >"$CEPH_CONF" <<CONF
[global]
fsid = $(</proc/sys/kernel/random/uuid)
mon_initial_members = a
mon_host = [v2:127.0.0.1:$(($1 + 1)),v1:127.0.0.1:$(($1 + 2))]
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
keyring = $root/\$name.keyring
admin_socket = $root/run/\$name.asok
pid_file = $root/run/\$name.pid
log_file = $root/log/\$name.log
run_dir = $root/run
ms_bind_ipv6 = false
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
osd_pool_default_size = 1
osd_pool_default_min_size = 1
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
osd_pool_default_pg_num = 8
osd_pool_default_pg_autoscale_mode = off
mon_max_pg_per_osd = 1000
osd_crush_chooseleaf_type = 0
osd_objectstore = $([ -n "${DISK_BYTES:-}" ] && echo bluestore || echo memstore)
memstore_device_bytes = $memory_bytes
bluestore_block_size = ${DISK_BYTES:-0}
mon_data_avail_crit = 1
mon_data_avail_warn = 2
[mon.a]
mon_data = $root/mon
[mgr.x]
mgr_data = $root/mgr
[osd.0]
osd_data = $root/osd
[client.rgw]
rgw_frontends = beast endpoint=127.0.0.1:$1 ssl_endpoint=127.0.0.1:$(($1 + 3)) ssl_certificate=$root/server.pem ssl_private_key=$root/server.key
rgw_data = $root/rgw
rgw_enable_usage_log = false
rgw_gc_obj_min_wait = 10
rgw_gc_processor_period = 15
rgw_gc_processor_max_time = 15
rgw_crypt_require_ssl = false
rgw_crypt_s3_kms_backend = testing
rgw_crypt_s3_kms_encryption_keys = test-key=a2V5IG9mIGEgdGVzdCwgb2YgMzIgYnl0ZXMsIG9kZCE=
rgw_bucket_quota_ttl = 0
CONF
}

keyrings() {
    ceph-authtool --create-keyring "$root/mon.keyring" --gen-key -n mon. --cap mon 'allow *'
    ceph-authtool --create-keyring "$root/client.admin.keyring" --gen-key -n client.admin \
        --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' --cap mds 'allow *'
    ceph-authtool "$root/mon.keyring" --import-keyring "$root/client.admin.keyring"
    local port
    port=$(<"$root/port")
    monmaptool --create --addv a "[v2:127.0.0.1:$((port + 1)),v1:127.0.0.1:$((port + 2))]" \
        --fsid "$(sed -n 's/^fsid = //p' "$CEPH_CONF")" "$root/monmap"
    ceph-mon --mkfs -i a --monmap "$root/monmap" --keyring "$root/mon.keyring"
    cp "$root/mon.keyring" "$root/mon/keyring"
}

account() { # NAME KEY SECRET
    radosgw-admin -n client.rgw user create --uid="$1" --display-name="$1" --access-key="$2" --secret="$3"
}

certificate() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=radosgw -addext subjectAltName=IP:127.0.0.1 \
        -keyout "$root/server.key" -out "$root/server.pem"
}

start_all() {
    keyrings
    certificate
    ceph-mon -i a
    eventually 60 timeout 5 ceph -s || die "the monitor does not answer"
    ceph auth get-or-create mgr.x mon 'allow profile mgr' osd 'allow *' mds 'allow *' -o "$root/mgr.x.keyring"
    ceph auth get-or-create client.rgw mon 'allow rw' osd 'allow rwx' mgr 'allow rw' -o "$root/client.rgw.keyring"
    ceph-mgr -i x
    local osd
    osd=$(</proc/sys/kernel/random/uuid)
    ceph osd new "$osd" 0
    ceph auth get-or-create osd.0 mon 'allow profile osd' mgr 'allow profile osd' osd 'allow *' -o "$root/osd.0.keyring"
    ceph-osd -i 0 --mkfs --osd-uuid "$osd"
    ceph-osd -i 0
    eventually 60 bash -c 'ceph osd stat | grep -q "1 up"' || die "the OSD does not come up"
    radosgw -n client.rgw
    eventually 90 curl -sS -o /dev/null "http://127.0.0.1:$(<"$root/port")/" || die "the gateway does not answer"
    account test $key $secret
    account poor $poor_key $poor_secret
    radosgw-admin -n client.rgw quota set --quota-scope=user --uid=poor --max-size=1M
    radosgw-admin -n client.rgw quota enable --quota-scope=user --uid=poor
}

start() {
    [ ! -f "$root/ready" ] || return 0
    configure "$(free_port)"
    start_all >"$root/start.log" 2>&1 </dev/null || die "it did not start: $(tail -n 20 "$root/start.log")"
    touch "$root/ready"
}

is_alive() { [ -d "/proc/$1" ] && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status"; }

stop_one() { # NAME
    local pid
    [ -s "$root/run/$1.pid" ] || return 0
    pid=$(<"$root/run/$1.pid")
    ! is_alive "$pid" || kill -KILL "$pid" || return 0 # all is in memory: there is nothing to keep
    for _ in {1..200}; do
        is_alive "$pid" || return 0
        sleep 0.05
    done
    die "$1 did not stop"
}

stop() {
    local name
    for name in client.rgw osd.0 mgr.x mon.a; do
        stop_one $name
    done
    rm -rf "$root"
}

case ${1:-} in
start) start ;;
stop) stop ;;
env)
    port=$(<"$root/port")
    echo "export S3_ENDPOINT=http://127.0.0.1:$port S3_TLS_ENDPOINT=https://127.0.0.1:$((port + 3))" \
        "S3_CERTIFICATE=$root/server.pem S3_KEY=$key S3_SECRET=$secret" \
        "S3_POOR_KEY=$poor_key S3_POOR_SECRET=$poor_secret S3_KMS_KEY=test-key"
    ;;
*) die "usage: radosgw.sh start|stop|env" ;;
esac
