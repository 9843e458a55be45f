#include "name_locks.h"

namespace dbackup::objects {

NameLocks::Hold::~Hold() {
    {
        const std::lock_guard lock(locks_.mutex_);
        locks_.held_.erase(name_);
    }
    locks_.freed_.notify_all();
}

NameLocks::Hold NameLocks::take(const std::string& name, const sdk::RunContext& run) {
    std::unique_lock lock(mutex_);
    freed_.wait(lock, run.stop(), [&] { return !held_.contains(name); });
    run.throwIfStopped();
    held_.insert(name);
    return {*this, name};
}

}  // namespace dbackup::objects
