#include <catch2/catch.hpp>

#include "tests/unit/api/handlers/fixture.h"

using namespace dbackup;
using dbackup::test::Answer;
using dbackup::test::HandlerFixture;

TEST_CASE("Jobs: run queues an execution in the name of the key", "[handlers]") {
    HandlerFixture service;
    const std::string job = service.addJob();
    const Answer answer = service.post("/jobs/" + job + "/run", "");
    REQUIRE(answer.status == 200);
    const std::string id = answer.text("executionId");
    CHECK(answer.body ==
          R"({"success":true,"executionId":")" + id + R"(","message":"Job queued successfully"})");
    const auto execution = service.executions.find(id);
    REQUIRE(execution);
    CHECK(execution->status == ExecutionStatus::Pending);
    CHECK(execution->trigger_type == "Api");
    CHECK(execution->trigger_label == "ci");
    CHECK_FALSE(execution->lock);
    // No de-duplication, and disabled jobs run too.
    service.put("/jobs/" + job, R"({"enabled":false})");
    CHECK(service.post("/jobs/" + job + "/run", "").text("executionId") != id);
}

TEST_CASE("Jobs: run takes all sorts of bodies", "[handlers]") {
    HandlerFixture service;
    const std::string path = "/jobs/" + service.addJob() + "/run";
    const auto locked = [&](const std::string& body) {
        return service.executions.find(service.post(path, body).text("executionId"))->lock;
    };
    CHECK(locked(R"({"lock":true})"));
    CHECK_FALSE(locked(R"({"lock":false})"));
    CHECK_FALSE(locked(R"({"lock":null})"));
    CHECK_FALSE(locked("{}"));
    CHECK_FALSE(locked("lock=true"));
    CHECK_FALSE(locked("{\"lock\":tr"));
    for (const char* wrong : {R"({"lock":"true"})", R"({"lock":1})", "[]"}) {
        const Answer answer = service.post(path, wrong);
        CHECK(answer.status == 400);
        CHECK(answer.error() == "Invalid request body");
    }
}

TEST_CASE("Jobs: run of an unknown job is 404, without the permission 403", "[handlers]") {
    HandlerFixture service;
    CHECK(service.post("/jobs/nope/run", "").body == R"({"success":false,"error":"Job not found"})");
    const Answer denied = service.call("POST", "/jobs/nope/run", "", {"jobs:read"});
    CHECK(denied.status == 403);
    CHECK(denied.error() == "Permission denied: jobs:execute required");
}

TEST_CASE("Jobs: clone copies everything under a free name, disabled", "[handlers]") {
    HandlerFixture service;
    const std::string path =
        "/jobs/" +
        service
            .post("/jobs", service.jobBody("A", R"(,"databases":["x"],"namingTemplateId":"t","parallel":3)"))
            .text("id");
    const Answer copy = service.post(path + "/clone", "");
    REQUIRE(copy.status == 201);
    CHECK(copy.text("name") == "A (Copy)");
    CHECK(copy.text("enabled") == "false");
    CHECK(copy.text("databases") == R"(["x"])");
    CHECK(copy.text("namingTemplateId") == "t");
    CHECK(copy.text("parallel") == "3");
    CHECK(copy.text("destinations[0].configId") == service.destination());
    CHECK(service.post(path + "/clone", "{}").text("name") == "A (Copy 2)");
    CHECK(service.post(path + "/clone", R"({"name":"Mine"})").text("name") == "Mine");
    CHECK(service.post(path + "/clone", R"({"name":"Mine"})").status == 409);
    CHECK(service.post("/jobs/nope/clone", "").error() == "Job with id \"nope\" not found.");
}

TEST_CASE("Jobs: bulk does what it can and tells the rest", "[handlers]") {
    HandlerFixture service;
    const std::string a = service.addJob("A");
    const std::string b = service.addJob("B");
    const auto bulk = [&](const std::string& action, const std::string& ids) {
        return service.post("/jobs/bulk", R"({"action":")" + action + R"(","ids":[)" + ids + "]}");
    };
    const std::string both = '"' + a + "\",\"" + b + '"';
    CHECK(bulk("disable", both).text("message") == "2 jobs paused");
    CHECK_FALSE(service.jobs.find(a)->enabled);
    CHECK(bulk("enable", '"' + a + '"').text("message") == "1 job enabled");
    CHECK(service.jobs.find(a)->enabled);
    const Answer mixed = bulk("delete", '"' + a + "\",\"nope\"");
    CHECK(mixed.status == 200);
    CHECK(mixed.text("message") == "1 of 2 jobs deleted");
    CHECK(mixed.text("data.succeeded[0]") == a);
    CHECK(mixed.text("data.failed[0].error") == "Job not found");
    CHECK(bulk("enable", "\"nope\"").text("message") == "Could not enable 1 job");
    for (const auto& wrong : {bulk("explode", both), bulk("delete", ""), bulk("delete", "7")}) {
        CHECK(wrong.status == 400);
        CHECK(wrong.error() == "Invalid request body");
    }
}
