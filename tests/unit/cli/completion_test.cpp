#include "cli/completion.h"

#include <sstream>

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>

#include "cli/program.h"
#include "cli/session.h"
#include "cli/text.h"

using namespace dbackup::cli;

namespace {

std::string complete(const std::vector<std::string>& words) {
    std::ostringstream out;
    std::ostringstream err;
    Session session(out, err);
    const auto app = commandLine(session);
    return joined(completions(*app,
                              words,
                              [](const std::string& argument) {
                                  return std::vector<std::string>{"<" + argument + ">"};
                              }),
                  " ");
}

}  // namespace

TEST_CASE("completions: verbs, but no hidden ones", "[cli]") {
    CHECK(complete({"ex"}) == "executions export");
    CHECK(complete({"ma"}).empty());
    CHECK(complete({"keys", "r"}) == "rotate");
}

TEST_CASE("completions: names for arguments, by their place", "[cli]") {
    CHECK(complete({"run", ""}) == "<JOB>");
    CHECK(complete({"run", "--wait", ""}) == "<JOB>");
    CHECK(complete({"run", "Nightly", ""}).empty());
    CHECK(complete({"restore", ""}) == "<DESTINATION>");
    CHECK(complete({"restore", "NAS", ""}) == "<BACKUP>");
    CHECK(complete({"restore", "NAS", "latest", "--to", ""}) == "<--to>");
    CHECK(complete({"-p", ""}) == "<--profile>");
}

TEST_CASE("completions: options of the verb and of all commands, and their values", "[cli]") {
    CHECK(complete({"run", "--w"}) == "--wait");
    CHECK(complete({"run", "--out"}) == "--output");
    CHECK(complete({"jobs", "-o", ""}) == "json table yaml");
    CHECK(complete({"-o", "json", "jo"}) == "jobs");
}
