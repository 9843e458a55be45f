#include <set>

#include <catch2/catch.hpp>

#include "tests/unit/api/handlers/fixture.h"

using namespace dbackup;
using dbackup::test::HandlerFixture;

namespace {

JsonObject::Ptr document(HandlerFixture& service) {
    return parseJsonObject(service.get("/openapi.json", {}).body, "the document");
}

// "/jobs/:id/run" -> "/jobs/{id}/run"
std::string openApiPath(const std::string& pattern) {
    std::string path;
    for (std::size_t at = 0; at < pattern.size();) {
        const std::size_t end = std::min(pattern.find('/', at + 1), pattern.size());
        const std::string segment = pattern.substr(at + 1, end - at - 1);
        path += segment.starts_with(':') ? "/{" + segment.substr(1) + '}' : '/' + segment;
        at = end;
    }
    return path;
}

std::string lowerCase(std::string text) {
    for (char& c : text) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return text;
}

/// Calls `visit` for every object below a value.
void walk(const JsonVar& value, const std::function<void(const JsonObject&)>& visit) {
    if (value.type() == typeid(JsonObject::Ptr)) {
        const auto& object = value.extract<JsonObject::Ptr>();
        visit(*object);
        for (const auto& member : *object) {
            walk(member.second, visit);
        }
    } else if (value.type() == typeid(JsonArray::Ptr)) {
        for (const JsonVar& element : *value.extract<JsonArray::Ptr>()) {
            walk(element, visit);
        }
    }
}

struct Operation {
    std::string name;  ///< "get /jobs"
    JsonObject::Ptr json;
};

std::vector<Operation> operations(const JsonObject& openapi) {
    std::vector<Operation> all;
    const auto paths = openapi.getObject("paths");
    for (const auto& path : paths->getNames()) {
        for (const auto& method : paths->getObject(path)->getNames()) {
            all.push_back({method + ' ' + path, paths->getObject(path)->getObject(method)});
        }
    }
    return all;
}

}  // namespace

TEST_CASE("OpenAPI: it has every route, and no other", "[handlers]") {
    HandlerFixture service;
    std::set<std::string> routes;
    for (const auto& route : service.router.routes()) {
        routes.insert(lowerCase(route.method) + ' ' + openApiPath(route.pattern));
    }
    std::set<std::string> described;
    for (const auto& operation : operations(*document(service))) {
        described.insert(operation.name);
    }
    CHECK(described == routes);
}

TEST_CASE("OpenAPI: every reference leads somewhere", "[handlers]") {
    HandlerFixture service;
    const auto openapi = document(service);
    int count = 0;
    walk(openapi, [&](const JsonObject& object) {
        if (!object.has("$ref")) return;
        ++count;
        const auto reference = object.getValue<std::string>("$ref");
        INFO(reference);
        REQUIRE(reference.starts_with("#/components/"));
        const std::size_t slash = reference.rfind('/');
        const auto group = openapi->getObject("components")->getObject(reference.substr(13, slash - 13));
        REQUIRE(group);
        CHECK(group->has(reference.substr(slash + 1)));
    });
    CHECK(count > 100);
}

TEST_CASE("OpenAPI: every operation names itself, its permission and its errors", "[handlers]") {
    HandlerFixture service;
    std::set<std::string> ids;
    for (const auto& route : service.router.routes()) {
        const auto path = document(service)->getObject("paths")->getObject(openApiPath(route.pattern));
        const auto operation = path->getObject(lowerCase(route.method));
        INFO(route.method << ' ' << route.pattern);
        CHECK(ids.insert(operation->getValue<std::string>("operationId")).second);
        const auto responses = operation->getObject("responses");
        CHECK(responses->has("429"));
        // A link of its own is as good as a key, and as bad when it has expired.
        const bool takes_token = route.pattern == "/storage/public-download";
        CHECK(responses->has("401") == (takes_token || route.access.kind != api::Access::Kind::Public));
        CHECK(responses->has("413") == operation->has("requestBody"));
        if (route.access.kind == api::Access::Kind::Permission) {
            CHECK(textOr(*operation, "description").find('`' + route.access.permission + '`') !=
                  std::string::npos);
        }
    }
}

TEST_CASE("OpenAPI: it knows the permissions that we know", "[handlers]") {
    HandlerFixture service;
    const auto permission =
        document(service)->getObject("components")->getObject("schemas")->getObject("Permission");
    std::set<std::string> listed;
    for (const JsonVar& name : *permission->getArray("enum")) {
        listed.insert(name.convert<std::string>());
    }
    CHECK(listed == std::set<std::string>(knownPermissions().begin(), knownPermissions().end()));
}

TEST_CASE("OpenAPI: our answers have the members that it promises", "[handlers]") {
    HandlerFixture service;
    const std::string job = service.addJob();
    const std::string execution = service.post("/jobs/" + job + "/run", "").text("executionId");
    const auto schemas = document(service)->getObject("components")->getObject("schemas");
    const auto check = [&](const std::string& schema, const JsonVar& answer) {
        const auto json = answer.extract<JsonObject::Ptr>();
        const auto described = schemas->getObject(schema);
        INFO(schema);
        for (const JsonVar& name : *described->getArray("required")) {
            INFO(name.convert<std::string>());
            CHECK(json->has(name.convert<std::string>()));
        }
        for (const auto& name : json->getNames()) {
            INFO(name);
            CHECK(described->getObject("properties")->has(name));
        }
    };
    check("Job", service.get("/jobs").at("[0]"));
    check("JobDestination", service.get("/jobs").at("[0].destinations[0]"));
    check("AdapterRow", service.get("/jobs").at("[0].source"));
    check("Execution", service.get("/executions/" + execution).at("data"));
    check("HistoryRow", service.get("/history").at("executions[0]"));
    check("Setting", service.get("/settings").at("data[0]"));
    check("Plugin", service.get("/plugins").at("data[0]"));
    check("Health", parseJson(service.get("/health").body, "health"));
    service.post("/api-keys", R"({"name":"a","permissions":["jobs:read"]})");
    check("ApiKey", service.get("/api-keys").at("data[0]"));
}
