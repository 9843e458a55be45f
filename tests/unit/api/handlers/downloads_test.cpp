#include <catch2/catch.hpp>

#include "core/protocol/storage_messages.h"
#include "tests/unit/api/handlers/fixture.h"

using namespace dbackup;
using dbackup::test::Answer;
using dbackup::test::HandlerFixture;

namespace {

/// Takes down what is sent.
class Sent final : public api::BodyStream {
public:
    void begin(const api::Response& response) override { head = response; }
    bool send(std::string_view bytes) override {
        body += bytes;
        return ++pieces < most_pieces;
    }
    std::stop_token stop() const override { return stopping.get_token(); }

    api::Response head;
    std::string body;
    int pieces = 0;
    int most_pieces = 1'000'000;
    std::stop_source stopping;
};

/// What came of a request.
struct Streamed {
    api::Response head;
    std::string body;
};

struct Downloads : HandlerFixture {
    std::string path(const std::string& action) { return "/storage/" + destination() + action; }

    /// What the worker sends to its descriptor of bytes.
    void workerSends(const protocol::ReadHead& head, const std::string& bytes) {
        std::ofstream(folder / "read.bytes") << toText(JsonVar(protocol::toJson(head))) << '\n' << bytes;
        workerAnswers("read", std::string("{}"));
    }
    static protocol::ReadHead headOf(std::int64_t size) {
        protocol::ReadHead head;
        head.name = "shop.sqlite.zst";
        head.size_bytes = head.length = size;
        head.takes_ranges = true;
        head.tag = "abc";
        return head;
    }
    /// Calls a route that streams; what it throws becomes an answer.
    Streamed stream(const std::string& method,
                    const std::string& target,
                    const std::string& body = {},
                    const std::string& range = {}) {
        Sent sent;
        api::Request request = requestFor(method, target, body, test::allPermissions());
        request.base_url = "http://here";
        request.range = range;
        const auto match = router.match(method, request.path);
        REQUIRE(match.route != nullptr);
        request.params = match.params;
        try {
            std::get<api::StreamHandler>(match.route->handler)(request, sent);
        } catch (...) {
            const auto failure = api::failureFrom(std::current_exception(), "test");
            return {failure.response, failure.response.body};
        }
        return {sent.head, sent.body};
    }
};

}  // namespace

TEST_CASE("Downloads: an object with its name and its length", "[handlers]") {
    Downloads service;
    service.workerSends(Downloads::headOf(5), "12345");
    const Streamed sent = service.stream("GET", service.path("/download?file=a/b/shop.sqlite.zst"));
    CHECK(sent.head.status == 200);
    CHECK(sent.body == "12345");
    CHECK(sent.head.stream_bytes == 5U);
    CHECK(sent.head.headers.at("Accept-Ranges") == "bytes");
    CHECK(sent.head.headers.at("ETag") == "\"abc\"");
    CHECK(sent.head.headers.at("Content-Disposition").find("shop.sqlite.zst") != std::string::npos);
    const auto asked = protocol::readRequestFrom(*parseJsonObject(service.workerRequest("read"), "request"));
    CHECK(asked.path == "a/b");
    CHECK(asked.object == "shop.sqlite.zst");
    CHECK_FALSE(asked.decompress);
    service.stream("POST", service.path("/download"), R"({"file":"a/b","object":"x","decompress":true})");
    const auto posted = protocol::readRequestFrom(*parseJsonObject(service.workerRequest("read"), "request"));
    CHECK(posted.object == "x");
    CHECK(posted.decompress);
    CHECK(service.stream("HEAD", service.path("/download?file=a/b/x")).body.empty());
}

TEST_CASE("Downloads: a range is told as such, one outside is refused", "[handlers]") {
    Downloads service;
    protocol::ReadHead head = Downloads::headOf(100);
    head.first = 10;
    head.length = 3;
    head.partial = true;
    service.workerSends(head, "abc");
    const Streamed part = service.stream("GET", service.path("/download?file=a/b/x"), {}, "bytes=10-12");
    CHECK(part.head.status == 206);
    CHECK(part.head.headers.at("Content-Range") == "bytes 10-12/100");
    CHECK(part.body == "abc");
    const auto asked = protocol::readRequestFrom(*parseJsonObject(service.workerRequest("read"), "request"));
    CHECK(asked.range.first == 10);
    CHECK(asked.range.last == 12);
    head.length = 0;
    head.satisfiable = false;
    service.workerSends(head, "");
    const Streamed none = service.stream("GET", service.path("/download?file=a/b/x"), {}, "bytes=100-");
    CHECK(none.head.status == 416);
    CHECK(none.head.headers.at("Content-Range") == "bytes */100");
    CHECK(none.body.find("100 bytes") != std::string::npos);
}

TEST_CASE("Downloads: what goes wrong before the first byte is an answer, after it a cut", "[handlers]") {
    Downloads service;
    std::ofstream(service.folder / "read.bytes");
    service.workerAnswers("read", protocol::failure(Error(ErrorKind::NotFound, "no such backup")));
    CHECK(service.stream("GET", service.path("/download?file=a/b")).head.status == 404);
    service.workerSends(Downloads::headOf(100), "only ten b");
    service.workerAnswers("read", protocol::failure(Error(ErrorKind::Integrity, "it is damaged")));
    const Streamed cut = service.stream("GET", service.path("/download?file=a/b/x"));
    CHECK(cut.body.find("it is damaged") != std::string::npos);
    for (const char* query : {"", "?file=", "?file=../x", "?file=/etc/passwd", "?file=a/b&object=../x"}) {
        INFO(query);
        CHECK(service.stream("GET", service.path(std::string("/download") + query)).head.status == 400);
    }
    CHECK(service.stream("GET", "/storage/nope/download?file=a/b").head.status == 404);
}

TEST_CASE("Downloads: a client that leaves ends the download", "[handlers]") {
    Downloads service;
    service.workerSends(Downloads::headOf(10'000'000), std::string(10'000'000, 'x'));
    Sent sent;
    sent.most_pieces = 2;
    api::Request request =
        service.requestFor("GET", service.path("/download?file=a/b/x"), {}, test::allPermissions());
    const auto match = service.router.match("GET", request.path);
    request.params = match.params;
    std::get<api::StreamHandler>(match.route->handler)(request, sent);
    CHECK(sent.pieces == 2);
    CHECK(std::filesystem::is_empty(service.folder / "scratch"));
}

TEST_CASE("Downloads: a link works once, unless it could not be served", "[handlers]") {
    Downloads service;
    const auto link = [&] {
        api::Request request = service.requestFor(
            "POST", service.path("/download-url"), R"({"file":"a/b/x"})", test::allPermissions());
        request.base_url = "https://backup.example.com";
        const auto match = service.router.match("POST", request.path);
        request.params = match.params;
        return std::get<api::Handler>(match.route->handler)(request).body;
    };
    const std::string url = textOr(*parseJsonObject(link(), "answer"), "url");
    REQUIRE(url.starts_with("https://backup.example.com/api/storage/public-download?token="));
    const std::string target = url.substr(url.find("/storage"));
    std::ofstream(service.folder / "read.bytes");
    service.workerAnswers("read", protocol::failure(Error(ErrorKind::Unavailable, "timeout")));
    CHECK(service.stream("GET", target).head.status == 503);
    service.workerSends(Downloads::headOf(5), "12345");
    CHECK(service.stream("HEAD", target).head.status == 200);
    CHECK(service.stream("GET", target).body == "12345");
    const Streamed again = service.stream("GET", target);
    CHECK(again.head.status == 401);
    CHECK(again.body.find("Invalid or expired token. Please generate a new download link.") !=
          std::string::npos);
    CHECK(service.stream("GET", "/storage/public-download").body.find("Missing token") != std::string::npos);
}

TEST_CASE("Downloads: what was prepared is collected by who prepared it", "[handlers]") {
    Downloads service;
    const Streamed prepared =
        service.stream("POST", service.path("/download"), R"({"file":"a/b","prepare":true})");
    const JsonObject::Ptr answer = parseJsonObject(prepared.body, "answer");
    const std::string token = textOr(*objectAt(*answer, "data"), "token");
    service.workerSends(Downloads::headOf(5), "12345");
    CHECK(service.stream("GET", service.path("/download?token=" + token)).body == "12345");
    CHECK(service.stream("GET", service.path("/download?token=" + token)).body == "12345");
    CHECK(service.stream("GET", "/storage/public-download?token=" + token).head.status == 401);
    CHECK(service.stream("GET", service.path("/download?token=x")).head.status == 410);
    service.clock.advance(std::chrono::minutes(5));
    CHECK(service.stream("GET", service.path("/download?token=" + token)).head.status == 410);
}

TEST_CASE("Downloads: a direct address is the storage's own", "[handlers]") {
    Downloads service;
    service.workerAnswers("presign", std::string(R"({"url":"https://store/x?signed"})"));
    const Answer direct = service.post(service.path("/download-url"), R"({"file":"a/b/x","direct":true})");
    CHECK(direct.text("url") == "https://store/x?signed");
    CHECK(direct.text("singleUse") == "false");
    CHECK(service.workerRequest("presign").find("300") != std::string::npos);
    CHECK(service.post(service.path("/download-url"), R"({"file":"a/b","direct":true})").detail("direct") !=
          "(none)");
    CHECK(service.call("POST", service.path("/download-url"), "{}", {"storage:read"}).error() ==
          "Permission denied: storage:download required");
}
