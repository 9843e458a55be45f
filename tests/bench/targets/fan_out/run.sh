#!/bin/bash
# Several destinations at once beside each of them alone, and the pace of the dump with and without a spool.
# usage: tests/bench/targets/fan_out/run.sh [BUILD_OR_INSTALLED_TREE]
#   ROUNDS     how often each is measured (default: 3); the median counts
#   MEGABYTES  of the dump (default: 400)
# The destinations are folders, each with a bandwidth limit of its own: what is measured is whether one holds up another,
# not the disk that they share. Prints figures; fails only when a backup does.
. "$(dirname "$0")/../../../e2e/lib.sh"
rounds=${ROUNDS:-3}
PATIENCE=600
megabytes=${MEGABYTES:-400}

median() { sort -n | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }
stage_ms() { # NAME: how long a stage of the last execution took
    expect 200 GET "/executions/$execution/stages"
    jq -r --arg name "$1" 'def ms: (.[0:19] + "Z" | fromdate) * 1000 + (.[20:23] | tonumber);
        .data[] | select(.name == $name) | (.endedAt | ms) - (.startedAt | ms)' <<<"$body"
}
# run DESTINATIONS [JQ_FILTER on the body]: -> $dumping and $uploading, in ms
run() {
    local round
    create_job "job-$RANDOM$RANDOM" "$source" none ".compression = \"NONE\" | .destinations = $1 | ${2:-.}"
    local job=$id
    : >"$work/dumping" && : >"$work/uploading"
    for ((round = 0; round < rounds; ++round)); do
        start_job "$job"
        await_success "$execution"
        stage_ms "Dumping Databases" >>"$work/dumping"
        stage_ms Uploading >>"$work/uploading"
        rm -rf "${backups:?}"/*
    done
    dumping=$(median <"$work/dumping") uploading=$(median <"$work/uploading")
}
destination_of() { # NUMBER MEGABYTES_PER_SECOND
    jq -nc --arg id "${ids[$1]}" --argjson rate "$2" '{configId: $id, bandwidthLimit: ($rate * 1000000), verify: "size"}'
}

start_daemon
mkdir "$work/data"
head -c $((megabytes * 1000000)) /dev/urandom >"$work/data/file"
create /adapters "$(jq -n --arg folder "$work/data" \
    '{name: "data", type: "database", adapterId: "files", config: {folders: [$folder]}}')"
source=$id
ids=()
for number in 0 1 2; do
    create_destination "disk-$number" "$backups/$number"
    ids+=("$id")
done

rates=(40 50 60)
slowest=0
for number in 0 1 2; do
    run "[$(destination_of $number "${rates[number]}")]"
    printf 'alone, %s MB/s            %6d ms\n' "${rates[number]}" "$uploading"
    [ "$uploading" -le "$slowest" ] || slowest=$uploading
done
run "[$(destination_of 0 40), $(destination_of 1 50), $(destination_of 2 60)]"
printf 'three at once             %6d ms   ratio to the slowest alone %s\n' "$uploading" \
    "$(awk -v a="$uploading" -v b="$slowest" 'BEGIN {printf "%.3f", a / b}')"

run "[$(destination_of 0 0)]"
printf 'dump, one fast            %6d ms\n' "$dumping"
run "[$(destination_of 0 0), $(destination_of 1 40)]"
printf 'dump, one slow, no spool  %6d ms   upload %6d ms\n' "$dumping" "$uploading"
run "[$(destination_of 0 0), $(destination_of 1 40)]" '.spoolBytes = 4294967296'
printf 'dump, one slow, spool     %6d ms   upload %6d ms\n' "$dumping" "$uploading"
stop_daemon
