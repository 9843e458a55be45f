#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "core/contract/check_run.h"
#include "core/contract/suite.h"

namespace dbackup::contract {

/// What was stopped went on for too long.
class Late : public Broken {
public:
    using Broken::Broken;
};

/// Calls with some twenty moments between 0 and a whole time, spread by a fixed seed. A call that throws Late
/// is made up to twice more: on a busy machine one may be late, what is slow by itself is late each time.
void forMoments(std::chrono::steady_clock::duration whole,
                const std::function<void(std::chrono::steady_clock::duration)>& call);

/// Asks a run to stop after a while, unless it is destroyed before. [one thread]
class StopAfter {
public:
    /// @param run  outlives it
    StopAfter(CheckRun& run, std::chrono::steady_clock::duration moment);
    StopAfter(const StopAfter&) = delete;
    StopAfter& operator=(const StopAfter&) = delete;
    ~StopAfter() = default;

    /// To be called when the stopped call has returned. @throws Late when that took over two seconds
    void requireQuickEnd() const;

private:
    const std::chrono::steady_clock::time_point stop_at_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::jthread thread_;  // last, so that it is joined first
};

}  // namespace dbackup::contract
