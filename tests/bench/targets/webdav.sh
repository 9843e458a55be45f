#!/bin/bash
# The target webdav beside `curl -T`, on one Apache with mod_dav.
# usage: tests/bench/targets/webdav.sh [BUILD_TREE]     ROUNDS, MEGABYTES: see lib.sh
# shellcheck disable=SC2154 # start_server assigns them
. "$(dirname "$0")/lib.sh"
need curl /usr/sbin/apache2
start_server webdav
make_stream
(umask 077 && echo "user = \"$user:$password\"" >"$work/curlrc")

# A file, and a stream, whose length curl does not know either.
by_curl() { timed curl curl -sSf -o /dev/null -K "$work/curlrc" -T "$work/stream" "$url/stream"; }
by_curl_stdin() { timed curl_stdin curl -sSf -o /dev/null -K "$work/curlrc" -T - "$url/stream"; }
by_dbackup() { transfer put webdav; }
compare webdav curl curl_stdin
