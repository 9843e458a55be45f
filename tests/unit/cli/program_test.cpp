#include "cli/program.h"

#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <stdlib.h>

using namespace dbackup::cli;

namespace {

struct Run {
    int code;
    std::string out;
    std::string err;
};

Run run(const std::vector<std::string>& arguments) {
    setenv("DBACKUP_PROFILES", "/nonexistent", 1);
    unsetenv("DBACKUP_PROFILE");
    unsetenv("DBACKUP_URL");
    std::ostringstream out;
    std::ostringstream err;
    const int code = runProgram(arguments, out, err);
    return {code, out.str(), err.str()};
}

}  // namespace

TEST_CASE("runProgram: the help is what the golden file says", "[cli]") {
    std::string all = run({"--help"}).out;
    for (const char* verb : {"run",
                             "jobs",
                             "sources",
                             "destinations",
                             "executions",
                             "logs",
                             "cancel",
                             "backups",
                             "restore",
                             "verify",
                             "download",
                             "keys",
                             "settings",
                             "plugins",
                             "doctor",
                             "apply",
                             "diff",
                             "export",
                             "completion"}) {
        all += "--- " + std::string(verb) + '\n' + run({verb, "--help"}).out;
    }
    const std::string file = std::string(DBACKUP_SOURCE_DIR) + "/tests/golden/cli/help.txt";
    if (getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(file) << all;
    std::ifstream in(file);
    CHECK(all == std::string(std::istreambuf_iterator<char>(in), {}));
}

TEST_CASE("runProgram: wrong usage is told on standard error and ends with 2", "[cli]") {
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{},
                                               {"jobz"},
                                               {"run"},
                                               {"jobs", "--nonsense"},
                                               {"-o", "xml", "jobs"},
                                               {"restore", "NAS", "latest"}}) {
        const Run result = run(arguments);
        CHECK(result.code == 2);
        CHECK(result.out.empty());
        CHECK_FALSE(result.err.empty());
    }
    CHECK_THAT(run({"jobz"}).err, Catch::Contains("jobz"));
}

TEST_CASE("runProgram: a server that is away is a sentence and 7", "[cli]") {
    const Run result = run({"--url", "http://127.0.0.1:1", "jobs"});
    CHECK(result.code == 7);
    CHECK_THAT(result.err,
               Catch::Contains("cannot reach DBackup at http://127.0.0.1:1: nothing listens there"));
}

TEST_CASE("runProgram: completion scripts need no server", "[cli]") {
    for (const char* shell : {"bash", "zsh", "fish"}) {
        const Run result = run({"completion", shell});
        CHECK(result.code == 0);
        CHECK_THAT(result.out, Catch::Contains("dbackup complete --"));
    }
    CHECK(run({"completion", "tcsh"}).code == 2);
}
