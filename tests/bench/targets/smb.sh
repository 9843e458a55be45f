#!/bin/bash
# The target smb beside smbclient's put, on one Samba.
# usage: tests/bench/targets/smb.sh [BUILD_TREE]     ROUNDS, MEGABYTES: see lib.sh
# shellcheck disable=SC2154 # start_server assigns them
. "$(dirname "$0")/lib.sh"
need smbclient smbd
start_server samba
make_stream
(umask 077 && printf 'username=%s\npassword=%s\n' "$user" "$password" >"$work/account")

by_smbclient() {
    timed smbclient smbclient //127.0.0.1/bk --quiet --port "$port" --configfile /dev/null --authentication-file "$work/account" \
        --client-protection sign --use-kerberos off --command "put $work/stream stream" >/dev/null 2>&1
}
by_dbackup() { transfer put smb; }
compare smb smbclient
