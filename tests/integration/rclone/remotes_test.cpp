#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

#include "rclone_target.h"
#include "tests/integration/rclone/fixture.h"
#include "tests/support/rclone_server.h"
#include "tests/support/silent_server.h"

using namespace dbackup::sdk;
using namespace dbackup::test;
using dbackup::rclone::RcloneTarget;

TEST_CASE("RcloneTarget: a WebDAV remote keeps objects and ranges of them", "[rclone]") {
    const RcloneServer server;
    RecordingRun run;
    RcloneTarget target(rcloneSettings("dav:data base/x", server.config()));
    const std::string bytes = std::string(3 << 20, 'a') + "the end";
    CHECK(target.test(run) == "An object was written, read and removed in dav:data base/x");
    put(target, "job/backup 1/a.zst", bytes, run);
    CHECK(get(target, "job/backup 1/a.zst", run) == bytes);
    CHECK(get(target, "job/backup 1/a.zst", run, {3 << 20, 3}) == "the");
    CHECK(get(target, "job/backup 1/a.zst", run, {bytes.size(), std::nullopt}).empty());
    CHECK(listed(target, "job/", run) == std::vector<std::string>{"job/backup 1/a.zst"});
    CHECK(run.leftovers().empty());
    CHECK(std::filesystem::file_size(server.folder() / "data base/x/job/backup 1/a.zst") == bytes.size());
}

TEST_CASE("RcloneTarget: an object of the same size replaces another where the server keeps no times",
          "[rclone]") {
    const RcloneServer server;
    RecordingRun run;
    RcloneTarget target(rcloneSettings("dav:", server.config()));
    put(target, "manifest", "first", run);
    put(target, "manifest", "other", run, IfExists::Replace);
    CHECK(get(target, "manifest", run) == "other");
}

TEST_CASE("RcloneTarget: a folder is no object", "[rclone]") {
    const RcloneServer server;
    RecordingRun run;
    RcloneTarget target(rcloneSettings("dav:", server.config()));
    put(target, "job/object", "bytes", run);
    CHECK_FALSE(target.stat("job", run));
    CHECK(errorOf([&] { get(target, "job", run); }).kind() == ErrorKind::NotFound);
    CHECK_FALSE(target.remove("job", run));
    CHECK(get(target, "job/object", run) == "bytes");
}

TEST_CASE("RcloneTarget: a wrong password and a closed port have their kinds", "[rclone]") {
    const RcloneServer server;
    const ClosedPort closed;
    RecordingRun run;
    RcloneTarget refused(rcloneSettings("dav:", RcloneServer::configFor(server.port(), "wrong-word")));
    CHECK(errorOf([&] { refused.test(run); }).kind() == ErrorKind::Authentication);
    RcloneTarget lost(rcloneSettings("dav:", RcloneServer::configFor(closed.port(), "secret-word")));
    const Error error = errorOf([&] { lost.test(run); });
    CHECK(error.kind() == ErrorKind::Unavailable);
    CHECK(error.retryable());
}

TEST_CASE("RcloneTarget: a silent server is given up after its time-outs, and left at once when stopped",
          "[rclone]") {
    using Clock = std::chrono::steady_clock;
    const SilentServer server;
    RcloneTarget target(rcloneSettings(
        "dav:", RcloneServer::configFor(server.port(), "secret-word"), R"(,"timeout":1,"connectTimeout":1)"));
    RecordingRun run;
    auto begin = Clock::now();
    CHECK(errorOf([&] { target.test(run); }).kind() == ErrorKind::Unavailable);
    CHECK(Clock::now() - begin < std::chrono::seconds(20));
    RecordingRun stopped;
    std::jthread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        begin = Clock::now();
        stopped.requestStop();
    });
    CHECK(errorOf([&] { target.test(stopped); }).kind() == ErrorKind::Cancelled);
    stopper.join();
    CHECK(Clock::now() - begin < std::chrono::seconds(2));
}

TEST_CASE("RcloneTarget: a remote that is not configured is a wrong setting", "[rclone]") {
    const TempDir folder;
    RecordingRun run;
    RcloneTarget target(rcloneSettings("elsewhere:", folderConfig(folder.path())));
    CHECK(errorOf([&] { target.test(run); }).kind() == ErrorKind::Settings);
    CHECK(errorOf([] { RcloneTarget(Settings(R"({"remote":"/tmp/x"})")); }).kind() == ErrorKind::Settings);
    CHECK(errorOf([] { RcloneTarget(Settings(R"({"remote":":local:/x"})")); }).kind() == ErrorKind::Settings);
}

TEST_CASE("RcloneTarget: without rclone it says what to install", "[rclone]") {
    const TempDir folder;
    RecordingRun run;
    run.tool_path = folder.path().string();
    RcloneTarget target(rcloneSettings("folder:", folderConfig(folder.path())));
    CHECK(errorOf([&] { target.test(run); }).kind() == ErrorKind::ToolMissing);
}
