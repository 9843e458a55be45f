#include "dbackup/sdk/retry.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>
#include <string>

#include "dbackup/sdk/error.h"

namespace dbackup::sdk {

void sleepFor(std::chrono::milliseconds duration, const RunContext& run) {
    std::mutex mutex;
    std::condition_variable_any wakeup;
    std::unique_lock lock(mutex);
    wakeup.wait_for(lock, run.stop(), duration, [] { return false; });
    run.throwIfStopped();
}

void retry(const RetryPolicy& policy, RunContext& run, const std::function<void()>& action) {
    std::minstd_rand random(std::random_device{}());
    auto ceiling = policy.first_delay;
    for (unsigned attempt = 1;; ++attempt) {
        run.throwIfStopped();
        try {
            action();
            return;
        } catch (const Error& error) {
            if (!error.retryable() || attempt >= policy.attempts) throw;
            run.log(LogLevel::Warning,
                    std::string(error.what()) + " (attempt " + std::to_string(attempt) + " of " +
                        std::to_string(policy.attempts) + ", trying again)");
        }
        std::uniform_int_distribution<std::int64_t> jitter(0, ceiling.count());
        sleepFor(std::chrono::milliseconds(jitter(random)), run);
        ceiling = std::min(ceiling * 2, policy.max_delay);
    }
}

}  // namespace dbackup::sdk
