#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/orchestrator/run_control.h"
#include "core/orchestrator/stage_progress.h"
#include "core/orchestrator/worker_process.h"
#include "core/store/execution_store.h"

namespace dbackup::orchestrator {

/// What a worker is asked to do for one execution.
struct RunPlan {
    std::string command;  ///< "backup" | "restore"
    JsonObject::Ptr request;
    std::string suspects;  ///< the plugins at work, for the message when a worker crashes
};

/// How a run ended.
struct RunEnd {
    bool ok = false;
    std::string error;     ///< why it failed, for people
    bool orderly = false;  ///< the worker reported a result, so it has cleaned up after itself
    std::string stage;
    JsonObject::Ptr data;  ///< what the worker returned, failed or not; may be empty
};

/// Runs one worker to its end, records what it reports, and watches that it does not stall. [one thread]
class ExecutionRunner {
public:
    struct Parts {
        store::ExecutionStore& executions;
        const Clock& clock;
        const Log& log;
        const WorkerOptions& worker;
        std::chrono::seconds stall_timeout;  ///< 0 = never
    };
    ExecutionRunner(const Parts& parts, std::string execution_id, RunControl& control);

    /// The calling thread must live until this returns: the kernel kills the worker with it.
    RunEnd run(const RunPlan& plan);

private:
    using SteadyTime = std::chrono::steady_clock::time_point;

    void record(const protocol::Event& event);
    void recordStageEnd(const protocol::Event& event);
    void recordLog(LogEntry entry);
    void publishProgress();
    /// Kills a worker that stalls, or that does not heed a cancel in time.
    void watch(WorkerProcess& worker);
    RunEnd endOf(const WorkerProcess& worker, const RunPlan& plan) const;

    Parts parts_;
    std::string id_;
    RunControl& control_;
    StageProgress progress_;
    std::map<std::string, std::int64_t> stage_bytes_;
    std::map<std::string, SteadyTime> stage_starts_;
    std::optional<protocol::Event> result_;
    SteadyTime active_at_{};
    SteadyTime cancelled_at_{};
    std::string stalled_;
    std::string published_stage_;
    int published_percent_ = -1;
};

}  // namespace dbackup::orchestrator
