#include "api/http/endpoint.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "tests/support/fake_clock.h"

using namespace dbackup;
using namespace dbackup::api;
using Catch::Contains;
using dbackup::test::FakeClock;

namespace {

/// A request without a wire.
class FakeExchange final : public Exchange {
public:
    FakeExchange(const std::string& method, const std::string& target) : head_(method, target, "HTTP/1.1") {}

    FakeExchange& field(const std::string& name, const std::string& value) {
        head_.set(name, value);
        return *this;
    }
    FakeExchange& more(const std::string& name, const std::string& value) {
        head_.add(name, value);
        return *this;
    }
    FakeExchange& withKey() { return field("Authorization", "Bearer dbackup_key"); }

    const Poco::Net::HTTPRequest& head() const override { return head_; }
    const std::string& peer() const override { return peer_address; }
    bool secure() const override { return over_tls; }
    std::string localAuthority() const override { return "127.0.0.1:8484"; }
    std::stop_token stop() const override { return {}; }
    std::string readBody() override {
        body_read = true;
        return body;
    }
    void reply(const Response& response, std::string_view common) override {
        ++replies;
        answer = response;
        fields = common;
    }
    void beginStream(const Response& response, std::string_view common) override {
        answer = response;
        fields = common;
        streaming = true;
    }
    bool sendPiece(std::string_view bytes) override {
        sent += bytes;
        return true;
    }
    void endStream() override { ended = true; }

    std::string peer_address = "10.9.8.7";
    bool over_tls = false;
    std::string body;
    bool body_read = false;
    int replies = 0;
    Response answer;
    std::string fields;
    bool streaming = false;
    std::string sent;
    bool ended = false;

private:
    Poco::Net::HTTPRequest head_;
};

struct Fixture {
    FakeClock clock;
    Log log{Log::Level::Error};
    Router router;
    std::optional<RateLimit> limit;
    std::vector<RateCategory> categories;
    RateLimiter limiter{[this](RateCategory category) {
                            categories.push_back(category);
                            return limit;
                        },
                        clock};
    Authenticator authenticator{{[](const std::string& hash) {
                                     ApiKey key;
                                     key.id = "k";
                                     key.name = "ci";
                                     key.permissions = {"jobs:read"};
                                     return hash == sha256Hex("dbackup_key") ? std::optional<ApiKey>(key)
                                                                             : std::nullopt;
                                 },
                                 [](const std::string&, TimePoint) {}},
                                clock};
    TrustedProxies proxies;
    Endpoint endpoint{{router, limiter, authenticator, proxies, log}};
    Request seen;

    Fixture() {
        const auto remember = [this](const Request& request) {
            seen = request;
            return data(JsonVar(std::string("done")));
        };
        router.add("GET", "/jobs/:id", Access::with("jobs:read"), remember);
        router.add("PUT", "/jobs/:id", Access::with("jobs:write"), remember);
        router.add("POST", "/jobs", Access::key(), remember);
        router.add("GET", "/health", Access::open(), remember);
        router.add("GET", "!/metrics", Access::open(), remember);
        router.add("POST", "/auth/sign-in", Access::open(), remember);
        router.add("GET", "/throws/:what", Access::open(), [](const Request& request) -> Response {
            if (request.param("what") == "http") throw HttpError(422, "odd");
            if (request.param("what") == "error") throw Error(ErrorKind::AlreadyExists, "taken");
            if (request.param("what") == "std") throw std::runtime_error("inner detail");
            throw 42;  // NOLINT(hicpp-exception-baseclass): that is what is tested
        });
    }

    FakeExchange& serve(FakeExchange& exchange) {
        endpoint.serve(exchange);
        return exchange;
    }
    int status(const std::string& method, const std::string& target, bool with_key = true) {
        FakeExchange exchange(method, target);
        if (with_key) exchange.withKey();
        return serve(exchange).answer.status;
    }
};

}  // namespace

TEST_CASE("Endpoint: the handler sees the request as it was meant", "[api]") {
    Fixture fixture;
    FakeExchange exchange("PUT", "/api/v1/jobs/a%20b?limit=5&x=y#top");
    exchange.withKey().field("Host", "backup.example:8484").field("Content-Type", "text/plain");
    exchange.body = "the body";
    fixture.router.add("PUT", "/open/:id", Access::open(), [](const Request&) { return Response(); });
    fixture.serve(exchange);
    CHECK(exchange.answer.status == 403);

    FakeExchange get("GET", "/api/jobs/a%20b/?limit=5&x=y");
    get.withKey().field("Host", "backup.example:8484").field("Content-Type", "text/plain");
    get.body = "the body";
    fixture.serve(get);
    CHECK(get.answer.status == 200);
    CHECK(get.answer.body == R"({"success":true,"data":"done"})");
    CHECK(fixture.seen.method == "GET");
    CHECK(fixture.seen.path == "/jobs/a%20b/");
    CHECK(fixture.seen.param("id") == "a b");
    CHECK(fixture.seen.queryValue("limit") == "5");
    CHECK(fixture.seen.content_type == "text/plain");
    CHECK(fixture.seen.body == "the body");
    CHECK(fixture.seen.client_address == "10.9.8.7");
    CHECK(fixture.seen.base_url == "http://backup.example:8484");
    CHECK(fixture.seen.principal.label == "ci");
}

TEST_CASE("Endpoint: /api/v1 is an alias and the absolute form is understood", "[api]") {
    Fixture fixture;
    CHECK(fixture.status("GET", "/api/v1/jobs/1") == 200);
    CHECK(fixture.status("GET", "http://backup.example/api/jobs/1") == 200);
    CHECK(fixture.status("GET", "/apis/jobs/1") == 404);
    CHECK(fixture.status("GET", "/jobs/1") == 404);
    CHECK(fixture.status("GET", "/api") == 404);
    CHECK(fixture.status("GET", "*") == 404);
    CHECK(fixture.status("GET", "/metrics") == 200);
    CHECK(fixture.status("GET", "/api/metrics") == 404);
}

TEST_CASE("Endpoint: unknown paths, wrong methods and OPTIONS are answered in JSON or with Allow", "[api]") {
    Fixture fixture;
    FakeExchange unknown("GET", "/api/nothing");
    CHECK(fixture.serve(unknown).answer.body == R"({"success":false,"error":"Not found: no such path"})");
    FakeExchange wrong("PATCH", "/api/jobs/1");
    fixture.serve(wrong);
    CHECK(wrong.answer.status == 405);
    CHECK(wrong.answer.headers.at("Allow") == "GET, PUT");
    CHECK_THAT(wrong.answer.body, Contains("\"success\":false") && Contains("GET, PUT"));
    FakeExchange options("OPTIONS", "/api/jobs/1");
    fixture.serve(options);
    CHECK(options.answer.status == 204);
    CHECK(options.answer.headers.at("Allow") == "GET, PUT");
    CHECK(fixture.status("OPTIONS", "/api/nothing") == 404);
    CHECK(fixture.status("HEAD", "/api/jobs/1") == 200);
}

TEST_CASE("Endpoint: nobody learns what exists before he has shown a key with the permission", "[api]") {
    Fixture fixture;
    FakeExchange anonymous("GET", "/api/jobs/1");
    fixture.serve(anonymous);
    CHECK(anonymous.answer.status == 401);
    CHECK(anonymous.answer.body == R"({"success":false,"error":"Unauthorized"})");
    CHECK(anonymous.answer.headers.at("WWW-Authenticate") == "Bearer");
    CHECK_FALSE(anonymous.body_read);

    FakeExchange without("PUT", "/api/jobs/1");
    fixture.serve(without.withKey());
    CHECK(without.answer.status == 403);
    CHECK(without.answer.body == R"({"success":false,"error":"Permission denied: jobs:write required"})");
    CHECK_FALSE(without.body_read);

    CHECK(fixture.status("POST", "/api/jobs", false) == 401);
    CHECK(fixture.status("POST", "/api/jobs") == 200);
    CHECK(fixture.status("GET", "/api/health", false) == 200);
}

TEST_CASE("Endpoint: every answer has a request id, a sane one of the caller's own", "[api]") {
    Fixture fixture;
    const auto id_of = [&](const std::string& given) {
        FakeExchange exchange("GET", "/api/nothing");
        if (!given.empty()) exchange.field("X-Request-Id", given);
        fixture.serve(exchange);
        const std::string name = "X-Request-Id: ";
        const std::size_t start = exchange.fields.find(name);
        REQUIRE(start != std::string::npos);
        return exchange.fields.substr(start + name.size(),
                                      exchange.fields.find("\r\n", start) - start - name.size());
    };
    CHECK(id_of("pipeline-42.7:a_b") == "pipeline-42.7:a_b");
    CHECK(id_of("").size() == 16);
    CHECK(id_of("") != id_of(""));
    CHECK(id_of("has space") != "has space");
    CHECK(id_of(std::string(129, 'x')).size() == 16);
    CHECK(id_of(std::string(128, 'x')).size() == 128);
}

TEST_CASE("Endpoint: security fields are on every answer, HSTS over TLS only", "[api]") {
    Fixture fixture;
    FakeExchange plain("GET", "/api/nothing");
    fixture.serve(plain);
    for (const char* field : {"X-Content-Type-Options: nosniff\r\n",
                              "X-Frame-Options: DENY\r\n",
                              "Referrer-Policy: no-referrer\r\n",
                              "Content-Security-Policy: ",
                              "Permissions-Policy: ",
                              "Cache-Control: no-store\r\n"}) {
        CHECK_THAT(plain.fields, Contains(field));
    }
    CHECK_THAT(plain.fields, !Contains("Strict-Transport-Security"));
    FakeExchange tls("GET", "/api/health");
    tls.over_tls = true;
    fixture.serve(tls);
    CHECK_THAT(tls.fields, Contains("Strict-Transport-Security: max-age="));
    CHECK(fixture.seen.base_url == "https://127.0.0.1:8484");
}

TEST_CASE("Endpoint: an answer may bring its own security field", "[api]") {
    Fixture fixture;
    fixture.router.add("GET", "!/page", Access::open(), [](const Request&) {
        Response response;
        response.headers["Content-Security-Policy"] = "default-src 'self'";
        return response;
    });
    FakeExchange page("GET", "/page");
    fixture.serve(page);
    CHECK_THAT(page.fields, !Contains("Content-Security-Policy") && Contains("X-Frame-Options"));
}

TEST_CASE("Endpoint: the limit comes first of all and counts by category", "[api]") {
    Fixture fixture;
    fixture.limit = RateLimit{2, std::chrono::seconds(60)};
    FakeExchange first("GET", "/api/nothing");
    fixture.serve(first);
    CHECK_THAT(first.fields,
               Contains("RateLimit-Limit: 2\r\n") && Contains("RateLimit-Remaining: 1\r\n") &&
                   Contains("RateLimit-Reset: 60\r\n"));
    CHECK(fixture.status("HEAD", "/api/health") == 200);
    FakeExchange refused("GET", "/api/jobs/1");
    fixture.serve(refused.withKey());
    CHECK(refused.answer.status == 429);
    CHECK(refused.answer.headers.at("Retry-After") == "60");
    CHECK_THAT(refused.fields, Contains("RateLimit-Remaining: 0\r\n"));
    CHECK_THAT(refused.answer.body, Contains("\"success\":false") && Contains("Too many requests"));

    CHECK(fixture.status("GET", "/metrics") == 200);
    CHECK(fixture.status("POST", "/api/jobs") == 200);
    CHECK(fixture.status("POST", "/api/auth/sign-in") == 200);
    const std::vector<RateCategory> expected = {
        RateCategory::Read, RateCategory::Read, RateCategory::Read, RateCategory::Write, RateCategory::Auth};
    CHECK(fixture.categories == expected);
}

TEST_CASE("Endpoint: clients behind a trusted proxy are counted apart", "[api]") {
    Fixture fixture;
    fixture.limit = RateLimit{1, std::chrono::seconds(60)};
    fixture.proxies = TrustedProxies("10.9.8.7");
    for (const char* client : {"1.1.1.1", "1.1.1.2"}) {
        FakeExchange exchange("GET", "/api/health");
        fixture.serve(exchange.field("X-Forwarded-For", client).field("X-Forwarded-Proto", "https"));
        CHECK(exchange.answer.status == 200);
        CHECK(fixture.seen.client_address == client);
        CHECK(fixture.seen.base_url == "https://127.0.0.1:8484");
    }
    FakeExchange twice("GET", "/api/health");
    twice.field("X-Forwarded-For", "1.1.1.1").more("x-forwarded-for", "1.1.1.9");
    CHECK(fixture.serve(twice).answer.status == 200);
    CHECK(fixture.seen.client_address == "1.1.1.9");

    FakeExchange untrusted("GET", "/api/health");
    untrusted.peer_address = "10.9.8.8";
    fixture.serve(untrusted.field("X-Forwarded-For", "1.1.1.3").field("X-Forwarded-Proto", "https"));
    CHECK(fixture.seen.client_address == "10.9.8.8");
    CHECK(fixture.seen.base_url == "http://127.0.0.1:8484");
}

TEST_CASE("Endpoint: a Host field that is no host is not repeated in links", "[api]") {
    Fixture fixture;
    FakeExchange exchange("GET", "/api/health");
    fixture.serve(exchange.field("Host", "evil.example/x?\""));
    CHECK(fixture.seen.base_url == "http://127.0.0.1:8484");
}

TEST_CASE("Endpoint: whatever a handler throws is answered in JSON with its status", "[api]") {
    Fixture fixture;
    const std::map<std::string, int> expected = {{"http", 422}, {"error", 409}, {"std", 500}, {"int", 500}};
    for (const auto& [what, status] : expected) {
        FakeExchange exchange("GET", "/api/throws/" + what);
        fixture.serve(exchange.field("X-Request-Id", "req-1"));
        CHECK(exchange.answer.status == status);
        CHECK_THAT(exchange.answer.body, Contains("\"success\":false") && !Contains("inner detail"));
        if (status == 500) CHECK_THAT(exchange.answer.body, Contains("req-1"));
        CHECK(exchange.replies == 1);
    }
}

TEST_CASE("Endpoint: while stopping only reading goes on", "[api]") {
    Fixture fixture;
    fixture.endpoint.refuseChanges();
    CHECK(fixture.status("GET", "/api/jobs/1") == 200);
    FakeExchange post("POST", "/api/jobs");
    fixture.serve(post.withKey());
    CHECK(post.answer.status == 503);
    CHECK(post.answer.headers.contains("Retry-After"));
    CHECK_THAT(post.answer.body, Contains("stopping"));
}

TEST_CASE("Endpoint: a stream has all the fields, its pieces and its end", "[api]") {
    Fixture fixture;
    fixture.router.addStream("GET", "/events", Access::open(), [](const Request&, BodyStream& stream) {
        Response head;
        head.content_type = "text/event-stream";
        stream.begin(head);
        stream.send("data: 1\n\n");
        CHECK_FALSE(stream.stop().stop_requested());
    });
    FakeExchange exchange("GET", "/api/events");
    fixture.serve(exchange);
    CHECK(exchange.answer.content_type == "text/event-stream");
    CHECK_THAT(exchange.fields, Contains("X-Request-Id: "));
    CHECK(exchange.sent == "data: 1\n\n");
    CHECK(exchange.ended);
    CHECK(exchange.replies == 0);
}

TEST_CASE("Endpoint: a stream that fails before it began is an error answer, afterwards it is cut", "[api]") {
    Fixture fixture;
    Log silent{static_cast<Log::Level>(99)};
    Endpoint endpoint({fixture.router, fixture.limiter, fixture.authenticator, fixture.proxies, silent});
    const auto add = [&](const std::string& pattern, bool begin, bool fail) {
        fixture.router.addStream("GET", pattern, Access::open(), [=](const Request&, BodyStream& stream) {
            if (begin) stream.begin({});
            if (fail) throw Error(ErrorKind::NotFound, "Execution not found");
        });
    };
    add("/early", false, true);
    add("/late", true, true);
    add("/mute", false, false);
    FakeExchange early("GET", "/api/early");
    endpoint.serve(early);
    CHECK(early.answer.status == 404);
    CHECK(early.replies == 1);
    FakeExchange late("GET", "/api/late");
    endpoint.serve(late);
    CHECK(late.replies == 0);
    CHECK_FALSE(late.ended);
    FakeExchange mute("GET", "/api/mute");
    endpoint.serve(mute);
    CHECK(mute.answer.status == 500);
}
