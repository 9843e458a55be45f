#include "api/http/rate_limiter.h"

#include <catch2/catch.hpp>

#include "api/http/limits.h"
#include "tests/support/fake_clock.h"

using namespace dbackup::api;
using dbackup::test::FakeClock;
using std::chrono::seconds;

namespace {

RateLimiter::LimitOf always(std::int64_t points, seconds window) {
    return [=](RateCategory) { return RateLimit{points, window}; };
}

}  // namespace

TEST_CASE("RateLimiter: the first request over the limit is refused until the window ends", "[api]") {
    FakeClock clock;
    RateLimiter limiter(always(3, seconds(60)), clock);
    for (const std::int64_t remaining : {2, 1, 0}) {
        const auto decision = limiter.take("10.0.0.1", RateCategory::Read);
        REQUIRE(decision);
        CHECK(decision->allowed);
        CHECK(decision->limit == 3);
        CHECK(decision->remaining == remaining);
        CHECK(decision->reset == seconds(60));
    }
    clock.advance(std::chrono::milliseconds(20'500));
    const auto refused = limiter.take("10.0.0.1", RateCategory::Read);
    CHECK_FALSE(refused->allowed);
    CHECK(refused->remaining == 0);
    CHECK(refused->reset == seconds(40));
    clock.advance(std::chrono::milliseconds(39'500));
    CHECK(limiter.take("10.0.0.1", RateCategory::Read)->allowed);
}

TEST_CASE("RateLimiter: addresses and categories are counted apart", "[api]") {
    FakeClock clock;
    RateLimiter limiter(always(1, seconds(60)), clock);
    CHECK(limiter.take("10.0.0.1", RateCategory::Read)->allowed);
    CHECK(limiter.take("10.0.0.1", RateCategory::Write)->allowed);
    CHECK(limiter.take("10.0.0.1", RateCategory::Auth)->allowed);
    CHECK(limiter.take("10.0.0.2", RateCategory::Read)->allowed);
    CHECK_FALSE(limiter.take("10.0.0.1", RateCategory::Read)->allowed);
}

TEST_CASE("RateLimiter: a changed limit counts from the next request", "[api]") {
    FakeClock clock;
    std::optional<RateLimit> limit = RateLimit{1, seconds(60)};
    RateLimiter limiter([&](RateCategory) { return limit; }, clock);
    CHECK(limiter.take("10.0.0.1", RateCategory::Read)->allowed);
    CHECK_FALSE(limiter.take("10.0.0.1", RateCategory::Read)->allowed);
    limit->points = 5;
    CHECK(limiter.take("10.0.0.1", RateCategory::Read)->remaining == 3);
    limit->points = 1;
    CHECK(limiter.take("10.0.0.1", RateCategory::Read)->remaining == 0);
    limit.reset();
    CHECK_FALSE(limiter.take("10.0.0.1", RateCategory::Read).has_value());
}

TEST_CASE("RateLimiter: a flood of addresses makes it forget the oldest windows only", "[api]") {
    FakeClock clock;
    RateLimiter limiter(always(1, seconds(60)), clock);
    CHECK(limiter.take("first", RateCategory::Read)->allowed);
    for (std::size_t i = 1; i < limits::rate_clients; ++i) {
        limiter.take("address " + std::to_string(i), RateCategory::Read);
    }
    CHECK_FALSE(limiter.take("first", RateCategory::Read)->allowed);
    CHECK(limiter.take("one more", RateCategory::Read)->allowed);
    CHECK_FALSE(limiter.take("address 2", RateCategory::Read)->allowed);
    CHECK(limiter.take("first", RateCategory::Read)->allowed);
}
