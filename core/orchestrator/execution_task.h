#pragma once

#include <functional>
#include <stop_token>

#include "core/orchestrator/cleanup.h"
#include "core/orchestrator/execution_runner.h"
#include "core/orchestrator/plan.h"
#include "core/orchestrator/run_control.h"

namespace dbackup::orchestrator {

/// One execution from the queue to its end on record. [one thread]
class ExecutionTask {
public:
    struct Parts {
        const Orchestrator::Parts& services;
        const Planner& planner;
        const Cleanup& cleanup;
        const StorageExplorer& storage;
        std::stop_token stopping;  ///< a store that fails is not asked again
        std::stop_token hurry;     ///< cleaning up is left for the next start
    };
    ExecutionTask(const Parts& parts, RunControl& control) : parts_(parts), control_(control) {}

    void run(const std::string& execution_id);

private:
    /// Does `work` again until the store takes it: an execution that has ended must not stay Running.
    /// @return false when the service stopped before
    bool stored(const std::string& execution_id, const std::function<void()>& work) const;
    std::optional<Execution> claim(const std::string& execution_id) const;
    RunEnd work(const Execution& execution) const;
    void cleanUp(const Execution& execution, const RunPlan& plan, RunEnd& end) const;
    std::vector<Artifact> conclude(Execution& execution, const RunEnd& end) const;
    void finish(Execution& execution, const RunEnd& end) const;
    void keepCheck(const Execution& execution, const RunEnd& end) const;
    void sayEnd(const Execution& execution) const;
    void say(const Execution& execution,
             const std::string& level,
             const std::string& message,
             const std::string& stage) const;

    const Parts parts_;
    RunControl& control_;
};

}  // namespace dbackup::orchestrator
