#include "core/store/migrations.h"

#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "tests/unit/core/store/store_fixture.h"

using namespace dbackup;
using dbackup::store::Connection;
using dbackup::store::Migration;
using dbackup::test::kindThrownBy;

namespace {

constexpr Migration steps[] = {
    {1, "CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1);"},
    {2, "ALTER TABLE a ADD COLUMN y INTEGER; UPDATE a SET y = x + 1;"},
    {3, "CREATE TABLE b (z INTEGER); INSERT INTO b SELECT y + 1 FROM a;"},
};

struct EmptyFile {
    EmptyFile() { std::ofstream(file).flush(); }

    std::string bytes() const {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    test::TempDir folder;
    std::filesystem::path file = folder / "dbackup.db";
    Log log{Log::Level::Warning};
};

ErrorKind kindOfOpening(const EmptyFile& store) {
    return kindThrownBy([&] { store::Database database(store.file, store.log); });
}

}  // namespace

TEST_CASE("migrations: are numbered without a gap", "[store]") {
    int expected = 0;
    for (const Migration& step : store::migrations()) {
        CHECK(step.version == ++expected);
    }
}

TEST_CASE("migrate: comes to the same schema from every earlier version", "[store]") {
    for (std::size_t from = 0; from <= std::size(steps); ++from) {
        const EmptyFile store;
        Connection connection(store.file);
        migrate(connection, std::span(steps).first(from), store.log);
        CHECK(schemaVersion(connection, steps) == static_cast<int>(from));
        migrate(connection, steps, store.log);
        migrate(connection, steps, store.log);
        CHECK(schemaVersion(connection, steps) == 3);
        CHECK(connection.selectFirst<std::int64_t>("SELECT z FROM b") == 3);
        CHECK(connection.select<std::int64_t>("SELECT version FROM schema_version").size() == 3);
    }
}

TEST_CASE("migrate: jobs of an older version keep their destinations, with the usual delivery", "[store]") {
    const EmptyFile store;
    Connection connection(store.file);
    migrate(connection, store::migrations().first(2), store.log);
    connection.executeScript(
        "INSERT INTO adapters (id, name, type, adapter_id, config, secrets, metadata, storage_role, "
        "last_status, "
        "last_error, created_at, updated_at) VALUES ('d', 'NAS', 'storage', 'x', '{}', '', '{}', '', '', '', "
        "0, 0);"
        "INSERT INTO jobs (id, name, schedule, enabled, databases, compression, compression_level, parallel, "
        "format, "
        "extra, created_at, updated_at) VALUES ('j', 'Nightly', '', 1, '[]', 'ZSTD', 0, 1, '', '{}', 0, 0);"
        "INSERT INTO job_destinations (id, job_id, adapter_id, priority, retention) VALUES ('x', 'j', 'd', "
        "0, '{}');");
    migrate(connection, store::migrations(), store.log);
    CHECK(connection.selectFirst<std::int64_t>(
              "SELECT retries FROM job_destinations WHERE bandwidth_limit = 0 AND "
              "verify = 'checksum'") == 3);
    CHECK(connection.selectFirst<std::int64_t>("SELECT spool_bytes FROM jobs") == 0);
}

TEST_CASE("migrate: a step that fails leaves the version before it, whole", "[store]") {
    constexpr Migration broken[] = {steps[0], {2, "ALTER TABLE a ADD COLUMN y INTEGER; NONSENSE;"}};
    const EmptyFile store;
    Connection connection(store.file);
    CHECK(kindThrownBy([&] { migrate(connection, broken, store.log); }) == ErrorKind::Internal);
    CHECK_FALSE(connection.inTransaction());
    CHECK(schemaVersion(connection, steps) == 1);
    migrate(connection, steps, store.log);
    CHECK(schemaVersion(connection, steps) == 3);
}

TEST_CASE("Database: a newer schema is refused and its file left untouched", "[store]") {
    const EmptyFile store;
    { const store::Database database(store.file, store.log); }
    {
        Connection connection(store.file);
        connection.execute("INSERT INTO schema_version (version, applied_at) VALUES (99, 0)");
    }
    const std::string before = store.bytes();
    try {
        const store::Database database(store.file, store.log);
        FAIL("the newer schema was accepted");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::Unsupported);
        CHECK_THAT(error.what(), Catch::Contains("schema version 99"));
        CHECK_THAT(error.hint(), Catch::Contains("newer DBackup"));
    }
    CHECK((store.bytes() == before));
}

TEST_CASE("Database: a damaged file is refused with what to do", "[store]") {
    const EmptyFile store;
    SECTION("it is no database at all") {
        std::ofstream(store.file) << std::string(10'000, 'x');
    }
    SECTION("its tail is cut off") {
        { const store::Database database(store.file, store.log); }
        std::filesystem::resize_file(store.file, 4096);
    }
    SECTION("a page is overwritten") {
        { const store::Database database(store.file, store.log); }
        std::fstream file(store.file, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(100);
        file << std::string(3000, '\xff');
    }
    const std::string before = store.bytes();
    try {
        const store::Database database(store.file, store.log);
        FAIL("the damaged file was accepted");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::Integrity);
        CHECK_THAT(error.what(), Catch::Contains("damaged") && Catch::Contains(store.file.string()));
        CHECK_THAT(error.hint(), Catch::Contains("copy of the file"));
    }
    CHECK((store.bytes() == before));
}

TEST_CASE("Database: another program's database is refused", "[store]") {
    const EmptyFile store;
    {
        Connection connection(store.file);
        connection.execute("CREATE TABLE customers (name TEXT)");
    }
    const std::string before = store.bytes();
    CHECK(kindOfOpening(store) == ErrorKind::Integrity);
    CHECK((store.bytes() == before));
}

TEST_CASE("Database: a new file is private, and one that was open to others is closed", "[store]") {
    const test::StoreFixture fixture;
    struct stat status {};
    for (const char* ending : {"", "-wal", "-shm"}) {
        REQUIRE(stat((fixture.file.string() + ending).c_str(), &status) == 0);
        CHECK((status.st_mode & 0777U) == 0600U);
    }
    const EmptyFile open;
    REQUIRE(chmod(open.file.c_str(), 0666) == 0);
    CHECK(kindOfOpening(open) == ErrorKind::None);
    REQUIRE(stat(open.file.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
}

TEST_CASE("Database: a place where no file can be says which", "[store]") {
    const test::TempDir folder;
    const Log log(Log::Level::Warning);
    CHECK_THROWS_WITH(store::Database(folder / "missing" / "dbackup.db", log),
                      Catch::Contains("cannot create the history store") && Catch::Contains("missing"));
    CHECK(kindThrownBy([&] { store::Database database(folder.path(), log); }) == ErrorKind::Settings);
}
