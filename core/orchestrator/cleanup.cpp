#include "core/orchestrator/cleanup.h"

#include <set>
#include <stop_token>

#include "core/orchestrator/scratch_folder.h"

namespace dbackup::orchestrator {

namespace {

constexpr std::chrono::seconds cleanup_timeout{60};

std::string contextOf(const Execution& execution) {
    return "execution=" + execution.id;
}

}  // namespace

void Cleanup::afterCrash(const Execution& execution) const {
    if (execution.type != "Backup") {
        return;
    }
    bool clean_everywhere = true;
    try {
        const auto leftovers = parts_.executions.leftovers(execution.id);
        for (const auto& destination : planner_.destinations(execution)) {
            std::vector<std::string> tokens;
            for (const auto& leftover : leftovers) {
                // An empty token stands for the backup's objects alone.
                if (leftover.destination_id == destination.id && !leftover.token.empty())
                    tokens.push_back(leftover.token);
            }
            clean_everywhere = clean(execution, destination, tokens) && clean_everywhere;
        }
        if (clean_everywhere) parts_.executions.removeLeftovers(execution.id);
    } catch (const Error& error) {
        parts_.log.error("cannot clean up after a crash: " + error.text(), contextOf(execution));
    }
}

bool Cleanup::clean(const Execution& execution,
                    const protocol::ComponentRef& destination,
                    const std::vector<std::string>& tokens) const {
    try {
        const ScratchFolder scratch(parts_.worker.scratch_root, parts_.log);
        const protocol::CleanupRequest request{
            {scratch.path().string(), parts_.worker.tool_path}, destination, tokens, execution.path};
        callWorker(parts_.worker, "cleanup", *protocol::toJson(request), cleanup_timeout, parts_.log);
        return true;
    } catch (const Error& error) {
        parts_.log.warning("cannot clean up destination '" + destination.name + "': " + error.text(),
                           contextOf(execution));
        // Recorded even when nothing was announced, so that the backup's objects are tried again.
        parts_.executions.addLeftover({execution.id, destination.id, ""});
        return false;
    }
}

void Cleanup::leftovers(const std::stop_token& stop) const {
    std::set<std::string> executions;
    for (const auto& leftover : parts_.executions.leftovers()) {
        executions.insert(leftover.execution_id);
    }
    for (const auto& id : executions) {
        if (stop.stop_requested()) return;
        const auto execution = parts_.executions.find(id);
        if (execution && execution->status != ExecutionStatus::Running) afterCrash(*execution);
    }
}

}  // namespace dbackup::orchestrator
