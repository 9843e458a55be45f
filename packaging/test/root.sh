# shellcheck shell=bash
# Bare Debian trees for tests of the packages; to be sourced by Bash, as root. They lie below $ROOTS.
ROOTS=${ROOTS:-$PWD/build/packages}
DEB_HOST_CODENAME=bookworm

die() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

need() { # need PROGRAM...
    local program
    for program; do
        command -v "$program" >/dev/null || die "$program is missing: scripts/dependencies.sh packages"
    done
    [ "$(id -u)" -eq 0 ] || die "debootstrap and chroot need root"
}

sources() { # as this machine has them
    apt-get indextargets --format "deb \$(SITE) \$(RELEASE) main" 'Created-By: Packages' |
        grep -E " $DEB_HOST_CODENAME(-updates|-security)? " | sort -u
}

make_base() { # what all trees are copies of
    [ ! -e "$ROOTS/base.done" ] || return 0
    local mirror
    mirror=$(sources | awk -v suite="$DEB_HOST_CODENAME" '$3 == suite {print $2; exit}')
    [ -n "$mirror" ] || die "no Debian mirror in apt's sources"
    mkdir -p "$ROOTS"
    rm -rf "$ROOTS/base"
    debootstrap --variant=minbase --include=ca-certificates "$DEB_HOST_CODENAME" "$ROOTS/base" "$mirror" >"$ROOTS/base.log" 2>&1 ||
        die "debootstrap failed, see $ROOTS/base.log"
    sources >"$ROOTS/base/etc/apt/sources.list"
    printf 'APT::Install-Recommends "false";\nAcquire::Languages "none";\n' >"$ROOTS/base/etc/apt/apt.conf.d/90test"
    printf '#!/bin/sh\nexit 101\n' >"$ROOTS/base/usr/sbin/policy-rc.d"
    chmod +x "$ROOTS/base/usr/sbin/policy-rc.d"
    touch "$ROOTS/base.done"
}

new_root() { # new_root NAME: a fresh tree
    make_base
    rm -rf "${ROOTS:?}/$1"
    cp -a "$ROOTS/base" "$ROOTS/$1"
    cp /etc/resolv.conf "$ROOTS/$1/etc/resolv.conf"
    in_root "$1" apt-get -qq update
}

# in_root NAME COMMAND...: runs it there, with /proc and /dev, and whatever folder BIND=FROM:TO names. Nothing that it
# started outlives it, nothing stays mounted.
in_root() {
    local root=$ROOTS/$1
    shift
    # shellcheck disable=SC2016 # for the inner shell
    unshare --mount --pid --fork --kill-child bash -euc '
        root=$1 bind=$2
        shift 2
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        if [ -n "$bind" ]; then
            mkdir -p "$root/${bind#*:}"
            mount --bind "${bind%%:*}" "$root/${bind#*:}"
        fi
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/ DEBIAN_FRONTEND=noninteractive "$@"
    ' in_root "$root" "${BIND:-}" "$@"
}

install_in() { # install_in NAME PACKAGE...: from Debian or, as ./file.deb in the tree, ours
    local name=$1
    shift
    in_root "$name" apt-get -qq -o Dpkg::Use-Pty=0 install --yes --no-install-recommends "$@" >"$ROOTS/$name.install.log" 2>&1 ||
        die "apt-get install $* failed, see $ROOTS/$name.install.log"
}

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

two_versions() { # two_versions DEBS FOLDER NEXT_FOLDER: the packages without debug symbols, and as the next version
    local deb
    mkdir -p "$2" "$3"
    for deb in "$1"/*.deb; do
        case $deb in *-dbgsym_*) continue ;; esac
        cp "$deb" "$2/"
        next_version "$deb" "$3/"
    done
}
