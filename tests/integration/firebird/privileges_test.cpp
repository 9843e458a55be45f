#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/firebird/firebird_engine.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::firebird::FirebirdEngine;
using dbackup::sdk::ErrorKind;

namespace {

/// The SQL that the manual gives under a heading: what an administrator will copy.
std::string fromManual(const std::string& heading) {
    std::ostringstream text;
    text << std::ifstream(DBACKUP_SOURCE_DIR "/docs/engines/firebird.md").rdbuf();
    const std::string page = text.str();
    const std::size_t section = page.find("# " + heading + "\n");
    REQUIRE(section != std::string::npos);
    const std::size_t start = page.find("```sql\n", section) + 7;
    return page.substr(start, page.find("```", start) - start) + "commit;\n";
}

constexpr const char* content =
    "create table t (i int); create view v as select i from t; commit; insert into t values (1); commit;\n";

}  // namespace

TEST_CASE("FirebirdEngine: a backup needs just the privileges that the manual names", "[firebird]") {
    const Database shop("shop.fdb", content);
    shop.sql(fromManual("An account for backups"));
    const auto settings =
        server().settings("dbackup", "choose-one", R"("role":"RDB$ADMIN","database":")" + shop.path() + "\"");
    RecordingRun run;
    CHECK_NOTHROW(FirebirdEngine(settings).test(run));
    CHECK(FirebirdEngine(settings).databases(run).size() == 1);
    MemoryOutput output;
    dumpWith(settings, shop.path(), output, run);
    REQUIRE(output.only().finished);
    const Database again("again.fdb");
    restore({output.only().object, output.only().bytes, {}}, again.path());
    CHECK(difference(again.content(), shop.content()) == "");

    // Without the role, and without the grant.
    shop.sql("create user little password 'l'; commit;\n");
    for (const auto& lacking : {server().settings("dbackup", "choose-one"),
                                server().settings("little", "l", R"("role":"RDB$ADMIN")")}) {
        MemoryOutput none;
        const auto error = errorOf([&] { dumpWith(lacking, shop.path(), none, run); });
        CHECK(error.kind() == ErrorKind::Permission);
        CHECK_THAT(error.hint(), Contains("GRANT RDB$ADMIN TO USER ") && Contains("set role to RDB$ADMIN"));
        CHECK(none.objects.empty());
    }
    shop.sql("drop user little; drop user dbackup; commit;\n");
}

TEST_CASE("FirebirdEngine: a restore needs just the privileges that the manual names", "[firebird]") {
    const Database shop("shop.fdb", content);
    const Dump taken = dump(shop.path());
    shop.sql(fromManual("An account for restores"));
    const auto settings = server().settings("dbackup_restore", "choose-one");
    const Database own("own.fdb");
    RecordingRun run;
    for (const bool overwrite : {false, true}) {
        MemorySource bytes(taken.bytes);
        restoreWith(settings, {taken.object, own.path(), overwrite}, bytes, run);
        CHECK(own.value("select count(*) from t") == "1");
    }
    CHECK(own.value("select trim(mon$owner) from mon$database") == "DBACKUP_RESTORE");
    CHECK(own.value("select trim(rdb$owner_name) from rdb$relations where rdb$relation_name = 'T'") ==
          "SYSDBA");
    // Not over what belongs to others.
    const auto foreign = errorOf([&] {
        FirebirdEngine(settings).checkRestore({taken.object, shop.path(), true}, run);
    });
    CHECK(foreign.kind() == ErrorKind::Permission);

    shop.sql("revoke create database from user dbackup_restore; commit;\n");
    const auto error = errorOf([&] {
        MemorySource bytes(taken.bytes);
        restoreWith(settings, {taken.object, server().path("more.fdb")}, bytes, run);
    });
    CHECK(error.kind() == ErrorKind::Permission);
    CHECK_THAT(error.hint(), Contains("GRANT CREATE DATABASE TO USER dbackup_restore"));
    CHECK(server().files() == "own.fdb shop.fdb");
    shop.sql("drop user dbackup_restore; commit;\n");
}
