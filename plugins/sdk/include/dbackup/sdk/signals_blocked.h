#pragma once

#include <csignal>

namespace dbackup::sdk {

/// Blocks all signals in this thread, and in threads and processes that it starts, while it lives: the
/// worker's own thread for signals gets them then. Wrap the start of each thread of a plugin in it. [one
/// thread]
class AllSignalsBlocked {
public:
    AllSignalsBlocked() noexcept {
        sigset_t all;
        sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    AllSignalsBlocked(const AllSignalsBlocked&) = delete;
    AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;
    ~AllSignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

}  // namespace dbackup::sdk
