#include "fixture.h"

using namespace dbackup;
using namespace dbackup::test;
using orchestrator::RestoreCommand;

namespace {

struct RestoreWorld : OrchestratorFixture {
    RestoreCommand command(const std::string& destination) const {
        RestoreCommand restore;
        restore.destination_id = destination;
        restore.path = "shop/one";
        restore.target_source_id = "id-target";
        restore.overwrite = true;
        return restore;
    }
    std::string start(const RestoreCommand& restore) { return (**this).startRestore(restore, {"Api", "ci"}); }
};

}  // namespace

TEST_CASE("Orchestrator: a restore is checked, queued and run", "[orchestrator]") {
    RestoreWorld world;
    world.addSource(
        "target",
        "start init\nend init\nstart download\nend download 3 3\nstart restore\nend restore 3 3\nok");
    const std::string destination = world.addDestination("disk", listing(manifestOf("fake")));
    world->start();
    RestoreCommand restore = world.command(destination);
    restore.items = {{"alpha", "beta"}};
    restore.globals = true;
    restore.no_owner = true;
    const Execution ended = world.ended(world.start(restore));
    CHECK(ended.status == ExecutionStatus::Success);
    CHECK(ended.outcome == Outcome::Success);
    CHECK(ended.type == "Restore");
    CHECK(ended.path == "shop/one");
    CHECK(ended.size_bytes == 4321);
    CHECK(ended.stage == "Completed");
    CHECK(world.logOf(ended.id).back() == "success: Restore completed");
    CHECK(textOr(*parseJsonObject(ended.metadata, "metadata"), "sourceName") == "target");
    CHECK_FALSE(has(ended.request, "hunter2"));
    const auto request = protocol::restoreRequestFrom(*world.requests("restore").front());
    CHECK(request.items.front().target == "beta");
    CHECK(request.globals);
    CHECK(request.overwrite);
    CHECK(request.no_owner);
    CHECK(request.origin.name == "disk");
    CHECK(has(request.target.settings, "hunter2"));
    CHECK(arrayAt(*world.requests("list").front(), "paths")->getElement<std::string>(0) == "shop/one");
}

TEST_CASE("Orchestrator: a restore that failed leaves nothing to clean up and keeps its path",
          "[orchestrator]") {
    RestoreWorld world;
    world.addSource("target", "start init\nend init\nstart download\nsignal 11");
    const std::string destination = world.addDestination("disk", listing(manifestOf("fake")));
    world->start();
    const Execution ended = world.ended(world.start(world.command(destination)));
    CHECK(ended.outcome == Outcome::Failed);
    CHECK(has(ended.error, "in stage 'Downloading'"));
    CHECK(ended.path == "shop/one");
    CHECK(world.cleaned().empty());
}

TEST_CASE("Orchestrator: what cannot be restored is refused before it is queued", "[orchestrator]") {
    RestoreWorld world;
    world.addSource("target", "ok");
    const std::string good = world.addDestination("good", listing(manifestOf("fake")));
    const std::string other = world.addDestination("other", listing(manifestOf("oracle")));
    const std::string damaged = world.addDestination("damaged", listing(manifestOf("fake"), "changed"));
    const std::string empty = world.addDestination("empty", R"(data {"backups":[]})");
    const auto refusal = [&](const RestoreCommand& restore) {
        return kindThrownBy([&] { world.start(restore); });
    };
    CHECK(refusal(world.command("nothing")) == ErrorKind::NotFound);
    CHECK(refusal(world.command("id-target")) == ErrorKind::NotFound);
    RestoreCommand no_target = world.command(good);
    no_target.target_source_id = good;
    CHECK(refusal(no_target) == ErrorKind::NotFound);
    CHECK(refusal(world.command(empty)) == ErrorKind::NotFound);
    CHECK(refusal(world.command(damaged)) == ErrorKind::Integrity);
    CHECK(refusal(world.command(other)) == ErrorKind::Unsupported);
    RestoreCommand no_database = world.command(good);
    no_database.items = {{"gamma", "gamma"}};
    CHECK(refusal(no_database) == ErrorKind::NotFound);
    CHECK(textThrownBy([&] { world.start(no_database); }) == "Database 'gamma' is not in backup shop/one");
    CHECK(world.executions.withStatus(ExecutionStatus::Pending).empty());
}

TEST_CASE("Orchestrator: a restore that waits survives a restart", "[orchestrator]") {
    RestoreWorld world;
    world.addSource("target", "start download\nok");
    const std::string destination = world.addDestination("disk", listing(manifestOf("fake")));
    RestoreCommand restore = world.command(destination);
    restore.items = {{"alpha", "copy of alpha"}};
    const std::string id = world.start(restore);
    world.make();
    world->start();
    CHECK(world.ended(id).status == ExecutionStatus::Success);
    const auto request = protocol::restoreRequestFrom(*world.requests("restore").front());
    CHECK(request.items.front().original == "alpha");
    CHECK(request.items.front().target == "copy of alpha");
    CHECK_FALSE(request.globals);
}

TEST_CASE("Orchestrator: restores take slots like backups", "[orchestrator]") {
    RestoreWorld world;
    world.addSource("target", "start download\ntouch runs\nawait go\nok");
    const std::string destination = world.addDestination("disk", listing(manifestOf("fake")));
    world->start();
    const std::string restore = world.start(world.command(destination));
    REQUIRE(world.touched("runs"));
    const std::string backup = world.startBackup(world.addJob("a", "ok"));
    const std::string second = world.start(world.command(destination));
    CHECK(world.isPending(backup));
    CHECK(world.isPending(second));
    world.release("go");
    CHECK(world.ended(second).status == ExecutionStatus::Success);
    CHECK(world.get(backup).started_at >= world.get(restore).ended_at);
}
