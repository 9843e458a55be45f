#include <random>
#include <thread>

#include <sys/resource.h>

#include "worker_driver.h"

using namespace dbackup;
using namespace dbackup::test;

namespace {

std::string slowDump() {
    return R"({"databases":["a","b"],"bytes":20000000,"chunkDelayMs":1})";
}

}  // namespace

TEST_CASE("dbackup-worker: a hostile engine fails its backup with a reason and leaves nothing", "[worker]") {
    const auto [engine, kind, reason] = GENERATE(table<std::string, ErrorKind, std::string>(
        {{"hostile-throw-int",
          ErrorKind::Internal,
          "plugin hostile failed with an exception of an unknown type"},
         {"hostile-throw-string",
          ErrorKind::Internal,
          "plugin hostile failed with an exception of an unknown type"},
         {"hostile-unfinished", ErrorKind::ToolFailed, "the engine ended without completing the dump"},
         {"hostile-empty", ErrorKind::ToolFailed, "the dump is empty"},
         {"hostile-create-int", ErrorKind::Internal, "plugin hostile (hostile-create-int) failed to start"},
         {"hostile-create-standard", ErrorKind::Internal, "no luck today"}}));
    CAPTURE(engine);
    const Site site;
    const Event event = site.backup(site.backupRequest("{}", engine));
    CHECK(event.error_kind == kind);
    CHECK(event.error_message.find(reason) != std::string::npos);
    CHECK(site.tree().empty());
}

TEST_CASE("dbackup-worker: an engine that fails after its bytes leaves nothing", "[worker]") {
    const Site site;
    const Event event =
        site.backup(site.backupRequest(R"({"databases":["a","b"],"bytes":4000000,"fail":"ToolFailed"})"));
    CHECK(event.error_kind == ErrorKind::ToolFailed);
    CHECK(event.error_message == "database 'a': the script failed as it was told");
    CHECK(site.tree().empty());
}

TEST_CASE("dbackup-worker: what a crash leaves was announced, and cleanup removes it", "[worker]") {
    const Site site;
    WorkerDriver worker("backup", toJson(site.backupRequest("{}", "hostile-crash")));
    CHECK_FALSE(worker.result());
    const int status = worker.wait();
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGSEGV);
    std::vector<std::string> tokens;
    for (const auto& [id, token] : worker.leftovers())
        tokens.push_back(token);
    CHECK(site.cleanup(tokens).ok);
    CHECK(site.tree().empty());
}

TEST_CASE("dbackup-worker: killed at any moment, its leftovers are known and go", "[worker]") {
    std::mt19937 random(5);
    for (int round = 0; round < 25; ++round) {
        CAPTURE(round);
        const Site site;
        WorkerDriver worker("backup", toJson(site.backupRequest(slowDump())));
        REQUIRE(worker.until(Kind::StageStarted, round % 2 == 0 ? "Dumping Databases" : "Uploading"));
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 400'000));
        worker.kill(SIGKILL);
        const auto result = worker.result();
        worker.wait();
        std::vector<std::string> tokens;
        for (const auto& [id, token] : worker.leftovers())
            tokens.push_back(token);
        const std::set<std::string> left = site.tree();
        for (const std::string& name : left) {
            if (name.ends_with(".partial")) CHECK(worker.leftovers().contains({"d1", name}));
        }
        const Event cleaned = site.cleanup(tokens);
        REQUIRE(cleaned.ok);
        if (!flagOr(*cleaned.data, "kept", false)) CHECK(site.tree().empty());
    }
}

TEST_CASE("dbackup-worker: nothing that was announced exists before the daemon confirms", "[worker]") {
    const Site site;
    auto request = site.backupRequest(R"({"bytes":3000000})");
    request.setup.confirms = true;
    WorkerDriver worker("backup", toJson(request));
    REQUIRE(worker.until(Kind::Leftover));
    CHECK(site.tree().empty());
    std::optional<Event> event;
    for (worker.confirm(); (event = worker.next()) && event->kind != Kind::Result;) {
        if (event->kind != Kind::Leftover) continue;
        CHECK_FALSE(site.tree().contains(event->token));
        worker.confirm();
    }
    REQUIRE(event);
    CHECK(event->ok);
    CHECK(site.tree().size() == 4);
}

TEST_CASE("dbackup-worker: waiting for a confirmation, it can be cancelled", "[worker]") {
    const Site site;
    auto request = site.backupRequest("{}");
    request.setup.confirms = true;
    WorkerDriver worker("backup", toJson(request));
    REQUIRE(worker.until(Kind::Leftover));
    worker.cancel();
    const auto result = worker.result();
    REQUIRE(result);
    CHECK(result->error_kind == ErrorKind::Cancelled);
    CHECK(site.tree().empty());
}

TEST_CASE("dbackup-worker: cancelled at any moment it leaves nothing", "[worker]") {
    std::mt19937 random(6);
    for (int round = 0; round < 25; ++round) {
        CAPTURE(round);
        const Site site;
        auto request = site.backupRequest(slowDump());
        request.parallel = 1 + round % 2;
        request.destinations.push_back({site.destination("d2")});
        WorkerDriver worker("backup", toJson(request));
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 500'000));
        const auto start = std::chrono::steady_clock::now();
        if (round % 3 == 0) {
            worker.kill(SIGTERM);
        } else {
            worker.cancel();
        }
        const auto result = worker.result();
        CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
        worker.wait();
        if (result && result->ok) continue;
        // Without a result it was told to stop before it had read the request.
        if (result) CHECK(result->error_kind == ErrorKind::Cancelled);
        CHECK(site.tree().empty());
        CHECK(site.tree("d2").empty());
        CHECK(worker.leftovers().empty());
    }
}

TEST_CASE("dbackup-worker: an endless dump can be cancelled", "[worker]") {
    const Site site;
    WorkerDriver worker("backup", toJson(site.backupRequest("{}", "hostile-endless")));
    REQUIRE(worker.until(Kind::Progress, "Dumping Databases"));
    worker.cancel();
    const auto result = worker.result();
    REQUIRE(result);
    CHECK(result->error_kind == ErrorKind::Cancelled);
    CHECK(protocol::backupResultFrom(*result->data).outcome == Outcome::Cancelled);
    CHECK(site.tree().empty());
}

TEST_CASE("dbackup-worker: a test or a restore can be cancelled", "[worker]") {
    const Site site;
    SECTION("test") {
        WorkerDriver worker(
            "test", toJson(protocol::ComponentRequest{site.setup(), Site::source(R"({"testSeconds":60})")}));
        worker.cancel();
        const auto result = worker.result();
        if (result) CHECK(result->error_kind == ErrorKind::Cancelled);
    }
    SECTION("restore") {
        REQUIRE(site.backup(site.backupRequest("{}")).ok);
        WorkerDriver worker("restore", toJson(site.restoreRequest(R"({"seconds":60})")));
        REQUIRE(worker.until(Kind::StageStarted, "Restoring Databases"));
        worker.cancel();
        const auto result = worker.result();
        REQUIRE(result);
        CHECK(result->error_kind == ErrorKind::Cancelled);
    }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("dbackup-worker: an engine that leaks meets the memory limit, which the error names", "[worker]") {
    const Site site;
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_AS, &before) == 0);
    const rlimit limited{1ULL << 30, before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_AS, &limited) == 0);
    WorkerDriver worker("backup", toJson(site.backupRequest("{}", "hostile-leak")));
    REQUIRE(setrlimit(RLIMIT_AS, &before) == 0);
    const auto result = worker.result();
    REQUIRE(result);
    CHECK(result->error_kind == ErrorKind::Internal);
    CHECK(result->error_message == "database 'alpha': the worker ran out of memory: its limit is 1024 MiB");
    CHECK(site.tree().empty());
}
#endif

TEST_CASE("dbackup-worker: a file that may not grow fails the backup by name and leaves nothing",
          "[worker]") {
    const Site site;
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit limited{3 << 20, before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &limited) == 0);
    WorkerDriver worker("backup", toJson(site.backupRequest(R"({"bytes":9000000})")));
    REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto result = worker.result();
    REQUIRE(result);
    CHECK(result->error_kind == ErrorKind::NoSpace);
    CHECK(result->error_message.find(site.file("alpha.bin.zst").string()) != std::string::npos);
    CHECK(site.tree().empty());
}
