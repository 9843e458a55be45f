#!/bin/bash
# All that CI runs: tests, lint, sanitizers, the coverage gate. Each part runs even when one before it failed; the output
# ends with CTest's count. One build, that of the preset coverage, serves the tests under AddressSanitizer and UBSan, their
# coverage and the lint; what has threads is built once more for ThreadSanitizer. usage: scripts/test.sh
set -uo pipefail
cd "$(dirname "$0")/.." || exit
failed=()

part() { # NAME COMMAND...
    local begin=$SECONDS
    printf '\n=== %s\n' "$1"
    if ! "${@:2}"; then
        failed+=("$1")
        echo "=== $1 FAILED" >&2
    fi
    echo "=== $1: $((SECONDS - begin)) s"
}
threads() { scripts/build.sh tsan tests_threads && ctest --preset tsan --no-tests=error; }
# CTest's count is kept for the end.
tests() { rm -f build/coverage/counts-lost.log; ctest --preset coverage | tee build/tests.log | sed --unbuffered '/tests passed, .* out of/,$d'; }
# A sanitizer's own memory would be measured, so these programs are built once more without.
memory() { scripts/build.sh dev tests_memory && ctest --test-dir build/dev --label-regex memory --output-on-failure --no-tests=error; }
coverage() { scripts/coverage.sh --report; }

scripts/dependencies.sh || exit 1
part build scripts/build.sh coverage
part "tests under address and undefined behaviour sanitizers" tests
part coverage coverage
part "thread sanitizer" threads
part "memory" memory
part lint scripts/lint.sh build/coverage

printf '\n=== %d s in all\n' "$SECONDS"
[ ${#failed[@]} -eq 0 ] || printf '=== FAILED: %s\n' "${failed[@]}"
sed -n '/tests passed, .* out of/,$p' build/tests.log
[ ${#failed[@]} -eq 0 ]
