#include <thread>

#include <Poco/Net/StreamSocket.h>
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "tests/integration/daemon/http_fixture.h"

using namespace dbackup;
using namespace std::chrono_literals;
using namespace std::string_literals;
using Catch::Contains;
using dbackup::test::HttpFixture;
using dbackup::test::RawClient;

namespace {

std::string post(const std::string& path, const std::string& fields, const std::string& body) {
    return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n" + body;
}

std::string chunk(const std::string& bytes) {
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    return size + bytes + "\r\n";
}

constexpr std::size_t body_limit = 1U << 20U;

}  // namespace

TEST_CASE("Server: a connection serves one request after another", "[http]") {
    const HttpFixture fixture;
    RawClient client = fixture.client();
    for (int i = 0; i < 100; ++i) {
        const auto answer = client.get("/api/executions/" + std::to_string(i), HttpFixture::key);
        REQUIRE(answer.status == 200);
        CHECK(answer.body == R"({"success":true,"data":")" + std::to_string(i) + "\"}");
        CHECK(answer.field("Connection") == "keep-alive");
        CHECK_FALSE(answer.field("X-Request-Id").empty());
    }
}

TEST_CASE("Server: requests sent in one go are answered in their order", "[http]") {
    const HttpFixture fixture;
    RawClient client = fixture.client();
    std::string all;
    for (int i = 0; i < 50; ++i) {
        all += "GET /api/executions/" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n" + HttpFixture::key +
               "\r\n";
        all += post("/api/echo", "Content-Length: 5\r\n", "body" + std::to_string(i % 10));
        all += post("/api/echo", "Transfer-Encoding: chunked\r\n", chunk("chunked") + "0\r\n\r\n");
    }
    client.send(all);
    for (int i = 0; i < 50; ++i) {
        CHECK_THAT(client.read().body, Contains("\"" + std::to_string(i) + "\""));
        CHECK(client.read().body == "body" + std::to_string(i % 10));
        CHECK(client.read().body == "chunked");
    }
}

TEST_CASE("Server: a POST without a length has no body and is answered at once", "[http]") {
    const HttpFixture fixture;
    RawClient client = fixture.client();
    const auto answer = client.ask(post("/api/echo", "", ""));
    CHECK(answer.status == 200);
    CHECK(answer.body.empty());
    CHECK(client.get("/api/executions/1", HttpFixture::key).status == 200);
}

TEST_CASE("Server: HEAD has the length but no body", "[http]") {
    const HttpFixture fixture;
    RawClient client = fixture.client();
    client.expectHeadOnly(true);
    const auto head =
        client.ask("HEAD /api/executions/7 HTTP/1.1\r\nHost: x\r\n" + HttpFixture::key + "\r\n");
    CHECK(head.status == 200);
    CHECK(head.field("Content-Length") == "27");
    client.expectHeadOnly(false);
    CHECK(client.get("/api/executions/7", HttpFixture::key).body.size() == 27);
}

TEST_CASE("Server: HTTP/1.0 and Connection: close end the connection", "[http]") {
    const HttpFixture fixture;
    RawClient old = fixture.client();
    const auto answer = old.ask("GET /api/executions/1 HTTP/1.0\r\n" + HttpFixture::key + "\r\n");
    CHECK_THAT(answer.head, Catch::StartsWith("HTTP/1.0 200"));
    CHECK(old.ends());
    RawClient closing = fixture.client();
    CHECK(closing.get("/api/executions/1", "Connection: close\r\n").field("Connection") == "close");
    CHECK(closing.ends());
}

TEST_CASE("Server: a body of exactly 1 MiB is taken, one byte more is 413", "[http]") {
    const HttpFixture fixture;
    RawClient client = fixture.client();
    const std::string largest(body_limit, 'a');
    const auto taken = client.ask(post("/api/echo", "Content-Length: 1048576\r\n", largest));
    CHECK(taken.status == 200);
    CHECK(taken.body == largest);
    const auto refused = client.ask(post("/api/echo", "Content-Length: 1048577\r\n", largest + "a"));
    CHECK(refused.status == 413);
    CHECK_THAT(refused.body, Contains("\"success\":false") && Contains("1048576"));
    CHECK(client.ends());
}

TEST_CASE("Server: 413 comes before the body of a client that waits for leave to send it", "[http]") {
    const HttpFixture fixture;
    RawClient client = fixture.client();
    CHECK(
        client.ask(post("/api/echo", "Content-Length: 99999999999\r\nExpect: 100-continue\r\n", "")).status ==
        413);
    RawClient refused = fixture.client();
    const auto answer =
        refused.ask(post("/api/guarded", "Content-Length: 5\r\nExpect: 100-continue\r\n", ""));
    CHECK(answer.status == 401);
    CHECK(answer.field("Connection") == "close");
    RawClient polite = fixture.client();
    CHECK(polite.ask(post("/api/echo", "Content-Length: 5\r\nExpect: 100-continue\r\n", "")).status == 100);
    CHECK(polite.ask("hello").body == "hello");
}

TEST_CASE("Server: 413 also while a chunked body is read", "[http]") {
    const HttpFixture fixture;
    RawClient client = fixture.client();
    client.send(post("/api/echo", "Transfer-Encoding: chunked\r\n", ""));
    const std::string piece = chunk(std::string(65536, 'b'));
    // Never ends by itself: the server must not wait for an end.
    bool open = true;
    for (int i = 0; i < 200 && open; ++i) {
        open = client.send(piece);
    }
    CHECK(client.read().status == 413);
}

TEST_CASE("Server: a refused request's small body does not spoil the connection", "[http]") {
    const HttpFixture fixture;
    RawClient client = fixture.client();
    CHECK(client.ask(post("/api/guarded", "Content-Length: 7\r\n", "GET / x")).status == 401);
    CHECK(client.ask(post("/api/guarded", "Content-Length: 7\r\n" + HttpFixture::key, "GET / x")).status ==
          200);
    CHECK(client.get("/api/executions/1", HttpFixture::key).status == 200);
}

TEST_CASE("Server: a refused request's large body ends the connection after the answer", "[http]") {
    const HttpFixture fixture;
    RawClient client = fixture.client();
    const auto answer =
        client.ask(post("/api/guarded", "Content-Length: 200000\r\n", std::string(200000, 'x')));
    CHECK(answer.status == 401);
    CHECK(answer.field("Connection") == "close");
    CHECK(client.ends());
}

TEST_CASE("Server: malformed requests are answered with 400 in JSON and the connection ends", "[http]") {
    const HttpFixture fixture;
    const std::string garbage = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 binary \x00 rubbish\r\n\r\n"s;
    for (const std::string& request : {
             garbage,
             std::string("GET /api/health HTTP/2.7\r\n\r\n"),
             std::string("GET /api/health SPDY/1\r\n\r\n"),
             std::string("nonsense\r\n\r\n"),
             std::string("GET ") + std::string(20000, 'x') + " HTTP/1.1\r\n\r\n",
             std::string("GET /api/health HTTP/1.1\r\nX-Large: ") + std::string(10000, 'x') + "\r\n\r\n",
             std::string(1000, 'M') + " /api/health HTTP/1.1\r\n\r\n",
             post("/api/echo", "Content-Length: x\r\n", ""),
             post("/api/echo", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", ""),
             post("/api/echo", "Transfer-Encoding: gzip\r\n", ""),
             post("/api/echo", "Transfer-Encoding: chunked\r\n", "zz\r\n"),
         }) {
        INFO(request.substr(0, 60));
        RawClient client = fixture.client();
        client.send(request);
        client.closeSending();
        const auto answer = client.read();
        CHECK(answer.status == 400);
        CHECK_THAT(answer.body, Contains("\"success\":false"));
        CHECK(answer.field("Connection") == "close");
        CHECK(answer.field("X-Request-Id").size() == 16);
        CHECK(client.ends());
    }
}

TEST_CASE("Server: too many head fields are refused", "[http]") {
    const HttpFixture fixture;
    RawClient client = fixture.client();
    std::string fields;
    for (int i = 0; i < 200; ++i) {
        fields += "X-" + std::to_string(i) + ": 1\r\n";
    }
    CHECK(client.get("/api/executions/1", fields).status == 400);
}

TEST_CASE("Server: a body that ends early is not taken for a whole one", "[http]") {
    const HttpFixture fixture;
    RawClient client = fixture.client();
    client.send(post("/api/echo", "Content-Length: 10\r\n", "half"));
    client.closeSending();
    CHECK(client.read().status == 400);
    CHECK(client.ends());
}

TEST_CASE("Server: a client that sends too slowly is told so and loses its connection", "[http]") {
    api::ServerOptions options;
    options.request_time = 100ms;
    const HttpFixture fixture(options);
    const std::string head = "POST /api/echo HTTP/1.1\r\nContent-Length: 1000\r\n\r\n";
    for (const std::string& begun : {head.substr(0, 20), head, head + "some"}) {
        INFO(begun);
        RawClient client = fixture.client();
        client.send(begun);
        const auto answer = client.read();
        CHECK(answer.status == 408);
        CHECK_THAT(answer.body, Contains("\"success\":false"));
        CHECK(client.ends());
    }
    RawClient idle = fixture.client();
    CHECK(idle.get("/api/executions/1", HttpFixture::key).status == 200);
}

TEST_CASE("Server: a client that leaves without a word is no error", "[http]") {
    const HttpFixture fixture;
    for (const char* part : {"", "GET /api/exec", "GET /api/executions/1 HTTP/1.1\r\nHost: x\r\n"}) {
        RawClient client = fixture.client();
        client.send(part);
    }
    RawClient after = fixture.client();
    CHECK(after.get("/api/executions/1", HttpFixture::key).status == 200);
}

TEST_CASE("Server: 64 connections at a time are served beside each other", "[http]") {
    HttpFixture fixture;
    std::vector<std::jthread> threads;
    std::atomic<int> good{0};
    for (int i = 0; i < 64; ++i) {
        threads.emplace_back([&] {
            RawClient client = fixture.client();
            for (int n = 0; n < 25; ++n) {
                if (client.get("/api/executions/1", HttpFixture::key).status == 200) ++good;
            }
        });
    }
    threads.clear();
    CHECK(good == 64 * 25);
}

TEST_CASE("Server: handlers that wait for a black hole do not delay others", "[http]") {
    HttpFixture fixture;
    std::vector<std::unique_ptr<RawClient>> waiting;
    for (int i = 0; i < 16; ++i) {
        waiting.push_back(std::make_unique<RawClient>(fixture.server->port()));
        waiting.back()->send("GET /api/wait HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    REQUIRE(fixture.gate.awaitWaiting(16));
    RawClient client = fixture.client();
    const auto start = std::chrono::steady_clock::now();
    CHECK(client.get("/api/executions/1", HttpFixture::key).status == 200);
    CHECK(std::chrono::steady_clock::now() - start < 1s);
    fixture.gate.open();
    for (const auto& one : waiting) {
        CHECK(one->read().status == 200);
    }
}

TEST_CASE("Server: a connection too many is told so with 503", "[http]") {
    api::ServerOptions options;
    options.max_connections = 4;
    HttpFixture fixture(options);
    fixture.log.setLevel(static_cast<Log::Level>(99));
    std::vector<std::unique_ptr<RawClient>> waiting;
    for (int i = 0; i < 4; ++i) {
        waiting.push_back(std::make_unique<RawClient>(fixture.server->port()));
        waiting.back()->send("GET /api/wait HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    REQUIRE(fixture.gate.awaitWaiting(4));
    RawClient refused = fixture.client();
    const auto answer = refused.read();
    CHECK(answer.status == 503);
    CHECK(answer.field("Retry-After") == "1");
    CHECK_THAT(answer.body, Contains("\"success\":false"));
    fixture.gate.open();
    for (const auto& one : waiting) {
        CHECK(one->read().status == 200);
    }
    waiting.clear();
    // The places are free again as soon as the server has seen the others leave.
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    int status = 0;
    while (status != 200 && std::chrono::steady_clock::now() < deadline) {
        RawClient client = fixture.client();
        status = client.get("/api/executions/1", HttpFixture::key).status;
    }
    CHECK(status == 200);
}

TEST_CASE("Server: the rate limit answers 429 with Retry-After", "[http]") {
    HttpFixture fixture;
    fixture.points = 3;
    RawClient client = fixture.client();
    for (const char* remaining : {"2", "1", "0"}) {
        const auto answer = client.get("/api/executions/1", HttpFixture::key);
        CHECK(answer.status == 200);
        CHECK(answer.field("RateLimit-Remaining") == remaining);
    }
    const auto refused = client.get("/api/executions/1", HttpFixture::key);
    CHECK(refused.status == 429);
    CHECK(std::stoi(refused.field("Retry-After")) > 0);
    fixture.points = 0;
    CHECK(client.get("/api/executions/1", HttpFixture::key).status == 200);
}

TEST_CASE("Server: a port in use and a wrong address are named", "[http]") {
    const HttpFixture fixture;
    api::Endpoint& endpoint = const_cast<HttpFixture&>(fixture).endpoint;
    api::ServerOptions options;
    options.port = fixture.server->port();
    CHECK_THROWS_WITH(api::Server(options, endpoint, fixture.log),
                      Contains("127.0.0.1:" + std::to_string(options.port)) && Contains("in use"));
    options.address = "localhost";
    CHECK_THROWS_WITH(api::Server(options, endpoint, fixture.log), Contains("'localhost' is no IP address"));
    options.address = "203.0.113.7";
    CHECK_THROWS_WITH(api::Server(options, endpoint, fixture.log), Contains("203.0.113.7"));
}

TEST_CASE("Server: serves IPv6", "[http]") {
    api::ServerOptions options;
    options.address = "::1";
    const HttpFixture fixture(options);
    const Poco::Net::SocketAddress address("::1", fixture.server->port());
    Poco::Net::StreamSocket socket(address);
    const std::string request = "GET /api/executions/1 HTTP/1.0\r\n\r\n";
    socket.sendBytes(request.data(), static_cast<int>(request.size()));
    char answer[64] = {};
    CHECK(socket.receiveBytes(answer, sizeof answer) > 0);
    CHECK_THAT(std::string(answer, 12), Catch::Equals("HTTP/1.0 401"));
}
