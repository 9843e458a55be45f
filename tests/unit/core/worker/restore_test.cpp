#include <catch2/catch.hpp>

#include "core/model/manifest.h"
#include "core/worker/restore_plan.h"
#include "harness.h"

using namespace dbackup;
using namespace dbackup::test;

namespace {

/// A backup of three databases and globals, and what restores of it did.
struct Fixture : Harness {
    Fixture() {
        components.script.capabilities = R"({"formats":["bin"],"globals":true,"restore":true})";
        components.script.databases = {{"alpha", 1}, {"beta", 1}, {"gamma", 1}};
        components.script.restored = [this](const sdk::RestoreRequest& request, const std::string& text) {
            restored.emplace_back(request.database, text);
        };
        REQUIRE(backup().ok);
    }
    std::vector<std::pair<std::string, std::string>> restored;
};

}  // namespace

TEST_CASE("Restore: everything under its own name, when nothing is named", "[worker]") {
    Fixture fixture;
    const protocol::Event event = fixture.restore(fixture.restoreRequest());
    REQUIRE(event.ok);
    REQUIRE(fixture.restored.size() == 3);
    CHECK(fixture.restored[0] == std::pair<std::string, std::string>{"alpha", "content of alpha"});
    CHECK(event.data->getArray("restored")->size() == 3);
    CHECK(fixture.stages().ends_with(
        "+Initializing -Initializing +Downloading -Downloading +Restoring Databases -Restoring Databases "));
}

TEST_CASE("Restore: chosen databases into other names, globals first", "[worker]") {
    Fixture fixture;
    auto request = fixture.restoreRequest();
    request.items = {{"gamma", "copy"}, {"alpha", ""}, {"gamma", "second copy"}};
    request.globals = true;
    request.overwrite = true;
    request.no_owner = true;
    fixture.components.script.check_restore = [](const sdk::RestoreRequest& one) {
        CHECK(one.overwrite);
        CHECK(one.no_owner);
        CHECK(one.object.metadata == R"({"k":1})");
    };
    REQUIRE(fixture.restore(request).ok);
    REQUIRE(fixture.restored.size() == 4);
    CHECK(fixture.restored[0].second == "content of globals");
    CHECK(fixture.restored[1] == std::pair<std::string, std::string>{"copy", "content of gamma"});
    CHECK(fixture.restored[2].first == "alpha");
    CHECK(fixture.restored[3].first == "second copy");
}

TEST_CASE("Restore: what does not fit is refused before the target is touched", "[worker]") {
    Fixture fixture;
    auto request = fixture.restoreRequest();
    ErrorKind kind = ErrorKind::Settings;
    std::string message;
    SECTION("an unknown database, with those that are there") {
        request.items = {{"delta", "x"}};
        kind = ErrorKind::NotFound;
        message = "backup job/backup has no database 'delta'";
    }
    SECTION("two into one") {
        request.items = {{"alpha", "x"}, {"beta", "x"}};
        message = "two databases are to be restored into 'x'";
    }
    SECTION("no such backup") {
        request.path = "job/other";
        kind = ErrorKind::NotFound;
        message = "there is no backup job/other on 'The d1': its manifest is missing";
    }
    SECTION("a path that leads elsewhere") {
        request.path = "../job";
        message = "\"../job\" is no path of a backup";
    }
    SECTION("the target has data") {
        fixture.components.script.check_restore = [](const sdk::RestoreRequest& one) {
            if (one.database == "gamma") throw Error(ErrorKind::AlreadyExists, "it has data");
        };
        kind = ErrorKind::AlreadyExists;
        message = "database 'gamma': it has data";
    }
    SECTION("an engine that cannot restore") {
        fixture.components.script.capabilities = R"({"formats":["bin"]})";
        kind = ErrorKind::Unsupported;
        message = "the engine engine cannot restore";
    }
    const protocol::Event event = fixture.restore(request);
    CHECK(event.error_kind == kind);
    CHECK(event.error_message == message);
    CHECK(fixture.restored.empty());
    if (kind == ErrorKind::NotFound && !request.items.empty()) {
        CHECK(event.error_hint == "It has 'alpha', 'beta', 'gamma'");
    }
}

TEST_CASE("Restore: another engine and missing globals are refused", "[worker]") {
    Manifest manifest;
    manifest.path = "job/backup";
    manifest.sources = {{"s", "S", "postgres", "15", ""}};
    protocol::RestoreRequest request;
    request.target.component = "sqlite";
    request.target.name = "T";
    CHECK_THROWS_WITH(worker::planRestore(request, manifest), Catch::Contains("engine postgres"));
    request.target.component = "postgres";
    CHECK_THROWS_WITH(worker::planRestore(request, manifest), "backup job/backup has nothing to restore");
    request.globals = true;
    CHECK_THROWS_WITH(worker::planRestore(request, manifest), "backup job/backup has no globals");
    request.items = {{"x", "x"}};
    request.globals = false;
    try {
        worker::planRestore(request, manifest);
    } catch (const Error& error) {
        CHECK(error.hint() == "It has none");
    }
}

TEST_CASE("Restore: the objects of one database are restored together, each checked", "[worker]") {
    Harness fixture;
    fixture.components.script.databases = {{"alpha", 1}, {"beta", 1}};
    fixture.components.script.dump = [](const sdk::DumpRequest& request, sdk::DumpOutput& output, auto&) {
        std::vector<std::unique_ptr<sdk::ByteSink>> sinks;
        for (const char* contents : {"database", "data", "data"}) {
            if (!sinks.empty() && request.database == "beta") break;
            sinks.push_back(output.object({request.database, "bin", contents}));
            sinks.back()->write(std::to_string(sinks.size()) + " of " + request.database);
        }
        for (const auto& sink : sinks)
            sink->finish();
    };
    std::vector<std::string> restored;
    fixture.components.script.restored = [&](const sdk::RestoreRequest& request, const std::string& text) {
        restored.push_back(request.database + ": " + text);
    };
    REQUIRE(fixture.backup().ok);
    SECTION("by an engine that can") {
        fixture.components.script.restored_together = [&](const sdk::RestoreRequest& request,
                                                          sdk::DumpInput& input) {
            CHECK(request.object.contents == "database");
            REQUIRE(input.objects().size() == 3);
            for (std::size_t i = 0; i < 3; ++i) {
                CHECK(input.objects()[i].contents == (i == 0 ? "database" : "data"));
                restored.push_back(request.database + ": " + drain(*input.open(i)));
            }
        };
        const protocol::Event event = fixture.restore(fixture.restoreRequest());
        REQUIRE(event.ok);
        CHECK(restored ==
              std::vector<std::string>{
                  "alpha: 1 of alpha", "alpha: 2 of alpha", "alpha: 3 of alpha", "beta: 1 of beta"});
        REQUIRE(event.data->getArray("restored")->size() == 2);
        CHECK(event.data->getArray("restored")->getObject(0)->getValue<int>("bytes") == 3 * 10);
    }
    SECTION("and refused for another before anything is touched") {
        const protocol::Event event = fixture.restore(fixture.restoreRequest());
        CHECK(event.error_kind == ErrorKind::Unsupported);
        CHECK_THAT(event.error_message, Catch::Contains("several objects of one database"));
        CHECK(restored.empty());
    }
}

TEST_CASE("Restore: a damaged backup is refused before the target is touched", "[worker]") {
    Fixture fixture;
    auto objects = fixture.target().objects();
    const std::string alpha = "job/backup/alpha.bin.zst";
    const std::string beta = "job/backup/beta.bin.zst";
    const std::string gamma = "job/backup/gamma.bin.zst";
    const std::string manifest = "job/backup/manifest.json";
    std::string changed = gamma;
    ErrorKind kind = ErrorKind::Integrity;
    SECTION("a flipped byte") {
        objects[gamma][10] = static_cast<char>(objects[gamma][10] ^ 4);
    }
    SECTION("a cut tail") {
        objects[gamma].pop_back();
    }
    SECTION("something added") {
        objects[gamma] += 'x';
    }
    SECTION("two objects swapped") {
        std::swap(objects[alpha], objects[beta]);
        fixture.target().put(alpha, objects[alpha]);
        changed = beta;
    }
    SECTION("an object missing") {
        objects[gamma] = "";
        fixture.target().remove(gamma, *std::make_unique<RecordingContext>());
        kind = ErrorKind::NotFound;
    }
    SECTION("a changed manifest") {
        changed = manifest;
        objects[manifest].replace(objects[manifest].find("alpha"), 5, "alphb");
    }
    SECTION("a cut manifest") {
        changed = manifest;
        objects[manifest].resize(objects[manifest].size() / 2);
    }
    SECTION("an endless manifest") {
        changed = manifest;
        objects[manifest] = std::string(17U << 20, ' ');
    }
    if (kind == ErrorKind::Integrity) fixture.target().put(changed, objects[changed]);
    const protocol::Event event = fixture.restore(fixture.restoreRequest());
    CHECK(event.error_kind == kind);
    CHECK(fixture.restored.empty());
}

TEST_CASE("Restore: an object of another backup in its place is refused", "[worker]") {
    Fixture fixture;
    auto request = fixture.backupRequest();
    request.path = "job/other";
    fixture.components.script.dump = [](const auto& one, auto& output, auto&) {
        const auto sink = output.object({one.database, "bin", one.contents, "{}"});
        sink->write("Content of " + one.database);
        sink->finish();
    };
    REQUIRE(fixture.backup(request).ok);
    const auto objects = fixture.target().objects();
    SECTION("its object") {
        REQUIRE(objects.at("job/other/alpha.bin.zst").size() ==
                objects.at("job/backup/alpha.bin.zst").size());
        fixture.target().put("job/backup/alpha.bin.zst", objects.at("job/other/alpha.bin.zst"));
    }
    SECTION("its manifest") {
        fixture.target().put("job/backup/manifest.json", objects.at("job/other/manifest.json"));
    }
    CHECK(fixture.restore(fixture.restoreRequest()).error_kind == ErrorKind::Integrity);
    CHECK(fixture.restored.empty());
}

TEST_CASE("Restore: bytes that change after the check are found while they stream", "[worker]") {
    Fixture fixture;
    auto reads = std::make_shared<std::atomic<int>>(0);
    const auto objects = fixture.target().objects();
    MemoryTarget& target =
        fixture.addTarget("d1", [&fixture, reads](std::string_view at, const std::string& name) {
            if (at != "open" || name != "job/backup/alpha.bin.zst" || ++*reads != 2) return;
            std::string content = fixture.target().objects().at(name);
            content.back() = static_cast<char>(content.back() ^ 1);
            fixture.target().put(name, content);
        });
    for (const auto& [name, content] : objects)
        target.put(name, content);
    auto request = fixture.restoreRequest();
    request.items = {{"alpha", "x"}};
    const protocol::Event event = fixture.restore(request);
    CHECK(event.error_kind == ErrorKind::Integrity);
    CHECK(event.error_message.starts_with("database 'x': "));
    CHECK(fixture.restored.empty());
}

TEST_CASE("Restore: what an engine throws names the database and the plugin", "[worker]") {
    Fixture fixture;
    fixture.components.script.restored = [](const auto& request, const auto&) {
        if (request.database == "beta") throw std::runtime_error("boom");
    };
    CHECK(fixture.restore(fixture.restoreRequest()).error_message ==
          "database 'beta': plugin test failed: boom");
}

TEST_CASE("Restore: cancelled, it says so", "[worker]") {
    Fixture fixture;
    fixture.components.script.check_restore = [&](const auto&) { fixture.stop.request_stop(); };
    CHECK(fixture.restore(fixture.restoreRequest()).error_kind == ErrorKind::Cancelled);
    CHECK(fixture.restored.empty());
}

namespace {

/// A backup of two servers with a database of the same name, and of a folder.
Manifest ofSeveralSources() {
    Manifest manifest;
    manifest.path = "job/backup";
    manifest.sources = {{"s1", "One", "postgres", "15", ""},
                        {"s2", "Two", "postgres", "15", ""},
                        {"s3", "Folders", "files", "3", ""}};
    for (const auto& [source, database] :
         {std::pair("s1", "app"), std::pair("s1", "only"), std::pair("s2", "app"), std::pair("s3", "/srv")}) {
        ManifestObject object;
        object.name = std::string(source) + database;
        object.source_id = source;
        object.database = database;
        object.contents = "database";
        manifest.objects.push_back(object);
    }
    return manifest;
}

protocol::RestoreRequest into(const std::string& engine) {
    protocol::RestoreRequest request;
    request.path = "job/backup";
    request.target.component = engine;
    request.target.name = "Target";
    return request;
}

}  // namespace

TEST_CASE("planRestore: a target takes what was made with its engine", "[worker]") {
    const auto steps = worker::planRestore(into("files"), ofSeveralSources());
    REQUIRE(steps.size() == 1);
    CHECK(steps.front().objects.front().database == "/srv");
    CHECK_THROWS_WITH(worker::planRestore(into("sqlite"), ofSeveralSources()),
                      Catch::Contains("was made with the engine postgres, postgres, files"));
}

TEST_CASE("planRestore: a database that two sources have needs to be told which", "[worker]") {
    auto request = into("postgres");
    CHECK_THROWS_WITH(worker::planRestore(request, ofSeveralSources()),
                      Catch::Contains("the database 'app' of several sources"));
    request.items = {{"only", ""}};
    CHECK(worker::planRestore(request, ofSeveralSources()).size() == 1);
    request.items = {{"app", "copy"}};
    request.source_id = "s2";
    const auto steps = worker::planRestore(request, ofSeveralSources());
    REQUIRE(steps.size() == 1);
    CHECK(steps.front().objects.front().source_id == "s2");
    request.source_id = "s3";
    CHECK_THROWS_WITH(worker::planRestore(request, ofSeveralSources()), Catch::Contains("files"));
    request.source_id = "s9";
    CHECK_THROWS_WITH(worker::planRestore(request, ofSeveralSources()),
                      Catch::Contains("nothing of source s9"));
}

TEST_CASE("planRestore: parts are selected of one database alone", "[worker]") {
    auto request = into("postgres");
    request.source_id = "s1";
    request.selection = {"public.orders"};
    request.owners = {{"a", "b"}};
    CHECK_THROWS_WITH(worker::planRestore(request, ofSeveralSources()), Catch::Contains("of one database"));
    request.items = {{"app", ""}};
    const auto steps = worker::planRestore(request, ofSeveralSources());
    CHECK(steps.front().request.selection == request.selection);
    CHECK(steps.front().request.owners == request.owners);
}

TEST_CASE("Restore: parts and other owners are refused where the engine cannot", "[worker]") {
    Fixture fixture;
    auto request = fixture.restoreRequest();
    request.items = {{"alpha", ""}};
    request.selection = {"x"};
    CHECK(fixture.restore(request).error_message.find("cannot restore parts") != std::string::npos);
    request.selection.clear();
    request.owners = {{"a", "b"}};
    CHECK(fixture.restore(request).error_message.find("cannot give what it restores") != std::string::npos);
    CHECK(fixture.restored.empty());
}
