#include <catch2/catch.hpp>

#include "fixture.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;

namespace {

constexpr const char* accounts = R"(
    CREATE ROLE `Leser`; CREATE ROLE chief;
    CREATE USER anna@'%' IDENTIFIED BY 'a''nna' REQUIRE SSL WITH MAX_USER_CONNECTIONS 3;
    CREATE USER 'b o''b`x'@'10.%' IDENTIFIED VIA ed25519 USING PASSWORD('s') OR unix_socket;
    CREATE USER locked@localhost ACCOUNT LOCK PASSWORD EXPIRE INTERVAL 30 DAY;
    GRANT SELECT, INSERT ON *.* TO anna@'%' WITH GRANT OPTION;
    GRANT ALL ON `sh\_op`.* TO 'b o''b`x'@'10.%';
    GRANT `Leser` TO chief; GRANT chief TO anna@'%' WITH ADMIN OPTION; SET DEFAULT ROLE chief FOR anna@'%';
    GRANT SELECT ON shop.* TO `Leser`; GRANT EXECUTE ON FUNCTION shop.f TO anna@'%';
    GRANT SELECT (i), UPDATE (i) ON shop.a TO locked@localhost; GRANT PROXY ON anna@'%' TO locked@localhost;
    GRANT SHOW DATABASES ON *.* TO PUBLIC)";

std::string accountsOf(MariadbServer& server) {
    std::string all;
    for (const char* statement : {"SHOW CREATE USER anna@'%'",
                                  "SHOW CREATE USER 'b o''b`x'@'10.%'",
                                  "SHOW CREATE USER locked@localhost",
                                  "SHOW GRANTS FOR anna@'%'",
                                  "SHOW GRANTS FOR 'b o''b`x'@'10.%'",
                                  "SHOW GRANTS FOR locked@localhost",
                                  "SHOW GRANTS FOR `Leser`",
                                  "SHOW GRANTS FOR chief",
                                  "SHOW GRANTS FOR PUBLIC"}) {
        all += server.sql("", statement) + "\n";
    }
    return all;
}

}  // namespace

TEST_CASE("MysqlEngine: accounts come back with passwords, roles and privileges", "[mysql]") {
    source().sql("", "INSTALL SONAME 'auth_ed25519'");
    target().sql("", "INSTALL SONAME 'auth_ed25519'");
    const Database shop(
        source(), "shop", "CREATE TABLE a (i INT); CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1");
    source().sql("", accounts);
    const std::string before = accountsOf(source());
    const Dump taken = dumpGlobals(source());
    CHECK_THAT(taken.bytes, !Contains("mariadb.sys") && Contains("\n-- Dump completed\n"));

    // Who has the right to grant a proxy can restore one, and others are told.
    CHECK(warned(restore(target(), taken, ""), "proxy"));
    target().sql("", "GRANT PROXY ON ''@'%' TO admin@'127.0.0.1' WITH GRANT OPTION");
    // What is granted on tables and routines waits for these.
    const auto log = restore(target(), taken, "");
    CHECK(warned(log, "2 privileges on single tables, columns or routines"));
    const Database again(
        target(), "shop", "CREATE TABLE a (i INT); CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1");
    for (const char* time : {"second", "third"}) {
        CAPTURE(time);
        CHECK_FALSE(warned(restore(target(), taken, ""), "privileges on single tables"));
        CHECK(accountsOf(target()) == before);
    }

    // Who is there keeps his password.
    target().sql("", "SET PASSWORD FOR anna@'%' = PASSWORD('another')");
    const std::string kept = target().sql("", "SHOW CREATE USER anna@'%'");
    restore(target(), taken, "");
    CHECK(target().sql("", "SHOW CREATE USER anna@'%'") == kept);
    CHECK(target().sqlAs("admin", "secret", "SELECT 1") == "1");

    // The text alone does it, too.
    for (MariadbServer* server : {&source(), &target()}) {
        server->sql(
            "",
            "DROP USER anna@'%', 'b o''b`x'@'10.%', locked@localhost; DROP ROLE `Leser`, chief; REVOKE "
            "SHOW DATABASES ON *.* FROM PUBLIC");
    }
    source().sql("", taken.bytes);
    CHECK(accountsOf(source()) == before);
    source().sql("", "DROP USER anna@'%', 'b o''b`x'@'10.%', locked@localhost; DROP ROLE `Leser`, chief");
}

TEST_CASE("MysqlEngine: globals that fail say how far they came", "[mysql]") {
    Dump broken = dumpGlobals(source());
    broken.bytes = "CREATE USER IF NOT EXISTS half@way;\nCREATE USER;\n" + broken.bytes;
    const auto error = errorOf([&] { restore(target(), broken, ""); });
    CHECK_THAT(error.what(), Contains("in part, after 1 statements"));
    target().sql("", "DROP USER half@way");
}
