#include <catch2/catch.hpp>

#include "core/base/hash.h"
#include "core/model/manifest.h"
#include "core/protocol/storage_messages.h"
#include "core/worker/tar_header.h"
#include "harness.h"

using namespace dbackup;
using namespace dbackup::test;

namespace {

/// What was delivered.
struct Delivery {
    protocol::Event event;
    protocol::ReadHead head;
    std::string bytes;
};

/// A destination with a backup whose object lies in several volumes.
struct Volumes : Harness {
    Volumes() {
        components.script.dump = [](const sdk::DumpRequest& request, sdk::DumpOutput& out, sdk::RunContext&) {
            const auto sink = out.object({request.database, "bin", "database", "{}"});
            sink->write(sampleText(2500));
            sink->finish();
        };
        protocol::BackupRequest request = backupRequest();
        request.compression = "none";
        request.volume_bytes = 1000;
        REQUIRE(backup(request).ok);
        manifest = target().objects().at("job/backup/manifest.json");
    }

    Delivery read(const std::string& object,
                  const protocol::WantedRange& range = {},
                  bool decompress = false) {
        const sdk::UniqueFd file(memfd_create("bytes", MFD_CLOEXEC));
        run.setDataOutput(file.get());
        Delivery delivery;
        delivery.event = call(worker::read,
                              toJson(protocol::ReadRequest{
                                  {}, component("d1", "memory"), "job/backup", object, decompress, range}));
        std::string text(static_cast<std::size_t>(lseek(file.get(), 0, SEEK_END)), '\0');
        REQUIRE(pread(file.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
        if (text.empty()) return delivery;
        delivery.head = protocol::readHeadFrom(*parseJsonObject(text.substr(0, text.find('\n')), "head"));
        delivery.bytes = text.substr(text.find('\n') + 1);
        return delivery;
    }
    std::string manifest;
};

}  // namespace

TEST_CASE("read: volumes are one stream", "[worker]") {
    Volumes world;
    const Delivery whole = world.read("alpha.bin");
    REQUIRE(whole.event.ok);
    CHECK(whole.bytes == sampleText(2500));
    CHECK(whole.head.name == "alpha.bin");
    CHECK(whole.head.size_bytes == 2500);
    CHECK(whole.head.length == 2500);
    CHECK(whole.head.takes_ranges);
    CHECK_FALSE(whole.head.partial);
    const auto volume = parseManifest(world.manifest, "job/backup").objects.front().volumes.at(1);
    const Delivery one = world.read(volume.name);
    CHECK(one.bytes == sampleText(2500).substr(1000, 1000));
    CHECK(one.head.tag == volume.sha256);
    CHECK(world.read("manifest.json").bytes == world.manifest);
    CHECK(world.read("none").event.error_kind == ErrorKind::NotFound);
}

TEST_CASE("read: ranges reach over volumes", "[worker]") {
    Volumes world;
    const auto part = [&](std::optional<std::int64_t> first, std::optional<std::int64_t> last) {
        const Delivery delivery = world.read("alpha.bin", {first, last, ""});
        CHECK(delivery.head.partial);
        CHECK(delivery.head.length == static_cast<std::int64_t>(delivery.bytes.size()));
        return std::pair(delivery.head.first, delivery.bytes);
    };
    const std::string all = sampleText(2500);
    CHECK(part(0, 0) == std::pair<std::int64_t, std::string>(0, all.substr(0, 1)));
    CHECK(part(990, 1009) == std::pair<std::int64_t, std::string>(990, all.substr(990, 20)));
    CHECK(part(1000, 1999) == std::pair<std::int64_t, std::string>(1000, all.substr(1000, 1000)));
    CHECK(part(999, 2000) == std::pair<std::int64_t, std::string>(999, all.substr(999, 1002)));
    CHECK(part(2400, std::nullopt) == std::pair<std::int64_t, std::string>(2400, all.substr(2400)));
    CHECK(part(std::nullopt, 7) == std::pair<std::int64_t, std::string>(2493, all.substr(2493)));
    CHECK(part(std::nullopt, 99999) == std::pair<std::int64_t, std::string>(0, all));
    CHECK(part(5, 99999) == std::pair<std::int64_t, std::string>(5, all.substr(5)));
    CHECK_FALSE(world.read("alpha.bin", {2500, std::nullopt, ""}).head.satisfiable);
    CHECK_FALSE(world.read("alpha.bin", {std::nullopt, 0, ""}).head.satisfiable);
    CHECK(world.read("alpha.bin", {0, 9, "another tag"}).bytes == all);
    CHECK(world.read("alpha.bin", {0, 9, world.read("alpha.bin").head.tag}).bytes.size() == 10);
    CHECK(world.read("manifest.json", {1, 3, ""}).bytes == world.manifest.substr(1, 3));
}

TEST_CASE("read: a damaged object lacks its last bytes", "[worker]") {
    Volumes world;
    const std::string name =
        "job/backup/" + parseManifest(world.manifest, "job/backup").objects.front().volumes.back().name;
    std::string content = world.target().objects().at(name);
    content[3] = '!';
    world.target().put(name, content);
    for (const char* object : {"alpha.bin", ""}) {
        INFO(object);
        const Delivery damaged = world.read(object);
        CHECK(damaged.event.error_kind == ErrorKind::Integrity);
        CHECK(static_cast<std::int64_t>(damaged.bytes.size()) < damaged.head.length);
    }
    world.target().put(name, content + "more");
    const Delivery longer = world.read("alpha.bin");
    CHECK(longer.event.error_kind == ErrorKind::Integrity);
    CHECK(static_cast<std::int64_t>(longer.bytes.size()) < longer.head.length);
}

TEST_CASE("read: an object is decompressed on the way", "[worker]") {
    Volumes world;
    world.addTarget("d1");
    protocol::BackupRequest request = world.backupRequest();
    REQUIRE(world.backup(request).ok);
    const Delivery delivery = world.read("alpha.bin.zst", {5, 9, ""}, true);
    REQUIRE(delivery.event.ok);
    CHECK(delivery.head.name == "alpha.bin");
    CHECK(delivery.bytes == sampleText(2500));
    CHECK_FALSE(delivery.head.partial);
    CHECK_FALSE(delivery.head.takes_ranges);
}

TEST_CASE("read: the archive has the manifest first and is as long as was said", "[worker]") {
    Volumes world;
    const Delivery archive = world.read("");
    REQUIRE(archive.event.ok);
    CHECK(archive.head.name == "backup.tar");
    CHECK(archive.head.length == static_cast<std::int64_t>(archive.bytes.size()));
    CHECK(archive.bytes.size() % 512 == 0);
    CHECK(archive.bytes.starts_with("job/backup/manifest.json"));
    CHECK(archive.bytes.substr(512).starts_with(world.manifest));
}

TEST_CASE("tarHeader: long names and large sizes take more than one record", "[worker]") {
    CHECK(worker::tarHeader("a/b", 12, {}).size() == 512);
    CHECK(worker::tarHeader("a/" + std::string(300, 'n'), 12, {}).size() > 512);
    CHECK(worker::tarHeader("a/b", 1ULL << 40, {}).size() > 512);
    const std::string named = worker::tarHeader("Nächtlich/b", 12, {});
    CHECK(named.find("hdrcharset") == std::string::npos);
    CHECK(named.find("path=Nächtlich/b") != std::string::npos);
    CHECK(worker::tarPadding(512).empty());
    CHECK(worker::tarPadding(513).size() == 511);
}
