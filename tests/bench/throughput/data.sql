-- Fills the current database: the tables of an order system and a table of documents whose phrases come from a
-- list, common ones more often, so that they compress about as text does. Always the same rows.
--   :rows  documents
SELECT setseed(0.42);

CREATE TABLE docs AS
    SELECT i AS id,
        initcap(left(md5('name ' || i), 10)) AS author,
        'user' || (i::bigint * 7919) % 1000003 || '@example.org' AS email,
        timestamptz '2020-01-01 UTC' + i * interval '37 seconds' AS created,
        md5(i::text) AS checksum,
        jsonb_build_object('views', (i * 31) % 10007, 'tags', jsonb_build_array('t' || i % 17, 't' || i % 101),
            'draft', i % 7 = 0) AS properties,
        (SELECT string_agg(left(translate(md5(phrase::text), '0123456789abcdef', 'aeiounrst ldcm g'), 12 + phrase % 21), ' ')
            FROM (SELECT (4000 * power(random(), 3))::int AS phrase FROM generate_series(1, 5 + i % 18)) AS drawn) AS body
    FROM generate_series(1, :rows) AS i;

CREATE TABLE accounts AS
    SELECT i AS id, i % 100 AS branch, (i::bigint * 7919) % 200001 - 100000 AS balance, rpad('', 84) AS filler
    FROM generate_series(1, :rows * 3) AS i;

ALTER TABLE docs ADD PRIMARY KEY (id);
CREATE INDEX docs_created ON docs (created);
CREATE INDEX docs_email ON docs (email);
ALTER TABLE accounts ADD PRIMARY KEY (id);
ANALYZE;
