#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/firebird/firebird_engine.h"

using namespace dbackup::test;
using dbackup::sdk::ErrorKind;

TEST_CASE("FirebirdEngine: odd paths are dumped, restored into and replaced", "[firebird]") {
    for (const char* name : {"with space.fdb",
                             "it's \"quoted\".fdb",
                             "ünïcode 漢字.fdb",
                             "-leading dash.fdb",
                             "back\\slash.fdb",
                             "$HOME `id` %s.fdb",
                             "no_extension"}) {
        CAPTURE(name);
        const Database odd(name, "create table t (i int); commit; insert into t values (1); commit;\n");
        const Dump taken = dump(odd.path());
        CHECK(taken.object.database == odd.path());
        odd.sql("insert into t values (2); commit;\n");
        restore(taken, odd.path(), true);
        CHECK(odd.value("select count(*) from t") == "1");
        const Database other(std::string("other ") + name);
        restore(taken, other.path());
        CHECK(other.value("select count(*) from t") == "1");
    }
    CHECK(server().files().empty());
}

TEST_CASE("FirebirdEngine: an alias is as good as a path", "[firebird]") {
    const Database aliased("aliased.fdb",
                           "create table t (i int); commit; insert into t values (1); commit;\n");
    const Dump taken = dump("an_alias");
    CHECK(taken.object.database == "an_alias");
    restore(taken, "an_alias", true);
    CHECK(server().files() == "aliased.fdb");
    aliased.sql("drop database;\n");
    restore(taken, "an_alias");
    CHECK(aliased.value("select count(*) from t") == "1");
    CHECK(server().files() == "aliased.fdb");
}

TEST_CASE("FirebirdEngine: a name that gbak would take for an option is refused", "[firebird]") {
    const Database shop("shop.fdb", "");
    const Dump taken = dump(shop.path());
    for (const char* name : {"-v", "", "two\nlines"}) {
        RecordingRun run;
        CHECK(errorOf([&] {
                  dbackup::firebird::FirebirdEngine(server().settings())
                      .checkRestore({taken.object, name}, run);
              }).kind() == ErrorKind::Settings);
    }
}
