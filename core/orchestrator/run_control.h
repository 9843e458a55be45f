#pragma once

#include <mutex>
#include <string>

#include "core/orchestrator/worker_process.h"

namespace dbackup::orchestrator {

/// How others reach into a running execution. [thread-safe]
class RunControl {
public:
    /// Asks the run to stop; the first reason stands.
    void cancel(const std::string& reason);
    /// Why it was asked to stop; empty = it was not.
    std::string reason() const;

    /// While it lives, cancel() reaches the worker. A run that was cancelled before is cancelled at once.
    class Attachment {
    public:
        Attachment(RunControl& control, WorkerProcess& worker);
        Attachment(const Attachment&) = delete;
        Attachment& operator=(const Attachment&) = delete;
        ~Attachment();

    private:
        RunControl& control_;
    };

private:
    mutable std::mutex mutex_;
    std::string reason_;
    WorkerProcess* worker_ = nullptr;
};

}  // namespace dbackup::orchestrator
