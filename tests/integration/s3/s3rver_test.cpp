// S3Target on a second server, of another make: it looks at no If-None-Match, cannot list uploads, and has
// ETags of its own form. It is there when npm could get it (see CMakeLists.txt).
#include <cstdio>
#include <cstdlib>

#include <catch2/catch.hpp>

#include <dbackup/sdk/subprocess.h>

#include "s3_target.h"
#include "tests/support/objects.h"
#include "tests/support/recording_run.h"

using namespace dbackup;
using namespace dbackup::test;
using s3::S3Target;
using sdk::ErrorKind;

namespace {

class S3rver {
public:
    S3rver() {
        script("start");
        const std::string text = script("env");
        const std::size_t at = text.find("http://");
        endpoint_ = text.substr(at, text.find(' ', at) - at);
    }
    S3rver(const S3rver&) = delete;
    S3rver& operator=(const S3rver&) = delete;
    ~S3rver() {
        try {
            script("stop");
        } catch (const std::exception& error) {
            std::fprintf(stderr, "the test's S3 server was not stopped: %s\n", error.what());
        }
    }
    s3::BucketSettings settings(const std::string& secret = "S3RVER") const {
        s3::BucketSettings settings = s3::genericBucket(
            sdk::Settings(R"({"endpoint":")" + endpoint_ +
                          R"(","bucket":"backups","accessKeyId":"S3RVER","secretAccessKey":")" + secret +
                          R"(","pathPrefix":"some where"})"));
        settings.part_bytes = std::size_t{5} << 20;
        return settings;
    }

private:
    std::string script(const std::string& command) {
        sdk::Command script(DBACKUP_SOURCE_DIR "/tests/support/servers/s3rver.sh");
        script.arg(command)
            .env("SERVERS_ROOT", (folder_ / "servers").string())
            .env("S3RVER_FOLDER", S3RVER_FOLDER);
        script.env("PATH", "/usr/local/bin:/usr/bin:/bin");
        return sdk::runTool(script, run_, std::chrono::seconds(60));
    }

    TempDir folder_;
    RecordingRun run_;
    std::string endpoint_;
};

/// ctest takes the script's words for a skipped test.
bool isInstalled() {
    RecordingRun run;
    sdk::Command script(DBACKUP_SOURCE_DIR "/tests/support/servers/s3rver.sh");
    script.arg("install").env("S3RVER_FOLDER", S3RVER_FOLDER).env("PATH", "/usr/local/bin:/usr/bin:/bin");
    for (const char* name :
         {"HOME", "http_proxy", "https_proxy", "no_proxy", "npm_config_registry", "NODE_EXTRA_CA_CERTS"}) {
        const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets variables
        if (value != nullptr) script.env(name, value);
    }
    sdk::Subprocess child(script, run);
    (void)child.readAll();
    const sdk::ExitStatus status = child.wait();
    if (status.code == 77) std::fprintf(stderr, "%s\n", child.errorText().c_str());
    if (status.code != 77) REQUIRE(status.code == 0);
    return status.code == 0;
}

}  // namespace

TEST_CASE("S3Target: another server keeps objects of all sizes, lists and removes them", "[s3]") {
    if (!isInstalled()) return;
    const S3rver server;
    S3Target target(server.settings());
    RecordingRun run;
    CHECK_FALSE(target.test(run).empty());
    const std::size_t part = server.settings().part_bytes;
    std::vector<std::string> names;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, part, part + 1, 3 * part}) {
        names.push_back("of size " + std::to_string(size) + " \xC3\xBC+%");
        putObject(target, names.back(), test::bytesOf(size), run);
        CHECK(getObject(target, names.back(), run) == test::bytesOf(size));
    }
    std::vector<std::string> sorted = names;
    std::sort(sorted.begin(), sorted.end());
    CHECK(listObjects(target, "of size", run) == sorted);
    CHECK(errorFrom([&] { putObject(target, names[1], "x", run); }).kind() == ErrorKind::AlreadyExists);
    target.removeAll(names, run);
    CHECK(listObjects(target, "", run).empty());
    CHECK(run.leftovers().empty());
    S3Target wrong(server.settings("wrong"));
    CHECK(errorFrom([&] { wrong.test(run); }).kind() == ErrorKind::Authentication);
}
