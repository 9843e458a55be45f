#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/target.h>

#include "core/base/error.h"
#include "core/pipeline/rate_limiter.h"

namespace dbackup::pipeline {

/// How hard a run tries to deliver to a destination.
struct Delivery {
    unsigned retries = 0;                ///< of an upload that broke with a retryable error
    std::uint64_t bytes_per_second = 0;  ///< of all that goes there and comes from there; 0 = no limit
    std::chrono::milliseconds retry_delay{1000};  ///< before the first retry; doubled for each further one
};

/// One place that a run writes to, shared by all its objects: once it has failed it takes part no more, and
/// it remembers what was stored there so that it can be removed. [thread-safe]
class Destination {
public:
    struct Parts {
        std::string id;
        std::string name;    ///< for people
        std::string plugin;  ///< who is to blame for foreign exceptions: "plugin local-filesystem"
        sdk::StorageTarget& target;
        sdk::RunContext& run;
        Delivery delivery = {};
    };
    /// @param parts  references must outlive it
    explicit Destination(Parts parts)
        : parts_(std::move(parts)), limiter_(parts_.delivery.bytes_per_second) {}

    const std::string& id() const noexcept { return parts_.id; }
    const std::string& name() const noexcept { return parts_.name; }
    const std::string& plugin() const noexcept { return parts_.plugin; }
    sdk::StorageTarget& target() const noexcept { return parts_.target; }
    sdk::RunContext& run() const noexcept { return parts_.run; }
    const Delivery& delivery() const noexcept { return parts_.delivery; }
    /// Shared by all that is sent there and read from there.
    RateLimiter& limiter() const noexcept { return limiter_; }

    /// It is lost for this run; the first error counts and is logged.
    void fail(const Error& error) noexcept;
    bool failed() const noexcept { return failed_.load(); }
    std::optional<Error> error() const;

    /// Something may lie under this name. Idempotent.
    void stored(const std::string& name);
    std::vector<std::string> names() const;

private:
    const Parts parts_;
    mutable RateLimiter limiter_;
    mutable std::mutex mutex_;
    std::atomic<bool> failed_ = false;
    std::optional<Error> error_;
    std::vector<std::string> names_;
};

/// What to tell when every destination has failed: the first error's kind, and each destination with its
/// reason.
/// @param destinations  one at least, all failed
Error allFailed(const std::vector<Destination*>& destinations);

}  // namespace dbackup::pipeline
