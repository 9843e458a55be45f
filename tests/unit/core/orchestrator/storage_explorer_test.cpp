#include "core/orchestrator/storage_explorer.h"

#include "fixture.h"

using namespace dbackup;
using namespace dbackup::test;
using orchestrator::PathOutcome;
using Freshness = orchestrator::StorageExplorer::Freshness;

namespace {

struct StorageWorld : OrchestratorFixture {
    std::string addListed(const std::string& answer) { return addDestination("disk", answer); }
    std::vector<std::string> paths(Freshness freshness = Freshness::Indexed) {
        std::vector<std::string> found;
        for (const auto& backup : (**this).storage().backups("id-disk", freshness))
            found.push_back(backup.manifest.path);
        return found;
    }
    std::size_t listings() const { return requests("list").size(); }
    using Paths = std::vector<std::string>;
};

std::string results(const std::string& state, const std::string& path = "shop/one") {
    return R"(data {"results":[{"path":")" + path + R"(","state":")" + state +
           R"(","kind":"Permission","error":"may not"}]})";
}

}  // namespace

TEST_CASE("StorageExplorer: backups come newest first, damaged ones with their fault", "[orchestrator]") {
    OrchestratorFixture world;
    Manifest manifest = manifestOf("fake");
    manifest.path = "shop/new";
    manifest.created_at = fromIso("2026-02-01T00:00:00Z");
    auto sound = newObject();
    sound->set("path", manifest.path);
    sound->set("modified", "2026-02-01T00:00:01.000Z");
    sound->set("manifest", toText(manifest));
    JsonArray::Ptr list = new JsonArray;
    list->add(parseJsonObject(
        R"({"path":"shop/old","modified":"2026-01-01T00:00:00.000Z","fault":"changed"})", "entry"));
    list->add(sound);
    auto data = newObject();
    data->set("backups", list);
    const auto backups = world->storage().backups(
        world.addDestination("disk", "data " + toText(JsonVar(data))), Freshness::Indexed);
    REQUIRE(backups.size() == 2);
    CHECK(backups[0].manifest.path == "shop/new");
    CHECK(backups[0].fault.empty());
    CHECK(backups[1].manifest.path == "shop/old");
    CHECK(backups[1].fault == "changed");
    CHECK(backups[1].modified == fromIso("2026-01-01T00:00:00Z"));
    const std::string none = world.addDestination("none", R"(data {"backups":[]})");
    CHECK(world->storage().backups(none, Freshness::Indexed).empty());
    CHECK(kindThrownBy([&] { world->storage().backups("nothing", Freshness::Indexed); }) ==
          ErrorKind::NotFound);
}

TEST_CASE("StorageExplorer: the storage is asked once, then the index answers", "[orchestrator]") {
    StorageWorld world;
    world.addListed(listing(manifestOf("fake")));
    CHECK(world.paths() == StorageWorld::Paths{"shop/one"});
    CHECK(world.paths() == StorageWorld::Paths{"shop/one"});
    CHECK(world.listings() == 1);
    CHECK(world.paths(Freshness::Fresh).size() == 1);
    CHECK(world.listings() == 2);
    CHECK(arrayAt(*world.requests("list").back(), "known")->size() == 0);
    CHECK(world->storage().backup("id-disk", "shop/one").manifest.job_name == "shop");
    CHECK(world.listings() == 2);
    CHECK(kindThrownBy([&] { world->storage().backup("id-none", "shop/one"); }) == ErrorKind::NotFound);
}

TEST_CASE("StorageExplorer: what may have changed is looked at before the answer", "[orchestrator]") {
    StorageWorld world;
    world.addListed(listing(manifestOf("fake")));
    world.paths();
    world.index.changedLater("id-disk", "shop/one");
    world.database.flush();
    CHECK(world.paths().size() == 1);
    REQUIRE(world.listings() == 2);
    CHECK(arrayAt(*world.requests("list").back(), "paths")->getElement<std::string>(0) == "shop/one");
    CHECK(world.paths().size() == 1);
    CHECK(world.listings() == 2);
}

TEST_CASE("StorageExplorer: a storage that is away is shown as last seen", "[orchestrator]") {
    StorageWorld world;
    world.addListed(listing(manifestOf("fake")));
    world.paths();
    Adapter away = world.adapters.find("id-disk").value();
    away.secrets = "{}";
    world.adapters.update(away);
    world.worker.program = "/nonexistent";
    world.make();
    world.index.changedLater("id-disk", "shop/one");
    world.database.flush();
    CHECK(world.paths() == StorageWorld::Paths{"shop/one"});
    CHECK(world.index.changes("id-disk").size() == 1);
    CHECK(kindThrownBy([&] { world.paths(Freshness::Fresh); }) == ErrorKind::ToolMissing);
}

TEST_CASE("StorageExplorer: an old listing is answered and reconciled in the background", "[orchestrator]") {
    StorageWorld world;
    world.addListed(listing(manifestOf("fake")));
    world->start();
    world.paths();
    world.clock.advance(std::chrono::hours(2) + std::chrono::seconds(1));
    CHECK(world.paths().size() == 1);
    CHECK(eventually([&] { return world.index.listing("id-disk")->listed_at == world.clock.now(); }));
    CHECK(arrayAt(*world.requests("list").back(), "known")->size() == 1);
}

TEST_CASE("StorageExplorer: with other settings it is another place", "[orchestrator]") {
    StorageWorld world;
    world.addListed(listing(manifestOf("fake")));
    world.paths();
    Adapter moved = world.adapters.find("id-disk").value();
    const auto config = parseJsonObject(moved.config, "config");
    JsonObject::Ptr changed = config;
    changed->set("script", R"(data {"backups":[]})");
    moved.config = toText(JsonVar(changed));
    world.adapters.update(moved);
    CHECK(world.paths().empty());
}

TEST_CASE("StorageExplorer: a deleted backup is not listed any more", "[orchestrator]") {
    StorageWorld world;
    world.addListed(listing(manifestOf("fake")));
    world.paths();
    Adapter disk = world.adapters.find("id-disk").value();
    const auto answers = [&](const std::string& script) {
        JsonObject::Ptr config = parseJsonObject(disk.config, "config");
        config->set("script", script);
        disk.config = toText(JsonVar(config));
        world.adapters.update(disk);
    };
    answers(results("done"));
    CHECK(world->storage().remove("id-disk", {"shop/one"}).front().state == PathOutcome::State::Done);
    CHECK_FALSE(world.index.find("id-disk", "shop/one"));
    CHECK(world.index.removals().empty());
    answers(results("failed"));
    const auto failed = world->storage().remove("id-disk", {"shop/one"}).front();
    CHECK(failed.state == PathOutcome::State::Failed);
    CHECK(failed.kind == ErrorKind::Permission);
    CHECK(world.index.removals().size() == 1);
    // Asked again: its manifest is gone, and the rest goes now.
    answers(results("missing"));
    CHECK(world->storage().remove("id-disk", {"shop/one"}).front().state == PathOutcome::State::Done);
    CHECK(world.cleaned().size() == 1);
    CHECK(world.index.removals().empty());
    CHECK(world->storage().remove("id-disk", {"shop/one"}).front().state == PathOutcome::State::Missing);
}

TEST_CASE("StorageExplorer: a deletion that was interrupted comes to its end at the next start",
          "[orchestrator]") {
    StorageWorld world;
    world.addListed(R"(data {"backups":[]})");
    world.index.beginRemoval("id-disk", {"shop/one"});
    world.make();
    world->start();
    CHECK(eventually([&] { return world.index.removals().empty(); }));
    REQUIRE(world.requests("cleanup").size() == 1);
    CHECK(textOr(*world.requests("cleanup").front(), "path") == "shop/one");
}

TEST_CASE("StorageExplorer: a check is kept with its backup", "[orchestrator]") {
    StorageWorld world;
    world.addListed(listing(manifestOf("fake")));
    world.paths();
    world->storage().keep("id-disk", "shop/one", {"failed", "a", "b", "alpha.bin is missing"}, "manual");
    const auto check = world->storage().backups("id-disk", Freshness::Indexed).front().verification;
    REQUIRE(check);
    CHECK_FALSE(check->passed);
    CHECK(check->error == "alpha.bin is missing");
    CHECK(world->storage().history("id-disk", 1).front().backups == 1);
}

TEST_CASE("Orchestrator: a verification is an execution whose outcome is kept", "[orchestrator]") {
    StorageWorld world;
    const std::string found = GENERATE("passed", "failed");
    world.addListed(listing(manifestOf("fake")));
    world.paths();
    Adapter disk = world.adapters.find("id-disk").value();
    JsonObject::Ptr config = parseJsonObject(disk.config, "config");
    config->set("script",
                "start init\nend init\nstart verify\ndata {\"status\":\"" + found +
                    "\",\"sizeBytes\":3,\"error\":\"" + (found == "failed" ? "alpha.bin is missing" : "") +
                    "\"}");
    disk.config = toText(JsonVar(config));
    CHECK(kindThrownBy([&] {
              world->startVerification("id-disk", "shop/none", {"Api", "ci"});
          }) == ErrorKind::NotFound);
    const std::string id = world->startVerification("id-disk", "shop/one", {"Api", "ci"});
    world.adapters.update(disk);
    world->start();
    const Execution ended = world.ended(id);
    CHECK(ended.type == "Verification");
    CHECK(ended.path == "shop/one");
    const auto kept = world.index.find("id-disk", "shop/one");
    if (found == "passed") {
        CHECK(ended.status == ExecutionStatus::Success);
        CHECK(ended.stage == "Completed");
        CHECK(kept->verification->passed);
    } else {
        CHECK(ended.status == ExecutionStatus::Failed);
        CHECK(ended.error == "alpha.bin is missing");
        CHECK(ended.stage == "Verifying");
        CHECK_FALSE(kept->verification->passed);
    }
}
