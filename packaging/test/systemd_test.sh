#!/bin/bash
# Boots a Debian with the packages' repository in an emulated machine and runs systemd_steps.sh there; docs/install.md is part of it.
# usage: packaging/test/systemd_test.sh FOLDER_OF_DEBS
set -euo pipefail
cd "$(dirname "$0")/../.."
. packaging/test/root.sh
need debootstrap qemu-system-x86_64 mke2fs gpg apt-ftparchive

debs=${1:?usage: packaging/test/systemd_test.sh FOLDER_OF_DEBS}
root=$ROOTS/machine
console=$ROOTS/machine.log
image=$ROOTS/machine.img

# All that the packages need is in the image, but none of them: the machine has no network.
new_root machine
mkdir -p "$root/test/debs"
for deb in "$debs"/*.deb; do
    case $deb in *-dbgsym_* | */dbackup-dev_*) ;; *) cp "$deb" "$root/test/debs/" ;; esac
done
install_in machine linux-image-cloud-amd64 initramfs-tools systemd-sysv postgresql curl procps
in_root machine sh -c 'apt-get -qq install --yes /test/debs/dbackup_*.deb /test/debs/dbackup-[cs]*.deb /test/debs/lib*.deb \
    /test/debs/dbackup-plugin-*.deb && apt-get -qq purge --yes "dbackup*" libdbackup-sdk1 && rm -f /usr/sbin/policy-rc.d' \
    >"$ROOTS/machine.install.log" 2>&1 || die "the packages cannot be installed, see $ROOTS/machine.install.log"

GNUPGHOME=$(mktemp -d)
export GNUPGHOME
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT
gpg --batch --quiet --passphrase '' --quick-generate-key 'Test <test@example.org>' ed25519 sign 1d
packaging/apt/publish.sh "$root/test/debs" "$root/test/repository" test@example.org
rm -r "$root/test/debs"
: >"$root/etc/apt/sources.list"
echo 'quiet "2";' >>"$root/etc/apt/apt.conf.d/90test"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/archives/*.deb

cp docs/install.md packaging/test/checks.sh packaging/test/systemd_steps.sh "$root/test/"
cat >"$root/etc/systemd/system/steps.service" <<'END'
[Unit]
After=multi-user.target postgresql.service
[Service]
Type=idle
ExecStart=/bin/bash -o pipefail -c '/bin/bash /test/systemd_steps.sh 2>&1 | cat'
ExecStopPost=/bin/sh -c 'echo "steps: $SERVICE_RESULT"; systemctl poweroff --no-block'
Environment=HOME=/ LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
[Install]
WantedBy=default.target
END
echo '/dev/vda / ext4 defaults 0 1' >"$root/etc/fstab"
echo machine >"$root/etc/hostname"
in_root machine systemctl --quiet enable steps.service
in_root machine systemctl --quiet mask serial-getty@ttyS0.service apt-daily.timer apt-daily-upgrade.timer
rm -f "$image"
mke2fs -q -t ext4 -d "$root" "$image" "${IMAGE_SIZE:-3G}" >"$ROOTS/machine.image.log" 2>&1

started=$SECONDS
timeout "${BOOT_SECONDS:-1500}" qemu-system-x86_64 -machine "accel=${ACCELERATOR:-tcg}" -cpu max -smp 2 -m 1536 -nographic -no-reboot \
    -nic none -drive "file=$image,format=raw,if=virtio,cache=unsafe" -kernel "$root/vmlinuz" -initrd "$root/initrd.img" \
    -append 'root=/dev/vda console=ttyS0 quiet systemd.show_status=no' </dev/null >"$console" 2>&1 ||
    die "the machine did not end, see $console"
sed -n '/installation:\r*$/,$p' "$console" | tr -d '\r' | grep -a -E '^(  [a-z]|[a-z]+:|[0-9]+ checks)'
grep -q '^steps: success' "$console" || die "a step failed, see $console"
rm -f "$image"
echo "the machine ran $((SECONDS - started)) s"
