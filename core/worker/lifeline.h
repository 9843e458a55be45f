#pragma once

#include <atomic>
#include <chrono>
#include <stop_token>
#include <thread>

#include <dbackup/sdk/unique_fd.h>

#include "core/worker/confirmations.h"

namespace dbackup::worker {

/// The worker's tie to its daemon: SIGTERM, SIGINT, SIGHUP or the end of standard input request a stop. A run
/// that has not ended 10 s later is killed with its process group. Made before the first other thread, as it
/// blocks these signals. [one thread]
class Lifeline {
public:
    Lifeline();
    Lifeline(const Lifeline&) = delete;
    Lifeline& operator=(const Lifeline&) = delete;
    ~Lifeline();

    std::stop_token stop() const noexcept { return stop_.get_token(); }
    /// From now on the end of this input means stop, too; each line feed on it is a confirmation.
    /// @param fd  not owned
    void watchInput(int fd);
    Confirmations& confirmations() noexcept { return confirmations_; }

    static constexpr std::chrono::seconds grace{10};

private:
    void body();
    void wake() const;
    /// Reads what is there. @return whether the writer's end of the input is closed
    bool inputEnded(int fd, short events);

    std::stop_source stop_;
    Confirmations confirmations_;
    sdk::UniqueFd signals_;
    sdk::UniqueFd wake_;
    std::atomic<int> input_ = -1;
    std::atomic<bool> done_ = false;
    std::jthread thread_;
};

}  // namespace dbackup::worker
