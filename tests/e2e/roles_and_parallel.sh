#!/bin/bash
# Two databases of a server, each dumped by several connections and both at the same time, with their roles: all of them are
# dropped, and one restore with "globals" brings everything back, owners and privileges too.
. "$(dirname "$0")/lib.sh"
start_postgres

sql postgres <<'SQL'
CREATE ROLE clerk LOGIN PASSWORD 'clerk-password' CREATEDB;
CREATE ROLE "head clerk" NOLOGIN;
GRANT clerk TO "head clerk";
CREATE DATABASE orders OWNER clerk;
CREATE DATABASE stock OWNER clerk;
SQL
for name in orders stock; do
    sql $name <<'SQL'
CREATE TABLE items (id int PRIMARY KEY, name text);
CREATE TABLE lines (item int REFERENCES items (id), number int, note text);
INSERT INTO items SELECT i, 'item ' || i FROM generate_series(1, 5000) i;
INSERT INTO lines SELECT 1 + i % 5000, i, repeat(md5(i::text), 4) FROM generate_series(1, 40000) i;
CREATE INDEX ON lines (item);
ALTER TABLE items OWNER TO clerk;
ALTER TABLE lines OWNER TO "head clerk";
GRANT SELECT ON lines TO clerk;
SQL
done
# Owners, privileges and what a role may do; rows_of has the data.
rights() {
    sql postgres -c "SELECT rolname, rolcanlogin, rolcreatedb, rolpassword FROM pg_authid WHERE rolname LIKE '%clerk' ORDER BY 1"
    sql postgres -c "SELECT roleid::regrole, member::regrole FROM pg_auth_members WHERE roleid = 'clerk'::regrole"
    local name
    for name in orders stock; do
        sql $name -c "SELECT datname, datdba::regrole FROM pg_database WHERE datname = '$name'"
        sql $name -c "SELECT relname, relowner::regrole, relacl FROM pg_class WHERE relname IN ('items', 'lines') ORDER BY 1"
    done
}
all_of() { rights && rows_of orders && rows_of stock; }
all_of >"$work/before"
[ "$(wc -l <"$work/before")" -gt 90000 ] || fail "the comparison would compare nothing"

start_daemon
create_postgres_source server '.parallel = 3'
source=$id
create_destination disk "$backups"
destination=$id
create_job both "$source" "$destination" '.databases = ["orders", "stock"] | .parallel = 2'
start_job "$id"
PATIENCE=60 await_success "$execution"
newest_backup "$destination"
[ "$(value '[.[0].objects[] | select(.contents == "globals")] | length')" = 1 ] || fail "no globals: $body"
for name in orders stock; do
    objects=$(value "[.[0].objects[] | select(.database == \"$name\")] | length")
    [ "$objects" -gt 1 ] || fail "$name was dumped in $objects object: $body"
done

note "both databases and the roles are lost"
sql postgres <<'SQL'
DROP DATABASE orders;
DROP DATABASE stock;
DROP ROLE clerk;
DROP ROLE "head clerk";
SQL

note "without its roles a restore is refused"
start_restore "$destination" "$(jq -n --arg file "$path" --arg target "$source" '{file: $file, targetSourceId: $target}')"
await_failure "$execution" "clerk"
[ -z "$(sql postgres -c "SELECT datname FROM pg_database WHERE datname ~ 'orders|stock'")" ] || fail "a database was left"

note "with them everything is back"
start_restore "$destination" "$(jq -n --arg file "$path" --arg target "$source" \
    '{file: $file, targetSourceId: $target, globals: true}')"
PATIENCE=120 await_success "$execution"
all_of >"$work/after"
cmp "$work/before" "$work/after" || fail "$(diff "$work/before" "$work/after" | head -20)"
PGPASSWORD=clerk-password PGUSER=clerk sql orders -c "SELECT count(*) FROM lines" | grep -qx 40000 ||
    fail "the role's password does not open its database"
no_process_left
stop_daemon
