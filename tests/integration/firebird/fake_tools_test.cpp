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

/// A folder with a gbak that writes what it is told to and ends as it is told to.
class FakeGbak {
public:
    explicit FakeGbak(const std::string& version = "gbak:gbak version LI-V3.0.99.1 Firebird 3.0") {
        std::ofstream(folder_ / "gbak")
            << "#!/bin/sh\n[ \"$1\" != -z ] || { echo '" << version << "'; exit 1; }\ncat '" << file("output")
            << "'\n. '" << file("end") << "'\n";
        fs::permissions(folder_ / "gbak", fs::perms::owner_all);
    }
    void set(std::string_view output, const std::string& end) {
        std::ofstream(folder_ / "output", std::ios::binary) << output;
        std::ofstream(folder_ / "end") << end << "\n";
    }
    /// Says that it has written so many bytes, as a real one does last.
    static std::string closing(std::size_t bytes) {
        return "echo 'gbak:closing file, committing, and finishing. " + std::to_string(bytes) +
               " bytes written' >&2\n";
    }
    std::string path() const { return folder_.path().string() + ":/usr/bin:/bin"; }
    bool has(const std::string& name) const { return fs::exists(folder_ / name); }
    std::string file(const std::string& name) const { return (folder_ / name).string(); }

private:
    TempDir folder_;
};

/// Dumps with the fake. @return nothing when the dump was taken for good
std::optional<Error> dumpBy(const std::string& tool_path, const std::string& path, MemoryOutput& output) {
    RecordingRun run;
    run.tool_path = tool_path;
    try {
        dumpWith(server().settings(), path, output, run);
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

TEST_CASE("FirebirdEngine: a gbak that fails, stops short or writes nothing never makes a backup",
          "[fake tools]") {
    const Database shop("shop.fdb", numbers(500));
    const std::string whole = dump(shop.path()).bytes;
    FakeGbak fake;
    fake.set(whole, FakeGbak::closing(whole.size()));
    {
        MemoryOutput output;
        CHECK_FALSE(dumpBy(fake.path(), shop.path(), output));  // the fake itself is sound
        CHECK(output.only().bytes == whole);
    }
    std::mt19937 random(1);  // NOLINT(cert-msc51-cpp,cert-msc32-c): the same cases each time
    int failed = 0;
    const int all = rounds();
    for (int round = 0; round < all; ++round) {
        const bool fails = random() % 2 == 0;
        std::string_view bytes = std::string_view(whole).substr(0, random() % whole.size());
        std::string end;
        // Of the whole's length, or without a last word at all.
        if (random() % 3 != 0) end = FakeGbak::closing(whole.size());
        if (round % 7 == 0) bytes = {};
        if (round % 3 == 0 && (fails || end.empty())) bytes = whole;
        fake.set(bytes, end + (fails ? "exit 3" : "exit 0"));
        MemoryOutput output;
        const auto error = dumpBy(fake.path(), shop.path(), output);
        CAPTURE(round, fails, bytes.size(), end);
        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::ToolFailed);
        if (fails) CHECK_THAT(error->what(), Contains("exit status 3"));
        failed += error ? 1 : 0;
    }
    CHECK(failed == all);
    WARN(failed << " of " << all << " dumps were refused");
}

TEST_CASE("FirebirdEngine: what does not begin as a backup is none", "[firebird]") {
    const Database shop("shop.fdb", "");
    FakeGbak fake;
    fake.set("hello", FakeGbak::closing(5));
    MemoryOutput output;
    const auto error = dumpBy(fake.path(), shop.path(), output);
    REQUIRE(error);
    CHECK_THAT(error->what(), Contains("does not begin as a backup"));
}

TEST_CASE("FirebirdEngine: a gbak killed by a signal is a failure that names it, with what it said",
          "[firebird]") {
    const Database shop("shop.fdb", "");
    FakeGbak fake;
    fake.set("", "echo 'the moon is in the wrong phase' >&2; kill -9 $$");
    MemoryOutput output;
    const auto error = dumpBy(fake.path(), shop.path(), output);
    REQUIRE(error);
    CHECK_THAT(error->what(), Contains("signal 9") && Contains("the moon is in the wrong phase"));
}

TEST_CASE("FirebirdEngine: a gbak that hangs is killed by a stop", "[firebird]") {
    const Database shop("shop.fdb", "");
    FakeGbak fake;
    // Renamed when written: who sees the file may read it.
    fake.set("",
             "echo $$ > '" + fake.file("started") + "'; mv '" + fake.file("started") + "' '" +
                 fake.file("pid") + "'; sleep 600; exit 0");
    RecordingRun run;
    run.tool_path = fake.path();
    MemoryOutput output;
    const std::jthread stopper([&] {
        while (!fake.has("pid")) {
            std::this_thread::sleep_for(5ms);
        }
        run.requestStop();
    });
    const Error error = errorOf([&] { dumpWith(server().settings(), shop.path(), output, run); });
    CHECK(error.kind() == ErrorKind::Cancelled);
    CHECK_FALSE(output.anyFinished());
    int pid = 0;
    std::ifstream(fake.file("pid")) >> pid;
    CHECK(pid > 0);
    CHECK_FALSE(fs::exists("/proc/" + std::to_string(pid)));
}

TEST_CASE("FirebirdEngine: tools that are missing, or of no known version, are named with their package",
          "[firebird]") {
    const Database shop("shop.fdb", "");
    MemoryOutput output;
    const auto missing = dumpBy("/nonexistent", shop.path(), output);
    REQUIRE(missing);
    CHECK(missing->kind() == ErrorKind::ToolMissing);
    CHECK_THAT(missing->text(), Contains("isql-fb") && Contains("firebird3.0-utils"));
    for (const char* version : {"gbak:gbak version LI-V2.5.9.27139 Firebird 2.5", "gbak, another one", ""}) {
        CAPTURE(version);
        FakeGbak other(version);
        other.set("", "exit 0");
        const auto unknown = dumpBy(other.path(), shop.path(), output);
        REQUIRE(unknown);
        CHECK(unknown->kind() == ErrorKind::ToolMissing);
        CHECK_THAT(unknown->text(), Contains("gbak") && Contains("firebird3.0-utils"));
    }
    CHECK(output.objects.empty());
}
