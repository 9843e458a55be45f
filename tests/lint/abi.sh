#!/bin/bash
# The types that cross between host and plugin are those of the ABI number's record; and a change of them is found.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
check=$root/plugins/sdk/abi/check.py
"$check"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
changed() { # HEADER SED-EXPRESSION EXPECTED-WORDS
    rm -rf "$work/include"
    cp -r "$root/plugins/sdk/include" "$work/include"
    sed -i "$2" "$work/include/dbackup/sdk/$1"
    ! cmp -s "$work/include/dbackup/sdk/$1" "$root/plugins/sdk/include/dbackup/sdk/$1" || { echo "nothing changed: $2" >&2; exit 1; }
    if "$check" --include "$work/include" 2>"$work/said"; then
        echo "not noticed: $2" >&2
        exit 1
    fi
    grep -q "$3" "$work/said" || { cat "$work/said" >&2; exit 1; }
}
lower="raise the number"
changed engine.h 's/    std::string edition;.*/&\n    int added = 0;/' "$lower"
changed engine.h 's/std::string edition;/std::string version_2;/' "$lower"
changed target.h 's/virtual ObjectInfo commit() = 0;/virtual void flush() = 0;\n&/' "$lower"
changed engine.h 's/virtual ServerInfo test(RunContext& run) = 0;/virtual ServerInfo test(RunContext\& run, int more) = 0;/' "$lower"
changed error.h 's/    Settings,  /    Added, Settings,  /' "$lower"
changed abi.h 's/    const char\* title;.*/    const char* another;\n&/' "$lower"
changed abi.h 's/DBACKUP_ABI_MINOR 1u/DBACKUP_ABI_MINOR 9u/' "ABI 1.9 has no record"
