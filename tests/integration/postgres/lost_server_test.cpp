#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/postgres/postgres_engine.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;

TEST_CASE("PostgresEngine: a server that stops in the middle of a dump is a failure, and the next dump works",
          "[postgres]") {
    PostgresServer server;
    server.sql("postgres", "CREATE DATABASE shop");
    // Far more than the buffers of the connection and of pg_dump hold, so that the server is not done when it
    // stops.
    server.sql("shop",
               "CREATE TABLE a AS SELECT i, repeat(md5(i::text), 20) FROM generate_series(1, 100000) i");
    server.sql("postgres", "CHECKPOINT");  // the fixture's server does not wait for its disk
    for (const char* mode : {"immediate", "fast"}) {
        for (const char* format : {"dump", "sql"}) {
            CAPTURE(mode, format);
            RecordingRun run;
            MemoryOutput output;
            bool stopped = false;
            output.on_block = [&](std::size_t bytes) {
                if (bytes > 1'000'000 && !stopped) {
                    stopped = true;
                    server.stop(mode);
                }
            };
            const Error error = errorOf([&] { dumpWith(server.settings(), "shop", output, run, format); });
            CHECK(stopped);
            CHECK(error.kind() == ErrorKind::ToolFailed);
            CHECK_THAT(error.what(), Contains("connection") || Contains("terminating"));
            CHECK_FALSE(output.anyFinished());
            server.start();
        }
    }
    MemoryOutput output;
    RecordingRun run;
    dumpWith(server.settings(), "shop", output, run);
    CHECK(output.only().finished);
}

TEST_CASE("PostgresEngine: a server that stops in the middle of a restore is a failure", "[postgres]") {
    PostgresServer server;
    server.sql("postgres", "CREATE DATABASE shop");
    server.sql("shop", "CREATE TABLE a AS SELECT i, md5(i::text) FROM generate_series(1, 100000) i");
    server.sql("postgres", "CHECKPOINT");
    const Dump taken = dump(server, "shop");
    RecordingRun run;
    MemorySource bytes(taken.bytes);
    bool stopped = false;
    bytes.on_read = [&](std::size_t at) {
        if (at > 1'000'000 && !stopped) {
            stopped = true;
            server.stop("immediate");
        }
    };
    const Error error = errorOf([&] {
        dbackup::postgres::PostgresEngine(server.settings())
            .restore({taken.object, "shop", true}, bytes, run);
    });
    CHECK(error.kind() == ErrorKind::ToolFailed);
    const auto log = run.messages();
    CHECK_THAT(log.back(), Contains("left on") && Contains("shop_dbackup_"));
    server.start();
    CHECK(server.sql("shop", "SELECT count(*) FROM a") == "100000");
}
