#include "core/pipeline/rate_limiter.h"

#include <algorithm>
#include <future>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace dbackup;
using dbackup::pipeline::RateLimiter;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

/// Takes bytes in slices.
void takeAll(RateLimiter& limiter, std::size_t bytes) {
    while (bytes > 0) {
        const std::size_t slice = std::min(bytes, limiter.sliceBytes());
        limiter.take(slice, {});
        bytes -= slice;
    }
}

milliseconds since(steady_clock::time_point start) {
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

}  // namespace

TEST_CASE("RateLimiter: keeps the pace, but for what the bucket held", "[pipeline]") {
    RateLimiter limiter(1'000'000);
    const auto start = steady_clock::now();
    takeAll(limiter, 400'000);
    // 100 ms are in the bucket, and the last slice of 50 ms goes when its time begins.
    CHECK(since(start) >= milliseconds(240));
}

TEST_CASE("RateLimiter: all who take share one pace", "[pipeline]") {
    RateLimiter limiter(1'000'000);
    const auto start = steady_clock::now();
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] { takeAll(limiter, 100'000); });
    }
    CHECK(since(start) >= milliseconds(240));
}

TEST_CASE("RateLimiter: cuts what it lets through, so that bytes flow", "[pipeline]") {
    CHECK(RateLimiter(1'000'000).sliceBytes() == 50'000);
    CHECK(RateLimiter(1).sliceBytes() == 1024);
    CHECK(RateLimiter(1'000'000'000).sliceBytes() == 256U << 10);
}

TEST_CASE("RateLimiter: without a limit nothing waits and nothing is cut", "[pipeline]") {
    RateLimiter limiter(0);
    CHECK(limiter.sliceBytes() > 1ULL << 40);
    std::stop_source stop;
    stop.request_stop();
    limiter.take(1ULL << 40, stop.get_token());
}

TEST_CASE("RateLimiter: a stop ends the wait", "[pipeline]") {
    RateLimiter limiter(1000);
    limiter.take(1'000'000, {});  // the next one may go in a quarter of an hour
    std::stop_source stop;
    auto waiting = std::async(std::launch::async, [&] {
        try {
            limiter.take(1, stop.get_token());
        } catch (const Error& error) {
            return error.kind();
        }
        return ErrorKind::None;
    });
    stop.request_stop();
    REQUIRE(waiting.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
    CHECK(waiting.get() == ErrorKind::Cancelled);
}
