#include "api/http/message.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace dbackup;
using namespace dbackup::api;

TEST_CASE("data: wraps any value in the envelope", "[api]") {
    CHECK(data(JsonVar(std::string("a\"b"))).body == R"({"success":true,"data":"a\"b"})");
    CHECK(data(JsonVar()).body == R"({"success":true,"data":null})");
    JsonObject::Ptr object = newObject();
    object->set("n", 1);
    CHECK(data(object, 201).body == R"({"success":true,"data":{"n":1}})");
    CHECK(data(object, 201).status == 201);
}

TEST_CASE("json: sends the value as it is", "[api]") {
    JsonArray::Ptr array = new JsonArray;
    array->add(1);
    CHECK(json(array).body == "[1]");
    CHECK(json(array).status == 200);
    CHECK(json(array).content_type == "application/json");
}

TEST_CASE("Request: a parameter that the pattern lacks is our fault", "[api]") {
    Request request;
    request.params["id"] = "7";
    CHECK(request.param("id") == "7");
    CHECK_THROWS_WITH(request.param("job"), Catch::Contains("':job'"));
}

TEST_CASE("Request: query values are optional", "[api]") {
    Request request;
    request.query["limit"] = "5";
    CHECK(request.queryValue("limit") == "5");
    CHECK_FALSE(request.queryValue("cursor").has_value());
}

TEST_CASE("Request: a malformed body says where", "[api]") {
    Request request;
    request.body = "{\"a\":1,\n \"b\":}";
    CHECK_THROWS_WITH(request.json(), Catch::Contains("line 2, column 6"));
    request.body = "[]";
    CHECK_THROWS_WITH(request.json(), Catch::Contains("must be a JSON object"));
    request.body = R"({"a":1})";
    CHECK(request.json()->getValue<int>("a") == 1);
}

TEST_CASE("Request: a missing permission is named", "[api]") {
    Request request;
    request.principal.permissions = {"jobs:read"};
    CHECK_NOTHROW(request.require("jobs:read"));
    try {
        request.require("jobs:write");
        FAIL("must throw");
    } catch (const HttpError& error) {
        CHECK(error.status() == 403);
        CHECK(std::string(error.what()) == "Permission denied: jobs:write required");
    }
}
