#!/bin/bash
# piuparts: what the packages leave behind after removal and purge, and after an upgrade.
# usage: packaging/test/piuparts.sh FOLDER_OF_DEBS
set -euo pipefail
cd "$(dirname "$0")/../.."
. packaging/test/root.sh
need apt-ftparchive debootstrap piuparts

debs=${1:?usage: packaging/test/piuparts.sh FOLDER_OF_DEBS}
new_root piuparts
# systemd, which the packages need, leaves folders of its own behind: it is there before.
install_in piuparts systemd
repository=$ROOTS/piuparts/repository
rm -rf "$ROOTS/next"
two_versions "$debs" "$repository" "$ROOTS/next"
(cd "$repository" && apt-ftparchive packages . >Packages)
echo 'deb [trusted=yes] file:/repository ./' >>"$ROOTS/piuparts/etc/apt/sources.list"
in_root piuparts apt-get -qq update

piuparts --existing-chroot "$ROOTS/piuparts" --distribution "$DEB_HOST_CODENAME" --keep-sources-list --no-eatmydata \
    --tmpdir "$ROOTS" --single-changes-list "$ROOTS"/next/*.deb >"$ROOTS/piuparts.log" 2>&1 ||
    die "piuparts found something, see $ROOTS/piuparts.log"
sed -n 's/^[^ ]* INFO: PASS: /piuparts: /p' "$ROOTS/piuparts.log"
