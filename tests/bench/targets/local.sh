#!/bin/bash
# The target local-filesystem beside `cp` and `dd`, each with fsync, on the disk that TMPDIR names (default: /tmp).
# usage: tests/bench/targets/local.sh [BUILD_TREE]     ROUNDS, MEGABYTES: see lib.sh
export TMPDIR=${TMPDIR:-/tmp} # the disk is what is measured
. "$(dirname "$0")/lib.sh"
need cp dd jq
home=$work/home
mkdir "$home"
jq -n --arg path "$home" '{basePath: $path}' >"$work/settings.json"
make_stream

# shellcheck disable=SC2016 # the inner shell has them
by_cp() { timed cp sh -c 'cp "$1" "$2" && sync "$2"' sh "$work/stream" "$home/stream"; }
by_dd() { timed dd dd bs=1M iflag=fullblock conv=fsync status=none of="$home/stream"; }
by_dbackup() { transfer put local-filesystem; }
compare local cp dd
