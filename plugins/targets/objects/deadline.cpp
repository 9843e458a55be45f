#include "deadline.h"

namespace dbackup::objects {

Deadline::Deadline(sdk::Subprocess& process, std::chrono::milliseconds time)
    : waiter_([this, &process, time](const std::stop_token& ended) {
          std::unique_lock lock(mutex_);
          woken_.wait_for(lock, ended, time, [] { return false; });
          if (ended.stop_requested()) return;
          passed_ = true;
          process.kill();
      }) {}

std::chrono::milliseconds removalTime(const sdk::RunContext& run) {
    return run.stop().stop_requested() ? std::chrono::milliseconds(1000) : std::chrono::milliseconds(60'000);
}

}  // namespace dbackup::objects
