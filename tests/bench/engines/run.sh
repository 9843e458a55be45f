#!/bin/bash
# Backups by other engines than PostgreSQL's, each beside its own tool, in turn, to a local destination with fsync.
# usage: tests/bench/engines/run.sh [BUILD_OR_INSTALLED_TREE]
#   ROUNDS   how often each is measured (default: 5); the median counts
#   ENGINES  default: "mariadb redis files-large files-small postgres-parallel"
# Prints figures; fails only when a backup does.
. "$(dirname "$0")/../../e2e/lib.sh"
. "$(dirname "$0")/../side_by_side.sh"
mariadb=$root/tests/support/servers/mariadb.sh
postgres=$root/tests/support/servers/postgres.sh
redis_port=$((20000 + RANDOM % 10000))
stop_servers() {
    [ ! -e "$SERVERS_ROOT/postgres" ] || "$postgres" stop || true
    [ ! -e "$SERVERS_ROOT/mariadb" ] || "$mariadb" stop || true
    redis-cli -p $redis_port shutdown nosave 2>/dev/null || true
}
trap 'status=$?; stop_servers; ended $status' EXIT

kept() { # FILE: on disk, counted and removed
    sync "$1"
    stored=$(stat -c %s "$1")
    rm "$1"
}
bench() { # NAME ENGINE CONFIG MEGABYTES JOB_FILTER REFERENCE...
    create /adapters "$(jq -n --arg name "$1" --arg engine "$2" --argjson config "$3" \
        '{name: $name, type: "database", adapterId: $engine, config: $config}')"
    create_job "$1" "$id" "$destination" "$5"
    measure "$id" "${@:6}"
    report "$1" "$4"
}

mariadb_dump() {
    mariadb-dump --no-defaults --host=127.0.0.1 --port="$MARIADB_PORT" --user=admin --password=secret --single-transaction --quick \
        --routines --events --triggers --hex-blob shop | zstd -3 -T2 -q -f -o "$work/reference"
    kept "$work/reference"
}
bench_mariadb() {
    mkdir -p "$SERVERS_ROOT" && chmod 755 "$SERVERS_ROOT"
    MARIADB_EXTRA=--innodb-buffer-pool-size=2G "$mariadb" start
    eval "$("$mariadb" env)"
    note "filling MariaDB"
    mariadb --no-defaults --host=127.0.0.1 --port="$MARIADB_PORT" --user=admin --password=secret <<'SQL'
CREATE DATABASE shop; USE shop;
CREATE TABLE documents (id INT PRIMARY KEY, title VARCHAR(80), body TEXT, hash CHAR(32), price DECIMAL(10,2), made DATETIME, KEY (title));
INSERT INTO documents SELECT seq, CONCAT('Document ', seq * 7919 % 1000003), REPEAT(CONCAT('The ', ELT(1 + seq % 7, 'red', 'green', 'small',
    'old', 'quick', 'lazy', 'blue'), ' fox ', seq, ' runs past ', MD5(seq), ' and ', seq * 31 % 9973, ' others. '), 8), MD5(seq * 3),
    seq % 9999 / 100, '2020-01-01' + INTERVAL seq SECOND FROM seq_1_to_1200000;
SQL
    bench mariadb mariadb "$(jq -n --argjson port "$MARIADB_PORT" \
        '{host: "127.0.0.1", port: $port, user: "admin", password: "secret"}')" \
        $(($(stat -c %s "$MARIADB_DATA/shop/documents.ibd") / 1000000)) '.databases = ["shop"]' mariadb_dump
    "$mariadb" stop
}

redis_rdb() {
    redis-cli -p $redis_port --rdb "$work/reference" >/dev/null 2>&1
    kept "$work/reference"
}
bench_redis() {
    redis-server --bind 127.0.0.1 --port $redis_port --dir "$work" --save '' --daemonize yes --repl-diskless-sync-delay 0 >/dev/null
    eventually redis-cli -p $redis_port ping >/dev/null
    note "filling Redis"
    redis-cli -p $redis_port eval "for i = 1, 1500000 do redis.call('SET', 'key:' .. i, string.rep(redis.sha1hex(i), 10)) end" 0 >/dev/null
    bench redis redis "{\"host\": \"127.0.0.1\", \"port\": $redis_port}" \
        $(($(redis-cli -p $redis_port info memory | sed -n 's/^used_memory_dataset:\([0-9]*\).*/\1/p') / 1000000)) \
        '.compression = "NONE"' redis_rdb
    redis-cli -p $redis_port shutdown nosave || true
}

tar_zstd() { # FOLDER [OPTION...]
    tar "${@:2}" -C "$1" -cf - . | zstd -3 -T2 -q -f -o "$work/reference"
    kept "$work/reference"
}
bench_folder() { # NAME FOLDER [TAR_OPTION...]
    bench "$1" files "$(jq -n --arg folder "$2" '{folders: [$folder]}')" $(($(du -sb "$2" | cut -f 1) / 1000000)) . tar_zstd "${@:2}"
}
bench_files_large() {
    mkdir "$work/large"
    # Of three characters for each random byte two thirds can be compressed away; 165 MB make 500.
    for file in 1 2 3 4; do
        { openssl enc -aes-128-ctr -nosalt -pass "pass:$file" -in /dev/zero 2>/dev/null || true; } | head -c 165800000 |
            od -An -tx1 -w64 >"$work/large/$file"
    done
    bench_folder files-large "$work/large"
    rm -r "$work/large"
}
bench_files_small() {
    /usr/bin/python3 - "$work/small" <<'PY'
import os, random, sys
random.seed(1)
words = ["alpha", "beta", "gamma", "delta", "value", "name", "true", "12345", "\n"]
for folder in range(400):
    path = f"{sys.argv[1]}/{folder}"
    os.makedirs(path)
    for number in range(500):
        with open(f"{path}/{number}.txt", "w") as file:
            file.write(" ".join(random.choices(words, k=random.randrange(20, 1500))))
PY
    bench_folder files-small "$work/small"
    # As tar comes it keeps neither parts of seconds nor attributes nor access control lists. Here it stores what ours does.
    bench_folder files-small-pax "$work/small" --format=pax --pax-option=delete=atime,delete=ctime --xattrs --acls
    rm -r "$work/small"
}

pg_dump_folder() { # COMPRESSION, by two connections; what lies in the folder is on disk
    rm -rf "$work/reference"
    "$PGBIN/pg_dump" --format=directory --jobs=2 "--compress=$1" --file="$work/reference" shop
    sync -f "$work/reference"
    stored=$(du -sb "$work/reference" | cut -f 1)
    rm -r "$work/reference"
}
# Both as they come (zstd beside pg_dump's gzip), and both without compression.
bench_postgres_parallel() {
    mkdir -p "$SERVERS_ROOT" && chmod 755 "$SERVERS_ROOT"
    "$postgres" start
    eval "$("$postgres" env)"
    note "filling PostgreSQL"
    "$PGBIN/createdb" shop
    local table config megabytes
    for table in documents orders; do
        "$PGBIN/psql" -q shop -c "CREATE TABLE $table AS SELECT i AS id, 'Document ' || i * 7919::bigint % 1000003 AS title,
            repeat('The fox ' || i || ' runs past ' || md5(i::text) || ' and ' || i * 31::bigint % 9973 || ' others. ', 8) AS body,
            md5((i * 3)::text) AS hash, timestamp '2020-01-01' + i * interval '1 s' AS made FROM generate_series(1, 600000) i"
    done
    megabytes=$(($("$PGBIN/psql" -At shop -c "SELECT pg_database_size('shop')") / 1000000))
    config=$(jq -n --argjson port "$PGPORT" '{host: "127.0.0.1", port: $port, user: "postgres", password: "secret", parallel: 2}')
    bench postgres-j2 postgres "$config" "$megabytes" '.databases = ["shop"]' pg_dump_folder 6
    bench postgres-j2-Z0 postgres "$config" "$megabytes" '.databases = ["shop"] | .compression = "NONE"' pg_dump_folder 0
    "$postgres" stop
}

start_daemon
create_destination disk "$backups"
destination=$id
for engine in ${ENGINES:-mariadb redis files-large files-small postgres-parallel}; do
    "bench_${engine//-/_}"
done
stop_daemon
