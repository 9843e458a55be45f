#include "removal_run.h"

namespace dbackup::curl {

namespace {

constexpr auto time_of_stopped = std::chrono::milliseconds(500);
constexpr auto time_of_others = std::chrono::seconds(30);

}  // namespace

RemovalRun::RemovalRun(sdk::RunContext& run)
    : OwnStop(run), timer_([this](const std::stop_token& ended) {
          std::unique_lock lock(mutex_);
          const std::chrono::milliseconds time =
              run_.stop().stop_requested() ? time_of_stopped : std::chrono::milliseconds(time_of_others);
          woken_.wait_for(lock, ended, time, [] { return false; });
          if (!ended.stop_requested()) requestStop();
      }) {}

}  // namespace dbackup::curl
