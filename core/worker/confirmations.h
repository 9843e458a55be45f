#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

namespace dbackup::worker {

/// Counts the daemon's answers to announced leftovers. [thread-safe]
class Confirmations {
public:
    void add(std::uint64_t count);
    /// Waits until there are so many in all. @return false when a stop was requested before
    bool wait(std::uint64_t count, const std::stop_token& stop);

private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::uint64_t count_ = 0;
};

}  // namespace dbackup::worker
