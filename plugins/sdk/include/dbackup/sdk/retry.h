#pragma once

#include <chrono>
#include <functional>

#include <dbackup/sdk/export.h>
#include <dbackup/sdk/run_context.h>

namespace dbackup::sdk {

struct RetryPolicy {
    unsigned attempts = 5;
    std::chrono::milliseconds first_delay{200};
    std::chrono::milliseconds max_delay{20'000};
};

/// Calls `action` until it returns, throws an Error that is not retryable, or the attempts are used up.
/// Delays double with full jitter; each retry is logged as a warning. Thread-safe.
/// @throws the last Error; Error Cancelled when the run is stopped during a delay
DBACKUP_SDK_EXPORT void retry(const RetryPolicy& policy,
                              RunContext& run,
                              const std::function<void()>& action);

/// Waits, unless the run is stopped. @throws Error Cancelled
DBACKUP_SDK_EXPORT void sleepFor(std::chrono::milliseconds duration, const RunContext& run);

}  // namespace dbackup::sdk
