#!/bin/bash
# Formats all C++ files, or with --check only says which are not formatted. usage: scripts/format.sh [--check]
set -euo pipefail
cd "$(dirname "$0")/.."
mode=(-i)
[ "${1:-}" != --check ] || mode=(--dry-run --Werror)
folders=()
for folder in api cli core plugins resources tests; do
    [ ! -d "$folder" ] || folders+=("$folder")
done
find "${folders[@]}" \( -name '*.cpp' -o -name '*.h' \) -print0 | xargs -0 clang-format-14 --style=file "${mode[@]}"
