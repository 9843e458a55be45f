#include "core/worker/commands.h"

#include <catch2/catch.hpp>

#include "core/base/hash.h"
#include "core/model/manifest.h"
#include "core/protocol/storage_messages.h"
#include "harness.h"

using namespace dbackup;
using namespace dbackup::test;

namespace {

JsonObject::Ptr componentRequest(const std::string& id, const std::string& component) {
    return toJson(protocol::ComponentRequest{{}, Harness::component(id, component)});
}

JsonObject::Ptr cleanupRequest(const std::string& path, const std::vector<std::string>& tokens = {}) {
    return toJson(protocol::CleanupRequest{{}, Harness::component("d1", "memory"), tokens, path});
}

}  // namespace

TEST_CASE("test: asks engines and targets", "[worker]") {
    Harness harness;
    const protocol::Event engine = harness.call(worker::test, componentRequest("s1", "engine"));
    REQUIRE(engine.ok);
    CHECK(textOr(*engine.data, "version") == "15.2");
    CHECK(textOr(*engine.data, "edition") == "Test edition");
    CHECK(textOr(*engine.data, "message") == "ready");
    const protocol::Event target = harness.call(worker::test, componentRequest("d1", "memory"));
    REQUIRE(target.ok);
    CHECK(textOr(*target.data, "message") == "It is in memory");
    CHECK(harness.call(worker::test, componentRequest("c1", "channel")).error_kind == ErrorKind::Settings);

    harness.components.script.test = [](sdk::RunContext&) { throw Error(ErrorKind::Authentication, "who?"); };
    CHECK(harness.call(worker::test, componentRequest("s1", "engine")).error_kind ==
          ErrorKind::Authentication);
}

TEST_CASE("databases: lists them with their sizes", "[worker]") {
    Harness harness;
    harness.components.script.databases = {{"alpha", 5'000'000'000}, {"beta", 0}};
    const protocol::Event event = harness.call(worker::databases, componentRequest("s1", "engine"));
    REQUIRE(event.ok);
    const auto found = arrayAt(*event.data, "databases");
    REQUIRE(found->size() == 2);
    CHECK(textOr(*found->getObject(0), "name") == "alpha");
    CHECK(integerOr(*found->getObject(0), "sizeBytes", 0) == 5'000'000'000);
    CHECK(harness.call(worker::databases, componentRequest("d1", "memory")).error_kind ==
          ErrorKind::Settings);
}

TEST_CASE("list: every backup, each bad one with its fault", "[worker]") {
    Harness harness;
    REQUIRE(harness.backup().ok);
    const std::string manifest = harness.target().objects().at("job/backup/manifest.json");
    harness.target().put("job/moved/manifest.json", manifest);
    harness.target().put("job/broken/manifest.json", "{");
    harness.target().put("manifest.json", manifest);
    harness.target().put("too/deep/down/manifest.json", manifest);
    harness.target().put("job/backup/some.other.json", "x");
    const protocol::Event event = harness.call(worker::list, componentRequest("d1", "memory"));
    REQUIRE(event.ok);
    const auto backups = arrayAt(*event.data, "backups");
    REQUIRE(backups->size() == 3);
    std::map<std::string, JsonObject::Ptr> by_path;
    for (unsigned i = 0; i < backups->size(); ++i)
        by_path[textOr(*backups->getObject(i), "path")] = backups->getObject(i);
    CHECK(textOr(*by_path.at("job/backup"), "fault").empty());
    CHECK(textOr(*by_path.at("job/backup"), "manifest") == manifest);
    CHECK_NOTHROW(fromIso(textOr(*by_path.at("job/backup"), "modified")));
    CHECK(textOr(*by_path.at("job/moved"), "fault").find("belongs to another backup") != std::string::npos);
    CHECK_FALSE(textOr(*by_path.at("job/broken"), "fault").empty());
}

TEST_CASE("list: the one backup that is asked for, or none", "[worker]") {
    Harness harness;
    REQUIRE(harness.backup().ok);
    harness.target().put("job/other/manifest.json", "{");
    const auto found = [&](const std::string& path) {
        return harness.call(
            worker::list, toJson(protocol::ListRequest{{}, Harness::component("d1", "memory"), {path}, {}}));
    };
    const protocol::Event one = found("job/backup");
    REQUIRE(arrayAt(*one.data, "backups")->size() == 1);
    CHECK(textOr(*arrayAt(*one.data, "backups")->getObject(0), "path") == "job/backup");
    CHECK(arrayAt(*found("job/none").data, "backups")->size() == 0);
    CHECK(found("job").error_kind == ErrorKind::Settings);
    CHECK(found("../job").error_kind == ErrorKind::Settings);
}

TEST_CASE("list: an unreadable manifest is a fault of that backup alone", "[worker]") {
    Harness harness;
    harness.addTarget("d1", [](std::string_view at, const std::string& name) {
        if (at == "read" && name.find("one") != std::string::npos)
            throw Error(ErrorKind::Unavailable, "I/O error");
    });
    harness.target().put("job/one/manifest.json", "x");
    harness.target().put("job/two/manifest.json", "x");
    const protocol::Event event = harness.call(worker::list, componentRequest("d1", "memory"));
    REQUIRE(event.ok);
    CHECK(arrayAt(*event.data, "backups")->size() == 2);
}

TEST_CASE("cleanup: removes leftovers and a backup without manifest", "[worker]") {
    Harness harness;
    harness.target().put("job/backup/alpha.bin.zst", "x");
    harness.target().put("job/backup/beta.bin.zst", "x");
    harness.target().put("job/backup2/alpha.bin.zst", "x");
    const protocol::Event event = harness.call(worker::cleanup, cleanupRequest("job/backup", {"t1", "t2"}));
    REQUIRE(event.ok);
    CHECK(integerOr(*event.data, "removed", 0) == 2);
    CHECK_FALSE(flagOr(*event.data, "kept", true));
    CHECK(harness.target().cleaned() == std::vector<std::string>{"t1", "t2"});
    CHECK(harness.target().objects().size() == 1);
}

TEST_CASE("cleanup: a backup with a manifest is kept, one whose manifest is damaged is none", "[worker]") {
    Harness harness;
    REQUIRE(harness.backup().ok);
    const protocol::Event kept = harness.call(worker::cleanup, cleanupRequest("job/backup"));
    REQUIRE(kept.ok);
    CHECK(flagOr(*kept.data, "kept", false));
    CHECK(harness.target().objects().size() == 2);

    harness.target().put("job/backup/manifest.json", "half a mani");
    const protocol::Event gone = harness.call(worker::cleanup, cleanupRequest("job/backup"));
    CHECK_FALSE(flagOr(*gone.data, "kept", true));
    CHECK(harness.target().objects().empty());
}

TEST_CASE("cleanup: a backup of a newer version is kept", "[worker]") {
    Harness harness;
    std::string text = "{\n  \"formatVersion\": 99,\n  \"digest\": \"" + std::string(64, '0') + "\"\n}\n";
    text.replace(text.find(std::string(64, '0')), 64, sha256Hex(text));
    harness.target().put("job/backup/manifest.json", text);
    CHECK(flagOr(*harness.call(worker::cleanup, cleanupRequest("job/backup")).data, "kept", false));
}

TEST_CASE("cleanup: when nobody can say whether it is a backup, nothing is removed", "[worker]") {
    Harness harness;
    harness.addTarget("d1", [](std::string_view at, const std::string&) {
        if (at == "open") throw Error(ErrorKind::Unavailable, "timeout");
    });
    harness.target().put("job/backup/alpha.bin.zst", "x");
    CHECK(harness.call(worker::cleanup, cleanupRequest("job/backup")).error_kind == ErrorKind::Unavailable);
    CHECK(harness.target().objects().size() == 1);
}

TEST_CASE("cleanup: a token that cannot be removed does not keep the others", "[worker]") {
    Harness harness;
    harness.addTarget("d1", [](std::string_view at, const std::string& name) {
        if (at == "cleanup" && name == "t1") throw Error(ErrorKind::Permission, "may not");
    });
    const protocol::Event event = harness.call(worker::cleanup, cleanupRequest("", {"t1", "t2"}));
    CHECK(event.error_kind == ErrorKind::Permission);
    CHECK(harness.target().cleaned() == std::vector<std::string>{"t2"});
}

TEST_CASE("cleanup: a path that is none of a backup removes nothing", "[worker]") {
    const std::string path = GENERATE("job", "/", "..", "../x", "job/backup/alpha", "job/", "a//b");
    Harness harness;
    harness.target().put("job/backup/alpha.bin.zst", "x");
    CHECK(harness.call(worker::cleanup, cleanupRequest(path)).error_kind == ErrorKind::Settings);
    CHECK(harness.target().objects().size() == 1);
}

TEST_CASE("cleanup: without a path only tokens count", "[worker]") {
    Harness harness;
    harness.target().put("job/backup/alpha.bin.zst", "x");
    CHECK(harness.call(worker::cleanup, cleanupRequest("", {"t"})).ok);
    CHECK(harness.target().objects().size() == 1);
}

TEST_CASE("describe: a file that is no plugin is refused with the reason", "[worker]") {
    Harness harness;
    JsonObject::Ptr request = newObject();
    CHECK(harness.call(worker::describe, request).error_kind == ErrorKind::Settings);
    request->set("file", "/nonexistent/x.so");
    CHECK_FALSE(harness.call(worker::describe, request).ok);
}
