-- Fills the current database: the tables of an order system and a table of documents whose words come from a
-- vocabulary, common ones more often, so that they compress about as text does. Always the same rows.
--   :rows  documents
SELECT setseed(0.42);

CREATE TABLE vocabulary AS
    SELECT array_agg(left(translate(md5('word ' || i), '0123456789', 'aeiounrstl'), 2 + (i * 7) % 9) ORDER BY i) AS words
    FROM generate_series(1, 4000) AS i;

CREATE TABLE docs AS
    SELECT i AS id,
        initcap(left(md5('name ' || i), 10)) AS author,
        'user' || (i * 7919) % 1000003 || '@example.org' AS email,
        timestamptz '2020-01-01 UTC' + i * interval '37 seconds' AS created,
        md5(i::text) AS checksum,
        jsonb_build_object('views', (i * 31) % 10007, 'tags', jsonb_build_array('t' || i % 17, 't' || i % 101),
            'draft', i % 7 = 0) AS properties,
        (SELECT string_agg(v.words[1 + floor(4000 * power(random(), 3))::int], ' ')
            FROM generate_series(1, 20 + i % 56)) AS body
    FROM vocabulary AS v, generate_series(1, :rows) AS i;

CREATE TABLE accounts AS
    SELECT i AS id, i % 100 AS branch, (i * 7919) % 200001 - 100000 AS balance, rpad('', 84) AS filler
    FROM generate_series(1, :rows * 3) AS i;

ALTER TABLE docs ADD PRIMARY KEY (id);
CREATE INDEX docs_created ON docs (created);
CREATE INDEX docs_email ON docs (email);
ALTER TABLE accounts ADD PRIMARY KEY (id);
ANALYZE;
