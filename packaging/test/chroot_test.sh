#!/bin/bash
# The packages in a bare Debian tree: installed, used, upgraded beneath a running service, removed, purged.
# usage: packaging/test/chroot_test.sh FOLDER_OF_DEBS
set -euo pipefail
cd "$(dirname "$0")/../.."
. packaging/test/root.sh
need debootstrap dpkg-deb

debs=${1:?usage: packaging/test/chroot_test.sh FOLDER_OF_DEBS}

next_version() { # next_version DEB FOLDER: the same package as a later version, with another default configuration
    local tree version
    tree=$(mktemp -d)
    version=$(dpkg-deb --field "$1" Version)
    dpkg-deb --raw-extract "$1" "$tree"
    sed -i "s/^Version: .*/&+next/; s/(= $version)/(= $version+next)/g" "$tree/DEBIAN/control"
    [ ! -e "$tree/etc/dbackup/dbackupd.properties" ] || echo '# A new line.' >>"$tree/etc/dbackup/dbackupd.properties"
    dpkg-deb --build --root-owner-group "$tree" "$2" >/dev/null
    rm -rf "$tree"
}

new_root service
test_folder=$ROOTS/service/test
mkdir -p "$test_folder/debs" "$test_folder/next"
cp -r etc/examples/resources packaging/test/checks.sh packaging/test/service_steps.sh "$test_folder/"
chmod -R go-w "$test_folder"
for deb in "$debs"/*.deb; do
    case $deb in *-dbgsym_*) continue ;; esac
    cp "$deb" "$test_folder/debs/"
    next_version "$deb" "$test_folder/next/"
done
in_root service bash /test/service_steps.sh
