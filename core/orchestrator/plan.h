#pragma once

#include "core/orchestrator/component_settings.h"
#include "core/orchestrator/orchestrator.h"

namespace dbackup::orchestrator {

/// What a worker is asked to do for one execution.
struct RunPlan {
    std::string command;  ///< "backup" | "restore" | "verify"
    JsonObject::Ptr request;
    std::string suspects;  ///< the plugins at work, for the message when a worker crashes
    std::vector<protocol::ComponentRef> destinations;  ///< what it writes to; none for a restore
};

/// Turns an execution into what its worker needs, from what the stores say now. [thread-safe]
class Planner {
public:
    Planner(const Orchestrator::Parts& parts, const ComponentSettings& components)
        : parts_(parts), components_(components) {}

    /// @param scratch  the run's private folder
    /// @throws Error NotFound, Settings: a part of the job is gone or its settings do not fit its plugin
    RunPlan plan(const Execution& execution, const std::string& scratch) const;
    /// What an execution keeps of its job or its restore, for when these are gone.
    JsonObject::Ptr metadata(const Execution& execution) const;
    /// Adds what a worker reported of a backup.
    void describe(const protocol::BackupResult& result, const std::string& path, JsonObject& metadata) const;

private:
    RunPlan planBackup(const Execution& execution, const protocol::RunSetup& setup) const;
    RunPlan planRestore(const Execution& execution, const protocol::RunSetup& setup) const;
    RunPlan planVerification(const Execution& execution, const protocol::RunSetup& setup) const;
    Job jobOf(const Execution& execution) const;
    protocol::ComponentRef component(const std::string& adapter_id, const std::string& what) const;
    void describeSource(const std::string& adapter_id, JsonObject& metadata) const;

    const Orchestrator::Parts& parts_;
    const ComponentSettings& components_;
};

/// A restore as it is kept with its execution.
std::string toText(const RestoreCommand& command);
RestoreCommand restoreCommandFrom(const std::string& text);

struct VerificationCommand {
    std::string destination_id;
    std::string path;  ///< "<job>/<backup>"
};
/// A verification as it is kept with its execution.
std::string toText(const VerificationCommand& command);
VerificationCommand verificationCommandFrom(const std::string& text);

}  // namespace dbackup::orchestrator
