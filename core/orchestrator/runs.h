#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "core/orchestrator/cleanup.h"
#include "core/orchestrator/execution_queue.h"
#include "core/orchestrator/plan.h"
#include "core/orchestrator/run_control.h"

namespace dbackup::orchestrator {

/// Everything that waits or runs: a dispatcher's thread, and one thread for each running execution.
/// [thread-safe]
class Runs {
public:
    /// All references outlive it.
    Runs(const Orchestrator::Parts& parts,
         const Planner& planner,
         const Cleanup& cleanup,
         const StorageExplorer& storage);
    Runs(const Runs&) = delete;
    Runs& operator=(const Runs&) = delete;
    /// stop() with no grace.
    ~Runs();

    /// Once.
    void start();
    /// Returns when nothing runs any more. A second call, with less grace, hastens the first.
    void stop(std::chrono::milliseconds grace);
    bool stopping() const { return stopping_.stop_requested(); }

    /// Puts a Pending execution that is on disk into the queue.
    void enqueue(const Execution& execution);
    /// Takes it out of the queue. @return false if it was not waiting
    bool dequeue(const std::string& execution_id);
    /// @return false if it does not run
    bool cancel(const std::string& execution_id, const std::string& reason);

private:
    struct Run {
        std::string execution_id;
        RunControl control;
        std::jthread thread;
    };

    void dispatch();
    bool launch(const ExecutionQueue::Entry& entry);
    void body(Run& run);

    const Orchestrator::Parts& parts_;
    const Planner& planner_;
    const Cleanup& cleanup_;
    const StorageExplorer& storage_;
    std::stop_source stopping_;
    std::stop_source hurry_;

    std::mutex mutex_;  // guards what follows
    std::condition_variable_any changed_;
    ExecutionQueue queue_;
    std::map<std::string, std::unique_ptr<Run>> runs_;
    std::vector<std::unique_ptr<Run>> ended_;  // threads at their end, to be joined

    std::jthread dispatcher_;
};

}  // namespace dbackup::orchestrator
