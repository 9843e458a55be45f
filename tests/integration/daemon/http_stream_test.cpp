#include <thread>

#include <catch2/catch.hpp>

#include "tests/integration/daemon/http_fixture.h"

using namespace dbackup;
using namespace std::chrono_literals;
using Catch::Contains;
using dbackup::test::HttpFixture;
using dbackup::test::RawClient;

TEST_CASE("Server: a stream comes in chunks and leaves the connection usable", "[http]") {
    HttpFixture fixture;
    RawClient client = fixture.client();
    client.send("GET /api/events HTTP/1.1\r\nHost: x\r\n\r\n");
    std::string text;
    while (text.find("first") == std::string::npos) {
        text += client.more();
    }
    CHECK_THAT(text, Contains("Transfer-Encoding: chunked") && Contains("Content-Type: text/event-stream"));
    CHECK_THAT(text, Contains("d\r\ndata: first\n\n\r\n"));
    CHECK(fixture.server->stop(5s));
    CHECK_THAT(client.read().head + client.more(), !Contains("HTTP/1.1"));
}

TEST_CASE("Server: a stream that breaks has no end, so the client sees that it was cut", "[http]") {
    HttpFixture fixture;
    fixture.log.setLevel(static_cast<Log::Level>(99));
    RawClient client = fixture.client();
    const auto answer = client.get("/api/cut");
    CHECK(answer.status == 200);
    CHECK(answer.body == "4\r\nhalf\r\n");
}

TEST_CASE("Server: a stream of known length has it in its head; one that is shorter was cut", "[http]") {
    HttpFixture fixture;
    RawClient client = fixture.client();
    const auto whole = client.get("/api/sized?whole=1");
    CHECK_THAT(whole.head, Contains("Content-Length: 4") && !Contains("Transfer-Encoding"));
    CHECK(whole.body == "four");
    CHECK(client.get("/api/sized?whole=1").body == "four");
    client.send("HEAD /api/sized HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK_THAT(client.more(), Contains("Content-Length: 4"));
    client.send("GET /api/sized HTTP/1.1\r\nHost: x\r\n\r\n");
    std::string text;
    for (std::string more = client.more(); !more.empty(); more = client.more()) {
        text += more;
    }
    CHECK(text.ends_with("\r\n\r\nfo"));
}

TEST_CASE("Server: a stream's handler learns that the client has gone", "[http]") {
    HttpFixture fixture;
    {
        RawClient client = fixture.client();
        client.send("GET /api/flood HTTP/1.1\r\nHost: x\r\n\r\n");
        CHECK_FALSE(client.more().empty());
    }
    CHECK(fixture.server->stop(10s));
}

TEST_CASE("Server: stops within two seconds with streams open and connections idle", "[http]") {
    HttpFixture fixture;
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(std::make_unique<RawClient>(fixture.server->port()));
        if (i % 2 == 0) {
            clients.back()->send("GET /api/events HTTP/1.1\r\nHost: x\r\n\r\n");
            CHECK_FALSE(clients.back()->more().empty());
        } else {
            CHECK(clients.back()->get("/api/executions/1", HttpFixture::key).status == 200);
        }
    }
    const auto start = std::chrono::steady_clock::now();
    CHECK(fixture.server->stop(10s));
    CHECK(std::chrono::steady_clock::now() - start < 2s);
    CHECK(fixture.stream_ended);
    CHECK_THROWS(fixture.client());
}

TEST_CASE("Server: a stop lets a request in work finish and says when one does not", "[http]") {
    HttpFixture fixture;
    RawClient patient = fixture.client();
    patient.send("GET /api/wait HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(fixture.gate.awaitWaiting(1));
    CHECK_FALSE(fixture.server->stop(50ms));
    fixture.gate.open();
    CHECK(fixture.server->stop(10s));

    HttpFixture second;
    RawClient client = second.client();
    client.send("GET /api/wait HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(second.gate.awaitWaiting(1));
    const std::jthread opener([&] { second.gate.open(); });
    CHECK(second.server->stop(10s));
    CHECK(client.read().status == 200);
}

TEST_CASE("Server: a slow reader of a stream does not hold up a stop", "[http]") {
    HttpFixture fixture;
    RawClient client = fixture.client();
    client.send("GET /api/flood HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK_FALSE(client.more().empty());
    CHECK(fixture.server->stop(100ms));
}
