#!/bin/bash
# The target sftp beside OpenSSH's sftp and scp, there and back, on loopback and on a wire with a delay, to one server.
# usage: tests/bench/targets/sftp.sh [BUILD_TREE]     ROUNDS, MEGABYTES: see lib.sh
#   DELAY_MS  of the long wire, in each direction (default: 20); it is a proxy, as not every kernel has tc's netem
#   WIRES     default: "near far"
# shellcheck disable=SC2154 # start_server assigns them
. "$(dirname "$0")/lib.sh"
need sftp scp sshd
start_server ssh
make_stream
options=(-q -F none -i "$work/key" -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o "UserKnownHostsFile=$work/known"
    -o BatchMode=yes)
there=$user@127.0.0.1

# -f: on its disk when it is done, as ours is. scp cannot do that.
by_sftp() {
    if [ "$way" = put ]; then echo "put -f $work/stream $home/stream"; else echo "get $home/stream $work/back"; fi >"$work/batch"
    timed sftp sftp "${options[@]}" -P "$wire_port" -b "$work/batch" "$there" >/dev/null
}
by_scp() {
    local from=$work/stream to=$there:$home/stream
    [ "$way" = put ] || { from=$to && to=$work/back; }
    timed scp scp "${options[@]}" -P "$wire_port" "$from" "$to"
}
by_dbackup() {
    if [ "$way" = put ]; then transfer put sftp; else transfer get sftp >"$work/back"; fi
}
arrived() { cat "$result"; }
forget() { rm -f "$result"; }

for wire in ${WIRES:-near far}; do
    if [ "$wire" = near ]; then wire_port=$port settings=$work/settings.json; else wire_port=$far_port settings=$work/far.json; fi
    way=put result=$home/stream
    compare "sftp $wire put" sftp scp
    way=get result=$work/back
    cp "$work/stream" "$home/stream"
    compare "sftp $wire get" sftp scp
    rm "$home/stream"
done
