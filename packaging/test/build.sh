#!/bin/bash
# Builds the Debian packages in a bare tree and has lintian look at them; they come to build/packages/debs.
# usage: packaging/test/build.sh      CCACHE_DIR is used, JOBS says how many compilers run at a time
set -euo pipefail
cd "$(dirname "$0")/../.."
. packaging/test/root.sh
need debootstrap lintian

debs=$ROOTS/debs
if [ ! -e "$ROOTS/build.done" ]; then
    new_root build
    install_in build build-essential fakeroot ccache
    touch "$ROOTS/build.done"
fi
rm -rf "$ROOTS/build/build" "$debs"
# Always at the same place, so that ccache knows it again.
tree=$(packaging/source.sh "$ROOTS/build/build")
mv "$tree" "$ROOTS/build/build/dbackup"
in_root build sh -c 'cd /build/dbackup && apt-get -qq -o Dpkg::Use-Pty=0 build-dep --yes ./' >"$ROOTS/build.log" 2>&1 ||
    die "the build dependencies cannot be installed, see $ROOTS/build.log"
mkdir -p "${CCACHE_DIR:=$ROOTS/ccache}"
BIND=$CCACHE_DIR:/ccache in_root build sh -c "cd /build/dbackup && CCACHE_DIR=/ccache CCACHE_BASEDIR=/build/dbackup \
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime \
    DEB_BUILD_OPTIONS='nocheck parallel=${JOBS:-2}' dpkg-buildpackage -us -uc" >>"$ROOTS/build.log" 2>&1 ||
    die "dpkg-buildpackage failed, see $ROOTS/build.log"
mkdir -p "$debs"
find "$ROOTS/build/build" -maxdepth 1 -type f -exec mv {} "$debs/" \;
lintian --allow-root --fail-on error,warning "$debs"/*.changes
echo "packages: $(find "$debs" -name '*.deb' | wc -l) in $debs, lintian finds neither error nor warning"
