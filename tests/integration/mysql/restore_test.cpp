#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/mysql/connection.h"
#include "plugins/engines/mysql/mysql_engine.h"
#include "plugins/engines/mysql/server_settings.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::mysql::MysqlEngine;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;

namespace {

constexpr const char* rows =
    "CREATE TABLE a AS SELECT seq AS i, MD5(seq) AS hash FROM seq_1_to_30000; CREATE TABLE b (i INT); CREATE "
    "VIEW v AS "
    "SELECT i FROM a; CREATE TRIGGER t BEFORE INSERT ON b FOR EACH ROW SET NEW.i = 1";

const Dump& shopDump() {
    static const Dump taken = [] {
        const Database database(source(), "shop", rows);
        return dump(source(), "shop");
    }();
    return taken;
}

Error checkError(const Dump& dump,
                 const std::string& database,
                 bool overwrite = false,
                 bool no_owner = false) {
    return errorOf([&] {
        RecordingRun run;
        MysqlEngine(source().settings()).checkRestore({dump.object, database, overwrite, no_owner}, run);
    });
}

/// Restores from bytes that break off by an error after some of them, as a lost destination does.
Error brokenOff(const Dump& dump, const std::string& database, std::size_t after, bool overwrite) {
    return errorOf([&] {
        RecordingRun run;
        MemorySource bytes(dump.bytes);
        bytes.on_read = [&](std::size_t at) {
            if (at >= after) throw Error(ErrorKind::Integrity, "the backup is damaged");
        };
        MysqlEngine(source().settings()).restore({dump.object, database, overwrite}, bytes, run);
    });
}

}  // namespace

TEST_CASE("MysqlEngine: a database that has data is not overwritten unless told to", "[mysql]") {
    const Dump& taken = shopDump();
    const Database other(source(), "other", "CREATE TABLE mine (i INT); INSERT INTO mine VALUES (1)");
    const std::string before = source().content("other");
    const Error refused = checkError(taken, "other");
    CHECK(refused.kind() == ErrorKind::AlreadyExists);
    CHECK_THAT(refused.text(), Contains("other") && Contains("overwrite"));
    CHECK(errorOf([&] { restore(source(), taken, "other"); }).kind() == ErrorKind::AlreadyExists);
    CHECK(source().content("other") == before);
    restore(source(), taken, "other", true);
    CHECK(source().sql("other", "SELECT COUNT(*) FROM a; SHOW TABLES") == "30000\na\nb\nv");
    CHECK(databasesOf(source()) == "other");
}

TEST_CASE("MysqlEngine: anything that a user made counts as data", "[mysql]") {
    for (const char* statement : {"CREATE TABLE t (i INT)",
                                  "CREATE VIEW v AS SELECT 1",
                                  "CREATE SEQUENCE s",
                                  "CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1",
                                  "CREATE PROCEDURE p() SELECT 1",
                                  "CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DO SELECT 1"}) {
        CAPTURE(statement);
        const Database other(source(), "other", statement);
        CHECK(checkError(shopDump(), "other").kind() == ErrorKind::AlreadyExists);
    }
}

TEST_CASE("MysqlEngine: a database that is there and empty is filled, and keeps collation and grants",
          "[mysql]") {
    const Database other(source(), "other");
    source().sql("",
                 "ALTER DATABASE other COLLATE utf8mb4_bin; CREATE USER u@h; GRANT SELECT ON other.* TO u@h");
    restore(source(), shopDump(), "other");
    CHECK(source().sql("other", "SELECT COUNT(*) FROM a; SELECT @@collation_database") ==
          "30000\nutf8mb4_bin");
    CHECK_THAT(source().sql("", "SHOW GRANTS FOR u@h"), Contains("`other`"));
    source().sql("", "DROP USER u@h");
}

TEST_CASE("MysqlEngine: a restore that breaks off leaves everything as it was", "[mysql]") {
    const Database full(source(), "full", "CREATE TABLE mine AS SELECT seq FROM seq_1_to_10");
    const Database empty(source(), "hollow");
    source().sql("", "ALTER DATABASE hollow COLLATE utf8mb4_bin");
    const std::string before = source().content("full");
    const std::string nothing = source().content("hollow");
    const Dump& taken = shopDump();
    for (const std::size_t after : {std::size_t{0}, taken.bytes.size() / 2, taken.bytes.size()}) {
        CAPTURE(after);
        CHECK(brokenOff(taken, "new", after, false).kind() == ErrorKind::Integrity);
        CHECK(brokenOff(taken, "full", after, true).kind() == ErrorKind::Integrity);
        CHECK(brokenOff(taken, "hollow", after, false).kind() == ErrorKind::Integrity);
        CHECK(databasesOf(source()) == "full hollow");
        CHECK(source().content("full") == before);
        CHECK(source().content("hollow") == nothing);
    }
}

TEST_CASE("MysqlEngine: a dump that is cut between two statements is not restored", "[mysql]") {
    Dump cut = shopDump();
    cut.bytes.resize(cut.bytes.find("-- Dump completed"));
    const Error error = errorOf([&] { restore(source(), cut, "new"); });
    CHECK(error.kind() == ErrorKind::ToolFailed);
    CHECK_THAT(error.what(), Contains("closing line"));
    CHECK(databasesOf(source()).empty());
}

TEST_CASE("MysqlEngine: a statement that fails ends the restore, and what was made is removed", "[mysql]") {
    Dump broken = shopDump();
    broken.bytes.insert(broken.bytes.find("-- Dump completed"), "INSERT INTO nowhere VALUES (1);\n");
    const Database full(source(), "full", "CREATE TABLE mine (i INT)");
    for (const char* name : {"full", "new"}) {
        const Error error = errorOf([&] { restore(source(), broken, name, true); });
        CHECK(error.kind() == ErrorKind::ToolFailed);
        CHECK_THAT(error.what(), Contains("nowhere"));
        CHECK(databasesOf(source()) == "full");
        CHECK(source().sql("full", "SHOW TABLES") == "mine");
    }
}

TEST_CASE("MysqlEngine: a dump cannot run commands of the client", "[mysql]") {
    const TempDir folder;
    const std::string file = (folder / "made").string();
    Dump hostile = shopDump();
    hostile.bytes.insert(0, "\\! touch " + file + "\n");
    CHECK_THROWS_AS(restore(source(), hostile, "new"), Error);
    hostile = shopDump();
    hostile.bytes.insert(0, "system touch " + file + ";\n");
    CHECK_THROWS_AS(restore(source(), hostile, "new"), Error);
    CHECK_FALSE(std::filesystem::exists(file));
    CHECK(databasesOf(source()).empty());
}

TEST_CASE("MysqlEngine: a cancelled restore ends at once and leaves everything as it was", "[mysql]") {
    const Database full(source(), "full", "CREATE TABLE mine (i INT)");
    for (const char* name : {"full", "new"}) {
        RecordingRun run;
        MemorySource bytes(shopDump().bytes);
        bytes.on_read = [&](std::size_t at) {
            if (at > 500'000) run.requestStop();
        };
        const Error error = errorOf([&] {
            MysqlEngine(source().settings()).restore({shopDump().object, name, true}, bytes, run);
        });
        CHECK(error.kind() == ErrorKind::Cancelled);
        CHECK(databasesOf(source()) == "full");
        CHECK(source().sql("full", "SHOW TABLES") == "mine");
    }
}

TEST_CASE("MysqlEngine: what names its own database is told when it is restored under another name",
          "[mysql]") {
    Dump taken;
    {
        const Database shop(
            source(),
            "shop",
            "CREATE SEQUENCE s START WITH 7; CREATE TABLE a (i INT DEFAULT NEXTVAL(s), t INT); CREATE "
            "VIEW mixed AS SELECT a.i, u.User FROM a, mysql.user u; INSERT INTO a (t) VALUES (1)");
        taken = dump(source(), "shop");
        CHECK(warned(restore(source(), taken, "other"), "a.i, mixed"));
        CHECK_FALSE(warned(restore(source(), taken, "shop", true), "name database"));
        CHECK(source().sql("shop", "INSERT INTO a (t) VALUES (2); SELECT COUNT(*) FROM a WHERE i >= 7") ==
              "2");
        source().sql("", "DROP DATABASE other");
    }
    // Alone it comes back under its own name only.
    restore(source(), taken, "shop");
    CHECK(source().sql("shop", "SELECT i FROM a") == "7");
    source().sql("", "DROP DATABASE shop");
    CHECK_THAT(errorOf([&] { restore(source(), taken, "other"); }).what(), Contains("shop"));
    CHECK(databasesOf(source()).empty());
}

TEST_CASE("MysqlEngine: names, formats and requests that cannot be are refused", "[mysql]") {
    const Dump& taken = shopDump();
    CHECK(checkError(taken, "").kind() == ErrorKind::Settings);
    CHECK(checkError(taken, std::string(65, 'n')).kind() == ErrorKind::Settings);
    CHECK(checkError(taken, "ends with space ").kind() == ErrorKind::Settings);
    CHECK(checkError(taken, "mysql", true).kind() == ErrorKind::Unsupported);
    CHECK(checkError(taken, "information_schema", true).kind() == ErrorKind::Unsupported);
    CHECK(checkError(taken, "new", false, true).kind() == ErrorKind::Unsupported);  // definers
    Dump foreign = taken;
    foreign.object.format = "rdb";
    CHECK(checkError(foreign, "new").kind() == ErrorKind::Unsupported);
    foreign.object.format = "sql";
    foreign.object.metadata = "[";
    CHECK(checkError(foreign, "new").kind() == ErrorKind::Settings);
    CHECK(databasesOf(source()).empty());
}

TEST_CASE("MysqlEngine: a database that others refer to by foreign keys is replaced, and they still do",
          "[mysql]") {
    const Database shop(
        source(), "shop", "CREATE TABLE p (i INT PRIMARY KEY); INSERT INTO p VALUES (1), (2)");
    const Dump taken = dump(source(), "shop");
    const Database other(
        source(),
        "other",
        "CREATE TABLE c (i INT, FOREIGN KEY (i) REFERENCES shop.p (i)); INSERT INTO c VALUES (1)");
    restore(source(), taken, "shop", true);
    CHECK_THROWS(source().sql("other", "INSERT INTO c VALUES (3)"));
    CHECK_NOTHROW(source().sql("other", "INSERT INTO c VALUES (2)"));
    source().sql("", "DROP DATABASE other");
}

TEST_CASE("MysqlEngine: a database that a transaction holds on to is not replaced, and stays as it was",
          "[.][lock]") {
    const Database full(source(), "full", "CREATE TABLE mine (i INT); INSERT INTO mine VALUES (1)");
    const dbackup::mysql::ServerSettings settings(source().settings());
    RecordingRun run;
    dbackup::mysql::Connection user(settings, run);
    user.query("START TRANSACTION");
    user.query("SELECT * FROM full.mine");
    const Error error = errorOf([&] { restore(source(), shopDump(), "full", true); });
    CHECK(error.kind() == ErrorKind::Unavailable);
    CHECK_THAT(error.text(), Contains("in use") && Contains("as it was"));
    user.query("COMMIT");
    CHECK(databasesOf(source()) == "full");
    CHECK(source().sql("full", "SELECT i FROM mine") == "1");
}

TEST_CASE("MysqlEngine: a collation that the server does not know is replaced, with a warning", "[mysql]") {
    Dump taken = shopDump();
    const std::string from = "utf8mb4_general_ci";
    taken.object.metadata.replace(taken.object.metadata.find(from), from.size(), "utf8mb4_0900_ai_ci");
    CHECK(warned(restore(source(), taken, "new"), "utf8mb4_0900_ai_ci"));
    CHECK(source().sql("new", "SELECT COUNT(*) FROM a") == "30000");
    source().sql("", "DROP DATABASE new");
}
