#include <algorithm>
#include <random>

#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/postgres/postgres_engine.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::postgres::PostgresEngine;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;

namespace {

const Dump& sample(const std::string& format) {
    static const auto make = [](const std::string& kind) {
        const Database database(
            source(),
            "shop",
            "CREATE TABLE a AS SELECT i, md5(i::text) FROM generate_series(1, 30000) i; CREATE TABLE b ()");
        return dump(source(), "shop", kind);
    };
    static const Dump archive = make("dump");
    static const Dump text = make("sql");
    return format == "sql" ? text : archive;
}

/// Restores from bytes that break off by an error after some of them, as a lost destination does.
Error brokenOff(const Dump& dump, const std::string& database, std::size_t after, bool overwrite) {
    return errorOf([&] {
        RecordingRun run;
        MemorySource bytes(dump.bytes);
        bytes.on_read = [&](std::size_t at) {
            if (at >= after) throw Error(ErrorKind::Integrity, "the backup is damaged");
        };
        PostgresEngine(source().settings()).restore({dump.object, database, overwrite}, bytes, run);
    });
}

}  // namespace

TEST_CASE("PostgresEngine: a restore that breaks off leaves everything as it was", "[postgres]") {
    const Database full(source(), "full", "CREATE TABLE mine AS SELECT i FROM generate_series(1, 10) i");
    const Database empty(source(), "hollow");
    const std::string before = source().content("full");
    const std::string nothing = source().content("hollow");
    for (const char* format : {"dump", "sql"}) {
        const Dump& taken = sample(format);
        for (const std::size_t after : {std::size_t{0}, taken.bytes.size() / 2, taken.bytes.size()}) {
            CAPTURE(format, after);
            CHECK(brokenOff(taken, "new", after, false).kind() == ErrorKind::Integrity);
            CHECK(brokenOff(taken, "full", after, true).kind() == ErrorKind::Integrity);
            CHECK(brokenOff(taken, "hollow", after, false).kind() == ErrorKind::Integrity);
            CHECK(databasesOf(source()) == "full hollow");
            CHECK(source().content("full") == before);
            CHECK(source().content("hollow") == nothing);
        }
    }
}

TEST_CASE("PostgresEngine: an archive that is cut, or has a byte changed in its front, is not restored",
          "[postgres]") {
    std::mt19937 random(20240101);  // NOLINT(cert-msc51-cpp,cert-msc32-c): the same cases each time
    const Dump& taken = sample("dump");
    for (int round = 0; round < 8; ++round) {
        Dump broken = taken;
        if (round % 2 == 0) {
            broken.bytes.resize(random() % broken.bytes.size());
        } else {
            broken.bytes.at(random() % 100) ^= 0x55;
        }
        CAPTURE(round, broken.bytes.size());
        try {
            restore(source(), broken, "new");
            // A changed time or name in the header does no harm.
            CHECK(round % 2 == 1);
            CHECK(source().sql("new", "SELECT count(*) FROM a") == "30000");
            source().sql("postgres", "DROP DATABASE new");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::ToolFailed);
        }
        CHECK(databasesOf(source()).empty());
    }
}

TEST_CASE("PostgresEngine: a statement that fails ends the restore and removes what was made", "[postgres]") {
    Dump broken = sample("sql");
    broken.bytes += "\nSELECT 1/0;\n";
    const Error error = errorOf([&] { restore(source(), broken, "new"); });
    CHECK(error.kind() == ErrorKind::ToolFailed);
    CHECK_THAT(error.what(), Contains("division by zero"));
    CHECK(databasesOf(source()).empty());
}

TEST_CASE("PostgresEngine: a cancelled restore ends at once and leaves everything as it was", "[postgres]") {
    const Database full(source(), "full", "CREATE TABLE mine (i int)");
    for (const char* name : {"full", "new"}) {
        RecordingRun run;
        MemorySource bytes(sample("dump").bytes);
        bytes.on_read = [&](std::size_t at) {
            if (at > 500'000) run.requestStop();
        };
        const Error error = errorOf([&] {
            PostgresEngine(source().settings()).restore({sample("dump").object, name, true}, bytes, run);
        });
        CHECK(error.kind() == ErrorKind::Cancelled);
        CHECK(databasesOf(source()) == "full");
        CHECK(source().sql("full", "SELECT count(*) FROM mine") == "0");
    }
}

TEST_CASE("PostgresEngine: globals that fail leave no role behind", "[postgres]") {
    Dump globals = dumpGlobals(source());
    const std::string end = "--\n-- PostgreSQL database cluster dump complete";
    globals.bytes.insert(globals.bytes.find(end), "CREATE ROLE half_way;\nSELECT 1/0;\n");
    CHECK(errorOf([&] { restore(source(), globals, ""); }).kind() == ErrorKind::ToolFailed);
    CHECK(source().sql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'half_way'") == "0");
}

TEST_CASE("PostgresEngine: restored globals do not change the account that restores them", "[postgres]") {
    const std::string account = "SELECT rolpassword, rolcanlogin FROM pg_authid WHERE rolname = 'postgres'";
    const std::string before = source().sql("postgres", account);
    source().sql("postgres", "CREATE ROLE someone; GRANT pg_monitor TO someone");
    Dump globals = dumpGlobals(source());
    source().sql("postgres", "DROP ROLE someone");
    const std::string line = "ALTER ROLE postgres WITH ";
    const std::size_t at = globals.bytes.find(line);
    REQUIRE(at != std::string::npos);
    globals.bytes.replace(at, globals.bytes.find('\n', at) - at, line + "NOLOGIN PASSWORD 'another';");
    restore(source(), globals, "");
    CHECK(source().sql("postgres", account) == before);
    CHECK(source().sql("postgres", "SELECT pg_has_role('someone', 'pg_monitor', 'MEMBER')") == "t");
    source().sql("postgres", "DROP ROLE someone");
}
