#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/postgres/postgres_engine.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::postgres::PostgresEngine;
using dbackup::sdk::ErrorKind;

namespace {

constexpr const char* two_schemas = R"(
    CREATE TABLE orders (id int PRIMARY KEY, item text);
    INSERT INTO orders SELECT i, md5(i::text) FROM generate_series(1, 2000) i;
    CREATE TABLE notes AS SELECT 'private' AS text;
    CREATE SCHEMA "Odd schema";
    CREATE TABLE "Odd schema".stock (id int PRIMARY KEY, n int);
    INSERT INTO "Odd schema".stock SELECT i, i * i FROM generate_series(1, 300) i;
    CREATE INDEX stock_n ON "Odd schema".stock (n);
    CREATE FUNCTION "Odd schema".total() RETURNS bigint LANGUAGE sql AS 'SELECT sum(n) FROM "Odd schema".stock')";

using Names = std::vector<std::string>;

void restoreChosen(const Dump& dump,
                   const Names& selection,
                   bool overwrite = false,
                   const std::map<std::string, std::string>& owners = {}) {
    RecordingRun run;
    MemorySource bytes(dump.bytes);
    dbackup::sdk::RestoreRequest request{dump.object, "part", overwrite, false, selection, owners};
    PostgresEngine(source().settings()).restore(request, bytes, run);
}

Dump dumpWithout(const std::string& setting) {
    MemoryOutput output;
    RecordingRun run;
    dumpWith(source().settings("postgres", "secret", setting), "shop", output, run);
    return {output.only().object, output.only().bytes};
}

}  // namespace

TEST_CASE("PostgresEngine: what the settings exclude is not in the backup, and the log says so",
          "[postgres]") {
    const Database database(source(), "shop", two_schemas);
    restore(
        source(),
        dumpWithout(R"("excludeTables":"notes","excludeSchemas":["\"Odd\"*"],"excludeTableData":"orders")"),
        "part");
    CHECK(source().sql("part", "SELECT string_agg(relname, ' ') FROM pg_stat_user_tables") == "orders");
    CHECK(source().sql("part", "SELECT count(*) FROM orders") == "0");
    source().sql("postgres", "DROP DATABASE part");
}

TEST_CASE("PostgresEngine: one schema is restored whole, with its indexes and functions", "[postgres]") {
    const Database database(source(), "shop", two_schemas);
    restoreChosen(dump(source(), "shop"), {"Odd schema.*"});
    CHECK(source().sql("part", "SELECT string_agg(relname, ' ') FROM pg_stat_user_tables") == "stock");
    CHECK(source().sql("part", "SELECT \"Odd schema\".total()") ==
          source().sql("shop", "SELECT \"Odd schema\".total()"));
    CHECK(source().sql("part", "SELECT count(*) FROM pg_indexes WHERE schemaname = 'Odd schema'") == "2");
    source().sql("postgres", "DROP DATABASE part");
}

TEST_CASE("PostgresEngine: one table is restored with its rows", "[postgres]") {
    const Database database(source(), "shop", two_schemas);
    const char* rows = "SELECT md5(string_agg(o::text, ',' ORDER BY id)) FROM orders o";
    restoreChosen(dump(source(), "shop"), {"orders"});
    CHECK(source().sql("part", "SELECT string_agg(relname, ' ') FROM pg_stat_user_tables") == "orders");
    CHECK(source().sql("part", rows) == source().sql("shop", rows));

    // What is there is never replaced by a part of it, whatever is asked for.
    const auto error = errorOf([&] { restoreChosen(dump(source(), "shop"), {"notes"}, true); });
    CHECK(error.kind() == ErrorKind::AlreadyExists);
    CHECK(source().sql("part", rows) == source().sql("shop", rows));
    source().sql("postgres", "DROP DATABASE part");
}

TEST_CASE(
    "PostgresEngine: a table or a schema that the backup does not have is an error, and nothing is left",
    "[postgres]") {
    const Database database(source(), "shop", two_schemas);
    const Dump taken = dump(source(), "shop");
    const std::string before = databasesOf(source());
    for (const Names& selection : {Names{"orders", "missing"}, {"missing.*"}, {"public.*", "stock"}}) {
        CAPTURE(selection);
        CHECK(errorOf([&] { restoreChosen(taken, selection); }).kind() == ErrorKind::NotFound);
        CHECK(databasesOf(source()) == before);
    }
    CHECK(errorOf([&] { restoreChosen(dump(source(), "shop", "sql"), {"orders"}); }).kind() ==
          ErrorKind::Unsupported);
}

TEST_CASE("PostgresEngine: a restore may give everything to another role", "[postgres]") {
    source().sql("postgres", "CREATE ROLE seller; CREATE ROLE buyer");
    {
        const Database database(source(), "shop", two_schemas);
        source().sql("shop", "ALTER TABLE orders OWNER TO seller; GRANT SELECT ON orders TO buyer");
        const Dump taken = dump(source(), "shop");
        CHECK(errorOf([&] {
                  restoreChosen(taken, {}, false, {{"*", "nobody here"}});
              }).kind() == ErrorKind::NotFound);
        CHECK(errorOf([&] {
                  restoreChosen(taken, {}, false, {{"seller", "buyer"}});
              }).kind() == ErrorKind::Unsupported);
        restoreChosen(taken, {}, false, {{"*", "buyer"}});
        const char* owners =
            "SELECT string_agg(DISTINCT pg_get_userbyid(relowner), ' ') FROM pg_class WHERE oid >= 16384";
        CHECK(source().sql("part", owners) == "buyer");
        CHECK(
            source().sql("part", "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'part'") ==
            "buyer");
        CHECK(source().sql("part", "SELECT count(*) FROM \"Odd schema\".stock") == "300");
        source().sql("postgres", "DROP DATABASE part");
    }
    source().sql("postgres", "DROP ROLE seller; DROP ROLE buyer");
}
