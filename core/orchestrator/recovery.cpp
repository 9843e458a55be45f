#include "core/orchestrator/recovery.h"

#include <pthread.h>

#include "core/orchestrator/scratch_folder.h"

namespace dbackup::orchestrator {

void Recovery::start() {
    ScratchFolder::removeStale(parts_.worker.scratch_root, parts_.log);
    for (const auto& execution : parts_.executions.withStatus(ExecutionStatus::Running)) {
        failInterrupted(execution);
    }
    // Read before anything new runs, so that it is of earlier lives alone.
    auto leftovers = parts_.executions.leftovers();
    if (leftovers.empty()) {
        return;
    }
    thread_ = std::jthread([this, leftovers = std::move(leftovers)] {
        pthread_setname_np(pthread_self(), "recovery");
        try {
            cleanup_.afterRestart(leftovers, stop_.get_token());
        } catch (const std::exception& error) {
            parts_.log.error(std::string("cannot clean up after a restart: ") + error.what());
        }
    });
}

void Recovery::failInterrupted(Execution execution) const {
    const std::string id = execution.id;
    execution.status = ExecutionStatus::Failed;
    execution.outcome = Outcome::Failed;
    execution.progress = 100;
    execution.ended_at = parts_.clock.now();
    execution.error = "Execution was interrupted by a restart of the service in stage '" + execution.stage +
                      "'. Start it again";
    LogEntry entry;
    entry.timestamp = *execution.ended_at;
    entry.level = "error";
    entry.stage = "Recovery";
    entry.message = execution.error;
    parts_.executions.logLater(id, std::move(entry));
    parts_.executions.finish(execution, {});
    parts_.log.warning(execution.error, "execution=" + id);
}

}  // namespace dbackup::orchestrator
