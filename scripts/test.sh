#!/bin/bash
# The tests, and with --all also lint, sanitizers and the coverage gate. Each part runs even when one before it failed; the
# output ends with CTest's count of all tests. One build, that of the preset coverage, serves the tests, their coverage and
# the lint. usage: scripts/test.sh [--all]
set -uo pipefail
cd "$(dirname "$0")/.." || exit
failed=()
all=${1:-}

part() { # NAME COMMAND...
    local begin=$SECONDS
    printf '\n=== %s\n' "$1"
    if ! "${@:2}"; then
        failed+=("$1")
        echo "=== $1 FAILED" >&2
    fi
    echo "=== $1: $((SECONDS - begin)) s"
}
under() { # PRESET LABELS: builds what bears one of the labels, and runs it
    local targets
    IFS='|' read -ra targets <<<"$2"
    scripts/build.sh "$1" "${targets[@]/#/tests_}" && ctest --preset "$1"
}
# CTest's count is kept for the end.
tests() { ctest --preset coverage | tee build/tests.log | sed --unbuffered '/tests passed, .* out of/,$d'; }
coverage() { scripts/coverage.sh --report; }

scripts/dependencies.sh || exit 1
part build scripts/build.sh coverage
if [ "$all" = --all ]; then
    part lint scripts/lint.sh build/coverage
    part "address and undefined behaviour sanitizers" under asan 'unit|contract|integration'
    part "thread sanitizer" under tsan threads
fi
part tests tests
[ "$all" != --all ] || part coverage coverage

printf '\n=== %d s in all\n' "$SECONDS"
[ ${#failed[@]} -eq 0 ] || printf '=== FAILED: %s\n' "${failed[@]}"
sed -n '/tests passed, .* out of/,$p' build/tests.log
[ ${#failed[@]} -eq 0 ]
