#include <catch2/catch.hpp>

#include "core/base/hash.h"
#include "core/store/managed_store.h"
#include "tests/unit/api/handlers/fixture.h"

using namespace dbackup;
using dbackup::test::Answer;
using dbackup::test::HandlerFixture;

namespace {

const std::string source =
    R"({"kind":"Source","name":"Shop","adapter":"scripted","config":{"user":"u","password":"hunter2","port":5432}})";
const std::string destination =
    R"({"kind":"Destination","name":"NAS","adapter":"local","config":{"basePath":"/b"}})";
const std::string job =
    R"({"kind":"Job","name":"Nightly","source":"Shop","destinations":["NAS"],"schedule":"0 3 * * *"})";
const std::string key = R"({"kind":"ApiKey","name":"ci","permissions":["jobs:read"]})";

/// The body of an apply; each document's origin is its number.
std::string body(const std::vector<std::string>& documents, const std::string& more = {}) {
    std::string list;
    for (std::size_t i = 0; i < documents.size(); ++i) {
        list += (list.empty() ? "" : ",") + (R"({"origin":")" + std::to_string(i)) + R"(","document":)" +
                documents[i] + '}';
    }
    return R"({"documents":[)" + list + ']' + more + '}';
}

/// "create Source Shop, none Job Nightly"
std::string changes(const Answer& answer) {
    REQUIRE(answer.status == 200);
    std::string text;
    for (std::size_t i = 0; i < answer.size("data.changes"); ++i) {
        const std::string change = "data.changes[" + std::to_string(i) + "].";
        text += (text.empty() ? "" : ", ") + answer.text(change + "action") + ' ' +
                answer.text(change + "kind") + ' ' + answer.text(change + "name");
    }
    return text;
}

}  // namespace

TEST_CASE("Resources: documents are applied in the order of their needs, once", "[handlers]") {
    HandlerFixture service;
    const std::string all = body({job, key, destination, source});
    CHECK(changes(service.post("/resources/apply", all)) ==
          "create Source Shop, create Destination NAS, create ApiKey ci, create Job Nightly");
    const auto stored = service.jobs.list().at(0);
    CHECK(stored.schedule == "0 3 * * *");
    CHECK(service.adapters.find(stored.source_id)->secrets == R"({"password":"hunter2"})");
    CHECK(service.adapters.find(stored.destinations.at(0).adapter_id)->storage_role == "DESTINATION");
    CHECK(changes(service.post("/resources/apply", all)) ==
          "none Source Shop, none Destination NAS, none ApiKey ci, none Job Nightly");
    CHECK(service.jobs.list().at(0).id == stored.id);
}

TEST_CASE("Resources: a dry run tells the same and leaves no trace", "[handlers]") {
    HandlerFixture service;
    const std::string settings = R"({"kind":"Settings","settings":{"maxConcurrentJobs":4}})";
    const Answer answer = service.post("/resources/apply",
                                       body({job, key, destination, source, settings}, R"(,"dryRun":true)"));
    CHECK(changes(answer) ==
          "update Settings (none), create Source Shop, create Destination NAS, create ApiKey ci, create Job "
          "Nightly");
    CHECK(answer.text("data.applied") == "false");
    CHECK(answer.size("data.keys") == 0);
    CHECK(service.jobs.list().empty());
    CHECK(service.adapters.list(AdapterType::Database).empty());
    CHECK(service.keys.list().empty());
    CHECK(service.settings.value("maxConcurrentJobs") == 1);
    CHECK(store::ManagedStore(service.database).list("default").empty());
}

TEST_CASE("Resources: one fault and nothing happens, settings included; every fault is told", "[handlers]") {
    HandlerFixture service;
    const Answer answer = service.post(
        "/resources/apply",
        body(
            {R"({"kind":"Settings","settings":{"maxConcurrentJobs":4}})",
             source,
             R"({"kind":"Source","name":"B","adapter":"scripted","config":{"port":0}})",
             R"({"kind":"Job","name":"J","source":"Nowhere","destinations":["NAS"],"shedule":"x","compression":"LZ4"})",
             R"({"kind":"Jbo","name":"x"})",
             R"({"kind":"ApiKey","name":"k","permissions":["jobs:fly"]})"}));
    CHECK(answer.status == 400);
    CHECK_THAT(answer.error(), Catch::Contains("nothing was changed"));
    CHECK(answer.detail("2: config.port") != "(none)");
    CHECK(answer.detail("2: config.user") == "is required");
    CHECK(answer.detail("3: source") == "there is no source \"Nowhere\"");
    CHECK_THAT(answer.detail("3: shedule"), Catch::StartsWith("is not known here; known are kind, name"));
    CHECK(answer.detail("3: destinations[0].name") == "there is no destination \"NAS\"");
    CHECK(answer.detail("4: kind") == "must be Source, Destination, Job, ApiKey or Settings");
    CHECK(answer.detail("5: permissions") == "has an unknown permission: jobs:fly");
    CHECK(service.adapters.list(AdapterType::Database).empty());
    CHECK(service.settings.value("maxConcurrentJobs") == 1);
}

TEST_CASE("Resources: two documents of one name are refused", "[handlers]") {
    HandlerFixture service;
    const Answer answer = service.post("/resources/apply", body({destination, destination}));
    CHECK(answer.detail("1: name") == "another document of this kind has the same name");
    CHECK(service.adapters.list(AdapterType::Storage).empty());
}

TEST_CASE("Resources: changes are told field by field, secrets without their values", "[handlers]") {
    HandlerFixture service;
    service.post("/resources/apply", body({source, destination, job}));
    const Answer answer = service.post(
        "/resources/apply",
        body(
            {R"({"kind":"Source","name":"Shop","adapter":"scripted","config":{"user":"v","password":"other"}})",
             R"({"kind":"Job","name":"Nightly","source":"Shop","destinations":[{"name":"NAS","retention":{"keep":3}}]})"}));
    CHECK(changes(answer) == "update Source Shop, update Job Nightly");
    CHECK_THAT(answer.body, !Catch::Contains("hunter2"));
    CHECK_THAT(answer.body, !Catch::Contains("other"));
    CHECK_THAT(
        answer.body,
        Catch::Contains(
            R"([{"field":"config.port","from":5432,"to":null},{"field":"config.user","from":"u","to":"v"},)"
            R"({"field":"config.password","secret":true}])"));
    CHECK_THAT(answer.body, Catch::Contains(R"({"field":"schedule","from":"0 3 * * *","to":null})"));
    // A secret that is not mentioned stays.
    CHECK(changes(service.post(
              "/resources/apply",
              body({R"({"kind":"Source","name":"Shop","adapter":"scripted","config":{"user":"v"}})"}))) ==
          "none Source Shop");
}

TEST_CASE("Resources: what is exported changes nothing when it is applied", "[handlers]") {
    HandlerFixture service;
    service.addJob("Plain");
    const std::string more = service.addSource("More $");
    service.post(
        "/jobs",
        service.jobBody(
            "Rich",
            R"(,"enabled":false,"databases":["a","b"],"compression":"GZIP","compressionLevel":3,"parallel":2,)"
            R"("format":"sql","pgCompression":"LZ4:1","backupMode":"INCREMENTAL","sourceIds":[")" +
                more + "\"]"));
    service.post(
        "/api-keys",
        R"({"name":"a","permissions":["jobs:read"],"expiresAt":"2027-01-01T00:00:00Z","enabled":false})");
    const Answer exported = service.get("/resources");
    REQUIRE(exported.status == 200);
    CHECK_THAT(exported.body, Catch::Contains("${env:DBACKUP_SHOP_PASSWORD}"));
    CHECK_THAT(exported.body, !Catch::Contains("hunter2"));
    std::vector<std::string> documents;
    for (std::size_t i = 0; i < exported.size("data"); ++i) {
        auto document = exported.at("data[" + std::to_string(i) + ']').extract<JsonObject::Ptr>();
        // As the client does for a placeholder without a value.
        if (document->isObject("config")) document->getObject("config")->remove("password");
        documents.push_back(toText(document));
    }
    const Answer applied = service.post("/resources/apply", body(documents));
    INFO(applied.body);
    CHECK_THAT(changes(applied), !Catch::Contains("create") && !Catch::Contains("update"));
}

TEST_CASE("Resources: prune removes what the set made, and nothing else", "[handlers]") {
    HandlerFixture service;
    service.post("/resources/apply", body({source, destination, job, key}));
    service.addDestination("By hand");
    service.post("/resources/apply",
                 body({R"({"kind":"ApiKey","name":"theirs","permissions":["jobs:read"]})"}, R"(,"set":"b")"));
    CHECK(changes(service.post("/resources/apply", body({source, destination}, R"(,"prune":true)"))) ==
          "none Source Shop, none Destination NAS, delete Job Nightly, delete ApiKey ci");
    CHECK(service.adapters.list(AdapterType::Storage).size() == 2);
    CHECK(service.keys.list().size() == 1);
}

TEST_CASE("Resources: prune fails as a whole for what is still in use", "[handlers]") {
    HandlerFixture service;
    service.post("/resources/apply", body({source, destination, job, key}));
    const std::string nas = service.jobs.list().at(0).destinations.at(0).adapter_id;
    const std::string shop = service.jobs.list().at(0).source_id;
    service.post("/jobs",
                 R"({"name":"Mine","schedule":"","sourceId":")" + shop +
                     R"(","destinations":[{"configId":")" + nas + R"("}]})");
    const Answer answer = service.post("/resources/apply", body({}, R"(,"prune":true)"));
    CHECK(answer.status == 400);
    CHECK(answer.detail("prune: Destination NAS") != "(none)");
    CHECK(service.jobs.list().size() == 2);
    CHECK(service.keys.list().size() == 1);
}

TEST_CASE("Resources: nobody applies, grants or sees more than he may", "[handlers]") {
    HandlerFixture service;
    CHECK(service.call("POST", "/resources/apply", body({job}), {"jobs:write"}).error() ==
          "Permission denied: jobs:read required");
    CHECK(service.call("POST", "/resources/apply", body({source}), {"sources:view"}).error() ==
          "Permission denied: sources:write required");
    CHECK(
        service.call("POST", "/resources/apply", body({key}), {"api-keys:read", "api-keys:write"}).error() ==
        "Permission denied: jobs:read required");
    CHECK(service.keys.list().empty());
    const Answer some = service.get("/resources", {"jobs:read"});
    CHECK(some.status == 200);
    CHECK(some.size("leftOut") == 4);
    CHECK(service.get("/resources?kind=Source", {"jobs:read"}).status == 403);
    CHECK(service.get("/resources?kind=Moon").status == 400);
}

TEST_CASE("Resources: an API key is made and told once, or brought along", "[handlers]") {
    HandlerFixture service;
    const std::string made = service.post("/resources/apply", body({key})).text("data.keys[0].key");
    CHECK(service.keys.findByHash(sha256Hex(made))->name == "ci");
    const std::string own = "dbackup_" + std::string(60, 'a');
    const Answer brought = service.post(
        "/resources/apply",
        body({R"({"kind":"ApiKey","name":"ci","permissions":["jobs:read"],"key":")" + own + R"("})"}));
    CHECK(changes(brought) == "update ApiKey ci");
    CHECK(brought.size("data.keys") == 0);
    CHECK_FALSE(service.keys.findByHash(sha256Hex(made)));
    CHECK(service.keys.findByHash(sha256Hex(own))->prefix == own.substr(0, 16));
    CHECK(service
              .post("/resources/apply",
                    body({R"({"kind":"ApiKey","name":"x","permissions":["jobs:read"],"key":"short"})"}))
              .detail("0: key") != "(none)");
}

TEST_CASE("Resources: a source cannot become another kind", "[handlers]") {
    HandlerFixture service;
    service.addDestination("NAS");
    CHECK(service
              .post("/resources/apply",
                    body({R"({"kind":"Destination","name":"NAS","adapter":"moon","config":{}})"}))
              .detail("0: adapter") == "must be one of: local");
}

TEST_CASE("Resources: a body of another shape is refused", "[handlers]") {
    HandlerFixture service;
    CHECK(service.post("/resources/apply", "{}").detail("documents") != "(none)");
    CHECK(service.post("/resources/apply", R"({"documents":[5]})").detail("documents[0]") != "(none)");
    CHECK(service.post("/resources/apply", R"({"documents":[{"document":{"kind":5}}]})")
              .detail("documents[0]: kind") != "(none)");
    CHECK(service.post("/resources/apply", body({R"({"kind":"Settings","settings":5})"})).status == 400);
    CHECK(
        service.post("/resources/apply", body({R"({"kind":"Job","name":"a","source":5,"destinations":{}})"}))
            .status == 400);
}

TEST_CASE("Resources: the schema has every plugin, job member and setting", "[handlers]") {
    HandlerFixture service;
    const Answer schema = service.get("/resources/schema");
    CHECK(schema.status == 200);
    CHECK(schema.text("oneOf[0].properties.adapter.const") == "scripted");
    CHECK(schema.text("oneOf[0].properties.config.properties.port.maximum") == "65535");
    CHECK(schema.text("oneOf[1].properties.adapter.const") == "local");
    CHECK(schema.text("oneOf[2].properties.compression.default") == "ZSTD");
    CHECK(schema.text("oneOf[4].properties.kind.const") == "Settings");
}
