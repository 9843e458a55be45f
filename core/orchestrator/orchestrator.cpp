#include "core/orchestrator/orchestrator.h"

#include <thread>

#include <pthread.h>

#include "core/base/ids.h"
#include "core/orchestrator/cleanup.h"
#include "core/orchestrator/plan.h"
#include "core/orchestrator/restore_check.h"
#include "core/orchestrator/runs.h"
#include "core/orchestrator/scratch_folder.h"

namespace dbackup::orchestrator {

namespace {

LogEntry queuedEntry(TimePoint now) {
    LogEntry entry;
    entry.timestamp = now;
    entry.message = "Job queued";
    entry.stage = stage::queued;
    return entry;
}

}  // namespace

struct Orchestrator::State {
    State(Parts given, const Orchestrator& self)
        : parts(std::move(given)),
          planner(parts, self),
          cleanup(parts, planner),
          runs(parts, planner, cleanup) {}

    std::string accept(Execution execution);
    void failInterrupted(Execution execution);

    const Parts parts;
    const Planner planner;
    const Cleanup cleanup;
    Runs runs;
    std::jthread recovery;  // first to end: it uses all of the above
};

Orchestrator::Orchestrator(Parts parts) : state_(std::make_unique<State>(std::move(parts), *this)) {}

const Orchestrator::Parts& Orchestrator::parts() const noexcept {
    return state_->parts;
}

Orchestrator::~Orchestrator() {
    stop(std::chrono::milliseconds(0));
}

void Orchestrator::start() {
    const Parts& parts = state_->parts;
    ScratchFolder::removeStale(parts.worker.scratch_root, parts.log);
    std::vector<Execution> interrupted = parts.executions.withStatus(ExecutionStatus::Running);
    for (const auto& execution : interrupted) {
        state_->failInterrupted(execution);
    }
    for (const auto& execution : parts.executions.withStatus(ExecutionStatus::Pending)) {
        state_->runs.enqueue(execution);
    }
    // A destination that does not answer must not delay the start.
    state_->recovery = std::jthread(
        [state = state_.get(), interrupted = std::move(interrupted)](const std::stop_token& stop) {
            pthread_setname_np(pthread_self(), "recovery");
            for (const auto& execution : interrupted) {
                if (stop.stop_requested()) return;
                state->cleanup.afterCrash(execution);
            }
            state->cleanup.leftovers(stop);
        });
    state_->runs.start();
}

void Orchestrator::State::failInterrupted(Execution execution) {
    execution.status = ExecutionStatus::Failed;
    execution.outcome = Outcome::Failed;
    execution.progress = 100;
    execution.ended_at = parts.clock.now();
    execution.error = "Execution was interrupted by a restart of the service";
    LogEntry entry;
    entry.timestamp = *execution.ended_at;
    entry.level = "error";
    entry.stage = "Recovery";
    entry.message = execution.error;
    parts.executions.logLater(execution.id, entry);
    // Until it is cleaned up everywhere, a later start tries again.
    for (const auto& destination : parts.jobs.find(execution.job_id).value_or(Job()).destinations) {
        parts.executions.addLeftover({execution.id, destination.adapter_id, ""});
    }
    const std::string path = execution.path;
    parts.executions.finish(execution, {});
    parts.log.warning(execution.error + " (" + path + ")", "execution=" + execution.id);
}

void Orchestrator::stop(std::chrono::milliseconds grace) {
    state_->recovery.request_stop();
    state_->runs.stop(grace);
    if (state_->recovery.joinable()) state_->recovery.join();
}

std::string Orchestrator::State::accept(Execution execution) {
    if (runs.stopping()) {
        throw Error(ErrorKind::Unavailable, "The service is stopping", "try again when it has started")
            .canRetry();
    }
    execution.id = newId();
    execution.queued_at = parts.clock.now();
    execution.progress = 0;
    parts.executions.add(execution);
    parts.executions.logLater(execution.id, queuedEntry(execution.queued_at));
    runs.enqueue(execution);
    return execution.id;
}

std::string Orchestrator::startBackup(const std::string& job_id, const Trigger& trigger, bool lock) {
    if (!state_->parts.jobs.find(job_id)) {
        throw Error(ErrorKind::NotFound, "Job not found");
    }
    Execution execution;
    execution.job_id = job_id;
    execution.trigger_type = trigger.type;
    execution.trigger_label = trigger.label;
    execution.lock = lock;
    return state_->accept(std::move(execution));
}

std::string Orchestrator::startRestore(const RestoreCommand& command, const Trigger& trigger) {
    const auto target = state_->parts.adapters.find(command.target_source_id);
    if (!target || target->type != AdapterType::Database) {
        throw Error(ErrorKind::NotFound, "Target source not found");
    }
    const Manifest manifest = soundManifest(backups(command.destination_id), command.path);
    requireRestorable(manifest, command, *target);
    Execution execution;
    execution.type = "Restore";
    execution.path = command.path;
    execution.trigger_type = trigger.type;
    execution.trigger_label = trigger.label;
    execution.request = toText(command);
    return state_->accept(std::move(execution));
}

CancelResult Orchestrator::cancel(const std::string& execution_id) {
    const auto execution = state_->parts.executions.find(execution_id);
    if (!execution) {
        throw Error(ErrorKind::NotFound, "Execution not found");
    }
    if (execution->status == ExecutionStatus::Pending && state_->runs.dequeue(execution_id) &&
        state_->parts.executions.cancelPending(
            execution_id, state_->parts.clock.now(), "Pending execution was cancelled by user")) {
        return CancelResult::Pending;
    }
    if (state_->runs.cancel(execution_id, "Execution was cancelled by user")) {
        return CancelResult::Running;
    }
    const auto again = state_->parts.executions.find(execution_id);
    throw Error(ErrorKind::Settings,
                "Cannot cancel execution with status: " +
                    std::string(toString(again ? again->status : execution->status)));
}

}  // namespace dbackup::orchestrator
