#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "core/orchestrator/cleanup.h"
#include "core/orchestrator/execution_queue.h"
#include "core/orchestrator/plan.h"
#include "core/orchestrator/run_control.h"

namespace dbackup::orchestrator {

/// Everything that waits or runs: a dispatcher's thread, and one thread for each running execution.
/// [thread-safe]
class Runs {
public:
    Runs(const Orchestrator::Parts& parts, const Planner& planner, const Cleanup& cleanup);
    Runs(const Runs&) = delete;
    Runs& operator=(const Runs&) = delete;
    /// stop() with no grace.
    ~Runs();

    void start();
    void stop(std::chrono::milliseconds grace);
    bool stopping() const;

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
    void launch(const ExecutionQueue::Entry& entry);
    void body(Run& run);
    void execute(Execution execution, RunControl& control);
    RunEnd work(const Execution& execution, RunControl& control);
    void finish(Execution& execution, const RunEnd& end, const std::string& cancelled);
    void logLine(const std::string& id,
                 const std::string& level,
                 const std::string& message,
                 std::string_view stage);

    const Orchestrator::Parts& parts_;
    const Planner& planner_;
    const Cleanup& cleanup_;

    mutable std::mutex mutex_;  // guards what follows
    std::condition_variable_any changed_;
    ExecutionQueue queue_;
    std::map<std::string, std::unique_ptr<Run>> runs_;
    std::vector<std::unique_ptr<Run>> ended_;
    bool stopping_ = false;

    std::jthread dispatcher_;
};

}  // namespace dbackup::orchestrator
