#include "core/orchestrator/runs.h"

#include <pthread.h>

#include "core/model/object_name.h"
#include "core/orchestrator/scratch_folder.h"

namespace dbackup::orchestrator {

namespace {

/// A changed maxConcurrentJobs is seen this late at most.
constexpr std::chrono::seconds settings_tick{1};

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

}  // namespace

Runs::Runs(const Orchestrator::Parts& parts, const Planner& planner, const Cleanup& cleanup)
    : parts_(parts), planner_(planner), cleanup_(cleanup) {}

Runs::~Runs() {
    stop(std::chrono::milliseconds(0));
}

void Runs::start() {
    dispatcher_ = std::jthread([this] {
        pthread_setname_np(pthread_self(), "dispatcher");
        dispatch();
    });
}

void Runs::stop(std::chrono::milliseconds grace) {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
    changed_.wait_for(lock, grace, [this] { return runs_.empty(); });
    for (auto& [id, run] : runs_) {
        run->control.cancel("The service was stopped before the execution ended");
    }
    changed_.wait(lock, [this] { return runs_.empty(); });
    lock.unlock();
    if (dispatcher_.joinable()) dispatcher_.join();
    ended_.clear();
}

bool Runs::stopping() const {
    const std::scoped_lock lock(mutex_);
    return stopping_;
}

void Runs::enqueue(const Execution& execution) {
    const std::scoped_lock lock(mutex_);
    queue_.add({execution.sequence, execution.id, execution.job_id});
    changed_.notify_all();
}

bool Runs::dequeue(const std::string& execution_id) {
    const std::scoped_lock lock(mutex_);
    return queue_.remove(execution_id);
}

bool Runs::cancel(const std::string& execution_id, const std::string& reason) {
    const std::scoped_lock lock(mutex_);
    const auto found = runs_.find(execution_id);
    if (found == runs_.end()) {
        return false;
    }
    found->second->control.cancel(reason);
    return true;
}

void Runs::dispatch() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        ended_.clear();  // joins threads that are at their end
        const auto slots = static_cast<std::size_t>(parts_.settings.value("maxConcurrentJobs"));
        if (const auto entry = queue_.take(slots)) {
            launch(*entry);
        } else if (queue_.waiting() > 0) {
            changed_.wait_for(lock, settings_tick);
        } else {
            changed_.wait(lock);
        }
    }
}

void Runs::launch(const ExecutionQueue::Entry& entry) {
    auto run = std::make_unique<Run>();
    run->execution_id = entry.execution_id;
    Run& placed = *runs_.emplace(entry.execution_id, std::move(run)).first->second;
    placed.thread = std::jthread([this, &placed] {
        pthread_setname_np(pthread_self(), "execution");
        body(placed);
    });
}

void Runs::body(Run& run) {
    try {
        if (auto execution = parts_.executions.find(run.execution_id)) {
            execute(std::move(*execution), run.control);
        }
    } catch (const std::exception& error) {
        // The store failed; the next start finds the execution Running and says what happened to it.
        parts_.log.error(std::string("cannot record an execution: ") + error.what(),
                         "execution=" + run.execution_id);
    }
    const std::scoped_lock lock(mutex_);
    queue_.ended(run.execution_id);
    auto node = runs_.extract(run.execution_id);
    ended_.push_back(std::move(node.mapped()));
    changed_.notify_all();
}

void Runs::execute(Execution execution, RunControl& control) {
    const TimePoint now = parts_.clock.now();
    if (execution.type == "Backup") {
        execution.path = backupPath(execution.job_name, execution.id, now);
    }
    if (!parts_.executions.claim(execution.id, now, execution.path)) {
        return;  // cancelled while it waited
    }
    execution.started_at = now;
    logLine(execution.id, "info", "Taking job from queue...", stage::queued);
    RunEnd end = work(execution, control);
    if (!end.orderly) {
        cleanup_.afterCrash(execution);
    } else if (!end.ok && !parts_.executions.leftovers(execution.id).empty()) {
        cleanup_.afterCrash(execution);
    }
    finish(execution, end, end.ok ? std::string() : control.reason());
}

RunEnd Runs::work(const Execution& execution, RunControl& control) {
    try {
        const ScratchFolder scratch(parts_.worker.scratch_root, parts_.log);
        const RunPlan plan = planner_.plan(execution, scratch.path().string());
        const std::chrono::seconds stall(parts_.settings.value("execution.stallTimeoutSeconds"));
        ExecutionRunner runner(
            {parts_.executions, parts_.clock, parts_.log, parts_.worker, stall}, execution.id, control);
        return runner.run(plan);
    } catch (const Error& error) {
        RunEnd end;
        end.error = error.text();
        end.orderly = true;  // no worker ran, so nothing was left
        end.stage = stage::initializing;
        return end;
    }
}

void Runs::finish(Execution& execution, const RunEnd& end, const std::string& cancelled) {
    std::vector<Artifact> artifacts;
    auto metadata = planner_.metadata(execution);
    execution.outcome = end.ok ? Outcome::Success : cancelled.empty() ? Outcome::Failed : Outcome::Cancelled;
    execution.error = end.ok ? "" : cancelled.empty() ? end.error : cancelled;
    if (execution.type == "Backup") {
        const auto result = end.data ? protocol::backupResultFrom(*end.data) : protocol::BackupResult();
        planner_.describe(result, execution.path, *metadata);
        if (end.ok) {
            execution.outcome = result.outcome;
            execution.size_bytes = result.size_bytes;
            execution.error = partialText(result);
            artifacts = result.artifacts;
        } else {
            execution.path.clear();
        }
    } else if (end.ok && end.data) {
        execution.size_bytes = integerOr(*end.data, "sizeBytes", 0);
    }
    execution.status =
        execution.outcome == Outcome::Success ? ExecutionStatus::Success : ExecutionStatus::Failed;
    execution.stage = end.ok ? std::string(stage::completed) : end.stage;
    execution.progress = 100;
    execution.ended_at = parts_.clock.now();
    execution.metadata = dbackup::toText(JsonVar(metadata));
    logLine(execution.id,
            execution.status == ExecutionStatus::Success ? "success" : "error",
            execution.status == ExecutionStatus::Success ? execution.type + " completed" : execution.error,
            execution.stage);
    parts_.executions.finish(execution, artifacts);
    if (execution.status == ExecutionStatus::Success) {
        parts_.log.info(execution.type + " " + execution.path + " succeeded", "execution=" + execution.id);
    } else {
        parts_.log.error(execution.type + " failed: " + execution.error, "execution=" + execution.id);
    }
}

void Runs::logLine(const std::string& id,
                   const std::string& level,
                   const std::string& message,
                   std::string_view stage) {
    LogEntry entry;
    entry.timestamp = parts_.clock.now();
    entry.level = level;
    entry.message = message;
    entry.stage = stage;
    parts_.executions.logLater(id, std::move(entry));
}

}  // namespace dbackup::orchestrator
