#include <random>
#include <thread>

#include <catch2/catch.hpp>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"

using namespace dbackup::test;
using dbackup::sqlite::SqliteEngine;
namespace fs = std::filesystem;

namespace {

constexpr int accounts = 500;

void makeAccounts(const fs::path& file) {
    Sqlite database(file);
    database(
        "PRAGMA journal_mode = WAL; CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER, filler "
        "TEXT);"
        "CREATE INDEX by_balance ON account (balance, id); CREATE TABLE journal (id INTEGER PRIMARY KEY, "
        "text TEXT);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) "
        "INSERT INTO account SELECT i, 1000, hex(randomblob(100)) FROM n");
}

/// Moves money about, grows and shrinks tables and copies the log back in every way there is, until it is
/// killed.
[[noreturn]] void hammer(const fs::path& file, unsigned seed) {
    std::mt19937 random(seed);
    Sqlite database(file);
    database("PRAGMA synchronous = OFF");  // a slow disk must not set the writers' pace
    for (;;) {
        const auto pick = [&](unsigned below) { return std::to_string(random() % below + 1); };
        try {
            const std::string sum = pick(50);
            database("BEGIN IMMEDIATE; UPDATE account SET balance = balance - " + sum +
                     ", filler = hex(randomblob(" + pick(150) + ")) WHERE id = " + pick(accounts) +
                     "; UPDATE account SET balance = balance + " + sum + " WHERE id = " + pick(accounts) +
                     "; INSERT INTO journal (text) VALUES (hex(randomblob(" + pick(3000) + "))); COMMIT");
            if (random() % 20 == 0)
                database("DELETE FROM journal WHERE id % 2 = " + std::to_string(random() % 2));
            if (random() % 60 == 0) database("DELETE FROM journal; PRAGMA wal_autocheckpoint = " + pick(200));
            if (random() % 15 == 0) database("PRAGMA wal_checkpoint(PASSIVE)");
            if (random() % 40 == 0) database("PRAGMA busy_timeout = 20; PRAGMA wal_checkpoint(FULL)");
            if (random() % 40 == 0) database("PRAGMA busy_timeout = 20; PRAGMA wal_checkpoint(RESTART)");
            if (random() % 40 == 0) database("PRAGMA busy_timeout = 20; PRAGMA wal_checkpoint(TRUNCATE)");
            if (random() % 200 == 0) database("VACUUM");
            database("PRAGMA busy_timeout = 20000");
        } catch (const std::exception&) {
            // Busy: the transaction did not begin or does not go on; the next round is another.
            sqlite3_sleep(1);
            try {
                database("ROLLBACK");
            } catch (const std::exception&) {
                sqlite3_sleep(1);  // there was none
            }
        }
    }
}

/// A process of its own that is killed with the object.
class Process {
public:
    explicit Process(const std::function<void()>& work) : pid_(fork()) {
        if (pid_ == 0) {
            work();
            _exit(0);
        }
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process() {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }

private:
    pid_t pid_;
};

void checkAccounts(const fs::path& file) {
    Sqlite copy(file);
    REQUIRE(copy("PRAGMA integrity_check") == "ok");
    REQUIRE(copy("SELECT sum(balance), count(*) FROM account") == "500000|500");
}

}  // namespace

TEST_CASE("SqliteEngine: each of 200 copies of a database that others write to is consistent", "[sqlite]") {
    const TempDir folder;
    const fs::path file = folder / "live.db";
    makeAccounts(file);
    const Process one([&] { hammer(file, 1); });
    const Process two([&] { hammer(file, 2); });
    const Process three([&] { hammer(file, 3); });
    std::mt19937 random(4);  // NOLINT(cert-msc51-cpp,cert-msc32-c): the same cases each time
    int64_t changes = 0;
    std::string last;
    for (int round = 0; round < 200; ++round) {
        MemoryOutput output;
        // Small blocks and pauses let the writers get far ahead while a copy is on its way.
        output.block_bytes = 4096U << (random() % 4);
        const bool slow = random() % 3 == 0;
        output.on_block = [&](std::size_t) {
            if (slow && random() % 8 == 0) sqlite3_sleep(1);
        };
        RecordingRun run;
        SqliteEngine(settingsFor(file, round % 2 == 0 ? R"(,"integrityCheck":"none")" : ""))
            .dump({"database", "live.db", ""}, output, run);
        CAPTURE(round, output.block_bytes, slow);
        REQUIRE(output.only().finished);
        checkAccounts(saved(output.only().bytes, folder));
        changes += output.only().bytes != last ? 1 : 0;
        last = output.only().bytes;
    }
    CHECK(changes > 50);  // they were at work
}

TEST_CASE("SqliteEngine: a log that is restarted in the middle of a copy does no harm", "[sqlite]") {
    for (const char* kind : {"PASSIVE", "FULL", "RESTART", "TRUNCATE"}) {
        CAPTURE(kind);
        const TempDir folder;
        const fs::path file = folder / "live.db";
        makeAccounts(file);
        Sqlite writer(file);
        writer("PRAGMA wal_autocheckpoint = 0; UPDATE account SET filler = hex(randomblob(90))");
        // All of the log is in the database file now, so a writer may begin it anew, readers or not.
        writer(std::string("PRAGMA wal_checkpoint(") + kind + ")");
        const std::string before = writer.content();
        MemoryOutput output;
        output.block_bytes = 4096;
        int block = 0;
        output.on_block = [&](std::size_t) {
            if (++block == 3 || block == 10)
                writer("UPDATE account SET filler = hex(randomblob(95)), balance = balance + 1");
        };
        RecordingRun run;
        SqliteEngine(settingsFor(file)).dump({"database", "live.db", ""}, output, run);
        CHECK(block > 20);
        Sqlite copy(saved(output.only().bytes, folder));
        CHECK(copy("PRAGMA integrity_check") == "ok");
        CHECK((copy.content() == before));
        CHECK(writer("SELECT sum(balance) FROM account") == "501000");
    }
}

TEST_CASE("SqliteEngine: writers go on while a copy of a WAL database is made", "[sqlite]") {
    const TempDir folder;
    const fs::path file = folder / "live.db";
    makeAccounts(file);
    Sqlite writer(file);
    writer("PRAGMA busy_timeout = 0");
    const std::string before = writer.content();
    MemoryOutput output;
    output.block_bytes = 4096;
    int commits = 0;
    output.on_block = [&](std::size_t) {
        writer("UPDATE account SET balance = balance + 1 WHERE id = 7");
        writer("PRAGMA wal_checkpoint(PASSIVE)");
        ++commits;
    };
    RecordingRun run;
    SqliteEngine(settingsFor(file)).dump({"database", "live.db", ""}, output, run);
    CHECK(commits > 20);
    Sqlite copy(saved(output.only().bytes, folder));
    CHECK((copy.content() == before));
}

TEST_CASE("SqliteEngine: a program's own locks outlast a copy that it makes of its own database",
          "[sqlite]") {
    const TempDir folder;
    const fs::path file = folder / "live.db";
    makeAccounts(file);
    Sqlite holder(file);
    holder("BEGIN IMMEDIATE; UPDATE account SET balance = 0 WHERE id = 1");
    checkAccounts(saved(dump(file), folder));
    // Were the locks dropped, another process could write now.
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        sqlite3* database = nullptr;
        sqlite3_open(file.c_str(), &database);
        _exit(sqlite3_exec(database, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_BUSY ? 0 : 1);
    }
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    holder("ROLLBACK");
}
