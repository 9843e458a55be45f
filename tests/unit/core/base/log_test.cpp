#include "core/base/log.h"

#include <array>
#include <functional>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"

using dbackup::Log;

namespace {

std::string captured(const std::function<void()>& action) {
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    const int saved = dup(STDERR_FILENO);
    REQUIRE(dup2(ends[1], STDERR_FILENO) >= 0);
    action();
    REQUIRE(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    close(ends[1]);
    std::string text(4096, '\0');
    const auto size = read(ends[0], text.data(), text.size());
    close(ends[0]);
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
}

}  // namespace

TEST_CASE("Log: one entry is one line with priority, time, level and context", "[base]") {
    const auto text = captured([] { Log(Log::Level::Debug).error("first\nsecond", "execution=42"); });
    CHECK_THAT(text, Catch::StartsWith("<3>20"));
    CHECK_THAT(text, Catch::EndsWith("Z error execution=42 first second\n"));
}

TEST_CASE("Log: drops what is below its level", "[base]") {
    const auto text = captured([] {
        const Log log(Log::Level::Warning);
        log.debug("d");
        log.info("i");
        log.warning("w");
    });
    CHECK_THAT(text, Catch::StartsWith("<4>") && Catch::EndsWith("warning w\n"));
}

TEST_CASE("Log: what goes to the journal is not written to the stream, too", "[base]") {
    const auto text = captured([] {
        struct stat status {};
        REQUIRE(fstat(STDERR_FILENO, &status) == 0);
        const std::string stream = std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino);
        REQUIRE(setenv("JOURNAL_STREAM", stream.c_str(), 1) == 0);
        const Log journal(Log::Level::Info);
        REQUIRE(setenv("JOURNAL_STREAM", "1:2", 1) == 0);
        const Log other(Log::Level::Info);
        REQUIRE(unsetenv("JOURNAL_STREAM") == 0);
        journal.info("to the journal", "execution=42");
        journal.info("without a context");
        other.info("to the stream");
    });
    CHECK_THAT(text, !Catch::Contains("journal") && !Catch::Contains("context"));
    CHECK_THAT(text, Catch::EndsWith("info to the stream\n"));
}

TEST_CASE("Log: knows its levels by name", "[base]") {
    CHECK(Log::levelFrom("info") == Log::Level::Info);
    CHECK_THROWS_WITH(Log::levelFrom("loud"), Catch::Contains("'loud' is not a log level"));
}
