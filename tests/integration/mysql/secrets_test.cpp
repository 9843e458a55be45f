#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/mysql/mysql_engine.h"
#include "plugins/engines/mysql/quoting.h"

using namespace dbackup::test;
namespace fs = std::filesystem;

namespace {

const std::string canary = "c4nary#pass\\word'\"$x`; = \t\n[client] 漢 ";
const std::string canary_json = "c4nary#pass\\\\word'\\\"$x`; = \\t\\n[client] 漢 ";

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
Seen lookAround(const std::string& tool) {
    Seen seen;
    std::error_code ignored;
    for (const auto& process : fs::directory_iterator("/proc", ignored)) {
        if (process.path().filename().string().find_first_not_of("0123456789") != std::string::npos) continue;
        const std::string arguments = contentOf(process.path() / "cmdline");
        const std::string environment = contentOf(process.path() / "environ");
        const std::string start =
            "/usr/bin/" + tool + std::string(1, '\0') + "--defaults-file=/proc/self/fd/";
        seen.tool = seen.tool || arguments.starts_with(start);
        seen.canary = seen.canary || (arguments + environment).find("c4nary") != std::string::npos;
    }
    return seen;
}

}  // namespace

TEST_CASE("MysqlEngine: the password is on no command line and in no environment", "[mysql]") {
    source().sql("",
                 "CREATE USER keeper@'%' IDENTIFIED BY " + dbackup::mysql::quoteText(canary) +
                     "; GRANT ALL ON *.* TO keeper@'%' WITH GRANT OPTION");
    const Database database(
        source(), "watched", "CREATE TABLE a AS SELECT seq, MD5(seq) FROM seq_1_to_100000");
    const auto settings = source().settings("keeper", canary_json);
    RecordingRun run;
    Seen while_dumping;
    MemoryOutput output;
    output.on_block = [&](std::size_t bytes) {
        if (bytes > 0 && !while_dumping.tool) while_dumping = lookAround("mariadb-dump");
    };
    dumpWith(settings, "watched", output, run);
    CHECK(while_dumping.tool);
    CHECK_FALSE(while_dumping.canary);

    Seen while_restoring;
    MemorySource bytes(output.only().bytes);
    bytes.on_read = [&](std::size_t at) {
        if (at > 1'000'000 && !while_restoring.tool) while_restoring = lookAround("mariadb");
    };
    dbackup::mysql::MysqlEngine(settings).restore({output.only().object, "watched again"}, bytes, run);
    CHECK(while_restoring.tool);
    CHECK_FALSE(while_restoring.canary);
    CHECK(source().content("watched again") == source().content("watched"));

    MemoryOutput globals;
    dbackup::mysql::MysqlEngine(settings).dump({"globals", "", ""}, globals, run);
    CHECK(globals.only().finished);
    for (const auto& entry : run.entries()) {
        CHECK((entry.message + entry.details).find("c4nary") == std::string::npos);
    }
    CHECK((output.only().object.metadata + output.only().bytes + globals.only().bytes).find("c4nary") ==
          std::string::npos);
    CHECK(run.masked() == std::vector<std::string>(3, canary));
    source().sql("", "DROP DATABASE `watched again`; DROP USER keeper@'%'");
}
