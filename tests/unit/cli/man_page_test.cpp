#include "cli/man_page.h"

#include <sstream>

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>

#include "cli/program.h"
#include "cli/session.h"

using namespace dbackup::cli;

TEST_CASE("manPage: has what --help has, in roff", "[cli]") {
    std::ostringstream out;
    std::ostringstream err;
    Session session(out, err);
    const auto app = commandLine(session);
    const CLI::App& verb = *app->get_subcommand("run");
    const std::string page = manPage(verb);
    CHECK(manPageName(verb) == "dbackup-run");
    CHECK_THAT(page, Catch::StartsWith(".TH DBACKUP\\-RUN 1"));
    CHECK_THAT(page, Catch::Contains("dbackup\\-run \\- Start a job"));
    CHECK_THAT(page, Catch::Contains("\\fB\\-w\\fR, \\fB\\-\\-wait\\fR"));
    CHECK_THAT(page, Catch::Contains("\\fIJOB\\fR"));
    const std::string whole = manPage(*app);
    for (const char* verb_name : {"run", "restore", "apply", "doctor"}) {
        CHECK_THAT(whole, Catch::Contains(std::string("\\fB") + verb_name + "\\fR"));
    }
    CHECK_THAT(whole, !Catch::Contains("\\fBcomplete\\fR"));
    CHECK_THAT(whole, Catch::Contains("DBACKUP_API_KEY"));
}
