#!/bin/bash
# All that CI runs: tests, lint, sanitizers, the coverage gate. Each part runs even when one before it failed; the output
# ends with CTest's count. One build, that of the preset coverage, serves the tests under AddressSanitizer and UBSan, their
# coverage and the lint; what has threads is built once more for ThreadSanitizer, what measures memory without any.
# A pipeline (CI is set) has its time: where nothing is cached yet, a build with a sanitizer that does not end within
# SANITIZER_MINUTES (12) is left for the next run, which goes on from the cache. What was not run then is said at the end, and
# the tests run without the sanitizer. usage: scripts/test.sh
set -uo pipefail
cd "$(dirname "$0")/.." || exit
failed=()
not_run=()

part() { # NAME COMMAND...
    local begin=$SECONDS
    printf '\n=== %s\n' "$1"
    if ! "${@:2}"; then
        failed+=("$1")
        echo "=== $1 FAILED" >&2
    fi
    echo "=== $1: $((SECONDS - begin)) s"
}
in_time() { # COMMAND...: status 124 when a pipeline's time was over
    if [ -n "${CI:-}" ]; then timeout "${SANITIZER_MINUTES:-12}m" "$@"; else "$@"; fi
}
build() { # -> $tree, with what the tests are run in
    tree=coverage
    in_time scripts/build.sh coverage
    local status=$?
    [ $status -eq 124 ] || return $status
    tree=dev
    not_run+=("tests under AddressSanitizer and UBSan, and their coverage: the build did not end in time")
    scripts/build.sh dev
}
# CTest's count is kept for the end.
tests() { rm -f build/coverage/counts-lost.log; ctest --preset "$tree" | tee build/tests.log | sed --unbuffered '/tests passed, .* out of/,$d'; }
threads() {
    in_time scripts/build.sh tsan tests_threads
    local status=$?
    if [ $status -eq 124 ]; then
        not_run+=("tests under ThreadSanitizer: the build did not end in time")
        return 0
    fi
    [ $status -eq 0 ] && ctest --preset tsan --no-tests=error
}
memory() { scripts/build.sh dev tests_memory && ctest --test-dir build/dev --label-regex memory --output-on-failure --no-tests=error; }
coverage() { scripts/coverage.sh --report; }

scripts/dependencies.sh || exit 1
mkdir -p build
part build build
part "tests" tests
if [ "$tree" = coverage ]; then
    part coverage coverage
    part memory memory
fi
part "thread sanitizer" threads
part lint scripts/lint.sh "build/$tree"

printf '\n=== %d s in all\n' "$SECONDS"
[ ${#not_run[@]} -eq 0 ] || printf '=== NOT RUN: %s\n' "${not_run[@]}"
[ ${#failed[@]} -eq 0 ] || printf '=== FAILED: %s\n' "${failed[@]}"
sed -n '/tests passed, .* out of/,$p' build/tests.log
[ ${#failed[@]} -eq 0 ]
