#include <catch2/catch.hpp>

#include "tests/contract/transcript.h"

using namespace dbackup::test;

TEST_CASE("REST contract: backups on a destination", "[contract]") {
    const RestService service;
    Transcript answers(service, "storage");
    const std::string destination = service.addDestination("disk");
    const std::string job = service.addJob("Nightly", service.addSource("shop"), destination);
    const std::string storage = "/api/storage/" + destination;
    answers.call("GET", storage + "/files");
    service.finished(service.call("POST", "/api/jobs/" + job + "/run").at("executionId"));
    const std::string path = service.call("GET", storage + "/files").at("[0].path");
    const std::string file = R"({"file":")" + path + "\"}";

    answers.call("POST", storage + "/verify", file);
    const Reply check = answers.call("POST", storage + "/verify-async", file);
    service.finished(check.at("executionId"));
    answers.call("GET", "/api/executions/" + check.at("executionId"));
    answers.call("GET", storage + "/files?refresh=true");
    answers.call("GET", storage + "/history?days=1");

    const std::string paths = R"("paths":[")" + path + R"(","no/such"]})";
    answers.call("POST", storage + "/files/bulk", R"({"action":"lock",)" + paths);
    answers.call("DELETE", storage + "/files", R"({"path":")" + path + "\"}");
    answers.call("POST", storage + "/files/bulk", R"({"action":"unlock",)" + paths);
    answers.call("POST", storage + "/files/bulk", R"({"action":"burn",)" + paths);
    const Reply prepared =
        service.call("POST", storage + "/download", R"({"file":")" + path + R"(","prepare":true})");
    CHECK(prepared.at("data.token").size() == 64);
    const Reply archive = service.call("GET", storage + "/download?token=" + prepared.at("data.token"));
    CHECK(archive.status == 200);
    CHECK(archive.body.size() % 512 == 0);
    answers.call("GET", storage + "/download?token=" + std::string(64, '0'));
    answers.call("GET", storage + "/download?file=../x");
    answers.call("GET", storage + "/download?file=no/such");
    const Reply link = service.call("POST", storage + "/download-url", file);
    CHECK(link.at("expiresIn") == "5 minutes");
    CHECK(link.at("singleUse") == "true");
    const std::string url = link.at("url");
    const std::string target = url.substr(url.find("/api/"));
    CHECK(service.callAs("", "GET", target).body == archive.body);
    answers.add("GET /api/storage/public-download?token=<used>", service.callAs("", "GET", target));
    answers.callAs("", "GET", "/api/storage/public-download");
    answers.call("DELETE", storage + "/files", R"({"path":")" + path + "\"}");
    answers.call("DELETE", storage + "/files", R"({"path":")" + path + "\"}");
    answers.call("DELETE", storage + "/files", "{}");
    answers.call("GET", storage + "/files");
    answers.check();
}
