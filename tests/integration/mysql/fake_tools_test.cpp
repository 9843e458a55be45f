#include <cstdlib>
#include <fstream>
#include <optional>
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

/// A folder with a mariadb-dump that writes what it is told to and ends as it is told to.
class FakeDump {
public:
    explicit FakeDump(
        const std::string& name = "mariadb-dump",
        const std::string& version = "mariadb-dump  Ver 10.19 Distrib 10.11.99-MariaDB, for Linux") {
        std::ofstream(folder_ / name)
            << "#!/bin/sh\n[ \"$1\" != --version ] || { echo '" << version << "'; exit; }\ncat '"
            << file("output") << "'\n. '" << file("end") << "'\n";
        fs::permissions(folder_ / name, fs::perms::owner_all);
    }
    void set(std::string_view output, const std::string& end) {
        std::ofstream(folder_ / "output", std::ios::binary) << output;
        std::ofstream(folder_ / "end") << end << "\n";
    }
    std::string path() const { return folder_.path().string(); }
    bool has(const std::string& name) const { return fs::exists(folder_ / name); }
    std::string file(const std::string& name) const { return (folder_ / name).string(); }

private:
    TempDir folder_;
};

/// Dumps with the fake. @return nothing when the dump was taken for good
std::optional<Error> dumpBy(const std::string& tool_path, MemoryOutput& output) {
    RecordingRun run;
    run.tool_path = tool_path;
    try {
        dumpWith(source().settings(), "shop", output, run);
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

constexpr const char* content =
    "CREATE TABLE a AS SELECT seq, MD5(seq) FROM seq_1_to_500; CREATE TABLE b (i INT); CREATE PROCEDURE p() "
    "SELECT '\n"
    "-- Dump completed'";

}  // namespace

TEST_CASE("MysqlEngine: a dump tool that fails, stops short or writes nothing never makes a backup",
          "[fake tools]") {
    const Database database(source(), "shop", content);
    const std::string whole = dump(source(), "shop").bytes;
    FakeDump fake;
    fake.set(whole, "exit 0");
    {
        MemoryOutput output;
        CHECK_FALSE(dumpBy(fake.path() + ":/usr/bin:/bin", output));  // the fake itself is sound
        CHECK(output.only().bytes == whole);
    }
    std::mt19937 random(1);  // NOLINT(cert-msc51-cpp,cert-msc32-c): the same cases each time
    int failed = 0;
    const int all = rounds();
    const std::size_t end = whole.rfind("-- Dump completed");
    for (int round = 0; round < all; ++round) {
        const bool fails = random() % 2 == 0;
        std::string_view bytes = std::string_view(whole).substr(0, random() % whole.size());
        if (round % 5 == 0) bytes = std::string_view(whole).substr(0, end + random() % (whole.size() - end));
        if (round % 7 == 0) bytes = {};
        if (round % 3 == 0 && fails) bytes = whole;
        fake.set(bytes, fails ? "exit 3" : "exit 0");
        MemoryOutput output;
        const auto error = dumpBy(fake.path() + ":/usr/bin:/bin", output);
        CAPTURE(round, fails, bytes.size());
        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::ToolFailed);
        if (fails) CHECK_THAT(error->what(), Contains("exit status 3"));
        failed += error ? 1 : 0;
    }
    CHECK(failed == all);
    WARN(failed << " of " << all << " dumps were refused");
}

TEST_CASE("MysqlEngine: a closing line that a procedure has in it is not the dump's", "[mysql]") {
    const Database database(source(), "shop", content);
    const std::string whole = dump(source(), "shop").bytes;
    FakeDump fake;
    fake.set(whole.substr(0, whole.find("\n-- Dump completed'") + 18) + "\n'", "exit 0");
    MemoryOutput output;
    const auto error = dumpBy(fake.path() + ":/usr/bin:/bin", output);
    REQUIRE(error);
    CHECK_THAT(error->what(), Contains("closing line"));
}

TEST_CASE("MysqlEngine: a dump tool killed by a signal is a failure that names it, with what it said",
          "[mysql]") {
    const Database database(source(), "shop");
    FakeDump fake;
    fake.set("-- MariaDB dump", "echo 'the moon is in the wrong phase' >&2; kill -9 $$");
    MemoryOutput output;
    const auto error = dumpBy(fake.path() + ":/usr/bin:/bin", output);
    REQUIRE(error);
    CHECK_THAT(error->what(), Contains("signal 9") && Contains("the moon is in the wrong phase"));
}

TEST_CASE("MysqlEngine: a dump tool that hangs is killed by a stop", "[mysql]") {
    const Database database(source(), "shop");
    FakeDump fake;
    fake.set("--",
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
    const Error error = errorOf([&] { dumpWith(source().settings(), "shop", output, run); });
    CHECK(error.kind() == ErrorKind::Cancelled);
    CHECK_FALSE(output.anyFinished());
    int pid = 0;
    std::ifstream(fake.file("pid")) >> pid;
    CHECK(pid > 0);
    CHECK_FALSE(fs::exists("/proc/" + std::to_string(pid)));
}

TEST_CASE("MysqlEngine: the tool of the server's flavour is taken, and MariaDB's servers take no other",
          "[mysql]") {
    const Database database(source(), "shop");
    FakeDump oracle("mysqldump", "mysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)");
    oracle.set("", "exit 0");
    MemoryOutput output;
    CHECK_FALSE(dumpBy(oracle.path() + ":/usr/bin", output));
    MemoryOutput none;
    const auto error = dumpBy(oracle.path(), none);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::ToolMissing);
    CHECK_THAT(error->text(),
               Contains("mariadb-dump") && Contains("MySQL 8.0.36") && Contains("mariadb-client"));

    FakeDump old("mariadb-dump", "mariadb-dump  Ver 10.19 Distrib 10.3.39-MariaDB, for Linux");
    old.set("", "exit 0");
    MemoryOutput newer;
    CHECK_FALSE(dumpBy(old.path() + ":/usr/bin", newer));
}
