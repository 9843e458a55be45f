#pragma once

#include <cstddef>
#include <mutex>

#include "core/protocol/messages.h"
#include "core/worker/masker.h"

namespace dbackup::worker {

/// Sends events to the daemon, masked. A daemon that is gone is not noticed here: the end of standard input
/// tells. [thread-safe]
class EventWriter {
public:
    /// @param fd  not owned
    /// @param masker  outlives it
    EventWriter(int fd, const Masker& masker) : fd_(fd), masker_(masker) {}

    void send(protocol::Event event);

private:
    const int fd_;
    const Masker& masker_;
    std::mutex mutex_;
};

}  // namespace dbackup::worker
