#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include <dbackup/sdk/export.h>
#include <dbackup/sdk/run_context.h>

namespace dbackup::sdk {

// What a target may be able to do beyond StorageTarget. Asked for by StorageTarget::extension(Class::id),
// which returns a pointer to the class (as void*) that lives as long as the target, or nullptr. Each is
// frozen as it is; what is to change gets another id.

/// Removes many objects in few requests. [thread-safe]
class DBACKUP_SDK_EXPORT BatchRemove {
public:
    static constexpr std::string_view id = "dbackup.target.batch-remove/1";
    BatchRemove() = default;
    BatchRemove(const BatchRemove&) = delete;
    BatchRemove& operator=(const BatchRemove&) = delete;
    virtual ~BatchRemove();

    /// Returns when none of the names is there any more; names that were not there are fine.
    /// @throws Error of the first that cannot be removed, when all others have been tried
    virtual void removeAll(std::span<const std::string> names, RunContext& run) = 0;
};

/// Makes an address from which anyone who knows it can read an object, without credentials and without the
/// service. [thread-safe]
class DBACKUP_SDK_EXPORT Presign {
public:
    static constexpr std::string_view id = "dbackup.target.presign/1";
    Presign() = default;
    Presign(const Presign&) = delete;
    Presign& operator=(const Presign&) = delete;
    virtual ~Presign();

    /// @param valid  for how long, from one second to seven days
    /// @return an absolute https or http address
    virtual std::string presign(const std::string& name, std::chrono::seconds valid, RunContext& run) = 0;
};

}  // namespace dbackup::sdk
