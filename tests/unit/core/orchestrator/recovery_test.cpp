#include "fixture.h"

using namespace dbackup;
using namespace dbackup::test;

TEST_CASE("Orchestrator: what a killed service left Running is Failed with the reason, and cleaned up",
          "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job = world.addJob("a", "ok");
    const Execution execution = world.interrupted(job, "id-disk-a", "x.part");
    std::filesystem::create_directories(world.folder / "scratch" / "run-old");
    world->start();
    // Before start() returns, since clients may ask from then on.
    const Execution failed = world.get(execution.id);
    CHECK(failed.status == ExecutionStatus::Failed);
    CHECK(failed.outcome == Outcome::Failed);
    CHECK(has(failed.error, "interrupted by a restart of the service in stage 'Uploading'"));
    CHECK(failed.stage == "Uploading");
    CHECK(failed.progress == 100);
    CHECK(failed.ended_at);
    CHECK_FALSE(world.isThere("scratch/run-old"));
    world.database.flush();
    const auto log = world.executions.logs(execution.id);
    REQUIRE_FALSE(log.empty());
    CHECK(log.front().level == "error");
    CHECK(log.front().stage == "Recovery");
    CHECK(log.front().message == failed.error);
    REQUIRE(eventually([&] { return world.executions.leftovers().empty(); }));
    const auto cleanups = world.requests("cleanup");
    REQUIRE(cleanups.size() == 1);
    const auto cleanup = protocol::cleanupRequestFrom(*cleanups.front());
    CHECK(cleanup.tokens == std::vector<std::string>{"x.part"});
    CHECK(cleanup.path == "job/backup");
    CHECK(cleanup.component.name == "disk-a");
}

TEST_CASE("Orchestrator: pending executions of a killed service run in their order", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job = world.addJob("a", "ok");
    const std::string other = world.addJob("b", "ok");
    const std::string running = world.interrupted(job, "id-disk-a", "").id;
    const std::string first = world.pending(job).id;
    const std::string second = world.pending(other).id;
    const std::string third = world.pending(job).id;
    world->start();
    CHECK(world.ended(third).status == ExecutionStatus::Success);
    CHECK(world.ended(first).status == ExecutionStatus::Success);
    CHECK(world.ended(second).status == ExecutionStatus::Success);
    CHECK(world.get(running).status == ExecutionStatus::Failed);
    std::vector<std::string> order;
    for (const auto& request : world.requests("backup")) {
        order.push_back(protocol::backupRequestFrom(*request).execution_id);
    }
    CHECK(order == std::vector<std::string>{first, second, third});
}

TEST_CASE("Orchestrator: a destination that does not answer delays neither start nor stop",
          "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job = world.addJob("a", "ok", {world.addDestination("hole", "touch cleaning\nhang")});
    const Execution execution = world.interrupted(job, "id-hole", "x.part");
    const auto begin = std::chrono::steady_clock::now();
    world->start();
    CHECK(world.get(execution.id).status == ExecutionStatus::Failed);
    CHECK(world.ended(world.startBackup(job)).status == ExecutionStatus::Success);
    REQUIRE(world.touched("cleaning"));
    world.make();
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(25));
    CHECK(world.executions.leftovers(execution.id).size() == 2);
    CHECK(world.logHas(execution.id, "the service is stopping"));
}

TEST_CASE("Orchestrator: a finished but unrecorded backup is kept, and the log says so", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job =
        world.addJob("a", "ok", {world.addDestination("near", R"(data {"kept":true,"removed":0})")});
    const Execution execution = world.interrupted(job, "id-near", "");
    world->start();
    CHECK(eventually([&] { return world.logHas(execution.id, "The backup job/backup is whole on 'near'"); }));
    CHECK(eventually([&] { return world.executions.leftovers().empty(); }));
}

TEST_CASE("Orchestrator: leftovers on a destination that was deleted or does not fit are dealt with",
          "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job = world.addJob("a", "ok");
    const Execution deleted = world.interrupted(job, "id-gone", "x.part");
    const Execution of_a_source = world.interrupted(job, "id-source-a", "y.part");
    world.addDestination("odd");
    Adapter odd = world.adapters.find("id-odd").value();
    odd.adapter_id = "tape";
    world.adapters.update(odd);
    const Execution no_plugin = world.interrupted(job, "id-odd", "z.part");
    const Execution fine = world.interrupted(job, "id-disk-a", "");
    world->start();
    CHECK(eventually([&] { return world.executions.leftovers(fine.id).empty(); }));
    CHECK(eventually([&] { return world.executions.leftovers(deleted.id).empty(); }));
    CHECK(eventually([&] { return world.executions.leftovers(of_a_source.id).empty(); }));
    // A plugin may come back.
    CHECK(world.executions.leftovers(no_plugin.id).size() == 2);
}
