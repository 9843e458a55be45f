#include <algorithm>

#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/postgres/postgres_engine.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::postgres::PostgresEngine;
using dbackup::sdk::ErrorKind;
using dbackup::sdk::LogLevel;

namespace {

constexpr const char* content = R"(
    CREATE SCHEMA private;
    CREATE TABLE private.a AS SELECT i, md5(i::text) AS text FROM generate_series(1, 100) i;
    CREATE SEQUENCE private.numbers;
    CREATE MATERIALIZED VIEW private.v AS SELECT count(*) FROM private.a;
    CREATE TABLE guarded AS SELECT i FROM generate_series(1, 100) i;
    ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
    SELECT lo_from_bytea(300000, 'large'))";

}  // namespace

TEST_CASE("PostgresEngine: a backup needs just the privileges that the manual names", "[postgres]") {
    source().sql("postgres", fromManual("An account for backups", "sql"));
    const Database database(source(), "guarded", content);
    const auto settings = source().settings("dbackup", "choose-one");
    RecordingRun run;
    CHECK_NOTHROW(PostgresEngine(settings).test(run));
    CHECK_FALSE(PostgresEngine(settings).databases(run).empty());
    for (const char* format : {"dump", "sql"}) {
        MemoryOutput output;
        dumpWith(settings, "guarded", output, run, format);
        REQUIRE(output.only().finished);
        restore(source(), {output.only().object, output.only().bytes}, "guarded again");
        CHECK(source().content("guarded again") == source().content("guarded"));
        source().sql("postgres", "DROP DATABASE \"guarded again\"");
    }

    MemoryOutput parts;
    dumpWith(source().settings("dbackup", "choose-one", R"("parallel":2)"), "guarded", parts, run);
    restoreParts(source(), parts, "guarded again");
    CHECK(source().content("guarded again") == source().content("guarded"));
    source().sql("postgres", "DROP DATABASE \"guarded again\"");

    MemoryOutput globals;
    PostgresEngine(settings).dump({"globals", "", ""}, globals, run);
    CHECK(globals.only().finished);
    CHECK_THAT(globals.only().bytes, Contains("CREATE ROLE dbackup") && Contains("SCRAM-SHA-256"));
    for (const auto& entry : run.entries()) {
        CHECK(entry.level < LogLevel::Warning);
    }
    source().sql("postgres", "DROP ROLE dbackup");
}

TEST_CASE(
    "PostgresEngine: an account that may not read the passwords backs the roles up without, and says so",
    "[postgres]") {
    source().sql("postgres", "CREATE ROLE plain LOGIN PASSWORD 'p'");
    const auto settings = source().settings("plain", "p");
    RecordingRun run;
    MemoryOutput globals;
    PostgresEngine(settings).dump({"globals", "", ""}, globals, run);
    CHECK(globals.only().finished);
    CHECK_THAT(globals.only().bytes, Contains("CREATE ROLE plain") && !Contains("SCRAM-SHA-256"));
    const auto log = run.entries();
    CHECK(std::any_of(log.begin(), log.end(), [](const auto& entry) {
        return entry.level == LogLevel::Warning &&
               entry.message.find("without their passwords") != std::string::npos;
    }));
    MemorySource bytes(globals.only().bytes);
    CHECK(errorOf([&] {
              PostgresEngine(settings).restore({globals.only().object, ""}, bytes, run);
          }).kind() == ErrorKind::Permission);
    source().sql("postgres", "DROP ROLE plain");
}

TEST_CASE("PostgresEngine: without the privilege to see all rows a dump fails instead of being partial",
          "[postgres]") {
    source().sql("postgres",
                 "CREATE ROLE dbackup LOGIN PASSWORD 'choose-one'; GRANT pg_read_all_data TO dbackup");
    const Database database(
        source(), "guarded", "CREATE TABLE guarded (i int); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY");
    RecordingRun run;
    MemoryOutput output;
    const auto error =
        errorOf([&] { dumpWith(source().settings("dbackup", "choose-one"), "guarded", output, run); });
    CHECK(error.kind() == ErrorKind::ToolFailed);
    CHECK_THAT(error.what(), Contains("row-level security"));
    CHECK_FALSE(output.anyFinished());
    source().sql("postgres", "REVOKE pg_read_all_data FROM dbackup; DROP ROLE dbackup");
}

TEST_CASE("PostgresEngine: a restore needs just the privileges that the manual names", "[postgres]") {
    source().sql("postgres", fromManual("An account for restores", "sql"));
    const Database database(source(), "shop", "CREATE TABLE a AS SELECT i FROM generate_series(1, 100) i");
    const Dump taken = dump(source(), "shop");
    const auto settings = source().settings("dbackup_restore", "choose-one");
    RecordingRun run;
    MemorySource bytes(taken.bytes);
    PostgresEngine(settings).restore({taken.object, "shop again", false, true}, bytes, run);
    CHECK(source().sql("shop again", "SELECT count(*) FROM a") == "100");
    MemorySource more(taken.bytes);
    PostgresEngine(settings).restore({taken.object, "shop again", true, true}, more, run);
    CHECK(source().sql("shop again", "SELECT count(*) FROM a") == "100");

    // Not its own: refused before anything is done.
    CHECK(errorOf([&] {
              PostgresEngine(settings).checkRestore({taken.object, "shop", true, true}, run);
          }).kind() == ErrorKind::Permission);
    source().sql("postgres", "DROP DATABASE \"shop again\"; ALTER ROLE dbackup_restore NOCREATEDB");
    CHECK(errorOf([&] {
              PostgresEngine(settings).checkRestore({taken.object, "new", false, true}, run);
          }).kind() == ErrorKind::Permission);
    CHECK(errorOf([&] {
              PostgresEngine(settings).checkRestore({{"globals", "sql", "globals"}, ""}, run);
          }).kind() == ErrorKind::Permission);
    source().sql("postgres", "DROP ROLE dbackup_restore");
}
