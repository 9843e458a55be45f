#!/bin/bash
# Has shellcheck look at every script.
set -euo pipefail
cd "$(dirname "$0")/../.."
mapfile -d '' -t scripts < <(find . -name build -prune -o -name .git -prune -o -type f -name '*.sh' -print0)
shellcheck .ci/run "${scripts[@]}"
echo "${#scripts[@]} scripts checked"
