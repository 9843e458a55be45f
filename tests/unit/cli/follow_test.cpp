#include "cli/follow.h"

#include <catch2/catch.hpp>

using namespace dbackup::cli;

namespace {

JsonObject::Ptr object(const std::string& text) {
    return asObject(parseJson(text));
}

}  // namespace

TEST_CASE("exitCodeOf: 0 is a success on every destination and nothing else", "[cli]") {
    CHECK(exitCodeOf(*object(R"({"status":"Success","outcome":"Success"})")) == ExitCode::Success);
    CHECK(exitCodeOf(*object(R"({"status":"Failed","outcome":"Partial"})")) == ExitCode::Partial);
    CHECK(exitCodeOf(*object(R"({"status":"Failed","outcome":"Cancelled"})")) == ExitCode::Cancelled);
    CHECK(exitCodeOf(*object(R"({"status":"Failed","outcome":"Failed"})")) == ExitCode::Failed);
    CHECK(exitCodeOf(*object(R"({"status":"Failed","outcome":null})")) == ExitCode::Failed);
    CHECK(exitCodeOf(*object(R"({"status":"Success"})")) == ExitCode::Success);
    CHECK(exitCodeOf(*object(R"({"status":"Something","outcome":"New"})")) == ExitCode::Failed);
    CHECK(exitCodeOf(*object("{}")) == ExitCode::Failed);
}

TEST_CASE("outcomeText: one sentence", "[cli]") {
    CHECK(
        outcomeText(*object(R"({"jobName":"Nightly","outcome":"Success","status":"Success","size":1288490189,
        "duration":65000,"path":"Nightly/2026"})")) == "Nightly: Success, 1.2 GiB in 1 m 05 s, Nightly/2026");
    CHECK(
        outcomeText(*object(R"({"jobName":null,"type":"Restore","outcome":"Failed","error":"no space"})")) ==
        "Restore: Failed. no space");
}
