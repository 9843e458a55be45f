#include <thread>

#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/postgres/postgres_engine.h"

using namespace dbackup::test;

namespace {

/// A database whose index takes long to build, by a function that does it.
Dump slowDump(const std::string& body) {
    const Database database(
        source(),
        "shop",
        "CREATE TABLE a (i int); INSERT INTO a VALUES (1);"
        "CREATE FUNCTION late(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN " +
            body + " RETURN i; END $$; CREATE INDEX a_late ON a (late(i))");
    return dump(source(), "shop");
}

/// How often the engine says that it is at work while it restores.
int signsWhileRestoring(const Dump& dump, const std::string& database) {
    MemorySource bytes(dump.bytes);
    RecordingRun run;
    dbackup::postgres::PostgresEngine(source().settings()).restore({dump.object, database}, bytes, run);
    return run.progressCalls();
}

}  // namespace

TEST_CASE("PostgresEngine: a server that builds an index is at work", "[postgres]") {
    const Dump taken =
        slowDump("WHILE clock_timestamp() < statement_timestamp() + interval '3 s' LOOP END LOOP;");
    CHECK(signsWhileRestoring(taken, "made") >= 1);
    CHECK(source().sql("made", "SELECT count(*) FROM pg_indexes WHERE indexname = 'a_late'") == "1");
    const Database present(source(), "present");
    CHECK(signsWhileRestoring(taken, "present") >= 1);
    source().sql("postgres", "DROP DATABASE made");
}

TEST_CASE("PostgresEngine: a server that waits for a lock is not at work", "[postgres]") {
    const Dump taken = slowDump("PERFORM pg_catalog.pg_advisory_xact_lock(4711);");
    const Database present(source(), "present");
    PostgresServer& server = source();
    std::jthread holder([&] {
        server.tool("psql", "present", {"-c", "SELECT pg_advisory_lock(4711)", "-c", "\\! sleep 4"});
    });
    while (server.sql("postgres", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0") {
    }
    CHECK(signsWhileRestoring(taken, "present") <= 1);
}
