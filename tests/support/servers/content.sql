-- Every row of every table, every sequence and every large object of the database, in an order that depends on nothing
-- but the content. \gexec runs each cell of a result as a statement.
SET search_path = pg_catalog;
SELECT format('SELECT %L', '-- ' || c.oid::regclass),
       CASE WHEN c.relkind = 'S' THEN format('SELECT last_value, is_called FROM %s', c.oid::regclass)
            ELSE format('SELECT whole_row::text FROM ONLY %s whole_row ORDER BY whole_row::text COLLATE "C"', c.oid::regclass) END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm', 'S') AND c.relispopulated AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
\gexec
SELECT oid, lomowner::regrole, md5(lo_get(oid)), length(lo_get(oid)) FROM pg_largeobject_metadata ORDER BY oid;
