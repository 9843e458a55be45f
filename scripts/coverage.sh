#!/bin/bash
# Unit, contract and integration tests without vendors' servers, under AddressSanitizer and UBSan, and the line coverage of core
# and SDK by them: below 95 % it fails. The report is build/coverage/coverage.txt, which names every line that was not reached.
# usage: scripts/coverage.sh
set -euo pipefail
cd "$(dirname "$0")/.."
report=build/coverage/coverage.txt
lost=build/coverage/counts-lost.log # of processes that were killed as they wrote their counts
scripts/build.sh coverage tests_quick
find build/coverage -name '*.gcda' -delete # counts of earlier runs
# A file whose writer was killed half-way takes no more counts: it is removed, and the tests run once more.
for ((round = 1; round <= 3; ++round)); do
    rm -f $lost
    ctest --preset coverage --no-tests=error
    [ -s $lost ] || break
    damaged=$(sed -n 's/^libgcov profiling error:\(.*\.gcda\):.*/\1/p' $lost | sort -u)
    printf 'coverage: gcov could not add the counts of some processes to:\n%s\n' "$damaged" >&2
    xargs --no-run-if-empty --delimiter '\n' rm -f <<<"$damaged"
done
status=0
gcovr --root . --filter core/ --filter plugins/sdk/src/ --filter plugins/sdk/include/ \
    --gcov-ignore-parse-errors -j "$(nproc)" --fail-under-line 95 --txt "$report" --print-summary build/coverage/core build/coverage/plugins/sdk || status=$?
find . -maxdepth 1 -name '*.gcov' -delete # of files that gcovr could not read
[ $status -eq 0 ] || echo "coverage: less than 95 % of the lines; $report names the others" >&2
exit $status
