#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/target.h>

#include "core/base/error.h"

namespace dbackup::pipeline {

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
    };
    /// @param parts  references must outlive it
    explicit Destination(Parts parts) : parts_(std::move(parts)) {}

    const std::string& id() const noexcept { return parts_.id; }
    const std::string& name() const noexcept { return parts_.name; }
    const std::string& plugin() const noexcept { return parts_.plugin; }
    sdk::StorageTarget& target() const noexcept { return parts_.target; }
    sdk::RunContext& run() const noexcept { return parts_.run; }

    /// It is lost for this run; the first error counts and is logged.
    void fail(const Error& error) noexcept;
    bool failed() const noexcept { return failed_.load(); }
    std::optional<Error> error() const;

    /// Something may lie under this name.
    void stored(const std::string& name);
    std::vector<std::string> names() const;

private:
    Parts parts_;
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
