#include <catch2/catch.hpp>

#include "tests/contract/transcript.h"

using namespace dbackup::test;

TEST_CASE("REST contract: jobs", "[contract]") {
    const RestService service;
    Transcript answers(service, "jobs");
    const std::string source = service.addSource("shop");
    const std::string destination = service.addDestination("disk");
    const std::string destinations = R"("destinations":[{"configId":")" + destination + "\"";
    const Reply created = answers.call(
        "POST",
        "/api/jobs",
        R"({"name":"Nightly","schedule":"0 3 * * *","sourceId":")" + source + "\"," + destinations +
            R"(,"retention":{"mode":"SIMPLE","simple":{"keepCount":14}}}],"pgCompression":"GZIP:6"})");
    const std::string path = "/api/jobs/" + created.at("id");
    answers.call("GET", "/api/jobs");
    answers.call("GET", path);
    answers.call("PUT", path, R"({"compression":"GZIP","compressionLevel":9,"parallel":2,"enabled":false})");
    answers.call("PUT",
                 path,
                 "{" + destinations +
                     R"(,"retries":5,"bandwidthLimit":5000000,"verify":"full"}],"spoolBytes":1073741824})");
    answers.call(
        "PUT",
        path,
        "{" + destinations + R"(,"retries":-1,"bandwidthLimit":1,"verify":"perhaps"}],"spoolBytes":1})");
    answers.call("DELETE", "/api/adapters/" + destination);
    answers.call("POST", path + "/clone");
    answers.call(
        "POST", "/api/jobs/bulk", R"({"action":"enable","ids":[")" + created.at("id") + R"(","unknown"]})");
    answers.call("POST", "/api/jobs/bulk", R"({"action":"enable","ids":[]})");
    answers.call("DELETE", path);
    answers.call("DELETE", path);
    answers.call("GET", path);
    answers.check();
}

TEST_CASE("REST contract: a job of several sources", "[contract]") {
    const RestService service;
    Transcript answers(service, "jobs-sources");
    const std::string first = service.addSource("shop");
    const std::string second = service.addSource("blog");
    const std::string destination = service.addDestination("disk");
    const std::string rest = R"(,"schedule":"","sourceId":")" + first + R"(","destinations":[{"configId":")" +
                             destination + "\"}]}";
    const Reply created =
        answers.call("POST", "/api/jobs", R"({"name":"Both","sourceIds":[")" + second + "\"]" + rest);
    const std::string path = "/api/jobs/" + created.at("id");
    answers.call("DELETE", "/api/adapters/" + second);
    answers.call("PUT", path, R"({"sourceIds":[]})");
    const auto refused = [&](const std::string& ids) {
        answers.call("PUT", path, R"({"sourceIds":)" + ids + "}");
    };
    refused("\"" + second + "\"");
    refused("[7]");
    refused("[\"unknown\"]");
    refused("[\"" + destination + "\"]");
    refused("[\"" + first + "\"]");
    refused("[\"" + second + "\",\"" + second + "\"]");
    answers.call("GET", path);
    answers.check();
}

TEST_CASE("REST contract: a job that is wrong", "[contract]") {
    const RestService service;
    Transcript answers(service, "jobs-invalid");
    const std::string source = service.addSource("shop");
    const std::string destination = service.addDestination("disk");
    service.addJob("Nightly", source, destination);
    const auto create = [&](const std::string& name, const std::string& from, const std::string& more) {
        answers.call("POST",
                     "/api/jobs",
                     R"({"name":")" + name + R"(","schedule":"","sourceId":")" + from +
                         R"(","destinations":[{"configId":")" + destination + "\"}]" + more + "}");
    };
    answers.call("POST", "/api/jobs", R"({"name":"x"})");
    create("Nightly", source, "");
    create("x", "unknown", "");
    create("x", destination, "");
    create("x", source, R"(,"compression":"BROTLI")");
    create("x", source, R"(,"parallel":"two","databases":"shop","format":"tar")");
    create("x", source, R"(,"encryptionProfileId":"p")");
    answers.call("POST",
                 "/api/jobs",
                 R"({"name":"x","schedule":"","sourceId":")" + source +
                     R"(","destinations":[{"configId":"unknown","retention":7},{}]})");
    answers.call("POST", "/api/jobs", "{\"name\":\n  oops}");
    answers.check();
}
