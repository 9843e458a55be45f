#include "core/orchestrator/orchestrator.h"

#include "core/base/ids.h"
#include "core/orchestrator/adapter_calls.h"
#include "core/orchestrator/cleanup.h"
#include "core/orchestrator/plan.h"
#include "core/orchestrator/recovery.h"
#include "core/orchestrator/restore_check.h"
#include "core/orchestrator/runs.h"
#include "core/orchestrator/storage_explorer.h"

namespace dbackup::orchestrator {

namespace {

Adapter unsaved(AdapterType type, const std::string& adapter_id, const std::string& settings) {
    Adapter adapter;
    adapter.name = adapter_id;
    adapter.type = type;
    adapter.adapter_id = adapter_id;
    adapter.config = settings;
    return adapter;
}

}  // namespace

struct Orchestrator::State {
    explicit State(Parts given)
        : parts(std::move(given)),
          components(parts.catalog),
          calls(parts, components),
          planner(parts, components),
          cleanup(parts, components),
          storage(parts, components),
          runs(parts, planner, cleanup, storage),
          recovery(parts, cleanup) {}

    std::string accept(Execution execution, const Trigger& trigger);
    Adapter required(const std::string& id, AdapterType type, const std::string& message) const;
    void say(const std::string& execution_id, const std::string& level, const std::string& message) const;

    const Parts parts;
    const ComponentSettings components;
    AdapterCalls calls;
    const Planner planner;
    const Cleanup cleanup;
    StorageExplorer storage;
    Runs runs;
    Recovery recovery;
};

Orchestrator::Orchestrator(Parts parts) : state_(std::make_unique<State>(std::move(parts))) {}

Orchestrator::~Orchestrator() {
    stop(std::chrono::milliseconds(0));
}

void Orchestrator::start() {
    state_->recovery.start();
    for (const auto& execution : state_->parts.executions.withStatus(ExecutionStatus::Pending)) {
        state_->runs.enqueue(execution);
    }
    state_->runs.start();
    state_->storage.start();
}

void Orchestrator::stop(std::chrono::milliseconds grace) {
    state_->recovery.stop();
    state_->storage.stop();
    state_->runs.stop(grace);
}

std::string Orchestrator::startBackup(const std::string& job_id, const Trigger& trigger, bool lock) {
    if (!state_->parts.jobs.find(job_id)) {
        throw Error(ErrorKind::NotFound, "Job not found");
    }
    Execution execution;
    execution.job_id = job_id;
    execution.lock = lock;
    return state_->accept(std::move(execution), trigger);
}

std::string Orchestrator::startRestore(const RestoreCommand& command, const Trigger& trigger) {
    const Adapter target =
        state_->required(command.target_source_id, AdapterType::Database, "Target source not found");
    requireRestorable(
        state_->storage.currentBackup(command.destination_id, command.path).manifest, command, target);
    Execution execution;
    execution.type = "Restore";
    execution.path = command.path;
    execution.request = toText(command);
    return state_->accept(std::move(execution), trigger);
}

std::string Orchestrator::startVerification(const std::string& destination_id,
                                            const std::string& path,
                                            const Trigger& trigger) {
    const auto known = state_->storage.backups(destination_id, StorageExplorer::Freshness::Indexed);
    if (std::none_of(
            known.begin(), known.end(), [&](const StoredBackup& one) { return one.manifest.path == path; })) {
        throw Error(ErrorKind::NotFound, "Backup \"" + path + "\" not found on this destination");
    }
    Execution execution;
    execution.type = "Verification";
    execution.path = path;
    execution.request = toText(VerificationCommand{destination_id, path});
    return state_->accept(std::move(execution), trigger);
}

std::string Orchestrator::State::accept(Execution execution, const Trigger& trigger) {
    if (runs.stopping()) {
        throw Error(ErrorKind::Unavailable, "The service is stopping", "try again when it has started")
            .canRetry();
    }
    execution.id = newId();
    execution.queued_at = parts.clock.now();
    execution.progress = 0;
    execution.trigger_type = trigger.type;
    execution.trigger_label = trigger.label;
    execution.metadata = dbackup::toText(JsonVar(planner.metadata(execution)));
    parts.executions.add(execution);
    parts.executions.stageStartedLater(execution.id, execution.stage, execution.queued_at);
    say(execution.id, "info", "Job queued");
    runs.enqueue(execution);
    return execution.id;
}

void Orchestrator::State::say(const std::string& execution_id,
                              const std::string& level,
                              const std::string& message) const {
    LogEntry entry;
    entry.timestamp = parts.clock.now();
    entry.level = level;
    entry.message = message;
    entry.stage = stage::queued;
    parts.executions.logLater(execution_id, std::move(entry));
}

CancelResult Orchestrator::cancel(const std::string& execution_id, const std::string& who) {
    const std::string reason = "Execution was cancelled by " + who;
    const auto& parts = state_->parts;
    // The store decides: from here on it either was Pending and never runs, or its run is there to be told.
    if (parts.executions.cancelPending(execution_id, parts.clock.now(), reason)) {
        state_->runs.dequeue(execution_id);
        state_->say(execution_id, "warning", reason);
        return CancelResult::Pending;
    }
    if (state_->runs.cancel(execution_id, reason)) {
        return CancelResult::Running;
    }
    const auto execution = parts.executions.find(execution_id);
    if (!execution) {
        throw Error(ErrorKind::NotFound, "Execution not found");
    }
    throw Error(ErrorKind::Settings,
                "Cannot cancel execution with status: " + std::string(toString(execution->status)));
}

Adapter Orchestrator::State::required(const std::string& id,
                                      AdapterType type,
                                      const std::string& message) const {
    auto adapter = parts.adapters.find(id);
    if (!adapter || adapter->type != type) {
        throw Error(ErrorKind::NotFound, message);
    }
    return std::move(*adapter);
}

sdk::ServerInfo Orchestrator::test(AdapterType type,
                                   const std::string& adapter_id,
                                   const std::string& settings) {
    return state_->calls.test(unsaved(type, adapter_id, settings));
}

std::vector<sdk::DatabaseInfo> Orchestrator::databases(const std::string& adapter_id,
                                                       const std::string& settings) {
    return state_->calls.databases(unsaved(AdapterType::Database, adapter_id, settings));
}

std::vector<sdk::DatabaseInfo> Orchestrator::databases(const std::string& source_id) {
    return state_->calls.databases(
        state_->required(source_id, AdapterType::Database, "Database source not found"));
}

StorageExplorer& Orchestrator::storage() {
    return state_->storage;
}

protocol::ComponentRef Orchestrator::component(const Adapter& adapter) const {
    return state_->components.of(adapter);
}

}  // namespace dbackup::orchestrator
