#include <catch2/catch.hpp>

#include "cli/rest_client.h"

using namespace dbackup::cli;

TEST_CASE("rejected: what the server says is the sentence, its status the exit code", "[cli]") {
    const auto refused =
        rejected(403, R"({"success":false,"error":"Permission denied: jobs:execute required"})");
    CHECK(std::string(refused.what()) == "Permission denied: jobs:execute required");
    CHECK(refused.code() == ExitCode::Refused);
    CHECK(rejected(401, R"({"error":"Unauthorized"})").code() == ExitCode::Refused);
    CHECK(rejected(404, R"({"error":"Job not found"})").code() == ExitCode::NotFound);
    CHECK(rejected(422, R"({"error":"wrong password"})").code() == ExitCode::Rejected);
}

TEST_CASE("rejected: the fields that are wrong stand below", "[cli]") {
    const auto failure = rejected(
        400,
        R"({"error":"2 faults","details":{"config.port":"must be at most 65535","name":"is required"}})");
    CHECK(failure.hint() == "config.port: must be at most 65535\nname: is required");
}

TEST_CASE("rejected: a proxy's page is not shown", "[cli]") {
    CHECK(std::string(rejected(502, "<html>Bad Gateway</html>").what()) ==
          "the server answered with status 502");
}

TEST_CASE("encoded: nothing of a name changes the path", "[cli]") {
    CHECK(encoded("a/b?c=d&e f#g%") == "a%2Fb%3Fc%3Dd%26e%20f%23g%25");
    CHECK(encoded("Größe") == "Gr%C3%B6%C3%9Fe");
}
