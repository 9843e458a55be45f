# shellcheck shell=bash
# Checks that tell their sentence; to be sourced by the steps that run in a test's machine or tree.
passed=0

fail() {
    echo "FAILED: $*" >&2
    [ ! -e /tmp/dbackupd.log ] || tail -20 /tmp/dbackupd.log >&2
    exit 1
}

check() { # check SENTENCE COMMAND...
    local sentence=$1
    shift
    "$@" >/tmp/check.log 2>&1 || {
        cat /tmp/check.log >&2
        fail "$sentence"
    }
    passed=$((passed + 1))
    echo "  $sentence"
}

all_passed() {
    echo "$passed checks passed"
}
