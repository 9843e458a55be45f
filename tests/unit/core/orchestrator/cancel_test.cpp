#include "fixture.h"

using namespace dbackup;
using namespace dbackup::test;
using orchestrator::CancelResult;

TEST_CASE("Orchestrator: a pending execution is cancelled at once and never runs", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job = world.addJob("a", "ok");
    const std::string id = world.startBackup(job);
    CHECK(world->cancel(id, "ci") == CancelResult::Pending);
    const Execution cancelled = world.get(id);
    CHECK(cancelled.status == ExecutionStatus::Failed);
    CHECK(cancelled.outcome == Outcome::Cancelled);
    CHECK(cancelled.error == "Execution was cancelled by ci");
    CHECK(cancelled.progress == 100);
    CHECK_FALSE(cancelled.started_at);
    CHECK(world.logOf(id).back() == "warning: Execution was cancelled by ci");
    const std::string next = world.startBackup(job);
    world->start();
    CHECK(world.ended(next).status == ExecutionStatus::Success);
    CHECK(world.requests("backup").size() == 1);
}

TEST_CASE("Orchestrator: a running execution is asked to stop", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job =
        world.addJob("a", "start dump\ntouch runs\nstopped\nfail Cancelled the backup was cancelled");
    world->start();
    const std::string id = world.startBackup(job);
    REQUIRE(world.touched("runs"));
    CHECK(world->cancel(id) == CancelResult::Running);
    const Execution ended = world.ended(id);
    CHECK(ended.status == ExecutionStatus::Failed);
    CHECK(ended.outcome == Outcome::Cancelled);
    CHECK(ended.error == "Execution was cancelled by user");
    CHECK(ended.stage == "Dumping Databases");
    CHECK(world.logOf(id).back() == "warning: Execution was cancelled by user");
}

TEST_CASE("Orchestrator: a worker that does not heed the cancel is killed after the grace",
          "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job =
        world.addJob("a", "start dump\nleftover id-disk-a x.part\nconfirmed 1\ntouch runs\nhang");
    world->start();
    const std::string id = world.startBackup(job);
    REQUIRE(world.touched("runs"));
    CHECK(world->cancel(id) == CancelResult::Running);
    CHECK(world->cancel(id, "another") == CancelResult::Running);
    // Time stands still, so nothing can happen before the grace is over.
    CHECK(world.isRunning(id));
    // It counts from when the run has seen the request.
    REQUIRE(eventually([&] {
        world.clock.advance(std::chrono::seconds(4));
        return world.hasEnded(id);
    }));
    const Execution ended = world.get(id);
    CHECK(ended.outcome == Outcome::Cancelled);
    CHECK(ended.error == "Execution was cancelled by user");
    const auto cleanups = world.requests("cleanup");
    REQUIRE(cleanups.size() == 1);
    const auto cleanup = protocol::cleanupRequestFrom(*cleanups.front());
    CHECK(cleanup.tokens == std::vector<std::string>{"x.part"});
    CHECK(cleanup.path.starts_with("a/2026-01-15"));
}

TEST_CASE("Orchestrator: a backup that is whole when the cancel comes is a success", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job = world.addJob("a", "start dump\ntouch runs\nstopped\nok");
    world->start();
    const std::string id = world.startBackup(job);
    REQUIRE(world.touched("runs"));
    CHECK(world->cancel(id) == CancelResult::Running);
    const Execution ended = world.ended(id);
    CHECK(ended.outcome == Outcome::Success);
    CHECK(ended.error.empty());
}

TEST_CASE("Orchestrator: what has ended or is unknown cannot be cancelled", "[orchestrator]") {
    OrchestratorFixture world;
    world->start();
    const std::string id = world.startBackup(world.addJob("a", "ok"));
    world.ended(id);
    // The run's thread may be about to end.
    REQUIRE(eventually([&] { return kindThrownBy([&] { world->cancel(id); }) == ErrorKind::Settings; }));
    CHECK(textThrownBy([&] { world->cancel(id); }) == "Cannot cancel execution with status: Success");
    CHECK(kindThrownBy([&] { world->cancel("unknown"); }) == ErrorKind::NotFound);
}

TEST_CASE("Orchestrator: cancelling races with starting and every execution ends once", "[orchestrator]") {
    OrchestratorFixture world;
    world.settings.set({{"maxConcurrentJobs", 3}});
    world->start();
    std::vector<std::string> ids;
    for (int i = 0; i < 12; ++i) {
        ids.push_back(world.startBackup(world.addJob(
            "a" + std::to_string(i), "start dump\nstopped\nfail Cancelled the backup was cancelled")));
    }
    {
        const std::jthread forwards([&] {
            for (const auto& id : ids) {
                kindThrownBy([&] { world->cancel(id); });
            }
        });
        for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
            kindThrownBy([&] { world->cancel(*id); });
        }
    }
    for (const auto& id : ids) {
        CHECK(world.ended(id).outcome == Outcome::Cancelled);
    }
}
