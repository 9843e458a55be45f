#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "fixture.h"

using namespace dbackup::test;
namespace fs = std::filesystem;

namespace {

const std::string canary = "c4nary#pa\"s\\ $x`;= ";
const std::string canary_json = "c4nary#pa\\\"s\\\\ $x`;= ";

std::string contentOf(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

struct Seen {
    bool canary = false;
    bool tool = false;
};

/// Looks at every process of the machine as another user's `ps` would.
Seen lookAround() {
    Seen seen;
    std::error_code ignored;
    for (const auto& process : fs::directory_iterator("/proc", ignored)) {
        if (process.path().filename().string().find_first_not_of("0123456789") != std::string::npos) continue;
        const std::string arguments = contentOf(process.path() / "cmdline");
        const std::string environment = contentOf(process.path() / "environ");
        seen.tool = seen.tool || arguments.find("-fetch_password") != std::string::npos;
        seen.canary = seen.canary || (arguments + environment).find("c4nary") != std::string::npos;
    }
    return seen;
}

}  // namespace

TEST_CASE("FirebirdEngine: the password is on no command line, in no environment and in no log",
          "[firebird]") {
    const Database watched("watched.fdb", numbers(50000));
    watched.sql("create user keeper password '" + canary +
                "'; grant rdb$admin to user keeper; grant create database to user keeper; commit;\n");
    const auto settings = server().settings("keeper", canary_json, R"("role":"RDB$ADMIN")");
    RecordingRun run;
    Seen while_dumping;
    MemoryOutput output;
    output.on_block = [&](std::size_t bytes) {
        if (bytes > 0 && !while_dumping.tool) while_dumping = lookAround();
    };
    dumpWith(settings, watched.path(), output, run);
    CHECK(while_dumping.tool);
    CHECK_FALSE(while_dumping.canary);

    const Database again("again.fdb");
    Seen while_restoring;
    MemorySource bytes(output.only().bytes);
    bytes.on_read = [&](std::size_t at) {
        if (at > 1'000'000 && !while_restoring.tool) while_restoring = lookAround();
    };
    restoreWith(settings, {output.only().object, again.path()}, bytes, run);
    CHECK(while_restoring.tool);
    CHECK_FALSE(while_restoring.canary);
    CHECK(again.value("select count(*) from numbers") == "50000");
    for (const auto& entry : run.entries()) {
        CHECK((entry.message + entry.details).find("c4nary") == std::string::npos);
    }
    CHECK((output.only().object.metadata + output.only().bytes).find("c4nary") == std::string::npos);
    CHECK(run.masked() == std::vector<std::string>(2, canary));
    watched.sql("drop user keeper; commit;\n");
}
