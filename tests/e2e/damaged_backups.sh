#!/bin/bash
# A restore refuses, before it touches the database, a backup that is not as it was stored: a byte flipped or the tail cut off
# at a random place of any file, two objects swapped, an object or the manifest missing, an object of another backup.
# ROUNDS and SEED repeat the random ones.
. "$(dirname "$0")/lib.sh"
rounds=${ROUNDS:-8}
RANDOM=${SEED:-$$}
note "seed ${SEED:-$$}, $rounds rounds"
start_postgres
for database in shop stock; do
    sql postgres -c "CREATE DATABASE $database"
    sql "$database" --set=name="$database" <<'SQL'
CREATE TABLE things AS SELECT i AS id, md5(:'name' || i) AS item FROM generate_series(1, 4000) i;
SQL
done
start_daemon
create_postgres_source server
source=$id
create_destination disk "$backups"
destination=$id
create_job both "$source" "$destination" '.databases = ["shop", "stock"]'
job=$id
start_job "$job"
await_success "$execution"
newest_backup "$destination"
first=$path
sql shop -c "UPDATE things SET item = 'another' WHERE id % 2 = 0"
start_job "$job"
await_success "$execution"
newest_backup "$destination"
cp -r "$backups" "$work/sound"

# What a restore must not touch.
sql shop -c "DROP TABLE things; CREATE TABLE precious AS SELECT 42 AS answer"
sql stock -c "DROP TABLE things; CREATE TABLE precious AS SELECT 43 AS answer"
untouched() {
    [ "$(sql shop -c "SELECT answer FROM precious")" = 42 ] && [ "$(sql stock -c "SELECT answer FROM precious")" = 43 ]
}
restore=$(jq -n --arg file "$path" --arg target "$source" '{file: $file, targetSourceId: $target, overwrite: true, globals: true}')
refused() { # WHAT: of the damaged backup
    api POST "/storage/$destination/restore" "$restore"
    if [ "$status" = 202 ]; then
        await_failure "$(value .executionId)" "damaged|missing|manifest|not there|not found"
    elif [ "$status" -lt 400 ]; then
        fail "$1: $status $body"
    fi
    untouched || fail "$1: the restore touched the databases"
    rm -rf "${backups:?}"
    cp -r "$work/sound" "$backups"
}
folder=$backups/$path
files=("$folder"/*)
[ ${#files[@]} -eq 4 ] || fail "not two databases, globals and a manifest: ${files[*]}"
big() { echo $(((RANDOM * 32768 + RANDOM) % $1)); }

note "random damage"
for ((round = 0; round < rounds; ++round)); do
    file=${files[$((round % 4))]}
    size=$(stat -c %s "$file")
    at=$(big "$size")
    old=$(od -An -tu1 -j "$at" -N 1 "$file" | tr -d ' ')
    # shellcheck disable=SC2059
    printf "\\x$(printf %02x $((old ^ (1 << RANDOM % 8))))" | dd of="$file" bs=1 seek="$at" conv=notrunc status=none
    refused "a bit flipped in byte $at of $file"
    truncate -s "$(big "$size")" "$file"
    refused "the tail of $file cut off"
done

note "swapped, missing, of another backup"
mv "$folder/shop.dump.zst" "$folder/x"
mv "$folder/stock.dump.zst" "$folder/shop.dump.zst"
mv "$folder/x" "$folder/stock.dump.zst"
refused "two objects swapped"
for file in "${files[@]}"; do
    rm "$file"
    refused "$file missing"
done
cp "$backups/$first/shop.dump.zst" "$folder/shop.dump.zst"
refused "an object of another backup"
cp "$backups/$first/manifest.json" "$folder/manifest.json"
refused "the manifest of another backup"

note "the sound backup is restored"
start_restore "$destination" "$restore"
await_success "$execution"
[ "$(sql shop -c "SELECT count(*) FROM things WHERE item = 'another'")" = 2000 ] || fail "the restore is wrong"
stop_daemon
