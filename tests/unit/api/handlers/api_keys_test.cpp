#include <catch2/catch.hpp>

#include "core/base/hash.h"
#include "tests/unit/api/handlers/fixture.h"

using namespace dbackup;
using dbackup::test::Answer;
using dbackup::test::HandlerFixture;

TEST_CASE("API keys: create shows the key once", "[handlers]") {
    HandlerFixture service;
    const Answer created = service.post(
        "/api-keys",
        R"({"name":"ci","permissions":["jobs:execute","history:read"],"expiresAt":"2027-01-01T00:00:00Z"})");
    REQUIRE(created.status == 201);
    const std::string raw = created.text("data.key");
    CHECK(raw.size() == 68);
    CHECK(raw.starts_with("dbackup_"));
    CHECK(created.text("data.prefix") == raw.substr(0, 16));
    CHECK(created.text("data.expiresAt") == "2027-01-01T00:00:00.000Z");
    CHECK(created.isNull("data.lastUsedAt"));

    const auto stored = service.keys.findByHash(sha256Hex(raw));
    REQUIRE(stored);
    CHECK(stored->name == "ci");
    for (const auto& answer :
         {service.get("/api-keys"), service.get("/api-keys/" + created.text("data.id"))}) {
        CHECK(answer.status == 200);
        CHECK(answer.body.find(raw) == std::string::npos);
        CHECK(answer.body.find(stored->hash) == std::string::npos);
    }
    CHECK(service.get("/api-keys").text("data[0].permissions[1]") == "history:read");
}

TEST_CASE("API keys: what is wrong is told field by field", "[handlers]") {
    HandlerFixture service;
    const Answer answer = service.post(
        "/api-keys", R"({"name":"","permissions":["jobs:run"],"expiresAt":"soon","enabled":"yes"})");
    CHECK(answer.status == 400);
    CHECK(answer.detail("name") == "must not be blank");
    CHECK(answer.detail("permissions") == "has an unknown permission: jobs:run");
    CHECK(answer.detail("expiresAt") != "(none)");
    CHECK(answer.detail("enabled") != "(none)");
    const Answer missing = service.post("/api-keys", "{}");
    CHECK(missing.detail("name") == "is required");
    CHECK(missing.detail("permissions") == "is required");
    CHECK(service.post("/api-keys", R"({"name":"a","permissions":[]})").detail("permissions") ==
          "must name at least one permission");
    CHECK(service
              .post("/api-keys", R"({"name":")" + std::string(101, 'x') + R"(","permissions":["jobs:read"]})")
              .detail("name") == "must have at most 100 bytes");
    CHECK(service.keys.list().empty());
}

TEST_CASE("API keys: nobody grants what he does not have", "[handlers]") {
    HandlerFixture service;
    const std::string body = R"({"name":"x","permissions":["jobs:read","jobs:write"]})";
    const Answer refused = service.call("POST", "/api-keys", body, {"api-keys:write", "jobs:read"});
    CHECK(refused.status == 403);
    CHECK(refused.error() == "Permission denied: jobs:write required");
    CHECK(service.call("POST", "/api-keys", body, {"api-keys:write", "jobs:read", "jobs:write"}).status ==
          201);
}

TEST_CASE("API keys: a mightier key can be disabled, but neither rotated nor brought to life", "[handlers]") {
    HandlerFixture service;
    const std::string id =
        service.post("/api-keys", R"({"name":"root","permissions":["settings:write"]})").text("data.id");
    const test::Permissions weak = {"api-keys:write"};
    const std::string path = "/api-keys/" + id;
    CHECK(service.call("POST", path + "/rotate", "", weak).status == 403);
    CHECK(service.call("PUT", path, R"({"enabled":false})", weak).status == 200);
    CHECK(service.call("PUT", path, R"({"enabled":true})", weak).status == 403);
    CHECK(service.call("PUT", path, R"({"expiresAt":null})", weak).status == 403);
    CHECK(service.call("PUT", path, R"({"permissions":["jobs:read"]})", weak).status == 403);
    CHECK_FALSE(service.keys.find(id)->enabled);
}

TEST_CASE("API keys: an update changes what it names", "[handlers]") {
    HandlerFixture service;
    const std::string path =
        "/api-keys/" +
        service
            .post("/api-keys",
                  R"({"name":"a","permissions":["jobs:read"],"expiresAt":"2027-01-01T00:00:00Z"})")
            .text("data.id");
    const Answer renamed = service.put(path, R"({"name":"b","unknown":1})");
    CHECK(renamed.status == 200);
    CHECK(renamed.text("data.name") == "b");
    CHECK(renamed.text("data.expiresAt") == "2027-01-01T00:00:00.000Z");
    CHECK(renamed.isNull("data.key"));
    const Answer changed = service.put(path, R"({"permissions":["jobs:write"],"expiresAt":null})");
    CHECK(changed.text("data.permissions[0]") == "jobs:write");
    CHECK(changed.isNull("data.expiresAt"));
    CHECK(changed.text("data.name") == "b");
}

TEST_CASE("API keys: rotate voids the old secret", "[handlers]") {
    HandlerFixture service;
    const Answer created = service.post("/api-keys", R"({"name":"a","permissions":["jobs:read"]})");
    const Answer rotated = service.post("/api-keys/" + created.text("data.id") + "/rotate", "");
    CHECK(rotated.status == 200);
    CHECK(rotated.text("data.id") == created.text("data.id"));
    CHECK(rotated.text("data.key") != created.text("data.key"));
    CHECK(rotated.text("data.prefix") == rotated.text("data.key").substr(0, 16));
    CHECK_FALSE(service.keys.findByHash(sha256Hex(created.text("data.key"))));
    CHECK(service.keys.findByHash(sha256Hex(rotated.text("data.key"))));
}

TEST_CASE("API keys: unknown ids are 404, taken names 409", "[handlers]") {
    HandlerFixture service;
    for (const char* method : {"GET", "PUT", "DELETE"}) {
        CHECK(service.call(method, "/api-keys/nope", "{}").status == 404);
    }
    CHECK(service.post("/api-keys/nope/rotate", "").error() == "API key not found");
    const std::string body = R"({"name":"a","permissions":["jobs:read"]})";
    const std::string id = service.post("/api-keys", body).text("data.id");
    CHECK(service.post("/api-keys", body).status == 409);
    CHECK(service.remove("/api-keys/" + id).body == R"({"success":true})");
    CHECK(service.remove("/api-keys/" + id).status == 404);
}
