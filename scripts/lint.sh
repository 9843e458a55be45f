#!/bin/bash
# Format, the project's own rules and clang-tidy. usage: scripts/lint.sh [BUILD_FOLDER], which has been built
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/dev}
scripts/format.sh --check
ctest --test-dir "$build" --label-regex '^lint$' --output-on-failure --no-tests=error --parallel "$(nproc)"
scripts/tidy.py "$build"
