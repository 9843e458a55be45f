#pragma once

#include "core/orchestrator/component_settings.h"
#include "core/orchestrator/worker_calls.h"
#include "core/protocol/storage_messages.h"
#include "core/store/backup_index.h"

namespace dbackup::orchestrator {

/// What became of one backup that was to be changed.
struct PathOutcome {
    enum class State { None = 0, Done, Locked, Missing, Failed };
    std::string path;
    State state = State::None;
    ErrorKind kind = ErrorKind::None;  ///< of a failure
    std::string error;                 ///< of a failure
};

/// What a check of a stored backup has found.
struct CheckResult {
    std::string status;  ///< "passed" | "failed"
    std::string
        expected;  ///< SHA-256 of the first object that is not right, or of the only one; may be empty
    std::string actual;
    std::string error;  ///< what is wrong, for people
};
CheckResult checkResultFrom(const JsonObject& data);

/// The calls of workers about the backups on a destination. [thread-safe]
class StorageCalls {
public:
    StorageCalls(const Orchestrator::Parts& parts, const ComponentSettings& components)
        : components_(components), calls_(parts), long_calls_(parts) {}

    /// All backups, or those at the given paths.
    /// @param known  what need not be read again
    std::vector<store::IndexedBackup> list(const Adapter& destination,
                                           const std::vector<std::string>& paths,
                                           const std::vector<store::IndexedBackup>& known,
                                           const std::stop_token& stop);
    std::vector<PathOutcome> remove(const Adapter& destination, const std::vector<std::string>& paths);
    std::vector<PathOutcome> lock(const Adapter& destination,
                                  const std::vector<std::string>& paths,
                                  bool locked);
    /// Removes what is left of a backup without a sound manifest.
    void cleanUp(const Adapter& destination, const std::string& path, const std::stop_token& stop);
    CheckResult verify(const Adapter& destination, const std::string& path, const std::stop_token& stop);
    /// @throws Error Unsupported when the target cannot
    std::string presign(const Adapter& destination,
                        const std::string& path,
                        const std::string& object,
                        std::chrono::seconds valid);

private:
    std::vector<PathOutcome> change(std::string_view command, protocol::PathsRequest request);

    const ComponentSettings& components_;
    WorkerCalls calls_;
    WorkerCalls long_calls_;  ///< those that read whole backups keep nobody from a test
};

}  // namespace dbackup::orchestrator
