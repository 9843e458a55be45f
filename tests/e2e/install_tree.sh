#!/bin/bash
# The installed tree works under any prefix, also after it was moved: the whole demo runs from it.
. "$(dirname "$0")/lib.sh"
[ -f "$tree/cmake_install.cmake" ] || skip "$tree is no build tree"
cmake --install "$tree" --prefix "$work/first place" >"$work/output" 2>&1 || fail "$(cat "$work/output")"
mv "$work/first place" "$work/moved"
for file in sbin/dbackupd libexec/dbackup/dbackup-worker etc/dbackup/dbackupd.properties bin/dbackup-plugin-check \
    bin/dbackup share/man/man1/dbackup.1 share/man/man1/dbackup-run.1 \
    lib/dbackup/plugins/{files,firebird,local-filesystem,mysql,postgres,redis,s3,sqlite}.so; do
    [ -e "$work/moved/$file" ] || fail "not installed: $file"
done
if grep -r -l -a -F "$tree/" "$work/moved"/{sbin,libexec,lib} >"$work/found"; then
    # Debug information may name the source; the run path must not name the build tree.
    while IFS= read -r file; do
        if readelf -d "$file" | grep -F "$tree/"; then fail "$file needs the build tree"; fi
    done <"$work/found"
fi
"$root/scripts/demo.sh" "$work/moved" >"$work/output" 2>&1 || fail "$(cat "$work/output")"
grep -q 'every row equal' "$work/output" || fail "$(cat "$work/output")"
