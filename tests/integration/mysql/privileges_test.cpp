#include <algorithm>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/mysql/mysql_engine.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::mysql::MysqlEngine;
using dbackup::sdk::ErrorKind;
using dbackup::sdk::LogLevel;

namespace {

/// The SQL that the manual gives under a heading: what an administrator will copy.
std::string fromManual(const std::string& heading) {
    std::ostringstream text;
    text << std::ifstream(DBACKUP_SOURCE_DIR "/docs/engines/mysql.md").rdbuf();
    const std::string page = text.str();
    const std::size_t section = page.find("# " + heading + "\n");
    REQUIRE(section != std::string::npos);
    const std::size_t start = page.find("```sql\n", section) + 7;
    return page.substr(start, page.find("```", start) - start);
}

constexpr const char* program =
    "CREATE TABLE a (i INT); CREATE VIEW v AS SELECT i FROM a; CREATE TRIGGER t BEFORE INSERT ON a FOR EACH "
    "ROW SET "
    "NEW.i = 1; CREATE PROCEDURE p() SELECT 1; CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DO DELETE FROM a";

/// Refused for want of a privilege, before anything is written?
std::string refusal(const std::string& grants) {
    source().sql("", "CREATE USER little@'%' IDENTIFIED BY 'l'; " + grants);
    RecordingRun run;
    MemoryOutput output;
    std::string text;
    try {
        dumpWith(source().settings("little", "l"), "shop", output, run);
        CHECK(output.only().finished);
        CHECK_THAT(output.only().bytes,
                   Contains("TRIGGER t ") && Contains("PROCEDURE `p`") && Contains("EVENT `e`") &&
                       Contains("VIEW `v`"));
    } catch (const dbackup::sdk::Error& error) {
        CHECK(error.kind() == ErrorKind::Permission);
        CHECK(output.objects.empty());
        text = error.text();
    }
    source().sql("", "DROP USER little@'%'");
    return text;
}

}  // namespace

TEST_CASE("MysqlEngine: a backup needs just the privileges that the manual names", "[mysql]") {
    sample();
    source().sql("", fromManual("An account for backups"));
    const auto settings = source().settings("dbackup", "choose-one");
    RecordingRun run;
    CHECK_NOTHROW(MysqlEngine(settings).test(run));
    CHECK_FALSE(MysqlEngine(settings).databases(run).empty());
    MemoryOutput output;
    dumpWith(settings, "sample", output, run);
    REQUIRE(output.only().finished);
    CHECK_THAT(output.only().object.metadata, Contains(R"("exact":true)"));
    restore(target(), {output.only().object, output.only().bytes, {}}, "sample");
    CHECK((target().content("sample") == source().content("sample")));
    target().sql("", "DROP DATABASE sample");

    MemoryOutput globals;
    MysqlEngine(settings).dump({"globals", "", ""}, globals, run);
    CHECK(globals.only().finished);
    CHECK_THAT(globals.only().bytes, Contains("CREATE USER IF NOT EXISTS `dbackup`@`%` IDENTIFIED"));
    source().sql("", "DROP USER dbackup@'%'");
}

TEST_CASE("MysqlEngine: an account that does not see everything makes no backup, and is told what it lacks",
          "[mysql]") {
    const Database shop(source(), "shop", program);
    CHECK_THAT(refusal("GRANT SELECT ON shop.* TO little@'%'"),
               Contains("lacks SHOW VIEW, TRIGGER, EVENT") && Contains("little@%"));
    CHECK_THAT(refusal("GRANT SELECT, SHOW VIEW, EVENT ON shop.* TO little@'%'"), Contains("lacks TRIGGER"));
    CHECK_THAT(refusal("GRANT SELECT ON shop.a TO little@'%'"), Contains("lacks SELECT"));
    CHECK_THAT(refusal("GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON shop.* TO little@'%'"),
               Contains("functions and procedures"));
    // Enough, each in its way.
    CHECK(
        refusal(
            "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON shop.* TO little@'%'; GRANT SELECT ON mysql.proc TO "
            "little@'%'")
            .empty());
    CHECK(
        refusal(
            "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON `sh%`.* TO little@'%'; GRANT SELECT ON mysql.proc TO "
            "little@'%'")
            .empty());
    CHECK(refusal(
              "CREATE ROLE reader; GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON *.* TO reader; GRANT reader TO "
              "little@'%'; SET DEFAULT ROLE reader FOR little@'%'")
              .empty());
    source().sql("", "DROP ROLE reader");
}

TEST_CASE("MysqlEngine: an account that sees procedures and may not read them fails loudly", "[mysql]") {
    const Database shop(source(), "shop", program);
    source().sql("", "CREATE USER little@'%' IDENTIFIED BY 'l'; GRANT ALL ON shop.* TO little@'%'");
    RecordingRun run;
    MemoryOutput output;
    const auto error = errorOf([&] { dumpWith(source().settings("little", "l"), "shop", output, run); });
    CHECK(error.kind() == ErrorKind::ToolFailed);
    CHECK_THAT(error.what(), Contains("insufficient privileges") || Contains("insufficent privileges"));
    CHECK_FALSE(output.anyFinished());
    source().sql("", "DROP USER little@'%'");
}

TEST_CASE("MysqlEngine: an account that may not read the accounts makes no globals", "[mysql]") {
    source().sql("", "CREATE USER little@'%' IDENTIFIED BY 'l'");
    RecordingRun run;
    MemoryOutput output;
    const auto error = errorOf([&] {
        MysqlEngine(source().settings("little", "l")).dump({"globals", "", ""}, output, run);
    });
    CHECK(error.kind() == ErrorKind::Permission);
    CHECK(errorOf([&] {
              MysqlEngine(source().settings("little", "l"))
                  .checkRestore({{"globals", "sql", "globals"}, ""}, run);
          }).kind() == ErrorKind::Permission);
    source().sql("", "DROP USER little@'%'");
}

TEST_CASE("MysqlEngine: a restore needs just the privileges that the manual names", "[mysql]") {
    const Dump& taken = sample();
    const std::string before = source().content("sample");
    target().sql("", fromManual("An account for restores"));
    const auto settings = target().settings("dbackup_restore", "choose-one");
    RecordingRun run;
    for (const bool overwrite : {false, true}) {
        CAPTURE(overwrite);
        MemorySource bytes(taken.bytes);
        MysqlEngine(settings).restore({taken.object, "sample", overwrite}, bytes, run);
        CHECK((target().content("sample") == before));
    }
    CHECK(databasesOf(target()) == "sample");
    target().sql("", "DROP DATABASE sample; REVOKE SET USER, SUPER ON *.* FROM dbackup_restore@'%'");
    const auto definers = errorOf([&] {
        MysqlEngine(settings).checkRestore({taken.object, "sample", true}, run);
    });
    CHECK(definers.kind() == ErrorKind::Permission);
    CHECK_THAT(definers.text(), Contains("someone@else") && Contains("GRANT SET USER"));
    target().sql("", "REVOKE TRIGGER ON *.* FROM dbackup_restore@'%'");
    const auto trigger = errorOf([&] {
        MysqlEngine(settings).checkRestore({taken.object, "sample", true}, run);
    });
    CHECK(trigger.kind() == ErrorKind::Permission);
    CHECK_THAT(trigger.text(), Contains("TRIGGER"));
    target().sql("", "DROP USER dbackup_restore@'%'");
}

TEST_CASE("MysqlEngine: a restore of globals needs just the privileges that the manual names", "[mysql]") {
    source().sql("",
                 "CREATE ROLE clerk; GRANT SELECT ON *.* TO clerk; CREATE USER carl@'%' IDENTIFIED BY 'c'; "
                 "CREATE USER proxied@'%'; GRANT clerk TO carl@'%'; GRANT PROXY ON proxied@'%' TO carl@'%'");
    const auto accounts = [](MariadbServer& server) {
        return server.sql("", "SHOW CREATE USER carl@'%'") + server.sql("", "SHOW GRANTS FOR carl@'%'") +
               server.sql("", "SHOW GRANTS FOR clerk");
    };
    const Dump taken = dumpGlobals(source());
    target().sql("", fromManual("An account that restores globals"));
    const auto restore_all = [&] {
        RecordingRun run;
        MemorySource bytes(taken.bytes);
        MysqlEngine(target().settings("dbackup_globals", "choose-one"))
            .restore({taken.object, "", false}, bytes, run);
        return run.entries();
    };
    const auto log = restore_all();
    CHECK_FALSE(warned(log, "proxy"));
    CHECK(accounts(target()) == accounts(source()));

    // Without one of the lines it is refused, or told.
    target().sql("", "REVOKE PROXY ON ''@'%' FROM dbackup_globals@'%'");
    CHECK(warned(restore_all(), "proxy"));
    target().sql("", "REVOKE GRANT OPTION ON *.* FROM dbackup_globals@'%'");
    const auto refused = errorOf(restore_all);
    CHECK(refused.kind() == ErrorKind::Permission);
    CHECK_THAT(refused.text(), Contains("WITH GRANT OPTION"));
    target().sql("", "DROP USER dbackup_globals@'%'");
    for (MariadbServer* server : {&source(), &target()})
        server->sql("", "DROP USER carl@'%', proxied@'%'; DROP ROLE clerk");
}
