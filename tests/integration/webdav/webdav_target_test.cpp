#include "webdav_target.h"

#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "tests/support/objects.h"
#include "tests/support/recording_run.h"
#include "tests/support/web_dav_server.h"

using namespace dbackup;
using namespace dbackup::test;
using Catch::Matchers::Contains;
using sdk::ErrorKind;
using webdav::WebDavTarget;
namespace fs = std::filesystem;

namespace {

sdk::Settings settings(const WebDavServer& server, const std::string& more = {}) {
    return sdk::Settings(R"({"url":")" + server.url() +
                         R"(/","username":"dav","password":"secret","stallTimeout":5)" + more + "}");
}

std::string contentOf(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("WebDavTarget: an object is a file of its name below the prefix", "[webdav]") {
    WebDavServer server;
    WebDavTarget target(settings(server, R"(,"pathPrefix":"a b/c")"));
    RecordingRun run;
    const std::string bytes = bytesOf(3'000'001);
    putObject(target, "job/back%20up+1 \xC3\xA4/x.zst", bytes, run);
    CHECK(contentOf(server.root() / "a b/c/job/back%20up+1 \xC3\xA4/x.zst") == bytes);
    CHECK(getObject(target, "job/back%20up+1 \xC3\xA4/x.zst", run) == bytes);
    CHECK(listObjects(target, "", run) == std::vector<std::string>{"job/back%20up+1 \xC3\xA4/x.zst"});
    CHECK(listObjects(target, "job/b", run).size() == 1);
    CHECK(listObjects(target, "job/c", run).empty());
    CHECK(run.leftovers().empty());
}

TEST_CASE("WebDavTarget: of two writers that end at one moment, one has the name", "[webdav]") {
    WebDavServer server;
    WebDavTarget target(settings(server));
    RecordingRun run;
    for (int round = 0; round < 20; ++round) {
        const std::string name = "object" + std::to_string(round);
        INFO(name);
        CHECK(winnersOf(target, name, run) == 1);
    }
}

TEST_CASE("WebDavTarget: digest authentication, with bodies that are streamed", "[webdav]") {
    WebDavServer::Options options;
    options.authentication = "Digest";
    WebDavServer server(options);
    RecordingRun run;
    WebDavTarget target(settings(server, R"(,"authentication":"digest")"));
    const std::string bytes = bytesOf(5'000'000);
    putObject(target, "job/x", bytes, run);
    CHECK(getObject(target, "job/x", run) == bytes);
    WebDavTarget basic(settings(server));
    CHECK(errorFrom([&] { basic.test(run); }).kind() == ErrorKind::Authentication);
}

TEST_CASE("WebDavTarget: a certificate of an unknown authority is refused, unless told otherwise",
          "[webdav]") {
    WebDavServer::Options options;
    options.tls = true;
    WebDavServer server(options);
    RecordingRun run;
    WebDavTarget strict(settings(server));
    const sdk::Error error = errorFrom([&] { strict.test(run); });
    CHECK(error.kind() == ErrorKind::Authentication);
    CHECK_THAT(error.text(), Contains("certificate"));
    WebDavTarget trusting(settings(server, R"(,"tlsCa":")" + server.certificate() + "\""));
    CHECK_THAT(trusting.test(run), Contains(server.url()));
    CHECK(run.messages().empty());
    WebDavTarget blind(settings(server, R"(,"verifyCertificate":false)"));
    blind.test(run);
    CHECK_THAT(run.messages().front(), Contains("is not checked"));
}

TEST_CASE("WebDavTarget: a server that is lost in mid-upload", "[webdav]") {
    WebDavServer server;
    WebDavTarget target(settings(server));
    RecordingRun run;
    const std::string bytes = bytesOf(4'000'000);
    const auto writer = target.create({"job/x", std::nullopt, sdk::IfExists::Fail}, run);
    writer->write(std::as_bytes(std::span(bytes)));
    server.kill();
    const sdk::Error error = errorFrom([&] {
        for (int i = 0; i < 20; ++i)
            writer->write(std::as_bytes(std::span(bytes)));
        writer->commit();
    });
    CHECK(error.kind() == ErrorKind::Unavailable);
    CHECK(error.retryable());
    CHECK(error.text().find("secret") == std::string::npos);
    writer->abort();
    CHECK(run.leftovers().size() == 1);  // to be cleaned up when the server is there again
    CHECK_FALSE(fs::exists(server.root() / "job/x"));
}

TEST_CASE("WebDavTarget: a folder is no object, and is not removed as one", "[webdav]") {
    WebDavServer server;
    WebDavTarget target(settings(server));
    RecordingRun run;
    putObject(target, "job/backup/x", "kept", run);
    CHECK_FALSE(target.stat("job/backup", run));
    CHECK_FALSE(target.remove("job/backup", run));
    CHECK(getObject(target, "job/backup/x", run) == "kept");
}

TEST_CASE("WebDavTarget: an address that leads elsewhere or is none of WebDAV says so", "[webdav]") {
    WebDavServer server;
    RecordingRun run;
    const sdk::Settings other(R"({"url":")" + server.url() +
                              R"(/../","username":"dav","password":"secret"})");
    CHECK(errorFrom([&] { WebDavTarget(other).test(run); }).kind() != ErrorKind::None);
    CHECK(errorFrom([&] { WebDavTarget(sdk::Settings(R"({"url":"https://user@host/"})")); }).kind() ==
          ErrorKind::Settings);
    CHECK(errorFrom([&] { WebDavTarget(settings(server, R"(,"pathPrefix":"a/../b")")); }).kind() ==
          ErrorKind::Settings);
}

TEST_CASE("WebDavTarget: what is no leftover is not cleaned up", "[webdav]") {
    WebDavServer server;
    WebDavTarget target(settings(server));
    RecordingRun run;
    putObject(target, "job/x", "kept", run);
    CHECK(errorFrom([&] { target.cleanup("/job/x", run); }).kind() == ErrorKind::Settings);
    CHECK(errorFrom([&] { target.cleanup("/../.x.0123456789abcdef.partial", run); }).kind() ==
          ErrorKind::None);
    CHECK(getObject(target, "job/x", run) == "kept");
}
