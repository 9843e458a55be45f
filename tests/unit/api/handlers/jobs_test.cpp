#include <catch2/catch.hpp>

#include "tests/unit/api/handlers/fixture.h"

using namespace dbackup;
using dbackup::test::Answer;
using dbackup::test::HandlerFixture;

TEST_CASE("Jobs: create answers the row of the contract", "[handlers]") {
    HandlerFixture service;
    const Answer job = service.post(
        "/jobs",
        service.jobBody("Nightly", R"(,"databases":["shop"],"retentionPolicyId":"ignored","surprise":1)"));
    REQUIRE(job.status == 201);
    CHECK(job.text("name") == "Nightly");
    CHECK(job.text("schedule") == "0 3 * * *");
    CHECK(job.text("enabled") == "true");
    CHECK(job.text("databases") == R"(["shop"])");
    CHECK(job.text("compression") == "ZSTD");
    CHECK(job.text("pgCompression") == "");
    CHECK(job.text("notificationEvents") == "ALWAYS");
    CHECK(job.text("backupMode") == "FULL");
    CHECK(job.text("fullEveryDays") == "7");
    CHECK(job.text("source.adapterId") == "scripted");
    CHECK(job.text("source.config") == R"({"user":"u"})");
    CHECK(job.text("destinations[0].configId") == service.destination());
    CHECK(job.text("destinations[0].retention") == "{}");
    CHECK(job.text("destinations[0].config.name") == "NAS");
    CHECK(job.size("executions") == 0);
    CHECK(job.size("sources") == 0);
    CHECK(job.body.find("lastRunAt") == std::string::npos);
    for (const char* member : {"encryptionProfileId", "namingTemplateId", "schedulePreset"}) {
        CHECK(job.isNull(member));
    }
}

TEST_CASE("Jobs: the list is an array, newest first, with times of runs", "[handlers]") {
    HandlerFixture service;
    service.addJob("First");
    service.clock.advance(std::chrono::seconds(1));
    service.addJob("Second");
    const Answer list = service.get("/jobs");
    REQUIRE(list.size() == 2);
    CHECK(list.text("[0].name") == "Second");
    CHECK(list.text("[1].databases") == "[]");
    CHECK(list.isNull("[0].lastRunAt"));
    CHECK(list.isNull("[0].nextRunAt"));
    CHECK(list.body.find("executions") == std::string::npos);
    CHECK(service.get("/jobs/" + list.text("[1].id")).text("data.name") == "First");
    CHECK(service.get("/jobs/nope").error() == "Job not found");
}

TEST_CASE("Jobs: what create must have is named", "[handlers]") {
    HandlerFixture service;
    const Answer empty = service.post("/jobs", "{}");
    CHECK(empty.status == 400);
    CHECK(empty.error() == "Missing required fields (name, schedule, destinations)");
    CHECK(empty.detail("name") == "is required");
    CHECK(empty.detail("destinations") == "is required");
    CHECK(empty.detail("schedule").find("is required") == 0);
    CHECK(service.post("/jobs", R"({"name":"x","destinations":[{}]})").error() ==
          "Missing required fields (name, schedule, destinations)");
    CHECK(service.post("/jobs", R"({"name":"x","schedule":"","destinations":[]})").detail("destinations") ==
          "must be an array of 1 to 32 destinations");
}

TEST_CASE("Jobs: adapters must be there and fit", "[handlers]") {
    HandlerFixture service;
    const auto create = [&](const std::string& source, const std::string& destination) {
        return service.post("/jobs",
                            R"({"name":"x","schedule":"","sourceId":)" + source +
                                R"(,"destinations":[{"configId":")" + destination + R"("}]})");
    };
    const std::string good_source = '"' + service.source() + '"';
    const Answer unknown = create(R"("nope")", service.destination());
    CHECK(unknown.status == 400);
    CHECK(unknown.error() == "Source adapter \"nope\" not found.");
    CHECK(create("null", service.destination()).error() ==
          "Job must have at least one source: a database source or one or more directory sources.");
    CHECK(create('"' + service.destination() + '"', service.destination()).error() ==
          "Adapter \"NAS\" is not a database source.");
    const Answer destination = create(good_source, "nope");
    CHECK(destination.error() == "Destination references unknown adapter \"nope\".");
    CHECK(destination.detail("destinations[0].configId") == destination.error());
    CHECK(create(good_source, service.source()).error() == "Adapter \"Shop\" is not a backup destination.");
    service.put("/adapters/" + service.destination(), R"({"storageRole":"SOURCE"})");
    CHECK(create(good_source, service.destination()).error() ==
          "Adapter \"NAS\" is not a backup destination.");
}

TEST_CASE("Jobs: a member that is wrong is told by its field", "[handlers]") {
    HandlerFixture service;
    const auto fault = [&](const std::string& field, const std::string& value) {
        const Answer answer = service.post("/jobs", service.jobBody("x", ",\"" + field + "\":" + value));
        CHECK(answer.status == 400);
        return answer.detail(field);
    };
    CHECK(fault("compression", "\"BROTLI\"") == "must be NONE, GZIP or ZSTD");
    CHECK(fault("compressionLevel", "20") == "must be from 0 to 19");
    CHECK(fault("parallel", "0") == "must be from 1 to 32");
    CHECK(fault("format", "\"tar\"") == "must be one of: dump, sql");
    CHECK(fault("spoolBytes", "1000") == "must be 0 or at least 16777216");
    CHECK(fault("spoolBytes", "-1") == "must be from 0 to 1125899906842624");
    CHECK(fault("enabled", "1") == "must be true or false");
    CHECK(fault("databases", "\"shop\"") == "must be an array of names; an empty one means all databases");
    CHECK(fault("databases", "[\"\"]") != "(none)");
    CHECK(fault("databases", "[1]") != "(none)");
    CHECK(fault("encryptionProfileId", "\"p\"") != "(none)");
    CHECK(fault("sources", "[{}]") != "(none)");
    CHECK(service.jobs.list().empty());
}

TEST_CASE("Jobs: destinations are checked one by one", "[handlers]") {
    HandlerFixture service;
    const auto create = [&](const std::string& destinations) {
        return service.post("/jobs",
                            R"({"name":"x","schedule":"","sourceId":")" + service.source() +
                                R"(","destinations":)" + destinations + "}");
    };
    const std::string id = R"("configId":")" + service.destination() + '"';
    CHECK(create("[7]").detail("destinations[0]") == "must be an object with a configId");
    CHECK(create("[{}]").detail("destinations[0].configId") == "is required");
    CHECK(create("[{" + id + "},{" + id + "}]").detail("destinations[1].configId") == "is there twice");
    CHECK(create("[{" + id + R"(,"retention":7}])").detail("destinations[0].retention") ==
          "must be an object, or one as JSON text");
    CHECK(create("[{" + id + R"(,"retention":"\"{}\""}])").status == 400);
    CHECK(create("[{" + id + R"(,"priority":-1}])").status == 400);
    const std::string other = R"({"configId":")" + service.addDestination("Other") + R"(","priority":0})";
    const Answer job =
        create("[{" + id + R"(,"priority":5,"retention":"{\"mode\":\"NONE\"}","retentionPolicyId":"p"},)" +
               other + "]");
    REQUIRE(job.status == 201);
    CHECK(job.text("destinations[0].config.name") == "Other");
    CHECK(job.isNull("destinations[0].retentionPolicyId"));
    CHECK(job.text("destinations[1].retention") == R"({"mode":"NONE"})");
    CHECK(job.text("destinations[1].retentionPolicyId") == "p");
}

TEST_CASE("Jobs: each destination has its delivery, and PUT gives it back as it was set", "[handlers]") {
    HandlerFixture service;
    const auto body = [&](const std::string& delivery, const std::string& more = "") {
        return R"({"name":"x","schedule":"","sourceId":")" + service.source() +
               R"(","destinations":[{"configId":")" + service.destination() + '"' + delivery + "}]" + more +
               "}";
    };
    const Answer usual = service.post("/jobs", body(""));
    REQUIRE(usual.status == 201);
    CHECK(usual.text("destinations[0].retries") == "3");
    CHECK(usual.text("destinations[0].bandwidthLimit") == "0");
    CHECK(usual.text("destinations[0].verify") == "checksum");
    CHECK(usual.text("spoolBytes") == "0");
    const std::string path = "/jobs/" + usual.text("id");
    const Answer changed =
        service.put(path,
                    body(R"(,"retries":0,"bandwidthLimit":2000000,"verify":"full")",
                         R"(,"spoolBytes":1073741824,"verifyByHash":true,"skipVerification":true)"));
    REQUIRE(changed.status == 200);
    const Answer renamed = service.put(path, R"({"name":"y"})");
    CHECK(renamed.text("destinations[0].retries") == "0");
    CHECK(renamed.text("destinations[0].bandwidthLimit") == "2000000");
    CHECK(renamed.text("destinations[0].verify") == "full");
    CHECK(renamed.text("spoolBytes") == "1073741824");
    CHECK(renamed.text("verifyByHash") == "true");
    CHECK(renamed.text("skipVerification") == "true");
    const auto fault = [&](const std::string& field, const std::string& value) {
        return service.put(path, body(",\"" + field + "\":" + value)).detail("destinations[0]." + field);
    };
    CHECK(fault("retries", "101") == "must be from 0 to 100");
    CHECK(fault("bandwidthLimit", "1000") == "must be 0 or at least 1024");
    CHECK(fault("verify", R"("perhaps")") == "must be size, checksum or full");
}

TEST_CASE("Jobs: names are unique", "[handlers]") {
    HandlerFixture service;
    service.addJob("Nightly");
    const Answer again = service.post("/jobs", service.jobBody("Nightly"));
    CHECK(again.status == 409);
    CHECK(again.error() == "A job with the name \"Nightly\" already exists.");
    const std::string other = service.addJob("Other");
    CHECK(service.put("/jobs/" + other, R"({"name":"Nightly"})").status == 409);
}

TEST_CASE("Jobs: an update leaves alone what it does not name", "[handlers]") {
    HandlerFixture service;
    const std::string path =
        "/jobs/" +
        service
            .post("/jobs",
                  service.jobBody("A",
                                  R"(,"databases":["a","b"],"compressionLevel":7,"parallel":2,"format":"sql",
                                     "notificationIds":["n1"],"notificationEvents":{"x":1},"namingTemplateId":"t")"))
            .text("id");
    const Answer renamed = service.put(path, R"({"name":"B"})");
    CHECK(renamed.status == 200);
    CHECK(renamed.text("databases") == R"(["a","b"])");
    CHECK(renamed.text("compressionLevel") == "7");
    CHECK(renamed.text("format") == "sql");
    CHECK(renamed.text("notificationIds[0]") == "n1");
    CHECK(renamed.text("notificationEvents.x") == "1");
    CHECK(renamed.text("namingTemplateId") == "t");
    CHECK(renamed.size("destinations") == 1);
    const Answer changed = service.put(
        path,
        R"({"databases":"[\"c\"]","namingTemplateId":null,"encryptionProfileId":"","sources":[],"schedule":null,"compression":"GZIP"})");
    CHECK(changed.text("databases") == R"(["c"])");
    CHECK(changed.isNull("namingTemplateId"));
    CHECK(changed.text("schedule") == "");
    CHECK(changed.text("compressionLevel") == "0");  // 7 was meant for ZSTD
    CHECK(service.put(path, R"({"databases":null})").text("databases") == "[]");
    CHECK(service.put(path, R"({"sourceId":null})").status == 400);
    CHECK(service.put("/jobs/nope", "{}").status == 404);
}

TEST_CASE("Jobs: what GET answers can be sent back", "[handlers]") {
    HandlerFixture service;
    service.addJob("A");
    const Answer list = service.get("/jobs");
    const std::string row = list.body.substr(1, list.body.size() - 2);
    const Answer put = service.put("/jobs/" + list.text("[0].id"), row);
    CHECK(put.status == 200);
    CHECK(put.text("destinations[0].retention") == "{}");
}

TEST_CASE("Jobs: delete takes the job and leaves the rest", "[handlers]") {
    HandlerFixture service;
    const std::string id = service.addJob();
    CHECK(service.remove("/jobs/" + id).body == R"({"success":true})");
    const Answer again = service.remove("/jobs/" + id);
    CHECK(again.status == 404);
    CHECK(again.error() == "Job not found");
    CHECK(service.adapters.find(service.source()));
}
