#!/bin/bash
# Starts a backup job and waits for its end; for pipelines, cron and hands. Needs curl and jq.
#
#   DBACKUP_URL=https://backup.example.org DBACKUP_API_KEY=dbackup_... JOB_ID=... ./trigger-and-wait.sh
#
# Exit status: 0 the backup succeeded, 1 it failed or could not be started, 2 it did not end in time.
# JOB_ID is the id of the job, or its name. The key needs the permissions jobs:execute and history:read, and
# jobs:read where a job is given by its name. Further variables:
#   DBACKUP_TIMEOUT=3600           seconds to wait for the end
#   DBACKUP_POLL_SECONDS=5         seconds between two questions
#   DBACKUP_WAIT=0                 do not wait for the end: 0 says that the job was started
#   DBACKUP_AUTO_LOCK=1            lock the backup, so that no retention removes it
#   DBACKUP_CA=FILE                certificate of the service, if no public authority signed it
#   DBACKUP_SKIP_TLS_VERIFY=1      do not check the certificate at all
#   DBACKUP_OUTPUT=FILE            append DBACKUP_EXECUTION_ID, DBACKUP_STATUS and DBACKUP_DURATION (milliseconds)
# "true" and "false" are as good as 1 and 0.
set -euo pipefail

: "${DBACKUP_URL:?the address of DBackup, such as https://backup.example.org}"
: "${DBACKUP_API_KEY:?an API key, dbackup_...}"
: "${JOB_ID:?the id or the name of the job, from GET /api/jobs}"
pause=${DBACKUP_POLL_SECONDS:-5}
timeout=${DBACKUP_TIMEOUT:-3600}
execution='' status='' duration=''

is_on() { [[ $1 =~ ^(1|true)$ ]]; }
complain() { # WORDS: on standard error; on GitHub so that they show on the page of the run
    local text=$1
    if is_on "${GITHUB_ACTIONS:-}"; then
        text=${text//'%'/%25}
        text=${text//$'\r'/%0D}
        text="::error title=DBackup::${text//$'\n'/%0A}"
    fi
    echo "$text" >&2
}
# shellcheck disable=SC2317
tell_outputs() { # however it ends
    [ -z "${DBACKUP_OUTPUT:-}" ] || [ -z "$execution" ] ||
        printf 'DBACKUP_%s=%s\n' EXECUTION_ID "$execution" STATUS "$status" DURATION "$duration" >>"$DBACKUP_OUTPUT"
}
trap tell_outputs EXIT

options=(--silent --show-error --max-time 60 --write-out '\n%{http_code}')
[ -z "${DBACKUP_CA:-}" ] || options+=(--cacert "$DBACKUP_CA")
! is_on "${DBACKUP_SKIP_TLS_VERIFY:-0}" || options+=(--insecure)
lock=()
! is_on "${DBACKUP_AUTO_LOCK:-0}" || lock=(-H 'Content-Type: application/json' -d '{"lock":true}')

# call METHOD PATH [curl options]: -> $answer, $http (000 without an answer), $curl (its exit status). Fails unless the
# answer is a success. The key goes through a pipe: a command line can be read by all.
call() {
    curl=0
    answer=$(curl "${options[@]}" -H @<(printf 'Authorization: Bearer %s\n' "$DBACKUP_API_KEY") \
        -X "$1" "${@:3}" "${DBACKUP_URL%/}/api$2") || curl=$?
    http=${answer##*$'\n'}
    answer=${answer%$'\n'*}
    [ "$curl" -eq 0 ] && [[ $http = 2?? ]]
}
reason() { jq -er .error <<<"$answer" 2>/dev/null || echo "${answer:-no answer} (HTTP $http)"; }

# start JOB: for a minute or so, but only as long as it is certain that nothing was started: no connection (6, 7), too
# many requests, a service that stops. A second backup beside the first is worse than an error.
start() {
    local path attempts=12
    path=/jobs/$(jq -rn --arg job "$1" '$job | @uri')/run
    until call POST "$path" "${lock[@]}"; do
        attempts=$((attempts - 1))
        [[ $curl/$http =~ ^([67]/|0/429|0/503) ]] && [ $attempts -gt 0 ] || return 1
        sleep "$pause"
    done
}
start_by_name() { # keeps the first answer, unless there is exactly one job of that name
    local first=$answer id
    if call GET /jobs && id=$(jq -er --arg name "$JOB_ID" \
        '[.[] | select(.name == $name).id] | if length == 1 then .[0] else null end' <<<"$answer"); then
        start "$id"
    else
        http=404 answer=$first
        return 1
    fi
}

if ! start "$JOB_ID" && ! { [ "$http" = 404 ] && start_by_name; }; then
    complain "The job could not be started: $(reason)"
    exit 1
fi
if ! execution=$(jq -er .executionId <<<"$answer" 2>/dev/null); then
    execution=''
    complain "This is not the answer of DBackup: $answer"
    exit 1
fi
status=Pending
echo "Execution $execution started"
is_on "${DBACKUP_WAIT:-1}" || exit 0

shown=''
deadline=$((SECONDS + timeout))
while [ "$SECONDS" -lt "$deadline" ]; do
    if call GET "/executions/$execution" &&
        line=$(jq -er '.data | "\(.status)  \(.progress // 0) %  \(.stage // "")"' <<<"$answer" 2>/dev/null); then
        status=$(jq -r .data.status <<<"$answer")
        duration=$(jq -r '.data.duration // ""' <<<"$answer")
        [ "$line" = "$shown" ] || echo "$line"
        shown=$line
        case $status in
        Success)
            jq -r '.data | "Backup \(.path) complete: \(.size) bytes in \(.duration) ms"' <<<"$answer"
            exit 0
            ;;
        Failed)
            complain "Backup failed: $(jq -r '.data.error // "unknown error"' <<<"$answer")"
            exit 1
            ;;
        esac
    elif [[ $http =~ ^4 && ! $http =~ ^4(08|29)$ ]]; then
        complain "Nothing can be learned about execution $execution: $(reason)"
        exit 1
    else
        echo "No answer about the execution; asking again: $(reason)" >&2
    fi
    sleep "$pause"
done
complain "The backup did not end within $timeout seconds; execution $execution goes on"
exit 2
