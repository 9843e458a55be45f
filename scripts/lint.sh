#!/bin/bash
# Format, the project's own rules and clang-tidy. usage: scripts/lint.sh [BUILD_FOLDER], which has been built
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/dev}
scripts/format.sh --check
ctest --test-dir "$build" --label-regex '^lint$' --output-on-failure --no-tests=error --parallel "$(nproc)"
# A developer looks at all; a pipeline has its time, and its memory of clean files grows from run to run.
[ -z "${CI:-}" ] || export TIDY_MINUTES=${TIDY_MINUTES:-5}
scripts/tidy.py "$build"
