#include <csignal>
#include <thread>

#include <catch2/catch.hpp>

#include <dbackup/sdk/error.h>

#include "tests/support/recording_run.h"
#include "tests/unit/sdk/shell.h"

using namespace dbackup::sdk;
using namespace dbackup::test;

TEST_CASE("Subprocess: a run that was stopped starts no child", "[sdk]") {
    RecordingRun run;
    run.requestStop();
    CHECK(kindThrownBy([&] { Subprocess child(shell("exit 0"), run); }) == ErrorKind::Cancelled);
}

TEST_CASE("Subprocess: a stop ends a blocked read and kills the whole group", "[sdk]") {
    RecordingRun run;
    Subprocess child(shell("sleep 1000 & echo $!; sleep 1000"), run);
    const std::string grandchild = readLine(child);
    std::thread stopper([&] { run.requestStop(); });
    std::byte byte{};
    CHECK(kindThrownBy([&] { child.read(std::span(&byte, 1)); }) == ErrorKind::Cancelled);
    stopper.join();
    CHECK(eventually([&] { return isGone(std::to_string(child.pid())); }));
    CHECK(eventually([&] { return isGone(grandchild); }));
}

TEST_CASE("Subprocess: after a stop the end of the output is not taken for the end of the data", "[sdk]") {
    RecordingRun run;
    Subprocess child(shell("echo ready; sleep 1000"), run);
    REQUIRE(readLine(child) == "ready");
    run.requestStop();
    REQUIRE(eventually([&] { return isGone(std::to_string(child.pid())); }));
    CHECK(kindThrownBy([&] { child.readAll(); }) == ErrorKind::Cancelled);
}

TEST_CASE("Subprocess: a stop ends a blocked write", "[sdk]") {
    RecordingRun run;
    Subprocess child(shell("echo ready; exec sleep 1000").withInput(), run);
    REQUIRE(readLine(child) == "ready");
    const std::vector<std::byte> bytes(4U << 20);
    std::thread stopper([&] { run.requestStop(); });
    CHECK(kindThrownBy([&] { child.writeInput(bytes); }) == ErrorKind::Cancelled);
    stopper.join();
}

TEST_CASE("Subprocess: a stop ends a wait for the end", "[sdk]") {
    RecordingRun run;
    Subprocess child(shell("exec sleep 1000"), run);
    std::thread stopper([&] { run.requestStop(); });
    CHECK(kindThrownBy([&] { (void)child.wait(); }) == ErrorKind::Cancelled);
    stopper.join();
}

TEST_CASE("Subprocess: a stop is not held up by a process that has left the group", "[sdk]") {
    RecordingRun run;
    Subprocess child(shell("setsid sleep 1000 & echo $!; sleep 1000"), run);
    const std::string escaped = readLine(child);
    std::thread stopper([&] { run.requestStop(); });
    std::byte byte{};
    CHECK(kindThrownBy([&] { child.read(std::span(&byte, 1)); }) == ErrorKind::Cancelled);
    stopper.join();
    ::kill(std::stoi(escaped), SIGKILL);
}

TEST_CASE("Subprocess: kill() may come from another thread and at any time", "[sdk]") {
    RecordingRun run;
    Subprocess child(shell("exec sleep 1000"), run);
    std::thread killer([&] { child.kill(); });
    CHECK(child.wait().signal == SIGKILL);
    killer.join();
    CHECK_NOTHROW(child.kill());
}
