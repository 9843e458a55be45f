#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/model/execution.h"
#include "core/store/database.h"
#include "core/store/execution_cache.h"

namespace dbackup::store {

/// Executions with their stages, log, artifacts and leftovers. [thread-safe]
/// "Later": queued for the writer thread, not waited for; order is kept.
class ExecutionStore {
public:
    explicit ExecutionStore(Database& database);

    /// Adds a Pending execution; on disk when it returns. Sets `sequence`.
    void add(Execution& execution);
    std::optional<Execution> find(const std::string& id) const;
    /// Newest first.
    std::vector<Execution> list(const ExecutionFilter& filter) const;
    /// Of one status, in order of acceptance.
    std::vector<Execution> withStatus(ExecutionStatus status) const;
    /// Pending -> Running, once. @return false if it was not Pending any more
    bool claim(const std::string& id, TimePoint now, const std::string& path);
    /// Pending -> Failed/Cancelled, once. @return false if it was not Pending any more
    bool cancelPending(const std::string& id, TimePoint now, const std::string& error);
    void updateProgressLater(const std::string& id, const std::string& stage, int progress);
    /// Writes the end: status, outcome, stage, progress, ended_at, size, path, error, metadata; and the
    /// artifacts. Closes open stages. On disk when it returns.
    void finish(const Execution& execution, const std::vector<Artifact>& artifacts);

    void stageStartedLater(const std::string& id, const std::string& stage, TimePoint now);
    /// Bytes of an open stage so far.
    void stageAdvancedLater(const std::string& id, const std::string& stage, std::int64_t bytes);
    void stageEndedLater(const std::string& id, const std::string& stage, TimePoint now, std::int64_t bytes);
    std::vector<ExecutionStage> stages(const std::string& id) const;

    void logLater(const std::string& id, LogEntry entry);
    /// @param after  cursor: only entries with a larger id
    std::vector<LogEntry> logs(const std::string& id, std::int64_t after = 0, int limit = 10'000) const;

    std::vector<Artifact> artifacts(const std::string& id) const;

    struct Leftover {
        std::string execution_id;
        std::string destination_id;
        std::string token;
    };
    /// On disk when it returns: the thing announced may exist from now on.
    void addLeftover(const Leftover& leftover);
    void removeLeftoverLater(const Leftover& leftover);
    void removeLeftovers(const std::string& execution_id);
    /// All that are open, or those of one execution.
    std::vector<Leftover> leftovers(const std::string& execution_id = {}) const;

    /// When a job's newest execution started, if ever.
    std::optional<TimePoint> lastRun(const std::string& job_id) const;

private:
    Database& database_;
    mutable ExecutionCache cache_;  ///< for find()
};

}  // namespace dbackup::store
