#include <catch2/catch.hpp>

#include "api/handlers/json_writer.h"
#include "core/model/manifest.h"
#include "tests/unit/api/handlers/fixture.h"

using namespace dbackup;
using dbackup::test::Answer;
using dbackup::test::HandlerFixture;

namespace {

ManifestObject objectOf(const std::string& database, const std::string& contents = "database") {
    ManifestObject object;
    object.name = database + ".dump.zst";
    object.source_id = "s";
    object.database = database;
    object.contents = contents;
    object.format = "dump";
    object.compression = "zstd";
    object.original_bytes = 9'000'000'000;
    object.size_bytes = 1000;
    object.original_sha256 = std::string(64, 'b');
    object.volumes = {{object.name, 1000, std::string(64, 'a')}};
    return object;
}

/// A destination with backups, as `dbackup-worker list` tells of it.
class StorageFixture : public HandlerFixture {
public:
    Manifest manifest(const std::string& backup, std::vector<ManifestObject> objects) {
        Manifest made;
        made.path = "Nightly/" + backup;
        made.execution_id = "e1";
        made.job_id = "j1";
        made.job_name = "Nightly";
        made.created_at = clock.now();
        made.software = "dbackup 0.1.0";
        made.trigger_type = "Api";
        made.trigger_label = "ci";
        made.sources = {{source(), "Shop", "scripted", "15.20", "Community"}};
        made.objects = std::move(objects);
        return made;
    }
    void lists(const std::vector<std::pair<Manifest, std::string>>& backups) {
        api::JsonWriter data;
        data.beginObject().beginArray("backups");
        for (const auto& [made, fault] : backups) {
            data.beginObject()
                .text("path", made.path)
                .text("modified", "2026-01-15T10:30:00.000Z")
                .text("fault", fault)
                .text("manifest", fault.empty() ? toText(made) : "")
                .end();
        }
        data.end().end();
        workerAnswers("list", data.take());
    }
    std::string path(const std::string& action) { return "/storage/" + destination() + action; }
    Answer restore(const std::string& more) {
        return post(path("/restore"),
                    R"({"file":"Nightly/b1","targetSourceId":")" + source() + '"' + more + "}");
    }
    /// The request of the restore that was queued.
    std::string queuedRequest(const Answer& answer) {
        REQUIRE(answer.status == 202);
        return executions.find(answer.text("executionId"))->request;
    }
};

}  // namespace

TEST_CASE("Storage: backups are listed with what is in them", "[handlers]") {
    StorageFixture service;
    service.lists({{service.manifest("b1", {objectOf("shop"), objectOf("stock")}), ""}});
    const Answer files = service.get(service.path("/files"));
    REQUIRE(files.status == 200);
    REQUIRE(files.size() == 1);
    CHECK(files.text("[0].name") == "b1");
    CHECK(files.text("[0].path") == "Nightly/b1");
    CHECK(files.text("[0].size") == "2000");
    CHECK(files.text("[0].lastModified") == "2026-01-15T10:30:00.000Z");
    CHECK(files.text("[0].sourceType") == "scripted");
    CHECK(files.text("[0].engineVersion") == "15.20");
    CHECK(files.text("[0].dbInfo.count") == "2");
    CHECK(files.text("[0].dbInfo.label") == "2 databases");
    CHECK(files.text("[0].compression") == "ZSTD");
    CHECK(files.text("[0].locked") == "false");
    CHECK(files.text("[0].isEncrypted") == "false");
    CHECK(files.text("[0].trigger.actor") == "ci");
    CHECK(files.text("[0].executionId") == "e1");
    CHECK(files.size("[0].objects") == 2);
    CHECK(files.text("[0].objects[1].originalSize") == "9000000000");
    CHECK(files.text("[0].objects[1].volumes[0].sha256") == std::string(64, 'a'));
    CHECK(files.body.find("fault") == std::string::npos);
    CHECK(service.get(service.path("/files?typeFilter=BACKUP")).size() == 1);
    CHECK(service.get(service.path("/files?typeFilter=SYSTEM")).body == "[]");
}

TEST_CASE("Storage: a list can be had page by page", "[handlers]") {
    StorageFixture service;
    std::vector<std::pair<Manifest, std::string>> backups;
    for (const char* name : {"b1", "b2", "b3"}) {
        service.clock.advance(std::chrono::seconds(1));
        backups.emplace_back(service.manifest(name, {objectOf("shop")}), "");
    }
    service.lists(backups);
    const Answer first = service.get(service.path("/files?limit=2"));
    REQUIRE(first.size() == 2);
    CHECK(first.text("[0].path") == "Nightly/b3");
    const Answer rest = service.get(service.path("/files?limit=2&cursor=Nightly/b2"));
    REQUIRE(rest.size() == 1);
    CHECK(rest.text("[0].path") == "Nightly/b1");
    CHECK(rest.text("[0].checksum") == std::string(64, 'a'));
    CHECK(service.get(service.path("/files?limit=x")).status == 400);
}

TEST_CASE("Storage: only a destination has files", "[handlers]") {
    StorageFixture service;
    CHECK(service.get("/storage/nope/files").error() == "Storage configuration with ID nope not found.");
    const Answer source = service.get("/storage/" + service.source() + "/files");
    CHECK(source.status == 400);
    CHECK(source.error() == "Adapter configuration " + service.source() + " is not a storage adapter.");
    CHECK(service.get(service.path("/files"), {"destinations:read"}).error() ==
          "Permission denied: storage:read required");
    CHECK(service.call("PUT", service.path("/files")).status == 405);
}

TEST_CASE("Storage: a restore is queued in the name of the key", "[handlers]") {
    StorageFixture service;
    service.lists({{service.manifest("b1", {objectOf("shop"), objectOf("", "globals")}), ""}});
    const Answer answer = service.restore("");
    REQUIRE(answer.status == 202);
    CHECK(answer.text("message") == "Restore started");
    const auto execution = service.executions.find(answer.text("executionId"));
    REQUIRE(execution);
    CHECK(execution->type == "Restore");
    CHECK(execution->trigger_type == "Manual");
    CHECK(execution->trigger_label == "ci");
    CHECK(execution->request.find("hunter2") == std::string::npos);
}

TEST_CASE("Storage: a restore maps databases by array, by object or by one name", "[handlers]") {
    StorageFixture service;
    service.lists({{service.manifest("b1", {objectOf("shop")}), ""}});
    for (const char* mapping :
         {R"(,"databaseMapping":[{"originalName":"shop","targetName":"copy","selected":true}])",
          R"(,"databaseMapping":{"shop":"copy"})",
          R"(,"targetDatabaseName":"copy")"}) {
        INFO(mapping);
        const std::string request = service.queuedRequest(service.restore(mapping));
        CHECK(request.find("shop") != std::string::npos);
        CHECK(request.find("copy") != std::string::npos);
    }
    const std::string flags =
        service.queuedRequest(service.restore(R"(,"overwrite":true,"globals":false,"noOwner":true)"));
    CHECK(flags.find("true") != std::string::npos);
    CHECK(service.restore(R"(,"databaseMapping":[])").status == 202);
    const std::string parts =
        service.queuedRequest(service.restore(R"(,"selection":["orders"],"owners":{"*":"buyer"})"));
    CHECK(parts.find("orders") != std::string::npos);
    CHECK(parts.find("buyer") != std::string::npos);
    CHECK(service.restore(R"(,"owners":{"*":7})").detail("owners") != "(none)");
}

TEST_CASE("Storage: what is wrong with a restore is told before anything happens", "[handlers]") {
    StorageFixture service;
    service.lists({{service.manifest("b1", {objectOf("shop"), objectOf("stock")}), ""}});
    for (const char* file : {R"("")", R"("/etc/passwd")", R"("a/../b")", "7", "null"}) {
        INFO(file);
        const Answer answer = service.post(service.path("/restore"),
                                           std::string(R"({"targetSourceId":"x","file":)") + file + "}");
        CHECK(answer.status == 400);
        CHECK(answer.error() == "Invalid file path");
    }
    CHECK(service.post(service.path("/restore"), R"({"file":"Nightly/b1"})").detail("targetSourceId") !=
          "(none)");
    CHECK(service.restore(R"(,"scope":"files")").detail("scope") != "(none)");
    CHECK(service.restore(R"(,"privilegedAuth":{"user":"root","password":"x"})").detail("privilegedAuth") ==
          "is not supported: name a source with that account as targetSourceId instead");
    CHECK(service.restore(R"(,"databaseMapping":7)").detail("databaseMapping") ==
          "must be an array or an object");
    CHECK(service.restore(R"(,"databaseMapping":[7])").status == 400);
    CHECK(service.restore(R"(,"databaseMapping":[{"targetName":"x"}])")
              .detail("databaseMapping[0].originalName") == "is required");
    CHECK(service.restore(R"(,"databaseMapping":[{"originalName":"shop","selected":false}])").status == 400);
    CHECK(service.restore(R"(,"databaseMapping":{"shop":7})").status == 400);
    CHECK(service.restore(R"(,"overwrite":"yes")").detail("overwrite") == "must be true or false");
    CHECK(service.restore(R"(,"targetDatabaseName":"copy")").detail("targetDatabaseName") ==
          "fits a backup of one database; this one has 2, use databaseMapping");
    CHECK(service
              .post(service.path("/restore"),
                    R"({"file":"Nightly/none","targetSourceId":"x","targetDatabaseName":"c"})")
              .status == 404);
    CHECK(service.post("/storage/nope/restore", R"({"file":"a/b","targetSourceId":"x"})").status == 404);
    CHECK(service.executions.withStatus(ExecutionStatus::Pending).empty());
}

TEST_CASE("Storage: a damaged backup is listed with its fault and not analysed", "[handlers]") {
    StorageFixture service;
    service.lists({{service.manifest("b1", {}), "its manifest was changed"}});
    const Answer files = service.get(service.path("/files"));
    CHECK(files.text("[0].fault") == "its manifest was changed");
    CHECK(files.text("[0].path") == "Nightly/b1");
    const Answer analysed = service.post(service.path("/analyze"), R"({"file":"Nightly/b1"})");
    CHECK(analysed.status == 422);
    CHECK(analysed.error() == "the backup \"Nightly/b1\" is damaged: its manifest was changed");
}

TEST_CASE("Storage: analyze tells the databases of a backup", "[handlers]") {
    StorageFixture service;
    service.lists(
        {{service.manifest("b1", {objectOf("shop"), objectOf("shop"), objectOf("", "globals")}), ""}});
    const Answer analysed = service.post(service.path("/analyze"), R"({"file":"Nightly/b1/"})");
    CHECK(analysed.body.starts_with(R"({"databases":["shop"],"sourceType":"scripted",)"));
    CHECK(analysed.text("sources[0].name") == "Shop");
    CHECK(service.post("/storage/" + service.source() + "/analyze", R"({"file":"a/b"})").error() ==
          "Storage adapter not found");
    CHECK(service.post(service.path("/analyze"), "{}").error() == "Invalid file path");
    CHECK(service.post(service.path("/analyze"), R"({"file":"a/b"})").status == 404);
}
