#include "core/orchestrator/cleanup.h"

#include <algorithm>
#include <map>

#include "core/orchestrator/limits.h"
#include "core/orchestrator/scratch_folder.h"
#include "core/orchestrator/worker_call.h"

namespace dbackup::orchestrator {

void Cleanup::expect(const Execution& execution,
                     const std::vector<protocol::ComponentRef>& destinations) const {
    for (const auto& destination : destinations) {
        parts_.executions.addLeftover({execution.id, destination.id, ""});
        parts_.index.changedLater(destination.id, execution.path);
    }
}

bool Cleanup::afterRun(const Execution& execution,
                       const std::vector<protocol::ComponentRef>& destinations,
                       const std::stop_token& stop) const {
    std::map<std::string, Leftovers> by_destination;
    for (auto& leftover : parts_.executions.leftovers(execution.id)) {
        by_destination[leftover.destination_id].push_back(std::move(leftover));
    }
    for (const auto& [destination_id, leftovers] : by_destination) {
        parts_.index.changedLater(destination_id, execution.path);
    }
    bool all_clean = true;
    for (const auto& destination : destinations) {
        const auto leftovers = by_destination.extract(destination.id);
        if (leftovers) all_clean = clean(execution, destination, leftovers.mapped(), stop) && all_clean;
    }
    for (const auto& [destination, leftovers] : by_destination) {
        for (const auto& leftover : leftovers) {
            parts_.executions.removeLeftoverLater(leftover);
        }
    }
    return all_clean;
}

void Cleanup::afterRestart(const Leftovers& leftovers, const std::stop_token& stop) const {
    std::map<std::pair<std::string, std::string>, Leftovers> groups;
    for (const auto& leftover : leftovers) {
        groups[{leftover.execution_id, leftover.destination_id}].push_back(leftover);
    }
    for (const auto& [key, group] : groups) {
        if (stop.stop_requested()) return;
        try {
            cleanOne(group, stop);
        } catch (const Error& error) {
            parts_.log.error("cannot clean up what an interrupted execution left: " + error.text(),
                             "execution=" + key.first);
        }
    }
}

void Cleanup::cleanOne(const Leftovers& leftovers, const std::stop_token& stop) const {
    const auto& any = leftovers.front();
    const auto execution = parts_.executions.find(any.execution_id);
    const auto adapter = parts_.adapters.find(any.destination_id);
    if (!execution || !adapter || adapter->type != AdapterType::Storage) {
        giveUp(leftovers, "its destination was deleted");
        return;
    }
    clean(*execution, components_.of(*adapter), leftovers, stop);
}

bool Cleanup::clean(const Execution& execution,
                    const protocol::ComponentRef& destination,
                    const Leftovers& leftovers,
                    const std::stop_token& stop) const {
    parts_.index.changedLater(destination.id, execution.path);
    std::vector<std::string> tokens;
    for (const auto& leftover : leftovers) {
        if (!leftover.token.empty()) tokens.push_back(leftover.token);
    }
    try {
        const ScratchFolder scratch(parts_.worker.scratch_root, parts_.log);
        const protocol::CleanupRequest request{
            {scratch.path().string(), parts_.worker.tool_path}, destination, tokens, execution.path};
        const auto data = askWorker(
            {parts_.worker, "cleanup", *protocol::toJson(request), limits::cleanup_time, parts_.log, stop});
        if (!data) {
            throw Error(ErrorKind::Unavailable,
                        stop.stop_requested() ? "the service is stopping" : "it does not answer in time");
        }
        if (flagOr(**data, "kept", false)) {
            say(execution.id,
                "The backup " + execution.path + " is whole on '" + destination.name +
                    "', though its execution did not come to its end; it was kept there");
        }
    } catch (const Error& error) {
        say(execution.id,
            "Could not remove what may be left of " + execution.path + " on '" + destination.name +
                "': " + error.text() + ". It is tried again when the service starts");
        return false;
    }
    for (const auto& leftover : leftovers) {
        parts_.executions.removeLeftoverLater(leftover);
    }
    return true;
}

void Cleanup::giveUp(const Leftovers& leftovers, const std::string& reason) const {
    for (const auto& leftover : leftovers) {
        parts_.log.warning("cannot clean up " +
                               (leftover.token.empty() ? "after an execution" : "'" + leftover.token + "'") +
                               ": " + reason,
                           "execution=" + leftover.execution_id);
        parts_.executions.removeLeftoverLater(leftover);
    }
}

void Cleanup::say(const std::string& execution_id, const std::string& message) const {
    LogEntry entry;
    entry.timestamp = parts_.clock.now();
    entry.level = "warning";
    entry.type = "storage";
    entry.message = message;
    entry.stage = "Recovery";
    parts_.executions.logLater(execution_id, std::move(entry));
    parts_.log.warning(message, "execution=" + execution_id);
}

}  // namespace dbackup::orchestrator
