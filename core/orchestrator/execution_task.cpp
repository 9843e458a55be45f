#include "core/orchestrator/execution_task.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "core/model/object_name.h"
#include "core/orchestrator/limits.h"
#include "core/orchestrator/scratch_folder.h"
#include "core/orchestrator/storage_explorer.h"

namespace dbackup::orchestrator {

namespace {

/// Which destinations have the backup and which have not; "" when all have it.
std::string partialText(const protocol::BackupResult& result) {
    std::string good;
    std::string bad;
    for (const auto& destination : result.destinations) {
        std::string& list = destination.ok ? good : bad;
        list += (list.empty() ? "'" : "; '") + destination.name + "'";
        if (!destination.ok) list += ": " + destination.error;
    }
    return bad.empty() ? std::string() : "The backup is whole on " + good + ", but failed on " + bad;
}

Outcome outcomeOf(const RunEnd& end, const Execution& execution, bool cancelled) {
    if (end.ok) {
        return execution.type == "Backup" ? end.backup.outcome : Outcome::Success;
    }
    return cancelled ? Outcome::Cancelled : Outcome::Failed;
}

}  // namespace

void ExecutionTask::run(const std::string& execution_id) {
    auto execution = claim(execution_id);
    if (!execution) {
        return;
    }
    const RunEnd end = work(*execution);
    if (end.check) keepCheck(*execution, end);
    finish(*execution, end);
}

bool ExecutionTask::stored(const std::string& execution_id, const std::function<void()>& work) const {
    std::mutex mutex;
    std::condition_variable_any never;
    for (bool first = true;; first = false) {
        try {
            work();
            return true;
        } catch (const Error& error) {
            if (first) {
                parts_.services.log.error("cannot put an execution on record, trying again: " + error.text(),
                                          "execution=" + execution_id);
            }
        }
        std::unique_lock lock(mutex);
        never.wait_for(lock, parts_.stopping, limits::store_retry, [] { return false; });
        if (parts_.stopping.stop_requested()) {
            return false;  // the next start finds it as it is on record
        }
    }
}

std::optional<Execution> ExecutionTask::claim(const std::string& execution_id) const {
    const auto& services = parts_.services;
    std::optional<Execution> execution;
    bool claimed = false;
    stored(execution_id, [&] {
        execution = services.executions.find(execution_id);
        if (!execution) return;
        const TimePoint now = services.clock.now();
        if (execution->type == "Backup") {
            execution->path = backupPath(execution->job_name, execution->id, now);
        }
        execution->started_at = now;
        claimed = services.executions.claim(execution_id, now, execution->path);
    });
    if (!claimed) {
        return std::nullopt;  // cancelled while it waited
    }
    services.executions.stageEndedLater(execution_id, std::string(stage::queued), *execution->started_at, 0);
    say(*execution, "info", "Taking job from queue...", std::string(stage::queued));
    return execution;
}

RunEnd ExecutionTask::work(const Execution& execution) const {
    const auto& services = parts_.services;
    RunEnd end;
    end.stage = stage::initializing;
    try {
        const ScratchFolder scratch(services.worker.scratch_root, services.log);
        const RunPlan plan = parts_.planner.plan(execution, scratch.path().string());
        parts_.cleanup.expect(execution, plan.destinations);
        end = ExecutionRunner(services, execution.id, control_).run(plan);
        cleanUp(execution, plan, end);
    } catch (const Error& error) {
        // Once a worker ran, it is the clean-up that failed; its leftovers are still on record.
        if (end.error.empty()) end.error = error.text();
    }
    return end;
}

void ExecutionTask::cleanUp(const Execution& execution, const RunPlan& plan, RunEnd& end) const {
    std::vector<protocol::ComponentRef> unclean;
    for (const auto& destination : plan.destinations) {
        const auto& reported = end.backup.destinations;
        const bool whole = end.ok && std::any_of(reported.begin(), reported.end(), [&](const auto& one) {
                               return one.id == destination.id && one.ok;
                           });
        if (!whole && end.may_have_left_objects) unclean.push_back(destination);
    }
    end.may_have_left_objects = !parts_.cleanup.afterRun(execution, unclean, parts_.hurry);
}

std::vector<Artifact> ExecutionTask::conclude(Execution& execution, const RunEnd& end) const {
    const std::string reason = end.ok ? std::string() : control_.reason();
    execution.outcome = outcomeOf(end, execution, !reason.empty());
    execution.status =
        execution.outcome == Outcome::Success ? ExecutionStatus::Success : ExecutionStatus::Failed;
    execution.error = end.ok ? partialText(end.backup) : reason.empty() ? end.error : reason;
    execution.stage = end.ok ? std::string(stage::completed) : end.stage;
    execution.progress = 100;
    execution.ended_at = parts_.services.clock.now();
    auto metadata = parseJsonObject(execution.metadata, "the execution's metadata");
    const auto present = parts_.planner.metadata(execution);
    for (const auto& [key, value] : *present) {
        metadata->set(key, value);
    }
    if (execution.type == "Backup") {
        parts_.planner.describe(end.backup, execution.path, *metadata);
    }
    execution.metadata = dbackup::toText(JsonVar(metadata));
    if (!end.ok) {
        // Cleaning up at the next start needs it.
        if (execution.type == "Backup" && !end.may_have_left_objects) execution.path.clear();
        return {};
    }
    execution.size_bytes = end.size_bytes;
    return end.backup.artifacts;
}

void ExecutionTask::keepCheck(const Execution& execution, const RunEnd& end) const {
    const VerificationCommand command = verificationCommandFrom(execution.request);
    stored(execution.id,
           [&] { parts_.storage.keep(command.destination_id, command.path, *end.check, "manual"); });
}

void ExecutionTask::finish(Execution& execution, const RunEnd& end) const {
    const auto& services = parts_.services;
    std::vector<Artifact> artifacts;
    bool concluded = false;
    const auto put = [&] {
        if (!concluded) {
            artifacts = conclude(execution, end);
            sayEnd(execution);
            concluded = true;
        }
        services.executions.finish(execution, artifacts);
    };
    if (!stored(execution.id, put)) {
        return;
    }
    const std::string context = "execution=" + execution.id;
    if (execution.status == ExecutionStatus::Success) {
        services.log.info(execution.type + " " + execution.path + " completed", context);
    } else {
        services.log.error(execution.type + " failed: " + execution.error, context);
    }
}

void ExecutionTask::sayEnd(const Execution& execution) const {
    if (execution.stage == stage::completed) {
        auto& executions = parts_.services.executions;
        executions.stageStartedLater(execution.id, execution.stage, *execution.ended_at);
        executions.stageEndedLater(execution.id, execution.stage, *execution.ended_at, 0);
    }
    if (execution.status == ExecutionStatus::Success) {
        say(execution, "success", execution.type + " completed", execution.stage);
    } else {
        const bool cancelled = execution.outcome == Outcome::Cancelled;
        say(execution, cancelled ? "warning" : "error", execution.error, execution.stage);
    }
}

void ExecutionTask::say(const Execution& execution,
                        const std::string& level,
                        const std::string& message,
                        const std::string& stage) const {
    LogEntry entry;
    entry.timestamp = parts_.services.clock.now();
    entry.level = level;
    entry.message = message;
    entry.stage = stage;
    parts_.services.executions.logLater(execution.id, std::move(entry));
}

}  // namespace dbackup::orchestrator
