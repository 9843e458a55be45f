#include "core/orchestrator/limits.h"
#include "fixture.h"

using namespace dbackup;
using namespace dbackup::test;
using std::chrono::seconds;

TEST_CASE("Orchestrator: a worker that crashes is a failed execution whose leftovers are cleaned up",
          "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job =
        world.addJob("a",
                     "start init\nend init\nstart dump\nleftover id-disk-a x.part\nleftover id-disk-a "
                     "y.part\ngone id-disk-a y.part\nsignal 11");
    world->start();
    const Execution ended = world.ended(world.startBackup(job));
    CHECK(ended.status == ExecutionStatus::Failed);
    CHECK(ended.error ==
          "The worker crashed: killed by signal 11 (Segmentation fault) while in stage 'Dumping Databases'; "
          "a plugin "
          "is likely at fault (at work: fake, folder)");
    CHECK(ended.stage == "Dumping Databases");
    CHECK(ended.path.empty());
    const auto cleanups = world.requests("cleanup");
    REQUIRE(cleanups.size() == 1);
    // One that is gone may still be on record for a moment; cleaning it up does no harm.
    CHECK(protocol::cleanupRequestFrom(*cleanups.front()).tokens.front() == "x.part");
    world.database.flush();
    CHECK(world.executions.leftovers().empty());
    CHECK(world.ended(world.startBackup(world.addJob("b", "ok"))).status == ExecutionStatus::Success);
}

TEST_CASE("Orchestrator: a worker that was killed or went without a word is a failed execution",
          "[orchestrator]") {
    OrchestratorFixture world;
    world->start();
    const Execution killed = world.ended(world.startBackup(world.addJob("a", "start dump\nsignal 9")));
    CHECK(has(killed.error, "The worker was ended from outside: killed by signal 9 (Killed) while in stage"));
    const Execution silent = world.ended(world.startBackup(world.addJob("b", "start dump\nexit 3")));
    CHECK(has(silent.error,
              "The worker ended without a result: exit status 3 while in stage 'Dumping Databases'"));
}

TEST_CASE("Orchestrator: a failed clean-up stays on record, is logged, and is tried at the next start",
          "[orchestrator]") {
    OrchestratorFixture world;
    const std::string destination = world.addDestination("far", "fail Unavailable no route to host");
    const std::string job = world.addJob("a", "start dump\nleftover id-far x.part\nsignal 11", {destination});
    world->start();
    const Execution ended = world.ended(world.startBackup(job));
    CHECK(has(ended.error, "Segmentation fault"));
    CHECK_FALSE(ended.path.empty());
    CHECK(world.executions.leftovers(ended.id).size() == 2);
    CHECK(world.logHas(ended.id, "on 'far': no route to host"));
    CHECK(world.logHas(ended.id, "tried again when the service starts"));

    Adapter repaired = world.adapters.find(destination).value();
    repaired.config = R"({"folder":")" + world.folder.path().string() + "\"}";
    world.adapters.update(repaired);
    world.make();
    world->start();
    CHECK(eventually([&] { return world.executions.leftovers().empty(); }));
    REQUIRE(world.requests("cleanup").size() == 2);
    const auto cleanup = protocol::cleanupRequestFrom(*world.requests("cleanup").back());
    CHECK(cleanup.tokens == std::vector<std::string>{"x.part"});
    CHECK(cleanup.path == ended.path);
}

TEST_CASE("Orchestrator: a backup that turns out to be whole is kept, and the log says so",
          "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job = world.addJob(
        "a", "start dump\nsignal 9", {world.addDestination("near", R"(data {"kept":true,"removed":0})")});
    world->start();
    const Execution ended = world.ended(world.startBackup(job));
    CHECK(ended.outcome == Outcome::Failed);
    CHECK(world.logHas(ended.id, "is whole on 'near'"));
}

TEST_CASE("Orchestrator: a worker without a byte, progress or event for too long is killed",
          "[orchestrator]") {
    OrchestratorFixture world;
    world.settings.set({{"execution.stallTimeoutSeconds", 60}});
    const std::string job = world.addJob("a",
                                         "start dump\nprogress dump 10 100\ntouch runs\nawait go\n"
                                         "progress dump 20 100\ntouch more\nawait never\nok");
    world->start();
    const std::string id = world.startBackup(job);
    REQUIRE(world.touched("runs"));
    REQUIRE(eventually([&] { return world.get(id).progress == 11; }));
    world.clock.advance(seconds(50));
    world.release("go");
    REQUIRE(eventually([&] { return world.get(id).progress == 17; }));
    world.clock.advance(seconds(50));
    CHECK(world.isRunning(id));
    world.clock.advance(seconds(11));
    const Execution ended = world.ended(id);
    CHECK(ended.status == ExecutionStatus::Failed);
    CHECK(ended.outcome == Outcome::Failed);
    CHECK(has(ended.error, "Stalled in stage 'Dumping Databases': no byte and no progress for 60 s"));
    CHECK(world.cleaned() == std::vector<std::string>{"disk-a"});
}

TEST_CASE("Orchestrator: progress that does not advance is none, and 0 means for ever", "[orchestrator]") {
    OrchestratorFixture world;
    world.settings.set({{"execution.stallTimeoutSeconds", 0}});
    const std::string job = world.addJob("a",
                                         "start dump\nprogress dump 10 100\ntouch runs\nawait go\nprogress "
                                         "dump 10 100\ntouch same\nawait never");
    world->start();
    const std::string id = world.startBackup(job);
    REQUIRE(world.touched("runs"));
    REQUIRE(eventually([&] { return world.get(id).progress == 11; }));
    world.clock.advance(std::chrono::hours(24));
    CHECK(world.isRunning(id));
    world.release("go");
    REQUIRE(world.touched("same"));
    world.settings.set({{"execution.stallTimeoutSeconds", 60}});
    CHECK(has(world.ended(id).error, "Stalled"));
}

TEST_CASE("Orchestrator: a flood of log entries is cut, and the backup goes on", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job = world.addJob("a", "start dump\nflood 12000\nend dump 1 1\nok");
    world->start();
    const Execution ended = world.ended(world.startBackup(job));
    CHECK(ended.status == ExecutionStatus::Success);
    world.database.flush();
    const auto log = world.executions.logs(ended.id, 0, 100'000);
    CHECK(log.size() < orchestrator::limits::log_entries + 10);
    CHECK(std::count_if(log.begin(), log.end(), [](const auto& entry) {
              return has(entry.message, "from here on they are dropped");
          }) == 1);
    CHECK(log.back().message == "Backup completed");
}

TEST_CASE("Orchestrator: what a worker says besides its events does no harm", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job = world.addJob(
        "a", "raw hello\nraw {\"event\":\"dance\"}\nraw {}\nraw\nraw 1\nraw 2\nraw 3\nstart dump\nok");
    world->start();
    CHECK(world.ended(world.startBackup(job)).status == ExecutionStatus::Success);
}

TEST_CASE("Orchestrator: a result that does not show a whole backup is no success", "[orchestrator]") {
    OrchestratorFixture world;
    world->start();
    const Execution none = world.ended(world.startBackup(world.addJob("a", "start dump\nnone")));
    CHECK(none.status == ExecutionStatus::Failed);
    CHECK(has(none.error, "it names no whole backup"));
    const Execution garbage =
        world.ended(world.startBackup(world.addJob("b", "start dump\ndata {\"outcome\":\"Success\"}")));
    CHECK(garbage.status == ExecutionStatus::Failed);
    CHECK(has(garbage.error, "The worker's result cannot be believed"));
    CHECK(world.cleaned().size() == 2);
}

TEST_CASE("Orchestrator: a worker that does not end after its result is killed, and the result stands",
          "[orchestrator]") {
    OrchestratorFixture world;
    const std::string job = world.addJob("a", "start dump\nok\ntouch said\nhang");
    world->start();
    const std::string id = world.startBackup(job);
    REQUIRE(world.touched("said"));
    CHECK(world.isRunning(id));
    REQUIRE(eventually([&] {
        world.clock.advance(seconds(11));
        return world.hasEnded(id);
    }));
    CHECK(world.get(id).status == ExecutionStatus::Success);
}

TEST_CASE("Orchestrator: without its worker program an execution fails with what to do", "[orchestrator]") {
    OrchestratorFixture world;
    world.worker.program = "/nowhere/dbackup-worker";
    world.make();
    world->start();
    const Execution ended = world.ended(world.startBackup(world.addJob("a", "ok")));
    CHECK(has(ended.error, "/nowhere/dbackup-worker"));
    CHECK(has(ended.error, "worker.program"));
    CHECK(ended.stage == "Initializing");
    world.database.flush();
    CHECK(world.executions.leftovers().empty());
}

TEST_CASE("Orchestrator: an end that the store does not take is tried again until it does",
          "[orchestrator]") {
    OrchestratorFixture world;
    world.database.write([](store::Connection& connection) {
        connection.execute(
            "CREATE TRIGGER refuse BEFORE UPDATE ON executions WHEN NEW.status = 'Success' "
            "BEGIN SELECT RAISE(ABORT, 'no'); END");
    });
    const std::string job = world.addJob("a", "start dump\ntouch runs\nok");
    world->start();
    const std::string id = world.startBackup(job);
    REQUIRE(world.touched("runs"));
    CHECK(eventually([&] { return world.logHas(id, "Backup completed"); }));
    CHECK(world.isRunning(id));
    world.database.write([](store::Connection& connection) { connection.execute("DROP TRIGGER refuse"); });
    CHECK(world.ended(id).status == ExecutionStatus::Success);
}

TEST_CASE("Orchestrator: a store that takes nothing does not hinder the stop", "[orchestrator]") {
    OrchestratorFixture world;
    world.database.write([](store::Connection& connection) {
        connection.execute(
            "CREATE TRIGGER refuse BEFORE UPDATE ON executions BEGIN SELECT RAISE(ABORT, 'no'); END");
    });
    const std::string id = world.startBackup(world.addJob("a", "ok"));
    world->start();
    world->stop(seconds(1));
    CHECK(world.isPending(id));
    world.database.write([](store::Connection& connection) { connection.execute("DROP TRIGGER refuse"); });
    world.make();
    world->start();
    CHECK(world.ended(id).status == ExecutionStatus::Success);
}

TEST_CASE("Orchestrator: a worker that announces leftovers without end is killed", "[orchestrator][.slow]") {
    OrchestratorFixture world;
    std::string script = "start dump\n";
    for (std::size_t i = 0; i <= orchestrator::limits::leftovers; ++i) {
        script += "leftover id-disk-a t" + std::to_string(i) + "\n";
    }
    const std::string job = world.addJob("a", script + "ok");
    world->start();
    CHECK(has(world.ended(world.startBackup(job)).error, "announced more than"));
}
