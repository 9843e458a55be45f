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

TEST_CASE("Orchestrator: calls leave no folder behind", "[orchestrator]") {
    OrchestratorFixture world;
    world->test(AdapterType::Database, "fake", settings(world, "ok"));
    kindThrownBy([&] { world->test(AdapterType::Database, "fake", settings(world, "exit 1")); });
    CHECK(std::filesystem::is_empty(world.worker.scratch_root));
    const auto component = world->component(world.adapters.find(world.addSource("shop", "ok")).value());
    CHECK(component.name == "shop");
    CHECK(component.plugin_file == (world.folder / "plugins" / "fake.so").string());
}
