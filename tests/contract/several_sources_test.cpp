#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include "tests/contract/transcript.h"

using namespace dbackup::test;
namespace fs = std::filesystem;

namespace {

void put(const fs::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
}

std::string contentOf(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

std::string query(const std::string& file, const std::string& sql) {
    sqlite3* opened = nullptr;
    const int result = sqlite3_open(file.c_str(), &opened);
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> database(opened, sqlite3_close);
    REQUIRE(result == SQLITE_OK);
    std::string text;
    const auto add = [](void* into, int count, char** values, char** /*names*/) {
        for (int i = 0; i < count; ++i)
            *static_cast<std::string*>(into) += std::string(values[i] ? values[i] : "NULL") + ";";
        return 0;
    };
    INFO(sqlite3_errmsg(opened));
    REQUIRE(sqlite3_exec(opened, sql.c_str(), add, &text, nullptr) == SQLITE_OK);
    return text;
}

/// An application with a database and a folder, both in one job.
struct Application {
    Application() {
        query(service.file("shop.db"),
              "CREATE TABLE orders (id INTEGER, text); INSERT INTO orders VALUES (1, 'one'), (2, NULL)");
        fs::create_directories(folder / "invoices/2026");
        put(folder / "invoices/2026/one.pdf", "first invoice");
        put(folder / "logo.svg", "logo");
        const std::string made =
            call("POST",
                 "/api/adapters",
                 R"({"type":"database","adapterId":"files","name":"Uploads","config":{"folders":[")" +
                     folder.string() + "\"]}}")
                .at("id");
        REQUIRE_FALSE(made.empty());
        files = made;
        job = service.addJob("Nightly", database, destination);
        REQUIRE(call("PUT", "/api/jobs/" + job, R"({"sourceIds":[")" + files + "\"]}").status == 200);
    }
    Reply call(const std::string& method, const std::string& path, const std::string& body = {}) const {
        return service.call(method, path, body);
    }
    /// @return the path of the backup
    std::string backup() const {
        const Reply end = service.finished(call("POST", "/api/jobs/" + job + "/run").at("executionId"));
        INFO(end.body);
        REQUIRE(end.at("data.status") == "Success");
        return call("GET", "/api/storage/" + destination + "/files").at("[0].path");
    }
    Reply restore(const std::string& path, const std::string& target, const std::string& more) const {
        const Reply started =
            call("POST",
                 "/api/storage/" + destination + "/restore",
                 R"({"file":")" + path + R"(","targetSourceId":")" + target + "\"" + more + "}");
        return started.status == 202 ? service.finished(started.at("executionId")) : started;
    }

    const RestService service;
    const std::string database = service.addSource("shop");
    const std::string destination = service.addDestination("disk");
    const fs::path folder = service.file("uploads");
    std::string files;
    std::string job;
};

}  // namespace

TEST_CASE("Several sources: a database and its folder are one backup, and both come back", "[contract]") {
    const Application application;
    const std::string backup = application.backup();
    const fs::path stored = fs::path(application.service.file("disk")) / backup;
    int manifests = 0;
    int objects = 0;
    for (const auto& entry : fs::directory_iterator(stored)) {
        ++(entry.path().filename() == "manifest.json" ? manifests : objects);
    }
    CHECK(manifests == 1);
    CHECK(objects == 2);

    query(application.service.file("shop.db"), "DELETE FROM orders");
    fs::remove_all(application.folder);
    const Reply database = application.restore(backup, application.database, R"(,"overwrite":true)");
    INFO(database.body);
    CHECK(database.at("data.status") == "Success");
    CHECK(query(application.service.file("shop.db"), "SELECT * FROM orders ORDER BY id") == "1;one;2;NULL;");
    CHECK_FALSE(fs::exists(application.folder));
    const Reply files = application.restore(backup, application.files, "");
    INFO(files.body);
    CHECK(files.at("data.status") == "Success");
    CHECK(contentOf(application.folder / "invoices/2026/one.pdf") == "first invoice");
    CHECK(contentOf(application.folder / "logo.svg") == "logo");
}

TEST_CASE("Several sources: one file is restored beside what is there, by engines that can", "[contract]") {
    const Application application;
    const std::string backup = application.backup();
    put(application.folder / "logo.svg", "changed");
    put(application.folder / "invoices/2026/one.pdf", "changed, too");
    put(application.folder / "new", "new");
    const Reply refused = application.restore(backup, application.files, R"(,"selection":["logo.svg"])");
    CHECK(refused.at("data.status") == "Failed");
    CHECK(contentOf(application.folder / "logo.svg") == "changed");
    const Reply done =
        application.restore(backup, application.files, R"(,"overwrite":true,"selection":["logo.svg"])");
    INFO(done.body);
    CHECK(done.at("data.status") == "Success");
    CHECK(contentOf(application.folder / "logo.svg") == "logo");
    CHECK(contentOf(application.folder / "invoices/2026/one.pdf") == "changed, too");
    CHECK(contentOf(application.folder / "new") == "new");

    const Reply cannot =
        application.restore(backup, application.database, R"(,"overwrite":true,"selection":["orders"])");
    CHECK(cannot.at("data.status") == "Failed");
    CHECK(cannot.at("data.error").find("the engine sqlite cannot restore parts of a database") !=
          std::string::npos);
    CHECK(application.restore(backup, application.database, R"(,"sourceId":")" + application.files + "\"")
              .status >= 400);
    CHECK(application.restore(backup, application.files, R"(,"owners":{"root":7})").status == 400);
}

TEST_CASE("Several sources: a backup in which one of them fails is no success", "[contract]") {
    const Application application;
    fs::remove_all(application.folder);
    const Reply end = application.service.finished(
        application.call("POST", "/api/jobs/" + application.job + "/run").at("executionId"));
    CHECK(end.at("data.status") == "Failed");
    CHECK(end.at("data.error").find("cannot read folder") != std::string::npos);
    CHECK(application.call("GET", "/api/storage/" + application.destination + "/files").body == "[]");
}
