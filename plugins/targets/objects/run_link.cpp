#include "run_link.h"

#include <pthread.h>

#include <dbackup/sdk/signals_blocked.h>

namespace dbackup::objects {

GraceRun::GraceRun(sdk::RunContext& run, std::chrono::milliseconds grace) : OwnStop(run) {
    const sdk::AllSignalsBlocked blocked;
    thread_ = std::jthread([this, grace](const std::stop_token& own) { watch(own, grace); });
}

void GraceRun::watch(const std::stop_token& own, std::chrono::milliseconds grace) {
    pthread_setname_np(pthread_self(), "grace");
    const std::stop_callback link(run_.stop(), [this] {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        changed_.notify_all();
    });
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, own, [this] { return stopped_; })) return;
    changed_.wait_for(lock, own, grace, [] { return false; });
    if (!own.stop_requested()) requestStop();
    lock.unlock();  // the callback's destructor waits for one that runs
}

}  // namespace dbackup::objects
