#!/bin/bash
# Line coverage of core and SDK: below 95 % it fails. The report is build/coverage/coverage.txt, which names every line
# that was not reached. usage: scripts/coverage.sh [--report]      --report: of tests that ran before
set -euo pipefail
cd "$(dirname "$0")/.."
report=build/coverage/coverage.txt
if [ "${1:-}" != --report ]; then
    scripts/build.sh coverage
    rm -f build/coverage/counts-lost.log
    ctest --preset coverage
fi
lost=build/coverage/counts-lost.log # of processes that were killed as they wrote their counts
[ ! -s $lost ] || echo "coverage: gcov could not add the counts of some processes; $lost says which" >&2
status=0
gcovr --root . --filter core/ --filter plugins/sdk/src/ --filter plugins/sdk/include/ \
    --gcov-ignore-parse-errors -j "$(nproc)" --fail-under-line 95 --txt "$report" --print-summary build/coverage || status=$?
[ $status -eq 0 ] || echo "coverage: less than 95 % of the lines; $report names the others" >&2
exit $status
