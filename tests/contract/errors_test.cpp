#include <catch2/catch.hpp>

#include "tests/contract/transcript.h"

using namespace dbackup::test;

TEST_CASE("REST contract: 404, 405, 413 and 429", "[contract]") {
    const RestService service;
    Transcript answers(service, "errors");
    answers.call("GET", "/api/nothing");
    answers.call("GET", "/nothing");
    answers.call("GET", "/api/storage/x/download");
    answers.add("PATCH /api/jobs", service.call("PATCH", "/api/jobs"), {"Allow"});
    answers.add("DELETE /api/v1/health", service.call("DELETE", "/api/v1/health"), {"Allow"});
    answers.add("POST /api/jobs (1 MiB and a byte)",
                service.call("POST", "/api/jobs", std::string((1U << 20U) + 1, ' ')));
    service.call("PUT", "/api/settings", R"({"api.rateLimit.enabled":true,"api.rateLimit.write.points":2})");
    Reply limited;
    for (int i = 0; i < 3 && limited.status != 429; ++i) {
        limited = service.call("POST", "/api/jobs/unknown/run");
    }
    answers.add("POST /api/jobs/unknown/run (once too often)",
                limited,
                {"Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"});
    CHECK(service.call("GET", "/api/health").status == 200);
    answers.check();
}

TEST_CASE("REST contract: the service itself", "[contract]") {
    const RestService service;
    Transcript answers(service, "system");
    answers.callAs("", "GET", "/api/health");
    answers.callAs("", "GET", "/api/v1/health");
    answers.call("GET", "/api/system/timezone");
    answers.call("GET", "/api/settings");
    answers.call("PUT", "/api/settings", R"({"maxConcurrentJobs":0,"nonsense":1})");
    answers.check();
    const Reply openapi = service.callAs("", "GET", "/api/openapi.json");
    CHECK(openapi.status == 200);
    CHECK(openapi.at("openapi") == "3.0.3");
    CHECK(service.call("GET", "/api/plugins").at("data[0].status") == "loaded");
    CHECK_FALSE(service.call("GET", "/api/health").fields["X-Request-Id"].empty());
}
