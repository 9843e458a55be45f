#include "core/pipeline/rate_limiter.h"

#include <algorithm>
#include <limits>

#include "core/base/error.h"

namespace dbackup::pipeline {

namespace {

/// What the bucket holds: so much may go at once after a pause.
constexpr std::chrono::milliseconds burst{100};
constexpr std::uint64_t least_slice_bytes = 1U << 10;
constexpr std::uint64_t most_slice_bytes = 256U << 10;

}  // namespace

std::size_t RateLimiter::sliceBytes() const noexcept {
    if (bytes_per_second_ == 0) return std::numeric_limits<std::size_t>::max();
    return static_cast<std::size_t>(std::clamp(bytes_per_second_ / 20, least_slice_bytes, most_slice_bytes));
}

void RateLimiter::take(std::size_t bytes, const std::stop_token& stop) {
    if (bytes_per_second_ == 0) return;
    const auto cost =
        std::chrono::nanoseconds(static_cast<std::uint64_t>(bytes) * std::nano::den / bytes_per_second_);
    std::unique_lock lock(mutex_);
    const Clock::time_point start = std::max(next_, Clock::now() - burst);
    next_ = start + cost;
    never_.wait_until(lock, stop, start, [] { return false; });
    if (stop.stop_requested()) throw Error(ErrorKind::Cancelled, "the run was stopped");
}

}  // namespace dbackup::pipeline
