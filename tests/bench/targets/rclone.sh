#!/bin/bash
# The target rclone beside `rclone rcat`, on one WebDAV server of rclone's.
# usage: tests/bench/targets/rclone.sh [BUILD_TREE]     ROUNDS, MEGABYTES: see lib.sh
# shellcheck disable=SC2154 # start_server assigns them
. "$(dirname "$0")/lib.sh"
need rclone
start_server rclone
make_stream

by_rclone() { timed rclone rclone --quiet --config "$config" rcat dav:stream; }
by_dbackup() { transfer put rclone; }
forget() { rclone --config "$config" deletefile dav:stream; } # the server would believe in a file removed behind its back
compare rclone rclone
