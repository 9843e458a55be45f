#include "core/store/store_error.h"

#include <memory>

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include "core/store/connection.h"
#include "tests/support/temp_dir.h"

using dbackup::Error;
using dbackup::ErrorKind;
using dbackup::store::storeError;
using dbackup::test::TempDir;

namespace {

struct Close {
    void operator()(sqlite3* database) const noexcept { sqlite3_close(database); }
};
using Sqlite = std::unique_ptr<sqlite3, Close>;

Sqlite opened(const std::filesystem::path& file) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
    return Sqlite(database);
}

int run(const Sqlite& database, const char* sql) {
    return sqlite3_exec(database.get(), sql, nullptr, nullptr, nullptr);
}

}  // namespace

TEST_CASE("storeError: a file that another process holds is named, and can be tried again", "[store]") {
    const TempDir folder;
    const auto file = folder / "history.db";
    const Sqlite holder = opened(file);
    REQUIRE(run(holder, "CREATE TABLE t (i); BEGIN EXCLUSIVE") == SQLITE_OK);
    const Sqlite other = opened(file);
    const Error error = storeError(other.get(), run(other, "SELECT * FROM t"));
    CHECK(error.kind() == ErrorKind::Unavailable);
    CHECK(error.retryable());
    CHECK_THAT(error.text(), Catch::Contains("history.db is locked by another process"));
}

TEST_CASE("storeError: a damaged file is told as such, with what to do", "[store]") {
    const TempDir folder;
    const Sqlite database = opened(folder / "history.db");
    REQUIRE(run(database,
                "CREATE TABLE t (i); PRAGMA writable_schema = ON;"
                "UPDATE sqlite_schema SET rootpage = 77; PRAGMA writable_schema = RESET") != SQLITE_MISUSE);
    const Sqlite again = opened(folder / "history.db");
    const Error error = storeError(again.get(), run(again, "SELECT * FROM t"));
    CHECK(error.kind() == ErrorKind::Integrity);
    CHECK_THAT(error.text(), Catch::Contains("is damaged") && Catch::Contains("put back a copy"));
}

TEST_CASE("storeError: what a constraint forbids is told by its kind", "[store]") {
    const Sqlite database = opened(":memory:");
    REQUIRE(run(database,
                "PRAGMA foreign_keys = ON; CREATE TABLE t (i INTEGER PRIMARY KEY, u UNIQUE, n NOT NULL);"
                "CREATE TABLE s (t REFERENCES t); INSERT INTO t VALUES (1, 1, 1)") == SQLITE_OK);
    const auto kind_of = [&](const char* sql) {
        return storeError(database.get(), run(database, sql)).kind();
    };
    CHECK(kind_of("INSERT INTO t VALUES (1, 2, 2)") == ErrorKind::AlreadyExists);
    CHECK(kind_of("INSERT INTO t VALUES (2, 1, 2)") == ErrorKind::AlreadyExists);
    CHECK(kind_of("INSERT INTO s VALUES (9)") == ErrorKind::NotFound);
    CHECK(kind_of("INSERT INTO t VALUES (3, 3, NULL)") == ErrorKind::Internal);
    CHECK(kind_of("PRAGMA query_only = ON; DELETE FROM t") == ErrorKind::Permission);
}
