#include "ftp_target.h"

#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "listing.h"
#include "tests/support/ftp_server.h"
#include "tests/support/objects.h"
#include "tests/support/recording_run.h"

using namespace dbackup;
using namespace dbackup::test;
using Catch::Matchers::Contains;
using ftp::FtpTarget;
using sdk::ErrorKind;
namespace fs = std::filesystem;

namespace {

sdk::Settings settings(const FtpServer& server, const std::string& more = {}) {
    return sdk::Settings(R"({"host":"127.0.0.1","port":)" + server.port() +
                         R"(,"username":"me","password":"secret","stallTimeout":5,"connectTimeout":5)" +
                         more + "}");
}

std::string contentOf(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("FtpTarget: an object is a file of its name below the prefix", "[ftp]") {
    FtpServer server;
    FtpTarget target(settings(server, R"(,"pathPrefix":"a b/c")"));
    RecordingRun run;
    const std::string bytes = bytesOf(3'000'001);
    const std::string name = "job/-l back%20up+1 \xC3\xA4/ x.zst";
    putObject(target, name, bytes, run);
    CHECK(contentOf(server.root() / "a b/c" / name) == bytes);
    CHECK(getObject(target, name, run) == bytes);
    CHECK(getObject(target, name, run, {1'000'000, 77}) == bytes.substr(1'000'000, 77));
    CHECK(listObjects(target, "", run) == std::vector<std::string>{name});
    CHECK(run.leftovers().empty());
    CHECK(target.remove(name, run));
    CHECK(fs::is_empty(server.root() / "a b/c"));  // folders that are empty go, too
}

TEST_CASE("FtpTarget: of two writers that end at one moment, one has the name", "[ftp]") {
    FtpServer server;
    FtpTarget target(settings(server));
    RecordingRun run;
    for (int round = 0; round < 20; ++round) {
        const std::string name = "object" + std::to_string(round);
        INFO(name);
        CHECK(winnersOf(target, name, run) == 1);
    }
}

TEST_CASE("FtpTarget: a prefix with a slash is an absolute path", "[ftp]") {
    FtpServer server;
    RecordingRun run;
    FtpTarget target(settings(server, R"(,"pathPrefix":"/top")"));
    putObject(target, "x", "hello", run);
    CHECK(contentOf(server.root() / "top/x") == "hello");
}

TEST_CASE("FtpTarget: explicit and implicit TLS, with the certificate checked", "[ftp]") {
    const auto tls = GENERATE(FtpServer::Tls::Explicit, FtpServer::Tls::Implicit);
    FtpServer server(tls);
    const std::string mode =
        tls == FtpServer::Tls::Explicit ? R"(,"tlsMode":"explicit")" : R"(,"tlsMode":"implicit")";
    RecordingRun run;
    FtpTarget strict(settings(server, mode));
    const sdk::Error error = errorFrom([&] { strict.test(run); });
    CHECK(error.kind() == ErrorKind::Authentication);
    CHECK_THAT(error.text(), Contains("certificate"));
    FtpTarget trusting(settings(server, mode + R"(,"tlsCa":")" + server.certificate() + "\""));
    const std::string bytes = bytesOf(2'000'000);
    putObject(trusting, "job/x", bytes, run);
    CHECK(getObject(trusting, "job/x", run) == bytes);
    CHECK(run.messages().empty());
    FtpTarget blind(settings(server, mode + R"(,"verifyCertificate":false)"));
    blind.test(run);
    CHECK_THAT(run.messages().front(), Contains("is not checked"));
}

TEST_CASE("FtpTarget: a server that wants TLS refuses a plain login, and plain logins are warned of",
          "[ftp]") {
    FtpServer server(FtpServer::Tls::Explicit);
    FtpTarget target(settings(server));
    RecordingRun run;
    CHECK(errorFrom([&] { target.test(run); }).kind() == ErrorKind::Authentication);
    CHECK_THAT(run.messages().front(), Contains("without TLS"));
}

TEST_CASE("FtpTarget: a server that is lost in mid-upload", "[ftp]") {
    FtpServer server;
    FtpTarget target(settings(server));
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
    CHECK(run.leftovers().size() == 1);
    CHECK_FALSE(fs::exists(server.root() / "job/x"));
}

TEST_CASE("FtpTarget: where the account may not write, it says so", "[ftp]") {
    FtpServer server;
    fs::create_directory(server.root() / "closed");
    fs::permissions(server.root() / "closed", fs::perms(0555));
    FtpTarget target(settings(server, R"(,"pathPrefix":"closed")"));
    RecordingRun run;
    CHECK(errorFrom([&] { target.test(run); }).kind() == ErrorKind::Permission);
    CHECK(run.leftovers().empty());
}

TEST_CASE("parseMlsd: files and folders with size and time; links and the folder itself are left out",
          "[ftp]") {
    const auto entries = ftp::parseMlsd(
        "type=cdir;modify=20240101000000; .\r\nType=dir;modify=20240101000000; sub dir\r\n"
        "type=file;size=12;modify=20240229123001.5;UNIX.mode=0644; a  b\r\ntype=OS.unix=slink:/x; "
        "link\r\nrubbish\r\n");
    REQUIRE(entries.size() == 2);
    CHECK((entries[0].is_folder && entries[0].name == "sub dir"));
    CHECK(entries[1].name == "a  b");
    CHECK(entries[1].size_bytes == 12);
    CHECK(std::chrono::system_clock::to_time_t(entries[1].modified) == 1709209801);
}

TEST_CASE("parseList: the lines of ls, their times told by the year or the hour", "[ftp]") {
    const auto now = std::chrono::system_clock::from_time_t(1704110400);  // 2024-01-01 12:00
    const auto entries = ftp::parseList(
        "total 8\r\ndrwxr-xr-x    2 ftp      ftp          4096 Dec 31 23:59 dir\r\n"
        "-rw-r--r--    1 65534    0            77 Feb 29  2020   two blanks\r\n"
        "lrwxrwxrwx    1 0        0             1 Jan 01 00:00 link -> x\r\n"
        "drwxr-xr-x    2 ftp      ftp          4096 Dec 31 23:59 ..\r\n",
        now);
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].is_folder);
    CHECK(std::chrono::system_clock::to_time_t(entries[0].modified) == 1704067140);  // last year
    CHECK(entries[1].name == "  two blanks");
    CHECK(entries[1].size_bytes == 77);
    CHECK(std::chrono::system_clock::to_time_t(entries[1].modified) == 1582934400);
}
