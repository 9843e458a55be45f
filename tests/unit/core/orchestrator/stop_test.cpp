#include "fixture.h"

using namespace dbackup;
using namespace dbackup::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("Orchestrator: a stop gives running work its grace and starts nothing more", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job = world.addJob("a", "start dump\ntouch runs\nawait go\nok");
    world->start();
    const std::string running = world.startBackup(job);
    const std::string waiting = world.startBackup(job);
    REQUIRE(world.touched("runs"));
    std::jthread stopper([&] { world->stop(seconds(60)); });
    REQUIRE(
        eventually([&] { return kindThrownBy([&] { world.startBackup(job); }) == ErrorKind::Unavailable; }));
    world.release("go");
    stopper.join();
    CHECK(world.get(running).status == ExecutionStatus::Success);
    CHECK(world.isPending(waiting));
}

TEST_CASE("Orchestrator: after the grace running work is cancelled", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job =
        world.addJob("a", "start dump\ntouch runs\nstopped\nfail Cancelled the backup was cancelled");
    world->start();
    const std::string running = world.startBackup(job);
    const std::string waiting = world.startBackup(job);
    REQUIRE(world.touched("runs"));
    world->stop(milliseconds(50));
    const Execution ended = world.get(running);
    CHECK(ended.outcome == Outcome::Cancelled);
    CHECK(ended.error == "Execution was cancelled because the service was stopped");
    CHECK(world.isPending(waiting));
    world->stop(milliseconds(0));
}

TEST_CASE("Orchestrator: a second stop without grace hastens the first", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job =
        world.addJob("a", "start dump\ntouch runs\nstopped\nfail Cancelled the backup was cancelled");
    world->start();
    const std::string running = world.startBackup(job);
    REQUIRE(world.touched("runs"));
    const auto begin = std::chrono::steady_clock::now();
    std::jthread stopper([&] { world->stop(seconds(300)); });
    REQUIRE(
        eventually([&] { return kindThrownBy([&] { world.startBackup(job); }) == ErrorKind::Unavailable; }));
    world->stop(milliseconds(0));
    stopper.join();
    CHECK(std::chrono::steady_clock::now() - begin < seconds(60));
    CHECK(world.get(running).outcome == Outcome::Cancelled);
}

TEST_CASE("Orchestrator: a stop with nothing to do returns at once, before and after the start",
          "[orchestrator]") {
    OrchestratorFixture world;
    world->stop(seconds(60));
    world.make();
    world->start();
    world->stop(seconds(60));
    world.make();
}

TEST_CASE("Orchestrator: its end kills what still runs", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job =
        world.addJob("a", "start dump\ntouch runs\nstopped\nfail Cancelled the backup was cancelled");
    world->start();
    const std::string id = world.startBackup(job);
    REQUIRE(world.touched("runs"));
    world.make();
    CHECK(world.get(id).outcome == Outcome::Cancelled);
}

TEST_CASE("Orchestrator: pending executions of the last life run in the next", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string a = world.startBackup(world.addJob("a", "ok"));
    const std::string b = world.startBackup(world.addJob("b", "ok"));
    world.make();
    CHECK(world.isPending(a));
    world->start();
    CHECK(world.ended(a).status == ExecutionStatus::Success);
    CHECK(world.ended(b).status == ExecutionStatus::Success);
    CHECK(world.get(a).started_at <= world.get(b).started_at);
}
