#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include <dbackup/sdk/error.h>

#include "tests/support/recording_run.h"
#include "tests/unit/sdk/shell.h"

using namespace dbackup::sdk;
using namespace dbackup::test;
using namespace std::chrono_literals;

namespace {

void makeTool(const std::filesystem::path& file, std::filesystem::perms permissions) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << "#!/bin/sh\n";
    std::filesystem::permissions(file, permissions);
}

}  // namespace

TEST_CASE("runTool: returns what the tool prints", "[sdk]") {
    RecordingRun run;
    CHECK(runTool(shell("echo hello"), run, 10s) == "hello\n");
}

TEST_CASE("runTool: a tool that fails is ToolFailed with its words", "[sdk]") {
    RecordingRun run;
    CHECK(textThrownBy([&] { runTool(shell("echo no >&2; exit 2"), run, 10s); }) ==
          "sh failed (exit status 2): no");
}

TEST_CASE("runTool: a tool that takes too long is killed, which is Unavailable and worth a retry", "[sdk]") {
    RecordingRun run;
    const auto check = [&](const std::string& script) {
        try {
            runTool(shell(script), run, 20ms);
            FAIL("no error");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::Unavailable);
            CHECK(error.retryable());
            CHECK(std::string(error.what()) == "sh did not end within 20 ms");
        }
    };
    check("sleep 1000");                            // silent
    check("echo something; exec >&-; sleep 1000");  // has closed its output
}

TEST_CASE("runTool: output over a mebibyte is refused", "[sdk]") {
    RecordingRun run;
    CHECK(kindThrownBy([&] { runTool(shell("yes"), run, 10s); }) == ErrorKind::ToolFailed);
}

TEST_CASE("runTool: a run that was stopped runs nothing", "[sdk]") {
    RecordingRun run;
    run.requestStop();
    CHECK(kindThrownBy([&] { runTool(shell("exit 0"), run, 10s); }) == ErrorKind::Cancelled);
}

TEST_CASE("findTool: the first folder of the tool path that has the program wins", "[sdk]") {
    RecordingRun run;
    const TempDir dir;
    makeTool(dir / "second/tool", std::filesystem::perms::owner_all);
    run.tool_path = (dir / "first").string() + ":" + (dir / "second").string();
    CHECK(findTool("tool", run) == (dir / "second/tool").string());
    makeTool(dir / "first/tool", std::filesystem::perms::owner_all);
    CHECK(findTool("tool", run) == (dir / "first/tool").string());
}

TEST_CASE("findTool: what is missing, not executable, a folder or relative is not found", "[sdk]") {
    RecordingRun run;
    const TempDir dir;
    run.tool_path = dir.path().string();
    CHECK_FALSE(findTool("tool", run));
    makeTool(dir / "tool", std::filesystem::perms::owner_read);
    CHECK_FALSE(findTool("tool", run));
    std::filesystem::create_directory(dir / "folder");
    CHECK_FALSE(findTool("folder", run));
    run.tool_path = "";
    CHECK_FALSE(findTool("sh", run));
    run.tool_path = ":.:relative:/bin";
    CHECK(findTool("sh", run) == "/bin/sh");
}
