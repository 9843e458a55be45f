#!/bin/bash
# Makes or renews a signed repository, a folder that any web server can serve, with the packages in FOLDER_OF_DEBS.
# usage: packaging/apt/publish.sh FOLDER_OF_DEBS REPOSITORY KEY       KEY: id or address of a secret key that gpg knows
set -euo pipefail

[ $# -eq 3 ] || {
    sed -n '2,3s/^# //p' "$0" >&2
    exit 2
}
command -v apt-ftparchive >/dev/null || {
    echo "publish: apt-ftparchive is missing: apt-get install apt-utils" >&2
    exit 1
}
debs=$(cd "$1" && pwd) repository=$2 key=$3
suite=stable component=main
pool=pool/$component/d/dbackup
mkdir -p "$repository/$pool"
find "$debs" -name '*.deb' -exec cp -n {} "$repository/$pool/" \;
cd "$repository"

dist=dists/$suite
for architecture in $(find "$pool" -name '*.deb' | sed 's/.*_\(.*\)\.deb/\1/' | sort -u | grep -v '^all$'); do
    index=$dist/$component/binary-$architecture
    mkdir -p "$index"
    # Packages of "all" stand in the list of each architecture.
    apt-ftparchive --arch "$architecture" packages "$pool" >"$index/Packages"
    gzip -9 -n -k -f "$index/Packages"
    architectures+=" $architecture"
done
[ -n "${architectures:-}" ] || {
    echo "publish: no package in $debs" >&2
    exit 1
}
rm -f "$dist"/{Release,InRelease,Release.gpg}
apt-ftparchive -o APT::FTPArchive::Release::Origin=DBackup -o APT::FTPArchive::Release::Suite="$suite" \
    -o APT::FTPArchive::Release::Codename="$suite" -o APT::FTPArchive::Release::Components="$component" \
    -o APT::FTPArchive::Release::Architectures="${architectures# }" release "$dist" >release.new
mv release.new "$dist/Release"
gpg --batch --yes --local-user "$key" --clearsign --output "$dist/InRelease" "$dist/Release"
gpg --batch --yes --local-user "$key" --armor --detach-sign --output "$dist/Release.gpg" "$dist/Release"
gpg --batch --yes --armor --export "$key" >dbackup.asc
echo "published: $(find "$pool" -name '*.deb' | wc -l) packages in $repository, signed by $key"
