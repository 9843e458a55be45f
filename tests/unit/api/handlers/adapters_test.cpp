#include <catch2/catch.hpp>

#include "tests/unit/api/handlers/fixture.h"

using namespace dbackup;
using dbackup::test::Answer;
using dbackup::test::HandlerFixture;

TEST_CASE("Adapters: secrets go in and never come out", "[handlers]") {
    HandlerFixture service;
    const Answer created = service.post(
        "/adapters",
        R"({"name":"Shop","type":"database","adapterId":"scripted","config":{"user":"u","password":"hunter2"}})");
    REQUIRE(created.status == 201);
    CHECK(created.text("config") == R"({"user":"u"})");
    CHECK(created.text("secretStatus.password") == "true");
    CHECK(created.isNull("storageRole"));
    CHECK(created.isNull("metadata"));
    const std::string id = created.text("id");
    CHECK(service.adapters.find(id)->secrets == R"({"password":"hunter2"})");
    service.addJob();
    for (const char* path : {"/adapters?type=database", "/jobs"}) {
        const Answer answer = service.get(path);
        CHECK(answer.status == 200);
        CHECK(answer.body.find("hunter2") == std::string::npos);
    }
    CHECK(service.get("/adapters/" + id).body.find("hunter2") == std::string::npos);
    CHECK(service.get("/adapters/" + id).text("data.adapterId") == "scripted");
}

TEST_CASE("Adapters: a config may be JSON text", "[handlers]") {
    HandlerFixture service;
    const Answer created = service.post(
        "/adapters",
        R"({"name":"S","type":"database","adapterId":"scripted","config":"{\"user\":\"u\",\"port\":15432}"})");
    CHECK(created.status == 201);
    CHECK(created.text("config") == R"({"user":"u","port":15432})");
    CHECK(created.text("secretStatus.password") == "false");
}

TEST_CASE("Adapters: a config is held against the plugin's schema, all faults at once", "[handlers]") {
    HandlerFixture service;
    const Answer answer = service.post(
        "/adapters",
        R"({"name":"S","type":"database","adapterId":"scripted","config":{"port":70000,"hots":"x"}})");
    CHECK(answer.status == 400);
    CHECK(answer.detail("config.port") != "(none)");
    CHECK(answer.detail("config.hots") != "(none)");
    CHECK(answer.body.find("user") != std::string::npos);
    CHECK(service.adapters.list(AdapterType::Database).empty());
}

TEST_CASE("Adapters: what create must have is named", "[handlers]") {
    HandlerFixture service;
    const Answer missing = service.post("/adapters", R"({"name":"S"})");
    CHECK(missing.status == 400);
    CHECK(missing.error() == "Missing required fields");
    CHECK(missing.detail("adapterId") == "is required");
    const auto create = [&](const std::string& more) {
        return service.post("/adapters", R"({"name":"S",)" + more + "}");
    };
    const Answer unknown = create(R"("type":"database","adapterId":"oracle","config":{})");
    CHECK(unknown.status == 400);
    CHECK(unknown.error() == "Unknown adapter: oracle");
    CHECK(unknown.detail("adapterId") == "must be one of: scripted");
    // A target is no engine.
    CHECK(create(R"("type":"database","adapterId":"local","config":{})").status == 400);
    CHECK(create(R"("type":"notification","adapterId":"email","config":{})").detail("adapterId") ==
          "must be one of: none");
    CHECK(create(R"("type":"printer","adapterId":"local","config":{})").detail("type") ==
          "must be database, storage or notification");
    CHECK(create(R"("type":"storage","adapterId":"local","config":7)").status == 400);
    CHECK(create(R"("type":"storage","adapterId":"local","storageRole":"BOTH","config":{"basePath":"/b"})")
              .error() == "Invalid storage role");
}

TEST_CASE("Adapters: names are unique within a type", "[handlers]") {
    HandlerFixture service;
    service.addSource("Same");
    service.addDestination("Same");
    const Answer source = service.post(
        "/adapters", R"({"name":"Same","type":"database","adapterId":"scripted","config":{"user":"u"}})");
    CHECK(source.status == 409);
    CHECK(source.error() == "A source with the name \"Same\" already exists.");
    const std::string other = service.addDestination("Other");
    const Answer renamed = service.put("/adapters/" + other, R"({"name":"Same"})");
    CHECK(renamed.status == 409);
    CHECK(renamed.error() == "A destination with the name \"Same\" already exists.");
}

TEST_CASE("Adapters: an update keeps secrets that are left out or empty", "[handlers]") {
    HandlerFixture service;
    const std::string path = "/adapters/" + service.source();
    const auto secrets = [&] { return service.adapters.find(service.source())->secrets; };
    CHECK(service.put(path, R"({"config":{"user":"other"}})").text("config") == R"({"user":"other"})");
    CHECK(secrets() == R"({"password":"hunter2"})");
    service.put(path, R"({"config":{"user":"other","password":""}})");
    CHECK(secrets() == R"({"password":"hunter2"})");
    service.put(path, R"({"config":{"user":"other","password":"new"}})");
    CHECK(secrets() == R"({"password":"new"})");
    const Answer renamed = service.put(path, R"({"name":"Renamed","metadata":{"a":1}})");
    CHECK(renamed.text("name") == "Renamed");
    CHECK(renamed.text("config") == R"({"user":"other"})");
    CHECK(renamed.text("metadata") == R"({"a":1})");
    CHECK(service.put(path, R"({"metadata":null})").isNull("metadata"));
    CHECK(service.put(path, R"({"config":{"port":0}})").status == 400);
    CHECK(service.put("/adapters/nope", "{}").error() == "Adapter not found");
}

TEST_CASE("Adapters: a role cannot change under a job", "[handlers]") {
    HandlerFixture service;
    const std::string free = service.addDestination("Free");
    CHECK(service.put("/adapters/" + free, R"({"storageRole":"SOURCE"})").text("storageRole") == "SOURCE");
    CHECK(service.get("/adapters?type=storage&role=source").size() == 1);
    CHECK(service.get("/adapters?type=storage&role=destination").size() == 0);
    CHECK(service.get("/adapters?type=storage&role=any").size() == 1);
    service.addJob("A");
    const Answer refused = service.put("/adapters/" + service.destination(), R"({"storageRole":"SOURCE"})");
    CHECK(refused.status == 400);
    CHECK(refused.error() == "Cannot turn this into a directory source: it is used as a destination in A.");
    CHECK(service.put("/adapters/" + service.destination(), R"({"storageRole":"x"})").error() ==
          "Invalid storage role");
}

TEST_CASE("Adapters: what a job uses cannot be deleted", "[handlers]") {
    HandlerFixture service;
    service.addJob("A");
    const Answer refused = service.remove("/adapters/" + service.source());
    CHECK(refused.status == 400);
    CHECK(refused.error() == "Cannot delete. This adapter is used in the following jobs: A.");
    const std::string free = service.addSource("Free");
    CHECK(service.remove("/adapters/" + free).body == R"({"success":true})");
    CHECK(service.remove("/adapters/" + free).status == 404);
}

TEST_CASE("Adapters: a list is of one type", "[handlers]") {
    HandlerFixture service;
    service.addSource();
    CHECK(service.get("/adapters").error() ==
          "Type parameter is required (database, storage, or notification)");
    CHECK(service.get("/adapters?type=printer", {}).body == "[]");
    CHECK(service.get("/adapters?type=database").size() == 1);
    CHECK(service.get("/adapters?type=storage").size() == 0);
    CHECK(service.get("/adapters?type=notification").body == "[]");
}

TEST_CASE("Adapters: permissions go by type and hide what is there", "[handlers]") {
    HandlerFixture service;
    const std::string source = "/adapters/" + service.source();
    const std::string destination = "/adapters/" + service.destination();
    CHECK(service.get("/adapters?type=database", {"destinations:read"}).error() ==
          "Permission denied: sources:view required");
    CHECK(service.get("/adapters?type=storage", {"sources:view"}).status == 403);
    CHECK(service.get("/adapters?type=database", {"sources:read"}).status == 200);
    CHECK(service.get(source, {"sources:view"}).status == 200);
    CHECK(service.get(destination, {"sources:view"}).status == 404);
    // To a stranger all ids look alike.
    const Answer stranger = service.get(source, {"jobs:read"});
    CHECK(stranger.status == 403);
    CHECK(stranger.body == service.get("/adapters/nope", {"jobs:read"}).body);
    CHECK(service.call("DELETE", source, "", {"sources:view"}).status == 403);
    const std::string body =
        R"({"name":"x","type":"storage","adapterId":"local","config":{"basePath":"/b"}})";
    CHECK(service.call("POST", "/adapters", body, {"sources:write"}).error() ==
          "Permission denied: destinations:write required");
}

TEST_CASE("Adapters: databases of a source come from its engine", "[handlers]") {
    HandlerFixture service;
    service.workerAnswers("databases",
                          R"({"databases":[{"name":"shop","sizeBytes":7},{"name":"stock","sizeBytes":0}]})");
    const Answer answer = service.get("/adapters/" + service.source() + "/databases");
    CHECK(answer.body == R"({"success":true,"databases":["shop","stock"]})");
    CHECK(service.get("/adapters/" + service.destination() + "/databases").error() ==
          "Database source not found");
    service.workerAnswers("databases",
                          protocol::failure(Error(ErrorKind::Authentication, "u may not log in")));
    const Answer refused = service.get("/adapters/" + service.source() + "/databases");
    CHECK(refused.status == 422);
    CHECK(refused.error() == "u may not log in");
}
