#!/bin/bash
# Starts a backup job and waits for its end; for pipelines, cron and hands. Needs curl and jq.
#
#   DBACKUP_URL=https://backup.example.org DBACKUP_API_KEY=dbackup_... JOB_ID=... ./trigger-and-wait.sh
#
# Exit status: 0 the backup succeeded, 1 it failed or could not be started, 2 it did not end in time.
# The key needs the permissions jobs:execute and history:read. Further variables:
#   DBACKUP_TIMEOUT=3600           seconds to wait for the end
#   DBACKUP_POLL_SECONDS=5         seconds between two questions
#   DBACKUP_AUTO_LOCK=1            lock the backup, so that no retention removes it
#   DBACKUP_CA=FILE                certificate of the service, if no public authority signed it
#   DBACKUP_SKIP_TLS_VERIFY=1      do not check the certificate at all
set -euo pipefail

: "${DBACKUP_URL:?the address of DBackup, such as https://backup.example.org}"
: "${DBACKUP_API_KEY:?an API key, dbackup_...}"
: "${JOB_ID:?the id of the job, from GET /api/jobs}"

options=(--silent --show-error --max-time 60 --retry 3 --retry-connrefused)
[ -z "${DBACKUP_CA:-}" ] || options+=(--cacert "$DBACKUP_CA")
[ "${DBACKUP_SKIP_TLS_VERIFY:-0}" != 1 ] || options+=(--insecure)
lock=()
[ "${DBACKUP_AUTO_LOCK:-0}" != 1 ] || lock=(--json '{"lock":true}')

call() { # METHOD PATH [curl options]: the answer. The key goes through a pipe: a command line can be read by all.
    curl "${options[@]}" --fail-with-body -H @<(printf 'Authorization: Bearer %s\n' "$DBACKUP_API_KEY") \
        -X "$1" "${@:3}" "${DBACKUP_URL%/}/api$2"
}

if ! answer=$(call POST "/jobs/$JOB_ID/run" "${lock[@]}"); then
    echo "The job could not be started: ${answer:-no answer}" >&2
    exit 1
fi
execution=$(jq -er .executionId <<<"$answer")
echo "Execution $execution started"

deadline=$((SECONDS + ${DBACKUP_TIMEOUT:-3600}))
while [ "$SECONDS" -lt "$deadline" ]; do
    if answer=$(call GET "/executions/$execution"); then
        jq -r '.data | "\(.status)  \(.progress // 0) %  \(.stage // "")"' <<<"$answer"
        case $(jq -r .data.status <<<"$answer") in
        Success)
            jq -r '.data | "Backup \(.path) complete: \(.size) bytes in \(.duration) ms"' <<<"$answer"
            exit 0
            ;;
        Failed)
            echo "Backup failed: $(jq -r '.data.error // "unknown error"' <<<"$answer")" >&2
            exit 1
            ;;
        esac
    else
        echo "No answer about the execution; asking again: ${answer:-no answer}" >&2
    fi
    sleep "${DBACKUP_POLL_SECONDS:-5}"
done
echo "The backup did not end within ${DBACKUP_TIMEOUT:-3600} seconds; execution $execution goes on" >&2
exit 2
