#include <chrono>

#include "tests/support/small_disk.h"
#include "worker_driver.h"

using namespace dbackup;
using namespace dbackup::test;

namespace {

/// Reads all events. @return the result, and when each stage ended
struct Watched {
    std::optional<Event> result;
    std::map<std::string, std::chrono::steady_clock::time_point> ends;
    std::map<std::string, std::int64_t> bytes;

    std::chrono::milliseconds between(const std::string& a, const std::string& b) const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(ends.at(b) - ends.at(a));
    }
};

Watched watch(WorkerDriver& worker) {
    Watched watched;
    while (const std::optional<Event> event = worker.next()) {
        if (event->kind == Kind::StageEnded) {
            watched.ends[event->stage] = std::chrono::steady_clock::now();
            watched.bytes[event->stage] = event->bytes;
        }
        if (event->kind == Kind::Result) watched.result = event;
    }
    REQUIRE(watched.result);
    return watched;
}

}  // namespace

TEST_CASE("dbackup-worker: of three destinations one fails in the middle, the others are whole", "[worker]") {
    const std::uint64_t spool = GENERATE(0U, 64U << 20);
    CAPTURE(spool);
    const Site site;
    const SmallDisk disk(site.folder("d2"));
    if (!disk.mounted()) {
        WARN("may not mount a file system");
        return;
    }
    const std::string settings = R"({"databases":["a","b"],"bytes":14000000,"seed":3})";
    auto request = site.backupRequest(settings);
    request.destinations = {{site.destination("d1"), 2},
                            {site.destination("d2"), 2},
                            {site.destination("d3"), 2, 0, VerifyMode::Full}};
    request.spool_bytes = spool;
    const Event event = site.backup(request);
    REQUIRE(event.ok);
    const auto result = protocol::backupResultFrom(*event.data);
    CHECK(result.outcome == Outcome::Partial);
    CHECK(result.destinations[0].ok);
    CHECK(result.destinations[2].ok);
    CHECK_FALSE(result.destinations[1].ok);
    CHECK_THAT(result.destinations[1].error, Catch::Contains("No space left on device"));
    CHECK(site.tree("d1").size() == 5);
    CHECK(site.tree("d1") == site.tree("d3"));
    CHECK(site.tree("d2").empty());
    for (const char* id : {"d1", "d3"}) {
        auto restore = site.restoreRequest(settings);
        restore.origin = site.destination(id);
        CHECK(site.restore(restore).ok);
    }
}

TEST_CASE("dbackup-worker: with a spool the dumps end at the engine's pace", "[worker]") {
    const Site site;
    const std::string settings = R"({"databases":["a","b"],"bytes":3000000})";
    auto request = site.backupRequest(settings);
    request.compression = "none";
    request.destinations = {{site.destination("d1"), 0, 0, VerifyMode::Size},
                            {site.destination("d2"), 0, 4'000'000, VerifyMode::Size}};
    request.spool_folder = (site.dir / "spool").string();
    std::filesystem::create_directory(request.spool_folder);
    request.spool_bytes = 64U << 20;
    WorkerDriver worker("backup", toJson(request));
    const Watched watched = watch(worker);
    REQUIRE(watched.result->ok);
    CHECK(watched.bytes.at("Uploading") == 12'000'000);
    // 6 MB at 4 MB a second, but for what is sent meanwhile.
    CHECK(watched.between("Dumping Databases", "Uploading") > std::chrono::milliseconds(700));
    CHECK(std::filesystem::is_empty(request.spool_folder));
    CHECK(site.restore(site.restoreRequest(settings)).ok);
}

TEST_CASE("dbackup-worker: nothing is left of a spool when it is killed", "[worker]") {
    const Site site;
    auto request = site.backupRequest(R"({"bytes":8000000})");
    request.compression = "none";
    request.destinations[0].bandwidth_limit = 10'000;
    request.spool_folder = (site.dir / "spool").string();
    std::filesystem::create_directory(request.spool_folder);
    request.spool_bytes = 64U << 20;
    WorkerDriver worker("backup", toJson(request));
    REQUIRE(worker.until(Kind::StageEnded, "Dumping Databases"));
    worker.kill(SIGKILL);
    worker.wait();
    CHECK(std::filesystem::is_empty(request.spool_folder));
}

TEST_CASE("dbackup-worker: cancelled while a slow destination drains, it ends within two seconds",
          "[worker]") {
    const Site site;
    auto request = site.backupRequest(R"({"bytes":8000000})");
    request.compression = "none";
    request.destinations[0].bandwidth_limit = 10'000;
    request.spool_bytes = 64U << 20;
    WorkerDriver worker("backup", toJson(request));
    REQUIRE(worker.until(Kind::StageEnded, "Dumping Databases"));
    const auto start = std::chrono::steady_clock::now();
    worker.cancel();
    const auto result = worker.result();
    REQUIRE(result);
    CHECK(result->error_kind == ErrorKind::Cancelled);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
    CHECK(worker.leftovers().empty());
    CHECK(site.tree().empty());
}
