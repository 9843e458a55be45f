#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/firebird/firebird_engine.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::firebird::FirebirdEngine;
using dbackup::sdk::LogLevel;

namespace {

std::string sampleStatements() {
    std::ostringstream text;
    text << std::ifstream(DBACKUP_SOURCE_DIR "/tests/integration/firebird/sample.sql").rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("FirebirdEngine: everything in a database is the same after a restore", "[firebird]") {
    const Database before("sample.fdb", sampleStatements());
    const std::string content = before.content();
    REQUIRE(content.size() > 1'000'000);
    for (const char* words : {"rows of \"Quoted \"\"table\"\" ünï\"",
                              "COMPUTED BY",
                              "CREATE ROLE KEEPER",
                              "漢字",
                              "in euros",
                              "TO ROLE KEEPER WITH GRANT OPTION",
                              "ON_CONNECT",
                              "ASLEEP_TOO",
                              "long ünïcode text long"}) {
        CAPTURE(words);
        CHECK(content.find(words) != std::string::npos);
    }
    const Dump taken = dump(before.path());
    CHECK(taken.object.format == "fbk");
    CHECK(taken.object.database == before.path());
    CHECK_THAT(taken.object.metadata,
               Contains(R"("server":"3.0.)") && Contains(R"("ods":"12.)") && Contains(R"("pageSize":8192)") &&
                   Contains(R"("charset":"UTF8")") && Contains(R"("dialect":3)") &&
                   Contains(R"("owner":"SYSDBA")"));
    const Database after("restored.fdb");
    const auto log = restore(taken, after.path());
    for (const auto& entry : log) {
        CHECK(entry.level == LogLevel::Debug);
    }
    CHECK(difference(after.content(), content) == "");
    CHECK(after.value("select next value for counter from rdb$database") == "114");
    CHECK(after.value("select doubled(21) from rdb$database") == "42");
    CHECK(difference(before.content(), content) == "");
}

TEST_CASE("FirebirdEngine: an empty database is dumped and restored", "[firebird]") {
    const Database empty("empty.fdb", "");
    const Database again("again.fdb");
    restore(dump(empty.path()), again.path());
    CHECK(difference(again.content(), empty.content()) == "");
    CHECK(again.value("select mon$page_size from mon$database") == "8192");
    CHECK(server().files() == "again.fdb empty.fdb");
}
