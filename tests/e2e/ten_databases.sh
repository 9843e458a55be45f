#!/bin/bash
# Ten databases of one server in one job, unicode names and an empty one among them: every row is compared after the
# restore, and the same backup is opened by hand with zstd and pg_restore, without anything of ours.
. "$(dirname "$0")/lib.sh"
start_postgres

names=(plain "with space" "quote'd" 'dou"ble' "Größe" "データ" "emoji 🐘" -dash "UPPER.case" empty)
note "ten databases"
for i in "${!names[@]}"; do
    createdb_sql=$(printf 'CREATE DATABASE "%s"' "${names[$i]//\"/\"\"}")
    sql postgres -c "$createdb_sql"
    [ "${names[$i]}" != empty ] || continue
    sql "dbname='${names[$i]//\'/\\\'}'" --set=seed="$i" >"$work/made" <<'SQL'
CREATE EXTENSION hstore;
CREATE TYPE mood AS ENUM ('glad', 'so-so', 'naïve');
CREATE TABLE everything (
    id bigserial PRIMARY KEY, n numeric(20, 6), r real, t text, b bytea, j jsonb, h hstore, m mood, a text[],
    d date, ts timestamptz, i interval, u uuid, net inet, range int4range, nothing text,
    doubled numeric GENERATED ALWAYS AS (n * 2) STORED);
INSERT INTO everything (n, r, t, b, j, h, m, a, d, ts, i, u, net, range)
SELECT x * 1.25, x / 3.0, 'Zeile ' || x || E' \\ tab\t newline\n "quoted" 🐘', decode(md5(x::text), 'hex'),
    jsonb_build_object('x', x, 'list', jsonb_build_array(x, null, 'ü')), hstore('k', x::text),
    (ARRAY['glad', 'so-so', 'naïve']::mood[])[1 + x % 3], ARRAY['a', NULL, x::text], date '2000-01-01' + x::int,
    timestamptz '2020-02-29 12:00+02' + x * interval '1 hour', x * interval '1 minute',
    md5(x::text)::uuid, '10.0.0.1'::inet + x, int4range(x::int, x::int + 5)
FROM generate_series(:seed * 100, :seed * 100 + 1500) x;
CREATE TABLE "Odd ""name""" (k int PRIMARY KEY REFERENCES everything (id), v text);
INSERT INTO "Odd ""name""" SELECT id, t FROM everything WHERE id % 7 = 0;
CREATE VIEW glad AS SELECT id, t FROM everything WHERE m = 'glad';
CREATE MATERIALIZED VIEW sums AS SELECT m, sum(n) FROM everything GROUP BY m;
CREATE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42';
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.nothing := coalesce(NEW.nothing, NEW.t); RETURN NEW; END';
CREATE TRIGGER noting BEFORE UPDATE ON everything FOR EACH ROW EXECUTE FUNCTION note();
SELECT lo_from_bytea(0, decode(repeat(md5('large'), 5000), 'hex'));
SQL
done
sql postgres -c "CREATE ROLE auditor NOLOGIN"

database() { printf "dbname='%s'" "${1//\'/\\\'}"; } # a connection string: the name may be anything
for i in "${!names[@]}"; do
    rows_of "$(database "${names[$i]}")" >"$work/before.$i"
done
[ "$(wc -l <"$work/before.0")" -gt 1500 ] || fail "the comparison would compare nothing"

start_daemon
create_postgres_source server
source=$id
create_destination disk "$backups"
destination=$id
listed() { jq -n '$ARGS.positional' --args -- "${names[@]}"; }
create_job all "$source" "$destination" ".databases = $(listed)"
start_job "$id"
await_success "$execution"
newest_backup "$destination"
[ "$(value '[.[0].objects[] | select(.contents == "database")] | length')" = 10 ] || fail "$body"

note "by hand: zstd -d | pg_restore"
value '.[0].objects[] | select(.database == "データ") | .name' >"$work/object"
sql postgres -c 'CREATE DATABASE "by hand"'
zstd -d --stdout "$backups/$path/$(<"$work/object")" | "$pg_bin/pg_restore" --exit-on-error -d "by hand"
rows_of "by hand" >"$work/by-hand"
cmp "$work/before.5" "$work/by-hand" || fail "what pg_restore made by hand differs"
zstd -d --stdout "$backups/$path"/globals.sql.zst | grep -q "CREATE ROLE auditor" || fail "no roles in globals.sql.zst"

note "restore refuses to overwrite"
expect_refusal() { # a POST that is refused at once, or an execution that fails
    api POST "/storage/$destination/restore" "$1"
    if [ "$status" = 202 ]; then
        await_failure "$(value .executionId)" "$2"
    else
        grep -Eiq -- "$2" <<<"$body" || fail "$status: $body"
    fi
}
expect_refusal "$(jq -n --arg file "$path" --arg target "$source" \
    '{file: $file, targetSourceId: $target, databaseMapping: {plain: "plain"}}')" "overwrite|has data|not empty"

note "restore into other names"
mapping=$(jq -n '[$ARGS.positional[] | {originalName: ., targetName: (. + " again"), selected: true}]' --args -- "${names[@]}")
start_restore "$destination" "$(jq -n --arg file "$path" --arg target "$source" --argjson mapping "$mapping" \
    '{file: $file, targetSourceId: $target, databaseMapping: $mapping}')"
PATIENCE=120 await_success "$execution"
for i in "${!names[@]}"; do
    rows_of "$(database "${names[$i]} again")" >"$work/after"
    cmp "$work/before.$i" "$work/after" || fail "\"${names[$i]}\" differs after the restore"
done

note "restore over what is there, when told"
sql "$(database plain)" -c "DELETE FROM \"Odd \"\"name\"\"\"; UPDATE everything SET t = 'gone'"
start_restore "$destination" "$(jq -n --arg file "$path" --arg target "$source" \
    '{file: $file, targetSourceId: $target, overwrite: true, databaseMapping: {plain: "plain"}}')"
await_success "$execution"
rows_of plain >"$work/after"
cmp "$work/before.0" "$work/after" || fail "\"plain\" differs after it was overwritten"
no_process_left
stop_daemon
