#include "fixture.h"

using namespace dbackup;
using namespace dbackup::test;

namespace {

std::string settings(const OrchestratorFixture& world, const std::string& script) {
    auto json = newObject();
    json->set("folder", world.folder.path().string());
    json->set("script", script);
    return toText(JsonVar(json));
}

}  // namespace

TEST_CASE("Orchestrator: a test tells what the server says of itself", "[orchestrator]") {
    OrchestratorFixture world;
    const auto info =
        world->test(AdapterType::Database,
                    "fake",
                    settings(world, R"(data {"version":"15.4","edition":"Debian","message":"ready"})"));
    CHECK(info.version == "15.4");
    CHECK(info.edition == "Debian");
    CHECK(info.message == "ready");
    CHECK(world->test(AdapterType::Storage, "folder", settings(world, "ok")).version.empty());
}

TEST_CASE("Orchestrator: a failed test throws what the plugin says", "[orchestrator]") {
    OrchestratorFixture world;
    const auto test = [&](const std::string& script) {
        return world->test(AdapterType::Database, "fake", settings(world, script));
    };
    CHECK(kindThrownBy([&] { test("fail Authentication wrong password"); }) == ErrorKind::Authentication);
    CHECK(has(textThrownBy([&] { test("fail Authentication wrong password"); }), "wrong password"));
    CHECK(kindThrownBy([&] { test("signal 11"); }) == ErrorKind::Internal);
    CHECK(textThrownBy([&] { test("signal 11"); }) ==
          "The worker crashed: killed by signal 11 (Segmentation fault) while at 'test'; a plugin is likely "
          "at fault");
    CHECK(kindThrownBy([&] { world->test(AdapterType::Database, "oracle", "{}"); }) == ErrorKind::NotFound);
    CHECK(kindThrownBy([&] { world->test(AdapterType::Notification, "fake", "{}"); }) == ErrorKind::NotFound);
    CHECK(kindThrownBy([&] { world->test(AdapterType::Database, "fake", R"({"colour":1})"); }) ==
          ErrorKind::Settings);
    CHECK(kindThrownBy([&] { world->test(AdapterType::Database, "fake", "no JSON"); }) ==
          ErrorKind::Settings);
}

TEST_CASE("Orchestrator: databases of a saved source and of unsaved settings", "[orchestrator]") {
    OrchestratorFixture world;
    const std::string answer = R"(data {"databases":[{"name":"alpha","sizeBytes":5},{"name":"beta"}]})";
    const auto saved = world->databases(world.addSource("shop", answer));
    REQUIRE(saved.size() == 2);
    CHECK(saved[0].name == "alpha");
    CHECK(saved[0].size_bytes == 5);
    CHECK(world->databases("fake", settings(world, answer)).size() == 2);
    CHECK(kindThrownBy([&] { world->databases("nothing"); }) == ErrorKind::NotFound);
    CHECK(kindThrownBy([&] { world->databases(world.addDestination("disk")); }) == ErrorKind::NotFound);
}

TEST_CASE("Orchestrator: backups come newest first, damaged ones with their fault", "[orchestrator]") {
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
    const auto backups = world->backups(world.addDestination("disk", "data " + toText(JsonVar(data))));
    REQUIRE(backups.size() == 2);
    CHECK(backups[0].manifest.path == "shop/new");
    CHECK(backups[0].fault.empty());
    CHECK(backups[1].manifest.path == "shop/old");
    CHECK(backups[1].fault == "changed");
    CHECK(backups[1].modified == fromIso("2026-01-01T00:00:00Z"));
    CHECK(world->backups(world.addDestination("none", R"(data {"backups":[]})")).empty());
    CHECK(kindThrownBy([&] { world->backups("nothing"); }) == ErrorKind::NotFound);
}

TEST_CASE("Orchestrator: calls leave no folder behind", "[orchestrator]") {
    OrchestratorFixture world;
    world->test(AdapterType::Database, "fake", settings(world, "ok"));
    kindThrownBy([&] { world->test(AdapterType::Database, "fake", settings(world, "exit 1")); });
    CHECK(std::filesystem::is_empty(world.worker.scratch_root));
    const auto component = world->component(world.adapters.find(world.addSource("shop", "ok")).value());
    CHECK(component.name == "shop");
    CHECK(component.plugin_file == (world.folder / "plugins" / "fake.so").string());
}
