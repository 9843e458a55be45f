#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <stop_token>

namespace dbackup::pipeline {

/// A token bucket: lets so many bytes a second through, evenly, in the order of asking. Time that was slept
/// too long is made up for, as far as the bucket holds. [thread-safe]
class RateLimiter {
public:
    /// @param bytes_per_second  0 = no limit
    explicit RateLimiter(std::uint64_t bytes_per_second) : bytes_per_second_(bytes_per_second) {}

    /// The largest piece that should go at once: what is longer is cut by the caller, so that the bytes flow
    /// instead of coming in gusts.
    std::size_t sliceBytes() const noexcept;
    /// Waits until so many bytes may go.
    /// @throws Error Cancelled when `stop` is requested first
    void take(std::size_t bytes, const std::stop_token& stop);

private:
    using Clock = std::chrono::steady_clock;

    const std::uint64_t bytes_per_second_;
    std::mutex mutex_;
    std::condition_variable_any never_;  // waits end by time or stop
    Clock::time_point next_{};           ///< when the next bytes may go
};

}  // namespace dbackup::pipeline
