#pragma once

#include <thread>

#include "core/orchestrator/cleanup.h"
#include "core/orchestrator/orchestrator.h"

namespace dbackup::orchestrator {

/// Puts in order what an earlier life of the service left behind. [one thread]
class Recovery {
public:
    Recovery(const Orchestrator::Parts& parts, const Cleanup& cleanup) : parts_(parts), cleanup_(cleanup) {}

    /// Before the first run: Running executions become Failed; what is on destinations is cleaned up by a
    /// thread of its own, since one that does not answer must not delay the start.
    void start();
    /// Leaves what is not cleaned up yet for the next start. [thread-safe]
    void stop() { stop_.request_stop(); }

private:
    void failInterrupted(Execution execution) const;

    const Orchestrator::Parts& parts_;
    const Cleanup& cleanup_;
    std::stop_source stop_;
    std::jthread thread_;
};

}  // namespace dbackup::orchestrator
