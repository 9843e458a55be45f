#include "fixture.h"

using namespace dbackup;
using namespace dbackup::test;

namespace {

const std::string good_backup = R"(start init
end init 0 0
start dump
start upload
progress dump 50 100
progress upload 20 100
log info dumping alpha
end dump 100 100
end upload 100 100
start verify
end verify 100 100
ok)";

std::vector<std::string> stageNames(const OrchestratorFixture& world, const std::string& id) {
    std::vector<std::string> names;
    for (const auto& stage : world.executions.stages(id)) {
        CHECK(stage.ended_at);
        names.push_back(stage.name);
    }
    return names;
}

JsonObject::Ptr metadataOf(const Execution& execution) {
    return parseJsonObject(execution.metadata, "metadata");
}

}  // namespace

TEST_CASE("Orchestrator: a good backup is recorded with all that it did", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job = world.addJob("shop", good_backup);
    world->start();
    const std::string id = world->startBackup(job, {"Api", "ci"}, true);
    const Execution ended = world.ended(id);
    CHECK(ended.status == ExecutionStatus::Success);
    CHECK(ended.outcome == Outcome::Success);
    CHECK(ended.error.empty());
    CHECK(ended.stage == "Completed");
    CHECK(ended.progress == 100);
    CHECK(ended.size_bytes == 1234);
    CHECK(ended.path.starts_with("shop/2026-01-15_10-30-00_"));
    CHECK(ended.trigger_label == "ci");
    CHECK(ended.started_at);

    const auto log = world.logOf(id);
    REQUIRE(log.size() == 8);
    CHECK(log[0] == "info: Job queued");
    CHECK(log[1] == "info: Taking job from queue...");
    CHECK(log[2] == "success: Initializing completed (0ms)");
    CHECK(log[3] == "info: dumping alpha");
    CHECK(log[4] == "success: Dumping Databases completed (0ms)");
    CHECK(log[7] == "success: Backup completed");
    CHECK(stageNames(world, id) ==
          std::vector<std::string>{
              "Queued", "Initializing", "Dumping Databases", "Uploading", "Verifying", "Completed"});
    CHECK(world.executions.stages(id)[2].bytes == 100);
    CHECK(world.executions.artifacts(id).size() == 1);
    CHECK(world.executions.leftovers().empty());
    CHECK(world.cleaned().empty());

    const auto metadata = metadataOf(ended);
    CHECK(textOr(*metadata, "label") == "shop");
    CHECK(textOr(*metadata, "jobName") == "shop");
    CHECK(textOr(*metadata, "sourceName") == "source-shop");
    CHECK(textOr(*metadata, "adapterId") == "fake");
    CHECK(textOr(*metadata, "engineVersion") == "15.4");
    CHECK(flagOr(*metadata, "lock", false));
    CHECK(integerOr(*metadata, "count", 0) == 1);
    const auto destination = arrayAt(*metadata, "destinations")->getObject(0);
    CHECK(textOr(*destination, "configId") == "id-disk-shop");
    CHECK(textOr(*destination, "adapterId") == "folder");
    CHECK(textOr(*destination, "path") == ended.path);
    CHECK(textOr(*destination, "status") == "success");
}

TEST_CASE("Orchestrator: the worker gets the job as it is, and its secrets", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job = world.addJob("shop", "ok");
    Job changed = world.jobs.find(job).value();
    changed.compression = "GZIP";
    changed.compression_level = 7;
    changed.parallel = 3;
    changed.databases = {"alpha", "beta"};
    changed.format = "bin";
    world.jobs.update(changed);
    world->start();
    const Execution ended = world.ended(world.startBackup(job));
    const auto requests = world.requests("backup");
    REQUIRE(requests.size() == 1);
    const auto request = protocol::backupRequestFrom(*requests.front());
    CHECK(request.execution_id == ended.id);
    CHECK(request.job_name == "shop");
    CHECK(request.path == ended.path);
    CHECK(request.compression == "gzip");
    CHECK(request.compression_level == 7);
    CHECK(request.parallel == 3);
    CHECK(request.trigger_type == "Api");
    CHECK(request.trigger_label == "ci");
    CHECK(request.sources.front().databases == changed.databases);
    CHECK(request.sources.front().format == "bin");
    CHECK(has(request.sources.front().component.settings, "hunter2"));
    CHECK(request.sources.front().component.secret_keys == std::vector<std::string>{"password"});
    CHECK(request.setup.tool_path == world.worker.tool_path);
    CHECK(request.setup.confirms);
    CHECK_FALSE(std::filesystem::exists(request.setup.scratch));
    CHECK(std::filesystem::is_empty(world.worker.scratch_root));
}

TEST_CASE("Orchestrator: a backup that some destinations lack is Partial, and they are cleaned up",
          "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job = world.addJob(
        "shop", "start dump\npartial", {world.addDestination("near"), world.addDestination("far")});
    world->start();
    const Execution ended = world.ended(world.startBackup(job));
    CHECK(ended.status == ExecutionStatus::Failed);
    CHECK(ended.outcome == Outcome::Partial);
    CHECK(ended.error == "The backup is whole on 'near', but failed on 'far': disk full");
    CHECK(ended.stage == "Completed");
    CHECK_FALSE(ended.path.empty());
    CHECK(world.executions.artifacts(ended.id).size() == 1);
    CHECK(world.cleaned() == std::vector<std::string>{"far"});
    world.database.flush();
    CHECK(world.executions.leftovers().empty());
}

TEST_CASE("Orchestrator: a failed backup keeps its stage and tells what to do", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job =
        world.addJob("shop", "start init\nend init\nstart dump\nfail ToolFailed pg_dump died");
    world->start();
    const Execution ended = world.ended(world.startBackup(job));
    CHECK(ended.status == ExecutionStatus::Failed);
    CHECK(ended.outcome == Outcome::Failed);
    CHECK(has(ended.error, "pg_dump died"));
    CHECK(has(ended.error, "look at the fake"));
    CHECK(ended.stage == "Dumping Databases");
    CHECK(ended.progress == 100);
    CHECK(ended.path.empty());
    CHECK_FALSE(ended.size_bytes);
    CHECK(world.logOf(ended.id).back() == "error: " + ended.error);
    // The worker says that it removed what it stored; trust is good.
    CHECK(world.cleaned() == std::vector<std::string>{"disk-shop"});
}

TEST_CASE("Orchestrator: what failed before the first dump left nothing to clean up", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job = world.addJob("shop", "start init\nfail Authentication wrong password");
    world->start();
    const Execution ended = world.ended(world.startBackup(job));
    CHECK(ended.stage == "Initializing");
    CHECK(world.cleaned().empty());
    world.database.flush();
    CHECK(world.executions.leftovers().empty());
}

TEST_CASE("Orchestrator: an execution whose parts are gone fails with the reason", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job = world.addJob("shop", "ok");
    const std::string other = world.addJob("other", "ok");
    const std::string third = world.addJob("third", "ok");
    const std::string no_job = world.startBackup(job);
    const std::string no_plugin = world.startBackup(other);
    const std::string wrong_settings = world.startBackup(third);
    world.jobs.remove(job);
    Adapter source = world.adapters.find("id-source-other").value();
    source.adapter_id = "oracle";
    world.adapters.update(source);
    source = world.adapters.find("id-source-third").value();
    source.config = R"({"colour":"red"})";
    world.adapters.update(source);
    world->start();
    CHECK(has(world.ended(no_job).error, "the job was deleted before its execution could start"));
    CHECK(has(world.ended(no_plugin).error, "No plugin serves 'oracle', which 'source-other' needs"));
    CHECK(has(world.ended(wrong_settings).error, "The settings of 'source-third' are wrong: /colour"));
    CHECK(world.get(no_job).stage == "Initializing");
    CHECK(textOr(*metadataOf(world.get(no_job)), "jobName") == "shop");
}

TEST_CASE("Orchestrator: progress and stage can be followed", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job =
        world.addJob("shop", "start init\nend init\nstart dump\nprogress dump 1 2\ntouch half\nawait go\nok");
    world->start();
    const std::string id = world.startBackup(job);
    REQUIRE(world.touched("half"));
    CHECK(eventually([&] { return world.get(id).progress == 35; }));
    CHECK(world.get(id).stage == "Dumping Databases");
    CHECK(world.isRunning(id));
    CHECK(world.executions.leftovers(id).size() == 1);
    world.release("go");
    CHECK(world.ended(id).status == ExecutionStatus::Success);
}

TEST_CASE("Orchestrator: an announced leftover is confirmed when it is on record", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job =
        world.addJob("shop",
                     "start dump\nleftover id-disk-shop a b.part\nleftover id-disk-shop c.part\n"
                     "confirmed 2\ntouch confirmed\nawait go\n"
                     "gone id-disk-shop a b.part\ngone id-disk-shop c.part\nok");
    world->start();
    const std::string id = world.startBackup(job);
    REQUIRE(world.touched("confirmed"));
    const auto leftovers = world.executions.leftovers(id);
    REQUIRE(leftovers.size() == 3);
    CHECK(leftovers[1].token == "a b.part");
    CHECK(leftovers[2].destination_id == "id-disk-shop");
    world.release("go");
    CHECK(world.ended(id).status == ExecutionStatus::Success);
    world.database.flush();
    CHECK(world.executions.leftovers().empty());
}
