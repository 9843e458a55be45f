#include "api/handlers/connection_test.h"

#include <catch2/catch.hpp>

#include "tests/unit/api/handlers/fixture.h"

using namespace dbackup;
using dbackup::test::Answer;
using dbackup::test::HandlerFixture;

namespace {

const std::string test_path = "/adapters/test-connection";

std::string testBody(const std::string& config, const std::string& id = {}) {
    return R"({"adapterId":"scripted","config":)" + config +
           (id.empty() ? "" : R"(,"configId":")" + id + '"') + '}';
}

}  // namespace

TEST_CASE("Connection test: a good one tells version and edition", "[handlers]") {
    HandlerFixture service;
    service.workerAnswers("test", R"({"version":"15.20","edition":"Community","message":""})");
    const Answer answer = service.post(test_path, testBody(R"({"user":"u","password":"p"})"));
    CHECK(answer.body ==
          R"({"success":true,"message":"Connection successful","version":"15.20","edition":"Community"})");
    CHECK(service.workerRequest("test").find("\"p\"") != std::string::npos);
}

TEST_CASE("Connection test: a bad one is an answer too", "[handlers]") {
    HandlerFixture service;
    service.workerAnswers("test",
                          protocol::failure(Error(ErrorKind::Unavailable, "cannot reach db:1", "Is it up?")));
    const Answer answer = service.post(test_path, testBody(R"({"user":"u"})"));
    CHECK(answer.status == 200);
    CHECK(answer.text("success") == "false");
    CHECK(answer.text("message").find("cannot reach db:1") == 0);
    CHECK(answer.text("message").find("Is it up?") != std::string::npos);
}

TEST_CASE("Connection test: what is wrong with the request is told as message and as error", "[handlers]") {
    HandlerFixture service;
    for (const char* body : {"{}", R"({"adapterId":"scripted"})"}) {
        const Answer answer = service.post(test_path, body);
        CHECK(answer.status == 400);
        CHECK(answer.text("message") == "Missing required fields");
        CHECK(answer.error() == "Missing required fields");
    }
    CHECK(service.post(test_path, R"({"adapterId":"oracle","config":{}})").text("message") ==
          "Unsupported adapter");
    const Answer faulty = service.post(test_path, testBody(R"({"port":0})"));
    CHECK(faulty.status == 400);
    CHECK(faulty.detail("config.port") != "(none)");
    CHECK(service.post(test_path, testBody("{}", "nope")).text("message") == "Adapter not found");
    CHECK(service.post(test_path, testBody("{}", service.destination())).status == 404);
    const Answer denied =
        service.call("POST", test_path, testBody(R"({"user":"u"})"), {"destinations:write"});
    CHECK(denied.status == 403);
    CHECK(denied.text("message") == "Permission denied: sources:view required");
}

TEST_CASE("Connection test: saved secrets are filled in for who may write them only", "[handlers]") {
    HandlerFixture service;
    service.workerAnswers("test", R"({"version":"1","edition":"","message":"fine"})");
    const std::string body = testBody(R"({"user":"u","host":"evil.example.com"})", service.source());
    CHECK(service.call("POST", test_path, body, {"sources:view"}).status == 200);
    CHECK(service.workerRequest("test").find("hunter2") == std::string::npos);
    CHECK(service.call("POST", test_path, body, {"sources:view", "sources:write"}).text("message") == "fine");
    CHECK(service.workerRequest("test").find("hunter2") != std::string::npos);
}

TEST_CASE("Connection test: a saved adapter remembers the version", "[handlers]") {
    HandlerFixture service;
    service.workerAnswers("test", R"({"version":"15.20","edition":"","message":""})");
    service.post(test_path, testBody(R"({"user":"u"})", service.source()));
    const Answer adapter = service.get("/adapters/" + service.source());
    CHECK(adapter.text("data.metadata") ==
          R"({"engineVersion":"15.20","lastCheck":"2026-01-15T10:30:00.000Z","status":"Online"})");
    CHECK(adapter.text("data.lastStatus") == "ONLINE");
    CHECK(adapter.text("data.lastHealthCheck") == "2026-01-15T10:30:00.000Z");
}

TEST_CASE("Access check: unsaved settings tell their databases", "[handlers]") {
    HandlerFixture service;
    service.workerAnswers("databases",
                          R"({"databases":[{"name":"shop","sizeBytes":7},{"name":"stock","sizeBytes":0}]})");
    const std::string body = testBody(R"({"user":"u"})", service.source());
    CHECK(service.post("/adapters/access-check", body).body ==
          R"({"success":true,"databases":["shop","stock"]})");
    CHECK(service.workerRequest("databases").find("hunter2") != std::string::npos);
    CHECK(service.post("/adapters/database-stats", body).body ==
          R"({"success":true,"databases":[{"name":"shop","sizeInBytes":7},{"name":"stock"}]})");
    CHECK(service.post("/adapters/database-stats", R"({"sourceId":")" + service.source() + "\"}")
              .size("databases") == 2);
}

TEST_CASE("Access check: what is wrong is told as message and as error", "[handlers]") {
    HandlerFixture service;
    CHECK(service.post("/adapters/access-check", "{}").text("message") == "Missing required fields");
    CHECK(service.post("/adapters/database-stats", "{}").text("message") ==
          "Missing adapterId/config or sourceId");
    CHECK(service.post("/adapters/database-stats", R"({"sourceId":"nope"})").text("message") ==
          "Source not found");
    const std::string target = R"({"adapterId":"local","config":{"basePath":"/b"}})";
    CHECK(service.post("/adapters/access-check", target).text("message") == "Unsupported adapter");
    CHECK(service.post("/adapters/database-stats", target).status == 400);
    service.workerAnswers("databases", protocol::failure(Error(ErrorKind::Unavailable, "cannot reach db")));
    const auto unreachable = service.post("/adapters/access-check", testBody(R"({"user":"u"})"));
    CHECK(unreachable.status == 503);
    CHECK(unreachable.text("message") == "cannot reach db");
    CHECK(unreachable.text("error") == "cannot reach db");
}
