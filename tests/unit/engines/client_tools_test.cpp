#include "plugins/engines/postgres/client_tools.h"

#include <fstream>

#include <catch2/catch.hpp>

#include <dbackup/sdk/error.h>

#include "tests/support/recording_run.h"

using dbackup::postgres::clientTool;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;
using dbackup::test::RecordingRun;
using dbackup::test::TempDir;
namespace fs = std::filesystem;

namespace {

/// A folder with a pg_tool that says it is of this version.
fs::path toolFolder(const TempDir& root, const std::string& name, const std::string& version) {
    const fs::path folder = root / name;
    fs::create_directory(folder);
    std::ofstream(folder / "pg_tool") << "#!/bin/sh\necho 'pg_tool (PostgreSQL) " << version << "'\n";
    fs::permissions(folder / "pg_tool", fs::perms::owner_all);
    return folder;
}

}  // namespace

TEST_CASE("clientTool: the first of the tool path that is new enough is taken", "[postgres]") {
    const TempDir root;
    RecordingRun run;
    run.tool_path = "relative:" + toolFolder(root, "a", "9.6.24").string() + ":" +
                    toolFolder(root, "b", "17beta1").string() + ":" +
                    toolFolder(root, "c", "15.20 (Debian)").string();
    const auto tool = clientTool("pg_tool", 15, run);
    CHECK(tool.path == root / "b/pg_tool");
    CHECK(tool.major == 17);
    CHECK(clientTool("pg_tool", 9, run).major == 9);
}

TEST_CASE("clientTool: says what is missing, what is there and which package brings it", "[postgres]") {
    const TempDir root;
    RecordingRun run;
    run.tool_path = toolFolder(root, "a", "13.2").string() + ":" + toolFolder(root, "b", "14.1").string();
    try {
        clientTool("pg_tool", 16, run);
        FAIL("found");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::ToolMissing);
        CHECK(error.text().find("pg_tool of version 16 or newer; installed: 13, 14") != std::string::npos);
        CHECK(error.text().find("postgresql-client-16") != std::string::npos);
    }
    run.tool_path = root.path().string();
    try {
        clientTool("pg_tool", 16, run);
        FAIL("found");
    } catch (const Error& error) {
        CHECK(error.text().find("none is installed") != std::string::npos);
    }
}

TEST_CASE("clientTool: a program that does not say its version is passed over", "[postgres]") {
    const TempDir root;
    RecordingRun run;
    run.tool_path = toolFolder(root, "a", "unknown").string() + ":" + toolFolder(root, "b", "15.1").string();
    CHECK(clientTool("pg_tool", 15, run).path == root / "b/pg_tool");
}
