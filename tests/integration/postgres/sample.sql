-- One database with everything that a dump has to carry. Run by psql as the superuser in an empty database.
CREATE ROLE sample_owner;
CREATE ROLE sample_reader;
CREATE ROLE "Röle with ""quotes""" LOGIN PASSWORD 'x';
GRANT sample_reader TO "Röle with ""quotes""" WITH ADMIN OPTION;
ALTER ROLE sample_reader SET statement_timeout TO '1h';

CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE EXTENSION ltree;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION pgcrypto;
CREATE EXTENSION postgres_fdw;
CREATE EXTENSION "uuid-ossp";

CREATE SCHEMA "Schéma – 漢字";
CREATE SCHEMA app AUTHORIZATION sample_owner;
SET search_path = app, public;

CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s "good"', 'größer');
CREATE TYPE pair AS (left_part integer, right_part text);
CREATE TYPE nested AS (one pair, many pair[]);
CREATE DOMAIN positive AS integer CHECK (VALUE > 0) DEFAULT 7;
CREATE TYPE float_range AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE COLLATION german (provider = icu, locale = 'de-u-co-phonebk');

CREATE TABLE all_types (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    c_smallint smallint, c_int integer, c_bigint bigint, c_real real, c_double double precision,
    c_numeric numeric, c_numeric_scaled numeric(20, 5), c_money money, c_bool boolean,
    c_char char(7), c_varchar varchar(30), c_text text, c_name name, c_citext citext, c_quoted_char "char",
    c_bytea bytea, c_date date, c_time time, c_timetz timetz, c_timestamp timestamp, c_timestamptz timestamptz,
    c_interval interval, c_uuid uuid, c_json json, c_jsonb jsonb, c_jsonpath jsonpath, c_xml xml,
    c_bit bit(5), c_varbit bit varying, c_point point, c_line line, c_lseg lseg, c_box box, c_path path,
    c_polygon polygon, c_circle circle, c_inet inet, c_cidr cidr, c_macaddr macaddr, c_macaddr8 macaddr8,
    c_tsvector tsvector, c_tsquery tsquery, c_int4range int4range, c_int8range int8range, c_numrange numrange,
    c_tsrange tsrange, c_tstzrange tstzrange, c_daterange daterange, c_nummultirange nummultirange,
    c_float_range float_range, c_mood mood, c_pair pair, c_nested nested, c_positive positive,
    c_int_array integer[], c_text_array text[][], c_mood_array mood[], c_pair_array pair[], c_range_array int4range[],
    c_hstore hstore, c_ltree ltree, c_oid oid, c_regclass regclass, c_pg_lsn pg_lsn, c_txid xid8,
    c_generated bigint GENERATED ALWAYS AS (c_int::bigint * 2) STORED,
    c_collated text COLLATE german
);
INSERT INTO all_types (c_smallint, c_int, c_bigint, c_real, c_double, c_numeric, c_numeric_scaled, c_money, c_bool,
    c_char, c_varchar, c_text, c_name, c_citext, c_quoted_char, c_bytea, c_date, c_time, c_timetz, c_timestamp,
    c_timestamptz, c_interval, c_uuid, c_json, c_jsonb, c_jsonpath, c_xml, c_bit, c_varbit, c_point, c_line, c_lseg,
    c_box, c_path, c_polygon, c_circle, c_inet, c_cidr, c_macaddr, c_macaddr8, c_tsvector, c_tsquery, c_int4range,
    c_int8range, c_numrange, c_tsrange, c_tstzrange, c_daterange, c_nummultirange, c_float_range, c_mood, c_pair,
    c_nested, c_positive, c_int_array, c_text_array, c_mood_array, c_pair_array, c_range_array, c_hstore, c_ltree,
    c_oid, c_regclass, c_pg_lsn, c_txid, c_collated)
VALUES
    (-32768, -2147483648, -9223372036854775808, 'NaN', '-Infinity', 'NaN', 123456789012345.12345,
     '-92233720368547758.08', true, 'ab', 'wörd', E'tab\tnewline\nbackslash\\ quote'' \u00e9 \U0001F600 \\.', 'a name',
     'CiText', 'x', '\x00ff0a0d5c27', '-infinity', '24:00:00', '23:59:59.999999+14', '4713-01-01 BC', 'infinity',
     '-178000000 years 10 mons -5 days 00:00:00.000001', '00000000-0000-0000-0000-000000000000',
     '{"a": [1, 2.50, null],  "a": "twice"}', '{"b": {"c": "\u2028 é"}, "n": 1e400}', '$.a[*] ? (@ > 2)',
     '<a b="c"><![CDATA[<x>&]]></a>', B'10101', B'1', '(1.5,-2e300)', '{1,2,3}', '[(0,0),(1,1)]', '(1,1),(0,0)',
     '[(0,0),(1,1),(2,0)]', '((0,0),(1,1),(2,0))', '<(1,2),3>', '::ffff:1.2.3.4/128', '10.0.0.0/8',
     '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', 'a:1A fat:2B,4C cat:5D', 'fat & (rat | !cat)', '[1,5)', '(,)',
     'empty', '[2020-01-01,infinity)', '[2020-01-01 00:00+00,2021-01-01 00:00+00]', '[2020-01-01,2020-02-01)',
     '{[1,2),[3,4)}', '[0.1,0.2)', 'it''s "good"', '(1,"x, ""y""")', '("(1,a)","{""(2,b)"",NULL}")', 1,
     '[-1:1]={1,2,3}', '{{a,"b c"},{NULL,"\"NULL\""}}', '{sad,größer}', '{"(1,x)",NULL}', '{"[1,2)",empty}',
     'a=>1, b=>NULL, "x y"=>"z"', 'Top.Science.Astronomy', 4294967295, 'pg_class', '16/B374D848', '18446744073709551615',
     'Äpfel'),
    (32767, 1073741823, 9223372036854775807, 'Infinity', 5e-324, 'Infinity', -0.00001, '92233720368547758.07', false, '',
     '', '', '', '', '', '', 'infinity', '00:00', '00:00-15:59', 'infinity', '-infinity', '0', gen_random_uuid(), '[]',
     'null', '$', '', B'00000', B'', '(NaN,Infinity)', '{0,1,0}', '[(0,0),(0,0)]', '(0,0),(0,0)', '((0,0))', '((0,0))',
     '<(0,0),0>', '2001:db8::1', '2001:db8::/32', 'ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff:ff:ff', '', '', 'empty', 'empty',
     '(,1.5]', 'empty', '(,)', 'empty', '{}', 'empty', 'sad', '(,)', '(,)', 2147483647, '{}', '{}', '{}', '{}', '{}', '',
     '', 0, NULL, '0/0', '0', 'zzz'),
    (NULL, NULL, NULL, 1.17549435e-38, 1.7976931348623157e308, '-Infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
-- Long values, compressed and out of line.
INSERT INTO all_types (c_text, c_bytea)
SELECT repeat(md5(i::text), 20000), decode(repeat(md5(i::text), 20000), 'hex') FROM generate_series(1, 5) i;

-- The types that all_types has no column of; round_trip_test asks pg_type whether any is missing.
CREATE TABLE rare_types (
    c_int4multirange int4multirange, c_int8multirange int8multirange, c_tsmultirange tsmultirange,
    c_tstzmultirange tstzmultirange, c_datemultirange datemultirange, c_float_multirange float_multirange, c_xid xid, c_cid cid, c_tid tid,
    c_snapshot pg_snapshot, c_txid_snapshot txid_snapshot, c_refcursor refcursor, c_oidvector oidvector, c_int2vector int2vector,
    c_aclitem aclitem, c_regproc regproc, c_regprocedure regprocedure, c_regoper regoper, c_regoperator regoperator,
    c_regtype regtype, c_regrole regrole, c_regnamespace regnamespace, c_regconfig regconfig,
    c_regdictionary regdictionary, c_regcollation regcollation, c_lquery lquery, c_ltxtquery ltxtquery
);
INSERT INTO rare_types VALUES
    ('{[1,2),[5,)}', '{(,7)}', '{[2020-01-01,2020-01-02]}', '{[2020-01-01 00:00+00,infinity)}', '{[2020-01-01,2020-02-01)}',
     '{[0.5,1.5)}', '4294967295', '7', '(42,7)', '10:20:10,14,15', '10:20:10,14,15', 'cursor "x"', '1 2 4294967295', '1 -2 3',
     'postgres=arw*d/postgres', 'pg_catalog.now', 'pg_catalog.abs(bigint)', 'pg_catalog.||/', 'pg_catalog.+(integer,integer)',
     'timestamp with time zone', 'sample_owner', 'app', 'english', 'simple', '"C"', 'a.*{1,2}.b', 'a & !b'),
    ('{}', '{}', '{}', '{}', '{}', '{}', '0', '0', '(0,0)', '1:1:', '1:1:', '', '', '', '=r/postgres', '-', '-', '0', '0', '-', '-', '-',
     '-', '-', '-', '*', 'x'),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, NULL, NULL);

CREATE SEQUENCE counter AS smallint START 5 INCREMENT -3 MINVALUE -30 MAXVALUE 100 CYCLE CACHE 4;
SELECT setval('counter', 2, true);
CREATE SEQUENCE untouched START 42;

CREATE TABLE parents (id integer PRIMARY KEY, name text NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED,
    boss integer REFERENCES parents DEFERRABLE, CHECK (length(name) < 100), EXCLUDE USING gist (int4range(id, id, '[]') WITH &&));
INSERT INTO parents SELECT i, 'parent ' || i, nullif(i - 1, 0) FROM generate_series(1, 1000) i;
CREATE TABLE children (extra text) INHERITS (parents);
INSERT INTO children SELECT 10000 + i, 'child ' || i, NULL, 'x' FROM generate_series(1, 50) i;
CREATE INDEX ON parents USING gin (name gin_trgm_ops);
CREATE INDEX partial_index ON parents (lower(name) DESC NULLS LAST) INCLUDE (boss) WHERE id % 2 = 0;
CREATE STATISTICS parents_statistics (dependencies, ndistinct) ON id, boss FROM parents;
ALTER TABLE parents CLUSTER ON parents_pkey;
ALTER TABLE parents ALTER COLUMN name SET STATISTICS 500, SET (fillfactor = 80);

CREATE TABLE measures (day date NOT NULL, city text, value numeric, PRIMARY KEY (day, city)) PARTITION BY RANGE (day);
CREATE TABLE measures_2024 PARTITION OF measures FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (city);
CREATE TABLE measures_2024_a PARTITION OF measures_2024 FOR VALUES IN ('Aachen', 'Åbo');
CREATE TABLE measures_2024_rest PARTITION OF measures_2024 DEFAULT;
CREATE TABLE measures_rest PARTITION OF measures DEFAULT;
INSERT INTO measures SELECT '2023-06-01'::date + i, (ARRAY['Aachen', 'Åbo', 'Zürich'])[i % 3 + 1], i / 7.0
FROM generate_series(1, 900) i;
CREATE UNLOGGED TABLE unlogged AS SELECT i FROM generate_series(1, 10) i;
CREATE TABLE no_columns ();
INSERT INTO no_columns DEFAULT VALUES;
CREATE TABLE dropped_column (a integer, b integer, c integer);
INSERT INTO dropped_column VALUES (1, 2, 3);
ALTER TABLE dropped_column DROP COLUMN b, ADD COLUMN d text DEFAULT 'added';

CREATE TABLE "Schéma – 漢字"."Täble with ""quotes"", 'apostrophe' and \backslash" (
    "Cölumn ""one""" text, "select" integer, " leading" integer DEFAULT 1, "new
line" text);
INSERT INTO "Schéma – 漢字"."Täble with ""quotes"", 'apostrophe' and \backslash" VALUES ('größe', 1, 2, '漢字'), (NULL, NULL, NULL, '\N');
CREATE TABLE "-- table" (a integer);
INSERT INTO "-- table" VALUES (1);

CREATE FUNCTION add_one(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $f$ SELECT a + b -- it's $$ here
    $f$;
CREATE FUNCTION standard(a integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT a + 1; END;
CREATE PROCEDURE proc(INOUT a integer) LANGUAGE plpgsql AS $$BEGIN a := a + 1; END$$;
CREATE AGGREGATE product(integer) (SFUNC = int4mul, STYPE = integer, INITCOND = '1');
CREATE OPERATOR ### (FUNCTION = int4mul, LEFTARG = integer, RIGHTARG = integer);
CREATE FUNCTION mood_number(mood) RETURNS integer LANGUAGE sql AS 'SELECT length($1::text)';
CREATE CAST (mood AS integer) WITH FUNCTION mood_number(mood) AS ASSIGNMENT;
CREATE VIEW recursive_view AS WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT n FROM t;
CREATE VIEW checked WITH (security_barrier) AS SELECT id, name FROM parents WHERE id > 10 WITH CASCADED CHECK OPTION;
CREATE MATERIALIZED VIEW summary AS SELECT city, sum(value) FROM measures GROUP BY city;
CREATE UNIQUE INDEX ON summary (city);
CREATE MATERIALIZED VIEW unpopulated AS SELECT 1 AS a WITH NO DATA;
CREATE RULE redirect AS ON INSERT TO checked DO INSTEAD INSERT INTO parents VALUES (NEW.id, NEW.name);
CREATE TABLE log_entries (at timestamptz, what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO app.log_entries VALUES (now(), TG_OP); RETURN NEW; END$$;
CREATE TRIGGER noted AFTER INSERT OR UPDATE OF name ON parents FOR EACH ROW WHEN (NEW.id > 5) EXECUTE FUNCTION note();
CREATE CONSTRAINT TRIGGER deferred_note AFTER DELETE ON parents DEFERRABLE FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE parents DISABLE TRIGGER deferred_note;
CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN NULL; END$$;
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION on_ddl();
CREATE TEXT SEARCH CONFIGURATION my_words (COPY = german);
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'nowhere', dbname 'x');
CREATE USER MAPPING FOR sample_reader SERVER elsewhere OPTIONS (user 'u', password 'p');
CREATE FOREIGN TABLE far_away (a integer OPTIONS (column_name 'b')) SERVER elsewhere;

ALTER TABLE parents ENABLE ROW LEVEL SECURITY;
ALTER TABLE parents FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON parents FOR SELECT TO sample_reader USING (id < 500);
COMMENT ON TABLE parents IS 'with ''quotes'', "more" and
a second line';
COMMENT ON COLUMN parents.name IS 'é';
COMMENT ON FUNCTION add_one(integer, integer) IS 'adds';
ALTER TABLE parents OWNER TO sample_owner;
ALTER TYPE mood OWNER TO "Röle with ""quotes""";
GRANT SELECT (id, name), UPDATE (name) ON parents TO sample_reader;
GRANT ALL ON all_types TO "Röle with ""quotes""" WITH GRANT OPTION;
GRANT USAGE ON SCHEMA app TO sample_reader;
REVOKE ALL ON FUNCTION add_one(integer, integer) FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO sample_reader;

SELECT lo_from_bytea(200000, '\x00010203'), lo_from_bytea(200001, ''), lo_from_bytea(4000000000, decode(repeat('ab', 100000), 'hex'));
ALTER LARGE OBJECT 200000 OWNER TO sample_owner;
GRANT SELECT ON LARGE OBJECT 200001 TO sample_reader;
COMMENT ON LARGE OBJECT 200000 IS 'a large one';
