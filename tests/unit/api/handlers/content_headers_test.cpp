#include "api/handlers/content_headers.h"

#include <catch2/catch.hpp>

using namespace dbackup;
using api::attachment;
using api::rangeFrom;

TEST_CASE("Range: one range of bytes is understood", "[handlers]") {
    const auto both = rangeFrom("bytes=10-20", "");
    CHECK(both.first == 10);
    CHECK(both.last == 20);
    CHECK(both.tag.empty());
    CHECK(rangeFrom("bytes=10-", "").first == 10);
    CHECK_FALSE(rangeFrom("bytes=10-", "").last);
    CHECK_FALSE(rangeFrom("bytes=-5", "").first);
    CHECK(rangeFrom("bytes=-5", "").last == 5);
    CHECK(rangeFrom("  bytes=1 - 2 ", "").last == 2);
}

TEST_CASE("Range: what is malformed or more than one is none", "[handlers]") {
    const char* range = GENERATE("",
                                 "bytes",
                                 "bytes=",
                                 "bytes=-",
                                 "bytes=5-2",
                                 "bytes=a-b",
                                 "bytes=0-1,3-4",
                                 "items=0-1",
                                 "bytes=--5",
                                 "bytes=1-99999999999999999999");
    INFO(range);
    CHECK_FALSE(rangeFrom(range, "").first);
    CHECK_FALSE(rangeFrom(range, "").last);
}

TEST_CASE("Range: with If-Range it counts for one state of the object", "[handlers]") {
    CHECK(rangeFrom("bytes=0-1", "\"abc\"").tag == "abc");
    CHECK(rangeFrom("bytes=0-1", "W/\"abc\"").tag == "W/\"abc\"");
    CHECK_FALSE(rangeFrom("bytes=0-1", "Thu, 15 Jan 2026 10:30:00 GMT").tag.empty());
}

TEST_CASE("Content-Disposition: a plain name for old clients, the true one beside", "[handlers]") {
    CHECK(attachment("shop.dump.zst") ==
          "attachment; filename=\"shop.dump.zst\"; filename*=UTF-8''shop.dump.zst");
    CHECK(attachment("Käse \"x\".tar") ==
          "attachment; filename=\"K_se _x_.tar\"; filename*=UTF-8''K%C3%A4se%20%22x%22.tar");
    CHECK(attachment("a\r\nb") == "attachment; filename=\"a__b\"; filename*=UTF-8''a%0D%0Ab");
}
