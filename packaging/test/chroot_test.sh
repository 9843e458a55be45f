#!/bin/bash
# The packages in a bare Debian tree: installed, used, upgraded beneath a running service, removed, purged.
# usage: packaging/test/chroot_test.sh FOLDER_OF_DEBS
set -euo pipefail
cd "$(dirname "$0")/../.."
. packaging/test/root.sh
need debootstrap dpkg-deb

debs=${1:?usage: packaging/test/chroot_test.sh FOLDER_OF_DEBS}

new_root service
test_folder=$ROOTS/service/test
mkdir "$test_folder"
cp -r etc/examples/resources packaging/test/checks.sh packaging/test/service_steps.sh "$test_folder/"
sed -n 's/.*CMD \["\/bin\/bash", "-c", "\(.*\)"\]$/\1/p' packaging/container/Containerfile >"$test_folder/health.sh"
[ -s "$test_folder/health.sh" ] || die "no health check in the Containerfile"
chmod -R go-w "$test_folder"
two_versions "$debs" "$test_folder/debs" "$test_folder/next"
in_root service bash /test/service_steps.sh
