#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/temp_dir.h"

using namespace dbackup::test;

namespace {

/// A database with so many rows of some 100 bytes.
std::string databaseWith(const std::filesystem::path& file, const std::string& rows) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
    const std::string statements =
        "CREATE TABLE items(i, text); WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i "
        "< " +
        rows + ") INSERT INTO items SELECT i, hex(randomblob(50)) FROM c";
    CHECK(sqlite3_exec(database, statements.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_close(database) == SQLITE_OK);
    return R"({"path": ")" + file.string() + R"("})";
}

}  // namespace

TEST_CASE("SQLite's engine keeps the contract", "[contract]") {
    const TempDir folder;
    const std::string settings = databaseWith(folder / "app.db", "100000");
    const std::string large = databaseWith(folder / "--large.db", "400000");
    std::ofstream(folder / "-empty.db").close();  // what SQLite takes for a database without anything in it
    const std::string empty = R"({"path": ")" + (folder / "-empty.db").string() + R"("})";
    requireContract(SQLITE_PLUGIN,
                    "sqlite",
                    R"({"settings": )" + settings + R"(, "emptyDatabase": "-empty.db", "emptySettings": )" +
                        empty + R"(, "largeDatabase": "--large.db", "largeSettings": )" + large + R"(,
        "restoreAs": ["a copy.db", "it's \"odd\" ü $HOME.db"], "restoreRefused": ["-dash.db", "--help", "../up.db"]})");
}
