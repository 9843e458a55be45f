#include <cstdlib>
#include <fstream>
#include <random>
#include <thread>

#include <catch2/catch.hpp>

#include "fixture.h"

using namespace dbackup::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;
namespace fs = std::filesystem;

namespace {

/// A folder with a pg_dump that writes what it is told to and ends as it is told to.
class FakeDump {
public:
    FakeDump() {
        std::ofstream(folder_ / "pg_dump")
            << "#!/bin/sh\n"
               "[ \"$1\" != --version ] || { echo 'pg_dump (PostgreSQL) 15.99'; exit; }\n"
               "cat '"
            << (folder_ / "output").string()
            << "'\n"
               ". '"
            << (folder_ / "end").string() << "'\n";
        fs::permissions(folder_ / "pg_dump", fs::perms::owner_all);
    }
    void set(std::string_view output, const std::string& end) {
        std::ofstream(folder_ / "output", std::ios::binary) << output;
        std::ofstream(folder_ / "end") << end << "\n";
    }
    std::string path() const { return folder_.path().string(); }
    bool has(const std::string& file) const { return fs::exists(folder_ / file); }
    std::string file(const std::string& name) const { return (folder_ / name).string(); }

private:
    TempDir folder_;
};

/// Dumps with the fake. @return nothing when the dump was taken for good
std::optional<Error> dumpBy(const FakeDump& fake, const std::string& format, MemoryOutput& output) {
    RecordingRun run;
    run.tool_path = fake.path() + ":/usr/bin:/bin";
    try {
        dumpWith(source().settings(), "postgres", output, run, format);
        CHECK(output.only().finished);
        return std::nullopt;
    } catch (const Error& error) {
        CHECK_FALSE(output.anyFinished());
        return error;
    }
}

int rounds() {
    const char* value = std::getenv("ROUNDS");        // NOLINT(concurrency-mt-unsafe): nobody sets it
    return value == nullptr ? 40 : std::atoi(value);  // NOLINT(cert-err34-c): a tester's number
}

}  // namespace

TEST_CASE("PostgresEngine: a pg_dump that fails, stops short or writes nothing never makes a backup",
          "[fake tools]") {
    const Database database(source(),
                            "shop",
                            "CREATE TABLE a AS SELECT i, md5(i::text) FROM generate_series(1, 500) i; "
                            "CREATE TABLE b (i int); SELECT lo_from_bytea(0, 'large')");
    const std::string archive = dump(source(), "shop", "dump").bytes;
    const std::string text = dump(source(), "shop", "sql").bytes;
    FakeDump fake;
    for (const auto& [format, whole] : {std::pair("dump", archive), {"sql", text}}) {
        fake.set(whole, "exit 0");
        MemoryOutput output;
        CHECK_FALSE(dumpBy(fake, format, output));  // the fake itself is sound
        CHECK(output.only().bytes == whole);
    }
    std::mt19937 random(1);  // NOLINT(cert-msc51-cpp,cert-msc32-c): the same cases each time
    int failed = 0;
    const int all = rounds();
    for (int round = 0; round < all; ++round) {
        const bool sql = random() % 2 == 0;
        const std::string& whole = sql ? text : archive;
        const std::string_view cut = std::string_view(whole).substr(0, random() % whole.size());
        const std::size_t kind = random() % 3;
        const std::string_view bytes = kind == 2                        ? std::string_view()
                                       : kind == 0 && random() % 4 == 0 ? whole
                                                                        : cut;
        const std::string code = kind == 0 || (kind == 2 && random() % 2 == 0) ? "exit 3" : "exit 0";
        fake.set(bytes, code);
        MemoryOutput output;
        const auto error = dumpBy(fake, sql ? "sql" : "dump", output);
        CAPTURE(round, sql, kind, bytes.size(), code);
        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::ToolFailed);
        if (code == "exit 3") CHECK_THAT(error->what(), Contains("exit status 3"));
        failed += error ? 1 : 0;
    }
    CHECK(failed == all);
    WARN(failed << " of " << all << " dumps were refused");
}

TEST_CASE("PostgresEngine: a pg_dump killed by a signal is a failure that names it", "[postgres]") {
    FakeDump fake;
    fake.set("PGDMP", "kill -9 $$");
    MemoryOutput output;
    const auto error = dumpBy(fake, "dump", output);
    REQUIRE(error);
    CHECK_THAT(error->what(), Contains("signal 9"));
}

TEST_CASE("PostgresEngine: what pg_dump complained of is in the error", "[postgres]") {
    FakeDump fake;
    fake.set("", "echo 'pg_dump: error: the moon is in the wrong phase' >&2; exit 1");
    MemoryOutput output;
    const auto error = dumpBy(fake, "dump", output);
    REQUIRE(error);
    CHECK_THAT(error->what(), Contains("the moon is in the wrong phase"));
}

TEST_CASE("PostgresEngine: a pg_dump that hangs is killed by a stop", "[postgres]") {
    FakeDump fake;
    fake.set("PGDMP",
             "echo $$ > '" + fake.file("started") + "'; mv '" + fake.file("started") + "' '" +
                 fake.file("pid") + "'; sleep 600; exit 0");
    RecordingRun run;
    run.tool_path = fake.path() + ":/usr/bin:/bin";
    MemoryOutput output;
    const std::jthread stopper([&] {
        while (!fake.has("pid")) {
            std::this_thread::sleep_for(5ms);
        }
        run.requestStop();
    });
    const Error error = errorOf([&] { dumpWith(source().settings(), "postgres", output, run); });
    CHECK(error.kind() == ErrorKind::Cancelled);
    CHECK_FALSE(output.anyFinished());
    int pid = 0;
    std::ifstream(fake.file("pid")) >> pid;
    CHECK(pid > 0);
    CHECK_FALSE(fs::exists("/proc/" + std::to_string(pid)));
}

TEST_CASE("PostgresEngine: a pg_dump older than the server is not used", "[postgres]") {
    FakeDump fake;
    std::ofstream(fake.file("pg_dump")) << "#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n";
    fake.set("", "");
    MemoryOutput output;
    CHECK_FALSE(dumpBy(fake, "dump", output));  // a newer one is installed
}
