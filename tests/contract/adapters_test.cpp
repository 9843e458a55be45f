#include <catch2/catch.hpp>

#include "tests/contract/transcript.h"

using namespace dbackup::test;

TEST_CASE("REST contract: adapters", "[contract]") {
    const RestService service;
    Transcript answers(service, "adapters");
    const std::string source = service.addSource("shop");
    const std::string path = "/api/adapters/" + source;
    answers.call("GET", path);
    answers.call("GET", "/api/adapters?type=database");
    answers.call("GET", "/api/adapters");
    answers.call("GET", "/api/adapters?type=printer");
    answers.call("POST",
                 "/api/adapters",
                 R"({"type":"storage","adapterId":"local-filesystem","name":"Disk","config":{"basePath":")" +
                     service.file("disk") + R"("},"metadata":{"rack":4}})");
    answers.call("PUT", path, R"({"name":"Shop"})");
    answers.call("GET", path + "/databases");
    answers.call("POST", "/api/adapters", R"({"name":"x"})");
    answers.call(
        "POST", "/api/adapters", R"({"name":"x","type":"database","adapterId":"oracle","config":{}})");
    answers.call(
        "POST",
        "/api/adapters",
        R"({"name":"x","type":"storage","adapterId":"local-filesystem","config":{"basePath":7,"baseDir":"/x"}})");
    answers.call("POST",
                 "/api/adapters",
                 R"({"name":"Shop","type":"database","adapterId":"sqlite","config":{"path":"/x"}})");
    answers.call("PUT", "/api/adapters/unknown", "{}");
    answers.call("DELETE", path);
    answers.call("DELETE", path);
    answers.check();
}

TEST_CASE("REST contract: connections are tested", "[contract]") {
    const RestService service;
    Transcript answers(service, "test-connection");
    service.addSource("shop");
    const std::string test = "/api/adapters/test-connection";
    answers.call(
        "POST", test, R"({"adapterId":"sqlite","config":{"path":")" + service.file("shop.db") + R"("}})");
    answers.call(
        "POST", test, R"({"adapterId":"sqlite","config":{"path":")" + service.file("none.db") + R"("}})");
    answers.call(
        "POST",
        test,
        R"({"adapterId":"local-filesystem","config":{"basePath":")" + service.file("disk") + R"("}})");
    answers.call("POST", test, R"({"adapterId":"oracle","config":{}})");
    answers.call("POST", test, R"({"adapterId":"sqlite"})");
    answers.call("POST", test, R"({"adapterId":"sqlite","config":{"path":"/x"},"configId":"unknown"})");
    answers.check();
}
