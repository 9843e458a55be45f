#include "worker_driver.h"

using namespace dbackup;
using namespace dbackup::test;

TEST_CASE("dbackup-worker: describes a plugin", "[worker]") {
    JsonObject::Ptr request = newObject();
    request->set("file", LOCAL_PLUGIN);
    WorkerDriver worker("describe", request);
    const auto result = worker.result();
    REQUIRE(result);
    REQUIRE(result->ok);
    CHECK(textOr(*result->data, "name") == "local-filesystem");
    CHECK(textOr(*result->data, "abi") == "1.1");
    CHECK(flagOr(*result->data, "loaded", false));
    const auto components = arrayAt(*result->data, "components");
    REQUIRE(components->size() == 1);
    CHECK(textOr(*components->getObject(0), "kind") == "target");
    CHECK_NOTHROW(parseJsonObject(textOr(*components->getObject(0), "schema"), "schema"));
    CHECK_FALSE(worker.next());
    CHECK(worker.wait() == 0);
}

TEST_CASE("dbackup-worker: tests a component and lists its databases", "[worker]") {
    const Site site;
    const auto call = [&](const std::string& command, const protocol::ComponentRef& component) {
        WorkerDriver worker(command, toJson(protocol::ComponentRequest{site.setup(), component}));
        const auto result = worker.result();
        REQUIRE(result);
        return *result;
    };
    CHECK(textOr(*call("test", Site::source("{}")).data, "version") == "1.2.3");
    CHECK(textOr(*call("test", site.destination()).data, "message").find(site.folder().string()) !=
          std::string::npos);
    const Event databases = call("databases", Site::source(R"({"databases":["a","b"],"bytes":7})"));
    CHECK(arrayAt(*databases.data, "databases")->size() == 2);
    const Event failed = call("test", Site::source(R"({"failTest":"Authentication"})"));
    CHECK(failed.error_kind == ErrorKind::Authentication);
    CHECK(call("test", Site::source(R"({"bytes":-1})")).error_kind == ErrorKind::Settings);
    CHECK(call("test", Site::source("{}", "nonsense")).error_kind == ErrorKind::NotFound);
}

TEST_CASE("dbackup-worker: backs up to several destinations and restores", "[worker]") {
    const std::string compression = GENERATE("zstd", "gzip", "none");
    const int parallel = GENERATE(1, 3);
    CAPTURE(compression, parallel);
    const Site site;
    const std::string settings = R"({"databases":["a","b","c d","ü"],"bytes":3000001,"seed":7})";
    auto request = site.backupRequest(settings);
    request.destinations.push_back({site.destination("d2")});
    request.compression = compression;
    request.parallel = parallel;
    WorkerDriver worker("backup", toJson(request));
    const auto result = worker.result();
    REQUIRE(result);
    REQUIRE(result->ok);
    CHECK(protocol::backupResultFrom(*result->data).outcome == Outcome::Success);
    CHECK_FALSE(worker.next());
    CHECK(worker.wait() == 0);
    CHECK(worker.leftovers().empty());
    CHECK(site.tree().size() == 7);
    CHECK(site.tree() == site.tree("d2"));

    CHECK(site.restore(site.restoreRequest(settings)).ok);
    auto second = site.restoreRequest(settings);
    second.origin = site.destination("d2");
    second.items = {{"ü", "copy"}};
    CHECK(site.restore(second).ok);
}

TEST_CASE("dbackup-worker: lists what is on a destination", "[worker]") {
    const Site site;
    REQUIRE(site.backup(site.backupRequest("{}")).ok);
    WorkerDriver worker("list", toJson(protocol::ComponentRequest{site.setup(), site.destination()}));
    const auto result = worker.result();
    REQUIRE(result);
    REQUIRE(result->ok);
    const auto backups = arrayAt(*result->data, "backups");
    REQUIRE(backups->size() == 1);
    CHECK(textOr(*backups->getObject(0), "path") == "job/backup");
    CHECK(textOr(*backups->getObject(0), "fault").empty());
}

TEST_CASE("dbackup-worker: a destination that cannot be written makes the backup partial", "[worker]") {
    const Site site;
    std::ofstream(site.dir / "d2") << "a file where the folder should be";
    auto request = site.backupRequest(R"({"bytes":5000000})");
    request.destinations.push_back({site.destination("d2")});
    const Event event = site.backup(request);
    REQUIRE(event.ok);
    const auto result = protocol::backupResultFrom(*event.data);
    CHECK(result.outcome == Outcome::Partial);
    CHECK(result.destinations[0].ok);
    CHECK(result.destinations[1].error.find("d2") != std::string::npos);
    CHECK(site.restore(site.restoreRequest("{}")).ok);
}

TEST_CASE("dbackup-worker: wrong usage is told on standard error, with status 2", "[worker]") {
    const auto statusOf = [](const std::string& command, bool closed) {
        WorkerDriver worker(command, std::string());
        if (closed) worker.cancel();
        CHECK_FALSE(worker.next());
        const int status = worker.wait();
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    };
    CHECK(statusOf("dance", false) == 2);
    CHECK(statusOf("backup", true) == 2);
}

TEST_CASE("dbackup-worker: a signal before the request ends it", "[worker]") {
    WorkerDriver worker("backup", std::string());
    // The signal may come before the worker has blocked it; then it ends by the signal.
    worker.kill(SIGTERM);
    CHECK_FALSE(worker.next());
    worker.wait();
}

TEST_CASE("dbackup-worker: a request that it does not understand is a failed result", "[worker]") {
    for (const std::string line : {"nonsense", "{}", R"({"version":1})"}) {
        CAPTURE(line);
        WorkerDriver worker("backup", line);
        const auto result = worker.result();
        REQUIRE(result);
        CHECK(result->error_kind == ErrorKind::Settings);
        const int status = worker.wait();
        CHECK(WEXITSTATUS(status) == 1);
    }
}

TEST_CASE("dbackup-worker: its memory does not hold standard input and output open for plugins", "[worker]") {
    const Site site;
    WorkerDriver worker("backup", toJson(site.backupRequest(R"({"seconds":60})")));
    REQUIRE(worker.until(Kind::StageStarted, "Dumping Databases"));
    const auto linkOf = [&](int fd) {
        std::error_code failed;
        return std::filesystem::read_symlink(
                   "/proc/" + std::to_string(worker.pid()) + "/fd/" + std::to_string(fd), failed)
            .string();
    };
    CHECK(linkOf(0) == "/dev/null");
    CHECK(linkOf(1) == linkOf(2));
}

TEST_CASE("dbackup-worker: no secret is in its argv, its environment or what it says", "[worker]") {
    const Site site;
    const std::string canary = "canary-Zq8-\\\"quoted\\\"";
    WorkerDriver worker(
        "backup",
        toJson(site.backupRequest(R"({"fail":"ToolFailed","seconds":0.2,"password":")" + canary + R"("})")));
    REQUIRE(worker.until(Kind::StageStarted, "Dumping Databases"));
    for (const char* file : {"cmdline", "environ"}) {
        std::ifstream in("/proc/" + std::to_string(worker.pid()) + "/" + file);
        const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
        CHECK_FALSE(text.empty());
        CHECK(text.find("canary") == std::string::npos);
    }
    REQUIRE(worker.result());
    CHECK(worker.text().find("canary") == std::string::npos);
}
