#include <sstream>

#include "worker_driver.h"

using namespace dbackup;
using namespace dbackup::test;

namespace {

std::string contentOf(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

void put(const std::filesystem::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

/// A backup of three databases and a restore that would write a file.
struct Fixture : Site {
    Fixture() {
        const Event made = backup(backupRequest(R"({"databases":["a","b","c"],"bytes":300000})"));
        REQUIRE(made.ok);
    }
    Event restoreAll() const {
        auto request = restoreRequest(R"({"restoreFile":")" + (dir / "restored").string() + R"("})");
        request.overwrite = true;
        return restore(request);
    }
    bool touched() const { return std::filesystem::exists(dir / "restored"); }
};

}  // namespace

TEST_CASE("dbackup-worker restore: a sound backup comes back", "[worker]") {
    const Fixture fixture;
    CHECK(fixture.restoreAll().ok);
    CHECK(fixture.touched());
    CHECK(std::filesystem::file_size(fixture.dir / "restored") == 300'000);
}

TEST_CASE("dbackup-worker restore: a backup that is not whole is refused, the target untouched", "[worker]") {
    const Fixture fixture;
    const auto a = fixture.file("a.bin.zst");
    const auto b = fixture.file("b.bin.zst");
    const auto c = fixture.file("c.bin.zst");
    const auto manifest = fixture.file("manifest.json");
    ErrorKind kind = ErrorKind::Integrity;
    std::string named = "c.bin.zst";
    SECTION("a flipped byte") {
        std::string content = contentOf(c);
        const std::size_t at = GENERATE(0U, 1000U, 299'000U);
        content[at] = static_cast<char>(content[at] ^ 0x20);
        put(c, content);
    }
    SECTION("a cut tail") {
        std::filesystem::resize_file(c, std::filesystem::file_size(c) - 1);
    }
    SECTION("cut to nothing") {
        std::filesystem::resize_file(c, 0);
    }
    SECTION("two objects swapped") {
        std::filesystem::rename(b, fixture.dir / "x");
        std::filesystem::rename(c, b);
        std::filesystem::rename(fixture.dir / "x", c);
        named = "b.bin.zst";
    }
    SECTION("an object missing") {
        std::filesystem::remove(c);
        kind = ErrorKind::NotFound;
    }
    SECTION("a link in its place") {
        std::filesystem::rename(c, fixture.dir / "x");
        std::filesystem::create_symlink(fixture.dir / "x", c);
        kind = ErrorKind::Permission;
    }
    SECTION("the manifest missing") {
        std::filesystem::remove(manifest);
        kind = ErrorKind::NotFound;
        named = "job/backup";
    }
    SECTION("the manifest changed") {
        std::string content = contentOf(manifest);
        content[content.find("300000")] = '4';
        put(manifest, content);
        named = "job/backup";
    }
    SECTION("another backup's object in its place") {
        auto other = fixture.backupRequest(R"({"databases":["c"],"bytes":300000,"seed":2})");
        other.path = "job/other";
        REQUIRE(fixture.backup(other).ok);
        std::filesystem::rename(fixture.folder() / "job" / "other" / "c.bin.zst", c);
    }
    SECTION("another backup's manifest in its place") {
        auto other = fixture.backupRequest(R"({"databases":["a"]})");
        other.path = "job/other";
        REQUIRE(fixture.backup(other).ok);
        std::filesystem::rename(fixture.folder() / "job" / "other" / "manifest.json", manifest);
        named = "job/other";
    }
    const Event event = fixture.restoreAll();
    CHECK_FALSE(event.ok);
    CHECK(event.error_kind == kind);
    CHECK(event.error_message.find(named) != std::string::npos);
    CHECK_FALSE(fixture.touched());
}

TEST_CASE("dbackup-worker restore: a target with data is refused before a byte is read", "[worker]") {
    const Fixture fixture;
    put(fixture.dir / "restored", "precious");
    auto request =
        fixture.restoreRequest(R"({"restoreFile":")" + (fixture.dir / "restored").string() + R"("})");
    WorkerDriver worker("restore", toJson(request));
    const auto result = worker.result();
    REQUIRE(result);
    CHECK(result->error_kind == ErrorKind::AlreadyExists);
    CHECK(worker.text().find("Downloading") == std::string::npos);
    CHECK(contentOf(fixture.dir / "restored") == "precious");
}
