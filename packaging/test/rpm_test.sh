#!/bin/bash
# The RPM spec, as far as Debian's rpm goes: rpmlint, the source package, and the packages out of what build.sh compiled.
# usage: packaging/test/rpm_test.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
. packaging/test/root.sh
need debootstrap git rpmbuild rpmlint
[ -d "$ROOTS/build/build/dbackup" ] || die "nothing is built: packaging/test/build.sh"

spec=packaging/rpm/dbackup.spec
rpmlint --config packaging/rpm/rpmlint.toml "$spec" | tail -1
version=$(rpmspec --query --srpm --queryformat '%{VERSION}' "$spec")
top=$ROOTS/build/rpm
rm -rf "$top"
mkdir -p "$top/SOURCES" "$top/BUILD"
git archive --prefix "dbackup-$version/" --output "$top/SOURCES/dbackup-$version.tar.gz" HEAD
cp "$spec" "$top/"
install_in build rpm

# %build would compile all once more: what is compiled already takes its place.
ln -s /build/dbackup "$top/BUILD/dbackup-$version"
# shellcheck disable=SC2016 # for the inner shell
in_root build sh -euc '
    build() { rpmbuild --nodeps --define "_topdir /rpm" --define "dbackup_build $(echo obj-*)" --define "debug_package %{nil}" \
        --define "_unitdir /usr/lib/systemd/system" --define "_sysusersdir /usr/lib/sysusers.d" \
        --define "_tmpfilesdir /usr/lib/tmpfiles.d" "$@" /rpm/dbackup.spec; }
    cd /build/dbackup
    build -bs
    build -bi --short-circuit
    build -bb --short-circuit
' >"$ROOTS/rpm.log" 2>&1 || die "rpmbuild failed, see $ROOTS/rpm.log"
find "$top" -name '*.rpm' | wc -l | sed 's/$/ RPMs were built/'
