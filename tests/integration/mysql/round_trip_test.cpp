#include <catch2/catch.hpp>

#include "fixture.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;

namespace {

std::size_t linesWith(const std::string& text, const std::string& words) {
    std::size_t count = 0;
    for (std::size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) {
        ++count;
    }
    return count;
}

}  // namespace

TEST_CASE("MysqlEngine: everything in a database is the same after a restore on another server", "[mysql]") {
    const Dump& taken = sample();
    const std::string before = source().content("sample");
    REQUIRE(before.size() > 10'000'000);
    REQUIRE_THAT(before, Contains("rows of `many`: 200000") && Contains("rows of `versions`: 3"));
    REQUIRE_THAT(before, Contains("latin1_german1_ci") && Contains("someone"));
    CHECK(taken.object.format == "sql");
    CHECK(taken.object.database == "sample");
    for (const char* name : {"sample", "another name"}) {
        CAPTURE(name);
        const auto log = restore(target(), taken, name);
        const std::string after = target().content(name);
        CHECK((after == before));
        CHECK(warned(log, "someone@else"));
    }
    CHECK(target().sql("sample", "SELECT NEXTVAL(counter)") == "110");
    CHECK(databasesOf(target()) == "another name sample");
    CHECK((source().content("sample") == before));

    // Over a database with data: it has taken the other's place, and nothing of the old one is left.
    target().sql("another name",
                 "CREATE TABLE only_here (i INT); CREATE VIEW v AS SELECT i FROM only_here; DROP TABLE many");
    restore(target(), taken, "another name", true);
    const std::string after = target().content("another name");
    CHECK((after == before));
    CHECK(databasesOf(target()) == "another name sample");
    target().sql("", "DROP DATABASE sample; DROP DATABASE `another name`");
}

TEST_CASE("MysqlEngine: a dump does not name its database outside of comments and data", "[mysql]") {
    const Dump& taken = sample();
    CHECK(linesWith(taken.bytes, "\nUSE ") == 0);
    CHECK(linesWith(taken.bytes, "\nCREATE DATABASE") == 1);  // in the string of a procedure
    CHECK(linesWith(taken.bytes, "\nALTER DATABASE CHARACTER SET latin1") > 5);
    CHECK(linesWith(taken.bytes, "\nALTER DATABASE `") == 0);
    CHECK(linesWith(taken.bytes, "`sample`") == 1);  // in a row
}

TEST_CASE("MysqlEngine: tables that are not transactional are named in a warning", "[mysql]") {
    CHECK(warned(sample().log, "aria_kind, old_kind"));
    const Database database(source(),
                            "sound",
                            "CREATE TABLE a (i INT); CREATE TABLE v (i INT) WITH SYSTEM VERSIONING; "
                            "CREATE SEQUENCE s");
    CHECK_FALSE(warned(dump(source(), "sound").log, ""));
}

TEST_CASE("MysqlEngine: the binary log's position at the snapshot is recorded", "[mysql]") {
    const Database database(source(), "shop", "CREATE TABLE a AS SELECT 1 AS i");
    const std::string position = source().sql("", "SHOW MASTER STATUS");
    const std::string gtid = source().sql("", "SELECT @@gtid_binlog_pos");
    const Dump taken = dump(source(), "shop");
    const std::string file = position.substr(0, position.find('\t'));
    const std::string offset =
        position.substr(file.size() + 1, position.find('\t', file.size() + 1) - file.size() - 1);
    CHECK_THAT(taken.object.metadata,
               Contains(R"("binlog":{"file":")" + file + R"(","position":)" + offset + R"(,"gtid":")" + gtid +
                        R"(","exact":true})"));
}

TEST_CASE("MysqlEngine: an empty database is dumped and restored", "[mysql]") {
    const Database empty(source(), "empty");
    source().sql("", "ALTER DATABASE empty CHARACTER SET latin1 COLLATE latin1_bin");
    const Dump taken = dump(source(), "empty");
    CHECK_FALSE(taken.bytes.empty());
    restore(source(), taken, "empty again");
    CHECK(source().content("empty again") == source().content("empty"));
    CHECK_THAT(source().content("empty again"), Contains("latin1_bin"));
    source().sql("", "DROP DATABASE `empty again`");
}

TEST_CASE("MysqlEngine: the size is estimated before the first byte", "[mysql]") {
    const Database database(
        source(), "sized", "CREATE TABLE a AS SELECT seq, MD5(seq) FROM seq_1_to_50000; ANALYZE TABLE a");
    RecordingRun run;
    MemoryOutput output;
    std::uint64_t first = 0;
    output.on_block = [&](std::size_t bytes) {
        if (bytes == 0) first = run.estimated();
    };
    dumpWith(source().settings(), "sized", output, run);
    CHECK(first > 1'000'000);
}

TEST_CASE("MysqlEngine: a dump is opened with stock tools", "[mysql]") {
    const Dump& taken = sample();
    const Database again(source(), "again");
    source().sql("again", taken.bytes);
    CHECK(source().content("again") != "");
    CHECK(source().sql("again", "SELECT COUNT(*) FROM many") == "200000");
}
