#include <fstream>

#include <catch2/catch.hpp>

#include "tests/support/objects.h"
#include "tests/support/recording_run.h"
#include "tests/support/web_dav_server.h"
#include "webdav_target.h"

using namespace dbackup;
using namespace dbackup::test;
using Catch::Matchers::Contains;
using sdk::ErrorKind;
using webdav::WebDavTarget;
namespace fs = std::filesystem;

namespace {

/// No Nextcloud can be had for a test. Apache takes the chunks as files of its own and has no ".file" that
/// they become, so the move at the end fails unless the test makes that file.
struct Nextcloud {
    Nextcloud() {
        fs::create_directories(server.root() / "remote.php/dav/files/dav");
        fs::create_directories(server.root() / "remote.php/dav/uploads/dav");
        for (const auto& each : fs::recursive_directory_iterator(server.root()))
            fs::permissions(each.path(), fs::perms::all);
    }
    std::unique_ptr<WebDavTarget> target(const std::string& more = {}) const {
        return std::make_unique<WebDavTarget>(sdk::Settings(
            R"({"url":")" + server.url() +
            R"(/remote.php/dav/files/dav/","username":"dav","password":"secret")" + more + "}"));
    }
    fs::path uploads() const { return server.root() / "remote.php/dav/uploads/dav"; }
    fs::path onlyUpload() const {
        REQUIRE(std::distance(fs::directory_iterator(uploads()), {}) == 1);
        return fs::directory_iterator(uploads())->path();
    }
    WebDavServer server;
    RecordingRun run;
};

}  // namespace

TEST_CASE("WebDavTarget: Nextcloud gets chunks of 10 MiB, numbered in their order", "[webdav]") {
    Nextcloud cloud;
    const auto target = cloud.target();
    const std::string bytes = bytesOf((10U << 20) + 77);
    const auto writer = target->create({"job/x", std::nullopt, sdk::IfExists::Fail}, cloud.run);
    writer->write(std::as_bytes(std::span(bytes)));
    const fs::path folder = cloud.onlyUpload();
    CHECK(fs::file_size(folder / "00001") == 10U << 20);
    CHECK(errorFrom([&] { writer->commit(); }).kind() != ErrorKind::None);  // there is no .file
    CHECK(fs::file_size(folder / "00002") == 77);
    writer->abort();
    CHECK(fs::is_empty(cloud.uploads()));
    CHECK(cloud.run.leftovers().empty());
}

TEST_CASE("WebDavTarget: what Nextcloud has put together is moved to its name", "[webdav]") {
    Nextcloud cloud;
    const auto target = cloud.target();
    const auto writer = target->create({"job/x", std::nullopt, sdk::IfExists::Fail}, cloud.run);
    writer->write(std::as_bytes(std::span("hello", 5)));
    std::ofstream(cloud.onlyUpload() / ".file") << "hello";
    CHECK(writer->commit().size_bytes == 5);
    CHECK(getObject(*target, "job/x", cloud.run) == "hello");
    CHECK_THAT(cloud.server.accessLog(), Contains("MOVE /remote.php/dav/uploads/dav/dbackup-"));
}

TEST_CASE("WebDavTarget: an object that Nextcloud put together wrongly is no success, and is removed",
          "[webdav]") {
    Nextcloud cloud;
    const auto target = cloud.target();
    const auto writer = target->create({"job/x", std::nullopt, sdk::IfExists::Fail}, cloud.run);
    writer->write(std::as_bytes(std::span("hello", 5)));
    std::ofstream(cloud.onlyUpload() / ".file") << "hell";
    CHECK(errorFrom([&] { writer->commit(); }).kind() == ErrorKind::Integrity);
    CHECK_FALSE(target->stat("job/x", cloud.run));
}

TEST_CASE("WebDavTarget: chunks of a killed upload are cleaned up; whole files are sent when told so",
          "[webdav]") {
    Nextcloud cloud;
    const auto target = cloud.target();
    const auto writer = target->create({"job/x", std::nullopt, sdk::IfExists::Fail}, cloud.run);
    REQUIRE(cloud.run.leftovers().size() == 1);
    target->cleanup(cloud.run.leftovers().front(), cloud.run);
    CHECK(fs::is_empty(cloud.uploads()));
    const auto plain = cloud.target(R"(,"chunkedUpload":"never")");
    putObject(*plain, "job/y", "whole", cloud.run);
    CHECK(getObject(*plain, "job/y", cloud.run) == "whole");
}
