#include <atomic>
#include <fstream>

#include <catch2/catch.hpp>

#include <dbackup/sdk/subprocess.h>

#include "fixture.h"
#include "plugins/engines/postgres/postgres_engine.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::postgres::PostgresEngine;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;
namespace fs = std::filesystem;

namespace {

constexpr const char* shop = R"(
    CREATE TABLE items (id int PRIMARY KEY, text text);
    INSERT INTO items SELECT i, repeat(md5(i::text), 10) FROM generate_series(1, 20000) i;
    CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item int REFERENCES items, next int REFERENCES orders);
    INSERT INTO orders (item, next) SELECT i, i FROM generate_series(1, 20000) i;
    CREATE TABLE "Odd ""$name.*|" AS SELECT i FROM generate_series(1, 30000) i;
    CREATE TABLE small AS SELECT 1 AS one;
    CREATE SCHEMA "Other.One";
    CREATE TABLE "Other.One".items AS SELECT i, md5(i::text) FROM generate_series(1, 15000) i;
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no more''; END';
    CREATE TRIGGER refuse BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION refuse();
    CREATE MATERIALIZED VIEW total AS SELECT count(*) FROM orders;
    SELECT lo_from_bytea(400000, 'large'))";

void writeParts(const MemoryOutput& dump, const fs::path& folder) {
    for (std::size_t i = 0; i < dump.objects.size(); ++i) {
        const std::string number = i == 0 ? "" : "~" + std::to_string(i + 1);
        std::ofstream(folder / ("shop" + number + ".dump"), std::ios::binary) << dump.objects[i]->bytes;
    }
}

bool allFinished(const MemoryOutput& output) {
    return std::all_of(
        output.objects.begin(), output.objects.end(), [](const auto& each) { return each->finished; });
}

/// What the restores of a test may change; nothing may be left by those that fail.
struct Target {
    Target() : before(databasesOf(target())) {}
    ~Target() { CHECK(databasesOf(target()) == before); }
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;
    const std::string before;
};

}  // namespace

TEST_CASE("PostgresEngine: a dump of several connections is restored by hand as the manual says",
          "[postgres]") {
    const Database database(source(), "shop", shop);
    MemoryOutput parts;
    dumpParts(source(), "shop", parts);
    REQUIRE(allFinished(parts));
    REQUIRE(parts.objects.size() == 4);
    const TempDir folder;
    writeParts(parts, folder.path());
    RecordingRun run;
    for (const auto& entry : fs::directory_iterator(folder.path())) {
        dbackup::sdk::runTool(dbackup::sdk::Command("/usr/bin/zstd").args({"--rm", "-q", entry.path()}),
                              run,
                              std::chrono::seconds(30));
    }
    // As a shell of the administrator's, on the machine of the other server.
    const std::string commands =
        "cd '" + folder.path().string() + "'\n" + fromManual("Several connections for one database", "sh");
    const fs::path script = folder / "restore.sh";
    std::ofstream(script) << commands;
    target().tool("../../../../bin/bash", "postgres", {script});
    CHECK(target().content("shop") == source().content("shop"));
    target().sql("postgres", "DROP DATABASE shop");
}

TEST_CASE("PostgresEngine: parts replace an empty database, and one with data only when told", "[postgres]") {
    const Database database(source(), "shop", shop);
    MemoryOutput parts;
    dumpParts(source(), "shop", parts);
    const Database old(target(), "old", "CREATE TABLE kept AS SELECT 7 AS x");
    const Database empty(target(), "empty");
    const Target unchanged;
    CHECK(errorOf([&] { restoreParts(target(), parts, "old"); }).kind() == ErrorKind::AlreadyExists);
    CHECK(target().sql("old", "SELECT x FROM kept") == "7");
    restoreParts(target(), parts, "old", [](auto& request) { request.overwrite = true; });
    CHECK(target().content("old") == source().content("shop"));
    restoreParts(target(), parts, "empty", [](auto& request) { request.no_owner = true; });
    CHECK(target().content("empty") == source().content("shop"));
}

TEST_CASE("PostgresEngine: parts of which one fails are restored not at all", "[postgres]") {
    const Database database(source(), "shop", shop);
    MemoryOutput parts;
    dumpParts(source(), "shop", parts);
    const Database old(target(), "old", "CREATE TABLE kept AS SELECT 7 AS x");
    const Target unchanged;
    PostgresEngine engine(target().settings("postgres", "secret", R"("parallel":3)"));
    dbackup::sdk::RestoreRequest request;
    request.object = parts.objects[0]->object;
    request.database = "old";
    request.overwrite = true;
    for (std::size_t bad = 0; bad < parts.objects.size(); ++bad) {
        CAPTURE(bad);
        MemoryInput input(parts);
        input.on_open = [&](std::size_t index, MemorySource& bytes) {
            if (index != bad) return;
            const std::size_t middle = parts.objects[index]->bytes.size() / 2;
            bytes.on_read = [middle](std::size_t at) {
                if (at >= middle) throw Error(ErrorKind::Integrity, "the bytes are not what was written");
            };
        };
        RecordingRun run;
        CHECK(errorOf([&] { engine.restoreObjects(request, input, run); }).kind() == ErrorKind::Integrity);
        CHECK(target().sql("old", "SELECT x FROM kept") == "7");
    }
    // Parts of different dumps, or one without the others.
    MemorySource alone(parts.objects[0]->bytes);
    RecordingRun run;
    CHECK(errorOf([&] { engine.restore(request, alone, run); }).kind() == ErrorKind::Unsupported);
    std::swap(parts.objects[0], parts.objects[1]);
    MemoryInput input(parts);
    CHECK(errorOf([&] { engine.restoreObjects(request, input, run); }).kind() == ErrorKind::Unsupported);
}

TEST_CASE("PostgresEngine: a part of a dump of several connections is restored", "[postgres]") {
    const Database database(source(), "shop", shop);
    MemoryOutput parts;
    dumpParts(source(), "shop", parts);
    restoreParts(target(), parts, "part", [](auto& request) { request.selection = {"Other.One.*"}; });
    CHECK(target().sql("part",
                       "SELECT string_agg(schemaname || '/' || relname, ' ') FROM pg_stat_user_tables") ==
          "Other.One/items");
    CHECK(target().sql("part", "SELECT count(*) FROM \"Other.One\".items") == "15000");
    target().sql("postgres", "DROP DATABASE part");
}

TEST_CASE("PostgresEngine: what is left out of a dump of several connections is left out of all",
          "[postgres]") {
    const Database database(source(), "shop", shop);
    MemoryOutput parts;
    dumpParts(source(),
              "shop",
              parts,
              8,
              R"("excludeSchemas":"\"Other.One\"","excludeTables":"\"Odd\"*","excludeTableData":"orders")");
    restoreParts(target(), parts, "part");
    CHECK(target().sql("part", "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_stat_user_tables") ==
          "items orders small total");
    CHECK(target().sql("part", "SELECT count(*) FROM orders") == "0");
    CHECK(target().sql("part", "SELECT count(*) FROM items") == "20000");
    target().sql("postgres", "DROP DATABASE part");
}

TEST_CASE("PostgresEngine: nobody empties a table between the moment and its dump", "[postgres]") {
    const Database database(source(), "shop", shop);
    MemoryOutput parts;
    std::atomic<int> refused = 0;
    parts.on_block = [&](std::size_t bytes) {
        if (bytes > 0) return;
        for (const char* statement :
             {"TRUNCATE orders", "DROP TABLE small", "ALTER TABLE \"Other.One\".items ADD x int"}) {
            const Error error = errorOf(
                [&] { source().sql("shop", std::string("SET lock_timeout = '50ms'; ") + statement); });
            if (error.text().find("lock timeout") != std::string::npos) ++refused;
        }
    };
    dumpParts(source(), "shop", parts);
    CHECK(refused == 3 * static_cast<int>(parts.objects.size()));
    restoreParts(target(), parts, "shop");
    CHECK(target().content("shop") == source().content("shop"));
    target().sql("postgres", "DROP DATABASE shop");
}

TEST_CASE(
    "PostgresEngine: who wants a table for himself makes a dump of several connections fail, and not stand "
    "still",
    "[postgres]") {
    const Database database(source(), "shop", shop);
    MemoryOutput parts;
    RecordingRun waiting;
    std::unique_ptr<dbackup::sdk::Subprocess> other;
    parts.on_block = [&](std::size_t) {
        if (other) return;
        other = std::make_unique<dbackup::sdk::Subprocess>(
            source().command("psql", "shop", {"--no-psqlrc", "--command=TRUNCATE orders"}), waiting);
        while (source().sql("shop", "SELECT count(*) FROM pg_locks WHERE NOT granted") == "0") {
        }
    };
    const Error error = errorOf([&] { dumpParts(source(), "shop", parts); });
    CHECK_FALSE(allFinished(parts));
    CHECK_THAT(error.text(), Contains("LOCK TABLE"));
    REQUIRE(other);
    CHECK(other->wait().ok());  // it got what it wanted
}

TEST_CASE("PostgresEngine: a connection of several that fails makes the dump fail", "[postgres]") {
    const Database database(source(), "shop", shop);
    const TempDir tools;
    std::ofstream(tools / "pg_dump")
        << "#!/bin/sh\nfor each; do case $each in --table=*) echo broken >&2; exit 3;; esac; done\n"
           "exec /usr/lib/postgresql/15/bin/pg_dump \"$@\"\n";
    fs::permissions(tools / "pg_dump", fs::perms::owner_all);
    MemoryOutput parts;
    RecordingRun run;
    run.tool_path = tools.path().string() + ":/usr/bin:/bin";
    const Error error = errorOf(
        [&] { dumpWith(source().settings("postgres", "secret", R"("parallel":3)"), "shop", parts, run); });
    CHECK(error.kind() == ErrorKind::ToolFailed);
    CHECK_THAT(error.what(), Contains("broken") || Contains("exit status 3"));
    CHECK_FALSE(allFinished(parts));
    CHECK(source().sql("postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname = 'shop'") == "0");
}
