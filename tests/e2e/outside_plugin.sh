#!/bin/bash
# The way of an outside author: installs the component dev, copies the template, builds it out of the tree, has it checked by the
# contract suite, puts it into an installed service, and backs up and restores with its engine and its target.
. "$(dirname "$0")/lib.sh"
[ -f "$tree/cmake_install.cmake" ] || skip "$tree is no build tree"

note "the component dev is all that building needs"
cmake --install "$tree" --component dev --prefix "$work/dev" >"$work/output" 2>&1 || fail "$(cat "$work/output")"
[ ! -e "$work/dev/sbin" ] || fail "the component dev has programs of the service"
cp -r "$work/dev/share/dbackup/template" "$work/plugin"
# A plugin goes with the sanitizers of its host.
sanitize=$(sed -n 's/^DBACKUP_SANITIZE:[A-Z]*=//p' "$tree/CMakeCache.txt")
options=()
[ -z "$sanitize" ] || options=("-DDBACKUP_SANITIZE=$sanitize" "-DCMAKE_CXX_FLAGS=-fsanitize=$sanitize")
{
    cmake -G Ninja -S "$work/plugin" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/dev" "${options[@]}" &&
        cmake --build "$work/build"
} >"$work/output" 2>&1 || fail "$(cat "$work/output")"

note "it keeps the contract"
ctest --test-dir "$work/build" --no-tests=error --output-on-failure >"$work/output" 2>&1 || fail "$(cat "$work/output")"
plugin=$work/build/lib/dbackup/plugins/folder.so
check=$work/dev/bin/dbackup-plugin-check
"$check" "$plugin" >"$work/output" || fail "$(cat "$work/output")"
grep -q 'target plain-folder' "$work/output" || fail "$(cat "$work/output")"
status=0
"$check" /bin/true >"$work/output" 2>&1 || status=$?
[ $status -eq 1 ] || fail "a program was taken for a plugin, status $status: $(cat "$work/output")"
status=0
"$check" >"$work/output" 2>&1 || status=$?
[ $status -eq 2 ] || fail "without arguments: status $status"

note "an installed service backs up and restores with it"
cmake --install "$tree" --prefix "$work/all" >"$work/output" 2>&1 || fail "$(cat "$work/output")"
cmake --install "$work/build" --prefix "$work/all" >"$work/output" 2>&1 || fail "$(cat "$work/output")"
tree=$work/all
mkdir "$work/data"
seq 1 200000 >"$work/data/numbers"
start_daemon
create /adapters "$(jq -n --arg folder "$work/data" \
    '{name: "files", type: "database", adapterId: "folder", config: {folder: $folder}}')"
source=$id
create /adapters "$(jq -n --arg folder "$backups" \
    '{name: "shelf", type: "storage", adapterId: "plain-folder", config: {folder: $folder}}')"
destination=$id
create_job nightly "$source" "$destination"
start_job "$id"
await_success "$execution"
newest_backup "$destination"
start_restore "$destination" "$(jq -n --arg file "$path" --arg source "$source" \
    '{file: $file, targetSourceId: $source, targetDatabaseName: "again"}')"
await_success "$execution"
cmp "$work/data/numbers" "$work/data/again" || fail "what was restored is not what was backed up"
stop_daemon
