#include <algorithm>
#include <thread>

#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/postgres/postgres_engine.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::postgres::PostgresEngine;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;
using dbackup::sdk::LogLevel;

namespace {

constexpr const char* rows = "CREATE TABLE a AS SELECT i FROM generate_series(1, 1000) i";

Dump sampleDump(const std::string& format = "dump") {
    const Database database(source(), "shop", rows);
    return dump(source(), "shop", format);
}

/// Replaces a word of the metadata that the backup carries.
Dump with(Dump dump, const std::string& from, const std::string& to) {
    const std::size_t at = dump.object.metadata.find(from);
    REQUIRE(at != std::string::npos);
    dump.object.metadata.replace(at, from.size(), to);
    return dump;
}

Error checkError(const Dump& dump,
                 const std::string& database,
                 bool overwrite = false,
                 bool no_owner = false) {
    return errorOf([&] {
        RecordingRun run;
        PostgresEngine(source().settings()).checkRestore({dump.object, database, overwrite, no_owner}, run);
    });
}

Error restoreError(const Dump& dump,
                   const std::string& database,
                   bool overwrite = false,
                   bool no_owner = false) {
    return errorOf([&] { restore(source(), dump, database, overwrite, no_owner); });
}

bool warned(const std::vector<RecordingRun::Entry>& log, const std::string& words) {
    return std::any_of(log.begin(), log.end(), [&](const auto& entry) {
        return entry.level == LogLevel::Warning && entry.message.find(words) != std::string::npos;
    });
}

}  // namespace

TEST_CASE("PostgresEngine: a database that has data is not overwritten unless told to", "[postgres]") {
    const Dump taken = sampleDump();
    const Database other(source(), "other", "CREATE TABLE mine (i int); INSERT INTO mine VALUES (1)");
    const std::string before = source().content("other");
    const Error refused = checkError(taken, "other");
    CHECK(refused.kind() == ErrorKind::AlreadyExists);
    CHECK_THAT(refused.text(), Contains("other") && Contains("overwrite"));
    CHECK(restoreError(taken, "other").kind() == ErrorKind::AlreadyExists);
    CHECK(source().content("other") == before);

    RecordingRun run;
    CHECK_NOTHROW(PostgresEngine(source().settings()).checkRestore({taken.object, "other", true}, run));
    CHECK(source().content("other") == before);
    restore(source(), taken, "other", true);
    CHECK(source().sql("other", "SELECT count(*), to_regclass('mine') FROM a") == "1000|");
    CHECK(databasesOf(source()) == "other");
}

TEST_CASE("PostgresEngine: anything that a user made counts as data", "[postgres]") {
    const Dump taken = sampleDump();
    for (const char* statement : {"CREATE SCHEMA s",
                                  "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                                  "CREATE TYPE t AS ENUM ('a')",
                                  "CREATE EXTENSION citext",
                                  "SELECT lo_create(0)",
                                  "CREATE SEQUENCE s",
                                  "CREATE COLLATION c (locale = 'C')",
                                  "CREATE PUBLICATION p",
                                  "CREATE TEXT SEARCH CONFIGURATION w (COPY = simple)"}) {
        CAPTURE(statement);
        const Database other(source(), "other", statement);
        CHECK(checkError(taken, "other").kind() == ErrorKind::AlreadyExists);
    }
}

TEST_CASE("PostgresEngine: a database that is there and empty is filled and keeps its owner", "[postgres]") {
    source().sql("postgres", "CREATE ROLE landlord");
    for (const char* format : {"dump", "sql"}) {
        const Dump taken = sampleDump(format);
        const Database other(source(), "other");
        source().sql("postgres", "ALTER DATABASE other OWNER TO landlord");
        const std::string oid = source().sql("other", "SELECT oid FROM pg_database WHERE datname = 'other'");
        restore(source(), taken, "other");
        CHECK(source().sql("other", "SELECT count(*) FROM a") == "1000");
        CHECK(source().sql("other", "SELECT oid, datdba::regrole FROM pg_database WHERE datname = 'other'") ==
              oid + "|landlord");
    }
    source().sql("postgres", "DROP ROLE landlord");
}

TEST_CASE("PostgresEngine: a database in use is replaced, and so is the one for maintenance", "[postgres]") {
    const Dump taken = sampleDump();
    {
        const Database other(source(), "other", "CREATE TABLE mine (i int)");
        PostgresServer& server = source();
        std::jthread user([&] {
            // Ends with an error when its database goes.
            CHECK_THROWS(server.tool("psql", "other", {"-c", "SELECT pg_sleep(600)"}));
        });
        while (server.sql("postgres",
                          "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'") ==
               "0") {
        }
        restore(server, taken, "other", true);
        CHECK(server.sql("other", "SELECT count(*) FROM a") == "1000");
    }
    source().sql("postgres", "CREATE TABLE mine (i int)");
    restore(source(), taken, "postgres", true);
    CHECK(source().sql("postgres", "SELECT count(*) FROM a") == "1000");
    source().sql("postgres", "DROP TABLE a");
}

TEST_CASE("PostgresEngine: missing roles are named before anything is done", "[postgres]") {
    source().sql("postgres", "CREATE ROLE absent_owner; CREATE ROLE \"absent reader\"");
    Dump taken;
    Dump plain;
    {
        const Database database(
            source(),
            "shop",
            std::string(rows) +
                "; ALTER TABLE a OWNER TO absent_owner; GRANT SELECT ON a TO \"absent reader\"");
        taken = dump(source(), "shop");
        plain = dump(source(), "shop", "sql");
    }
    source().sql("postgres", "DROP ROLE absent_owner; DROP ROLE \"absent reader\"");
    for (const Dump& each : {taken, plain}) {
        const Error error = restoreError(each, "other");
        CHECK(error.kind() == ErrorKind::NotFound);
        CHECK_THAT(error.text(),
                   Contains("absent reader, absent_owner") && Contains("globals") && Contains("noOwner"));
    }
    CHECK(databasesOf(source()).empty());

    restore(source(), taken, "other", false, true);
    CHECK(source().sql("other", "SELECT relowner::regrole, relacl FROM pg_class WHERE relname = 'a'") ==
          "postgres|");
    source().sql("postgres", "DROP DATABASE other");
    CHECK(checkError(plain, "other", false, true).kind() == ErrorKind::Unsupported);
}

TEST_CASE("PostgresEngine: a role of initdb's that owns nothing in a database is not asked for",
          "[postgres]") {
    source().sql("postgres", "CREATE ROLE landlord");
    const Database database(source(), "shop", std::string(rows) + "; ALTER TABLE a OWNER TO landlord");
    source().sql("postgres", "ALTER DATABASE shop OWNER TO landlord");
    CHECK_THAT(dump(source(), "shop").object.metadata, Contains(R"("roles":["landlord"])"));
    source().sql("shop", "CREATE TABLE b ()");
    CHECK_THAT(dump(source(), "shop").object.metadata, Contains(R"("roles":["landlord","postgres"])"));
    source().sql("shop", "DROP TABLE a");
    source().sql("postgres", "ALTER DATABASE shop OWNER TO postgres; DROP ROLE landlord");
}

TEST_CASE("PostgresEngine: a backup of a newer server, of a foreign format or for no name is refused",
          "[postgres]") {
    const Dump taken = sampleDump();
    const Error newer = checkError(with(taken, "\"serverMajor\":15", "\"serverMajor\":99"), "other");
    CHECK(newer.kind() == ErrorKind::Unsupported);
    Dump foreign = taken;
    foreign.object.format = "rdb";
    CHECK(checkError(foreign, "other").kind() == ErrorKind::Unsupported);
    CHECK(checkError(taken, "").kind() == ErrorKind::Settings);
    CHECK(checkError(taken, std::string(64, 'n')).kind() == ErrorKind::Settings);
    foreign.object.format = "dump";
    foreign.object.metadata = "[";
    CHECK(checkError(foreign, "other").kind() == ErrorKind::Settings);
    const Error tool = checkError(with(taken, "\"toolMajor\":15", "\"toolMajor\":98"), "other");
    CHECK(tool.kind() == ErrorKind::ToolMissing);
    CHECK_THAT(tool.text(), Contains("pg_restore") && Contains("98"));
    CHECK(databasesOf(source()).empty());
}

TEST_CASE("PostgresEngine: a locale or tablespace that the target does not know is replaced, with a warning",
          "[postgres]") {
    const Dump taken = sampleDump();
    const auto log =
        restore(source(), with(taken, "\"collate\":\"C.UTF-8\"", "\"collate\":\"xx_XX.UTF-8\""), "other");
    CHECK(warned(log, "locale"));
    CHECK(source().sql("other", "SELECT count(*) FROM a") == "1000");
    source().sql("postgres", "DROP DATABASE other");
    // An encoding that the server's own locale does not go with.
    const auto latin =
        with(with(taken, "\"UTF8\"", "\"LATIN1\""), "\"collate\":\"C.UTF-8\"", "\"collate\":\"xx_XX\"");
    CHECK(warned(restore(source(), latin, "other"), "locale"));
    CHECK(source().sql("other", "SELECT getdatabaseencoding(), count(*) FROM a") == "LATIN1|1000");
    source().sql("postgres", "DROP DATABASE other");
    CHECK(warned(restore(source(), with(taken, "\"tablespaces\":[]", "\"tablespaces\":[\"fast\"]"), "other"),
                 "tablespaces"));
    source().sql("postgres", "DROP DATABASE other");
}

TEST_CASE("PostgresEngine: a setting that the target does not know is left out, with a warning",
          "[postgres]") {
    const Dump taken =
        with(sampleDump(), "\"settings\":[]", R"("settings":[{"role":"","text":"no_such_setting=1"}])");
    CHECK(warned(restore(source(), taken, "other"), "no_such_setting"));
    source().sql("postgres", "DROP DATABASE other");
}
