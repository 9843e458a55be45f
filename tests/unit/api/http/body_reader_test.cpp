#include "api/http/body_reader.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "api/http/limits.h"
#include "api/http/message.h"

using namespace dbackup::api;

namespace {

/// Delivers a text in small pieces.
class TextReader final : public ByteReader {
public:
    explicit TextReader(std::string text) : text_(std::move(text)) {}
    int get() override { return at_ < text_.size() ? static_cast<unsigned char>(text_[at_++]) : -1; }
    std::size_t read(char* into, std::size_t size) override {
        const std::size_t count = std::min({size, text_.size() - at_, std::size_t{3}});
        std::copy_n(text_.data() + at_, count, into);
        at_ += count;
        return count;
    }
    std::string rest() const { return text_.substr(at_); }

private:
    std::string text_;
    std::size_t at_ = 0;
};

constexpr Framing chunked{true, 0};

int statusReading(const std::string& text, const Framing& framing, std::size_t limit = 100) {
    TextReader reader(text);
    try {
        readBody(reader, framing, limit);
    } catch (const HttpError& error) {
        return error.status();
    }
    return 200;
}

Framing framingOf(std::initializer_list<std::pair<const char*, const char*>> fields) {
    Poco::Net::HTTPRequest head;
    for (const auto& [name, value] : fields) {
        head.add(name, value);
    }
    return Framing::of(head);
}

}  // namespace

TEST_CASE("Framing: neither length nor coding means no body", "[api]") {
    const Framing none = framingOf({});
    CHECK_FALSE(none.chunked);
    CHECK(none.length == 0);
    CHECK(framingOf({{"Content-Length", "17"}}).length == 17);
    CHECK(framingOf({{"content-length", "17"}, {"Content-Length", "17"}}).length == 17);
    CHECK(framingOf({{"Transfer-Encoding", "Chunked"}}).chunked);
}

TEST_CASE("Framing: a head that two readers would cut differently is refused", "[api]") {
    CHECK_THROWS_AS(framingOf({{"Content-Length", "3"}, {"Transfer-Encoding", "chunked"}}), HttpError);
    CHECK_THROWS_AS(framingOf({{"Content-Length", "3"}, {"Content-Length", "4"}}), HttpError);
    CHECK_THROWS_AS(framingOf({{"Transfer-Encoding", "gzip, chunked"}}), HttpError);
    for (const char* length : {"-1", "+3", "3x", "", "0x10", "99999999999999999999999"}) {
        INFO(length);
        CHECK_THROWS_AS(framingOf({{"Content-Length", length}}), HttpError);
    }
}

TEST_CASE("readBody: a body of known length is read exactly", "[api]") {
    TextReader reader("hello world, next");
    CHECK(readBody(reader, {false, 11}, 100) == "hello world");
    CHECK(reader.rest() == ", next");
    CHECK(statusReading("hello", {false, 11}) == 400);
    CHECK(statusReading(std::string(101, 'x'), {false, 101}) == 413);
    CHECK(statusReading(std::string(100, 'x'), {false, 100}) == 200);
}

TEST_CASE("readBody: chunks are put together, extensions and trailers passed over", "[api]") {
    TextReader reader("5\r\nhello\r\n6;name=value\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\nnext");
    CHECK(readBody(reader, chunked, 100) == "hello world");
    CHECK(reader.rest() == "next");
}

TEST_CASE("readBody: a chunked body over the limit is 413, however it is cut", "[api]") {
    CHECK(statusReading("65\r\n", chunked) == 413);
    CHECK(statusReading("FFFFFFFFFFFFFFFF\r\n", chunked) == 413);
    std::string small;
    for (int i = 0; i < 11; ++i) {
        small += "A\r\n0123456789\r\n";
    }
    CHECK(statusReading(small, chunked) == 413);
}

TEST_CASE("readBody: a malformed or cut chunked body is never taken for a complete one", "[api]") {
    for (const std::string& body : {std::string(),
                                    std::string("5\r\nhel"),
                                    std::string("5\r\nhello"),
                                    std::string("5\r\nhello\r\n"),
                                    std::string("5\r\nhello\r\n0\r\n"),
                                    std::string("5\r\nhelloworld\r\n0\r\n\r\n"),
                                    std::string("x\r\nhello\r\n0\r\n\r\n"),
                                    std::string("-5\r\nhello\r\n0\r\n\r\n"),
                                    std::string("\r\n"),
                                    std::string("10000000000000000\r\n"),
                                    std::string(1000, '1'),
                                    "0\r\n" + std::string(limits::trailer_bytes + 10, 'x') + "\r\n\r\n"}) {
        INFO(body.substr(0, 40));
        CHECK(statusReading(body, chunked) == 400);
    }
    std::string many = "0\r\n";
    for (int i = 0; i < 1000; ++i) {
        many += "X-Trailer: value\r\n";
    }
    CHECK(statusReading(many + "\r\n", chunked) == 400);
}

TEST_CASE("discardBody: tells whether the next request can be found", "[api]") {
    TextReader good("5\r\nhello\r\n0\r\n\r\nnext");
    CHECK(discardBody(good, chunked, 100));
    CHECK(good.rest() == "next");
    TextReader cut("hel");
    CHECK_FALSE(discardBody(cut, {false, 5}, 100));
    TextReader large("hello");
    CHECK_FALSE(discardBody(large, {false, 5}, 4));
}
