#include "core/contract/moments.h"

#include <random>
#include <stop_token>

namespace dbackup::contract {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int moments = 20;
constexpr int tries = 3;  // a busy machine is late now and then; who is late each time is slow
constexpr auto quick = std::chrono::seconds(2);

}  // namespace

void forMoments(Clock::duration whole, const std::function<void(Clock::duration)>& call) {
    std::mt19937_64 random(1);  // NOLINT(cert-msc51-cpp): the same moments each time
    std::uniform_int_distribution<Clock::rep> any(0, whole.count());
    for (int i = 0; i < moments; ++i) {
        const Clock::duration moment(any(random));
        for (int late = 0; late < tries; ++late) {
            try {
                call(moment);
                break;
            } catch (const Late&) {
                if (late + 1 == tries) throw;
            }
        }
    }
}

StopAfter::StopAfter(CheckRun& run, Clock::duration moment)
    : stop_at_(Clock::now() + moment), thread_([this, &run](const std::stop_token& ended) {
          std::unique_lock lock(mutex_);
          if (!changed_.wait_until(lock, ended, stop_at_, [&] { return ended.stop_requested(); }))
              run.requestStop();
      }) {}

void StopAfter::requireQuickEnd() const {
    const auto late = Clock::now() - stop_at_;
    if (late <= quick) return;
    throw Late("it went on for " +
               std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(late).count()) +
               " ms after it was stopped");
}

}  // namespace dbackup::contract
