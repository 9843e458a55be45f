#include "write_load.h"

#include <catch2/catch.hpp>

#include "fixture.h"

using namespace dbackup::test;

TEST_CASE("PostgresEngine: a dump under write load is of one moment", "[postgres]") {
    const Database bank(source(), "bank");
    makeBank(source(), "bank");
    WriteLoad load(source(), "bank");
    for (const char* format : {"dump", "sql"}) {
        CAPTURE(format);
        RecordingRun run;
        MemoryOutput output;
        bool begun = false;
        output.on_block = [&](std::size_t bytes) {
            if (begun || bytes == 0) return;
            begun = true;
            load.await();  // the writers go on while the dump is under way
        };
        dumpWith(source().settings(), "bank", output, run, format);
        REQUIRE(output.only().finished);
        load.await();

        restore(target(), {output.only().object, output.only().bytes}, "bank");
        const int restored = requireOneMoment(target(), "bank");
        CHECK(restored >= 20);
        CHECK(restored + 40 <= std::stoi(source().sql("bank", "SELECT count(*) FROM pgbench_history")));
        target().sql("postgres", "DROP DATABASE bank");
    }
}

TEST_CASE("PostgresEngine: several connections under write load see the same moment", "[postgres]") {
    const Database bank(source(), "bank");
    makeBank(source(), "bank");
    WriteLoad load(source(), "bank");
    MemoryOutput output;
    // The writers go on between one connection's start and the next, and until the last has ended.
    output.on_block = [&](std::size_t bytes) {
        if (bytes == 0) load.await();
    };
    dumpParts(source(), "bank", output, 4);
    CHECK(output.objects.size() == 5);
    load.await();
    restoreParts(target(), output, "bank");
    const int restored = requireOneMoment(target(), "bank");
    CHECK(restored >= 20);
    CHECK(restored + 40 <= std::stoi(source().sql("bank", "SELECT count(*) FROM pgbench_history")));
    target().sql("postgres", "DROP DATABASE bank");
}
