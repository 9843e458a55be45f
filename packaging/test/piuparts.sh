#!/bin/bash
# piuparts: what the packages leave behind after removal and purge, and after an upgrade.
# usage: packaging/test/piuparts.sh FOLDER_OF_DEBS
set -euo pipefail
cd "$(dirname "$0")/../.."
. packaging/test/root.sh
need debootstrap piuparts

debs=${1:?usage: packaging/test/piuparts.sh FOLDER_OF_DEBS}
make_base
mapfile -t files < <(find "$debs" -name '*.deb' -not -name '*-dbgsym_*' | sort)
# The account stays, as Debian's policy has it, so that no other gets its number.
piuparts --existing-chroot "$ROOTS/base" --distribution "$DEB_HOST_CODENAME" --keep-sources-list --no-eatmydata --single-changes-list \
    --warn-on-leftovers-after-purge "${files[@]}" >"$ROOTS/piuparts.log" 2>&1 || die "piuparts found something, see $ROOTS/piuparts.log"
grep -E 'PASS|WARN' "$ROOTS/piuparts.log" || true
