#include <catch2/catch.hpp>

#include "tests/contract/transcript.h"

using namespace dbackup::test;

TEST_CASE("REST contract: API keys", "[contract]") {
    const RestService service;
    Transcript answers(service, "api-keys");
    const Reply created = answers.call(
        "POST", "/api/api-keys", R"({"name":"ci","permissions":["jobs:execute","history:read"]})");
    const std::string path = "/api/api-keys/" + created.at("data.id");
    answers.call("GET", path);
    answers.call("PUT", path, R"({"name":"pipeline","expiresAt":"2099-01-01T00:00:00Z"})");
    const Reply rotated = answers.call("POST", path + "/rotate");
    CHECK(rotated.at("data.key") != created.at("data.key"));
    answers.call("POST", "/api/api-keys", R"({"name":"pipeline","permissions":["jobs:read"]})");
    answers.call("POST", "/api/api-keys", R"({"permissions":["jobs:run"],"expiresAt":7})");
    answers.call("DELETE", path);
    answers.call("GET", path);
    answers.check();
}

TEST_CASE("REST contract: 401 and 403", "[contract]") {
    const RestService service;
    Transcript answers(service, "access");
    answers.callAs("", "GET", "/api/jobs");
    answers.callAs("secret", "GET", "/api/jobs");
    answers.callAs("dbackup_" + std::string(60, '0'), "POST", "/api/jobs/unknown/run");

    const Reply key =
        service.call("POST", "/api/api-keys", R"({"name":"a","permissions":["jobs:read","api-keys:write"]})");
    const std::string path = "/api/api-keys/" + key.at("data.id");
    const std::string raw = key.at("data.key");
    CHECK(service.callAs(raw, "GET", "/api/jobs").status == 200);
    answers.callAs(raw, "POST", "/api/jobs/unknown/run");
    answers.callAs(raw, "GET", "/api/executions/unknown");
    answers.callAs(raw, "GET", "/api/adapters/unknown");
    answers.callAs(raw, "GET", "/api/adapters?type=database");
    answers.callAs(raw, "POST", "/api/api-keys", R"({"name":"b","permissions":["settings:write"]})");
    service.call("PUT", path, R"({"enabled":false})");
    answers.callAs(raw, "GET", "/api/jobs");
    service.call("PUT", path, R"({"enabled":true,"expiresAt":"2020-01-01T00:00:00Z"})");
    answers.callAs(raw, "GET", "/api/jobs");
    answers.check();
}
