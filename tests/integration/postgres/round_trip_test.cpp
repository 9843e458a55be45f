#include <fstream>

#include <catch2/catch.hpp>

#include "fixture.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;

namespace {

/// What belongs to a database beside its content.
std::string propertiesOf(PostgresServer& server, const std::string& name) {
    const std::string this_one = "d.datname = $x$" + name + "$x$";
    return server.sql("postgres",
                      "SELECT pg_encoding_to_char(encoding), datcollate, datctype, datlocprovider, "
                      "datdba::regrole, (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(datacl) a), "
                      "shobj_description(oid, 'pg_database') FROM pg_database d WHERE " +
                          this_one) +
           server.sql("postgres",
                      "SELECT setrole::regrole, unnest(setconfig) FROM pg_db_role_setting s, pg_database d "
                      "WHERE d.oid = "
                      "s.setdatabase AND " +
                          this_one + " ORDER BY 1, 2");
}

std::string rolesOf(PostgresServer& server) {
    const std::string attributes =
        "rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolbypassrls, rolconnlimit";
    return server.sql(
               "postgres",
               "SELECT rolname, " + attributes +
                   ", rolpassword FROM pg_authid WHERE rolname <> 'postgres' AND oid >= 16384 ORDER BY 1") +
           server.sql("postgres",
                      "SELECT roleid::regrole, member::regrole, admin_option FROM pg_auth_members WHERE "
                      "roleid >= 16384 "
                      "ORDER BY 1::text, 2::text") +
           server.sql(
               "postgres",
               "SELECT setrole::regrole, setconfig FROM pg_db_role_setting WHERE setdatabase = 0 ORDER BY 1");
}

}  // namespace

TEST_CASE("PostgresEngine: everything in a database is the same after a restore on another server",
          "[postgres]") {
    makeSample();
    const std::string before = source().content(sample_database);
    REQUIRE(before.size() > 1'000'000);
    for (const char* format : {"dump", "sql"}) {
        CAPTURE(format);
        const Dump taken = dump(source(), sample_database, format);
        CHECK(taken.object.format == format);
        CHECK(taken.object.database == sample_database);
        const auto log = restore(target(), taken, std::string("restored from ") + format);
        CHECK((target().content(std::string("restored from ") + format) == before));
        CHECK(propertiesOf(target(), std::string("restored from ") + format) ==
              propertiesOf(source(), sample_database));
        for (const auto& entry : log) {
            CHECK(entry.level < dbackup::sdk::LogLevel::Warning);
        }
    }
    MemoryOutput parts;
    dumpParts(source(), sample_database, parts);
    CHECK(parts.objects.size() == 4);
    restoreParts(target(), parts, "restored from parts");
    CHECK((target().content("restored from parts") == before));
    CHECK(propertiesOf(target(), "restored from parts") == propertiesOf(source(), sample_database));
    CHECK((source().content(sample_database) == before));
}

TEST_CASE("PostgresEngine: the sample has a column of every type that PostgreSQL has", "[postgres]") {
    makeSample();
    // What is left out are the catalogue's own types, which no column of a user can have, or not usefully.
    CHECK(source().sql(sample_database, R"(
        SELECT typname FROM pg_type t WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r', 'm')
            AND typcategory NOT IN ('A', 'Z') AND typname NOT IN ('bpchar', 'unknown', 'gtsvector')
            AND NOT EXISTS (SELECT 1 FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
                WHERE a.atttypid = t.oid AND c.relnamespace = 'app'::regnamespace) ORDER BY 1)") == "");
}

TEST_CASE("PostgresEngine: roles come back with passwords, memberships and settings", "[postgres]") {
    makeSample();
    CHECK(rolesOf(target()) == rolesOf(source()));
    CHECK_THAT(rolesOf(target()), Contains("SCRAM-SHA-256") && Contains("sample_reader"));
    // Once more: what is there already is no error.
    CHECK_NOTHROW(restore(target(), dumpGlobals(source()), ""));
    CHECK(rolesOf(target()) == rolesOf(source()));
}

TEST_CASE("PostgresEngine: an empty database is dumped and restored", "[postgres]") {
    const Database empty(source(), "empty");
    for (const char* format : {"dump", "sql"}) {
        const Dump taken = dump(source(), "empty", format);
        CHECK_FALSE(taken.bytes.empty());
        restore(source(), taken, "empty again");
        CHECK(source().content("empty again") == source().content("empty"));
        source().sql("postgres", "DROP DATABASE \"empty again\"");
    }
}

TEST_CASE("PostgresEngine: a database may have any name", "[postgres]") {
    const std::vector<std::string> names = {"with space",
                                            "it's",
                                            "a \"quoted\" one",
                                            "-leading",
                                            "--version",
                                            "back\\slash",
                                            "dbname=postgres host=nowhere",
                                            "postgresql://nowhere/x",
                                            "größe 漢字 \U0001F600",
                                            "$HOME `id` $(id);|&",
                                            "two\nlines",
                                            "%s%n",
                                            std::string(63, 'n'),
                                            "ä" + std::string(60, 'n')};
    for (const std::string& name : names) {
        CAPTURE(name);
        const Database database(source(), name, "CREATE TABLE a AS SELECT $x$" + name + "$x$ AS name");
        const Database other(source(), "other");
        for (const char* format : {"dump", "sql"}) {
            const Dump taken = dump(source(), name, format);
            CHECK(taken.object.database == name);
            restore(source(), taken, "other");
            CHECK(source().sql("other", "SELECT name = $x$" + name + "$x$ FROM a") == "t");
            restore(source(), taken, name, true);
            CHECK(source().content(name) == source().content("other"));
            source().sql("other", "DROP TABLE a");
        }
    }
}

TEST_CASE("PostgresEngine: the size is estimated before the first byte", "[postgres]") {
    const Database database(source(), "sized", "CREATE TABLE a AS SELECT i FROM generate_series(1, 10000) i");
    RecordingRun run;
    MemoryOutput output;
    std::uint64_t first = 0;
    output.on_block = [&](std::size_t bytes) {
        if (bytes == 0) first = run.estimated();
    };
    dumpWith(source().settings(), "sized", output, run);
    CHECK(first > 1'000'000);
}

TEST_CASE("PostgresEngine: a dump is opened with stock tools", "[postgres]") {
    const Database database(source(), "stock", "CREATE TABLE a AS SELECT i FROM generate_series(1, 1000) i");
    const Dump taken = dump(source(), "stock");
    const TempDir folder;
    std::ofstream(folder / "stock.dump", std::ios::binary) << taken.bytes;
    const Database again(source(), "again");
    source().tool(
        "pg_restore", "again", {"--exit-on-error", "--dbname=again", (folder / "stock.dump").string()});
    CHECK(source().content("again") == source().content("stock"));
}
