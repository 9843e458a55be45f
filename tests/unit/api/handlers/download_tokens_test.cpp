#include "api/handlers/download_tokens.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_clock.h"

using namespace dbackup;
using api::DownloadTokens;
using std::chrono::minutes;

namespace {

api::DownloadOrder orderOf(const std::string& destination) {
    return {destination, {"job/backup", ""}, false, ""};
}

}  // namespace

TEST_CASE("DownloadTokens: a token is taken once", "[handlers]") {
    test::FakeClock clock;
    DownloadTokens tokens(clock);
    const std::string token = tokens.issue(orderOf("d1"));
    CHECK(token.size() == 64);
    CHECK(tokens.find(token)->destination_id == "d1");
    CHECK(tokens.take(token)->file.backup == "job/backup");
    CHECK_FALSE(tokens.take(token));
    CHECK_FALSE(tokens.find(token));
    tokens.giveBack(token);
    CHECK(tokens.take(token));
    CHECK_FALSE(tokens.take("another"));
}

TEST_CASE("DownloadTokens: a token is good for five minutes", "[handlers]") {
    test::FakeClock clock;
    DownloadTokens tokens(clock);
    const std::string token = tokens.issue(orderOf("d1"));
    clock.advance(minutes(5) - std::chrono::milliseconds(1));
    CHECK(tokens.find(token));
    clock.advance(std::chrono::milliseconds(1));
    CHECK_FALSE(tokens.take(token));
}

TEST_CASE("DownloadTokens: of too many the oldest is forgotten", "[handlers]") {
    test::FakeClock clock;
    DownloadTokens tokens(clock);
    const std::string first = tokens.issue(orderOf("first"));
    clock.advance(std::chrono::milliseconds(1));
    std::string last;
    for (std::size_t i = 0; i < DownloadTokens::most; ++i)
        last = tokens.issue(orderOf("d"));
    CHECK_FALSE(tokens.find(first));
    CHECK(tokens.find(last));
}
