#include <catch2/catch.hpp>

#include "tests/contract/transcript.h"

using namespace dbackup::test;

TEST_CASE("REST contract: a backup and its restore", "[contract]") {
    const RestService service;
    Transcript answers(service, "backup");
    const std::string source = service.addSource("shop");
    const std::string destination = service.addDestination("disk");
    const std::string job = service.addJob("Nightly", source, destination);

    const Reply run = answers.call("POST", "/api/jobs/" + job + "/run", R"({"lock":true})");
    const std::string execution = "/api/executions/" + run.at("executionId");
    service.finished(run.at("executionId"));
    answers.call("GET", execution);
    answers.call("GET", execution + "/artifacts");
    answers.call("POST", execution + "/cancel");
    answers.call("GET", "/api/executions?status=Success&limit=1");
    CHECK(service.call("GET", execution + "?includeLogs=true").at("data.logs[0].level") == "info");
    CHECK(service.call("GET", execution + "/stages").at("data[0].name") == "Queued");

    const std::string storage = "/api/storage/" + destination;
    const Reply files = answers.call("GET", storage + "/files");
    const std::string file = R"("file":")" + files.at("[0].path") + '"';
    answers.call("POST", storage + "/analyze", '{' + file + '}');
    const std::string target = service.addSource("copy");
    const std::string into = R"("targetSourceId":")" + target + '"';
    const Reply refused =
        answers.call("POST", storage + "/restore", '{' + file + R"(,"targetSourceId":"x"})");
    CHECK(refused.status == 404);
    const Reply restore =
        answers.call("POST", storage + "/restore", '{' + file + ',' + into + R"(,"overwrite":true})");
    service.finished(restore.at("executionId"));
    answers.call("GET", "/api/executions/" + restore.at("executionId"));
    const Reply again = answers.call("POST", execution + "/restore", '{' + into + R"(,"overwrite":true})");
    CHECK(service.finished(again.at("executionId")).at("data.status") == "Success");
    answers.call("POST", storage + "/restore", R"({"file":"../etc/passwd",)" + into + '}');
    answers.check();
}

TEST_CASE("REST contract: a run that cannot be, and one that fails", "[contract]") {
    const RestService service;
    Transcript answers(service, "run-invalid");
    answers.call("POST", "/api/jobs/unknown/run");
    answers.call("GET", "/api/executions/unknown");
    answers.call("POST", "/api/executions/unknown/cancel");
    answers.call("GET", "/api/executions?status=Done");
    answers.call("GET", "/api/storage/unknown/files");
    const std::string source = service.addSource("shop");
    const std::string job = service.addJob("Nightly", source, service.addDestination("disk"));
    answers.call("POST", "/api/jobs/" + job + "/run", R"({"lock":"yes"})");
    std::filesystem::remove(service.file("shop.db"));
    const Reply run = service.call("POST", "/api/jobs/" + job + "/run");
    service.finished(run.at("executionId"));
    answers.call("GET", "/api/executions/" + run.at("executionId"));
    answers.check();
}
