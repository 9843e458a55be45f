#!/bin/bash
# The target s3 beside `rclone rcat` and `aws s3 cp -`, on one gateway of Ceph that keeps everything in memory.
# usage: tests/bench/targets/s3.sh [BUILD_TREE]     ROUNDS, MEGABYTES: see lib.sh
. "$(dirname "$0")/lib.sh"
gateway=$root/tests/support/servers/radosgw.sh
need rclone radosgw ceph-mon jq

trap 'ended_after "$gateway" stop' EXIT
"$gateway" start
eval "$("$gateway" env)"
export CEPH_CONF=$SERVERS_ROOT/radosgw/ceph.conf
export RCLONE_CONFIG_GATEWAY_TYPE=s3 RCLONE_CONFIG_GATEWAY_PROVIDER=Ceph RCLONE_CONFIG_GATEWAY_ENDPOINT=$S3_ENDPOINT
export RCLONE_CONFIG_GATEWAY_ACCESS_KEY_ID=$S3_KEY RCLONE_CONFIG_GATEWAY_SECRET_ACCESS_KEY=$S3_SECRET
export AWS_ACCESS_KEY_ID=$S3_KEY AWS_SECRET_ACCESS_KEY=$S3_SECRET AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
rclone mkdir gateway:bench 2>/dev/null
jq -n --arg endpoint "$S3_ENDPOINT" --arg key "$S3_KEY" --arg secret "$S3_SECRET" \
    '{endpoint: $endpoint, bucket: "bench", accessKeyId: $key, secretAccessKey: $secret}' >"$work/settings.json"

# The same parts and as many at a time as ours: 8 MiB, 4.
by_rclone() { timed rclone rclone --s3-chunk-size 8Mi --s3-upload-concurrency 4 rcat gateway:bench/stream; }
by_aws() { timed aws /usr/bin/aws --endpoint-url "$S3_ENDPOINT" s3 cp - s3://bench/stream; }
by_dbackup() { transfer put s3 s3-generic; }
arrived() { rclone cat gateway:bench/stream; }
forget() {
    rclone deletefile gateway:bench/stream
    radosgw-admin -n client.rgw gc process --include-all >/dev/null 2>&1 # memory is all that the server has
}
make_stream
if /usr/bin/aws --version >/dev/null 2>&1; then
    compare s3 rclone aws
else
    note "without aws: Debian's package awscli is not installed"
    compare s3 rclone
fi
