#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::sdk::ErrorKind;
using dbackup::sqlite::SqliteEngine;
namespace fs = std::filesystem;

namespace {

constexpr const char* rows =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
    "INSERT INTO a SELECT i, 'text ' || i, randomblob(i % 300), i / 7.0, NULL FROM n";

/// Tables, indexes, a view, a trigger, large values, freed pages.
void fill(Sqlite& database) {
    database("CREATE TABLE a (id INTEGER PRIMARY KEY, text TEXT, bytes BLOB, number REAL, empty)");
    database(rows);
    database(
        "CREATE INDEX a_text ON a (text); CREATE VIEW v AS SELECT count(*) FROM a;"
        "CREATE TABLE \"größer, 'odd'\" (\"a column\" PRIMARY KEY) WITHOUT ROWID;"
        "INSERT INTO \"größer, 'odd'\" VALUES ('x''y'), (x'00ff'), (1e308), (-9223372036854775808);"
        "CREATE TABLE large (b BLOB); INSERT INTO large VALUES (randomblob(1000000)), (zeroblob(300000));"
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM large WHERE b = 1; END;"
        "DELETE FROM a WHERE id % 3 = 0");
}

void overwrite(const fs::path& file, std::streamoff at, const std::string& bytes) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(at);
    stream << bytes;
    REQUIRE(stream.good());
}

/// The program as user nobody, for as long as the object lives.
class Nobody {
public:
    Nobody() { REQUIRE((setegid(65534) == 0 && seteuid(65534) == 0)); }
    Nobody(const Nobody&) = delete;
    Nobody& operator=(const Nobody&) = delete;
    ~Nobody() {
        if (seteuid(0) != 0 || setegid(0) != 0) std::abort();
    }
};

}  // namespace

TEST_CASE("SqliteEngine: a copy has everything, for every page size, journal and vacuum mode", "[sqlite]") {
    for (const int page : {512, 1024, 4096, 8192, 65536}) {
        for (const char* journal : {"WAL", "DELETE", "TRUNCATE", "PERSIST"}) {
            for (const char* vacuum : {"NONE", "FULL", "INCREMENTAL"}) {
                if (page != 512 && std::string(vacuum) == "FULL") continue;
                CAPTURE(page, journal, vacuum);
                const TempDir folder;
                Sqlite database(folder / "a.db");
                database("PRAGMA page_size = " + std::to_string(page) + "; PRAGMA auto_vacuum = " + vacuum +
                         "; PRAGMA journal_mode = " + journal);
                fill(database);
                RecordingRun run;
                const std::string bytes = dump(folder / "a.db", run);
                CHECK(bytes.size() % static_cast<std::size_t>(page) == 0);
                CHECK(run.estimated() == bytes.size());
                Sqlite copy(saved(bytes, folder));
                CHECK(copy("PRAGMA integrity_check") == "ok");
                CHECK((copy.content() == database.content()));
                const bool warned =
                    run.messages().size() == 1 && run.messages()[0].find("WAL") != std::string::npos;
                CHECK(warned == (std::string(journal) != "WAL"));
            }
        }
    }
}

TEST_CASE("SqliteEngine: blocks smaller than a page do", "[sqlite]") {
    const TempDir folder;
    Sqlite database(folder / "a.db");
    database("PRAGMA journal_mode = WAL");
    fill(database);
    for (const std::size_t block : {1U, 100U, 4097U, 1U << 20U}) {
        MemoryOutput output;
        output.block_bytes = block;
        RecordingRun run;
        SqliteEngine(settingsFor(folder / "a.db")).dump({"database", "a.db", "sqlite"}, output, run);
        Sqlite copy(saved(output.only().bytes, folder));
        CHECK((copy.content() == database.content()));
        fs::remove(folder / "copy");
    }
}

TEST_CASE("SqliteEngine: a file of no bytes is an empty database", "[sqlite]") {
    const TempDir folder;
    saved("", folder, "a.db");
    const std::string bytes = dump(folder / "a.db");
    Sqlite copy(saved(bytes, folder));
    CHECK(copy("PRAGMA integrity_check") == "ok");
    CHECK(copy("SELECT count(*) FROM sqlite_master") == "0");
    CHECK(fs::file_size(folder / "a.db") == 0);
}

TEST_CASE("SqliteEngine: pages that were freed before they were written are no loss", "[sqlite]") {
    const TempDir folder;
    Sqlite database(folder / "a.db");
    database("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE a (b)");
    database(
        "BEGIN; CREATE TABLE large (b); INSERT INTO large VALUES (zeroblob(500000)); DROP TABLE large; "
        "COMMIT");
    CHECK(database("PRAGMA page_count") > "100");
    CHECK(fs::file_size(folder / "a.db") < 10'000);
    Sqlite copy(saved(dump(folder / "a.db"), folder));
    CHECK(copy("PRAGMA integrity_check") == "ok");
    CHECK(copy("PRAGMA page_count") == database("PRAGMA page_count"));
}

TEST_CASE("SqliteEngine: what a killed program left half-written is rolled back", "[sqlite]") {
    for (const char* journal : {"DELETE", "WAL"}) {
        const TempDir folder;
        std::string before;
        {
            Sqlite database(folder / "a.db");
            database(std::string("PRAGMA journal_mode = ") + journal);
            fill(database);
            before = database.content();
        }
        const pid_t child = fork();
        if (child == 0) {
            Sqlite database(folder / "a.db");
            database(
                "PRAGMA cache_size = 5; PRAGMA cache_spill = ON; BEGIN; UPDATE a SET text = 'changed', bytes "
                "= randomblob(500)");
            kill(getpid(), SIGKILL);
        }
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));
        const bool left = fs::exists(folder / "a.db-journal") || fs::exists(folder / "a.db-wal");
        CHECK(left);
        Sqlite copy(saved(dump(folder / "a.db"), folder));
        CHECK((copy.content() == before));
    }
}

TEST_CASE("SqliteEngine: a damaged database is not backed up as if it were sound", "[sqlite]") {
    for (const char* journal : {"DELETE", "WAL"}) {
        const TempDir folder;
        {
            Sqlite database(folder / "a.db");
            database(std::string("PRAGMA journal_mode = ") + journal);
            fill(database);
        }
        overwrite(folder / "a.db", 4096 * 20, std::string(200, '\xee'));
        MemoryOutput output;
        RecordingRun run;
        const auto error = errorOf([&] {
            SqliteEngine(settingsFor(folder / "a.db")).dump({"database", "a.db", ""}, output, run);
        });
        CHECK(error.kind() == ErrorKind::Integrity);
        CHECK_THAT(error.what(), Contains("a.db is damaged"));
        CHECK_FALSE(output.anyFinished());

        // Who wants it all the same can have it.
        MemoryOutput unchecked;
        SqliteEngine(settingsFor(folder / "a.db", R"(,"integrityCheck":"none")"))
            .dump({"database", "a.db", ""}, unchecked, run);
        CHECK(unchecked.only().finished);
    }
}

TEST_CASE("SqliteEngine: a cut file, a file that is no database and a missing one are refused", "[sqlite]") {
    const TempDir folder;
    {
        Sqlite database(folder / "cut.db");
        fill(database);
    }
    fs::resize_file(folder / "cut.db", fs::file_size(folder / "cut.db") - 5000);
    CHECK(errorOf([&] { dump(folder / "cut.db"); }).kind() == ErrorKind::Integrity);
    saved(std::string(10'000, 'x'), folder, "text.db");
    CHECK(errorOf([&] { dump(folder / "text.db"); }).kind() == ErrorKind::Integrity);
    const auto missing = errorOf([&] { dump(folder / "missing.db"); });
    CHECK(missing.kind() == ErrorKind::NotFound);
    CHECK_THAT(missing.what(), Contains("missing.db"));
    CHECK_FALSE(fs::exists(folder / "missing.db"));
    fs::create_directory(folder / "folder.db");
    CHECK(errorOf([&] { dump(folder / "folder.db"); }).kind() == ErrorKind::NotFound);
}

TEST_CASE("SqliteEngine: a damaged write-ahead log is noticed", "[sqlite]") {
    const TempDir folder;
    Sqlite database(folder / "a.db");
    database("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
    fill(database);
    const std::string before = database.content();
    // In the middle of a row's text, where SQLite itself would not notice it.
    overwrite(folder / "a.db-wal", 32 + 3 * (24 + 4096) + 24 + 4000, "damage");
    MemoryOutput output;
    RecordingRun run;
    const auto error = errorOf([&] {
        SqliteEngine(settingsFor(folder / "a.db")).dump({"database", "a.db", ""}, output, run);
    });
    CHECK(error.kind() == ErrorKind::Integrity);
    CHECK_THAT(error.what(), Contains("write-ahead log"));
    CHECK_FALSE(output.anyFinished());
}

TEST_CASE("SqliteEngine: says what is there, and refuses what is not", "[sqlite]") {
    const TempDir folder;
    Sqlite database(folder / "a.db");
    fill(database);
    RecordingRun run;
    SqliteEngine engine(settingsFor(folder / "a.db"));
    const auto info = engine.test(run);
    CHECK(info.version == sqlite3_libversion());
    CHECK_THAT(info.message, Contains("3 tables"));
    const auto databases = engine.databases(run);
    REQUIRE(databases.size() == 1);
    CHECK(databases[0].name == "a.db");
    CHECK(databases[0].size_bytes == fs::file_size(folder / "a.db"));
    MemoryOutput output;
    CHECK(errorOf([&] { engine.dump({"globals", "", ""}, output, run); }).kind() == ErrorKind::Unsupported);
    CHECK(errorOf([&] { engine.dump({"database", "b.db", ""}, output, run); }).kind() == ErrorKind::NotFound);
    CHECK(output.objects.empty());
}

TEST_CASE("SqliteEngine: a database that is locked for long is Unavailable, a stop ends the dump",
          "[sqlite]") {
    const TempDir folder;
    Sqlite database(folder / "a.db");
    fill(database);
    MemoryOutput output;
    output.block_bytes = 4096;
    RecordingRun run;
    output.on_block = [&](std::size_t bytes) {
        if (bytes > 100'000) run.requestStop();
    };
    CHECK(errorOf([&] {
              SqliteEngine(settingsFor(folder / "a.db")).dump({"database", "a.db", ""}, output, run);
          }).kind() == ErrorKind::Cancelled);
    CHECK_FALSE(output.anyFinished());

    RecordingRun stopped;
    stopped.requestStop();
    CHECK(errorOf([&] { dump(folder / "a.db", stopped); }).kind() == ErrorKind::Cancelled);

    database("BEGIN EXCLUSIVE");
    const auto locked = errorOf([&] { dump(folder / "a.db"); });
    CHECK(locked.kind() == ErrorKind::Unavailable);
    CHECK(locked.retryable());
}

TEST_CASE("SqliteEngine: a database in a folder that may only be read is backed up", "[sqlite]") {
    if (getuid() != 0) return;  // only root can become somebody else
    const TempDir folder;
    fs::permissions(folder.path(), fs::perms(0755));
    for (const char* journal : {"DELETE", "WAL"}) {
        const std::string name = std::string(journal) + ".db";
        Sqlite database(folder / name);
        database(std::string("PRAGMA journal_mode = ") + journal);
        fill(database);  // WAL: the log and its index are there as long as this connection is
        std::string bytes;
        {
            const Nobody nobody;
            bytes = dump(folder / name);
        }
        Sqlite copy(saved(bytes, folder, name + ".copy"));
        CHECK((copy.content() == database.content()));
    }
    Sqlite secret(folder / "secret.db");
    secret("CREATE TABLE a (b)");
    fs::permissions(folder / "secret.db", fs::perms(0600));
    const Nobody nobody;
    CHECK(errorOf([&] { dump(folder / "secret.db"); }).kind() == ErrorKind::Permission);
}
