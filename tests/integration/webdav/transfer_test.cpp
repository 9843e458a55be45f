#include "curl/transfer.h"

#include <thread>

#include <catch2/catch.hpp>

#include "curl/url.h"
#include "tests/support/objects.h"
#include "tests/support/recording_run.h"
#include "tests/support/web_dav_server.h"

using namespace dbackup;
using namespace dbackup::test;
using Catch::Matchers::Contains;
using sdk::ErrorKind;

namespace {

struct Fixture {
    std::unique_ptr<curl::Transfer> request(const std::string& path) {
        auto transfer = std::make_unique<curl::Transfer>(sessions.take(), connection, run, "cannot ask");
        transfer->set(CURLOPT_URL, (server.url() + path).c_str());
        transfer->set(CURLOPT_USERPWD, "dav:secret");
        return transfer;
    }
    WebDavServer server;
    RecordingRun run;
    curl::Connection connection;
    curl::SessionPool sessions;
};

}  // namespace

TEST_CASE("Transfer: several of one session move along while one is waited for", "[curl]") {
    Fixture fixture;
    const auto session = fixture.sessions.take();
    const std::string bytes = bytesOf(3'000'000);
    std::vector<std::unique_ptr<curl::Transfer>> puts;
    for (int i = 0; i < 4; ++i) {
        puts.push_back(
            std::make_unique<curl::Transfer>(session, fixture.connection, fixture.run, "cannot put"));
        puts.back()->set(CURLOPT_URL, (fixture.server.url() + "/" + std::to_string(i)).c_str());
        puts.back()->set(CURLOPT_USERPWD, "dav:secret");
        puts.back()->upload(bytes.size());
        puts.back()->start(std::as_bytes(std::span(bytes)));
    }
    session->drive(fixture.run, [&] {
        return std::all_of(puts.begin(), puts.end(), [](const auto& put) { return put->isEnded(); });
    });
    for (const auto& put : puts)
        CHECK(put->finish().status == 201);
    for (int i = 0; i < 4; ++i)
        CHECK(fixture.request("/" + std::to_string(i))->finish().body == bytes);
}

TEST_CASE("Transfer: a body that is longer than expected is an error, and so is a name that nobody has",
          "[curl]") {
    Fixture fixture;
    auto put = fixture.request("/x");
    put->upload(std::nullopt);
    put->send(std::as_bytes(std::span("0123456789", 10)));
    CHECK(put->finish().status == 201);
    CHECK(errorFrom([&] { fixture.request("/x")->finish(5); }).kind() == ErrorKind::Unavailable);
    curl::Transfer lost(fixture.sessions.take(), fixture.connection, fixture.run, "cannot ask");
    lost.set(CURLOPT_URL, "http://no-such-host.invalid/");
    const sdk::Error error = errorFrom([&] { lost.finish(); });
    CHECK(error.kind() == ErrorKind::Unavailable);
    CHECK_THAT(error.text(), Contains("no-such-host.invalid"));
}

TEST_CASE("Transfer: a stop ends the wait at once", "[curl]") {
    Fixture fixture;
    std::jthread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        fixture.run.requestStop();
    });
    auto put = fixture.request("/x");
    put->upload(100);
    put->send(std::as_bytes(std::span("only ten..", 10)));
    const auto begin = std::chrono::steady_clock::now();
    CHECK(errorFrom([&] { put->finish(); }).kind() != ErrorKind::None);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
}

TEST_CASE("encodePath and decodePath: each byte survives", "[curl]") {
    std::string all;
    for (int byte = 1; byte < 256; ++byte)
        all += static_cast<char>(byte);
    CHECK(curl::decodePath(curl::encodePath(all)) == all);
    CHECK(curl::encodePath("a b/c+d~%") == "a%20b/c%2Bd~%25");
    CHECK(curl::decodePath("50%, %zz %4") == "50%, %zz %4");
}
