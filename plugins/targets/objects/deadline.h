#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/subprocess.h>

namespace dbackup::objects {

/// Kills a process that does not end in time. [one thread]
class Deadline {
public:
    /// @param process  outlives it
    Deadline(sdk::Subprocess& process, std::chrono::milliseconds time);

    bool passed() const noexcept { return passed_; }

private:
    std::mutex mutex_;
    std::condition_variable_any woken_;
    std::atomic<bool> passed_ = false;
    std::jthread waiter_;  ///< last: it uses what is above
};

/// How long the removal of an unfinished object may take: a run that was stopped ends within two seconds, and
/// what could not be removed by then stays announced.
std::chrono::milliseconds removalTime(const sdk::RunContext& run);

}  // namespace dbackup::objects
