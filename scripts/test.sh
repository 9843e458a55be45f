#!/bin/bash
# All that CI runs: every test but the slow ones; once more under AddressSanitizer and UBSan those that need no vendor's
# server, and under ThreadSanitizer what has threads; lint. Each part runs even when one before it failed; the output ends with
# CTest's count.
# A pipeline (CI is set) has its time: where nothing is cached yet, a build with a sanitizer that does not end within
# SANITIZER_MINUTES (15) is left for the next run, which goes on from the cache. What was not run then is said at the end.
# usage: scripts/test.sh
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
# CTest's count is kept for the end.
tests() { ctest --preset dev | tee build/tests.log | sed --unbuffered '/tests passed, .* out of/,$d'; }
in_time() { # COMMAND...: status 124 when a pipeline's time was over
    if [ -n "${CI:-}" ]; then timeout "${SANITIZER_MINUTES:-15}m" "$@"; else "$@"; fi
}
sanitized() { # PRESET TARGET WHAT COMMAND...: builds, and then runs the command
    local status=0
    in_time scripts/build.sh "$1" "$2" || status=$?
    case $status in
    0) "${@:4}" ;;
    124) not_run+=("$3: the build did not end in time") ;;
    *) return $status ;;
    esac
}

scripts/dependencies.sh || exit 1
mkdir -p build
part build scripts/build.sh dev
part tests tests
part "address sanitizer" sanitized asan tests_quick "tests under AddressSanitizer and UBSan" ctest --preset asan-quick --no-tests=error
part "thread sanitizer" sanitized tsan tests_threads "tests under ThreadSanitizer" ctest --preset tsan --no-tests=error
part lint scripts/lint.sh build/dev

printf '\n=== %d s in all\n' "$SECONDS"
[ ${#not_run[@]} -eq 0 ] || printf '=== NOT RUN: %s\n' "${not_run[@]}"
[ ${#failed[@]} -eq 0 ] || printf '=== FAILED: %s\n' "${failed[@]}"
sed -n '/tests passed, .* out of/,$p' build/tests.log
[ ${#failed[@]} -eq 0 ]
