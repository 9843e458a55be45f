#include <catch2/catch.hpp>

#include "tests/unit/api/handlers/fixture.h"

using namespace dbackup;
using dbackup::test::Answer;
using dbackup::test::HandlerFixture;

namespace {

struct Changes : HandlerFixture {
    Changes() { workerAnswers("list", R"({"backups":[]})"); }
    std::string path(const std::string& action) { return "/storage/" + destination() + action; }
    void outcome(const std::string& command, const std::string& results) {
        workerAnswers(command, R"({"results":[)" + results + "]}");
    }
};

}  // namespace

TEST_CASE("Storage: a backup is deleted unless it is locked", "[handlers]") {
    Changes service;
    const auto remove = [&](const std::string& body) {
        return service.call("DELETE", service.path("/files"), body);
    };
    service.outcome("remove", R"({"path":"a/b","state":"done"})");
    CHECK(remove(R"({"path":"a/b"})").body == R"({"success":true})");
    CHECK(service.workerRequest("remove").find("a/b") != std::string::npos);
    service.outcome("remove", R"({"path":"a/b","state":"locked"})");
    CHECK(remove(R"({"path":"a/b"})").status == 409);
    CHECK(remove(R"({"path":"a/b"})").error() == "This backup is locked. Unlock it before deleting.");
    service.outcome("remove", R"({"path":"a/b","state":"missing"})");
    CHECK(remove(R"({"path":"a/b"})").status == 404);
    service.outcome("remove", R"({"path":"a/b","state":"failed","kind":"Permission","error":"may not"})");
    CHECK(remove(R"({"path":"a/b"})").status == 422);
    CHECK(remove("").error() == "Path is required");
    CHECK(remove("{}").error() == "Path is required");
    for (const char* bad : {R"("../x")", R"("/x")", "7"}) {
        CHECK(remove(std::string(R"({"path":)") + bad + "}").error() == "Invalid file path");
    }
    CHECK(service.call("DELETE", service.path("/files"), "{}", {"storage:read"}).error() ==
          "Permission denied: storage:delete required");
}

TEST_CASE("Storage: many are changed in one call, each with its outcome", "[handlers]") {
    Changes service;
    service.outcome("lock",
                    R"({"path":"a/b","state":"done"},{"path":"a/c","state":"missing"},)"
                    R"({"path":"a/d","state":"failed","kind":"Unavailable","error":"timeout"})");
    const Answer locked =
        service.post(service.path("/files/bulk"), R"({"action":"lock","paths":["a/b","a/c","a/d","../x"]})");
    REQUIRE(locked.status == 200);
    CHECK(locked.text("data.succeeded[0]") == "a/b");
    CHECK(locked.size("data.failed") == 3);
    CHECK(locked.text("data.failed[0].id") == "../x");
    CHECK(locked.text("data.failed[0].error") == "Invalid file path");
    CHECK(locked.text("data.failed[2].error") == "timeout");
    CHECK(locked.text("message") == "1 of 4 backups locked");
    service.outcome("remove", R"({"path":"a/b","state":"done"})");
    CHECK(
        service.post(service.path("/files/bulk"), R"({"action":"delete","paths":["a/b"]})").text("message") ==
        "1 backup deleted");
    service.outcome("lock",
                    R"({"path":"a/b","state":"failed","error":"x"},{"path":"a/c","state":"missing"})");
    CHECK(service.post(service.path("/files/bulk"), R"({"action":"unlock","paths":["a/b","a/c"]})")
              .text("message") == "Could not unlock 2 backups");
    for (const char* body :
         {R"({"action":"burn","paths":["a/b"]})", R"({"action":"lock","paths":[]})", "{}"}) {
        const Answer refused = service.post(service.path("/files/bulk"), body);
        CHECK(refused.status == 400);
        CHECK(refused.error() == "Invalid request body");
    }
}

TEST_CASE("Storage: one backup is locked or unlocked", "[handlers]") {
    Changes service;
    service.outcome("lock", R"({"path":"a/b","state":"done"})");
    CHECK(service.post(service.path("/lock"), R"({"file":"a/b"})").text("data.locked") == "true");
    CHECK(service.workerRequest("lock").find("\"locked\":true") != std::string::npos);
    CHECK(service.post(service.path("/lock"), R"({"file":"a/b","locked":false})").text("data.locked") ==
          "false");
    CHECK(service.post(service.path("/lock"), R"({"file":"a/b","locked":"no"})").status == 400);
}

TEST_CASE("Storage: a check tells what it found, or that it could not read", "[handlers]") {
    Changes service;
    service.workerAnswers("verify",
                          R"({"status":"failed","expected":"aa","actual":"bb","error":"x is damaged"})");
    const Answer failed = service.post(service.path("/verify"), R"({"file":"a/b"})");
    CHECK(failed.status == 200);
    CHECK(failed.text("data.status") == "failed");
    CHECK(failed.text("data.expectedChecksum") == "aa");
    CHECK(failed.text("data.actualChecksum") == "bb");
    CHECK(failed.text("data.verifiedAt") == "2026-01-15T10:30:00.000Z");
    service.workerAnswers("verify", protocol::failure(Error(ErrorKind::Unavailable, "timeout")));
    CHECK(service.post(service.path("/verify"), R"({"file":"a/b"})").text("data.status") == "download_error");
    service.workerAnswers("verify", protocol::failure(Error(ErrorKind::NotFound, "no such backup")));
    CHECK(service.post(service.path("/verify"), R"({"file":"a/b"})").status == 404);
    CHECK(service.post(service.path("/verify-async"), R"({"file":"a/b"})").status == 404);
    CHECK(service.post(service.path("/verify"), R"({"file":"/b"})").error() == "Invalid file path");
}

TEST_CASE("Storage: the history has a day for each day that was looked at", "[handlers]") {
    Changes service;
    CHECK(service.get(service.path("/history")).size("data") == 0);
    service.get(service.path("/files"));
    const Answer history = service.get(service.path("/history?days=9999"));
    REQUIRE(history.size("data") == 1);
    CHECK(history.text("data[0].date") == "2026-01-15");
    CHECK(history.text("data[0].count") == "0");
    CHECK(service.get(service.path("/history?days=0")).size("data") == 1);
    CHECK(service.get(service.path("/history?days=x")).status == 400);
}
