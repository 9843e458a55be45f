#pragma once

#include "core/model/execution.h"
#include "core/orchestrator/execution_runner.h"
#include "core/orchestrator/orchestrator.h"

namespace dbackup::orchestrator {

/// Turns an execution into what its worker needs, from what the stores say now. [thread-safe]
class Planner {
public:
    Planner(const Orchestrator::Parts& parts, const Orchestrator& orchestrator)
        : parts_(parts), orchestrator_(orchestrator) {}

    /// @param scratch  the run's private folder
    /// @throws Error NotFound, Settings: a part of the job is gone or its settings do not fit its plugin
    RunPlan plan(const Execution& execution, const std::string& scratch) const;

    /// The destinations that an execution writes to; those that are gone are left out.
    std::vector<protocol::ComponentRef> destinations(const Execution& execution) const;
    /// The metadata that a finished execution keeps, before its end is known.
    JsonObject::Ptr metadata(const Execution& execution) const;
    /// Adds what a worker reported of a backup.
    void describe(const protocol::BackupResult& result, const std::string& path, JsonObject& metadata) const;

private:
    RunPlan planBackup(const Execution& execution, const protocol::RunSetup& setup) const;
    RunPlan planRestore(const Execution& execution, const protocol::RunSetup& setup) const;
    Job jobOf(const Execution& execution) const;
    Adapter adapter(const std::string& id, const std::string& what) const;

    const Orchestrator::Parts& parts_;
    const Orchestrator& orchestrator_;
};

/// A restore as it is kept with its execution.
std::string toText(const RestoreCommand& command);
RestoreCommand restoreCommandFrom(const std::string& text);

}  // namespace dbackup::orchestrator
