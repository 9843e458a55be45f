#!/bin/bash
# A deploy that changes the database goes on only when a fresh backup is there. Put it before the deploy:
#
#   ./pre-deploy-backup.sh && docker compose up --detach
#
# The variables are those of trigger-and-wait.sh, which lies beside this script. The backup is locked, so that it is
# still there when the deploy turns out to be bad.
set -euo pipefail

export DBACKUP_AUTO_LOCK=${DBACKUP_AUTO_LOCK:-1} DBACKUP_TIMEOUT=${DBACKUP_TIMEOUT:-600}
if "$(dirname "$0")/trigger-and-wait.sh"; then
    echo "Safe to deploy"
else
    echo "No backup, no deploy" >&2
    exit 1
fi
