#!/bin/bash
# A stream to the target s3, beside `rclone rcat` (and `aws s3 cp -` where Debian's awscli is installed), in turn, on one gateway of Ceph
# that keeps everything in memory.
# usage: tests/bench/targets/s3.sh [BUILD_TREE]
#   ROUNDS     how often each is measured (default: 5); the median counts
#   MEGABYTES  length of the stream (default: 1000)
# Prints figures; fails only when a transfer does.
. "$(dirname "$0")/../../e2e/lib.sh"
. "$(dirname "$0")/../side_by_side.sh"
megabytes=${MEGABYTES:-1000}
gateway=$root/tests/support/servers/radosgw.sh
put=$tree/tests/target_put
for program in rclone openssl radosgw ceph-mon; do
    command -v $program >/dev/null || skip "$program is not installed"
done
[ -x "$put" ] || skip "$put is not built"
unset AWS_CA_BUNDLE # rclone 1.60 cannot go on with it
sides="rclone dbackup"
! /usr/bin/aws --version >/dev/null 2>&1 || sides="rclone aws dbackup"

trap '"$gateway" stop || true; ended' EXIT
"$gateway" start
eval "$("$gateway" env)"
export CEPH_CONF=$SERVERS_ROOT/radosgw/ceph.conf
export RCLONE_CONFIG_GATEWAY_TYPE=s3 RCLONE_CONFIG_GATEWAY_PROVIDER=Ceph RCLONE_CONFIG_GATEWAY_ENDPOINT=$S3_ENDPOINT
export RCLONE_CONFIG_GATEWAY_ACCESS_KEY_ID=$S3_KEY RCLONE_CONFIG_GATEWAY_SECRET_ACCESS_KEY=$S3_SECRET
export AWS_ACCESS_KEY_ID=$S3_KEY AWS_SECRET_ACCESS_KEY=$S3_SECRET AWS_DEFAULT_REGION=us-east-1
rclone --config /dev/null mkdir gateway:bench 2>/dev/null
jq -n --arg endpoint "$S3_ENDPOINT" --arg key "$S3_KEY" --arg secret "$S3_SECRET" \
    '{endpoint: $endpoint, bucket: "bench", accessKeyId: $key, secretAccessKey: $secret}' >"$work/settings.json"
# Not compressible, and in the page cache.
{ openssl enc -aes-128-ctr -nosalt -pass pass:1 -in /dev/zero 2>/dev/null || true; } | head -c $((megabytes * 1000000)) >"$work/stream"

# Runs a command on the stream: -> lines "milliseconds KiB" in $work/SIDE.figures
timed() { # SIDE COMMAND...
    /usr/bin/python3 - "$work/$1.figures" "$work/stream" "${@:2}" <<'PY'
import os, resource, subprocess, sys, time
with open(sys.argv[2], "rb") as stream:
    began = time.monotonic()
    done = subprocess.run(sys.argv[3:], stdin=stream, check=False)
    took = time.monotonic() - began
if done.returncode != 0:
    sys.exit("failed: " + " ".join(sys.argv[3:]))
with open(sys.argv[1], "a") as figures:
    figures.write(f"{took * 1000:.0f} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}\n")
PY
}
send() { # SIDE
    case $1 in
    # The same parts and as many at a time as ours: 8 MiB, 4.
    rclone) timed rclone rclone --config /dev/null --s3-chunk-size 8Mi --s3-upload-concurrency 4 rcat gateway:bench/stream ;;
    aws) timed aws /usr/bin/aws --endpoint-url "$S3_ENDPOINT" s3 cp - s3://bench/stream ;;
    dbackup) timed dbackup "$put" "$tree/lib/dbackup/plugins/s3.so" s3-generic "$work/settings.json" stream ;;
    esac
}
for ((round = 0; round <= rounds; ++round)); do # round 0 warms up
    for side in $sides; do
        send "$side"
        [ $round -gt 0 ] || : >"$work/$side.figures"
        [ "$(rclone --config /dev/null cat gateway:bench/stream | cksum)" = "$(cksum <"$work/stream")" ] || fail "$side wrote something else"
        rclone --config /dev/null deletefile gateway:bench/stream
        radosgw-admin -n client.rgw gc process --include-all >/dev/null 2>&1 # memory is all that the server has
    done
done
for side in $sides; do
    ms=$(cut -d ' ' -f 1 "$work/$side.figures" | median)
    kb=$(cut -d ' ' -f 2 "$work/$side.figures" | sort -n | tail -n 1)
    printf '%-8s %5s MB   %6s s   %4s MB/s   %6s MiB at most   (ms: %s)\n' "$side" "$megabytes" "$(seconds "$ms")" \
        $((megabytes * 1000 / ms)) "$(mebibytes "$kb")" "$(cut -d ' ' -f 1 "$work/$side.figures" | tr '\n' ' ')"
done
