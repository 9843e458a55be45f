#include "plugins/engines/postgres/database_properties.h"

#include <catch2/catch.hpp>

#include <dbackup/sdk/error.h>

using namespace dbackup::postgres;

namespace {

DatabaseProperties sample() {
    DatabaseProperties properties;
    properties.server_version = "15.20";
    properties.server_major = 15;
    properties.tool_major = 16;
    properties.encoding = "UTF8";
    properties.collate = "de_DE.UTF-8";
    properties.ctype = "C";
    properties.locale_provider = "i";
    properties.locale = "de";
    properties.icu_rules = "&a < b";
    properties.owner = "the \"owner\"";
    properties.comment = "it's\nthe shop";
    properties.roles = {"a", "b"};
    properties.tablespaces = {"fast"};
    properties.settings = {{"", "search_path=public, \"Ünïcode\""}, {"a", "app.tenant=x'y"}};
    properties.has_grants = true;
    properties.grants = {{"", "CONNECT", false}, {"b", "CREATE", true}};
    return properties;
}

}  // namespace

TEST_CASE("DatabaseProperties: survive their way through the manifest", "[postgres]") {
    const std::string json = sample().toJson();
    CHECK(DatabaseProperties::fromJson(json).toJson() == json);
    CHECK(DatabaseProperties::fromJson("{}").server_major == 0);
}

TEST_CASE("DatabaseProperties: a text that is not theirs is refused", "[postgres]") {
    for (const char* text : {"", "[]", "{", "null", "{\"serverMajor\":\"many\"}"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(DatabaseProperties::fromJson(text), dbackup::sdk::Error);
    }
}

TEST_CASE("createStatements: as recorded first, then what every server can do", "[postgres]") {
    const auto statements = createStatements(sample(), "neu", 16);
    REQUIRE(statements.size() == 3);
    CHECK(statements[0] ==
          "CREATE DATABASE \"neu\" TEMPLATE template0 ENCODING E'UTF8' LC_COLLATE E'de_DE.UTF-8' "
          "LC_CTYPE E'C' LOCALE_PROVIDER icu ICU_LOCALE E'de' ICU_RULES E'&a < b'");
    CHECK(statements[1] == "CREATE DATABASE \"neu\" TEMPLATE template0 ENCODING E'UTF8'");
    CHECK(statements[2] == statements[1] + " LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc");
    CHECK(createStatements(sample(), "neu", 14)[0].find("PROVIDER") == std::string::npos);
    auto builtin = sample();
    builtin.locale_provider = "b";
    builtin.locale = "C.UTF-8";
    CHECK(createStatements(builtin, "neu", 17)[0].ends_with(
        "LOCALE_PROVIDER builtin BUILTIN_LOCALE E'C.UTF-8'"));
}

TEST_CASE("settingStatements: lists keep their quotes, single roles are left out with their owners",
          "[postgres]") {
    const auto all = settingStatements(sample(), "neu", false);
    REQUIRE(all.size() == 3);
    CHECK(all[0] == "COMMENT ON DATABASE \"neu\" IS E'it''s\nthe shop'");
    CHECK(all[1] == "ALTER DATABASE \"neu\" SET \"search_path\" TO public, \"Ünïcode\"");
    CHECK(all[2] == "ALTER ROLE \"a\" IN DATABASE \"neu\" SET \"app\".\"tenant\" TO E'x''y'");
    CHECK(settingStatements(sample(), "neu", true).size() == 2);
}

TEST_CASE("ownerStatements: grants replace the default, the owner comes last", "[postgres]") {
    const auto statements = ownerStatements(sample(), "neu");
    REQUIRE(statements.size() == 4);
    CHECK(statements[0] == "REVOKE ALL ON DATABASE \"neu\" FROM PUBLIC");
    CHECK(statements[1] == "GRANT CONNECT ON DATABASE \"neu\" TO PUBLIC");
    CHECK(statements[2] == "GRANT CREATE ON DATABASE \"neu\" TO \"b\" WITH GRANT OPTION");
    CHECK(statements[3] == "ALTER DATABASE \"neu\" OWNER TO \"the \"\"owner\"\"\"");
}
