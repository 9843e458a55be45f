#include <atomic>
#include <fstream>
#include <sstream>
#include <thread>

#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/mysql/mysql_engine.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::mysql::MysqlEngine;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;
namespace fs = std::filesystem;

namespace {

dbackup::sdk::Settings physical(const MariadbServer& server, const std::string& folder = {}) {
    return server.settings("admin", "secret", R"("mode":"physical","dataFolder":")" + folder + "\"");
}

/// @return nothing when it was taken for good
std::optional<Error> dumpTo(const MariadbServer& server, MemoryOutput& output, const std::string& tool_path) {
    RecordingRun run;
    run.tool_path = tool_path;
    try {
        MysqlEngine(physical(server)).dump({"database", "server", ""}, output, run);
        CHECK(output.only().finished);
        return std::nullopt;
    } catch (const Error& error) {
        CHECK_FALSE(output.anyFinished());
        return error;
    }
}

void restoreTo(const MariadbServer& server, const MemoryObject& dump, const std::string& folder) {
    RecordingRun run;
    MemorySource bytes(dump.bytes);
    MysqlEngine(physical(server, folder)).restore({dump.object, "server"}, bytes, run);
}

constexpr const char* bin = "/usr/bin:/bin";

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

/// A folder with a mariadb-backup that writes a file and ends as it is told to.
class FakeBackup {
public:
    FakeBackup() {
        std::ofstream(folder_ / "mariadb-backup")
            << "#!/bin/sh\n[ \"$1\" != --version ] || { echo 'mariadb-backup based on MariaDB server "
               "10.11.99-MariaDB Linux' >&2; exit; }\ncat '"
            << (folder_ / "output").string() << "'\n. '" << (folder_ / "end").string() << "'\n";
        fs::permissions(folder_ / "mariadb-backup", fs::perms::owner_all);
    }
    std::optional<Error> dump(std::string_view output, const std::string& end) {
        std::ofstream(folder_ / "output", std::ios::binary) << output;
        std::ofstream(folder_ / "end") << end << "\n";
        MemoryOutput taken;
        return dumpTo(source(), taken, folder_.path().string() + ":" + bin);
    }

private:
    TempDir folder_;
};

}  // namespace

TEST_CASE("MysqlEngine: a whole server comes back from its files, as of one moment", "[mysql]") {
    MariadbServer server;
    server.sql("",
               "CREATE DATABASE bank; CREATE DATABASE `Größe`; CREATE USER someone@'%' IDENTIFIED BY 's'");
    server.sql("Größe", "CREATE TABLE old ENGINE=MyISAM AS SELECT seq FROM seq_1_to_1000");
    server.sql("bank",
               "CREATE TABLE accounts (id INT PRIMARY KEY, balance BIGINT); INSERT INTO accounts SELECT seq, "
               "1000 FROM "
               "seq_1_to_20000; CREATE PROCEDURE p() SELECT 1");
    RecordingRun run;
    const auto all = MysqlEngine(physical(server)).databases(run);
    REQUIRE(all.size() == 1);
    CHECK(all[0].name == "server");

    MemoryOutput output;
    {
        std::atomic<bool> stop = false;
        std::atomic<int> moves = 0;
        MariadbServer* writes = &server;
        std::thread writer([&] {
            while (!stop) {
                std::string batch;
                for (int i = 0; i < 200; ++i) {
                    const int from = 1 + (moves + i) * 7919 % 20000;
                    batch += "START TRANSACTION; UPDATE accounts SET balance = balance - 7 WHERE id = " +
                             std::to_string(from) +
                             "; UPDATE accounts SET balance = balance + 7 WHERE id = " +
                             std::to_string(20001 - from) + "; COMMIT;";
                }
                writes->sqlAs("admin", "secret", "USE bank; " + batch);
                moves += 200;
            }
        });
        while (moves == 0)
            std::this_thread::yield();
        const auto error = dumpTo(server, output, bin);
        const int during = moves;
        while (moves < during + 200)
            std::this_thread::yield();
        stop = true;
        writer.join();
        if (error) FAIL(error->text());
    }
    CHECK(output.only().object.format == "xbstream");
    const dbackup::sdk::Settings binlog =
        dbackup::sdk::Settings(output.only().object.metadata).object("binlog");
    CHECK_FALSE(binlog.text("file").empty());
    CHECK_FALSE(binlog.flag("exact"));

    MariadbServer other;
    other.stop();
    const fs::path folder = other.data();
    const auto full = errorOf([&] { restoreTo(server, output.only(), folder); });
    CHECK(full.kind() == ErrorKind::AlreadyExists);
    for (const auto& entry : fs::directory_iterator(folder)) {
        fs::remove_all(entry.path());
    }
    // One that breaks off leaves the folder empty.
    MemoryObject cut;
    cut.object = output.only().object;
    cut.bytes = output.only().bytes.substr(0, output.only().bytes.size() / 2);
    CHECK(errorOf([&] { restoreTo(server, cut, folder); }).kind() == ErrorKind::ToolFailed);
    CHECK(fs::is_empty(folder));

    restoreTo(server, output.only(), folder);
    CHECK_FALSE(fs::exists(folder / ".dbackup-restoring"));
    other.start();
    CHECK(other.sql("bank", "SELECT SUM(balance), COUNT(*) FROM accounts") == "20000000\t20000");
    CHECK(other.content("Größe") == server.content("Größe"));
    CHECK(other.sql("", "SHOW CREATE USER someone@'%'") == server.sql("", "SHOW CREATE USER someone@'%'"));
    CHECK(other.sql("bank", "CALL p()") == "1");
}

TEST_CASE("MysqlEngine: a mariadb-backup that fails, stops short or writes nothing never makes a backup",
          "[mysql]") {
    MemoryOutput output;
    REQUIRE_FALSE(dumpTo(source(), output, bin));
    const std::string whole = output.only().bytes;
    const std::string good = "echo '[00] completed OK!' >&2; exit 0";
    FakeBackup fake;
    CHECK_FALSE(fake.dump(whole, good));  // the fake itself is sound
    const auto silent = fake.dump(whole, "exit 0");
    REQUIRE(silent);
    CHECK_THAT(silent->what(), Contains("completed OK!"));
    const auto failed = fake.dump(whole, "echo '[00] completed OK!' >&2; exit 3");
    REQUIRE(failed);
    CHECK_THAT(failed->what(), Contains("exit status 3"));
    for (const std::size_t size : {std::size_t{0},
                                   std::size_t{1},
                                   std::size_t{13},
                                   whole.size() / 3,
                                   whole.size() / 2,
                                   whole.size() - 1}) {
        CAPTURE(size);
        const auto error = fake.dump(std::string_view(whole).substr(0, size), good);
        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::ToolFailed);
    }
    // Cut between two files, and without the last one.
    const auto last = fake.dump(std::string_view(whole).substr(0, whole.rfind("XBSTCK01")), good);
    REQUIRE(last);
    CHECK_THAT(last->what(), Contains("xtrabackup_info has no end"));
    CHECK(fake.dump("no stream at all, but long enough", good));
}

TEST_CASE("MysqlEngine: a physical backup needs just the privileges that the manual names", "[mysql]") {
    source().sql("",
                 fromManual("An account for backups") + fromManual("Physical backups of a MariaDB server"));
    RecordingRun run;
    MemoryOutput output;
    MysqlEngine(source().settings("dbackup", "choose-one", R"("mode":"physical")"))
        .dump({"database", "server", ""}, output, run);
    CHECK(output.only().finished);
    source().sql("", "DROP USER dbackup@'%'; CREATE USER dbackup@'%' IDENTIFIED BY 'choose-one'");
    MemoryOutput none;
    CHECK(errorOf([&] {
              MysqlEngine(source().settings("dbackup", "choose-one", R"("mode":"physical")"))
                  .dump({"database", "server", ""}, none, run);
          }).kind() == ErrorKind::ToolFailed);
    CHECK_FALSE(none.anyFinished());
    source().sql("", "DROP USER dbackup@'%'");
}

TEST_CASE("MysqlEngine: modes do not mix", "[mysql]") {
    RecordingRun run;
    MemoryOutput output;
    MysqlEngine files(physical(source(), "/nonexistent/folder"));
    MysqlEngine statements(source().settings());
    const auto kindOf = [](const std::function<void()>& action) { return errorOf(action).kind(); };
    CHECK(kindOf([&] { files.dump({"database", "server", "sql"}, output, run); }) == ErrorKind::Unsupported);
    CHECK(kindOf([&] { files.dump({"database", "bank", ""}, output, run); }) == ErrorKind::NotFound);
    CHECK(kindOf([&] {
              statements.dump({"database", "server", "xbstream"}, output, run);
          }) == ErrorKind::Unsupported);
    const dbackup::sdk::DumpObject xbstream{
        "server", "xbstream", "database", R"({"server":{"flavour":"MariaDB","version":"10.11.19"}})"};
    const dbackup::sdk::DumpObject sql{"shop", "sql", "database"};
    CHECK(kindOf([&] { files.checkRestore({sql, "shop"}, run); }) == ErrorKind::Unsupported);
    CHECK(kindOf([&] { statements.checkRestore({xbstream, "server"}, run); }) == ErrorKind::Unsupported);
    CHECK(kindOf([&] { files.checkRestore({xbstream, "server"}, run); }) == ErrorKind::NotFound);
    CHECK(kindOf([&] {
              MysqlEngine(physical(source())).checkRestore({xbstream, "server"}, run);
          }) == ErrorKind::Settings);
    dbackup::sdk::DumpObject old = xbstream;
    old.metadata = R"({"server":{"flavour":"MariaDB","version":"10.6.1"}})";
    const TempDir folder;
    CHECK(kindOf([&] {
              MysqlEngine(physical(source(), folder.path())).checkRestore({old, "server"}, run);
          }) == ErrorKind::ToolMissing);
}
