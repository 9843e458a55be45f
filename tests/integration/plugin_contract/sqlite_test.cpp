#include <cstdlib>

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/temp_dir.h"

using namespace dbackup::test;

TEST_CASE("SQLite's engine keeps the contract", "[contract]") {
    const TempDir folder;
    const std::string file = (folder / "app.db").string();
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
    const auto* const statements =
        "CREATE TABLE items(i, text); WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i "
        "< 100000) "
        "INSERT INTO items SELECT i, hex(randomblob(50)) FROM c";
    CHECK(sqlite3_exec(database, statements, nullptr, nullptr, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_close(database) == SQLITE_OK);
    requireContract(SQLITE_PLUGIN, "sqlite", R"({
        "settings": {"path": ")" + file + R"("}, "restoreAs": ["a copy.db", "it's \"odd\" ü $HOME.db"]})");
}
