#pragma once

#include <condition_variable>
#include <mutex>
#include <set>
#include <string>

#include <dbackup/sdk/run_context.h>

namespace dbackup::objects {

/// Lets one writer at a time give an object its name, where the storage cannot refuse a name that is taken in
/// the same step. It holds within one process; between several, the look before is all there is.
/// [thread-safe]
class NameLocks {
public:
    /// Holds a name until it dies.
    class Hold {
    public:
        Hold(NameLocks& locks, std::string name) : locks_(locks), name_(std::move(name)) {}
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;
        ~Hold();

    private:
        NameLocks& locks_;
        std::string name_;
    };

    /// Waits until nobody else holds the name. @throws Error Cancelled
    Hold take(const std::string& name, const sdk::RunContext& run);

private:
    std::mutex mutex_;
    std::condition_variable_any freed_;
    std::set<std::string> held_;
};

}  // namespace dbackup::objects
