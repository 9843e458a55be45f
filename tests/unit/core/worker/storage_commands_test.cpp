#include <catch2/catch.hpp>

#include <dbackup/sdk/target_extensions.h>

#include "core/model/manifest.h"
#include "core/protocol/storage_messages.h"
#include "harness.h"

using namespace dbackup;
using namespace dbackup::test;

namespace {

const std::string manifest_name = "job/backup/manifest.json";

/// A destination with one backup.
struct Stored : Harness {
    Stored() { REQUIRE(backup().ok); }
    static protocol::ComponentRef where() { return component("d1", "memory"); }
    JsonObject::Ptr listed(const std::vector<std::string>& paths,
                           const std::vector<protocol::ListRequest::Known>& known) {
        const auto event = call(worker::list, toJson(protocol::ListRequest{{}, where(), paths, known}));
        REQUIRE(event.ok);
        const auto backups = arrayAt(*event.data, "backups");
        return backups->size() > 0 ? backups->getObject(0) : JsonObject::Ptr();
    }
    /// What became of the first path.
    JsonObject::Ptr changed(protocol::Event (*command)(const JsonObject&, worker::Run&, worker::Components&),
                            const std::vector<std::string>& paths,
                            bool locked = false) {
        const auto event = call(command, toJson(protocol::PathsRequest{{}, where(), paths, locked}));
        REQUIRE(event.ok);
        const auto results = arrayAt(*event.data, "results");
        REQUIRE(results->size() == paths.size());
        return results->getObject(0);
    }
    JsonObject::Ptr verified() {
        const auto event =
            call(worker::verify, toJson(protocol::ComponentRequest{{}, where(), "job/backup"}));
        REQUIRE(event.ok);
        return event.data;
    }
    std::string manifest() const { return components.targets.at("d1")->objects().at(manifest_name); }
};

class Batch final : public sdk::BatchRemove {
public:
    explicit Batch(MemoryTarget& target) : target_(target) {}
    void removeAll(std::span<const std::string> names, sdk::RunContext& run) override {
        ++calls;
        for (const std::string& name : names)
            target_.remove(name, run);
    }
    int calls = 0;

private:
    MemoryTarget& target_;
};

class Signer final : public sdk::Presign {
public:
    std::string presign(const std::string& name, std::chrono::seconds valid, sdk::RunContext&) override {
        return "https://store/" + name + "?for=" + std::to_string(valid.count());
    }
};

}  // namespace

TEST_CASE("list: a manifest that is known is not read again", "[worker]") {
    Stored world;
    const auto bytes = static_cast<std::int64_t>(world.manifest().size());
    const JsonObject::Ptr all = world.listed({}, {});
    CHECK(textOr(*all, "manifest") == world.manifest());
    CHECK(integerOr(*all, "bytes", 0) == bytes);
    const TimePoint modified = fromIso(textOr(*all, "modified"));
    const JsonObject::Ptr known = world.listed({}, {{"job/backup", modified, bytes}});
    CHECK(flagOr(*known, "unchanged", false));
    CHECK_FALSE(known->has("manifest"));
    CHECK(world.listed({}, {{"job/backup", modified, bytes + 1}})->has("manifest"));
    CHECK(
        world.listed({}, {{"job/backup", modified + std::chrono::milliseconds(1), bytes}})->has("manifest"));
    CHECK(world.listed({"job/none"}, {}).isNull());
}

TEST_CASE("remove: the manifest goes first, then all else of the backup", "[worker]") {
    std::vector<std::string> order;
    Stored world;
    world.target().put("job/backup/stray.tmp", "x");
    world.target().put("job/backup2/alpha", "x");
    const auto objects = world.target().objects();
    auto& target = world.addTarget("d1", [&](std::string_view step, const std::string& name) {
        if (step == "remove") order.push_back(name);
    });
    for (const auto& [name, content] : objects)
        target.put(name, content);
    CHECK(textOr(*world.changed(worker::remove, {"job/backup"}), "state") == "done");
    CHECK(order.front() == manifest_name);
    CHECK(target.objects().size() == 1);
    CHECK(textOr(*world.changed(worker::remove, {"job/backup"}), "state") == "missing");
}

TEST_CASE("remove: in few requests where the target can", "[worker]") {
    Stored world;
    Batch batch(world.target());
    world.target().extensions[std::string(sdk::BatchRemove::id)] = static_cast<sdk::BatchRemove*>(&batch);
    CHECK(textOr(*world.changed(worker::remove, {"job/backup"}), "state") == "done");
    CHECK(batch.calls == 1);
    CHECK(world.target().objects().empty());
}

TEST_CASE("remove: an object that stays is told, and it is no backup any more", "[worker]") {
    Stored world;
    const auto objects = world.target().objects();
    auto& target = world.addTarget("d1", [](std::string_view step, const std::string& name) {
        if (step == "remove" && name != manifest_name) throw Error(ErrorKind::Permission, "may not");
    });
    for (const auto& [name, content] : objects)
        target.put(name, content);
    const auto result = world.changed(worker::remove, {"job/backup", "job"});
    CHECK(textOr(*result, "state") == "failed");
    CHECK(textOr(*result, "kind") == "Permission");
    CHECK_FALSE(target.objects().contains(manifest_name));
}

TEST_CASE("remove: a locked backup stays, a damaged one can be removed", "[worker]") {
    Stored world;
    CHECK(textOr(*world.changed(worker::lock, {"job/backup"}, true), "state") == "done");
    CHECK(textOr(*world.changed(worker::remove, {"job/backup"}), "state") == "locked");
    CHECK(world.target().objects().size() == 2);
    world.target().put(manifest_name, "{ damaged");
    CHECK(textOr(*world.changed(worker::remove, {"job/backup"}), "state") == "done");
    CHECK(world.target().objects().empty());
    CHECK(textOr(*world.changed(worker::remove, {"../etc"}), "kind") == "Settings");
}

TEST_CASE("lock: the manifest is written anew with a digest that agrees", "[worker]") {
    Stored world;
    const std::string before = world.manifest();
    CHECK(textOr(*world.changed(worker::lock, {"job/backup"}, true), "state") == "done");
    CHECK(parseManifest(world.manifest(), "job/backup").locked);
    CHECK(textOr(*world.changed(worker::lock, {"job/backup"}, false), "state") == "done");
    CHECK(world.manifest() == before);
    CHECK(textOr(*world.changed(worker::lock, {"job/none"}, true), "state") == "missing");
    world.target().put(manifest_name, "{ damaged");
    CHECK(textOr(*world.changed(worker::lock, {"job/backup"}, true), "kind") == "Integrity");
}

TEST_CASE("verify: every object is read and compared", "[worker]") {
    Stored world;
    const std::string name = "job/backup/alpha.bin.zst";
    const std::string content = world.target().objects().at(name);
    const auto sound = world.verified();
    CHECK(textOr(*sound, "status") == "passed");
    CHECK(textOr(*sound, "expected") == textOr(*sound, "actual"));
    CHECK(world.stages().find("+Initializing -Initializing +Verifying -Verifying") != std::string::npos);

    std::string other = content;
    other[other.size() / 2] = static_cast<char>(other[other.size() / 2] ^ 1);
    world.target().put(name, other);
    const auto flipped = world.verified();
    CHECK(textOr(*flipped, "status") == "failed");
    CHECK(textOr(*flipped, "expected") != textOr(*flipped, "actual"));
    CHECK(textOr(*flipped, "error").find("alpha.bin.zst is damaged") != std::string::npos);
    world.target().put(name, content.substr(1));
    CHECK(textOr(*world.verified(), "error").find("bytes") != std::string::npos);
    world.target().put(manifest_name, "{ damaged");
    CHECK(textOr(*world.verified(), "status") == "failed");
    world.addTarget("d1");
    CHECK(world.call(worker::verify, toJson(protocol::ComponentRequest{{}, Stored::where(), "job/backup"}))
              .error_kind == ErrorKind::NotFound);
}

TEST_CASE("presign: an address of one object, where the target makes such", "[worker]") {
    Stored world;
    const auto address = [&](const std::string& object) {
        return world.call(worker::presign,
                          toJson(protocol::PresignRequest{{}, Stored::where(), "job/backup", object, 300}));
    };
    CHECK(address("alpha.bin.zst").error_kind == ErrorKind::Unsupported);
    Signer signer;
    world.target().extensions[std::string(sdk::Presign::id)] = static_cast<sdk::Presign*>(&signer);
    CHECK(textOr(*address("alpha.bin.zst").data, "url") == "https://store/job/backup/alpha.bin.zst?for=300");
    CHECK(textOr(*address("manifest.json").data, "url") == "https://store/job/backup/manifest.json?for=300");
    CHECK(address("none").error_kind == ErrorKind::NotFound);
}
