#include <atomic>

#include "fixture.h"

using namespace dbackup;
using namespace dbackup::test;

namespace {

/// Runs until the test releases its name.
std::string waiting(const std::string& name) {
    return "start dump\ntouch " + name + "-runs\nawait " + name + "-go\nok";
}

}  // namespace

TEST_CASE("Orchestrator: executions run one at a time, in order of acceptance", "[orchestrator]") {
    OrchestratorFixture world;
    world->start();
    const std::string a = world.startBackup(world.addJob("a", waiting("a")));
    const std::string b = world.startBackup(world.addJob("b", waiting("b")));
    const std::string c = world.startBackup(world.addJob("c", waiting("c")));
    REQUIRE(world.touched("a-runs"));
    CHECK(world.isPending(b));
    CHECK(world.isPending(c));
    world.release("a-go");
    REQUIRE(world.touched("b-runs"));
    CHECK(world.hasEnded(a));
    CHECK(world.isPending(c));
    world.release("b-go");
    REQUIRE(world.touched("c-runs"));
    world.release("c-go");
    CHECK(world.ended(c).status == ExecutionStatus::Success);
}

TEST_CASE("Orchestrator: a raised limit is used at once, a lowered one for the next", "[orchestrator]") {
    OrchestratorFixture world;
    world->start();
    const std::string a = world.startBackup(world.addJob("a", waiting("a")));
    const std::string b = world.startBackup(world.addJob("b", waiting("b")));
    const std::string c = world.startBackup(world.addJob("c", waiting("c")));
    REQUIRE(world.touched("a-runs"));
    world.settings.set({{"maxConcurrentJobs", 2}});
    REQUIRE(world.touched("b-runs"));
    CHECK(world.isPending(c));
    world.settings.set({{"maxConcurrentJobs", 1}});
    world.release("b-go");
    world.ended(b);
    CHECK(world.isRunning(a));
    CHECK(world.isPending(c));
    world.release("a-go");
    REQUIRE(world.touched("c-runs"));
    world.release("c-go");
    CHECK(world.ended(c).status == ExecutionStatus::Success);
}

TEST_CASE("Orchestrator: a second run of a running job waits its turn while another job passes",
          "[orchestrator]") {
    OrchestratorFixture world;
    world.settings.set({{"maxConcurrentJobs", 3}});
    const std::string job = world.addJob("a", waiting("a"));
    world->start();
    const std::string first = world.startBackup(job);
    const std::string second = world.startBackup(job);
    REQUIRE(world.touched("a-runs"));
    const std::string other = world.startBackup(world.addJob("b", waiting("b")));
    REQUIRE(world.touched("b-runs"));
    CHECK(world.isPending(second));
    world.release("a-go");
    CHECK(world.ended(first).status == ExecutionStatus::Success);
    CHECK(world.ended(second).status == ExecutionStatus::Success);
    CHECK(world.get(second).started_at >= world.get(first).ended_at);
    CHECK(world.isRunning(other));
    world.release("b-go");
    CHECK(world.ended(other).status == ExecutionStatus::Success);
}

TEST_CASE("Orchestrator: a job that is not there is not queued", "[orchestrator]") {
    OrchestratorFixture world;
    CHECK(kindThrownBy([&] { world.startBackup("nothing"); }) == ErrorKind::NotFound);
    CHECK(textThrownBy([&] { world.startBackup("nothing"); }) == "Job not found");
    CHECK(world.executions.withStatus(ExecutionStatus::Pending).empty());
}

TEST_CASE("Orchestrator: accepted runs are on disk when they are answered, however many come at once",
          "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job = world.addJob("a", waiting("a"));
    world->start();
    constexpr int threads = 8;
    constexpr int each = 64;
    std::atomic<int> on_disk = 0;
    const auto begin = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> callers;
        for (int i = 0; i < threads; ++i) {
            callers.emplace_back([&] {
                for (int n = 0; n < each; ++n) {
                    if (world.executions.find(world.startBackup(job))) ++on_disk;
                }
            });
        }
    }
    const auto time = std::chrono::steady_clock::now() - begin;
    CHECK(on_disk == threads * each);
    // 500 a second are asked of the service on an idle machine; here others run, and sanitizers.
    CHECK(time < std::chrono::seconds(20));
    REQUIRE(world.touched("a-runs"));
    CHECK(world.executions.withStatus(ExecutionStatus::Pending).size() == threads * each - 1);
    std::jthread stopper([&] { world->stop(std::chrono::seconds(60)); });
    REQUIRE(
        eventually([&] { return kindThrownBy([&] { world.startBackup(job); }) == ErrorKind::Unavailable; }));
    world.release("a-go");
    stopper.join();
    CHECK(world.executions.withStatus(ExecutionStatus::Pending).size() >= threads * each - 1);
}

TEST_CASE("Orchestrator: what was queued before the start runs once", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string id = world.startBackup(world.addJob("a", "ok"));
    CHECK(world.isPending(id));
    world->start();
    CHECK(world.ended(id).status == ExecutionStatus::Success);
    CHECK(world.requests("backup").size() == 1);
}
