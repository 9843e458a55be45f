#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/log.h"
#include "core/protocol/messages.h"

namespace dbackup::orchestrator {

/// How workers are run.
struct WorkerOptions {
    std::string program;                   ///< path of dbackup-worker
    std::string tool_path;                 ///< colon-separated folders for vendor tools
    std::string scratch_root;              ///< private folder below which each run gets one of its own
    std::uint64_t memory_limit_bytes = 0;  ///< 0 = none
};

/// One dbackup-worker child: its own process group, killed by the kernel when the daemon dies (so the
/// thread that made it must outlive it). [one thread, but cancel() and kill() from any]
class WorkerProcess {
public:
    /// Starts `dbackup-worker COMMAND` and sends the request.
    /// @throws Error ToolMissing, Internal
    WorkerProcess(const WorkerOptions& options,
                  std::string_view command,
                  const JsonObject& request,
                  const Log& log);
    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;
    /// Kills the group and reaps.
    ~WorkerProcess();

    enum class State { None = 0, Event, TimedOut, Ended };
    /// Waits for the next event. Ended: the worker's output is closed and it has been reaped.
    State next(protocol::Event& event, std::chrono::milliseconds timeout);
    /// Asks it to stop: closes its standard input.
    void cancel() noexcept;
    /// SIGKILL to the whole process group.
    void kill() noexcept;
    /// After Ended: how it ended, for people: "exit status 0", "killed by signal 11 (Segmentation fault)".
    std::string exitText() const;
    int pid() const noexcept;

private:
    struct Child;
    std::unique_ptr<Child> child_;
};

/// Runs a command that only returns a result (describe, test, databases, list, cleanup) to its end.
/// @throws what the worker reports; Unavailable after `timeout`; Internal when the worker dies, with the
/// signal's name
JsonObject::Ptr callWorker(const WorkerOptions& options,
                           std::string_view command,
                           const JsonObject& request,
                           std::chrono::milliseconds timeout,
                           const Log& log);

}  // namespace dbackup::orchestrator
