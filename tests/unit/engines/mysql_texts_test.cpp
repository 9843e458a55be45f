#include <catch2/catch.hpp>

#include <dbackup/sdk/error.h>

#include "plugins/engines/mysql/database_properties.h"
#include "plugins/engines/mysql/dump_head.h"
#include "plugins/engines/mysql/end_line_check.h"
#include "plugins/engines/mysql/globals.h"
#include "plugins/engines/mysql/own_name_filter.h"
#include "plugins/engines/mysql/privileges.h"
#include "plugins/engines/mysql/quoting.h"
#include "plugins/engines/mysql/server_settings.h"
#include "plugins/engines/mysql/server_version.h"
#include "plugins/engines/mysql/target_database.h"

using namespace dbackup::mysql;
using Catch::Matchers::Contains;
using dbackup::sdk::Error;

namespace {

std::string filtered(const std::string& database, const std::string& text, std::size_t piece) {
    std::string result;
    OwnNameFilter filter(database, [&](std::string_view bytes) { result += bytes; });
    for (std::size_t at = 0; at < text.size(); at += piece) {
        filter.take(std::string_view(text).substr(at, piece));
    }
    filter.finish();
    return result;
}

bool complete(const std::string& text, std::size_t piece = 100'000) {
    EndLineCheck check;
    for (std::size_t at = 0; at < text.size(); at += piece) {
        check.update(std::as_bytes(std::span(std::string_view(text).substr(at, piece))));
    }
    try {
        check.requireComplete();
        return true;
    } catch (const Error&) {
        return false;
    }
}

}  // namespace

TEST_CASE("ServerVersion: servers of both flavours are told apart", "[mysql]") {
    const auto debian = ServerVersion::ofServer("10.11.19-MariaDB-0+deb12u1-log");
    CHECK(debian.mariadb);
    CHECK(debian.text() == "10.11.19");
    CHECK(ServerVersion::ofServer("5.5.5-10.3.39-MariaDB").text() == "10.3.39");
    const auto mysql = ServerVersion::ofServer("8.0.36-0ubuntu0.22.04.1");
    CHECK_FALSE(mysql.mariadb);
    CHECK(mysql.text() == "8.0.36");
    CHECK(mysql.atLeast(8, 0));
    CHECK(mysql.atLeast(8, 0, 36));
    CHECK_FALSE(mysql.atLeast(8, 0, 37));
    CHECK_FALSE(mysql.atLeast(8, 4));
    CHECK_FALSE(ServerVersion::ofServer("").known());
    CHECK_FALSE(ServerVersion::ofServer("eight").known());
}

TEST_CASE("ServerVersion: tools of both flavours are told apart", "[mysql]") {
    const auto debian = ServerVersion::ofTool(
        "mariadb-dump  Ver 10.19 Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)\n");
    CHECK(debian.mariadb);
    CHECK(debian.text() == "10.11.19");
    const auto newer =
        ServerVersion::ofTool("mariadb-dump from 11.4.2-MariaDB, client 10.19 for Linux (x86_64)\n");
    CHECK(newer.mariadb);
    CHECK(newer.text() == "11.4.2");
    const auto oracle =
        ServerVersion::ofTool("mysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)\n");
    CHECK_FALSE(oracle.mariadb);
    CHECK(oracle.text() == "8.0.36");
    const auto old = ServerVersion::ofTool("mysqldump  Ver 10.13 Distrib 5.7.44, for Linux (x86_64)");
    CHECK_FALSE(old.mariadb);
    CHECK(old.text() == "5.7.44");
    CHECK_FALSE(ServerVersion::ofTool("command not found").known());
    CHECK_FALSE(ServerVersion::ofTool("tool Ver ").known());
}

TEST_CASE("quoting: names, texts, accounts and options", "[mysql]") {
    CHECK(quoteName("my `table`") == "`my ``table```");
    CHECK(quoteText("it's \\ \"x\"") == R"('it\'s \\ "x"')");
    CHECK(quoteAccount("o'b", "%") == R"('o\'b'@'%')");
    CHECK(quoteOption("a\"b\\c\nd\te#'") == R"("a\"b\\c\nd\te#'")");
}

TEST_CASE("ServerSettings: the option file tells the tool of either flavour about TLS", "[mysql]") {
    const auto file = [](const std::string& more, bool mariadb) {
        return ServerSettings(dbackup::sdk::Settings(R"({"user":"u","password":"p#\"")" + more + "}"))
            .optionFile(mariadb)
            .reveal();
    };
    CHECK_THAT(
        file("", true),
        Contains(
            "[client]\nhost=\"localhost\"\nport=\"3306\"\nprotocol=tcp\nuser=\"u\"\npassword=\"p#\\\"\"\n") &&
            Contains("\nssl\n") && Contains("loose-skip-ssl-verify-server-cert"));
    CHECK_THAT(file(R"(,"disableSsl":true)", true), Contains("\nskip-ssl\n"));
    CHECK_THAT(file(R"(,"tlsMode":"verify-identity","tlsCa":"/ca")", true),
               Contains("\nssl-verify-server-cert\n") && Contains("ssl-ca=\"/ca\""));
    CHECK_THAT(file(R"(,"tlsMode":"verify-ca","tlsCa":"/ca")", false),
               Contains("ssl-mode=VERIFY_CA\n") && Contains("ssl-ca=\"/ca\""));
    CHECK_THAT(file(R"(,"tlsMode":"required")", false), Contains("ssl-mode=REQUIRED\n"));
    CHECK_THAT(file(R"(,"host":"/run/s.sock")", false),
               Contains("socket=\"/run/s.sock\"\nprotocol=socket\n") && !Contains("host="));
}

TEST_CASE("OwnNameFilter: only the dump's own switches of collation lose the name", "[mysql]") {
    const std::string own = "ALTER DATABASE `my ``db``` CHARACTER SET latin1 COLLATE latin1_swedish_ci ;\n";
    const std::string text =
        own +
        "INSERT INTO a VALUES\n(1,'ALTER DATABASE `my ``db``` CHARACTER SET x COLLATE y ;');\n"
        "ALTER DATABASE `my ``db``` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci ;;\n"
        "ALTER DATABASE `other` CHARACTER SET latin1 COLLATE latin1_swedish_ci ;\n"
        "ALTER DATABASE `my ``db``` CHARACTER SET latin1 COLLATE latin1_swedish_ci ; x\n"
        "ALTER DATABASE `my ``db``` COMMENT 'x';\n"
        " ALTER DATABASE `my ``db``` CHARACTER SET latin1 COLLATE latin1_swedish_ci ;\n\n\n" +
        std::string(2000, 'A') + "\nALTER DATABASE `my ``db";
    std::string wanted = text;
    const auto withoutName = [&](const std::string& line) {
        const std::size_t at = wanted.find(line);
        REQUIRE(at != std::string::npos);
        wanted.replace(at, 27, "ALTER DATABASE ");
    };
    withoutName(own);
    withoutName("ALTER DATABASE `my ``db``` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci ;;");
    for (std::size_t piece : {1, 2, 3, 7, 64, 1000, 100'000}) {
        CAPTURE(piece);
        CHECK(filtered("my `db`", text, piece) == wanted);
    }
    CHECK(filtered("x", "", 1).empty());
    CHECK(filtered("my `db`", own.substr(0, own.size() - 1), 5) ==
          "ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_swedish_ci ;");
}

TEST_CASE("positionIn: the position of the binary log is read from the head of a dump", "[mysql]") {
    const auto position = positionIn(
        "-- x\n\n-- CHANGE MASTER TO MASTER_LOG_FILE='bin.000012', "
        "MASTER_LOG_POS=18446744073709551615;\n\n--\n");
    CHECK(position.file == "bin.000012");
    CHECK(position.position == 18446744073709551615U);
    CHECK(position.exact);
    for (const char* none : {"",
                             "-- nothing",
                             "\n-- CHANGE MASTER TO MASTER_LOG_FILE='bin.000012",
                             "\n-- CHANGE MASTER TO MASTER_LOG_FILE='bin.000012', MASTER_LOG_POS=",
                             "\n-- CHANGE MASTER TO MASTER_LOG_FILE='bin.000012', MASTER_LOG_POS=12",
                             "\n-- CHANGE MASTER TO MASTER_LOG_FILE='bin.000012', MASTER_LOG_POS=x;"}) {
        CHECK(positionIn(none).file.empty());
    }
}

TEST_CASE("EndLineCheck: complete is what ends with the closing line", "[mysql]") {
    const std::string end = "\n-- Dump completed on 2026-01-02  3:04:05\n";
    for (const std::size_t piece : {1, 5, 100'000}) {
        CHECK(complete("CREATE TABLE a;" + end, piece));
        CHECK(complete(std::string(3000, 'x') + end, piece));
        CHECK(complete("x\n-- Dump completed\n", piece));
        CHECK_FALSE(complete("", piece));
        CHECK_FALSE(complete("CREATE TABLE a;\n", piece));
        CHECK_FALSE(complete("x" + end.substr(0, end.size() - 1), piece));
        CHECK_FALSE(complete("x" + end + "';\n", piece));
        CHECK_FALSE(complete("x -- Dump completed on\n", piece));
    }
}

TEST_CASE("Privileges: SHOW GRANTS is understood", "[mysql]") {
    const Privileges some({"GRANT USAGE ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*AB'",
                           "GRANT SELECT, SHOW VIEW ON `shop`.* TO `u`@`%`",
                           "GRANT EVENT ON `a\\_b`.* TO `u`@`%`",
                           "GRANT ALL PRIVILEGES ON `test%`.* TO `u`@`%` WITH GRANT OPTION",
                           "GRANT TRIGGER ON `o``x`.* TO `u`@`%`",
                           "GRANT INSERT (`i`), DELETE ON `shop`.`a` TO `u`@`%`",
                           "GRANT EXECUTE ON FUNCTION `shop`.`f` TO `u`@`%`",
                           "GRANT `role` TO `u`@`%`",
                           "SET DEFAULT ROLE `role` FOR `u`@`%`"});
    CHECK_FALSE(some.onServer("SELECT"));
    CHECK(some.onDatabase("SELECT", "shop"));
    CHECK(some.onDatabase("SHOW VIEW", "shop"));
    CHECK_FALSE(some.onDatabase("DELETE", "shop"));
    CHECK_FALSE(some.onDatabase("EXECUTE", "shop"));
    CHECK_FALSE(some.onDatabase("SELECT", "Shop"));
    CHECK(some.onDatabase("EVENT", "a_b"));
    CHECK_FALSE(some.onDatabase("EVENT", "axb"));
    CHECK(some.onDatabase("TRIGGER", "test_7"));
    CHECK(some.onDatabase("TRIGGER", "o`x"));
    const Privileges all({"GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION"});
    CHECK(all.onServer("SET USER"));
    CHECK(all.onDatabase("SELECT", "any"));
}

TEST_CASE("Privileges: patterns of databases", "[mysql]") {
    CHECK(matchesPattern("shop", "shop"));
    CHECK(matchesPattern("shop", "sh_p"));
    CHECK(matchesPattern("shäp", "sh_p"));
    CHECK(matchesPattern("shop", "%"));
    CHECK(matchesPattern("", "%"));
    CHECK(matchesPattern("shop_a", "shop\\_%"));
    CHECK(matchesPattern("a%b", "a\\%b"));
    CHECK_FALSE(matchesPattern("axb", "a\\%b"));
    CHECK_FALSE(matchesPattern("shop", "sho"));
    CHECK_FALSE(matchesPattern("sho", "shop"));
    CHECK_FALSE(matchesPattern("shop", "_"));
}

TEST_CASE("bareGrant: password and limits of an account are left out, the right to grant is not", "[mysql]") {
    CHECK(bareGrant("GRANT USAGE ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*AB'") ==
          "GRANT USAGE ON *.* TO `u`@`%`");
    CHECK(
        bareGrant("GRANT RELOAD ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*AB' REQUIRE SSL WITH GRANT OPTION "
                  "MAX_USER_CONNECTIONS 3") == "GRANT RELOAD ON *.* TO `u`@`%` WITH GRANT OPTION");
    CHECK(bareGrant("GRANT RELOAD ON *.* TO `u`@`%` REQUIRE SUBJECT '/CN= WITH GRANT OPTION '") ==
          "GRANT RELOAD ON *.* TO `u`@`%`");
    CHECK(bareGrant("GRANT SELECT ON *.* TO `a REQUIRE b`@`%` WITH GRANT OPTION") ==
          "GRANT SELECT ON *.* TO `a REQUIRE b`@`%` WITH GRANT OPTION");
    for (const char* same : {"GRANT ALL PRIVILEGES ON `x`.* TO `u`@`%` WITH GRANT OPTION",
                             "GRANT `r` TO `u`@`%` WITH ADMIN OPTION",
                             "GRANT SELECT ON ` ON *.* TO `.* TO `u`@`%`"}) {
        CHECK(bareGrant(same) == same);
    }
}

TEST_CASE("DatabaseProperties: they are what they were after a way through the manifest", "[mysql]") {
    DatabaseProperties properties;
    properties.server = ServerVersion::ofServer("10.11.19-MariaDB");
    properties.tool = ServerVersion::ofServer("8.0.36");
    properties.character_set = "utf8mb4";
    properties.collation = "utf8mb4_bin";
    properties.definers = {"root@localhost", "o'b\"x@%"};
    properties.tied = {"a.i", "v"};
    properties.programs = true;
    properties.binlog = {"bin.1", 42, "0-1-2", true};
    const auto again = DatabaseProperties::fromJson(properties.toJson());
    CHECK(again.toJson() == properties.toJson());
    CHECK(again.server.mariadb);
    CHECK_FALSE(again.tool.mariadb);
    CHECK(again.definers == properties.definers);
    CHECK(again.tied == properties.tied);
    CHECK(again.programs);
    CHECK(again.binlog.position == 42);
    CHECK(again.binlog.gtid == "0-1-2");
    CHECK(DatabaseProperties::fromJson("{}").binlog.file.empty());
    CHECK_THROWS_AS(DatabaseProperties::fromJson("["), Error);
}

TEST_CASE("temporaryNameFor: at most 64 characters, and whole ones", "[mysql]") {
    CHECK_THAT(temporaryNameFor("shop"), Catch::Matchers::StartsWith("shop_dbackup_"));
    std::string wide;
    for (int i = 0; i < 64; ++i)
        wide += "漢";
    const std::string name = temporaryNameFor(wide);
    const std::size_t at = name.find("_dbackup_");
    REQUIRE(at != std::string::npos);
    CHECK(at % 3 == 0);
    CHECK(at / 3 + name.size() - at == 64);
}
