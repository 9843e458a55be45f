#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/mysql/mysql_engine.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;

TEST_CASE("MysqlEngine: a server that is lost in the middle of a dump is a failure, and the next dump works",
          "[mysql]") {
    MariadbServer server;
    server.sql("", "CREATE DATABASE shop");
    // Far more than the buffers of the connection and of the tool hold, so that the server is not done when
    // it ends.
    server.sql("shop", "CREATE TABLE a AS SELECT seq, REPEAT(MD5(seq), 20) FROM seq_1_to_100000");
    for (const bool crash : {true, false}) {
        CAPTURE(crash);
        RecordingRun run;
        MemoryOutput output;
        bool stopped = false;
        output.on_block = [&](std::size_t bytes) {
            if (bytes > 1'000'000 && !stopped) {
                stopped = true;
                if (crash) {
                    server.kill();
                } else {
                    server.stop();
                }
            }
        };
        const Error error = errorOf([&] { dumpWith(server.settings(), "shop", output, run); });
        CHECK(stopped);
        CHECK(error.kind() == ErrorKind::ToolFailed);
        CHECK_THAT(error.what(), Contains("Lost connection") || Contains("server has gone away"));
        CHECK_FALSE(output.anyFinished());
        server.start();
    }
    MemoryOutput output;
    RecordingRun run;
    dumpWith(server.settings(), "shop", output, run);
    CHECK(output.only().finished);
}

TEST_CASE("MysqlEngine: a server that is lost in the middle of a restore is a failure that says what is left",
          "[mysql]") {
    MariadbServer server;
    server.sql("", "CREATE DATABASE shop");
    server.sql("shop", "CREATE TABLE a AS SELECT seq, MD5(seq) FROM seq_1_to_100000");
    const Dump taken = dump(server, "shop");
    RecordingRun run;
    MemorySource bytes(taken.bytes);
    bool stopped = false;
    bytes.on_read = [&](std::size_t at) {
        if (at > 1'000'000 && !stopped) {
            stopped = true;
            server.kill();
        }
    };
    const Error error = errorOf([&] {
        dbackup::mysql::MysqlEngine(server.settings()).restore({taken.object, "shop", true}, bytes, run);
    });
    CHECK(error.kind() == ErrorKind::ToolFailed);
    CHECK_THAT(run.messages().back(), Contains("left on") && Contains("shop_dbackup_"));
    server.start();
    CHECK(server.sql("shop", "SELECT COUNT(*) FROM a") == "100000");
}
