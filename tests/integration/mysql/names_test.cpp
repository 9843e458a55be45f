#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/mysql/quoting.h"

using namespace dbackup::test;

TEST_CASE("MysqlEngine: a database may have any name", "[mysql]") {
    const std::vector<std::string> names = {"with space",
                                            "it's",
                                            "a \"quoted\" one",
                                            "a `quoted` one",
                                            "-leading",
                                            "--version",
                                            "back\\slash",
                                            "größe 漢字",
                                            "$HOME $(id);|&",
                                            "two\nlines",
                                            "100%_sure",
                                            "CaseMatters",
                                            "a/b..c#d",
                                            std::string(64, 'n'),
                                            "ä" + std::string(63, 'n')};
    for (const std::string& name : names) {
        CAPTURE(name);
        const Database database(source(),
                                name,
                                "CREATE TABLE a AS SELECT DATABASE() AS name; CREATE VIEW `-v` AS "
                                "SELECT name FROM a; CREATE TABLE `--t` (i INT)");
        const Database other(source(), "other");
        const Dump taken = dump(source(), name);
        CHECK(taken.object.database == name);
        restore(source(), taken, "other");
        CHECK(source().sql("other", "SELECT HEX(name) FROM a") ==
              source().sql("", "SELECT HEX(" + dbackup::mysql::quoteText(name) + ")"));
        restore(source(), taken, name, true);
        CHECK(source().content(name) == source().content("other"));
    }
    CHECK(databasesOf(source()).find("_dbackup_") == std::string::npos);
}
