#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "core/orchestrator/plan.h"
#include "core/orchestrator/run_control.h"
#include "core/orchestrator/stage_progress.h"
#include "core/orchestrator/stall_watch.h"
#include "core/orchestrator/storage_calls.h"

namespace dbackup::orchestrator {

/// How a run ended.
struct RunEnd {
    bool ok = false;
    std::string error;  ///< why it failed, for people
    std::string stage;  ///< the one in which it ended
    /// Objects may have been stored, and nobody has seen that they are gone.
    bool may_have_left_objects = false;
    protocol::BackupResult backup;  ///< of a backup, as far as things went
    std::optional<std::int64_t> size_bytes;
    std::optional<CheckResult> check;  ///< of a verification that came to a result
};

/// Runs one worker to its end, records what it reports, and watches that it neither stalls nor outlives its
/// cancelling. [one thread]
class ExecutionRunner {
public:
    ExecutionRunner(const Orchestrator::Parts& parts, std::string execution_id, RunControl& control);

    /// The calling thread must live until this returns: the kernel kills the worker with it.
    RunEnd run(const RunPlan& plan);

private:
    using SteadyTime = std::chrono::steady_clock::time_point;

    void follow(WorkerProcess& worker);
    void record(const protocol::Event& event, WorkerProcess& worker);
    void recordStageStart(const protocol::Event& event);
    void recordStageEnd(const protocol::Event& event);
    void recordProgress(const protocol::Event& event);
    void recordLeftover(const protocol::Event& event);
    void recordLog(LogEntry entry);
    void publishProgress();
    void watch(WorkerProcess& worker);
    RunEnd endWithout(const std::string& reason) const;
    RunEnd reportedEnd(const RunPlan& plan) const;

    const Orchestrator::Parts& parts_;
    const std::string id_;
    RunControl& control_;
    StageProgress progress_;
    StallWatch stalls_;
    std::map<std::string, SteadyTime> stage_starts_;
    std::map<std::string, SteadyTime> bytes_published_;  ///< when, of each stage
    std::optional<protocol::Event> result_;
    bool started_ = false;
    SteadyTime result_at_{};
    std::optional<SteadyTime> cancelled_at_;
    std::string stall_;  ///< why it was killed, if it stalled
    std::size_t log_entries_ = 0;
    std::size_t leftovers_ = 0;
    std::string published_stage_;
    int published_percent_ = -1;
};

}  // namespace dbackup::orchestrator
