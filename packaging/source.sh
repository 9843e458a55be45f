#!/bin/bash
# Makes the source tree of the Debian package from what is committed, and prints its path; then: dpkg-buildpackage -us -uc
# usage: packaging/source.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -ge 1 ] || {
    sed -n '2,3s/^# //p' "$0" >&2
    exit 2
}
version=$(sed -n '1s/.*(\(.*\)).*/\1/p' packaging/debian/changelog)
tree=$(mkdir -p "$1" && cd "$1" && pwd)/dbackup-$version
rm -rf "$tree"
mkdir "$tree"
git archive HEAD | tar -x -C "$tree"
cp -r packaging/debian "$tree/debian"
echo "$tree"
