#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <dbackup/sdk/subprocess.h>
#include <dbackup/sdk/unique_fd.h>

#include "core/base/log.h"
#include "core/protocol/messages.h"

namespace dbackup::orchestrator {

/// How workers are run.
struct WorkerOptions {
    std::string program;                   ///< path of dbackup-worker
    std::string tool_path;                 ///< colon-separated folders for vendor tools
    std::string scratch_root;              ///< private folder below which each run gets one of its own
    std::uint64_t memory_limit_bytes = 0;  ///< 0 = none
    /// A worker that is asked to stop is killed after that.
    std::chrono::milliseconds cancel_grace{5000};
    std::string spool_folder = {};  ///< of jobs with a spool; empty = each run's scratch folder
};

/// How a worker answers: by events alone, or by bytes on a descriptor of their own besides.
enum class WorkerChannels { None = 0, Events, EventsAndData };

/// One dbackup-worker child: its own process group, killed by the kernel when the daemon dies (so the
/// thread that made it must outlive it). [one thread, but cancel(), confirm() and kill() from any]
class WorkerProcess {
public:
    /// Starts `dbackup-worker COMMAND` and sends the request.
    /// @throws Error ToolMissing, Permission, Unavailable (it does not take the request), Internal
    WorkerProcess(const WorkerOptions& options,
                  std::string_view command,
                  const JsonObject& request,
                  const Log& log,
                  WorkerChannels channels = WorkerChannels::Events);
    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;
    /// Kills the group and reaps.
    ~WorkerProcess();

    enum class State { None = 0, Event, TimedOut, Ended };
    /// Waits for the next event. TimedOut: there is none yet. Ended: there will be none, and it has been
    /// reaped.
    /// @throws Error Internal for a line that is too long
    State next(protocol::Event& event, std::chrono::milliseconds timeout);
    /// Asks it to stop: closes its standard input.
    void cancel() noexcept;
    /// Tells it that the leftover which it announced is on record.
    void confirm() noexcept;
    /// SIGKILL to the whole process group.
    void kill() noexcept;
    /// After Ended: how it ended.
    sdk::ExitStatus exitStatus() const;
    int pid() const noexcept;
    /// The end of its data channel, once; without one it is empty.
    sdk::UniqueFd takeData() noexcept;

private:
    std::optional<protocol::Event> parse(const std::string& line);

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

/// Why a worker that reported no result ended, for people.
/// @param where  "in stage 'Uploading'"
/// @param suspects  the plugins that it ran
std::string deathText(sdk::ExitStatus status, const std::string& where, const std::string& suspects);

}  // namespace dbackup::orchestrator
