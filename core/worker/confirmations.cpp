#include "core/worker/confirmations.h"

namespace dbackup::worker {

void Confirmations::add(std::uint64_t count) {
    {
        const std::lock_guard lock(mutex_);
        count_ += count;
    }
    changed_.notify_all();
}

bool Confirmations::wait(std::uint64_t count, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    return changed_.wait(lock, stop, [&] { return count_ >= count; });
}

}  // namespace dbackup::worker
