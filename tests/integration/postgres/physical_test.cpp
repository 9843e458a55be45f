#include <fstream>
#include <optional>

#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/postgres/postgres_engine.h"
#include "write_load.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::postgres::PostgresEngine;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;
namespace fs = std::filesystem;

namespace {

constexpr const char* bin = "/usr/bin:/bin";

PostgresServer& primary() {
    static PostgresServer server("-c wal_level=replica -c max_wal_senders=4 -c wal_keep_size=512");
    return server;
}

dbackup::sdk::Settings physical(const PostgresServer& server, const std::string& folder = {}) {
    return server.settings("postgres", "secret", R"("mode":"physical","dataFolder":")" + folder + "\"");
}

/// @return nothing when it was taken for good
std::optional<Error> dumpTo(MemoryOutput& output, const std::string& tool_path = bin) {
    RecordingRun run;
    run.tool_path = tool_path;
    try {
        PostgresEngine(physical(primary())).dump({"database", "server", ""}, output, run);
        CHECK(output.only().finished);
        return std::nullopt;
    } catch (const Error& error) {
        CHECK_FALSE(output.anyFinished());
        return error;
    }
}

void restoreTo(const fs::path& folder, const dbackup::sdk::DumpObject& object, const std::string& bytes) {
    RecordingRun run;
    MemorySource source(bytes);
    PostgresEngine(physical(primary(), folder)).restore({object, "server"}, source, run);
}

/// A folder with a pg_basebackup that writes a file and ends as it is told to.
class FakeBackup {
public:
    FakeBackup() {
        std::ofstream(folder_ / "pg_basebackup")
            << "#!/bin/sh\n[ \"$1\" != --version ] || { echo 'pg_basebackup (PostgreSQL) 15.99'; exit; "
               "}\ncat '"
            << (folder_ / "output").string() << "'\n. '" << (folder_ / "end").string() << "'\n";
        fs::permissions(folder_ / "pg_basebackup", fs::perms::owner_all);
    }
    std::optional<Error> dump(std::string_view output, const std::string& end) {
        std::ofstream(folder_ / "output", std::ios::binary) << output;
        std::ofstream(folder_ / "end") << end << "\n";
        MemoryOutput taken;
        return dumpTo(taken, folder_.path().string() + ":" + bin);
    }

private:
    TempDir folder_;
};

}  // namespace

TEST_CASE("PostgresEngine: a whole server comes back from its files, as of one moment", "[postgres]") {
    primary().sql("postgres",
                  "CREATE ROLE someone LOGIN PASSWORD 's'; CREATE DATABASE \"Größe\"; CREATE DATABASE bank");
    primary().sql("Größe", "CREATE TABLE old AS SELECT i, md5(i::text) FROM generate_series(1, 1000) i");
    makeBank(primary(), "bank");
    RecordingRun run;
    const auto all = PostgresEngine(physical(primary())).databases(run);
    REQUIRE(all.size() == 1);
    CHECK(all[0].name == "server");

    MemoryOutput output;
    {
        WriteLoad load(primary(), "bank");
        output.on_block = [&](std::size_t bytes) {
            if (bytes == 0) load.await();
        };
        const auto error = dumpTo(output);
        if (error) FAIL(error->text());
        load.await();
    }
    CHECK(output.only().object.format == "tar");

    PostgresServer other;
    other.stop();
    const fs::path folder = other.dataFolder();
    const auto& [object, bytes, finished] = output.only();
    CHECK(errorOf([&] { restoreTo(folder, object, bytes); }).kind() == ErrorKind::AlreadyExists);
    for (const auto& entry : fs::directory_iterator(folder)) {
        fs::remove_all(entry.path());
    }
    // One that breaks off, or has another byte than the manifest says, leaves the folder empty.
    CHECK(errorOf([&] { restoreTo(folder, object, bytes.substr(0, bytes.size() / 2)); }).kind() ==
          ErrorKind::ToolFailed);
    CHECK(fs::is_empty(folder));
    std::string changed = bytes;
    changed[changed.size() / 2] ^= 1;
    CHECK(errorOf([&] { restoreTo(folder, object, changed); }).kind() == ErrorKind::ToolFailed);
    CHECK(fs::is_empty(folder));

    restoreTo(folder, object, bytes);
    CHECK_FALSE(fs::exists(folder / ".dbackup-restoring"));
    other.start();
    CHECK(requireOneMoment(other, "bank") >= 20);
    CHECK(other.content("Größe") == primary().content("Größe"));
    const char* role = "SELECT rolpassword FROM pg_authid WHERE rolname = 'someone'";
    CHECK(other.sql("postgres", role) == primary().sql("postgres", role));
    primary().sql("postgres", "DROP DATABASE bank");
}

TEST_CASE("PostgresEngine: a pg_basebackup that fails, stops short or writes nothing never makes a backup",
          "[postgres]") {
    MemoryOutput output;
    REQUIRE_FALSE(dumpTo(output));
    const std::string whole = output.only().bytes;
    FakeBackup fake;
    CHECK_FALSE(fake.dump(whole, "exit 0"));  // the fake itself is sound
    const auto failed = fake.dump(whole, "exit 3");
    REQUIRE(failed);
    CHECK_THAT(failed->what(), Contains("exit status 3"));
    const std::size_t manifest = whole.rfind("backup_manifest");
    for (const std::size_t size : {std::size_t{0},
                                   std::size_t{1},
                                   std::size_t{512},
                                   whole.size() / 3,
                                   whole.size() / 2,
                                   manifest,
                                   manifest + 1000,
                                   whole.size() - 1024,
                                   whole.size() - 1}) {
        CAPTURE(size);
        const auto error = fake.dump(std::string_view(whole).substr(0, size), "exit 0");
        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::ToolFailed);
    }
    // Whole, but without the manifest, and no archive at all.
    const auto last = fake.dump(whole.substr(0, manifest) + std::string(1024, '\0'), "exit 0");
    REQUIRE(last);
    CHECK_THAT(last->what(), Contains("backup_manifest"));
    CHECK(fake.dump(std::string(2000, 'x'), "exit 0"));
    CHECK(fake.dump(whole + "more" + std::string(508, 'x'), "exit 0"));
}

TEST_CASE("PostgresEngine: a physical backup needs just the privilege that the manual names", "[postgres]") {
    primary().sql("postgres", fromManual("Physical backups of a whole server", "sql"));
    const auto settings = primary().settings("dbackup_physical", "choose-one", R"("mode":"physical")");
    RecordingRun run;
    MemoryOutput output;
    CHECK_NOTHROW(PostgresEngine(settings).test(run));
    PostgresEngine(settings).dump({"database", "server", ""}, output, run);
    CHECK(output.only().finished);
    primary().sql("postgres", "ALTER ROLE dbackup_physical NOREPLICATION");
    MemoryOutput none;
    CHECK(errorOf([&] {
              PostgresEngine(settings).dump({"database", "server", ""}, none, run);
          }).kind() == ErrorKind::ToolFailed);
    CHECK_FALSE(none.anyFinished());
    primary().sql("postgres", "DROP ROLE dbackup_physical");
}

TEST_CASE("PostgresEngine: what a physical backup would not hold is refused", "[postgres]") {
    RecordingRun run;
    MemoryOutput output;
    const auto kindOf = [](const std::function<void()>& action) { return errorOf(action).kind(); };
    // The fixture's usual server keeps too little WAL.
    CHECK(kindOf([&] {
              PostgresEngine(physical(source())).dump({"database", "server", ""}, output, run);
          }) == ErrorKind::Unsupported);
    primary().sql("postgres", "SET allow_in_place_tablespaces = on; CREATE TABLESPACE elsewhere LOCATION ''");
    const auto error = dumpTo(output);
    REQUIRE(error);
    CHECK_THAT(error->what(), Contains("elsewhere"));
    primary().sql("postgres", "DROP TABLESPACE elsewhere");

    PostgresEngine files(physical(primary(), "/nonexistent/folder"));
    PostgresEngine statements(primary().settings());
    CHECK(kindOf([&] { files.dump({"database", "server", "sql"}, output, run); }) == ErrorKind::Unsupported);
    CHECK(kindOf([&] { files.dump({"database", "bank", ""}, output, run); }) == ErrorKind::NotFound);
    CHECK(kindOf([&] {
              statements.dump({"database", "server", "tar"}, output, run);
          }) == ErrorKind::Unsupported);
    const dbackup::sdk::DumpObject tar{
        "server", "tar", "database", R"({"serverVersion":"15.2","serverMajor":15})"};
    const dbackup::sdk::DumpObject dump{"shop", "dump", "database"};
    CHECK(kindOf([&] { files.checkRestore({dump, "shop"}, run); }) == ErrorKind::Unsupported);
    CHECK(kindOf([&] { statements.checkRestore({tar, "server"}, run); }) == ErrorKind::Unsupported);
    CHECK(kindOf([&] { files.checkRestore({tar, "server"}, run); }) == ErrorKind::NotFound);
    CHECK(kindOf([&] {
              PostgresEngine(physical(primary())).checkRestore({tar, "server"}, run);
          }) == ErrorKind::Settings);
}
