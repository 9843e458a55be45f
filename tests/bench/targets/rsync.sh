#!/bin/bash
# The target rsync beside rsync with a file, over one sshd. A stream is no file: ours goes piece by piece and is compared in the end.
# usage: tests/bench/targets/rsync.sh [BUILD_TREE]     ROUNDS, MEGABYTES: see lib.sh
# shellcheck disable=SC2154 # start_server assigns them
. "$(dirname "$0")/lib.sh"
need rsync ssh sshd
start_server ssh
make_stream
shell="ssh -q -F none -i $work/key -p $port -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=$work/known"
shell+=" -o BatchMode=yes"

by_rsync() { timed rsync rsync --fsync --rsh "$shell" "$work/stream" "$user@127.0.0.1:$home/stream"; }
by_dbackup() { transfer put rsync; }
compare rsync rsync
