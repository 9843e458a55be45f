#include <fstream>
#include <set>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "fixture.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::sdk::DumpObject;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;
using dbackup::sqlite::SqliteEngine;
namespace fs = std::filesystem;

namespace {

const DumpObject object{"shop.db", "sqlite", "database"};

std::string sampleBytes(const std::string& pragmas = "PRAGMA journal_mode = WAL") {
    const TempDir folder;
    Sqlite database(folder / "shop.db");
    database(pragmas);
    database(
        "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item VALUES (1, 'one'), (2, "
        "'two')");
    return dump(folder / "shop.db");
}

void restore(const fs::path& configured,
             const std::string& bytes,
             const std::string& name,
             bool overwrite = false) {
    RecordingRun run;
    MemorySource source(bytes);
    SqliteEngine(settingsFor(configured)).restore({object, name, overwrite}, source, run);
}

std::string items(const fs::path& file) {
    return Sqlite(file)("SELECT group_concat(name) FROM item");
}

/// Names in a folder, but for what SQLite keeps beside an open database.
std::string filesIn(const TempDir& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder.path())) {
        names.insert(entry.path().filename().string());
    }
    std::string list;
    for (const auto& name : names) {
        list += (list.empty() ? "" : " ") + name;
    }
    return list;
}

}  // namespace

TEST_CASE("SqliteEngine: restores to the configured file, or to another name beside it", "[sqlite]") {
    const std::string bytes = sampleBytes();
    for (const char* name : {"", "shop.db", "own.db"}) {
        const TempDir folder;
        restore(folder / "own.db", bytes, name);
        CHECK(filesIn(folder) == "own.db");
        CHECK(items(folder / "own.db") == "one,two");
        CHECK((fs::status(folder / "own.db").permissions() & fs::perms::all) == fs::perms(0600));
    }
    const TempDir folder;
    restore(folder / "own.db", bytes, "größer & \"new\".db");
    CHECK(filesIn(folder) == "größer & \"new\".db");
}

TEST_CASE("SqliteEngine: a name with folders in it is refused", "[sqlite]") {
    const TempDir folder;
    for (const char* name : {"../x.db", "/tmp/x.db", "a/b", ".", "..", "-x"}) {
        CHECK(errorOf([&] { restore(folder / "own.db", sampleBytes(), name, true); }).kind() ==
              ErrorKind::Settings);
    }
    CHECK(filesIn(folder).empty());
}

TEST_CASE("SqliteEngine: a database that has data is not overwritten unless told to", "[sqlite]") {
    const std::string bytes = sampleBytes();
    const TempDir folder;
    Sqlite(folder / "own.db")("CREATE TABLE mine (a); INSERT INTO mine VALUES (42)");
    RecordingRun run;
    const Error refused = errorOf([&] {
        SqliteEngine(settingsFor(folder / "own.db")).checkRestore({object, "", false}, run);
    });
    CHECK(refused.kind() == ErrorKind::AlreadyExists);
    CHECK_THAT(refused.text(), Contains("own.db") && Contains("overwrite"));
    CHECK(errorOf([&] { restore(folder / "own.db", bytes, ""); }).kind() == ErrorKind::AlreadyExists);
    CHECK(Sqlite(folder / "own.db")("SELECT a FROM mine") == "42");
    restore(folder / "own.db", bytes, "", true);
    CHECK(items(folder / "own.db") == "one,two");
    CHECK(filesIn(folder) == "own.db");
}

TEST_CASE("SqliteEngine: an empty database or an empty file is filled without being told to", "[sqlite]") {
    const TempDir folder;
    saved("", folder, "empty.db");
    restore(folder / "empty.db", sampleBytes(), "");
    CHECK(items(folder / "empty.db") == "one,two");
    Sqlite(folder / "hollow.db")("CREATE TABLE a (b); DROP TABLE a");
    restore(folder / "hollow.db", sampleBytes(), "");
    CHECK(items(folder / "hollow.db") == "one,two");
}

TEST_CASE("SqliteEngine: who has the database open sees the old and then the new content", "[sqlite]") {
    for (const char* journal : {"WAL", "DELETE"}) {
        const TempDir folder;
        Sqlite open(folder / "own.db");
        open(std::string("PRAGMA journal_mode = ") + journal +
             "; CREATE TABLE mine (a); INSERT INTO mine VALUES (42)");
        fs::permissions(folder / "own.db", fs::perms(0640));
        const auto inode = [&] {
            struct stat status {};
            REQUIRE(stat((folder / "own.db").c_str(), &status) == 0);
            return status.st_ino;
        };
        const auto before = inode();
        restore(folder / "own.db", sampleBytes(), "", true);
        CHECK(open("SELECT group_concat(name) FROM item") == "one,two");
        CHECK(open("PRAGMA integrity_check") == "ok");
        CHECK(inode() == before);
        CHECK((fs::status(folder / "own.db").permissions() & fs::perms::all) == fs::perms(0640));
    }
}

TEST_CASE("SqliteEngine: a database in WAL mode with another page size is replaced when nobody has it open",
          "[sqlite]") {
    const std::string bytes = sampleBytes("PRAGMA page_size = 8192");
    const TempDir folder;
    Sqlite(folder / "own.db")("PRAGMA journal_mode = WAL; CREATE TABLE mine (a)");
    restore(folder / "own.db", bytes, "", true);
    CHECK(items(folder / "own.db") == "one,two");

    Sqlite open(folder / "other.db");
    open("PRAGMA journal_mode = WAL; CREATE TABLE mine (a)");
    const Error error = errorOf([&] { restore(folder / "other.db", bytes, "", true); });
    CHECK(error.kind() == ErrorKind::Unavailable);
    CHECK(open("SELECT count(*) FROM mine") == "0");
}

TEST_CASE("SqliteEngine: a damaged database, or a file that is none, is replaced when told to", "[sqlite]") {
    const TempDir folder;
    saved(std::string(9000, 'x'), folder, "own.db");
    saved("stale", folder, "own.db-wal");
    fs::permissions(folder / "own.db", fs::perms(0664));
    CHECK(errorOf([&] { restore(folder / "own.db", sampleBytes(), ""); }).kind() == ErrorKind::AlreadyExists);
    restore(folder / "own.db", sampleBytes(), "", true);
    CHECK(items(folder / "own.db") == "one,two");
    CHECK((fs::status(folder / "own.db").permissions() & fs::perms::all) == fs::perms(0664));
    CHECK(filesIn(folder) == "own.db");

    {
        Sqlite database(folder / "broken.db");
        database(
            "CREATE TABLE mine (a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
            "9000) "
            "INSERT INTO mine SELECT hex(randomblob(20)) FROM n");
    }
    std::fstream(folder / "broken.db", std::ios::in | std::ios::out | std::ios::binary).seekp(40'000)
        << std::string(3000, '\xee');
    restore(folder / "broken.db", sampleBytes(), "", true);
    CHECK(items(folder / "broken.db") == "one,two");
}

TEST_CASE("SqliteEngine: a damaged, cut or broken-off backup leaves everything as it was", "[sqlite]") {
    const std::string bytes = sampleBytes();
    const TempDir folder;
    Sqlite(folder / "own.db")("CREATE TABLE mine (a); INSERT INTO mine VALUES (42)");
    std::string damaged = bytes;
    damaged.replace(4096, 100, std::string(100, '\xee'));
    // SQLite itself takes a last page that is cut for one that ends with zeros.
    const std::string cut = bytes.substr(0, bytes.size() - 1);
    for (const std::string& each :
         {damaged, cut, bytes + "x", bytes.substr(0, 4096), bytes.substr(0, 50), std::string()}) {
        CAPTURE(each.size());
        CHECK(errorOf([&] { restore(folder / "own.db", each, "", true); }).kind() == ErrorKind::Integrity);
        CHECK(errorOf([&] { restore(folder / "own.db", each, "new.db"); }).kind() == ErrorKind::Integrity);
        CHECK(filesIn(folder) == "own.db");
        CHECK(Sqlite(folder / "own.db")("SELECT a FROM mine") == "42");
    }
    RecordingRun run;
    MemorySource source(bytes);
    source.block_bytes = 1000;
    source.on_read = [&](std::size_t at) {
        if (at > 3000) throw Error(ErrorKind::Unavailable, "the destination is gone");
    };
    SqliteEngine engine(settingsFor(folder / "own.db"));
    CHECK(errorOf([&] { engine.restore({object, "new.db"}, source, run); }).kind() == ErrorKind::Unavailable);
    RecordingRun stopped;
    MemorySource more(bytes);
    more.block_bytes = 1000;
    more.on_read = [&](std::size_t at) {
        if (at > 3000) stopped.requestStop();
    };
    CHECK(errorOf([&] { engine.restore({object, "new.db"}, more, stopped); }).kind() == ErrorKind::Cancelled);
    CHECK(filesIn(folder) == "own.db");
}

TEST_CASE("SqliteEngine: a log without its database is not played into a restored one", "[sqlite]") {
    const TempDir folder;
    saved("a log", folder, "own.db-wal");
    const Error error = errorOf([&] { restore(folder / "own.db", sampleBytes(), ""); });
    CHECK(error.kind() == ErrorKind::AlreadyExists);
    CHECK_THAT(error.what(), Contains("own.db-wal"));
    CHECK(filesIn(folder) == "own.db-wal");
}

TEST_CASE("SqliteEngine: other formats and folders that are not there are refused", "[sqlite]") {
    const TempDir folder;
    RecordingRun run;
    const DumpObject foreign{"shop", "dump", "database"};
    CHECK(errorOf([&] {
              SqliteEngine(settingsFor(folder / "own.db")).checkRestore({foreign, ""}, run);
          }).kind() == ErrorKind::Unsupported);
    CHECK(errorOf([&] {
              SqliteEngine(settingsFor(folder / "no/own.db")).checkRestore({object, ""}, run);
          }).kind() == ErrorKind::NotFound);
}

TEST_CASE("SqliteEngine: an empty database survives the round trip", "[sqlite]") {
    const TempDir folder;
    saved("", folder, "shop.db");
    restore(folder / "own.db", dump(folder / "shop.db"), "");
    CHECK(Sqlite(folder / "own.db")("SELECT count(*) FROM sqlite_master") == "0");
}
